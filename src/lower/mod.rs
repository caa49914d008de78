//! From a job to a unit.
//!
//! One file for each concern. A pass drafts what its stanzas say (`draft`), which no other pass can read, and returns what others have to
//! know; those take it as an argument. `finish` writes the unit from the draft and from what was returned. The order of calls is the
//! order of the diagnostics of one place, and of the remarks at the end of a section; the unit itself orders its directives.

mod activation;
mod attributes;
mod cgroup;
mod command;
mod companion;
mod console;
mod context;
mod draft;
mod ending;
mod environment;
mod event_variables;
mod expect;
mod finish;
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
mod placement;
mod prelude;
mod process;
mod respawn;
mod runlevel;
mod shape;
mod started;
mod tmpfiles;
mod trigger;

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::Body;
use crate::conversion::Options;
use crate::diagnostic::registry::{CARRIAGE_RETURNS, MANGLED_BLANK, NAME_TOO_LONG, OVERWRITTEN_STANZA, SHIPPED_UNIT};
use crate::diagnostic::{Diagnostic, Disposition, Outcome};
use crate::instance::{Instance, unit_name};
use crate::job::{Job, StanzaId};
use crate::script::Scripts;
use crate::source::Span;
use crate::systemd::{Directive, NameTooLong, Unit, UnitName};
use crate::world::World;

pub use companion::Companion;
use context::Lowering;
use draft::Draft;
use finish::{Decisions, finish};
use ledger::Ledger;
use names::Shipped;
pub use names::{is_known_job, replaced_by_distribution};
pub use started::Wait;

/// What a job became.
#[derive(Debug)]
pub struct Lowered {
    /// `None` where systemd cannot have such a unit; a diagnostic of severity error says why.
    pub unit: Option<Unit>,
    /// Files beside the unit.
    pub companions: Vec<Companion>,
    /// The units that the conditions of the job name in its unit, by directive.
    pub relations: Vec<(Directive, UnitName)>,
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
    /// `systemctl reload` works.
    pub reloads: bool,
    /// One for each stanza, in source order.
    pub stanzas: Vec<Outcome>,
    pub diagnostics: Vec<Diagnostic>,
}

impl Lowered {
    /// What the conditions of the job name by this directive.
    pub fn related(&self, directive: Directive) -> impl Iterator<Item = &UnitName> {
        self.relations.iter().filter(move |(by, _)| *by == directive).map(|(_, name)| name)
    }
}

/// Lowers a job. `mangled` are places that init's tokeniser garbled.
pub fn lower(job: &Job, scripts: &Scripts, mangled: &[Span], options: &Options, world: &World) -> Lowered {
    let instance = Instance::of(job);
    let name = match unit_name(job, &instance) {
        Ok(name) => name,
        Err(NameTooLong(length)) => return refused(job, length),
    };
    let mut lowering = Lowering {
        job,
        scripts,
        options,
        world,
        instance: &instance,
        name: &name,
        draft: Draft::new(name.clone()),
        ledger: Ledger::new(job),
        diagnostics: Vec::new(),
    };
    garbled(&mut lowering, mangled);
    carriage_returns(&mut lowering);
    replaced(&mut lowering);
    if let Some(shipped) = names::shipped(&job.name) {
        let unit = lowering.name;
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
    let conditions = activation::lower(&mut lowering, activation);
    instance::lower(&mut lowering);
    cgroup::lower(&mut lowering);
    let processes = process::lower(&mut lowering, shape, &conditions);
    let signals = ending::lower(&mut lowering, shape, &processes);
    let respawn = respawn::lower(&mut lowering, shape, &processes, &signals);
    attributes::lower(&mut lowering);
    environment::lower(&mut lowering);
    imported::lower(&mut lowering);
    historical::lower(&mut lowering);
    console::lower(&mut lowering);
    event_variables::lower(&mut lowering, &processes);
    finish(lowering, Decisions { shape, conditions, processes, signals, respawn })
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
    let mut ledger = Ledger::new(job);
    for index in 0..job.stanzas.len() {
        ledger.record(StanzaId(index), Disposition::Manual, &[], Some(&NAME_TOO_LONG));
    }
    let diagnostic = NAME_TOO_LONG
        .at(job.place(), format!("the unit of this job would have a name of {length} bytes, and systemd takes 255"))
        .help("give the job a shorter name");
    Lowered {
        unit: None,
        companions: Vec::new(),
        relations: Vec::new(),
        origins: BTreeMap::new(),
        optional: BTreeSet::new(),
        is_early: false,
        at_shutdown: false,
        waits: Vec::new(),
        reloads: false,
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
