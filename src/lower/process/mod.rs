//! The processes of the five phases: the command of each, and the type of the unit.

mod at_shutdown;
mod command;
mod control;
pub(super) mod direct;
mod endless_wait;
pub(super) mod event_variables;
mod files_of_init;
mod guard;
pub(super) mod main_program;
pub(super) mod placement;
pub(super) mod reading;
mod script_file;
mod unreplaced;
pub(super) mod variables;
pub(super) mod waits;

use std::ops::Range;

use super::condition::{AtEnd, Conditions};
use super::lowering::Lowering;
use super::shape::Shape;
use super::stanza::apparmor::load;
use super::stanza::expect::{MainProcess, Readiness};
use super::stanza::{expect, kill, respawn, tmpfiles};
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{
    BACKGROUND_IN_PRE_START, NOTHING_TO_RUN, PLAIN_UNIT, POST_START_OF_TASK, PRE_STOP_OF_TASK,
    PRE_STOP_WITHOUT_MAIN, PROCESS_GROUP_KILL, SHUTDOWN_JOB, TASK_WITHOUT_MAIN, VETO_IN_PRE_STOP,
};
use crate::shell::wrapper::Effect;
use crate::shell::{SimpleCommand, wrapper};
use crate::systemd::{Command, Directive, Feature, Section, Value};
use crate::upstart::ast::Phase;
use command::Wrapping;
pub use control::commands;
use direct::Streams;
use placement::{Commands, Placement, Slot, own_unit};
use reading::ScriptUse;
use waits::Started;

/// The result of lowering the processes of a job.
#[derive(Debug)]
pub(super) struct Processes {
    /// The commands of the unit.
    pub(super) commands: Commands,
    /// What systemd knows of the main process.
    pub(super) main: MainProcess,
    /// The units that the scripts start.
    pub(super) started: Started,
    /// The seconds before each respawn, where that is all that post-stop is for.
    pub(super) delay: Option<u32>,
    /// Where the output of the main process goes.
    pub(super) streams: Streams,
}

impl Processes {
    /// Whether a command runs before the main process. Its failure would fail the start.
    pub(super) fn run_before(&self) -> bool {
        self.commands.run_by(Directive::ExecStartPre)
    }

    /// Whether a command may decline the start.
    pub(super) fn decline(&self) -> bool {
        self.commands.run_by(Directive::ExecCondition)
    }

    /// Whether a command runs when the unit begins to stop.
    pub(super) fn run_at_stop(&self) -> bool {
        self.commands.run_by(Directive::ExecStop)
    }
}

/// Lowers the processes of the job.
pub(super) fn lower(
    lowering: &mut Lowering<'_>,
    shape: Shape,
    conditions: &Conditions,
) -> Processes {
    let own_unit = own_unit(lowering);
    let mut commands = Commands::new(shape);
    commands.extend(Slot::Profile, load(lowering));
    let readings: Vec<ScriptUse<'_>> =
        lowering.scripts.iter().filter_map(|script| ScriptUse::of(lowering.job, script)).collect();
    let is_guarded = shape != Shape::Inverted
        && lowering.has(Feature::ExecCondition)
        && readings.iter().any(|reading| reading.phase == Phase::PreStart && reading.declines());
    let files = if is_guarded { Slot::FilesOfGuard } else { Slot::Files };
    commands.extend(files, tmpfiles::lower(lowering, shape, files));
    let Readiness { main, wait } = unit_type(lowering, shape, &readings, conditions);
    commands.extend(Slot::Ready, wait);
    let mut started = Started::default();
    for reading in readings.iter().filter(|_| conditions.at_shutdown) {
        at_shutdown::ends_machine(lowering, reading);
    }
    for reading in &readings {
        waits::lower(lowering, reading, shape, &mut started);
    }
    let placement = Placement {
        shape,
        own_unit: &own_unit,
        at_shutdown: conditions.at_shutdown,
        at_boot: conditions.is_early || !conditions.default_dependencies,
    };
    let delay = if shape == Shape::Service { delayed(lowering) } else { None };
    let mut streams = Streams::default();
    for reading in &readings {
        let placed = match reading.phase {
            Phase::PreStart => {
                endless_wait::lower(lowering, reading, conditions);
                pre_start(lowering, reading, &placement)
            }
            Phase::Main => {
                let (placed, found) = self::main(lowering, reading, &placement, (main, conditions));
                streams = found;
                Some(placed)
            }
            Phase::PostStart if reading.only_notifies() => {
                lowering.exact(reading.stated.stanza, &[]);
                None
            }
            Phase::PostStart => Some(post_start(lowering, reading, &placement, conditions)),
            Phase::PreStop => pre_stop(lowering, reading, &placement, (main, conditions)),
            Phase::PostStop if delay.is_some() => None,
            Phase::PostStop => Some(post_stop(lowering, reading, &placement, conditions)),
        };
        if let Some((slot, command)) = placed {
            commands.add(slot, command);
        }
    }
    let needs_sigpipe = |reading: &ScriptUse<'_>| lowering.is_exact() || reading.has_pipeline();
    if readings.iter().any(needs_sigpipe) {
        // init resets all signals to their defaults (`init/job_process.c`,
        // `job_process_spawn_with_fd`). systemd ignores SIGPIPE by default (systemd.exec(5),
        // `IgnoreSIGPIPE=`).
        lowering.set(Directive::IgnoreSigpipe, Value::keyword("no"));
    }
    variables::lower(lowering, &mut commands);
    Processes { commands, main, started, delay, streams }
}

/// Reports that a post-stop which only waits becomes the delay of a restart.
fn delayed(lowering: &mut Lowering<'_>) -> Option<u32> {
    let seconds = respawn::delay(lowering)?;
    let stanza = lowering.job.process(Phase::PostStop)?.stanza;
    let diagnostic = PLAIN_UNIT
        .at(
            lowering.job.stanzas[stanza.0].span,
            format!("systemd waits {seconds} s before a restart, and not when the unit is stopped"),
        )
        .help("use `--style exact`, which keeps the post-stop");
    lowering.approximate(stanza, &[Directive::RestartSec], diagnostic);
    Some(seconds)
}

/// A command, and the slot in which it runs.
type Placed = (Slot, Command);

/// Sets the type of the unit, and returns when it counts as started.
fn unit_type(
    lowering: &mut Lowering<'_>,
    shape: Shape,
    readings: &[ScriptUse<'_>],
    conditions: &Conditions,
) -> Readiness {
    let job = lowering.job;
    match shape {
        Shape::Service => expect::lower(lowering, readings, conditions),
        Shape::Task | Shape::State | Shape::Inverted => {
            lowering.set(Directive::Type, Value::keyword("oneshot"));
            let mut directives = vec![Directive::Type];
            let ends_at_once =
                shape == Shape::State && job.is_task() && job.process(Phase::PostStop).is_none();
            if shape != Shape::Task && !ends_at_once {
                lowering.set(Directive::RemainAfterExit, Value::keyword("yes"));
                directives.push(Directive::RemainAfterExit);
            }
            if let Some(task) = &job.task {
                if shape == Shape::State {
                    let diagnostic = TASK_WITHOUT_MAIN
                        .at(task.span, "a task without a main process never ends")
                        .note("what starts it waits until the job is stopped by hand")
                        .unit_note(if ends_at_once {
                            "the unit is done as soon as it has started"
                        } else {
                            "the unit stays active, so that post-stop runs when it is stopped"
                        })
                        .help("remove `task`, or run the work in the main process: `exec` or `script`");
                    lowering.approximate(task.stanza, &directives, diagnostic);
                } else {
                    lowering.exact(task.stanza, &directives);
                }
            }
            let mut wait = None;
            if let Some(expect) = &job.expect {
                let main = readings.iter().find(|reading| reading.phase == Phase::Main);
                let main = main.filter(|_| shape == Shape::Task);
                wait = expect::of_task(lowering, expect, main);
            }
            if job.processes.is_empty() && !lowering.job_set.is_named(&job.name.0) {
                lowering.diagnostics.push(
                    NOTHING_TO_RUN
                        .at(job.place(), format!("the job `{}` has nothing to run", job.name.0))
                        .help("add `exec` or `script`; a job that only groups other jobs needs nothing more"),
                );
            }
            Readiness { main: MainProcess::Executed, wait }
        }
    }
}

fn main(
    lowering: &mut Lowering<'_>,
    reading: &ScriptUse<'_>,
    placement: &Placement<'_>,
    (main, conditions): (MainProcess, &Conditions),
) -> (Placed, Streams) {
    let (command, streams) = placement.main(lowering, reading);
    lowering.exact(reading.stated.stanza, &[Slot::Main.directive(placement.shape)]);
    lowering.exact(reading.stated.stanza, streams.directives());
    main_program::stopped_at_work(lowering, placement.shape, conditions);
    let detaching = |command: &&SimpleCommand| {
        command
            .name()
            .and_then(wrapper::find)
            .is_some_and(|wrapper| wrapper.change == Effect::Session)
    };
    let detached = reading.shell.commands.iter().find(detaching).map(|command| &command.range);
    // With `expect`, the process in the background is the main process.
    let background = reading.shell.background.first().filter(|_| lowering.job.expect.is_none());
    let outlived = main_program::lower(lowering, reading, placement.shape, main);
    if let Some(range) = detached.or(background).filter(|_| !outlived) {
        lowering.diagnostics.push(
            PROCESS_GROUP_KILL
                .at(
                    reading.span(range),
                    "systemd ends this with the unit, and a stop waits until it is gone",
                )
                .note("Upstart waited for the main process alone, and let go of what it left")
                .help(
                    other_redirection(reading, range)
                        .unwrap_or("add `KillMode=process` if it is to outlive the unit"),
                ),
        );
    }
    ((Slot::Main, command), streams)
}

/// What to say if the `&` after a command in the background was meant as the one of `&>FILE`, which
/// only bash has.
fn other_redirection(reading: &ScriptUse<'_>, background: &Range<usize>) -> Option<&'static str> {
    let behind = reading.text_at(&(background.end..background.end + 1))?;
    (behind == ">").then_some(
        "write `>FILE 2>&1`: if /bin/sh is dash, `&>FILE` does not redirect, but goes on at once",
    )
}

fn pre_start(
    lowering: &mut Lowering<'_>,
    reading: &ScriptUse<'_>,
    placement: &Placement<'_>,
) -> Option<Placed> {
    let stanza = reading.stated.stanza;
    if placement.shape == Shape::Inverted {
        // After a command of `ExecStop=` that fails, no further one runs.
        let wrapping = Wrapping { decline: "exit 1", ..Wrapping::default() };
        let command =
            placement.wrapped(lowering, reading, wrapping, &reading.stated.value.text().value);
        lowering.exact(stanza, &[Slot::PreStart.directive(placement.shape)]);
        return Some((Slot::PreStart, command));
    }
    if let Some(range) = reading.shell.background.first() {
        let diagnostic = BACKGROUND_IN_PRE_START
            .at(reading.span(range), "this process is ended when the unit stops")
            .note("Upstart left it alone")
            .help(
                other_redirection(reading, range)
                    .unwrap_or("start it from a separate unit, or add `KillMode=process`"),
            );
        lowering.approximate(stanza, &[], diagnostic);
    }
    let text = &reading.stated.value.text().value;
    if reading.declines() {
        guard::lower(lowering, reading, placement, text)
    } else {
        Some(placement.run_before(lowering, reading, text))
    }
}

fn post_start(
    lowering: &mut Lowering<'_>,
    reading: &ScriptUse<'_>,
    placement: &Placement<'_>,
    conditions: &Conditions,
) -> Placed {
    let stanza = reading.stated.stanza;
    let mut command = placement.command(lowering, reading);
    // Upstart ignores the failure of a post-start (`init/job_process.c`, `job_process_terminated`).
    // systemd would end the service (systemd.service(5), `ExecStartPost=`).
    command.prefix.ignore_failure = true;
    let directive = Slot::PostStart.directive(placement.shape);
    let is_after_main = lowering.job.is_task() || placement.shape == Shape::Inverted;
    if is_after_main && lowering.has_main() {
        // That all work is done at shutdown, one command after the other, is one difference.
        let rule = if conditions.at_shutdown { &SHUTDOWN_JOB } else { &POST_START_OF_TASK };
        lowering.comment(
            directive,
            rule,
            if placement.shape == Shape::Inverted {
                "post-start runs last, after the work; Upstart ran it beside the work."
            } else {
                "runs after the task; Upstart ran it beside the task."
            },
        );
        lowering.ledger.record(stanza, Disposition::Approximate, &[directive], Some(rule));
        if !conditions.at_shutdown {
            let span = lowering.job.stanzas[stanza.0].span;
            lowering.diagnostics.push(
                POST_START_OF_TASK
                    .at(span, "post-start runs after the task, not beside it")
                    .label("runs when the task has ended well")
                    .help(
                        "if it has to run beside the task, start it from the process of the task",
                    ),
            );
        }
    } else {
        lowering.exact(stanza, &[directive]);
    }
    (Slot::PostStart, command)
}

fn pre_stop(
    lowering: &mut Lowering<'_>,
    reading: &ScriptUse<'_>,
    placement: &Placement<'_>,
    (main, conditions): (MainProcess, &Conditions),
) -> Option<Placed> {
    let stanza = reading.stated.stanza;
    let span = lowering.job.stanzas[stanza.0].span;
    match placement.shape {
        Shape::State => {
            let diagnostic = PRE_STOP_WITHOUT_MAIN
                .at(span, "`pre-stop` never runs: the job has no main process")
                .help("use `post-stop`, which runs whenever the job stops");
            lowering.dropped(stanza, diagnostic);
            return None;
        }
        Shape::Task | Shape::Inverted => {
            let diagnostic = PRE_STOP_OF_TASK
                .at(span, "pre-stop of a task cannot be carried over")
                .help("let the process of the task catch the kill signal");
            lowering.remark(
                Section::Service,
                &PRE_STOP_OF_TASK,
                "pre-stop is missing; systemd has no hook for the stop of a task.",
            );
            lowering.manual(stanza, &[], diagnostic);
            return None;
        }
        Shape::Service => {}
    }
    // systemd also runs these commands when the main process has ended successfully by itself.
    // MAINPID is then unset (systemd.service(5), `ExecStop=`). Upstart runs pre-stop only while the
    // main process is alive (`init/job.c`, `job_next_state`).
    let front = if main.is_known() { "[ -n \"$MAINPID\" ] || exit 0\n" } else { "" };
    let front = format!(
        "{front}{}{}",
        time(lowering, placement.shape, reading.phase),
        at_shutdown::front(lowering, reading, at_end(placement.shape, conditions))
    );
    let wrapping = Wrapping { before: &front, ..Wrapping::default() };
    let mut command =
        placement.wrapped(lowering, reading, wrapping, &reading.stated.value.text().value);
    command.prefix.ignore_failure = true;
    lowering.exact(stanza, &[Directive::ExecStop]);
    if let Some(usage) = reading.veto() {
        let diagnostic = VETO_IN_PRE_STOP
            .at(reading.span(&usage.range), "a stop cannot be cancelled")
            .note("under Upstart, `start` in pre-stop lets the job go on")
            .help("use `RefuseManualStop=yes` to protect a service from being stopped");
        lowering.comment(
            Directive::ExecStop,
            &VETO_IN_PRE_STOP,
            "`start` in this script cancelled the stop; here it does nothing.",
        );
        lowering.approximate(stanza, &[Directive::ExecStop], diagnostic);
    }
    Some((Slot::PreStop, command))
}

fn post_stop(
    lowering: &mut Lowering<'_>,
    reading: &ScriptUse<'_>,
    placement: &Placement<'_>,
    conditions: &Conditions,
) -> Placed {
    let at_end = at_end(placement.shape, conditions);
    let front = format!(
        "{}{}{}",
        without_status(lowering, reading),
        time(lowering, placement.shape, reading.phase),
        at_shutdown::front(lowering, reading, at_end)
    );
    let wrapping = Wrapping { before: &front, ..Wrapping::default() };
    let command =
        placement.wrapped(lowering, reading, wrapping, &reading.stated.value.text().value);
    lowering.exact(reading.stated.stanza, &[Directive::ExecStopPost]);
    (Slot::PostStop, command)
}

/// Shell text that removes the variables about the end of main that the script reads. systemd sets
/// them for `ExecStopPost=` (systemd.exec(5), `$SERVICE_RESULT`), and Upstart has none: the results
/// come with the events `stopping` and `stopped` (`init/job.c`, `job_emit_event`).
fn without_status(lowering: &Lowering<'_>, reading: &ScriptUse<'_>) -> String {
    let is_own = |name: &&str| {
        let sets = |env: &str| env.split('=').next() == Some(*name);
        lowering.job.env.iter().any(|env| sets(&env.value))
    };
    let is_read = |name: &&str| reading.shell.variables.iter().any(|(read, _)| read == *name);
    let names: Vec<&str> = ["SERVICE_RESULT", "EXIT_CODE", "EXIT_STATUS"]
        .into_iter()
        .filter(|name| is_read(name) && !is_own(name))
        .collect();
    if names.is_empty() { String::new() } else { format!("unset {}\n", names.join(" ")) }
}

/// Shell text by which a pre-stop or post-stop takes a day, so that a short kill timeout does not cut
/// it: init lets it take any time (`init/job_process.c`, `job_process_kill`).
fn time(lowering: &Lowering<'_>, shape: Shape, phase: Phase) -> &'static str {
    if kill::asks_for_time(lowering, shape, phase) {
        "systemd-notify EXTEND_TIMEOUT_USEC=86400000000 || :\n"
    } else {
        ""
    }
}

/// What `stop on` says of the end of the system, for a unit that systemd may stop then. A task is
/// over, and so is the work of a job of the shutdown.
fn at_end(shape: Shape, conditions: &Conditions) -> AtEnd {
    let lasts = matches!(shape, Shape::Service | Shape::State) && !conditions.at_shutdown;
    if lasts { conditions.at_end } else { AtEnd::Stops }
}
