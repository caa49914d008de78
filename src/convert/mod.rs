//! Converts one job: text in, unit out.

mod first_comment;
mod origin;
pub mod pairing;
mod private_file;
pub mod read;
pub mod unstated;

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Outcome, fix, repeated};
use crate::jobset::{JobSet, Outside};
use crate::lower::options::Options;
use crate::lower::{Companion, Lowered, own_files};
use crate::systemd::Text;
use crate::systemd::layout::{Output, UNITS};
use crate::text::bytes::lossy;
use crate::text::source::Sources;
use crate::upstart::job::JobName;
use read::{ReadJob, read};

pub use origin::{FileOrigin, file_origins};

/// The result of converting one job.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// The path of the `.conf` file, as it was given on the command line.
    pub path: String,
    /// The name of the job.
    pub job: String,
    /// The unit, followed by its companions. Empty if the job is refused.
    pub outputs: Vec<Output>,
    /// The outcome of each stanza, in source order.
    pub stanzas: Vec<Outcome>,
    /// The findings, sorted by place and code.
    pub diagnostics: Vec<Diagnostic>,
}

/// A conversion and the sources that its spans point into.
#[derive(Clone, Debug)]
pub struct Converted {
    /// The files of the job.
    pub sources: Arc<Sources>,
    /// The result.
    pub conversion: Conversion,
}

/// Converts one job. A job that init refuses, or that systemd cannot have, has no output; the
/// diagnostics explain why.
pub fn convert(sources: &Sources, name: JobName, options: &Options) -> Conversion {
    convert_in(sources, name, options, &Outside::default())
}

/// The same with what is known to exist outside.
pub fn convert_in(
    sources: &Sources,
    name: JobName,
    options: &Options,
    outside: &Outside,
) -> Conversion {
    let job_name = name.0.clone();
    match read(sources, name, options.dialect) {
        Ok(read) => convert_read(sources, &read, options, outside),
        Err(refusal) => refused(sources, job_name, *refusal.diagnostic),
    }
}

/// Converts a job that has been read, without knowledge of other jobs.
pub(crate) fn convert_read(
    sources: &Sources,
    read: &ReadJob,
    options: &Options,
    outside: &Outside,
) -> Conversion {
    finished(sources, read, read.lower(options, &JobSet::only_outside(outside.clone())))
}

/// The result for a job without a unit, with the finding that explains why.
pub(crate) fn refused(sources: &Sources, job: String, diagnostic: Diagnostic) -> Conversion {
    Conversion { diagnostics: vec![diagnostic], ..nothing(sources, job) }
}

/// The result for a job that was not lowered.
pub(crate) fn nothing(sources: &Sources, job: String) -> Conversion {
    Conversion {
        path: sources.conf.path().to_owned(),
        job,
        outputs: Vec::new(),
        stanzas: Vec::new(),
        diagnostics: Vec::new(),
    }
}

/// The result for a job that was lowered.
pub(crate) fn finished(sources: &Sources, read: &ReadJob, lowered: Lowered) -> Conversion {
    let mut more = read.diagnostics.clone();
    let Lowered { unit, companions, stanzas, diagnostics, .. } = lowered;
    let mut diagnostics = repeated::joined(diagnostics);
    if unit.is_some() {
        more.extend(private_file::check(sources, &stanzas));
    }
    if !more.is_empty() {
        diagnostics.extend(more);
        diagnostics.sort_by_key(|diagnostic| {
            (diagnostic.span.origin, diagnostic.span.start, diagnostic.rule.code)
        });
    }
    fix::widen(sources, &mut diagnostics);
    let outputs = unit.map_or_else(Vec::new, |mut unit| {
        unit.header.insert(0, Text::new(&header(sources)));
        let own = Output { path: format!("{UNITS}/{}", unit.name), text: unit.to_string() };
        std::iter::once(own).chain(companions.iter().map(Companion::output)).collect()
    });
    Conversion {
        path: sources.conf.path().to_owned(),
        job: read.job.name.0.clone(),
        outputs,
        stanzas,
        diagnostics,
    }
}

/// The first line of a unit, which names the files that it was converted from. Directories are
/// omitted: the same job gives the same bytes on any machine.
fn header(sources: &Sources) -> String {
    let file_name = |path: &str| lossy(path.rsplit('/').next().unwrap_or(path)).into_owned();
    let from = file_name(sources.conf.path());
    match &sources.overriding {
        Some(overriding) => own_files::marked(&format!(
            "Converted from {from} and {}",
            file_name(overriding.path())
        )),
        None => own_files::marked(&format!("Converted from {from}")),
    }
}
