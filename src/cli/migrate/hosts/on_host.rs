//! A result on another host: the same, at the places of that host's files.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::assess::fleet::HostJobs;
use crate::convert::{Conversion, Converted};
use crate::diagnostic::Diagnostic;
use crate::text::source::{Place, Sources};

/// The files of a host, by the paths of the files of a host that has the same jobs.
pub(super) struct Counterparts<'a> {
    files: BTreeMap<&'a str, &'a Arc<Sources>>,
}

impl<'a> Counterparts<'a> {
    /// The files of `host`, for results of `first`.
    pub(super) fn new(first: &'a HostJobs, host: &'a HostJobs) -> Self {
        let by_name: BTreeMap<&str, &Arc<Sources>> =
            host.jobs.iter().map(|job| (job.name.0.as_str(), &job.sources)).collect();
        let files = first
            .jobs
            .iter()
            .filter_map(|job| Some((job.sources.conf.path(), *by_name.get(job.name.0.as_str())?)));
        Self { files: files.collect() }
    }

    fn of(&self, sources: &Arc<Sources>) -> Arc<Sources> {
        Arc::clone(self.files.get(sources.conf.path()).copied().unwrap_or(sources))
    }

    /// A result of the first host, as that of the other one.
    pub(super) fn result(&self, first: &Converted) -> Converted {
        let sources = self.of(&first.sources);
        let elsewhere = |diagnostic: &Diagnostic| {
            let places = diagnostic.elsewhere.iter().map(|(Place { sources, span }, label)| {
                (Place { sources: self.of(sources), span: *span }, label.clone())
            });
            Diagnostic { elsewhere: places.collect(), ..diagnostic.clone() }
        };
        let Conversion { path: _, job, outputs, stanzas, diagnostics } = &first.conversion;
        Converted {
            conversion: Conversion {
                path: sources.conf.path().to_owned(),
                job: job.clone(),
                outputs: outputs.clone(),
                stanzas: stanzas.clone(),
                diagnostics: diagnostics.iter().map(elsewhere).collect(),
            },
            sources,
        }
    }
}
