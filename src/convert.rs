//! The whole way of one job: text in, unit out.

use std::path::Path;

use crate::ast;
use crate::conversion::{Conversion, Options, Output};
use crate::deletion;
use crate::diagnostic::Diagnostic;
use crate::dialect::{self, Dialect, Sign};
use crate::exposure;
use crate::job::{Job, JobName};
use crate::lower::{self, Companion, Lowered, own_files};
use crate::parse::{self, ErrorKind, Refusal};
use crate::resolve;
use crate::script::Scripts;
use crate::source::{Origin, Sources, Span, lossy};
use crate::systemd::Text;
use crate::systemd::layout::UNITS;
use crate::world::World;

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

    pub(crate) fn lower(&self, options: &Options, world: &World) -> Lowered {
        lower::lower(&self.job, &self.scripts, &self.mangled(), options, world)
    }
}

/// Reads a job. Where no dialect is given it is found out.
pub fn read(sources: &Sources, name: JobName, dialect: Option<Dialect>) -> Result<ReadJob, Refusal> {
    let Files { dialect, sign, conf, overriding } = files(sources, dialect)?;
    let written: Vec<&ast::File> = std::iter::once(&conf).chain(&overriding).collect();
    let mut diagnostics = dialect::check(dialect, sources, &written);
    let first = written.iter().find_map(|file| file.stanzas.first()).map_or(Span::new(Origin::Conf, 0..0), |stanza| stanza.span);
    diagnostics.extend(sign.map(|(sign, place)| sign.diagnostic(place.unwrap_or(first))));
    let files = written.into_iter().cloned().collect();
    let job = resolve::resolve(name, conf, overriding, dialect);
    let scripts = Scripts::read(&job);
    Ok(ReadJob { job, files, scripts, diagnostics })
}

/// The files of a job, in the language that both are read in.
struct Files {
    dialect: Dialect,
    /// What showed the dialect, and where if that is in the text.
    sign: Option<(Sign, Option<Span>)>,
    conf: ast::File,
    overriding: Option<ast::File>,
}

fn files(sources: &Sources, dialect: Option<Dialect>) -> Result<Files, Refusal> {
    let read = |dialect, sign| {
        let conf = parse::parse_as(&sources.conf, Origin::Conf, dialect)?;
        let overriding = sources.overriding.as_ref().map(|source| parse::parse_as(source, Origin::Override, dialect)).transpose()?;
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

/// Converts one job. A job that init refuses, or that systemd cannot have, gives no output; the diagnostics say why.
pub fn convert(sources: &Sources, name: JobName, options: &Options) -> Conversion {
    let job_name = name.0.clone();
    match read(sources, name, options.dialect) {
        Ok(read) => convert_read(sources, &read, options),
        Err(refusal) => refused(sources, job_name, *refusal.diagnostic),
    }
}

/// Converts a job that was read.
pub(crate) fn convert_read(sources: &Sources, read: &ReadJob, options: &Options) -> Conversion {
    finished(sources, read, read.lower(options, &World::default()))
}

/// A job that came to nothing.
pub(crate) fn refused(sources: &Sources, job: String, diagnostic: Diagnostic) -> Conversion {
    Conversion { diagnostics: vec![diagnostic], ..nothing(sources, job) }
}

/// A job of which nobody asked for a unit.
pub(crate) fn nothing(sources: &Sources, job: String) -> Conversion {
    Conversion { path: sources.conf.path().to_owned(), job, outputs: Vec::new(), stanzas: Vec::new(), diagnostics: Vec::new() }
}

/// The files of a job that was lowered.
pub(crate) fn finished(sources: &Sources, read: &ReadJob, lowered: Lowered) -> Conversion {
    let mut more = read.diagnostics.clone();
    let Lowered { unit, companions, stanzas, mut diagnostics, .. } = lowered;
    if unit.is_some() {
        more.extend(exposure::check(sources, &stanzas));
    }
    if !more.is_empty() {
        diagnostics.extend(more);
        diagnostics.sort_by_key(|diagnostic| (diagnostic.span.origin, diagnostic.span.start, diagnostic.rule.code));
    }
    deletion::widen(sources, &mut diagnostics);
    let outputs = unit.map_or_else(Vec::new, |mut unit| {
        unit.header.insert(0, Text::new(&header(sources)));
        let own = Output { path: format!("{UNITS}/{}", unit.name), text: unit.to_string() };
        std::iter::once(own).chain(companions.iter().map(Companion::output)).collect()
    });
    Conversion { path: sources.conf.path().to_owned(), job: read.job.name.0.clone(), outputs, stanzas, diagnostics }
}

/// The line that says where a unit came from. Directories are left out, so that the same job gives the same bytes everywhere.
fn header(sources: &Sources) -> String {
    let file_name = |path: &str| lossy(path.rsplit('/').next().unwrap_or(path)).into_owned();
    let from = file_name(sources.conf.path());
    match &sources.overriding {
        Some(overriding) => own_files::marked(&format!("Converted from {from} and {}", file_name(overriding.path()))),
        None => own_files::marked(&format!("Converted from {from}")),
    }
}
