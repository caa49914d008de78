//! Reads a job: the dialect, both files, what init makes of them, and the scripts.

use std::path::Path;

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

/// A job that was read.
#[derive(Clone, Debug)]
pub struct ReadJob {
    /// What init would believe.
    pub job: Job,
    /// The files as they are written: the conf, then the override.
    pub files: Vec<ast::File>,
    pub scripts: Scripts,
    /// Findings about the language of the job.
    pub diagnostics: Vec<Diagnostic>,
}

impl ReadJob {
    /// The places that init's tokeniser garbles.
    pub fn mangled(&self) -> Vec<Span> {
        self.files.iter().flat_map(|file| file.mangled.iter().copied()).collect()
    }

    pub(crate) fn lower(&self, options: &Options, job_set: &JobSet) -> Lowered {
        lower::lower(&self.job, &self.scripts, &self.mangled(), options, job_set)
    }
}

/// Reads a job. Where no dialect is given it is found out.
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
    let job = resolve::resolve(name, conf, overriding, dialect);
    let scripts = Scripts::read(&job);
    Ok(ReadJob { job, files, scripts, diagnostics })
}

/// The files of a job, in the language that both are read in.
struct Files {
    pub(super) dialect: Dialect,
    /// What showed the dialect, and where if that is in the text.
    sign: Option<(Sign, Option<Span>)>,
    pub(super) conf: ast::File,
    pub(super) overriding: Option<ast::File>,
}

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

/// Whether what init 1.13 refuses a job for is a stanza of another dialect.
fn sign_of(sources: &Sources, refusal: &Refusal) -> Option<Sign> {
    let span = refusal.diagnostic.span;
    let keyword = sources.get(span.origin).text().get(span.range())?;
    Sign::of_unknown_stanza(keyword).filter(|_| refusal.kind == ErrorKind::UnknownStanza)
}
