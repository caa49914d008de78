//! Reads a job: its dialect, both files, the job that init makes of them, and its scripts.

use std::path::Path;

use super::first_comment;
use crate::diagnostic::Diagnostic;
use crate::jobset::JobSet;
use crate::lower;
use crate::lower::Lowered;
use crate::lower::options::Options;
use crate::text::source::{Origin, Sources, Span};
use crate::upstart::dialect::{Dialect, Sign};
use crate::upstart::job::{Job, JobName};
use crate::upstart::parse::{ErrorKind, Refusal};
use crate::upstart::script::Scripts;
use crate::upstart::{ast, dialect, parse, resolve};

/// A job that has been read.
#[derive(Clone, Debug)]
pub struct ReadJob {
    /// The job as init understands it.
    pub job: Job,
    /// The parsed files: the `.conf` file, then the override.
    pub files: Vec<ast::File>,
    /// The scripts of the job, each parsed once.
    pub scripts: Scripts,
    /// Findings about the dialect of the job.
    pub diagnostics: Vec<Diagnostic>,
}

impl ReadJob {
    /// The places in both files that init's tokeniser garbles.
    pub fn mangled(&self) -> Vec<Span> {
        self.files.iter().flat_map(|file| file.mangled.iter().copied()).collect()
    }

    /// Lowers the job to a unit.
    pub(crate) fn lower(&self, options: &Options, job_set: &JobSet) -> Lowered {
        lower::lower(&self.job, &self.scripts, &self.mangled(), options, job_set)
    }
}

/// Reads a job. Without a given dialect, it is detected. An error means that init refuses the job.
pub fn read(
    sources: &Sources,
    name: JobName,
    dialect: Option<Dialect>,
) -> Result<ReadJob, Refusal> {
    let Files { dialect, sign, conf, overriding } = files(sources, dialect)?;
    let written: Vec<&ast::File> = std::iter::once(&conf).chain(&overriding).collect();
    let mut diagnostics = dialect::check(dialect, sources, &written);
    let first = written
        .iter()
        .find_map(|file| file.stanzas.first())
        .map_or(Span::new(Origin::Conf, 0..0), |stanza| stanza.span);
    diagnostics.extend(sign.map(|(sign, place)| sign.diagnostic(place.unwrap_or(first))));
    let files = written.into_iter().cloned().collect();
    let mut job = resolve::resolve(name, conf, overriding, dialect);
    job.first_comment = first_comment::description(sources.conf.text());
    let scripts = Scripts::read(&job);
    Ok(ReadJob { job, files, scripts, diagnostics })
}

/// Reads what init makes of a job, and nothing else: no finding, and no script as shell text.
pub fn read_job(
    sources: &Sources,
    name: JobName,
    dialect: Option<Dialect>,
) -> Result<Job, Refusal> {
    let Files { dialect, sign: _, conf, overriding } = files(sources, dialect)?;
    Ok(resolve::resolve(name, conf, overriding, dialect))
}

/// The parsed files of a job, and the dialect of both.
struct Files {
    /// The dialect that both files were parsed in.
    pub(super) dialect: Dialect,
    /// What revealed the dialect, with its place if that is in the text. `None` if the dialect was
    /// given or is the default.
    sign: Option<(Sign, Option<Span>)>,
    /// The `.conf` file.
    pub(super) conf: ast::File,
    /// The override, if there is one.
    pub(super) overriding: Option<ast::File>,
}

/// Parses both files in the given dialect, or in the one that the path or an unknown stanza
/// reveals.
fn files(sources: &Sources, dialect: Option<Dialect>) -> Result<Files, Refusal> {
    let read = |dialect, sign| {
        let conf = parse::parse_as(&sources.conf, Origin::Conf, dialect)?;
        let overriding = sources
            .overriding
            .as_ref()
            .map(|source| parse::parse_as(source, Origin::Override, dialect))
            .transpose()?;
        Ok(Files { dialect, sign, conf, overriding })
    };
    if let Some(dialect) = dialect {
        return read(dialect, None);
    }
    if let Some(sign) = Sign::of_path(Path::new(sources.conf.path())) {
        return read(sign.dialect(), Some((sign, None)));
    }
    read(Dialect::default(), None).or_else(|refusal: Refusal| match sign_of(sources, &refusal) {
        Some(sign) => read(sign.dialect(), Some((sign, Some(refusal.diagnostic.span)))),
        None => Err(refusal),
    })
}

/// The sign of another dialect, if init 1.13 refuses the job for one of its stanzas.
fn sign_of(sources: &Sources, refusal: &Refusal) -> Option<Sign> {
    let span = refusal.diagnostic.span;
    let keyword = sources.get(span.origin).text().get(span.range())?;
    Sign::of_unknown_stanza(keyword).filter(|_| refusal.kind == ErrorKind::UnknownStanza)
}
