//! Lowers a job to a unit.
//!
//! Each concern has a file. A pass drafts the directives of its stanzas in `draft`, which no other
//! pass can read, and returns the values that other passes take as arguments. `finish` writes the
//! unit from the draft and from these values. The order of the calls in [`lower`] determines the
//! order of the diagnostics at one place, and of the remarks at the end of a section. Directives
//! have an order of their own in the unit.

mod companion;
mod companion_unit;
mod condition;
mod draft;
mod finish;
mod job_checks;
mod ledger;
mod lowering;
pub mod options;
pub mod own_files;
mod process;
mod replaced_wrapper;
mod shape;
mod stanza;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::registry::{NAME_TOO_LONG, SHIPPED_UNIT};
use crate::diagnostic::{Category, Diagnostic, Disposition, Outcome, Severity};
use crate::jobset::distribution::{Replacement, replaced_by_systemd, shipped};
use crate::jobset::unit_name::unit_name;
use crate::jobset::{JobSet, ShutdownUnits};
use crate::systemd::{Directive, NameTooLong, Unit, UnitName};
use crate::text::source::Span;
use crate::upstart::ast::Phase;
use crate::upstart::instances::Instance;
use crate::upstart::job::{Job, StanzaId};
use crate::upstart::script::Scripts;
use draft::Draft;
use finish::{Decisions, finish};
use job_checks::{carriage_returns, garbled, named_after_init, replaced};
use ledger::Ledger;
use lowering::Lowering;
use options::Options;
use process::event_variables;
use replaced_wrapper::unwrapped;
use stanza::{
    account, cgroup, console, description, directory, env, import, instance, kill, limit, old,
    respawn,
};

pub use companion::Companion;
pub use condition::event_unit::event_unit;
pub use condition::peer::{NamedUnit, named_unit};
pub use process::commands;
pub use process::waits::{During, Wait};

/// The result of lowering a job.
#[derive(Debug)]
pub struct Lowered {
    /// `None` if systemd cannot have such a unit; a diagnostic of severity error explains why.
    pub unit: Option<Unit>,
    /// The files that the unit needs besides itself.
    pub companions: Vec<Companion>,
    /// The units that the unit names because of the conditions of the job, with the directive.
    pub relations: Vec<(Directive, UnitName)>,
    /// For each of these units, the event of a condition that brought it in.
    pub origins: BTreeMap<UnitName, Span>,
    /// The units that not every alternative of `start on` names.
    pub optional: BTreeSet<UnitName>,
    /// The unit starts before ordinary units, without default dependencies.
    pub is_early: bool,
    /// The unit does its work when the system goes down.
    pub at_shutdown: bool,
    /// The units that wait for the start of this one before they start themselves, by a drop-in.
    pub gated: Vec<UnitName>,
    /// The units that start the unit then.
    pub shutdown: Option<ShutdownUnits>,
    /// What the scripts wait for while the unit starts or stops.
    pub waits: Vec<Wait>,
    /// Whether `systemctl reload` works.
    pub reloads: bool,
    /// The outcome of each stanza, in source order.
    pub stanzas: Vec<Outcome>,
    /// The findings, sorted by place and code.
    pub diagnostics: Vec<Diagnostic>,
}

impl Lowered {
    /// The units that the conditions of the job name by this directive.
    pub fn related(&self, directive: Directive) -> impl Iterator<Item = &UnitName> {
        self.relations.iter().filter(move |(by, _)| *by == directive).map(|(_, name)| name)
    }
}

/// Lowers a job to a unit. `mangled` are the places that init's tokeniser garbles, and `job_set` is
/// what is known of the other jobs.
pub fn lower(
    job: &Job,
    scripts: &Scripts,
    mangled: &[Span],
    options: &Options,
    job_set: &JobSet,
) -> Lowered {
    let instance = Instance::of(job);
    let name = match unit_name(job, &instance) {
        Ok(name) => name,
        Err(NameTooLong(length)) => return refused(job, length),
    };
    let unwrapped = unwrapped(job, scripts, options);
    let (job, scripts) =
        unwrapped.as_ref().map_or((job, scripts), |without| (&without.job, &without.scripts));
    let mut lowering = Lowering {
        job,
        scripts,
        has_account_of_main: unwrapped.is_some(),
        read_in_files: BTreeSet::new(),
        options,
        job_set,
        instance: &instance,
        name: &name,
        draft: Draft::new(name.clone()),
        ledger: Ledger::new(job),
        diagnostics: Vec::new(),
        needed_event_units: Vec::new(),
    };
    garbled(&mut lowering, mangled);
    carriage_returns(&mut lowering);
    replaced(&mut lowering);
    named_after_init(&mut lowering);
    if let Some(shipped) = shipped(job, scripts) {
        let unit = lowering.name;
        let diagnostic = match shipped {
            Replacement::SameName => SHIPPED_UNIT
                .at(
                    job.place(),
                    format!("distributions ship {unit}, and this one would take its place"),
                )
                .note("other units may be ordered with it in ways that this one does not keep")
                .help("check whether the unit of the distribution does what the job did"),
            Replacement::As(other) => SHIPPED_UNIT
                .at(job.place(), format!("what the job `{}` did is done by {other}", job.name.0))
                .help("do not install both"),
            Replacement::Getty(other) => getty(job, &other),
        };
        lowering.diagnostics.push(diagnostic);
    }
    if let (Some(unwrapped), Some(main)) = (&unwrapped, job.process(Phase::Main)) {
        lowering.approximate(main.stanza, &[Directive::User], unwrapped.finding.clone());
    }
    description::lower(&mut lowering);
    let activation = condition::start(&mut lowering);
    let shape = activation.shape(&lowering);
    let conditions = condition::lower(&mut lowering, activation);
    instance::lower(&mut lowering);
    cgroup::lower(&mut lowering);
    let processes = process::lower(&mut lowering, shape, &conditions);
    let signals = kill::lower(&mut lowering, shape, &processes);
    let respawn = respawn::lower(&mut lowering, shape, &processes, &signals);
    directory::lower(&mut lowering);
    account::lower(&mut lowering);
    limit::lower(&mut lowering);
    env::lower(&mut lowering, &processes);
    import::lower(&mut lowering);
    old::lower(&mut lowering);
    console::lower(&mut lowering, &processes.streams);
    event_variables::lower(&mut lowering, &processes);
    let mut lowered =
        finish(lowering, Decisions { shape, conditions, processes, signals, respawn });
    if replaced_by_systemd(job, scripts) {
        // The unit is not to be installed, so what changes in it does not matter.
        lowered.diagnostics.retain(|diagnostic| {
            diagnostic.rule.category != Category::Translation
                || diagnostic.rule.code == SHIPPED_UNIT.code
                || diagnostic.severity == Severity::Error
        });
    }
    lowered
}

/// The finding that a unit of systemd waits for logins on the terminal of the job.
fn getty(job: &Job, unit: &str) -> Diagnostic {
    let starts = if unit.starts_with("serial-") {
        "systemd starts it for the `console=` of the kernel; `systemctl enable` it for another line"
    } else if unit.starts_with("console-") {
        "systemd starts it in a container"
    } else {
        "systemd starts it on tty1, and on the other consoles when a user switches to them"
    };
    SHIPPED_UNIT
        .at(job.place(), format!("what the job `{}` did is done by {unit}", job.name.0))
        .note(starts)
        .help("do not install both; what the job passes to its getty goes into a drop-in")
}

/// The result for a job whose unit name would have `length` bytes, which are too many.
fn refused(job: &Job, length: usize) -> Lowered {
    let mut ledger = Ledger::new(job);
    for index in 0..job.stanzas.len() {
        ledger.record(StanzaId(index), Disposition::Manual, &[], Some(&NAME_TOO_LONG));
    }
    let diagnostic = NAME_TOO_LONG
        .at(
            job.place(),
            format!(
                "the unit of this job would have a name of {length} bytes, and systemd takes 255"
            ),
        )
        .help("give the job a shorter name");
    Lowered {
        unit: None,
        companions: Vec::new(),
        relations: Vec::new(),
        origins: BTreeMap::new(),
        optional: BTreeSet::new(),
        is_early: false,
        at_shutdown: false,
        gated: Vec::new(),
        shutdown: None,
        waits: Vec::new(),
        reloads: false,
        stanzas: ledger.finish(job),
        diagnostics: vec![diagnostic],
    }
}
