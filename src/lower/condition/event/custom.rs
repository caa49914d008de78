//! Events that neither init nor a bridge emits: each has an event unit, and starting that unit is
//! emitting the event.

use super::trigger::{Classified, Side, Trigger, never};
use crate::diagnostic::registry::{
    COMPANION_NEEDED, UNEMITTED_EVENT, UNKNOWN_EVENT, UNMATCHED_VARIABLE, UNTRANSLATABLE_EVENT,
};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::jobset::Variable;
use crate::lower::companion::Companion;
use crate::lower::companion_unit::{drop_in, shell};
use crate::lower::condition::event_unit::EventUnit;
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, UnitName, Value, escape_instance};
use crate::text::bytes::{encode, lossy};
use crate::text::glob;
use crate::text::source::Span;
use crate::text::suggestion::closest;
use crate::upstart::condition::{Event, EventArgument};
use crate::upstart::events;
use crate::upstart::instances::Instance;

/// Turns such an event into its event unit.
pub(super) fn custom(lowering: &Lowering<'_>, event: &Event, side: Side) -> Classified {
    let name = event.name.value.as_str();
    if let Some(why) = events::never(name).filter(|_| !lowering.job_set.is_emitted(name)) {
        return never(event, why, side);
    }
    if name.starts_with(":sys:") {
        let diagnostic = UNTRANSLATABLE_EVENT
            .at(event.span(), "this is an event of the system as the init of a session sees it")
            .help("a user unit cannot follow a system unit: watch for what the event was about, for example with a .path unit of the user");
        return Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic);
    }
    if let Some(failed) = name.strip_suffix("/failed") {
        return after_failures(lowering, event, failed);
    }
    let matched = matched(lowering, event, side);
    let node = match &matched.filter {
        Some((key, value)) => EventUnit::with(name, key, value),
        None => EventUnit::of(name),
    };
    let Ok(node) = node else {
        let diagnostic = UNTRANSLATABLE_EVENT
            .at(event.span(), "the name of this event is too long for a unit")
            .help("give the event a shorter name");
        return Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic);
    };
    let mut classified = if lowering.options.companions {
        hung(lowering, event, side, &node, &matched)
    } else {
        described(event, side, &node, &matched)
    };
    classified.diagnostics.extend(misspelt(lowering, event));
    classified
}

/// init emits `EVENT/failed` when a job that the event started has failed (`init/event.c`,
/// `event_finished`).
fn after_failures(lowering: &Lowering<'_>, event: &Event, failed: &str) -> Classified {
    let started = lowering
        .job_set
        .followers(failed)
        .map_or(&[][..], |followers| followers.started.as_slice());
    let units: Vec<UnitName> = started
        .iter()
        .filter_map(|job| lowering.job_set.sibling(job))
        .map(|sibling| sibling.unit.clone())
        .filter(|unit| !unit.is_template() && unit != lowering.name)
        .collect();
    if units.is_empty() || !lowering.options.companions || lowering.name.is_template() {
        let diagnostic = UNTRANSLATABLE_EVENT
            .at(
                event.span(),
                format!("no unit tells that a job failed which `{}` started", lossy(failed)),
            )
            .help("name the job: `start on stopped JOB RESULT=failed`");
        return Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic);
    }
    let own = Value::unit(lowering.name);
    let diagnostic = UNMATCHED_VARIABLE
        .at(
            event.span(),
            format!(
                "the unit starts whenever one of the jobs fails that `{}` starts",
                lossy(failed)
            ),
        )
        .note("also when something else has started the job")
        .help("see whether the unit does harm when it runs then");
    let companions = units
        .iter()
        .map(|unit| drop_in(lowering, unit, [(Directive::OnFailure, own.clone())]))
        .collect();
    Classified {
        companions,
        ..Classified::with(Trigger::Companion, Disposition::Approximate, diagnostic)
    }
}

/// The arguments of an event, as far as an event unit can express them.
struct Matched {
    /// The name of a variable, and its value escaped for the name of a unit.
    filter: Option<(String, String)>,
    /// The places of the arguments that are ignored.
    unmatched: Vec<Span>,
}

/// Splits the arguments of an event into those that an event unit can express and the rest.
fn matched(lowering: &Lowering<'_>, event: &Event, side: Side) -> Matched {
    let mut matched = Matched { filter: None, unmatched: Vec::new() };
    for (index, (argument, span)) in event.arguments().enumerate() {
        let key = match argument {
            EventArgument::Equal(key, _) => Some(key),
            EventArgument::Positional(_) if index == 0 => {
                first_variable(lowering, &event.name.value)
            }
            EventArgument::Positional(_) | EventArgument::Unequal(..) => None,
        };
        let value = match argument {
            EventArgument::Equal(_, value)
            | EventArgument::Positional(value)
            | EventArgument::Unequal(_, value) => value,
        };
        match (key, escaped(lowering, value, side)) {
            (Some(key), Some(value)) if matched.filter.is_none() => {
                matched.filter = Some((key.to_owned(), value));
            }
            _ => matched.unmatched.push(span),
        }
    }
    matched
}

/// The value as a part of the name of an instance, if it is a single value.
fn escaped(lowering: &Lowering<'_>, value: &str, side: Side) -> Option<String> {
    let reference =
        value.strip_prefix('$').map(|name| name.trim_start_matches('{').trim_end_matches('}'));
    match (reference, &lowering.instance) {
        // The value is the variable that names the instance of this unit. That name is already
        // escaped.
        (Some(name), Instance::Template { variables, .. })
            if side == Side::Stop && *variables == [name] =>
        {
            Some("%i".to_owned())
        }
        (Some(_), _) => None,
        (None, _) if value.contains('$') || glob::is_pattern(value) => None,
        (None, _) => Some(escape_instance(&encode(value))),
    }
}

/// The variable that comes first wherever the event is emitted with variables.
fn first_variable<'a>(lowering: &Lowering<'a>, event: &str) -> Option<&'a str> {
    let mut names = lowering
        .job_set
        .emitters(event)
        .iter()
        .filter_map(|emitter| Some(emitter.variables.as_ref()?.first()?.name.as_str()));
    let first = names.next()?;
    names.all(|name| name == first).then_some(first)
}

/// Whether something is known to emit the event; `None` if nothing is.
fn emitted(lowering: &Lowering<'_>, event: &str) -> Option<()> {
    let job_set = lowering.job_set;
    let declared = || job_set.patterns().iter().any(|emitter| glob::matches(&emitter.event, event));
    (!job_set.emitters(event).is_empty() || job_set.is_emitted_outside(event) || declared())
        .then_some(())
}

/// Whether the event has emitters, and none of them gives the variable this value.
fn never_with(lowering: &Lowering<'_>, event: &str, key: &str, escaped: &str) -> bool {
    let emitters = lowering.job_set.emitters(event);
    let is_other =
        |variables: &Vec<Variable>| match variables.iter().find(|variable| variable.name == key) {
            Some(Variable { value: Some(value), .. }) => escape_instance(&encode(value)) != escaped,
            Some(Variable { value: None, .. }) => false,
            None => true,
        };
    !emitters.is_empty()
        && escaped != "%i"
        && emitters.iter().all(|emitter| emitter.variables.as_ref().is_some_and(is_other))
}

/// Reports the event unit that the user has to write, for a conversion without companions.
fn described(event: &Event, side: Side, node: &EventUnit, matched: &Matched) -> Classified {
    let (name, unit) = (lossy(&event.name.value), node.file());
    let relation = match side {
        Side::Start => "starts this job",
        Side::Stop => "stops this job",
    };
    let mut diagnostic =
        COMPANION_NEEDED.at(event.span(), format!("the event `{name}` needs a unit that stands for it")).label(relation).help(format!(
            "`-o DIR` writes {unit} along; by hand it takes `StartLimitIntervalSec=0`, `Type=oneshot` and `ExecStart=/bin/true`; then `systemctl start {}` does what `initctl emit {name}` did",
            node.unit
        ));
    if !matched.unmatched.is_empty() {
        diagnostic =
            diagnostic.note("a unit carries no variables but the one in its name, so what else the condition matches on is not looked at");
    }
    Classified::with(Trigger::Custom(node.unit.clone()), Disposition::Manual, diagnostic)
}

/// Writes the event unit, and ties the unit of the job to it.
fn hung(
    lowering: &Lowering<'_>,
    event: &Event,
    side: Side,
    node: &EventUnit,
    matched: &Matched,
) -> Classified {
    let name = event.name.value.as_str();
    let mut classified = match by_variable(lowering, name, side, node, matched) {
        Some(companions) => Classified { companions, ..Classified::exact(Trigger::Companion) },
        None => Classified {
            companions: vec![node.companion(lowering)],
            ..Classified::exact(Trigger::Custom(node.unit.clone()))
        },
    };
    for span in &matched.unmatched {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            UNMATCHED_VARIABLE
                .at(*span, "this variable of the event is not looked at")
                .note(format!("a unit carries no variables but the one in its name; this one goes by {} whatever they are", node.unit))
                .help("see whether the unit does harm when it runs in the other cases"),
        );
    }
    if let Some((key, _)) =
        matched.filter.as_ref().filter(|(key, value)| never_with(lowering, name, key, value))
    {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            UNEMITTED_EVENT
                .at(
                    event.span(),
                    format!(
                        "nothing in this directory emits `{}` with this value of `{key}`",
                        lossy(name)
                    ),
                )
                .note(format!("{} stands for it", node.unit))
                .help(format!(
                    "see what was to emit it; under systemd that calls `systemctl start {}`",
                    node.unit
                )),
        );
    }
    if lowering.job_set.is_whole() && emitted(lowering, name).is_none() {
        let shown = lossy(name);
        let mut diagnostic = UNEMITTED_EVENT
            .at(event.name.span, format!("nothing in this directory emits `{shown}`"))
            .help(format!(
                "see what was to emit it; under systemd that calls `systemctl start {}`",
                node.unit
            ));
        if lowering.job_set.sibling(name).is_some() && name != lowering.job.name.0 {
            let state = match side {
                Side::Start => "started",
                Side::Stop => "stopping",
            };
            diagnostic = diagnostic
                .note("it is the name of a job, and a job is no event")
                .help(format!("if the job is meant, write `{state} {shown}`"));
        } else if let Some(meant) = closest(name, lowering.job_set.events()) {
            diagnostic = diagnostic.note(format!("there is an event `{}`", lossy(meant)));
        }
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(diagnostic);
    }
    classified
}

/// The companions by which the event unit starts an instance, if a variable of the event names the
/// instance.
fn by_variable(
    lowering: &Lowering<'_>,
    event: &str,
    side: Side,
    node: &EventUnit,
    matched: &Matched,
) -> Option<Vec<Companion>> {
    let Instance::Template { variables, default } = &lowering.instance else { return None };
    let ([variable], Side::Start) = (variables.as_slice(), side) else { return None };
    if let Some((key, value)) = &matched.filter
        && key == variable
    {
        let own = lowering.name.instance_escaped(value);
        let directives =
            [(Directive::Wants, Value::unit(&own)), (Directive::After, Value::unit(&own))];
        return Some(vec![node.companion(lowering), drop_in(lowering, &node.unit, directives)]);
    }
    let carried = || {
        lowering
            .job_set
            .emitters(event)
            .iter()
            .filter_map(|emitter| emitter.variables.as_ref())
            .flatten()
            .any(|carried| carried.name == *variable)
    };
    if default.is_some() && !carried() {
        return None;
    }
    // Without the variable, Upstart would not have started the job (`init/event.c`,
    // `event_pending_handle_jobs`).
    let with_variable = EventUnit::with(event, variable, "").ok()?;
    let start = format!(
        "case $EVENT_VARIABLE in\n    {variable}=*) systemctl start \"$(systemd-escape --template='{}' -- \"${{EVENT_VARIABLE#*=}}\")\" ;;\nesac\n",
        lowering.name
    );
    let directives = [
        (Directive::Environment, Value::environment_specifier("EVENT_VARIABLE", "", "%I")?),
        (Directive::ExecStart, Value::command(&shell(lowering, &["-c"], start.trim_end()))),
    ];
    Some(vec![
        with_variable.companion(lowering),
        drop_in(lowering, &with_variable.file(), directives),
    ])
}

/// Reports an event with a name that is close to that of a known event.
fn misspelt(lowering: &Lowering<'_>, event: &Event) -> Option<Diagnostic> {
    let name = event.name.value.as_str();
    if emitted(lowering, name).is_some() {
        return None;
    }
    let meant = events::meant(name)?;
    let diagnostic = UNKNOWN_EVENT
        .at(
            event.name.span,
            format!("no event is called `{}`, but one is called `{meant}`", lossy(name)),
        )
        .help(format!("if it is not an event of your own, write `{meant}`"))
        .changing_edit(event.name.span, meant);
    Some(diagnostic)
}
