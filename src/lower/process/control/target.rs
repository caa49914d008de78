//! What a command of Upstart is about, as far as that is known when the script is converted.

use std::ops::Range;

use crate::jobset::JobKind;
use crate::lower::condition::event_unit::EventUnit;
use crate::lower::condition::peer::peer;
use crate::lower::lowering::Lowering;
use crate::lower::process::reading::ScriptUse;
use crate::lower::process::variables;
use crate::lower::process::waits;
use crate::systemd::{UnitName, escape_instance, shell_word};
use crate::text::bytes::encode;
use crate::upstart::instances::Instance;
use crate::upstart::script::job_control::{JobControl, Verb};

/// What a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lower::process) enum Target {
    /// The job of the script.
    Own,
    /// This unit.
    Unit(Known),
    /// This instance, or the unit of the job if that has no instances.
    Either(UnitName, UnitName),
    /// The instance that the one value names when the script runs, or the unit of the job if that
    /// has no instances. The name of the job, and the word of the value.
    Named(String, Range<usize>),
    /// The unit that `wait-for-state` brings to a goal.
    Awaited {
        /// `start` or `stop`.
        goal: Verb,
        /// The unit.
        unit: UnitName,
    },
    /// An event.
    Event {
        /// The unit of all events of the name.
        unit: UnitName,
        /// The units of its variables, as words of the shell.
        by_variable: Vec<String>,
        /// Whether the unit is certain to exist.
        exists: bool,
    },
    /// Something that only shows when the script runs, or that takes more than a command.
    Unknown,
}

/// A unit that a command names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lower::process) struct Known {
    /// The unit.
    pub(in crate::lower::process) unit: UnitName,
    /// How its job behaves, if that is known.
    pub(in crate::lower::process) kind: Option<JobKind>,
    /// Whether it is a unit of the distribution that stays active when the work of a task is done.
    pub(in crate::lower::process) lasting: bool,
}

/// What a command of a script is about.
pub(in crate::lower::process) fn target(
    lowering: &Lowering<'_>,
    reading: &ScriptUse<'_>,
    usage: &JobControl,
) -> Target {
    if let Some(event) = usage.emits() {
        return of_event(lowering, reading, usage, event);
    }
    let verb = usage.verb();
    if verb == Verb::Initctl {
        return Target::Unknown;
    }
    if usage.is_bare() {
        return Target::Own;
    }
    if verb == Verb::Start && variables::may_get(lowering, usage) {
        return Target::Unknown;
    }
    let found = if usage.is_wait_for_state() {
        awaited(lowering, reading, usage)
    } else {
        of_job(lowering, reading, usage)
    };
    found.unwrap_or(Target::Unknown)
}

/// What `start wait-for-state` waits for. The other words only name who waits.
fn awaited(lowering: &Lowering<'_>, reading: &ScriptUse<'_>, usage: &JobControl) -> Option<Target> {
    let unit = peer(lowering, usage.job()?)?.unit;
    let mut goal = Verb::Start;
    for (word, place) in usage.operands().into_iter().skip(1) {
        let key = reading.text_at(place)?.split_once('=')?.0;
        match (key, word) {
            ("TARGET_GOAL", Some("TARGET_GOAL=stop")) => goal = Verb::Stop,
            ("TARGET_GOAL", Some("TARGET_GOAL=start"))
            | ("WAIT_FOR", Some(_))
            | ("WAITER" | "WAIT_STATE" | "TIMEOUT", _) => {}
            _ => return None,
        }
    }
    (!unit.is_template()).then_some(Target::Awaited { goal, unit })
}

/// The unit of the job that a command names, or of one of its instances.
fn of_job(lowering: &Lowering<'_>, reading: &ScriptUse<'_>, usage: &JobControl) -> Option<Target> {
    let operands = usage.operands();
    let (&(job, _), values) = operands.split_first()?;
    let job = job?;
    let peer = peer(lowering, job)?;
    let known = |unit: UnitName| {
        let of_task = matches!(peer.kind, Some(JobKind::Task | JobKind::Early));
        Target::Unit(Known { unit, kind: peer.kind, lasting: !peer.present() && of_task })
    };
    if values.is_empty() {
        return (!peer.unit.is_template()).then(|| known(peer.unit.clone()));
    }
    if let Some(sibling) = lowering.job_set.sibling(job).filter(|_| peer.present()) {
        let Instance::Template { variables, defaults, .. } = &sibling.instance else {
            return Some(known(peer.unit.clone()));
        };
        if values.iter().any(|(word, _)| word.is_none()) {
            return None;
        }
        let words: Vec<&str> =
            values.iter().map(|(_, place)| reading.text_at(place)).collect::<Option<_>>()?;
        let names = |word: &&str| variables.iter().any(|key| word.split('=').next() == Some(key));
        if !words.iter().any(names) {
            return None;
        }
        let name = waits::name(&words, (variables, defaults), None)?;
        return Some(known(sibling.unit.instance(&encode(&name)).ok()?));
    }
    if lowering.job_set.is_whole()
        || UnitName::escaped(&encode(job), "service").as_ref() != Ok(&peer.unit)
    {
        return None;
    }
    let literal: Option<Vec<&str>> =
        values.iter().map(|(word, _)| Some((*word)?.split_once('=')?.1)).collect();
    match (literal, values) {
        (Some(literal), _) => {
            let instance = peer.unit.as_template().instance(&encode(&literal.join(":"))).ok()?;
            Some(Target::Either(instance, peer.unit))
        }
        (None, [(_, place)]) => {
            let (key, _) = reading.text_at(place)?.split_once('=')?;
            let is_key = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            (is_key && peer.unit.as_str() == format!("{job}.service"))
                .then(|| Target::Named(job.to_owned(), (*place).clone()))
        }
        (None, _) => None,
    }
}

/// The units of an event.
fn of_event(
    lowering: &Lowering<'_>,
    reading: &ScriptUse<'_>,
    usage: &JobControl,
    event: &str,
) -> Target {
    let job_set = lowering.job_set;
    let followers = job_set.followers(event);
    let Ok(node) = EventUnit::of(event) else { return Target::Unknown };
    if lowering.options.companions && followers.is_some_and(|followers| followers.read) {
        return Target::Unknown;
    }
    let unit = node.unit;
    let is_matched =
        !job_set.is_whole() || followers.is_some_and(|followers| followers.by_variable);
    let mut by_variable = Vec::new();
    for (word, place) in usage.operands().into_iter().skip(1).filter(|_| is_matched) {
        let stem = unit.stem();
        by_variable.push(if let Some(word) = word {
            shell_word(&format!("{stem}@{}.service", escape_instance(&encode(word))))
        } else if let Some(text) = reading.text_at(place) {
            let template = shell_word(&format!("{stem}@.service"));
            format!("\"$(systemd-escape --template={template} -- {text})\"")
        } else {
            return Target::Unknown;
        });
    }
    let exists = by_variable.is_empty() && job_set.facts.event_units.contains(&unit);
    Target::Event { unit, by_variable, exists }
}
