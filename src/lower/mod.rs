//! From a job to a unit.
//!
//! One file for each concern. The order of calls is the order in which diagnostics of the same place come out;
//! the order of directives is the unit's own business.

mod activation;
mod attributes;
mod cgroup;
mod command;
mod companion;
mod console;
mod context;
mod ending;
mod environment;
mod event_variables;
mod expect;
mod guard;
mod historical;
mod identity;
mod imported;
mod instance;
mod job_control_left;
mod ledger;
mod literal;
mod names;
mod node;
pub mod own_files;
mod prelude;
mod process;
mod respawn;
mod runlevel;
mod started;
mod tmpfiles;
mod trigger;

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::Body;
use crate::conversion::Options;
use crate::diagnostic::registry::{
    CARRIAGE_RETURNS, LONG_LINE, MANGLED_BLANK, NAME_TOO_LONG, NEWER_DIRECTIVE, OVERWRITTEN_STANZA, SHIPPED_UNIT,
};
use crate::diagnostic::{Diagnostic, Disposition, Outcome, Severity};
use crate::instance::{Instance, unit_name};
use crate::job::{Job, StanzaId};
use crate::script::Scripts;
use crate::source::Span;
use crate::systemd::{Directive, Feature, NameTooLong, Unit, UnitName, Value};
use crate::world::World;

pub use companion::Companion;
use context::Lowering;
use names::Shipped;
pub use names::{is_known_job, replaced_by_distribution};
use process::Shape;
pub use started::Wait;

/// What a job became.
#[derive(Debug)]
pub struct Lowered {
    /// `None` where systemd cannot have such a unit; a diagnostic of severity error says why.
    pub unit: Option<Unit>,
    /// Files beside the unit.
    pub companions: Vec<Companion>,
    /// Which event of a condition brought a unit into the ordering of this one.
    pub origins: BTreeMap<UnitName, Span>,
    /// Those of them that only some of the alternatives are about.
    pub optional: BTreeSet<UnitName>,
    /// The unit starts before the ordinary ones.
    pub is_early: bool,
    /// It does its work when the system goes down.
    pub at_shutdown: bool,
    /// What the scripts wait for while the unit starts or stops.
    pub waits: Vec<Wait>,
    /// One for each stanza, in source order.
    pub stanzas: Vec<Outcome>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Lowers a job. `mangled` are places that init's tokeniser garbled.
pub fn lower(job: &Job, scripts: &Scripts, mangled: &[Span], options: &Options, world: &World) -> Lowered {
    let instance = Instance::of(job);
    let name = match unit_name(job, &instance) {
        Ok(name) => name,
        Err(NameTooLong(length)) => return refused(job, length),
    };
    let mut lowering = Lowering::new(job, scripts, (options, world), name);
    garbled(&mut lowering, mangled);
    carriage_returns(&mut lowering);
    replaced(&mut lowering);
    if let Some(shipped) = names::shipped(&job.name) {
        let unit = lowering.unit.name.clone();
        let diagnostic = match shipped {
            Shipped::SameName => SHIPPED_UNIT
                .at(job.place(), format!("distributions ship {unit}, and this one would take its place"))
                .note("other units may be ordered with it in ways that this one does not keep")
                .help("see whether the unit of the distribution does what the job did"),
            Shipped::As(other) => {
                SHIPPED_UNIT.at(job.place(), format!("what the job `{}` did is done by {other}", job.name.0)).help("do not install both")
            }
        };
        lowering.diagnostics.push(diagnostic);
    }
    identity::lower(&mut lowering);
    let activation = activation::start(&mut lowering);
    let shape = activation.shape(&lowering);
    activation::lower(&mut lowering, activation, &instance);
    instance.lower(&mut lowering);
    cgroup::lower(&mut lowering);
    tmpfiles::lower(&mut lowering, shape);
    let processes = process::lower(&mut lowering, shape, &instance);
    ending::lower(&mut lowering, processes.main_pid_known, shape);
    respawn::lower(&mut lowering, shape == Shape::Inverted);
    attributes::lower(&mut lowering);
    environment::lower(&mut lowering, &instance);
    imported::lower(&mut lowering, &instance);
    historical::lower(&mut lowering);
    console::lower(&mut lowering);
    event_variables::lower(&mut lowering);
    repeated_starts(&mut lowering, shape);
    too_new(&mut lowering);
    long_lines(&mut lowering);
    finish(lowering)
}

/// Tasks that events start again and again must not run into systemd's start limit.
fn repeated_starts(lowering: &mut Lowering<'_>, shape: Shape) {
    let is_joined =
        || lowering.companions.iter().any(|companion| matches!(companion, Companion::Unit(unit) if activation::joins(&unit.name)));
    let pulled_by_event =
        lowering.unit.values(Directive::WantedBy).iter().any(|value| node::is_event(value.as_str()) || value.as_str().ends_with(".device"))
            || is_joined();
    if shape == Shape::Task && pulled_by_event && !lowering.unit.has(Directive::StartLimitIntervalSec) {
        lowering.set(Directive::StartLimitIntervalSec, Value::number(0));
    }
}

fn finish(lowering: Lowering<'_>) -> Lowered {
    let Lowering {
        job,
        unit,
        ledger,
        mut diagnostics,
        companions,
        origins,
        optional,
        is_early,
        at_shutdown,
        waits,
        scripts: _,
        options: _,
        world: _,
        instance: _,
    } = lowering;
    // In the order of the text, then of the codes.
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.origin, diagnostic.span.start, diagnostic.rule.code));
    // An event that stands in several alternatives is looked at in each.
    diagnostics.dedup_by(|second, first| first.rule == second.rule && first.span == second.span && first.message == second.message);
    let refused = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    Lowered {
        unit: (!refused).then_some(unit),
        companions,
        origins,
        optional,
        is_early,
        at_shutdown,
        waits,
        stanzas: ledger.finish(job),
        diagnostics,
    }
}

/// Places that init's tokeniser garbles: one finding for each stanza.
fn garbled(lowering: &mut Lowering<'_>, mangled: &[Span]) {
    for record in &lowering.job.stanzas {
        let within = |span: &&Span| span.origin == record.span.origin && record.span.range().contains(&span.start);
        let mut places = mangled.iter().filter(within);
        let Some(&first) = places.next() else { continue };
        let mut diagnostic = MANGLED_BLANK
            .at(first, "init garbles the blanks before this backslash")
            .note("read as evidently meant")
            .help("put the backslash into single quotes, or write the text without it");
        let more = places.count();
        if more > 0 {
            diagnostic = diagnostic.note(format!("and so in {more} more places of this stanza"));
        }
        lowering.diagnostics.push(diagnostic);
    }
}

/// init leaves the carriage returns of a file from DOS in scripts.
fn carriage_returns(lowering: &mut Lowering<'_>) {
    for stated in lowering.job.processes.values() {
        if stated.value.body() == Body::Script && stated.value.text().value.contains("\r\n") {
            let diagnostic = CARRIAGE_RETURNS
                .at(lowering.job.stanzas[stated.stanza.0].span, "the lines of this script end in carriage returns")
                .note("init hands them to the shell, which takes them for parts of words; the unit does the same")
                .help("take them out of the file: `sed -i 's/\\r$//' FILE`");
            lowering.diagnostics.push(diagnostic);
        }
    }
}

fn refused(job: &Job, length: usize) -> Lowered {
    let mut ledger = ledger::Ledger::new(job);
    for index in 0..job.stanzas.len() {
        ledger.record(StanzaId(index), Disposition::Manual, &[], Some(&NAME_TOO_LONG));
    }
    let diagnostic = NAME_TOO_LONG
        .at(job.place(), format!("the unit of this job would have a name of {length} bytes, and systemd takes 255"))
        .help("give the job a shorter name");
    Lowered {
        unit: None,
        companions: Vec::new(),
        origins: BTreeMap::new(),
        optional: BTreeSet::new(),
        is_early: false,
        at_shutdown: false,
        waits: Vec::new(),
        stanzas: ledger.finish(job),
        diagnostics: vec![diagnostic],
    }
}

/// Stanzas whose place another one took. That an override does so is its purpose; in one file it is a slip.
fn replaced(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    for (index, record) in job.stanzas.iter().enumerate() {
        let Some(by) = record.replaced_by else { continue };
        let stanza = StanzaId(index);
        let other = &job.stanzas[by.0];
        if other.span.origin != record.span.origin || other.keyword == "manual" {
            lowering.ledger.record(stanza, Disposition::Dropped, &[], Some(&OVERWRITTEN_STANZA));
            continue;
        }
        let diagnostic = OVERWRITTEN_STANZA
            .at(record.span, format!("this `{}` does not count", record.keyword))
            .related(other.span, "this one takes its place");
        let diagnostic = if record.keyword == "stop on" && job.start_on.is_none() {
            diagnostic.help("if it was to be `start on`, write that: nothing starts this job; else delete it")
        } else if matches!(record.keyword, "env" | "cgroup") {
            // What accumulates is told apart in what init keeps, although the last one counts.
            diagnostic.help("delete it")
        } else {
            diagnostic.help("delete it").edit(record.span, "")
        };
        lowering.dropped(stanza, diagnostic);
    }
}

/// The longest line that systemd reads, with its name and a little to spare.
const LINE_MAX: usize = 1_048_000;

/// The same below systemd 235, which takes the rest for a line of its own.
const OLD_LINE_MAX: usize = 2047;

fn long_lines(lowering: &mut Lowering<'_>) {
    let most = if lowering.has(Feature::LongLine) { LINE_MAX } else { OLD_LINE_MAX };
    let longest = lowering.unit.longest_line();
    if longest > most {
        let message =
            format!("a line of the unit would have {longest} bytes, and systemd {} reads {most}", lowering.options.systemd_version);
        lowering.diagnostics.push(LONG_LINE.at(lowering.job.place(), message).help("make the command or the text shorter"));
        for directive in lowering.unit.directives() {
            lowering.ledger.damaged(directive, &LONG_LINE);
        }
    }
}

/// The name that a directive had before.
fn older_name(directive: Directive) -> Option<Directive> {
    (directive == Directive::StartLimitIntervalSec).then_some(Directive::StartLimitInterval)
}

/// Takes out what the systemd that the unit is for does not know.
fn too_new(lowering: &mut Lowering<'_>) {
    let version = lowering.options.systemd_version;
    let newer: Vec<Directive> = lowering.unit.directives().filter(|directive| directive.since() > version).collect();
    for directive in newer {
        if let Some(older) = older_name(directive) {
            for value in lowering.unit.values(directive).to_vec() {
                lowering.unit.add(older, value);
            }
            lowering.unit.remove(directive);
            continue;
        }
        lowering.unit.remove(directive);
        let message = format!("`{}=` needs systemd {}, and the unit is for {version}", directive.name(), directive.since());
        lowering.remark(directive.section(), &NEWER_DIRECTIVE, &message);
        lowering.diagnostics.push(NEWER_DIRECTIVE.at(lowering.job.place(), message).help("use a newer systemd, or do without"));
        lowering.ledger.lost(directive, &NEWER_DIRECTIVE);
    }
}
