//! The commands by which other units start and stop this one: drop-ins for the units of the jobs
//! whose events the conditions name.
//!
//! A relation between units would do less or more. `Wants=` starts this unit again whenever
//! somebody starts the other one, also while that one runs. `Conflicts=` works in both directions.
//! No relation starts a unit while another one stops.

use super::event_unit::Ended;
use super::peer::Peer;
use crate::jobset::{JobKind, Traits, UntilStarted};
use crate::lower::companion::Companion;
use crate::lower::companion_unit::{drop_in, shell};
use crate::lower::condition::event_unit;
use crate::lower::lowering::Lowering;
use crate::systemd::{Argument, Command, Directive, Feature, Prefix, UnitName, Value, shell_word};
use crate::upstart::events::JobState;
use crate::upstart::instances::Instance;
use crate::upstart::job::StanzaId;

/// What another unit does to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum StartOrStop {
    /// It stops this unit. If the same state does both, the unit stops first.
    Stop,
    /// It starts this unit.
    Start,
}

/// A state of another job at which its unit starts or stops this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// The stanza that asks for it.
    pub(super) stanza: StanzaId,
    /// The other job.
    pub(super) peer: Peer,
    /// The state.
    pub(super) state: JobState,
    /// For `stopping` and `stopped`, how the other job has to end.
    pub(super) ended: Ended,
    /// What happens to this unit.
    pub(super) verb: StartOrStop,
}

impl Call {
    /// Which unit starts this one, and when: `a.service as it stops`. `None` if it stops this one.
    pub(super) fn origin(&self) -> Option<String> {
        let when = match (self.state, self.ended) {
            (JobState::Starting, _) => "before it starts",
            (JobState::Started, _) => "when it has started",
            (JobState::Stopping, Ended::Any) => "as it stops",
            (JobState::Stopped, Ended::Any) => "when it has ended",
            (_, Ended::Well) => "when it has ended well",
            (_, Ended::Failed) => "when it has failed",
        };
        (self.verb == StartOrStop::Start)
            .then(|| format!("{} {when}", self.peer.unit.of_instance()))
    }
}

/// A timeout in seconds that is enough for most work: the default of systemd
/// (systemd-system.conf(5), `DefaultTimeoutStopSec=`).
const AMPLE: u32 = 90;

/// How the names of drop-ins begin that are about `stopping`.
pub(super) const AT_STOP: &str = "at-stop";

/// The seconds that a unit has to stop, if others start or stop before that.
pub(super) fn stop_timeout(peer: &Peer) -> u32 {
    peer.traits.kill_timeout.max(AMPLE)
}

/// Writes the drop-ins. The calls of one unit are in the order in which their states come.
pub(super) fn write(lowering: &mut Lowering<'_>, mut calls: Vec<Call>) {
    calls.sort_by_key(|call| (call.state, call.verb));
    for call in &calls {
        for companion in companions(lowering, call) {
            lowering.ledger.file(call.stanza, &companion.output().path);
            lowering.companion(companion);
        }
    }
}

/// The drop-ins of one call.
fn companions(lowering: &Lowering<'_>, call: &Call) -> Vec<Companion> {
    let Call { stanza: _, peer, state, ended, verb } = call;
    let call_line = CallLine::of(lowering, call);
    let is_task = peer.kind == Some(JobKind::Task);
    let mut directives: Vec<(Directive, Value)> = Vec::new();
    match state {
        JobState::Starting => {
            directives.push((before_start(lowering), call_line.waiting()));
            directives.extend(unlimited_start(peer));
        }
        JobState::Started => directives.push((after_start(is_task), call_line.not_waiting())),
        // A respawn is no failure to init, which then reports one at the limit alone
        // (`init/job_process.c`, `job_process_terminated`).
        JobState::Stopping if peer.traits.respawns && *ended == Ended::Failed => {
            return event_unit::at_last_end(lowering, peer, (*ended, *verb), call_line.own);
        }
        JobState::Stopping => {
            directives.extend(call_line.at_stopping(is_task));
            if peer.present() {
                let seconds = Value::number(stop_timeout(peer));
                directives.push((Directive::TimeoutStopSec, seconds));
            }
        }
        JobState::Stopped if peer.traits.respawns => {
            return event_unit::at_last_end(lowering, peer, (*ended, *verb), call_line.own);
        }
        JobState::Stopped => {
            directives.push((Directive::ExecStopPost, call_line.at_end(false)));
        }
    }
    let mut companion = drop_in(lowering, &peer.unit, directives);
    if *state == JobState::Stopping
        && let Companion::DropIn { name, .. } = &mut companion
    {
        // systemd reads drop-ins in the order of their names (systemd.unit(5)), and `stopping` comes
        // before `stopped`.
        name.insert_str(0, &format!("{AT_STOP}-"));
    }
    vec![companion]
}

/// The directive for what runs before a unit starts. `ExecCondition=` comes before any
/// `ExecStartPre=` of the unit itself, as `starting` comes before pre-start.
pub(in crate::lower) fn before_start(lowering: &Lowering<'_>) -> Directive {
    if lowering.has(Feature::ExecCondition) {
        Directive::ExecCondition
    } else {
        Directive::ExecStartPre
    }
}

/// The directive for what runs when a unit has started. A task is at work then: systemd runs
/// `ExecStartPost=` of a unit of type `oneshot` when its process has ended.
pub(in crate::lower) fn after_start(is_task: bool) -> Directive {
    if is_task { Directive::ExecStartPre } else { Directive::ExecStartPost }
}

/// The line by which a service waits for what runs before it, without a limit, as init does.
pub(super) fn unlimited_start(peer: &Peer) -> Option<(Directive, Value)> {
    // systemd does not limit the start of a unit of type `oneshot` (systemd.service(5),
    // `TimeoutStartSec=`).
    (peer.kind == Some(JobKind::Service))
        .then(|| (Directive::TimeoutStartSec, Value::keyword("infinity")))
}

/// Writes the command lines of one call.
struct CallLine<'a> {
    lowering: &'a Lowering<'a>,
    call: &'a Call,
    /// This unit, as the other unit names it.
    own: Argument,
}

impl<'a> CallLine<'a> {
    fn of(lowering: &'a Lowering<'a>, call: &'a Call) -> Self {
        let own = match (call.verb, own_unit(lowering, &call.peer)) {
            (StartOrStop::Start, Some(own)) => Argument::Unit(own),
            (StartOrStop::Stop, _) if call.peer.unit.is_own_instance() => {
                Argument::Unit(lowering.name.own_instance())
            }
            (StartOrStop::Stop, _) | (StartOrStop::Start, None) => {
                Argument::Word(lowering.name.all_instances().into())
            }
        };
        Self { lowering, call, own }
    }

    /// The words of the command, up to the name of this unit.
    fn words(&self, waits: bool) -> Vec<&'static str> {
        let mut words = vec!["/bin/systemctl"];
        if !waits {
            words.push("--no-block");
        }
        match self.call.verb {
            StartOrStop::Stop => words.push("stop"),
            // While the system goes down, everything that the start of a unit implies conflicts
            // with the shutdown (systemctl(1), `--job-mode=`).
            StartOrStop::Start => words.extend(["--job-mode=ignore-dependencies", "start"]),
        }
        words
    }

    fn plain(&self, waits: bool) -> Value {
        let mut command = Command::words(self.words(waits));
        command.argv.push(self.own.clone());
        command.prefix =
            Prefix { ignore_failure: true, full_privileges: true, ..Prefix::default() };
        Value::command(&command)
    }

    /// The command. The other unit waits for its end.
    fn waiting(&self) -> Value {
        self.plain(true)
    }

    /// The command. The other unit does not wait for its end.
    fn not_waiting(&self) -> Value {
        self.plain(false)
    }

    /// The command, if the other unit ends as it should.
    fn at_end(&self, waits: bool) -> Value {
        let Call { peer, state, ended, .. } = self.call;
        self.script(waits, |job, command| by_end(&peer.traits, (*state, *ended), job, command))
    }

    /// The commands for `stopping`. A unit runs `ExecStop=` if somebody stops it, and if its main
    /// process has ended without a failure; and `ExecStopPost=` whenever it has ended
    /// (systemd.service(5)).
    fn at_stopping(&self, is_task: bool) -> Vec<(Directive, Value)> {
        // Every respawn is a good end to init.
        let ended = match self.call.ended {
            Ended::Well if self.call.peer.traits.respawns => Ended::Any,
            ended => ended,
        };
        match (ended, is_task) {
            (Ended::Any, true) => vec![(Directive::ExecStopPost, self.waiting())],
            (Ended::Well | Ended::Failed, true) | (Ended::Failed, false) => {
                vec![(Directive::ExecStopPost, self.at_end(true))]
            }
            (Ended::Well, false) => vec![(Directive::ExecStop, self.at_end(true))],
            (Ended::Any, false) => {
                let mut both = vec![(Directive::ExecStop, self.waiting())];
                if may_crash(&self.call.peer) {
                    let when_crashed = match self.call.verb {
                        // It does no harm to stop the unit once more.
                        StartOrStop::Stop => self.waiting(),
                        StartOrStop::Start => self.script(true, after_crash),
                    };
                    both.push((Directive::ExecStopPost, when_crashed));
                }
                both
            }
        }
    }

    /// A line that runs a shell script, which is made of shell text for the job of systemd that the
    /// other unit has, such as `38 a.service stop running`, and of the command.
    fn script(&self, waits: bool, text: impl Fn(&str, &str) -> String) -> Value {
        let words = self.words(waits);
        let is_fixed = |argument: &Argument| match argument {
            Argument::Unit(unit) => !unit.is_own_instance(),
            Argument::Word(_) => true,
            Argument::Script { .. }
            | Argument::Variable(_)
            | Argument::Expanded(_)
            | Argument::Specifier(_) => false,
        };
        if self.call.peer.unit.is_own_instance() || !is_fixed(&self.own) {
            return by_names(self.lowering, &words, self.own.clone(), text);
        }
        let own = match &self.own {
            Argument::Unit(own) => shell_word(own.as_str()),
            _ => shell_word(&self.lowering.name.all_instances()),
        };
        let script = text(
            &job_of(&shell_word(self.call.peer.unit.as_str())),
            &format!("{} {own}", words.join(" ")),
        );
        Value::command(&with_privileges(shell(self.lowering, &["-c"], &script)))
    }
}

/// The command by which a unit starts the event unit `target` for its end, if it ends as it should.
pub(super) fn ending(
    lowering: &Lowering<'_>,
    peer: &Peer,
    ended: Ended,
    target: Argument,
) -> Value {
    let words = ["/bin/systemctl", "--no-block", "start"];
    by_names(lowering, &words, target, |job, command| {
        by_end(&peer.traits, (JobState::Stopped, ended), job, command)
    })
}

/// Whether the process of the job may end by itself.
pub(in crate::lower) fn may_crash(peer: &Peer) -> bool {
    peer.traits.until_started == UntilStarted::Works || !peer.present()
}

/// The command of an `ExecStopPost=` that systemd runs if it has not run `ExecStop=`.
pub(in crate::lower) fn crashed(
    lowering: &Lowering<'_>,
    words: &[&str],
    target: Argument,
) -> Value {
    by_names(lowering, words, target, after_crash)
}

/// A line that runs a shell script with names that systemd expands as arguments: the shell would
/// take backslashes out of names within the script.
fn by_names(
    lowering: &Lowering<'_>,
    words: &[&str],
    target: Argument,
    text: impl Fn(&str, &str) -> String,
) -> Value {
    let script = text(&job_of("\"$0\""), &format!("{} \"$1\"", words.join(" ")));
    let mut line = shell(lowering, &["-c"], &script);
    line.argv.extend([Argument::Specifier("%n"), target]);
    Value::command(&with_privileges(line))
}

/// The command with full privileges. Its failure is ignored.
fn with_privileges(mut command: Command) -> Command {
    command.prefix = Prefix { ignore_failure: true, full_privileges: true, ..command.prefix };
    command
}

/// Shell text for the job of systemd that a unit has, such as `38 a.service stop running`.
fn job_of(unit: &str) -> String {
    format!("$(/bin/systemctl list-jobs --no-legend {unit})")
}

/// A script that runs `command` when a unit ends as it should. init takes whatever happens while a
/// job is stopped for a good end, and otherwise a death by any signal for a failure
/// (`init/job_process.c`, `job_process_terminated`). There is no `stopped` between the stop and the
/// start of a restart (`init/job.c`, `job_next_state`).
fn by_end(traits: &Traits, (state, ended): (JobState, Ended), job: &str, command: &str) -> String {
    let is_over = state == JobState::Stopped;
    let (asked, restart) = if is_over {
        ("*' stop '*", "*' restart '*) ;;\n    ")
    } else {
        ("*' stop '* | *' restart '*", "")
    };
    let signals: String =
        traits.normal_signals.iter().map(|signal| format!(" | *:success:{signal}")).collect();
    let good = format!("{asked} | *:success: | *:success:[0-9]*{signals}");
    let result = "$SERVICE_RESULT:$EXIT_STATUS";
    match ended {
        Ended::Any => format!("case {job} in\n    {restart}*) {command} ;;\nesac"),
        Ended::Well => {
            format!("case {job}:{result} in\n    {restart}{good}) {command} ;;\nesac")
        }
        Ended::Failed => {
            format!("case {job}:{result} in\n    {restart}{good}) ;;\n    *) {command} ;;\nesac")
        }
    }
}

/// A script for `ExecStopPost=` that runs `command` if systemd has not run `ExecStop=`.
fn after_crash(job: &str, command: &str) -> String {
    format!(
        "case {job}:$SERVICE_RESULT in\n    *' stop '* | *' restart '* | *:success) ;;\n    *) {command} ;;\nesac"
    )
}

/// The unit that the other job starts: the instance of the same name where that job is one, else
/// the default; `None` if this job has instances and none is the default.
pub(super) fn own_unit(lowering: &Lowering<'_>, peer: &Peer) -> Option<UnitName> {
    match &lowering.instance {
        Instance::Singleton { .. } => Some(lowering.name.clone()),
        Instance::Template { .. } if peer.unit.is_own_instance() => {
            Some(lowering.name.own_instance())
        }
        Instance::Template { default, .. } => {
            let default = default.as_ref()?;
            Some(lowering.name.instance_escaped(default))
        }
    }
}
