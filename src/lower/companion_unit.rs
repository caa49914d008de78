//! Units beside the one of the job.

use super::companion::Companion;
use super::lowering::Lowering;
use super::own_files;
use crate::systemd::{Argument, Command, Directive, Feature, Prefix, Text, Unit, UnitName, Value};
use crate::text::bytes::lossy;

/// The line at the top of whatever is made for a job. By its end a file of ours is recognised. It
/// stays one line whatever the job is called: what follows a newline would be a command of a
/// script, or a rule of udev.
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
pub(super) fn drop_in(
    lowering: &Lowering<'_>,
    to: &UnitName,
    directives: impl IntoIterator<Item = (Directive, Value)>,
) -> Companion {
    let mut part = Unit::new(lowering.name.clone());
    part.header.push(made_for(lowering));
    for (directive, value) in directives {
        part.add(directive, value);
    }
    Companion::DropIn { to: to.clone(), name: format!("upstart-{}", part.name.stem()), part }
}

/// `systemctl VERB` on the unit of the job, with full privileges, whatever comes of it. All
/// instances, where the job has some.
pub(super) fn systemctl(lowering: &Lowering<'_>, words: &[&str]) -> Value {
    let unit = all_instances(lowering);
    let mut command = Command::words(
        ["/bin/systemctl"].into_iter().chain(words.iter().copied()).chain([unit.as_str()]),
    );
    command.prefix = Prefix { ignore_failure: true, full_privileges: true, ..Prefix::default() };
    Value::command(&command)
}

/// What the shell does, called with these options.
pub(super) fn shell(lowering: &Lowering<'_>, options: &[&str], text: &str) -> Command {
    let reading = crate::shell::read(text);
    let script = Argument::Script {
        text: text.as_bytes().to_vec(),
        breaks: reading.breaks,
        joins: reading.joins,
    };
    let words =
        ["/bin/sh"].iter().chain(options).map(|word| Argument::Word(word.as_bytes().to_vec()));
    Command {
        prefix: Prefix {
            literal_dollar: lowering.has(Feature::LiteralDollarPrefix),
            ..Prefix::default()
        },
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
