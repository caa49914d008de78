//! Variables of events and of `start`. Units carry none, so whoever starts the unit of a job that
//! uses them writes them to a file, which systemd reads before each of the commands
//! (systemd.exec(5), `EnvironmentFile=`).

mod exported;
mod writer;

use super::control::job_word;
use super::placement::{Commands, Slot};
use crate::jobset::{JobSet, Sibling};
use crate::lower::companion::Companion;
use crate::lower::companion_unit::made_for;
use crate::lower::lowering::Lowering;
use crate::lower::own_files;
use crate::systemd::layout::Output;
use crate::systemd::{Argument, Command, Directive, Prefix, Unit, Value};
use crate::text::bytes::encode;
use crate::upstart::condition::{Condition, Event, EventArgument};
use crate::upstart::events::is_followed_elsewhere;
use crate::upstart::instances::Instance;
use crate::upstart::script::job_control::JobControl;

/// Shell text that writes the variables of an event for the units that use them. `event` is the
/// shell text of the event with its variables.
pub(super) fn before_event(event: &str) -> String {
    format!("{} emit {event} || :", writer::call())
}

/// Shell text for the whole directory that writes the variables after the name of a job for its
/// unit, if the job is to be started and gets any.
pub(super) fn give(job_set: &JobSet) -> String {
    let jobs: Vec<String> = job_set.readers().map(job_word).collect();
    if jobs.is_empty() {
        return String::new();
    }
    format!(
        "case $verb/$1 in\n    start/{}) {} give \"$unit\" \"$@\" || : ;;\nesac\n",
        jobs.join(" | start/"),
        writer::call()
    )
}

/// The same for the variables of an event.
pub(super) fn tell(job_set: &JobSet) -> String {
    let events: Vec<String> = job_set.read_events().map(job_word).collect();
    if events.is_empty() {
        return String::new();
    }
    format!("case $1 in\n    {}) {} ;;\nesac\n", events.join(" | "), before_event("\"$@\""))
}

/// Whether a variable reaches the unit by the file.
pub(in crate::lower) fn reaches(lowering: &Lowering<'_>, variable: &str) -> bool {
    own(lowering).is_some_and(|sibling| sibling.travelling.contains(variable))
}

/// Whether the unit gets variables by a file, which may have others than those that the job uses.
pub(in crate::lower) fn come_by_file(lowering: &Lowering<'_>) -> bool {
    own(lowering).is_some_and(|sibling| !sibling.travelling.is_empty())
}

/// Whether the unit hands a variable that the job exports to those that use it.
pub(in crate::lower) fn is_passed_on(lowering: &Lowering<'_>, variable: &str) -> bool {
    lowering.options.companions
        && lowering.job.chroot.is_none()
        && lowering.job_set.is_passed_on(&lowering.job.name.0, variable)
}

/// Whether a command may start a job that gets variables by a file.
pub(super) fn may_get(lowering: &Lowering<'_>, usage: &JobControl) -> bool {
    let mut readers = lowering.job_set.readers();
    lowering.options.companions
        && match usage.operands().first() {
            Some((Some(job), _)) => readers.any(|reader| reader == *job),
            Some((None, _)) => readers.next().is_some(),
            None => false,
        }
}

/// What the directory knows of the job itself, if the unit can get a file.
fn own<'a>(lowering: &Lowering<'a>) -> Option<&'a Sibling> {
    let known = lowering.job_set.sibling(&lowering.job.name.0)?;
    (lowering.options.companions && known.unit == *lowering.name).then_some(known)
}

/// Lets the unit read its file, and lets others write it.
pub(super) fn lower(lowering: &mut Lowering<'_>, commands: &mut Commands) {
    if !come_by_file(lowering) {
        return;
    }
    lowering.add(Directive::EnvironmentFile, Value::keyword("-/run/upstart2systemd/%n"));
    forget(lowering, commands);
    let mut companions = vec![writer::companion()];
    companions.extend(readers(lowering));
    companions.extend(exported::lower(lowering));
    for companion in companions {
        if let Some(condition) = &lowering.job.start_on {
            lowering.ledger.file(condition.stanza, &companion.output().path);
        }
        lowering.companion(companion);
    }
}

/// Removes the file when the unit has ended: the next start has variables of its own. What follows
/// the unit may get variables from it, by drop-ins that have to come first.
fn forget(lowering: &mut Lowering<'_>, commands: &mut Commands) {
    // The root directory of the job lacks the program.
    if lowering.job.chroot.is_some() {
        return;
    }
    let words = writer::call();
    let mut command = Command::words(words.split(' ').chain(["forget"]));
    command.argv.push(Argument::Specifier("%n"));
    command.prefix = with_privileges();
    if lowering.job.export.is_empty() {
        commands.add(Slot::Forget, command);
        return;
    }
    let mut part = Unit::new(lowering.name.clone());
    part.header.push(made_for(lowering));
    part.add(Directive::ExecStopPost, Value::command(&command));
    let to = lowering.name.clone();
    lowering.companion(Companion::DropIn { to, name: "zz-variables".to_owned(), part });
}

fn with_privileges() -> Prefix {
    Prefix { ignore_failure: true, full_privileges: true, ..Prefix::default() }
}

/// The lines by which the unit gets the variables of events of the directory's own.
fn readers(lowering: &Lowering<'_>) -> Option<Companion> {
    let condition = &lowering.job.start_on.as_ref()?.value;
    let reader = reader(lowering);
    let lines: Vec<String> = condition
        .leaves()
        .into_iter()
        .filter(|event| {
            let name = &event.name.value;
            event.job().is_none() && !is_followed_elsewhere(name) && is_word(name)
        })
        .map(|event| {
            let patterns: String = event
                .arguments()
                .filter_map(|(argument, _)| pattern(argument))
                .map(|pattern| format!(" {pattern}"))
                .collect();
            let mode = mode(lowering, condition, event);
            format!("{} {reader} {mode}{patterns}\n", event.name.value)
        })
        .collect();
    let header = made_for(lowering).comment();
    let text = format!("{header}\n{}", lines.concat());
    (!lines.is_empty())
        .then(|| Companion::File(Output { path: own_files::reader(lowering.name.stem()), text }))
}

/// How the variables of an event get to the others in the file: `join` adds them to those of the
/// other events of the condition, and `restart` replaces them while the unit runs.
fn mode(lowering: &Lowering<'_>, condition: &Condition, event: &Event) -> &'static str {
    let stops = lowering.job.stop_on.iter().flat_map(|condition| condition.value.leaves());
    let words = |event: &Event| -> Vec<String> {
        event.args.iter().map(|word| word.value.clone()).collect()
    };
    let is_same =
        |other: &Event| other.name.value == event.name.value && words(other) == words(event);
    if condition.joins() {
        "join"
    } else if stops.into_iter().any(is_same) {
        "restart"
    } else {
        "plain"
    }
}

/// What the unit is called in a call of the program.
fn reader(lowering: &Lowering<'_>) -> String {
    match lowering.instance {
        Instance::Singleton { .. } => lowering.name.as_str().to_owned(),
        Instance::Template { variables, default, .. } => {
            let default = default.as_deref().unwrap_or_default();
            format!("{}/{}/{default}", lowering.name, variables.join(","))
        }
    }
}

/// An argument of an event as the program looks at it; `None` if it takes any value instead.
fn pattern(argument: EventArgument<'_>) -> Option<String> {
    let (key, sign, pattern) = match argument {
        EventArgument::Equal(key, pattern) => (key, "=", pattern),
        EventArgument::Unequal(key, pattern) => (key, "!=", pattern),
        EventArgument::Positional(_) => return None,
    };
    (is_word(key) && (pattern.is_empty() || is_word(pattern)))
        .then(|| format!("{key}{sign}{pattern}"))
}

/// Whether the text is one word of a line, and means the same to the shell.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && encode(text) == text.as_bytes()
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'\\`$#".contains(&byte))
}
