//! Event units. An event unit wants the units of the jobs that wait for the event: starting it
//! starts them.

use super::peer::Peer;
use crate::jobset::JobKind;
use crate::lower::companion::Companion;
use crate::lower::companion_unit::shell;
use crate::lower::lowering::Lowering;
use crate::lower::own_files;
use crate::lower::own_files::{
    ENDED, EVENT, FAILED, MATCHED, STARTED, STARTED_BY_THIS, STARTING, STOPPING, SUCCEEDED,
};
use crate::systemd::{
    Argument, Command, Directive, NameTooLong, Prefix, Text, Unit, UnitName, Value, escape_instance,
};
use crate::text::bytes::{encode, lossy};
use crate::upstart::job::StanzaId;

/// The event unit for the start of a job. `None` if the job cannot start an event unit, or if it is
/// not known to exist, or if it is a task, which has ended when systemd regards it as started.
pub(super) fn of(lowering: &Lowering<'_>, peer: &Peer) -> Option<EventUnit> {
    let stays = matches!(peer.kind, Some(JobKind::Service | JobKind::State));
    let can = stays && peer.present() && !peer.early && peer.can_call(lowering);
    can.then(|| EventUnit::started(&peer.unit).ok())?
}

/// Writes the event unit, and the drop-in by which the job starts it.
pub(super) fn write(lowering: &mut Lowering<'_>, stanza: StanzaId, node: &EventUnit) {
    for companion in std::iter::once(node.companion(lowering)).chain(node.starter()) {
        lowering.ledger.file(stanza, &companion.output().path);
        lowering.companion(companion);
    }
}

/// Whether this is the name of an event unit. Its event may happen repeatedly.
pub(in crate::lower) fn is_event(unit: &str) -> bool {
    [EVENT, MATCHED, STARTING, STARTED, STOPPING, ENDED, SUCCEEDED, FAILED]
        .iter()
        .any(|prefix| unit.starts_with(prefix))
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
    /// `started` of the job that became this unit, or of one of its instances.
    Start(UnitName),
    /// `stopped` of that job with this result.
    End(UnitName, Ended),
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

    /// The event unit for the start of the job that became this unit. See [`EventUnit::starter`].
    pub(crate) fn started(by: &UnitName) -> Result<Self, NameTooLong> {
        let unit = UnitName::checked(format!("{STARTED}{by}"))?;
        let event = format!("started {}", by.of_instance().stem());
        Ok(Self { unit, event, of: Of::Start(by.clone()) })
    }

    /// The event unit for the end of the job that became this unit. See [`EventUnit::ender`].
    pub(crate) fn ended(by: &UnitName, ended: Ended) -> Result<Self, NameTooLong> {
        let unit = UnitName::checked(format!("{}{by}", ended.prefix()))?;
        let event = format!("stopped {}", by.of_instance().stem());
        Ok(Self { unit, event, of: Of::End(by.clone(), ended) })
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
            Of::Variable | Of::Start(_) | Of::End(..) => self.unit.of_instance(),
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
            Of::Start(by) => format!(
                "Stands for the event `{event}`: {} starts this when it has started.",
                by.of_instance()
            ),
            Of::End(by, ended) => {
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
        unit.add(Directive::ExecStart, Value::keyword("/bin/true"));
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

    /// The drop-in by which a job starts the event unit for its start; `None` for other events. It
    /// is the same for every job that waits for this one. `Wants=` would not do: it would start the
    /// event unit even if the job fails.
    pub(crate) fn starter(&self) -> Option<Companion> {
        let Of::Start(by) = &self.of else { return None };
        let to = by.of_instance();
        let mut part = Unit::new(to.clone());
        part.header.push(Text::new(&own_files::made(&format!(
            "Starts what follows the start of {}.",
            to.stem()
        ))));
        let [systemctl, block, verb] =
            ["/bin/systemctl", "--no-block", "start"].map(|word| Argument::Word(word.into()));
        let mut command =
            Command::new([systemctl, block, verb, Argument::Specifier(STARTED_BY_THIS)]);
        command.prefix =
            Prefix { ignore_failure: true, full_privileges: true, ..Prefix::default() };
        part.add(Directive::ExecStartPost, Value::command(&command));
        Some(Companion::DropIn { to, name: "started".to_owned(), part })
    }

    /// The drop-in by which a job starts the event unit for its end, as far as this version of
    /// systemd can; `None` for other events. It is the same for every job that waits for this one.
    pub(crate) fn ender(&self, lowering: &Lowering<'_>) -> Option<Companion> {
        let Of::End(by, ended) = &self.of else { return None };
        let to = by.of_instance();
        let mut part = Unit::new(to.clone());
        part.header.push(Text::new(&own_files::made(&format!(
            "Starts what follows the end of {}.",
            to.stem()
        ))));
        let known: Vec<Directive> = ended
            .directives()
            .iter()
            .copied()
            .filter(|directive| directive.since() <= lowering.options.systemd_version)
            .collect();
        let unit = UnitName::known(format!("{}%n", ended.prefix()));
        for &directive in &known {
            part.add(directive, Value::unit(&unit));
        }
        let name = ended.prefix().trim_start_matches("upstart-").trim_end_matches('-').to_owned();
        (!known.is_empty()).then_some(Companion::DropIn { to, name, part })
    }
}
