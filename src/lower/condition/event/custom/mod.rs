//! Events that neither init nor a bridge emits: each has an event unit, and starting that unit is
//! emitting the event.

mod asked;
pub(super) mod needed_event_unit;
pub(super) mod overlap;

use asked::{Test, Tests, tests};
use needed_event_unit::NeededEventUnit;
use overlap::StopsInstances;

use super::trigger::{Classified, Side, Trigger, never};
use crate::diagnostic::registry::{
    JOINED_EVENTS, START_AND_STOP_BY_ONE_JOB, UNEMITTED_EVENT, UNKNOWN_EVENT, UNMATCHED_VARIABLE,
    UNTRANSLATABLE_EVENT,
};
use crate::diagnostic::{Diagnostic, Disposition, Severity};
use crate::lower::companion::Companion;
use crate::lower::companion_unit::drop_in;
use crate::lower::condition::event_unit::{EventUnit, by_value};
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, UnitName, Value, shell_word};
use crate::text::bytes::lossy;
use crate::text::glob;
use crate::text::suggestion::near;
use crate::upstart::condition::Event;
use crate::upstart::events;

/// Turns such an event into its event unit.
pub(super) fn custom(
    lowering: &Lowering<'_>,
    event: &Event,
    (side, is_joined): (Side, bool),
) -> Classified {
    let name = event.name.value.as_str();
    if let Some(why) = events::never(name).filter(|_| !lowering.job_set.is_emitted(name)) {
        return never(event, why, side);
    }
    if name.starts_with(":sys:") {
        let diagnostic = UNTRANSLATABLE_EVENT
            .at(event.span(), "this is an event of the system as the init of a session sees it")
            .help("watch for what the event was about, for example with a .path unit of the user; a user unit cannot follow a system unit");
        return Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic);
    }
    if let Some(failed) = name.strip_suffix("/failed") {
        return after_failures(lowering, event, failed);
    }
    let instance = lowering.instance.variable().filter(|_| side == Side::Start);
    let tests = tests(lowering, event, side, instance);
    let Some(node) = node(name, &tests) else {
        let diagnostic = UNTRANSLATABLE_EVENT
            .at(event.span(), "the name of this event is too long for a unit")
            .help("give the event a shorter name");
        return Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic);
    };
    let mut classified = if lowering.options.companions {
        hung(lowering, event, (side, is_joined), &node, &tests)
    } else {
        described(lowering, event, side, &node, &tests)
    };
    classified.diagnostics.extend(misspelt(lowering, event));
    classified
}

/// The event unit for the events that pass the main test. `None` if its name is too long.
fn node(event: &str, tests: &Tests<'_>) -> Option<EventUnit> {
    let Some(main) = &tests.main else { return EventUnit::of(event).ok() };
    match main.escaped() {
        Some((key, value)) => EventUnit::with(event, key, &value).ok(),
        None => EventUnit::matched(event, &main.text()).ok(),
    }
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
                format!("no unit shows that a job failed which `{}` started", lossy(failed)),
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
        .help("check whether the unit does harm when it runs then");
    let companions = units
        .iter()
        .map(|unit| drop_in(lowering, unit, [(Directive::OnFailure, own.clone())]))
        .collect();
    Classified {
        companions,
        ..Classified::with(Trigger::Companion, Disposition::Approximate, diagnostic)
    }
}

/// Whether something is known to emit the event; `None` if nothing is.
fn emitted(lowering: &Lowering<'_>, event: &str) -> Option<()> {
    let job_set = lowering.job_set;
    let declared = || job_set.patterns().iter().any(|emitter| glob::matches(&emitter.event, event));
    (!job_set.emitters(event).is_empty() || job_set.is_emitted_outside(event) || declared())
        .then_some(())
}

/// Names the event unit that the user has to write, for a conversion without companions.
fn described(
    lowering: &Lowering<'_>,
    event: &Event,
    side: Side,
    node: &EventUnit,
    tests: &Tests<'_>,
) -> Classified {
    let name = lossy(&event.name.value);
    let needed = NeededEventUnit {
        span: event.span(),
        event: name.clone().into_owned(),
        unit: node.unit.clone(),
        file: node.file(),
        side,
        has_other_variables: !tests.rest.is_empty(),
    };
    let mut classified = Classified {
        disposition: Disposition::Manual,
        needed_event_unit: Some(needed),
        ..Classified::exact(Trigger::Custom(node.unit.clone()))
    };
    if side == Side::Stop && overlap::is_of_two_units(lowering, event) {
        classified.diagnostics.push(
            START_AND_STOP_BY_ONE_JOB
                .at(event.span(), format!("one event `{name}` may both start and stop the unit"))
                .note("Upstart stopped the job if it ran, and started it again")
                .help("use `-o DIR`, which writes an event unit that does the same"),
        );
    }
    classified
}

/// Writes the event unit, and ties the unit of the job to it.
fn hung(
    lowering: &Lowering<'_>,
    event: &Event,
    (side, is_joined): (Side, bool),
    node: &EventUnit,
    tests: &Tests<'_>,
) -> Classified {
    let name = event.name.value.as_str();
    let restarts = || {
        let is_restarted = side == Side::Stop
            && tests.main.as_ref().is_some_and(Test::is_of_own_instance)
            && overlap::of_instances(lowering, name) == StopsInstances::Same;
        is_restarted.then(Vec::new)
    };
    let both = || if is_joined { None } else { overlap::companions(lowering, event) };
    let of_instance = by_variable(lowering, name, side, node, tests);
    let starts_alone = is_joined && of_instance.is_some();
    let companions = both().or_else(restarts).or(of_instance);
    let mut classified = match companions {
        Some(companions) => Classified { companions, ..Classified::exact(Trigger::Companion) },
        None => Classified {
            companions: nodes(lowering, node, tests),
            ..Classified::exact(Trigger::Custom(node.unit.clone()))
        },
    };
    if starts_alone {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(alone(event));
    }
    for test in &tests.rest {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(unmatched(event, test, tests, node));
    }
    if let Some(test) = tests.main.as_ref().filter(|test| test.is_of_any_variable()) {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            UNMATCHED_VARIABLE
                .at(test.span, "the variable at this place is not known by name, so any variable of the event with this value matches")
                .note("a unit gets the variables of an event one by one, without their order")
                .help("name the variable: `NAME=VALUE`"),
        );
    }
    let emission = emission(name, node, tests);
    if tests.never {
        let unit = &node.unit;
        let which = match event.args.as_slice() {
            [_] => match tests.main.as_ref().and_then(Test::escaped) {
                Some((key, _)) => format!("with this value of `{key}`"),
                None => "with such a variable".to_owned(),
            },
            _ => "with such variables".to_owned(),
        };
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            UNEMITTED_EVENT
                .at(
                    event.span(),
                    format!("nothing in this directory emits `{}` {which}", lossy(name)),
                )
                .unit_note(format!("{unit} is the unit of this event"))
                .help(&emission)
                .help_without_unit(EMITTED_ELSEWHERE)
                .severity_without_unit(Severity::Note),
        );
    }
    if lowering.job_set.is_whole()
        && emitted(lowering, name).is_none()
        && misspelt(lowering, event).is_none()
    {
        let shown = lossy(name);
        let mut diagnostic = UNEMITTED_EVENT
            .at(event.name.span, format!("nothing in this directory emits `{shown}`"))
            .help(&emission)
            .help_without_unit(EMITTED_ELSEWHERE);
        if lowering.job_set.sibling(name).is_some() && name != lowering.job.name.0 {
            let state = match side {
                Side::Start => "started",
                Side::Stop => "stopping",
            };
            diagnostic = diagnostic
                .note("it is the name of a job, not of an event")
                .help_without_unit(format!("write `{state} {shown}` if the job is intended"))
                .help(format!("write `{state} {shown}` if the job is intended"));
        } else if events::is_by_hand(name) {
            let help = match side {
                Side::Start => "use the stanza `manual` for a job that starts by hand",
                Side::Stop => "remove the `stop on` of a job that stops by hand",
            };
            diagnostic = diagnostic
                .severity(Severity::Note)
                .note("so only a command does, which may be what it is for")
                .help(help)
                .help_without_unit(help);
        } else if let Some(meant) = near(name, lowering.job_set.events()) {
            let meant = lossy(meant);
            diagnostic = diagnostic
                .note(format!("there is an event `{meant}`"))
                .help_without_unit(format!("write `{meant}` if that event is intended"));
        } else {
            // Programs emit events as well: a directory never shows all that do.
            diagnostic = diagnostic.severity_without_unit(Severity::Note);
        }
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(diagnostic);
    }
    classified
}

/// The finding that an event that starts an instance does not wait for the rest of the condition.
pub(super) fn alone(event: &Event) -> Diagnostic {
    JOINED_EVENTS
        .at(
            event.span(),
            "this event alone starts the unit, and the rest of the condition is not waited for",
        )
        .note("nothing remembers the events of an instance, whose name comes with one of them")
        .help("let the script of the job test whether the rest holds")
}

/// The finding that an event unit does not look at a variable.
fn unmatched(event: &Event, test: &Test<'_>, tests: &Tests<'_>, node: &EventUnit) -> Diagnostic {
    let diagnostic =
        UNMATCHED_VARIABLE.at(test.span, "this variable of the event is not looked at");
    let diagnostic = match &tests.main {
        Some(main) => diagnostic.related(main.span, "this one is").note(
            "a unit gets the variables of an event one by one, and never two of them together",
        ),
        None => diagnostic.note(format!(
            "its value is known only when the job runs; the unit follows {}",
            node.unit
        )),
    };
    diagnostic
        .note(format!("the unit follows `{}` whatever the value is", lossy(&event.name.value)))
        .help("check whether the unit does harm when it runs in the other cases")
}

/// What to do about an event that nothing in the directory emits.
const EMITTED_ELSEWHERE: &str =
    "check the name; list an event that a program emits in upstart2systemd.toml: `events = [...]`";

/// What emits an event of which the directory does not show who does, as advice.
fn emission(event: &str, node: &EventUnit, tests: &Tests<'_>) -> String {
    let is_matched = tests.main.as_ref().is_some_and(|test| test.escaped().is_none());
    let unit = match EventUnit::with(event, "", "") {
        Ok(by_variable) if is_matched => format!(
            "$(systemd-escape --template={} -- NAME=VALUE)",
            shell_word(by_variable.file().as_str())
        ),
        Ok(_) | Err(_) => node.unit.to_string(),
    };
    format!("check what emits it; under systemd, that calls `systemctl start {unit}`")
}

/// The event unit, and what starts it when it stands for a test that the shell makes.
fn nodes(lowering: &Lowering<'_>, node: &EventUnit, tests: &Tests<'_>) -> Vec<Companion> {
    let mut companions = vec![node.companion(lowering)];
    if let Some(test) = tests.main.as_ref().filter(|test| test.escaped().is_none()) {
        let start = format!("systemctl start {}", shell_word(node.unit.as_str()));
        companions.extend(node.matcher(lowering, &test.case(&start)).into_iter().flatten());
    }
    companions
}

/// The companions by which the event unit starts an instance, if a variable of the event names the
/// instance.
fn by_variable(
    lowering: &Lowering<'_>,
    event: &str,
    side: Side,
    node: &EventUnit,
    tests: &Tests<'_>,
) -> Option<Vec<Companion>> {
    let variable = lowering.instance.variable().filter(|_| side == Side::Start)?;
    let own_test = tests.main.as_ref().filter(|test| test.is_of(variable));
    let stops = overlap::of_instances(lowering, event);
    if let Some((_, value)) = own_test.and_then(Test::escaped)
        && stops == StopsInstances::None
    {
        let own = lowering.name.instance_escaped(&value);
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
    if lowering.instance.has_default() && own_test.is_none() && !carried() {
        return None;
    }
    // Without the variable, Upstart would not have started the job (`init/event.c`,
    // `event_pending_handle_jobs`).
    let with_variable = EventUnit::with(event, variable, "").ok()?;
    let unit =
        format!("$(systemd-escape --template='{}' -- \"${{EVENT_VARIABLE#*=}}\")", lowering.name);
    let start = match stops {
        StopsInstances::None | StopsInstances::All => format!("systemctl start \"{unit}\""),
        StopsInstances::Same => format!(
            "unit={unit}\n        case $(systemctl is-active \"$unit\") in\n            active | activating | reloading) systemctl restart \"$unit\" ;;\n            *) systemctl start \"$unit\" ;;\n        esac"
        ),
    };
    let script = match own_test {
        Some(test) => test.case(&start),
        None => format!("case $EVENT_VARIABLE in\n    {variable}=*) {start} ;;\nesac"),
    };
    let by_value = by_value(lowering, &script);
    // The instances stop before the new one starts.
    let order = (stops == StopsInstances::All)
        .then(|| Some((Directive::After, Value::unit(&EventUnit::of(event).ok()?.unit))))
        .flatten();
    Some(vec![
        with_variable.companion(lowering),
        drop_in(lowering, &with_variable.file(), order.into_iter().chain(by_value)),
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
        .at(event.name.span, format!("unknown event `{}`; did you mean `{meant}`?", lossy(name)))
        .help(format!("write `{meant}`, unless it is an event of your own"))
        .changing_edit(event.name.span, meant);
    Some(diagnostic)
}
