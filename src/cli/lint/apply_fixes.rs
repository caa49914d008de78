//! `--fix`: applies fixes to the job files.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::collect::{Batch, Jobs};
use super::findings::{KnownInRun, check_job};
use super::patch::patch;
use super::settings::Settings;
use crate::cli::arguments::LintArguments;
use crate::cli::input::{Input, STDIN, shown};
use crate::cli::write_file::rewrite;
use crate::cli::{Status, Streams};
use crate::diagnostic::fix::{AllFixed, Ending, fix_all};
use crate::jobset::Outside;
use crate::text::bytes::encode;
use crate::text::visible::visible;

/// Fixes the jobs, or shows the changes with `--diff`. A fixed job from standard input is written to
/// standard output.
pub(super) fn fix(
    arguments: &LintArguments,
    batches: &[Batch],
    streams: &mut Streams<'_>,
) -> Status {
    let named: Vec<PathBuf> =
        arguments.paths.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
    let mut status = Status::Done;
    let known = KnownInRun::of(batches);
    for batch in batches {
        let outside = known.outside(&batch.settings);
        let none = BTreeSet::new();
        let (aliases, is_named) = match &batch.jobs {
            Jobs::Single(_) => (&none, true),
            Jobs::Neighbours { aliases, directory: _ } => (aliases, false),
        };
        let inputs = batch.inputs().iter().filter(|input| !aliases.contains(&input.path));
        for input in inputs {
            let within = if is_named { None } else { Some(named.as_slice()) };
            let fixing = Fixing { arguments, settings: &batch.settings, outside: &outside, within };
            status = status.max(fixing.fix_one(input, streams));
        }
    }
    status
}

/// How a job is fixed.
struct Fixing<'a> {
    arguments: &'a LintArguments,
    settings: &'a Settings,
    outside: &'a Outside,
    /// The files and directories of the command line, outside of which no link is followed. `None`
    /// for a file that is named itself.
    within: Option<&'a [PathBuf]>,
}

impl Fixing<'_> {
    fn fix_one(&self, input: &Input, streams: &mut Streams<'_>) -> Status {
        let Self { arguments, settings, outside, within: _ } = self;
        let Input { name, sources, .. } = input;
        let AllFixed { sources: fixed, applied, left: _, ending } =
            fix_all(sources.clone(), arguments.r#unsafe, |sources| {
                check_job(settings, outside, sources, name)
            });
        if let Ending::TakenBack = ending {
            streams.error(&format!(
                "{}: the last edits would have made a job that init refuses, and were taken back",
                visible(sources.conf.path())
            ));
        }
        let is_stdin = arguments.paths.iter().any(|path| path.as_os_str() == STDIN);
        if is_stdin && !arguments.diff {
            return streams.print_text(fixed.conf.text());
        }
        let pairs = std::iter::once((&sources.conf, &fixed.conf))
            .chain(sources.overriding.iter().zip(fixed.overriding.iter()));
        let mut status = Status::Done;
        for (before, after) in pairs.filter(|(before, after)| before.text() != after.text()) {
            let path = encode(before.path());
            let path = Path::new(OsStr::from_bytes(&path));
            let done = self.check_place(path).and_then(|()| {
                if arguments.diff {
                    status = status.max(Status::Findings);
                    status = status.max(streams.print_text(&patch(before, after)));
                    Ok(())
                } else {
                    rewrite(path, &encode(before.text()), &encode(after.text()))
                }
            });
            if let Err(error) = done {
                streams.error(&format!(
                    "cannot write `{}`: {}",
                    visible(before.path()),
                    visible(&format!("{error:#}"))
                ));
                status = status.max(Status::Refused);
            }
        }
        let is_written = status == Status::Done && !applied.is_empty() && !arguments.diff;
        if is_written && !arguments.reporting.quiet && !arguments.reporting.format.is_object() {
            let mut codes: Vec<&str> = applied.iter().map(|rule| rule.code).collect();
            codes.sort_unstable();
            codes.dedup();
            streams.report(&format!(
                "fixed {} in {}: {}\n",
                applied.len(),
                visible(sources.conf.path()),
                codes.join(", ")
            ));
        }
        status
    }

    /// Fails if the path leads out of what the command line names.
    fn check_place(&self, path: &Path) -> Result<()> {
        let Some(named) = self.within else { return Ok(()) };
        let target = fs::canonicalize(path)?;
        if named.iter().any(|named| target.starts_with(named)) {
            return Ok(());
        }
        bail!(
            "it leads to `{0}`, which is outside of what the command line names; use `--fix {0}` to change that file",
            shown(&target)
        )
    }
}
