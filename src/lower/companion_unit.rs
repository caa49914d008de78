//! Units that accompany the unit of the job.

use super::companion::Companion;
use super::lowering::Lowering;
use super::own_files;
use crate::systemd::{Argument, Command, Directive, Feature, Prefix, Text, Unit, UnitName, Value};
use crate::text::bytes::lossy;

/// The first line of every companion, which marks it as written by this program. It is a single
/// line for any name of a job: a line break in it would add a command to a script, or a rule to a
/// udev file.
pub(super) fn made_for(lowering: &Lowering<'_>) -> Text {
    Text::new(&own_files::marked(&format!("Made for {}.conf", lossy(&lowering.job.name.0))))
}

/// An empty unit of another type with the stem of the job's unit.
pub(super) fn beside(lowering: &Lowering<'_>, suffix: &str) -> Unit {
    let mut unit = Unit::new(lowering.name.beside(suffix));
    unit.header.push(made_for(lowering));
    unit
}

/// A drop-in with these directives for another unit. systemd does not expand specifiers in the names
/// of files, so a drop-in for the instance of the same name is one for the template, whose
/// directives may name the instance (systemd.unit(5), "Description").
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
    let to = if to.is_own_instance() { to.of_instance() } else { to.clone() };
    Companion::DropIn { to, name: format!("upstart-{}", part.name.stem()), part }
}

/// The command `systemctl WORDS` that the unit `by` runs for the unit of the job: for the instance of
/// the same name where `by` is one, else for all instances. It runs with full privileges, and its
/// failure is ignored (systemd.service(5), "Command lines").
pub(super) fn systemctl(lowering: &Lowering<'_>, words: &[&str], by: &UnitName) -> Value {
    let mut command = Command::words(["/bin/systemctl"].into_iter().chain(words.iter().copied()));
    command.argv.push(if by.is_own_instance() {
        Argument::Unit(lowering.name.own_instance())
    } else {
        Argument::Word(all_instances(lowering).into())
    });
    command.prefix = Prefix { ignore_failure: true, full_privileges: true, ..Prefix::default() };
    Value::command(&command)
}

/// A command that runs `text` in a shell with these options.
pub(super) fn shell(lowering: &Lowering<'_>, options: &[&str], text: &str) -> Command {
    let text = crate::shell::fold_lines(text, &crate::shell::read(text));
    let reading = crate::shell::read(&text);
    let script = Argument::Script {
        text: text.as_bytes().to_vec(),
        breaks: reading.breaks,
        joins: reading.joins,
        ignored_comments: lowering.has(Feature::CommentWithinValue),
    };
    let words =
        ["/bin/sh"].iter().chain(options).map(|word| Argument::Word(word.as_bytes().to_vec()));
    Command {
        prefix: Prefix {
            literal_dollar: lowering.has(Feature::LiteralDollarPrefix),
            ..Prefix::default()
        },
        argv: words.chain([script]).collect(),
        folds: Vec::new(),
    }
}

/// The line with which another service stops the unit, as a suggestion to the user.
pub(super) fn stopping(lowering: &Lowering<'_>) -> String {
    format!("`ExecStart=/bin/systemctl --no-block stop {}`", all_instances(lowering))
}

fn all_instances(lowering: &Lowering<'_>) -> String {
    lowering.name.all_instances()
}
