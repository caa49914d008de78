//! The whole way of one job: text in, unit out.

use crate::ast;
use crate::conversion::{Conversion, Options, Output};
use crate::diagnostic::{Diagnostic, Rule};
use crate::job::{Job, JobName};
use crate::lower::{self, Companion, Lowered, UNITS};
use crate::parse::{self, Refusal};
use crate::resolve;
use crate::source::{Origin, Sources, Span};
use crate::systemd::Text;
use crate::world::World;

/// The job that init would believe, and the places that its tokeniser garbles.
pub fn read(sources: &Sources, name: JobName) -> Result<(Job, Vec<Span>), Refusal> {
    let conf = parse::parse(&sources.conf, Origin::Conf)?;
    let overriding = sources.overriding.as_ref().map(|source| parse::parse(source, Origin::Override)).transpose()?;
    let mut mangled = conf.mangled.clone();
    mangled.extend(overriding.iter().flat_map(|file| file.mangled.iter().copied()));
    Ok((resolve::resolve(name, conf, overriding), mangled))
}

/// The same, with the files as they are written.
pub fn read_written(sources: &Sources, name: JobName) -> Result<(Job, Vec<ast::File>), Refusal> {
    let conf = parse::parse(&sources.conf, Origin::Conf)?;
    let overriding = sources.overriding.as_ref().map(|source| parse::parse(source, Origin::Override)).transpose()?;
    let files = std::iter::once(conf.clone()).chain(overriding.clone()).collect();
    Ok((resolve::resolve(name, conf, overriding), files))
}

/// Converts one job. A job that init refuses, or that systemd cannot have, gives no output; the diagnostics say why.
pub fn convert(sources: &Sources, name: JobName, options: &Options) -> Conversion {
    let job_name = name.0.clone();
    match read(sources, name) {
        Ok((job, mangled)) => finished(sources, job_name, lower::lower(&job, &mangled, options, &World::default())),
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

/// The files of a job that was lowered.
pub(crate) fn finished(sources: &Sources, job: String, lowered: Lowered) -> Conversion {
    let Lowered { unit, companions, stanzas, diagnostics, origins: _, optional: _, is_early: _, waits: _ } = lowered;
    let outputs = unit.map_or_else(Vec::new, |mut unit| {
        unit.header.insert(0, Text::new(&header(sources)));
        let own = Output { path: format!("{UNITS}/{}", unit.name), text: unit.to_string() };
        std::iter::once(own).chain(companions.iter().map(Companion::output)).collect()
    });
    Conversion { path: sources.conf.path().to_owned(), job, outputs, stanzas, diagnostics }
}

/// The line that says where a unit came from. Directories are left out, so that the same job gives the same bytes everywhere.
fn header(sources: &Sources) -> String {
    let file_name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let from = file_name(sources.conf.path());
    match &sources.overriding {
        Some(overriding) => format!("Converted from {from} and {} by upstart2systemd.", file_name(overriding.path())),
        None => format!("Converted from {from} by upstart2systemd."),
    }
}

/// Every rule that a conversion can report, by code.
pub fn rules() -> Vec<&'static Rule> {
    let mut rules = parse::RULES.to_vec();
    rules.extend(lower::rules());
    rules.extend(crate::plan::rules());
    rules.extend(crate::lint::rules());
    rules.sort_by_key(|rule| rule.code);
    rules
}
