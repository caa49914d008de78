//! The files that several jobs need. The page shows each of them once.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{job_anchor, shown};
use crate::convert::Converted;

/// The files that more than one job has, by their paths.
#[derive(Debug)]
pub(super) struct SharedFiles<'a>(BTreeMap<&'a str, SharedFile<'a>>);

#[derive(Debug)]
struct SharedFile<'a> {
    text: &'a str,
    jobs: Vec<&'a str>,
}

impl<'a> SharedFiles<'a> {
    /// The shared files of these jobs.
    pub(super) fn of(jobs: &'a [Converted]) -> Self {
        let mut files: BTreeMap<&str, SharedFile<'_>> = BTreeMap::new();
        for Converted { conversion, .. } in jobs {
            for output in conversion.outputs.iter().skip(1) {
                let file = files.entry(output.path.as_str());
                let empty = || SharedFile { text: output.text.as_str(), jobs: Vec::new() };
                file.or_insert_with(empty).jobs.push(&conversion.job);
            }
        }
        files.retain(|_, file| file.jobs.len() > 1);
        Self(files)
    }

    /// The number of a file among the shared ones.
    pub(super) fn number(&self, path: &str) -> Option<usize> {
        self.0.contains_key(path).then(|| self.0.range(..path).count())
    }

    /// The most jobs that are named for a file.
    const NAMED: usize = 12;

    /// Each file with its jobs.
    pub(super) fn section(&self) -> Markup {
        html! {
            @if !self.0.is_empty() {
                section id="shared" {
                    h2 { "Files that several jobs need" }
                    @for (number, (path, file)) in self.0.iter().enumerate() {
                        article .job id={ "shared-" (number) } {
                            header {
                                h3 { "/" (shown(path)) }
                                p .quiet {
                                    @for (place, job) in file.jobs.iter().take(Self::NAMED).enumerate() {
                                        @if place > 0 { ", " }
                                        a href={ "#" (job_anchor(job)) } { (shown(job)) }
                                    }
                                    @if file.jobs.len() > Self::NAMED { " and " (file.jobs.len() - Self::NAMED) " more" }
                                }
                            }
                            pre .code { @for line in file.text.lines() { span { (shown(line)) } } }
                        }
                    }
                }
            }
        }
    }
}
