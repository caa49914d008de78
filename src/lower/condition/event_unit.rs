//! Event units. An event unit wants the units of the jobs that wait for the event: starting it
//! starts them.

use super::call::{
    AT_STOP, StartOrStop, after_start, before_start, crashed, ending, may_crash, stop_timeout,
    unlimited_start,
};
use super::peer::Peer;
use crate::jobset::{JobKind, UntilStarted};
use crate::lower::companion::Companion;
use crate::lower::companion_unit::{drop_in, shell};
use crate::lower::lowering::Lowering;
use crate::lower::own_files;
use crate::lower::own_files::{
    ENDED, ENDED_THIS, EVENT, FAILED, FAILED_THIS, MATCHED, STARTED, STARTED_BY_THIS, STARTING,
    STARTING_THIS, STOPPING, STOPPING_THIS, SUCCEEDED, SUCCEEDED_THIS,
};
use crate::systemd::{
    Argument, Command, Directive, NameTooLong, Prefix, Text, Unit, UnitName, Value, escape_instance,
};
use crate::text::bytes::{encode, lossy};
use crate::upstart::events::JobState;
use crate::upstart::job::StanzaId;

/// The event unit for the state of a job. `None` if the job cannot start it.
pub(super) fn of(lowering: &Lowering<'_>, peer: &Peer, state: JobState) -> Option<EventUnit> {
    let is_known = matches!(peer.kind, Some(JobKind::Service | JobKind::State | JobKind::Task));
    let mut node = EventUnit::at(&peer.unit, state).ok()?;
    if state == JobState::Started && peer.kind == Some(JobKind::Task) {
        node.of = Of::TaskAtWork(peer.unit.clone());
    }
    (is_known && peer.calls(lowering)).then_some(node)
}

/// The unit that stands for all events of this name; `None` if the name is too long for one.
pub fn event_unit(event: &str) -> Option<UnitName> {
    EventUnit::of(event).ok().map(|node| node.unit)
}

/// The event unit for the start of a job that only stands for others: nothing can tell whether what
/// starts before it has started before or after it.
pub(super) fn of_group(lowering: &Lowering<'_>, peer: &Peer) -> Option<EventUnit> {
    let is_group =
        peer.traits.until_started == UntilStarted::OnlyGroups && peer.kind == Some(JobKind::State);
    is_group.then(|| of(lowering, peer, JobState::Started))?
}

/// Writes the event unit, and the drop-in by which the job starts it.
pub(super) fn write(
    lowering: &mut Lowering<'_>,
    stanza: StanzaId,
    (node, peer): (&EventUnit, &Peer),
) {
    let start = node.starter(lowering, peer).or_else(|| node.ender(lowering, peer));
    for companion in [node.companion(lowering)].into_iter().chain(start) {
        lowering.ledger.file(stanza, &companion.output().path);
        lowering.companion(companion);
    }
}

/// The companions by which a job that is respawned starts or stops this unit when it has ended for
/// good: systemd also follows `OnSuccess=` and `OnFailure=` when it starts the unit again, and
/// therefore an event unit looks whether it does.
pub(super) fn at_last_end(
    lowering: &Lowering<'_>,
    peer: &Peer,
    (ended, verb): (Ended, StartOrStop),
    own: Argument,
) -> Vec<Companion> {
    let Ok(node) = EventUnit::ended(peer, ended) else { return Vec::new() };
    let words: &[&str] = match verb {
        StartOrStop::Start => &["/bin/systemctl", "--no-block", "start"],
        StartOrStop::Stop => &["/bin/systemctl", "--no-block", "stop"],
    };
    let mut command = Command::words(words.iter().copied());
    command.argv.push(own.clone());
    command.prefix.ignore_failure = true;
    let line = [(Directive::ExecStart, Value::command(&command))];
    let mut companions = vec![node.companion(lowering), drop_in(lowering, &node.unit, line)];
    companions.extend(node.ender(lowering, peer));
    if verb == StartOrStop::Start && ended != Ended::Failed {
        // While the system goes down, systemd does not follow `OnSuccess=`.
        let script = "[ \"$(/bin/systemctl is-system-running)\" != stopping ] || /bin/systemctl --no-block --job-mode=ignore-dependencies start \"$0\"";
        let mut command = shell(lowering, &["-c"], script);
        command.argv.push(own);
        command.prefix = Prefix { ignore_failure: true, full_privileges: true, ..command.prefix };
        companions.push(drop_in(
            lowering,
            &peer.unit,
            [(Directive::ExecStopPost, Value::command(&command))],
        ));
    }
    companions
}

/// A unit that stands for an event: starting it is emitting the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lower) struct EventUnit {
    /// The name of the unit.
    pub(crate) unit: UnitName,
    /// The event, for the description of the unit.
    event: String,
    /// Which events of that name the unit stands for.
    of: Of,
}

/// The directives by which the event unit of a variable looks at its value. The script finds
/// `KEY=VALUE` in `$EVENT_VARIABLE`. Its failure must not keep the commands of other jobs from
/// running (systemd.service(5), `ExecStart=`).
pub(super) fn by_value(lowering: &Lowering<'_>, script: &str) -> Vec<(Directive, Value)> {
    let mut command = shell(lowering, &["-c"], script);
    command.prefix.ignore_failure = true;
    let variable = Value::environment_specifier("EVENT_VARIABLE", "", "%I");
    variable
        .map(|variable| (Directive::Environment, variable))
        .into_iter()
        .chain([(Directive::ExecStart, Value::command(&command))])
        .collect()
}

/// Which events of a name an event unit stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Of {
    /// All of them.
    All,
    /// Those with a certain value of one variable. The unit is an instance of a template.
    Variable,
    /// Those with a variable that passes a test, which is given in words.
    Matched(String),
    /// A state of the job that became this unit, or of one of its instances.
    State(UnitName, JobState),
    /// `started` of such a job that is a task.
    TaskAtWork(UnitName),
    /// `stopped` of that job with this result. `respawned` is whether the job may be started again
    /// when it has ended, so that the unit has to look whether it is.
    End { by: UnitName, ended: Ended, respawned: bool },
    /// That of any instance of the job that became this template.
    Any(UnitName),
}

/// An event of any instance of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) enum AnyInstance {
    Starting,
    Started,
    Stopping,
    /// `stopped` with this result.
    Ended(Ended),
}

impl AnyInstance {
    /// The prefix of the name of the event unit.
    fn prefix(self) -> &'static str {
        match self {
            Self::Starting => STARTING,
            Self::Started => STARTED,
            Self::Stopping => STOPPING,
            Self::Ended(ended) => ended.prefix(),
        }
    }

    /// The event in a word, such as `started`.
    pub(crate) fn word(self) -> &'static str {
        self.prefix().trim_start_matches("upstart-").trim_end_matches('-')
    }

    /// The name of the drop-in by which the job starts the event unit.
    pub(crate) fn drop_in(self) -> String {
        // See `EventUnit::starter`.
        let word = if self == Self::Stopping { AT_STOP } else { self.word() };
        format!("{word}-of-any")
    }
}

/// The result of a job that an event unit stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) enum Ended {
    /// Any.
    Any,
    /// `RESULT=ok`.
    Well,
    /// `RESULT=failed`.
    Failed,
}

impl Ended {
    /// The prefix of the name of the event unit.
    fn prefix(self) -> &'static str {
        match self {
            Self::Any => ENDED,
            Self::Well => SUCCEEDED,
            Self::Failed => FAILED,
        }
    }

    /// The event unit for the end of the job whose unit contains this value (systemd.unit(5),
    /// "Specifiers").
    pub(super) fn event_unit_of_this(self) -> &'static str {
        match self {
            Self::Any => ENDED_THIS,
            Self::Well => SUCCEEDED_THIS,
            Self::Failed => FAILED_THIS,
        }
    }

    /// The directives by which a unit starts another one when it ends like this.
    pub(crate) fn directives(self) -> &'static [Directive] {
        match self {
            Self::Any => &[Directive::OnSuccess, Directive::OnFailure],
            Self::Well => &[Directive::OnSuccess],
            Self::Failed => &[Directive::OnFailure],
        }
    }

    /// The end in words, and the name of a latch for it, if an event unit of this name stands for
    /// an end.
    pub(super) fn named(unit: &UnitName) -> Option<(String, String)> {
        [(Self::Any, "end"), (Self::Well, "success"), (Self::Failed, "failure")]
            .into_iter()
            .find_map(|(ended, word)| {
                let job = unit.stem().strip_prefix(ended.prefix())?;
                let name = unit.stem().strip_prefix("upstart-")?;
                Some((format!("the {word} of {job}"), name.to_owned()))
            })
    }
}

/// The prefix of the names of the event units for a state of jobs.
fn prefix(state: JobState) -> &'static str {
    match state {
        JobState::Starting => STARTING,
        JobState::Started => STARTED,
        JobState::Stopping => STOPPING,
        JobState::Stopped => ENDED,
    }
}

impl EventUnit {
    /// The event unit for all events of a name.
    pub(crate) fn of(event: &str) -> Result<Self, NameTooLong> {
        let unit = UnitName::escaped(&encode(&format!("{EVENT}{event}")), "service")?;
        Ok(Self { unit, event: event.to_owned(), of: Of::All })
    }

    /// The event unit for the events with `KEY=VALUE`. `value` is already escaped and may be a
    /// specifier.
    pub(crate) fn with(event: &str, key: &str, value: &str) -> Result<Self, NameTooLong> {
        let of_event = Self::of(event)?;
        let key = escape_instance(&encode(&format!("{key}=")));
        let unit = UnitName::checked(format!("{}@{key}{value}.service", of_event.unit.stem()))?;
        Ok(Self { unit, event: event.to_owned(), of: Of::Variable })
    }

    /// The event unit for a state of the job that became this unit. See [`EventUnit::starter`].
    pub(crate) fn at(by: &UnitName, state: JobState) -> Result<Self, NameTooLong> {
        let unit = UnitName::checked(format!("{}{by}", prefix(state)))?;
        let event = format!("{} {}", state.name(), by.of_instance().stem());
        Ok(Self { unit, event, of: Of::State(by.clone(), state) })
    }

    /// The event unit for the events with a variable that passes a test. `test` is the test in
    /// words. See [`EventUnit::matcher`].
    pub(crate) fn matched(event: &str, test: &str) -> Result<Self, NameTooLong> {
        let stem = UnitName::escaped(&encode(&format!("{MATCHED}{event}")), "service")?;
        let test_part = escape_instance(&encode(test));
        let unit = UnitName::checked(format!("{}-{test_part}.service", stem.stem()))?;
        Ok(Self { unit, event: event.to_owned(), of: Of::Matched(test.to_owned()) })
    }

    /// The event unit for an event of a device with these arguments. Its name has no backslashes,
    /// which systemd before 258 takes out of `SYSTEMD_WANTS` (`src/core/device.c`,
    /// `device_add_udev_wants`).
    pub(crate) fn of_device(event: &str, arguments: &str) -> Result<Self, NameTooLong> {
        let plain = |text: &str| -> String {
            let byte = |byte: &u8| match byte {
                b'_' | b'-' => char::from(*byte).to_string(),
                _ if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
                _ => format!(".{byte:02x}"),
            };
            encode(text).iter().map(byte).collect()
        };
        if arguments.is_empty() {
            return Self::of(event);
        }
        let unit =
            UnitName::checked(format!("{MATCHED}{}-{}.service", plain(event), plain(arguments)))?;
        Ok(Self { unit, event: event.to_owned(), of: Of::Matched(arguments.to_owned()) })
    }

    /// The event unit for the end of the job that became this unit. See [`EventUnit::ender`].
    pub(crate) fn ended(peer: &Peer, ended: Ended) -> Result<Self, NameTooLong> {
        let by = peer.unit.clone();
        let unit = UnitName::checked(format!("{}{by}", ended.prefix()))?;
        let event = format!("stopped {}", by.of_instance().stem());
        Ok(Self { unit, event, of: Of::End { by, ended, respawned: peer.traits.respawns } })
    }

    /// Whether the unit looks whether the event has happened, so that nothing may be wanted by it:
    /// what a unit wants is started in any case.
    pub(super) fn looks(&self) -> bool {
        matches!(self.of, Of::End { respawned: true, .. })
    }

    /// The event unit for an event of any instance of the job that became this template.
    pub(crate) fn of_any(event: AnyInstance, template: &UnitName) -> Result<Self, NameTooLong> {
        let unit = UnitName::checked(format!("{}{}.service", event.prefix(), template.stem()))?;
        let event = format!("{} {}", event.word(), template.stem());
        Ok(Self { unit, event, of: Of::Any(template.clone()) })
    }

    /// The name of the file that defines the unit: the template if the unit is an instance.
    pub(crate) fn file(&self) -> UnitName {
        match self.of {
            Of::All | Of::Any(_) | Of::Matched(_) => self.unit.clone(),
            Of::Variable | Of::State(..) | Of::TaskAtWork(_) | Of::End { .. } => {
                self.unit.of_instance()
            }
        }
    }

    /// The event unit as a file. Starting it starts the units that wait for the event, and waits
    /// for those that are ordered before it. It becomes inactive at once, which lets the event
    /// happen again.
    pub(crate) fn companion(&self, lowering: &Lowering<'_>) -> Companion {
        let mut unit = Unit::new(self.file());
        let event = lossy(&self.event);
        let stands = match &self.of {
            Of::All => format!("Stands for the event `{event}`: starting it is `initctl emit`."),
            Of::Variable => format!("Stands for the event `{event}` with one of its variables."),
            Of::Matched(test) => {
                format!("Stands for the event `{event}` with `{}`.", lossy(test))
            }
            Of::Any(by) => {
                format!("Stands for the event `{event}`: any instance of {by} starts this.")
            }
            Of::State(by, state) => {
                let when = match state {
                    JobState::Starting => "before it starts",
                    JobState::Started => "when it has started",
                    JobState::Stopping => "before it stops",
                    JobState::Stopped => "when it has stopped",
                };
                let by = by.of_instance();
                format!("Stands for the event `{event}`: {by} starts this {when}.")
            }
            Of::TaskAtWork(by) => {
                let by = by.of_instance();
                format!("Stands for the event `{event}`: {by} starts this when it is at work.")
            }
            Of::End { by, ended, .. } => {
                let how = match ended {
                    Ended::Any => "",
                    Ended::Well => " without a failure",
                    Ended::Failed => " with a failure",
                };
                let by = by.of_instance();
                format!("Stands for the event `{event}`: {by} starts this when it has ended{how}.")
            }
        };
        unit.header.push(Text::new(&own_files::made(&stands)));
        let description = if self.file().is_template() {
            Value::line_with_instance(&format!("Event {event}, "))
        } else if let Of::Matched(test) = &self.of {
            Value::line(&format!("Event {event}, {}", lossy(test)))
        } else {
            Value::line(&format!("Event {event}"))
        };
        unit.add(Directive::Description, description);
        unit.add(lowering.unlimited_starts(), Value::number(0));
        unit.add(Directive::Type, Value::keyword("oneshot"));
        if matches!(self.of, Of::State(_, JobState::Stopping)) {
            // The unit has to start while the system goes down, too.
            unit.set(Directive::DefaultDependencies, Value::keyword("no"));
        }
        if let Of::End { by, respawned: true, .. } = &self.of {
            unit.add(Directive::ExecCondition, Value::command(&has_ended(lowering, by)));
        }
        if let Of::TaskAtWork(by) = &self.of {
            unit.add(Directive::ExecStart, Value::command(&is_at_work(lowering, by)));
        } else {
            unit.add(Directive::ExecStart, Value::keyword("/bin/true"));
        }
        Companion::Unit(unit)
    }

    /// The files by which the event unit of each variable starts the one for a variable that passes
    /// the test. They are the same for every job with that test. `script` makes the test, and starts
    /// the unit.
    pub(crate) fn matcher(
        &self,
        lowering: &Lowering<'_>,
        script: &str,
    ) -> Result<[Companion; 2], NameTooLong> {
        let by_variable = Self::with(&self.event, "", "")?;
        let mut part = Unit::new(self.unit.clone());
        part.header.push(Text::new(&own_files::made(&format!(
            "Starts what waits for the event `{}` with a certain value.",
            lossy(&self.event)
        ))));
        for (directive, value) in by_value(lowering, script) {
            part.add(directive, value);
        }
        let name = self.unit.stem().to_owned();
        let to = by_variable.file();
        Ok([by_variable.companion(lowering), Companion::DropIn { to, name, part }])
    }

    /// The drop-in by which a job starts the event unit for its state; `None` for other events. It
    /// is the same for every job that waits for this one. `Wants=` would not do: it would start the
    /// event unit even if the job fails, and whenever somebody starts a job that is active.
    pub(crate) fn starter(&self, lowering: &Lowering<'_>, peer: &Peer) -> Option<Companion> {
        let (by, state) = match &self.of {
            Of::State(by, state) => (by, *state),
            Of::TaskAtWork(by) => (by, JobState::Started),
            _ => return None,
        };
        let (time, event_unit, name) = match state {
            JobState::Starting => ("before {} starts", STARTING_THIS, "starting"),
            JobState::Started => ("when {} has started", STARTED_BY_THIS, "started"),
            // systemd reads drop-ins in the order of their names (systemd.unit(5)), and this comes
            // before what follows the end.
            JobState::Stopping => ("before {} stops", STOPPING_THIS, AT_STOP),
            JobState::Stopped => return None,
        };
        let mut part = goes_by(by, time);
        for (directive, value) in at_state(lowering, peer, state, &Argument::Specifier(event_unit))
        {
            part.add(directive, value);
        }
        Some(Companion::DropIn { to: by.of_instance(), name: name.to_owned(), part })
    }

    /// The drop-in by which a job starts the event unit for its end, as far as this version of
    /// systemd can; `None` for other events. It is the same for every job that waits for this one.
    pub(crate) fn ender(&self, lowering: &Lowering<'_>, peer: &Peer) -> Option<Companion> {
        let Of::End { by, ended, respawned } = &self.of else { return None };
        let to = by.of_instance();
        let mut part = goes_by(
            by,
            match ended {
                Ended::Any => "when {} has ended",
                Ended::Well => "when {} has ended well",
                Ended::Failed => "when {} has failed",
            },
        );
        let unit = UnitName::known(ended.event_unit_of_this());
        let name = ended.prefix().trim_start_matches("upstart-").trim_end_matches('-').to_owned();
        if peer.calls(lowering) && !respawned {
            let event_unit = Argument::Specifier(ended.event_unit_of_this());
            part.add(Directive::ExecStopPost, ending(lowering, peer, *ended, event_unit));
            return Some(Companion::DropIn { to, name, part });
        }
        let known: Vec<Directive> = ended
            .directives()
            .iter()
            .copied()
            .filter(|directive| directive.since() <= lowering.options.systemd_version)
            .collect();
        for &directive in &known {
            part.add(directive, Value::unit(&unit));
        }
        (!known.is_empty()).then_some(Companion::DropIn { to, name, part })
    }
}

/// A drop-in for a unit that starts an event unit at this time.
fn goes_by(by: &UnitName, time: &str) -> Unit {
    let to = by.of_instance();
    let mut part = Unit::new(to.clone());
    let what = format!("Starts and stops others {}.", time.replace("{}", to.stem()));
    part.header.push(Text::new(&own_files::made(&what)));
    part
}

/// The directives by which a job starts the event unit `target` at a state; none for `stopped`, which
/// [`ending`] is for.
pub(super) fn at_state(
    lowering: &Lowering<'_>,
    peer: &Peer,
    state: JobState,
    target: &Argument,
) -> Vec<(Directive, Value)> {
    let is_task = peer.kind == Some(JobKind::Task);
    let words: &[&str] = match state {
        JobState::Starting | JobState::Stopping => &["/bin/systemctl", "start"],
        JobState::Started | JobState::Stopped => &["/bin/systemctl", "--no-block", "start"],
    };
    let mut command = Command::words(words.iter().copied());
    command.argv.push(target.clone());
    command.prefix = Prefix { ignore_failure: true, full_privileges: true, ..Prefix::default() };
    let line = Value::command(&command);
    match state {
        JobState::Starting => {
            [(before_start(lowering), line)].into_iter().chain(unlimited_start(peer)).collect()
        }
        JobState::Started => vec![(after_start(is_task), line)],
        JobState::Stopping => {
            let at_stop = if is_task { Directive::ExecStopPost } else { Directive::ExecStop };
            let mut lines = vec![(at_stop, line)];
            if !is_task && may_crash(peer) {
                let crashed = crashed(lowering, words, target.clone());
                lines.push((Directive::ExecStopPost, crashed));
            }
            lines.push((Directive::TimeoutStopSec, Value::number(stop_timeout(peer))));
            lines
        }
        JobState::Stopped => Vec::new(),
    }
}

/// The command that waits until the main process of a task has been started. A unit of type
/// `oneshot` has no directive that runs beside it.
fn is_at_work(lowering: &Lowering<'_>, by: &UnitName) -> Command {
    let script = "while [ \"$(/bin/systemctl show -p ActiveState,MainPID \"$0\" | grep -Ecx 'ActiveState=activating|MainPID=0')\" = 2 ]; do sleep 0.05; done";
    let mut command = shell(lowering, &["-c"], script);
    command.argv.push(Argument::Unit(by.clone()));
    command
}

/// The command that succeeds if a unit that systemd may start again has ended for good.
fn has_ended(lowering: &Lowering<'_>, by: &UnitName) -> Command {
    let script = "case $(/bin/systemctl show -p ActiveState --value \"$0\"):$(/bin/systemctl list-jobs --no-legend \"$0\") in\n    inactive: | failed:) ;;\n    *) exit 1 ;;\nesac";
    let mut command = shell(lowering, &["-c"], script);
    command.argv.push(Argument::Unit(by.clone()));
    command
}
