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
use crate::source::{Origin, Sources, Span, lossy};
use crate::systemd::Text;
use crate::systemd::layout::UNITS;
use crate::world::World;

/// A job that was read.
#[derive(Debug)]
pub struct Reading {
    /// What init would believe.
    pub job: Job,
    /// The places that its tokeniser garbles.
    pub mangled: Vec<Span>,
    /// What there is to say about the language of the job.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a job. Where no dialect is given it is found out.
pub fn read(sources: &Sources, name: JobName, dialect: Option<Dialect>) -> Result<Reading, Refusal> {
    let Files { dialect, sign, conf, overriding } = files(sources, dialect)?;
    let mut mangled = conf.mangled.clone();
    mangled.extend(overriding.iter().flat_map(|file| file.mangled.iter().copied()));
    let written: Vec<&ast::File> = std::iter::once(&conf).chain(&overriding).collect();
    let mut diagnostics = dialect::check(dialect, sources, &written);
    let first = written.iter().find_map(|file| file.stanzas.first()).map_or(Span::new(Origin::Conf, 0..0), |stanza| stanza.span);
    diagnostics.extend(sign.map(|(sign, place)| sign.diagnostic(place.unwrap_or(first))));
    Ok(Reading { job: resolve::resolve(name, conf, overriding, dialect), mangled, diagnostics })
}

/// The same, with the files as they are written.
pub fn read_written(sources: &Sources, name: JobName, dialect: Option<Dialect>) -> Result<(Job, Vec<ast::File>), Refusal> {
    let Files { dialect, sign: _, conf, overriding } = files(sources, dialect)?;
    let files = std::iter::once(conf.clone()).chain(overriding.clone()).collect();
    Ok((resolve::resolve(name, conf, overriding, dialect), files))
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
        Ok(Reading { job, mangled, diagnostics }) => {
            finished(sources, job_name, lower::lower(&job, &mangled, options, &World::default()), diagnostics)
        }
        Err(refusal) => refused(sources, job_name, *refusal.diagnostic),
    }
}

/// A job that came to nothing.
pub(crate) fn refused(sources: &Sources, job: String, diagnostic: Diagnostic) -> Conversion {
    Conversion { diagnostics: vec![diagnostic], ..nothing(sources, job) }
}

/// A job of which nobody asked for a unit.
pub(crate) fn nothing(sources: &Sources, job: String) -> Conversion {
    Conversion { path: sources.conf.path().to_owned(), job, outputs: Vec::new(), stanzas: Vec::new(), diagnostics: Vec::new() }
}

/// The files of a job that was lowered. `more` is what was said when it was read.
pub(crate) fn finished(sources: &Sources, job: String, lowered: Lowered, mut more: Vec<Diagnostic>) -> Conversion {
    let Lowered { unit, companions, stanzas, mut diagnostics, origins: _, optional: _, is_early: _, at_shutdown: _, waits: _ } = lowered;
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
    Conversion { path: sources.conf.path().to_owned(), job, outputs, stanzas, diagnostics }
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
