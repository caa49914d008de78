//! From what is known of a job to its unit.
//!
//! The passes have drafted what single stanzas say, and decided the rest. All that several of them
//! have a part in is written here, once: the relations to other units, the commands and their
//! order, how often and why the unit is started again. Whether a decision shows in the unit, and by
//! which directives, is settled here too. Last, what the systemd that the unit is for does not
//! understand is taken out.

use super::Lowered;
use super::condition::Conditions;
use super::ledger::Ledger;
use super::lowering::Lowering;
use super::options::Options;
use super::process::Processes;
use super::process::placement::{Commands, Slot};
use super::shape::Shape;
use super::stanza::kill::Signals;
use super::stanza::respawn::Respawn;
use crate::diagnostic::registry::{LONG_LINE, NEWER_DIRECTIVE};
use crate::diagnostic::{Diagnostic, Severity};
use crate::systemd::{Directive, Feature, Text, Unit, UnitName, Value};
use crate::upstart::job::Job;

/// What the passes have decided.
pub(super) struct Decisions {
    pub(super) shape: Shape,
    pub(super) conditions: Conditions,
    pub(super) processes: Processes,
    pub(super) signals: Signals,
    /// `None` where systemd does not start the unit again.
    pub(super) respawn: Option<Respawn>,
}

/// Writes the unit and completes the ledger.
pub(super) fn finish(lowering: Lowering<'_>, decisions: Decisions) -> Lowered {
    let Lowering { job, options, draft, ledger, diagnostics, .. } = lowering;
    let Decisions { shape, conditions, processes, signals, respawn } = decisions;
    let Processes { mut commands, main: _, started } = processes;
    let reloads = signals.reload.is_some();
    commands.extend(Slot::Reload, signals.reload);
    let (mut unit, companions) = draft.close();
    relations(&mut unit, &conditions, &started.wants);
    start_limit(&mut unit, shape, &conditions, respawn.as_ref());
    if let Some(respawn) = respawn {
        restart(&mut unit, &mut commands, respawn);
    }
    run(&mut unit, shape, &commands);
    let mut finished = Finished { job, options, unit, ledger, diagnostics };
    finished.too_new();
    finished.long_lines();
    let Finished { unit, ledger, mut diagnostics, .. } = finished;
    // In the order of the text, then of the codes.
    diagnostics.sort_by_key(|diagnostic| {
        (diagnostic.span.origin, diagnostic.span.start, diagnostic.rule.code)
    });
    // An event that is in several alternatives is read once for each of them.
    diagnostics.dedup_by(|second, first| {
        first.rule == second.rule && first.span == second.span && first.message == second.message
    });
    let refused = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    let Conditions { relations, origins, optional, is_early, at_shutdown, .. } = conditions;
    Lowered {
        unit: (!refused).then_some(unit),
        companions,
        relations,
        origins,
        optional,
        is_early,
        at_shutdown,
        waits: started.waits,
        reloads,
        stanzas: ledger.finish(job),
        diagnostics,
    }
}

/// What the unit says of other units, and when it is left out.
fn relations(unit: &mut Unit, conditions: &Conditions, wants: &[UnitName]) {
    if let Some(joined) = &conditions.joined {
        unit.header.push(Text::new(&format!(
            "Started by {joined}, when all has happened that it waits for."
        )));
    }
    for (directive, name) in &conditions.relations {
        unit.add(*directive, Value::unit(name));
    }
    for name in wants {
        unit.add(Directive::Wants, Value::unit(name));
    }
    for kind in &conditions.virtualization {
        unit.add(Directive::ConditionVirtualization, Value::measure(kind));
    }
    if !conditions.default_dependencies {
        unit.set(Directive::DefaultDependencies, Value::keyword("no"));
    }
}

/// How often the unit may be started.
fn start_limit(unit: &mut Unit, shape: Shape, conditions: &Conditions, respawn: Option<&Respawn>) {
    match respawn.map(Respawn::limit) {
        Some(Some((count, interval))) => {
            unit.set(Directive::StartLimitIntervalSec, Value::number(interval));
            // Upstart counts the starts that follow the first one, systemd counts that one, too.
            unit.set(Directive::StartLimitBurst, Value::number(count.saturating_add(1)));
        }
        Some(None) => unit.set(Directive::StartLimitIntervalSec, Value::number(0)),
        // systemd limits starts by default, and events may start a task more often than that
        // (systemd.unit(5), `StartLimitIntervalSec=`).
        None if shape == Shape::Task && conditions.start_repeatedly() => {
            unit.set(Directive::StartLimitIntervalSec, Value::number(0));
        }
        None => {}
    }
}

/// How the unit is started again.
fn restart(unit: &mut Unit, commands: &mut Commands, respawn: Respawn) {
    unit.set(Directive::Restart, respawn.restart());
    unit.set(Directive::RestartSec, Value::number(0));
    // What systemd says of a program that cannot be executed (systemd.exec(5), "Process Exit
    // Codes"): Upstart does not try again.
    unit.add(Directive::RestartPreventExitStatus, Value::number(203));
    if let Some(command) = respawn.stay_down {
        commands.add(Slot::StayDown, command);
        unit.comment(
            Directive::ExecStopPost,
            Text::new("When ExecStartPre= has failed, Restart= must not try again."),
        );
    }
}

/// The commands in their order, and the directives that depend on which there are.
fn run(unit: &mut Unit, shape: Shape, commands: &Commands) {
    for (directive, command) in commands.by_directive() {
        unit.add(directive, Value::command(command));
    }
    if matches!(shape, Shape::State | Shape::Inverted) && !commands.run_by(Directive::ExecStart) {
        unit.set(Directive::ExecStart, Value::keyword("/bin/true"));
    }
    let is_waited_for =
        [Directive::ExecStartPre, Directive::ExecStartPost, Directive::ExecCondition];
    if shape == Shape::Service
        && is_waited_for.into_iter().any(|directive| commands.run_by(directive))
    {
        // init sets a timer only when it kills a process (`init/job_process.c`,
        // `job_process_set_kill_timer`).
        unit.set(Directive::TimeoutStartSec, Value::keyword("infinity"));
    }
}

/// A unit with all that is to be in it.
struct Finished<'a> {
    job: &'a Job,
    options: &'a Options,
    unit: Unit,
    ledger: Ledger,
    diagnostics: Vec<Diagnostic>,
}

/// The longest line that systemd reads, with its name and a little to spare.
const LINE_MAX: usize = 1_048_000;

/// The same below systemd 235, which takes the rest for a line of its own.
const OLD_LINE_MAX: usize = 2047;

/// The name that a directive had before.
fn older_name(directive: Directive) -> Option<Directive> {
    (directive == Directive::StartLimitIntervalSec).then_some(Directive::StartLimitInterval)
}

impl Finished<'_> {
    /// Takes out what the systemd that the unit is for does not know.
    fn too_new(&mut self) {
        let version = self.options.systemd_version;
        let newer: Vec<Directive> =
            self.unit.directives().filter(|directive| directive.since() > version).collect();
        for directive in newer {
            if let Some(older) = older_name(directive) {
                for value in self.unit.values(directive).to_vec() {
                    self.unit.add(older, value);
                }
                self.unit.remove(directive);
                continue;
            }
            self.unit.remove(directive);
            let message = format!(
                "`{}=` needs systemd {}, and the unit is for {version}",
                directive.name(),
                directive.since()
            );
            self.unit.remark(
                directive.section(),
                Text::new(&format!("{}: {message}", NEWER_DIRECTIVE.code)),
            );
            self.diagnostics.push(
                NEWER_DIRECTIVE
                    .at(self.job.place(), message)
                    .help("use a newer systemd, or do without"),
            );
            self.ledger.lost(directive, &NEWER_DIRECTIVE);
        }
    }

    fn long_lines(&mut self) {
        let version = self.options.systemd_version;
        let most = if version >= Feature::LongLine.since() { LINE_MAX } else { OLD_LINE_MAX };
        let longest = self.unit.longest_line();
        if longest > most {
            let message = format!(
                "a line of the unit would have {longest} bytes, and systemd {version} reads {most}"
            );
            self.diagnostics.push(
                LONG_LINE
                    .at(self.job.place(), message)
                    .help("make the command or the text shorter"),
            );
            for directive in self.unit.directives() {
                self.ledger.damaged(directive, &LONG_LINE);
            }
        }
    }
}
