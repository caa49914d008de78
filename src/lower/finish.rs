//! Writes the unit from what the passes have decided.
//!
//! Each pass has drafted the directives of its own stanzas. Directives to which several passes
//! contribute are written here, once: the relations to other units, the commands and their order,
//! the restarts and their limit. The directives that the given version of systemd does not know are
//! removed at the end.

use super::Lowered;
use super::condition::{Conditions, has_event_in_both};
use super::ledger::Ledger;
use super::lowering::Lowering;
use super::options::Options;
use super::process::Processes;
use super::process::main_program::{is_always_there, is_shell};
use super::process::placement::{Commands, Slot};
use super::shape::Shape;
use super::stanza::kill::Signals;
use super::stanza::respawn::Respawn;
use crate::diagnostic::registry::{LONG_LINE, NEWER_DIRECTIVE};
use crate::diagnostic::{Diagnostic, Severity};
use crate::systemd::{Argument, Command, Directive, Feature, Text, Unit, UnitName, Value};
use crate::upstart::job::Job;

/// The decisions of the passes on which directives of several stanzas depend.
pub(super) struct Decisions {
    /// What kind of unit the job becomes.
    pub(super) shape: Shape,
    /// The relations to other units that follow from both conditions.
    pub(super) conditions: Conditions,
    /// The commands of the job.
    pub(super) processes: Processes,
    /// The signals that systemd sends to the main process.
    pub(super) signals: Signals,
    /// `None` if systemd does not restart the unit.
    pub(super) respawn: Option<Respawn>,
}

/// Writes the unit and completes the ledger.
pub(super) fn finish(lowering: Lowering<'_>, decisions: Decisions) -> Lowered {
    let is_restarted = has_event_in_both(&lowering);
    let is_exact = lowering.is_exact();
    let Lowering { job, options, draft, ledger, diagnostics, .. } = lowering;
    let Decisions { shape, conditions, processes, signals, respawn } = decisions;
    let Processes { mut commands, main: _, started, delay, streams: _ } = processes;
    let reloads = signals.reload.is_some();
    commands.extend(Slot::Reload, signals.reload);
    let (mut unit, companions) = draft.close();
    relations(&mut unit, &conditions, &started.wants);
    let repeats = is_restarted || conditions.start_repeatedly();
    start_limit(&mut unit, repeats, respawn.as_ref(), is_exact);
    if let Some(respawn) = respawn {
        restart(&mut unit, &mut commands, respawn, (is_exact, delay));
    }
    run(&mut unit, shape, &commands);
    identify(&mut unit, &commands, &job.name.0);
    let mut finished = Finished { job, options, unit, ledger, diagnostics };
    finished.too_new();
    finished.long_lines();
    let Finished { unit, ledger, mut diagnostics, .. } = finished;
    // Sorted by place, then by code.
    diagnostics.sort_by_key(|diagnostic| {
        (diagnostic.span.origin, diagnostic.span.start, diagnostic.rule.code)
    });
    // An event that occurs in several alternatives of a condition is classified once for each.
    diagnostics.dedup_by(|second, first| {
        first.rule == second.rule && first.span == second.span && first.message == second.message
    });
    let refused = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    let Conditions { relations, origins, optional, is_early, at_shutdown, shutdown, gated, .. } =
        conditions;
    Lowered {
        unit: (!refused).then_some(unit),
        companions,
        relations,
        origins,
        optional,
        is_early,
        at_shutdown,
        gated,
        shutdown,
        waits: started.waits,
        reloads,
        stanzas: ledger.finish(job),
        diagnostics,
    }
}

/// Writes the relations to other units, and the conditions under which the unit is skipped.
fn relations(unit: &mut Unit, conditions: &Conditions, wants: &[UnitName]) {
    if let Some(joined) = &conditions.joined {
        unit.header.push(Text::new(&format!(
            "Started by {joined}, when all has happened that it waits for."
        )));
    }
    for by in &conditions.called_by {
        unit.header.push(Text::new(&format!("Started by {by}.")));
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

/// Writes the limit on starts. `repeats` is whether events may start the unit again and again.
fn start_limit(unit: &mut Unit, repeats: bool, respawn: Option<&Respawn>, is_exact: bool) {
    match respawn.map(Respawn::limit) {
        Some(Some((count, interval))) => {
            unit.set(Directive::StartLimitIntervalSec, Value::number(interval));
            // Upstart counts the respawns, which follow the first start (`init/job_process.c`,
            // `job_process_catch_runaway`). systemd also counts the first start (systemd.unit(5),
            // `StartLimitBurst=`).
            // A limit of one start would be used up before the first respawn.
            let starts = if is_exact || count == 1 { count.saturating_add(1) } else { count };
            unit.set(Directive::StartLimitBurst, Value::number(starts));
        }
        Some(None) => unit.set(Directive::StartLimitIntervalSec, Value::number(0)),
        // systemd limits starts by default, and events may start a unit more often than that limit
        // allows (systemd.unit(5), `StartLimitIntervalSec=`).
        None if repeats || is_exact => {
            unit.set(Directive::StartLimitIntervalSec, Value::number(0));
        }
        None => {}
    }
}

/// Writes when and how soon systemd restarts the unit.
fn restart(
    unit: &mut Unit,
    commands: &mut Commands,
    respawn: Respawn,
    (is_exact, delay): (bool, Option<u32>),
) {
    unit.set(Directive::Restart, respawn.restart());
    if let Some(seconds) = delay {
        unit.set(Directive::RestartSec, Value::number(seconds));
    } else if is_exact || !respawn.is_limited_by_default_delay() {
        unit.set(Directive::RestartSec, Value::number(0));
    }
    for status in respawn.set_up_failures {
        unit.add(Directive::RestartPreventExitStatus, Value::number(status));
    }
    if let Some(command) = respawn.recount {
        commands.add(Slot::Recount, command);
        unit.comment(
            Directive::ExecStop,
            Text::new("A stop by hand must not bring the unit closer to its start limit."),
        );
    }
    if let Some(command) = respawn.stay_down {
        let failed = match (
            commands.run_by(Directive::ExecCondition),
            commands.run_by(Directive::ExecStartPre),
        ) {
            (true, true) => "ExecCondition= or ExecStartPre= has failed",
            (true, false) => "ExecCondition= has failed",
            (false, true) => "ExecStartPre= has failed",
            (false, false) => "the program cannot be executed",
        };
        commands.add(Slot::StayDown, command);
        unit.comment(
            Directive::ExecStopPost,
            Text::new(&format!("When {failed}, Restart= must not try again.")),
        );
    }
}

/// Writes the commands in the order in which they run, and the directives that depend on them.
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
        // init never limits how long a start takes: it only sets a timer when it kills a process
        // (`init/job_process.c`, `job_process_set_kill_timer`). systemd limits the start by default
        // (systemd.service(5), `TimeoutStartSec=`).
        unit.set(Directive::TimeoutStartSec, Value::keyword("infinity"));
    }
}

/// Names the unit in the journal, where the lines would have the name of the shell, of env(1) or of
/// the script that runs the program (systemd.exec(5), `SyslogIdentifier=`).
fn identify(unit: &mut Unit, commands: &Commands, job: &str) {
    let names_no_job = |command: &Command| matches!(command.argv.first(), Some(Argument::Word(word)) if is_always_there(word) || is_shell(word));
    let main = commands.by_directive().find(|(directive, _)| *directive == Directive::ExecStart);
    let goes_to_journal = unit.values(Directive::StandardOutput).is_empty();
    if goes_to_journal && main.is_some_and(|(_, command)| names_no_job(command)) {
        let is_plain = job.bytes().all(|byte| byte.is_ascii_graphic());
        let name = if is_plain { job } else { unit.name.stem().trim_end_matches('@') };
        let name = Value::line(name);
        unit.set(Directive::SyslogIdentifier, name);
    }
}

/// The complete unit, before it is checked against the version of systemd.
struct Finished<'a> {
    job: &'a Job,
    options: &'a Options,
    unit: Unit,
    ledger: Ledger,
    diagnostics: Vec<Diagnostic>,
}

/// The most bytes that a line may have. systemd reads lines of up to 1 MiB with the name of the
/// directive; the difference is a margin.
const LINE_MAX: usize = 1_048_000;

/// The same for systemd below 235, which reads the rest of a longer line as a line of its own.
const OLD_LINE_MAX: usize = 2047;

/// The former name of a directive that was renamed.
fn older_name(directive: Directive) -> Option<Directive> {
    (directive == Directive::StartLimitIntervalSec).then_some(Directive::StartLimitInterval)
}

impl Finished<'_> {
    /// Removes the directives that came after the version of systemd, or writes their former names.
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

    /// Reports a line that is too long for the version of systemd.
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
