//! Files that a job needs beside its unit. Each is either of this job alone or the same whichever job asks for it,
//! so that the files of several jobs can be put together without a merge.

use super::context::Lowering;
use crate::conversion::Output;
use crate::source::{encode, lossy};
use crate::systemd::{Argument, Command, Directive, Feature, NameTooLong, Prefix, Text, Unit, UnitName, Value, escape_instance};

/// Where units, and the directories of their drop-ins, are installed.
pub const UNITS: &str = "etc/systemd/system";

/// A file beside the unit of a job.
#[derive(Clone, Debug)]
pub enum Companion {
    /// A unit of its own name: a socket, a path, a target, what stands for an event.
    Unit(Unit),
    /// What the job adds to another unit.
    DropIn {
        to: UnitName,
        part: Unit,
    },
    File(Output),
}

impl Companion {
    /// Takes over what another one says, if it is the same file.
    pub(super) fn absorb(&mut self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unit(unit), Self::Unit(other)) if unit.name == other.name => unit.absorb(other),
            (Self::DropIn { to, part }, Self::DropIn { to: other_to, part: other }) if to == other_to => part.absorb(other),
            (Self::File(file), Self::File(other)) if file.path == other.path => {
                for line in other.text.lines().filter(|line| !line.starts_with('#')) {
                    if !file.text.lines().any(|known| known == line) {
                        file.text.push_str(&format!("{line}\n"));
                    }
                }
            }
            (Self::Unit(_) | Self::DropIn { .. } | Self::File(_), _) => return false,
        }
        true
    }

    pub fn output(&self) -> Output {
        match self {
            Self::Unit(unit) => Output { path: format!("{UNITS}/{}", unit.name), text: unit.to_string() },
            Self::DropIn { to, part } => {
                Output { path: format!("{UNITS}/{to}.d/upstart-{}.conf", part.name.stem()), text: part.to_string() }
            }
            Self::File(output) => output.clone(),
        }
    }
}

/// The line at the top of whatever is made for a job. By its end a file of ours is recognised. It stays one line whatever the job is
/// called: what follows a newline would be a command of a script, or a rule of udev.
pub(super) fn made_for(lowering: &Lowering<'_>) -> Text {
    Text::new(&format!("Made for {}.conf by upstart2systemd.", lossy(&lowering.job.name.0)))
}

/// A unit with the stem of the job's own.
pub(super) fn beside(lowering: &Lowering<'_>, suffix: &str) -> Unit {
    let mut unit = Unit::new(lowering.unit.name.beside(suffix));
    unit.header.push(made_for(lowering));
    unit
}

/// An addition to another unit, still empty.
pub(super) fn drop_in(lowering: &Lowering<'_>, to: &UnitName, directives: impl IntoIterator<Item = (Directive, Value)>) -> Companion {
    let mut part = Unit::new(lowering.unit.name.clone());
    part.header.push(made_for(lowering));
    for (directive, value) in directives {
        part.add(directive, value);
    }
    Companion::DropIn { to: to.clone(), part }
}

/// `systemctl VERB` on the unit of the job, with full privileges, whatever comes of it. All instances, where the job has some.
pub(super) fn systemctl(lowering: &Lowering<'_>, words: &[&str]) -> Value {
    let unit = all_instances(lowering);
    let mut command = Command::words(["/bin/systemctl"].into_iter().chain(words.iter().copied()).chain([unit.as_str()]));
    command.prefix = Prefix { ignore_failure: true, full_privileges: true, ..Prefix::default() };
    Value::command(&command)
}

/// What the shell does, called with these options.
pub(super) fn shell(lowering: &Lowering<'_>, options: &[&str], text: &str) -> Command {
    let reading = crate::shell::read(text);
    let script = Argument::Script { text: text.as_bytes().to_vec(), breaks: reading.breaks, joins: reading.joins };
    let words = ["/bin/sh"].iter().chain(options).map(|word| Argument::Word(word.as_bytes().to_vec()));
    Command {
        prefix: Prefix { literal_dollar: lowering.has(Feature::LiteralDollarPrefix), ..Prefix::default() },
        argv: words.chain([script]).collect(),
    }
}

/// What a person writes into another service to have that stop the unit.
pub(super) fn stopping(lowering: &Lowering<'_>) -> String {
    format!("`ExecStart=/bin/systemctl --no-block stop {}`", all_instances(lowering))
}

fn all_instances(lowering: &Lowering<'_>) -> String {
    lowering.unit.name.as_str().replace("@.", "@*.")
}

/// The unit that stands for an event. With a variable it stands for the event with that value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) unit: UnitName,
    event: String,
    with_variable: bool,
}

impl Node {
    pub(super) fn of(event: &str) -> Result<Self, NameTooLong> {
        let unit = UnitName::escaped(&encode(&format!("upstart-event-{event}")), "service")?;
        Ok(Self { unit, event: event.to_owned(), with_variable: false })
    }

    /// The event with `KEY=VALUE`. `value` is escaped already, so that it may be a specifier.
    pub(super) fn with(event: &str, key: &str, value: &str) -> Result<Self, NameTooLong> {
        let of_event = Self::of(event)?;
        let key = escape_instance(&encode(&format!("{key}=")));
        let unit = UnitName::known(format!("{}@{key}{value}.service", of_event.unit.stem()));
        // No name is longer than the one that `known` cannot refuse.
        if unit.as_str().len() > 255 {
            return Err(NameTooLong(unit.as_str().len()));
        }
        Ok(Self { unit, event: event.to_owned(), with_variable: true })
    }

    /// The name of the file that the unit is in.
    pub(super) fn file(&self) -> UnitName {
        match self.unit.as_str().split_once('@').filter(|_| self.with_variable) {
            Some((stem, _)) => UnitName::known(format!("{stem}@.service")),
            None => self.unit.clone(),
        }
    }

    /// Starting it starts all who follow the event, and waits for them, because they are ordered before it. It is inactive again at
    /// once, so that the event can happen again.
    pub(super) fn companion(&self, lowering: &Lowering<'_>) -> Companion {
        let mut unit = Unit::new(self.file());
        let event = lossy(&self.event);
        let (header, description) = if self.with_variable {
            (format!("Stands for the event `{event}` with one of its variables. Made by upstart2systemd."), format!("Event {event}, "))
        } else {
            (format!("Stands for the event `{event}`: starting it is `initctl emit`. Made by upstart2systemd."), format!("Event {event}"))
        };
        unit.header.push(Text::new(&header));
        let description = if self.with_variable { Value::line_with_instance(&description) } else { Value::line(&description) };
        unit.add(Directive::Description, description);
        unit.add(lowering.unlimited_starts(), Value::number(0));
        unit.add(Directive::Type, Value::keyword("oneshot"));
        unit.add(Directive::ExecStart, Value::keyword("/bin/true"));
        Companion::Unit(unit)
    }
}
