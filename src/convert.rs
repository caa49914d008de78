//! The whole way of one job: text in, unit out.

use crate::conversion::{Conversion, Options, Output};
use crate::diagnostic::{Diagnostic, Rule};
use crate::job::{Job, JobName};
use crate::lower::{self, Lowered};
use crate::parse::{self, Refusal};
use crate::resolve;
use crate::source::{Origin, Sources, Span};
use crate::systemd::Text;

/// The job that init would believe, and the places that its tokeniser garbles.
pub fn read(sources: &Sources, name: JobName) -> Result<(Job, Vec<Span>), Refusal> {
    let conf = parse::parse(&sources.conf, Origin::Conf)?;
    let overriding = sources.overriding.as_ref().map(|source| parse::parse(source, Origin::Override)).transpose()?;
    let mut mangled = conf.mangled.clone();
    mangled.extend(overriding.iter().flat_map(|file| file.mangled.iter().copied()));
    Ok((resolve::resolve(name, conf, overriding), mangled))
}

/// Converts one job. A job that init refuses, or that systemd cannot have, gives no output; the diagnostics say why.
pub fn convert(sources: &Sources, name: JobName, options: &Options) -> Conversion {
    let path = sources.conf.path().to_owned();
    let job_name = name.0.clone();
    let refused = |diagnostics: Vec<Diagnostic>| Conversion {
        path: path.clone(),
        job: job_name.clone(),
        outputs: Vec::new(),
        stanzas: Vec::new(),
        diagnostics,
    };
    let (job, mangled) = match read(sources, name) {
        Ok(read) => read,
        Err(refusal) => return refused(vec![*refusal.diagnostic]),
    };
    let Lowered { unit, companions, stanzas, diagnostics } = lower::lower(&job, &mangled, options);
    let Some(mut unit) = unit else { return Conversion { stanzas, ..refused(diagnostics) } };
    unit.header.insert(0, Text::new(&header(sources)));
    let mut outputs = vec![Output { path: format!("etc/systemd/system/{}", unit.name), text: unit.to_string() }];
    outputs.extend(companions);
    Conversion { path, job: job_name, outputs, stanzas, diagnostics }
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
    rules.sort_by_key(|rule| rule.code);
    rules
}
