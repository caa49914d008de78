//! Variables of events and of `start` that scripts read, and that the unit does not receive.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Processes, variables};
use crate::diagnostic::registry::EVENT_VARIABLE;
use crate::diagnostic::{Diagnostic, Disposition};
use crate::lower::lowering::Lowering;
use crate::shell::{Script, SimpleCommand, Word};
use crate::text::bytes::lossy;
use crate::text::source::Span;
use crate::upstart::ast::Phase;
use crate::upstart::condition::{Condition, Event, EventArgument};
use crate::upstart::events;
use crate::upstart::events::{DEVICE, JobState, is_known_event};
use crate::upstart::job::{Job, StanzaId};
use crate::upstart::script::ReadScript;

/// The variables that init sets for every start or stop by an event (`init/event.c`,
/// `event_pending_handle_jobs`).
const ALWAYS: [&str; 2] = ["UPSTART_EVENTS", "UPSTART_STOP_EVENTS"];

/// What gives a variable to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Giver<'a> {
    /// init itself.
    Init,
    /// An event of init, of a bridge or of a job.
    System(&'a str),
    /// Another event.
    Own(&'a str),
}

/// Reports the variables of events and of `start` that a process reads and nothing sets, each once.
pub(in crate::lower) fn lower(lowering: &mut Lowering<'_>, processes: &Processes) {
    let job = lowering.job;
    let givers = variables_given(lowering);
    let set = |name: &str| {
        job.env.iter().any(|env| env.value.split('=').next() == Some(name))
            // `import` has a finding of its own.
            || job.imports.iter().flat_map(|imports| &imports.value).any(|word| word.value == name)
            || lowering.instance.sets(name)
            || variables::reaches(lowering, name)
    };
    let is_open = is_open(lowering);
    let mut told: Vec<&str> = Vec::new();
    let mut found: Vec<(StanzaId, Diagnostic)> = Vec::new();
    for script in lowering.scripts.iter() {
        let phase = script.phase;
        let Some(stated) = job.process(phase) else { continue };
        // A phase that is not carried over reads no variables.
        if phase == Phase::PreStop && !processes.run_at_stop() {
            continue;
        }
        let text = &stated.value.text().value;
        for (name, range) in &script.shell.variables {
            let source = givers.get(name.as_str()).copied();
            let is_empty = !set(name)
                && !is_assigned(&script.shell, text, name, range)
                && (source.is_some()
                    || is_open
                        && may_only_be_given(name)
                        && !has_default(text, range)
                        && !lowering.scripts.iter().any(|script| may_set(job, script, name)));
            if is_empty && !told.contains(&name.as_str()) {
                told.push(name);
                let span = stated.value.place(range);
                found.push((stated.stanza, finding(lowering, (name, span), source)));
            }
        }
    }
    for (stanza, diagnostic) in found {
        lowering.ledger.record(stanza, Disposition::Approximate, &[], Some(&EVENT_VARIABLE));
        lowering.diagnostics.push(diagnostic);
    }
}

/// The variables that the events of the conditions carry.
fn variables_given<'a>(lowering: &Lowering<'a>) -> BTreeMap<&'a str, Giver<'a>> {
    let job = lowering.job;
    let mut givers: BTreeMap<&str, Giver<'_>> =
        ALWAYS.into_iter().map(|name| (name, Giver::Init)).collect();
    let conditions = [&job.start_on, &job.stop_on].into_iter().flatten();
    for event in conditions.flat_map(|condition| condition.value.leaves()) {
        let name = event.name.value.as_str();
        let by_event = if is_known_event(name) { Giver::System(name) } else { Giver::Own(name) };
        for variable in carried(lowering, event) {
            givers.entry(variable).or_insert(by_event);
        }
    }
    givers
}

/// The variables that an event is known to carry.
fn carried<'a>(lowering: &Lowering<'a>, event: &'a Event) -> Vec<&'a str> {
    let name = event.name.value.as_str();
    let mut carried: Vec<&str> = match events::find(name) {
        Some(row) => row.variables.to_vec(),
        None if name.contains("-device-") => DEVICE.to_vec(),
        None => Vec::new(),
    };
    let emitters = lowering.job_set.emitters(name);
    let variables = emitters.iter().filter_map(|emitter| emitter.variables.as_ref()).flatten();
    carried.extend(variables.map(|variable| variable.name.as_str()));
    if JobState::named(name).is_some()
        && let Some(sibling) =
            event.job().and_then(|(named, _)| lowering.job_set.sibling(named.one()?))
    {
        carried.extend(sibling.exports.iter().map(String::as_str));
    }
    if JobState::named(name).is_some()
        && event.job().and_then(|(named, _)| named.one()) == Some("rc")
    {
        // The job of the distribution exports them.
        carried.extend(["RUNLEVEL", "PREVLEVEL"]);
    }
    carried.extend(event.arguments().filter_map(|(argument, _)| match argument {
        EventArgument::Positional(_) => None,
        EventArgument::Equal(key, _) | EventArgument::Unequal(key, _) => Some(key),
    }));
    carried
}

/// Whether the text gives the variable a value itself, apart from one that is made of the variable at
/// `read`, and from one that only a single command gets.
fn is_assigned(shell: &Script, text: &str, name: &str, read: &Range<usize>) -> bool {
    let is_value = |word: &Word| {
        let is_of_itself = word.range.contains(&read.start);
        let assigns = text[word.range.clone()]
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('=') || rest.starts_with("+="));
        assigns && !is_of_itself
    };
    let by_command = |command: &SimpleCommand| match command.name() {
        None if command.words.is_empty() => command.assignments.iter().any(is_value),
        Some("export" | "local" | "declare" | "typeset" | "readonly") => {
            command.words.iter().any(is_value)
        }
        Some("read" | "getopts" | "mapfile" | "readarray") => {
            command.words.iter().any(|word| word.literal.as_deref() == Some(name))
        }
        _ => false,
    };
    shell.commands.iter().any(by_command)
        || text.contains(&format!("for {name} in"))
        || shell.lost.is_some() && text.contains(&format!("{name}="))
}

/// The variables that a shell or systemd sets, beside those that begin with `BASH` or `UPSTART_`.
const STANDARD: [&str; 30] = [
    "COLUMNS",
    "DIRSTACK",
    "EUID",
    "FUNCNAME",
    "HOME",
    "HOSTNAME",
    "HOSTTYPE",
    "IFS",
    "LANG",
    "LINENO",
    "LINES",
    "LOGNAME",
    "MACHTYPE",
    "MAINPID",
    "OLDPWD",
    "OPTARG",
    "OPTIND",
    "OSTYPE",
    "PATH",
    "PIPESTATUS",
    "PPID",
    "PWD",
    "RANDOM",
    "REPLY",
    "SECONDS",
    "SHELL",
    "SHLVL",
    "TERM",
    "UID",
    "USER",
];

/// Whether what starts the job may give it any variables: only a command starts it, or an event of
/// which nothing in the directory shows the variables.
fn is_open(lowering: &Lowering<'_>) -> bool {
    let Some(condition) = &lowering.job.start_on else { return true };
    condition.value.leaves().into_iter().any(|event| {
        let name = event.name.value.as_str();
        let emitters = lowering.job_set.emitters(name);
        !is_known_event(name)
            && events::find(name).is_none()
            && emitters.iter().all(|emitter| emitter.variables.is_none())
    })
}

/// Whether a variable of this name is neither one of the shell nor one of a standard environment.
fn may_only_be_given(name: &str) -> bool {
    let is_upper =
        name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let is_standard = STANDARD.contains(&name)
        || ["BASH", "UPSTART_", "LC_"].iter().any(|prefix| name.starts_with(prefix));
    is_upper && !is_standard && name.len() > 1
}

/// Whether the text has a value in place of one that is missing, as in `${NAME:-value}`.
fn has_default(text: &str, range: &Range<usize>) -> bool {
    text[..range.start].ends_with('{') && text[range.end..].starts_with([':', '-', '+', '=', '?'])
}

/// Whether the script of a phase may set the variable, or read it from a file. That it does so for
/// another phase is a mistake with a finding of its own.
fn may_set(job: &Job, script: &ReadScript, name: &str) -> bool {
    let Some(stated) = job.process(script.phase) else { return false };
    let text = &stated.value.text().value;
    let by_command = |command: &SimpleCommand| match command.name() {
        // A command that is only known at run time may be any of them.
        None => !command.words.is_empty(),
        Some("." | "source" | "eval") => true,
        Some("read" | "getopts" | "mapfile" | "readarray") => {
            text[command.range.clone()].contains(name)
        }
        Some(_) => false,
    };
    script.shell.lost.is_some()
        || text.contains(&format!("{name}="))
        || script.shell.commands.iter().any(by_command)
        || script.shell.loops.iter().any(|known| known.variable == name)
}

/// What to do about a single file.
const TOGETHER: &str =
    "convert the job together with those that start it, by `upstart2systemd migrate`";

/// The finding for one variable. `giver` is what is known to give it.
/// The variable of systemd that tells how the unit has ended whose end starts this one. It is not set
/// if the ends of several units start this one (systemd.exec(5), `$MONITOR_SERVICE_RESULT`; seen with
/// systemd 252).
fn variable_of_end(lowering: &Lowering<'_>, event: &str, name: &str) -> Option<&'static str> {
    let variable = match name {
        "RESULT" => "$MONITOR_SERVICE_RESULT",
        "EXIT_STATUS" | "EXIT_SIGNAL" => "$MONITOR_EXIT_STATUS",
        "JOB" => "$MONITOR_UNIT",
        _ => return None,
    };
    let is_end = |other: &&Event| {
        matches!(JobState::named(&other.name.value), Some(JobState::Stopping | JobState::Stopped))
    };
    let leaves = lowering.job.start_on.as_ref()?.value.leaves();
    let ends: Vec<&Event> = leaves.into_iter().filter(is_end).collect();
    let [only] = ends.as_slice() else { return None };
    let is_of_one_job = only.job().is_some_and(|(named, _)| named.one().is_some());
    (only.name.value == event && is_of_one_job).then_some(variable)
}

fn finding(
    lowering: &Lowering<'_>,
    (name, span): (&str, Span),
    giver: Option<Giver<'_>>,
) -> Diagnostic {
    let file = "`EnvironmentFile=-/run/upstart2systemd/%n`";
    let from_file = format!(
        "add {file} to the unit, and let what starts it write `{name}=\"...\"` to that file before that"
    );
    let of =
        |event: &str| format!("`${name}` came with `{}`, and is empty in the unit", lossy(event));
    match giver {
        Some(Giver::Init) => EVENT_VARIABLE
            .at(span, format!("`${name}` came with the event, and is empty in the unit"))
            .help("let the script find out what it needs to know"),
        Some(Giver::System(event)) => {
            let help = match (name, variable_of_end(lowering, event, name)) {
                ("RUNLEVEL" | "PREVLEVEL", _) => {
                    "use `runlevel`, which prints the former level and this one".to_owned()
                }
                (_, Some(variable)) => format!(
                    "use `{variable}`, which systemd 251 and later set when `OnFailure=` or `OnSuccess=` of one unit starts this one"
                ),
                _ => "set it with `Environment=` where the value is always the same, or find it out in the script".to_owned(),
            };
            EVENT_VARIABLE.at(span, of(event)).help(help)
        }
        Some(Giver::Own(event)) if !lowering.job_set.is_whole() => {
            EVENT_VARIABLE.at(span, of(event)).help(TOGETHER).help(from_file)
        }
        Some(Giver::Own(event)) => {
            let is_start = |condition: &Condition| {
                condition.leaves().iter().any(|other| other.name.value == event)
            };
            let starts =
                lowering.job.start_on.as_ref().is_some_and(|condition| is_start(&condition.value));
            let diagnostic = EVENT_VARIABLE.at(span, of(event));
            if starts {
                diagnostic
                    .note("no script of the directory emits the event with that variable")
                    .help(from_file)
            } else {
                diagnostic
                    .note("what stops a unit cannot give it variables")
                    .help("let the script find out what it needs to know")
            }
        }
        None => {
            let diagnostic = EVENT_VARIABLE
                .at(span, format!("`${name}` is empty in the unit"))
                .note(format!("nothing in the job sets it, so it came from an event or from `start {} {name}=...`", lossy(&lowering.job.name.0)));
            let diagnostic =
                if lowering.job_set.is_whole() { diagnostic } else { diagnostic.help(TOGETHER) };
            diagnostic.help(from_file)
        }
    }
}
