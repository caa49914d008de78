//! Recognises a call of Upstart in the words of a command.

use std::collections::BTreeMap;

use super::shell_text::SERVICE_PATHS;
use crate::shell::wrapper::{Effect, Unknown};
use crate::shell::{Word, wrapper};
use crate::upstart::script::job_control::{Verb, by_path, is_option};

/// What a call does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Starts, stops, restarts, reloads a job, or asks for it.
    Verb(Verb),
    /// One of these, which a variable of the file names.
    Any,
    /// Restarts a job if it runs.
    TryRestart,
    /// Emits an event.
    Emit,
    /// Lists the jobs.
    List,
    /// Reads the configuration again.
    ReloadConfiguration,
    /// Shows what a job is.
    ShowConfig,
    /// Checks the configuration.
    CheckConfig,
}

/// What a call names.
#[derive(Clone, Copy, Debug)]
pub(super) enum CallSubject<'w> {
    /// The job or event of this word.
    Word(&'w Word),
    /// The job whose script in /etc/init.d is called.
    Script(&'w str),
    /// Nothing.
    Nothing,
}

/// A call.
#[derive(Clone, Debug)]
pub(super) struct Invocation<'w> {
    /// What it does.
    pub(super) action: Action,
    /// The word that names the action.
    pub(super) verb: &'w Word,
    /// The program to call now.
    pub(super) systemctl: &'static str,
    /// Whether the command is one of Upstart whatever it names.
    pub(super) is_certain: bool,
    /// The job or the event.
    pub(super) named: CallSubject<'w>,
    /// The words after that: `KEY=VALUE`.
    pub(super) values: Vec<&'w Word>,
    /// Whether the call does not wait.
    pub(super) no_wait: bool,
    /// The first word of the call.
    pub(super) first: &'w Word,
    /// The last word of the call.
    pub(super) last: &'w Word,
}

/// The values that a file gives to its variables.
pub(super) type Bindings = BTreeMap<String, Vec<String>>;

/// The most values of a word that are looked at.
const MOST: usize = 32;

/// What a word may be when the command runs. `None` if the file does not show that.
pub(super) fn values_of(word: &Word, bindings: &Bindings) -> Option<Vec<String>> {
    if let Some(literal) = &word.literal {
        return Some(vec![literal.clone()]);
    }
    let expandable = word.expandable.as_ref().filter(|word| word.expansions.len() <= MOST)?;
    let mut found = vec![expandable.text.clone()];
    // From the last one on, so that the places of the others stay right.
    for expansion in expandable.expansions.iter().rev() {
        let values = bindings.get(&expansion.name)?;
        found = found
            .iter()
            .flat_map(|text| {
                values.iter().filter_map(|value| {
                    let (before, after) = text.split_at_checked(expansion.at)?;
                    Some(format!("{before}{value}{after}"))
                })
            })
            .take(MOST)
            .collect();
    }
    Some(found)
}

/// Programs that run another one, besides those that the shell reader knows.
const MORE_WRAPPERS: [&str; 4] = ["doas", "chronic", "cronic", "unbuffer"];

/// The call that the words of a command are. `is_function` is whether the script itself has a
/// function of the name.
pub(super) fn invocation<'w>(
    words: &[&'w Word],
    bindings: &Bindings,
    is_function: &dyn Fn(&str) -> bool,
) -> Option<Invocation<'w>> {
    let mut words = words.to_vec();
    let mut is_wrapped = false;
    loop {
        let (first, arguments) = words.split_first()?;
        let inner = match first.literal.as_deref() {
            Some(name) if MORE_WRAPPERS.contains(&name.rsplit('/').next()?) => arguments.to_vec(),
            Some(name) => match wrapper::find(name) {
                // A command in another root or container is about other jobs.
                Some(wrapper) if wrapper.change == Effect::Surroundings => break,
                Some(wrapper) => {
                    let inner = wrapper.inner(arguments, Unknown::Guess)?;
                    let skipped = arguments.len() - inner.len();
                    arguments[skipped - named_by_variable(&arguments[..skipped], wrapper)..]
                        .to_vec()
                }
                None => break,
            },
            // `$SUDO restart app`, where the variable may be empty.
            None if is_sudo(first) => arguments.to_vec(),
            None => break,
        };
        is_wrapped = true;
        words = inner;
    }
    let (&first, arguments) = words.split_first()?;
    let last = *words.last()?;
    let Some(name) = first.literal.as_deref() else {
        let verbs = values_of(first, bindings)?;
        let are_verbs = verbs.iter().all(|verb| Verb::of(verb).is_some_and(|v| v != Verb::Initctl));
        let mut call = of_verb(Verb::Start, first, arguments, last)?;
        call.action = Action::Any;
        return are_verbs.then_some(call);
    };
    let absolute = by_path(name);
    let systemctl = if name.starts_with('/') { "/bin/systemctl" } else { "systemctl" };
    if !is_wrapped && absolute.is_none() && is_function(name) {
        return None;
    }
    if let Some(verb) = absolute.or_else(|| Verb::of(name)) {
        let call = if verb == Verb::Initctl {
            of_initctl(first, arguments, last)?
        } else {
            of_verb(verb, first, arguments, last)?
        };
        let is_certain = absolute.is_some() || is_wrapped || verb == Verb::Initctl;
        return Some(Invocation { systemctl, is_certain, ..call });
    }
    if name == "service" || SERVICE_PATHS.contains(&name) {
        let (&job, rest) = arguments.split_first()?;
        let call = of_service(first, rest, last)?;
        return Some(Invocation { systemctl, named: CallSubject::Word(job), ..call });
    }
    let script = ["/etc/init.d/", "/etc/rc.d/init.d/"]
        .iter()
        .find_map(|directory| name.strip_prefix(directory))?;
    let call = of_service(first, arguments, last)?;
    Some(Invocation { systemctl, named: CallSubject::Script(script), ..call })
}

/// One if the last of the words before a command is the command itself, which a variable names
/// (`sudo "$verb" app`). The reader takes it for an assignment.
fn named_by_variable(skipped: &[&Word], wrapper: &wrapper::Wrapper) -> usize {
    let Some((last, before)) = skipped.split_last() else { return 0 };
    let is_value = before
        .last()
        .and_then(|option| option.literal.as_deref())
        .is_some_and(|option| wrapper.with_value.contains(&option));
    let assigns = last.expandable.as_ref().is_none_or(|word| word.text.contains('='));
    usize::from(last.literal.is_none() && !is_value && !assigns)
}

/// Whether a word is a variable that is called like `sudo`.
fn is_sudo(word: &Word) -> bool {
    word.expandable.as_ref().is_some_and(|expandable| {
        expandable.text.is_empty()
            && matches!(expandable.expansions.as_slice(), [only] if only.name.to_ascii_lowercase().contains("sudo"))
    })
}

/// The options of a session's init, whose jobs are not those of the system.
fn is_of_session(word: &Word) -> bool {
    matches!(word.literal.as_deref(), Some("--session" | "--user"))
}

fn of_verb<'w>(
    verb: Verb,
    first: &'w Word,
    arguments: &[&'w Word],
    last: &'w Word,
) -> Option<Invocation<'w>> {
    if arguments.iter().any(|word| is_of_session(word)) {
        return None;
    }
    let is_given = |word: &&&'w Word| !word.literal.as_deref().is_some_and(is_option);
    let mut operands = arguments.iter().filter(is_given).copied();
    let waits_not = |word: &&Word| matches!(word.literal.as_deref(), Some("-n" | "--no-wait"));
    Some(Invocation {
        action: Action::Verb(verb),
        verb: first,
        systemctl: "systemctl",
        is_certain: false,
        named: operands.next().map_or(CallSubject::Nothing, CallSubject::Word),
        values: operands.collect(),
        no_wait: arguments.iter().any(waits_not),
        first,
        last,
    })
}

fn of_initctl<'w>(
    first: &'w Word,
    arguments: &[&'w Word],
    last: &'w Word,
) -> Option<Invocation<'w>> {
    let at = arguments.iter().position(|word| !word.literal.as_deref().is_some_and(is_option))?;
    let verb = arguments[at];
    let rest: Vec<&Word> = arguments[..at].iter().chain(&arguments[at + 1..]).copied().collect();
    let action = match verb.literal.as_deref()? {
        "emit" => Action::Emit,
        "list" => Action::List,
        "reload-configuration" => Action::ReloadConfiguration,
        "show-config" | "usage" => Action::ShowConfig,
        "check-config" => Action::CheckConfig,
        // What asks for the version finds out that this is not Upstart; `notify-*` and the
        // environment of jobs are nobody else's matter.
        name => Action::Verb(Verb::of(name).filter(|verb| *verb != Verb::Initctl)?),
    };
    let call = of_verb(Verb::Initctl, first, &rest, last)?;
    Some(Invocation { action, verb, ..call })
}

/// `service JOB ACTION` and `/etc/init.d/JOB ACTION`, from the action on (service(8)).
fn of_service<'w>(first: &'w Word, rest: &[&'w Word], last: &'w Word) -> Option<Invocation<'w>> {
    let (&verb, values) = rest.split_first()?;
    let action = match verb.literal.as_deref() {
        Some("start") => Action::Verb(Verb::Start),
        Some("stop") => Action::Verb(Verb::Stop),
        Some("restart" | "--full-restart" | "force-restart") => Action::Verb(Verb::Restart),
        Some("reload" | "force-reload") => Action::Verb(Verb::Reload),
        Some("status") => Action::Verb(Verb::Status),
        Some("try-restart" | "condrestart") => Action::TryRestart,
        Some(_) => return None,
        None => Action::Any,
    };
    let call = of_verb(Verb::Start, first, values, last)?;
    Some(Invocation { action, verb, named: CallSubject::Nothing, values: values.to_vec(), ..call })
}
