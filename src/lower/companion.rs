//! Files that a job needs beside its unit. Each is either of this job alone or the same whichever job asks for it,
//! so that the files of several jobs can be put together without a merge.

use super::context::Lowering;
use super::own_files;
use crate::conversion::Output;
use crate::source::lossy;
use crate::systemd::layout::UNITS;
use crate::systemd::{Argument, Command, Directive, Feature, Prefix, Text, Unit, UnitName, Value};

/// A file beside the unit of a job.
#[derive(Clone, Debug)]
pub enum Companion {
    /// A unit of its own name: a socket, a path, a target, what stands for an event.
    Unit(Unit),
    /// What the job adds to another unit, in the file of this name.
    DropIn {
        to: UnitName,
        name: String,
        part: Unit,
    },
    File(Output),
}

impl Companion {
    /// Takes over what another one says, if it is the same file.
    pub(super) fn absorb(&mut self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unit(unit), Self::Unit(other)) if unit.name == other.name => unit.absorb(other),
            (Self::DropIn { to, name, part }, Self::DropIn { to: other_to, name: other_name, part: other })
                if to == other_to && name == other_name =>
            {
                part.absorb(other);
            }
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
            Self::DropIn { to, name, part } => Output { path: format!("{UNITS}/{to}.d/{name}.conf"), text: part.to_string() },
            Self::File(output) => output.clone(),
        }
    }
}

/// The line at the top of whatever is made for a job. By its end a file of ours is recognised. It stays one line whatever the job is
/// called: what follows a newline would be a command of a script, or a rule of udev.
pub(super) fn made_for(lowering: &Lowering<'_>) -> Text {
    Text::new(&own_files::marked(&format!("Made for {}.conf", lossy(&lowering.job.name.0))))
}

/// A unit with the stem of the job's own.
pub(super) fn beside(lowering: &Lowering<'_>, suffix: &str) -> Unit {
    let mut unit = Unit::new(lowering.name.beside(suffix));
    unit.header.push(made_for(lowering));
    unit
}

/// An addition to another unit, still empty.
pub(super) fn drop_in(lowering: &Lowering<'_>, to: &UnitName, directives: impl IntoIterator<Item = (Directive, Value)>) -> Companion {
    let mut part = Unit::new(lowering.name.clone());
    part.header.push(made_for(lowering));
    for (directive, value) in directives {
        part.add(directive, value);
    }
    Companion::DropIn { to: to.clone(), name: format!("upstart-{}", part.name.stem()), part }
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
    lowering.name.all_instances()
}
