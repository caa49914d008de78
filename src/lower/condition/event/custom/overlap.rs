//! One event in both conditions of a job. init stops the job first and then starts it again
//! (`init/event.c`, `event_pending_handle_jobs`): a job that runs is restarted, and one that is down
//! is started. `Conflicts=` and `WantedBy=` cannot do both, so the event unit calls systemctl.

use super::asked::{Test, Tests, tests};
use crate::lower::companion::Companion;
use crate::lower::companion_unit::{drop_in, shell};
use crate::lower::condition::event::trigger::Side;
use crate::lower::condition::event_unit::{EventUnit, by_value};
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, UnitName, Value, shell_word};
use crate::upstart::condition::{Condition, Event};
use crate::upstart::events;

/// What both conditions of a job ask of one event, without what they join with other events.
struct Sides<'a> {
    start: Vec<Tests<'a>>,
    stop: Vec<Tests<'a>>,
}

/// Whether an event of that name may start the job and stop it, and the two sides have event units
/// of different names.
pub(super) fn is_of_two_units(lowering: &Lowering<'_>, event: &Event) -> bool {
    let texts = |side: &[Tests<'_>]| -> Vec<Option<String>> {
        side.iter().map(|tests| tests.main.as_ref().map(Test::text)).collect()
    };
    sides(lowering, event).is_some_and(|sides| {
        let starts = texts(&sides.start);
        !texts(&sides.stop).iter().any(|text| starts.contains(text))
    })
}

/// How the event that starts an instance also stops instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StopsInstances {
    /// It does not.
    None,
    /// It stops the instance of the name that it starts.
    Same,
    /// It stops all of them.
    All,
}

/// How the event that starts an instance of this job also stops instances.
pub(super) fn of_instances(lowering: &Lowering<'_>, event: &str) -> StopsInstances {
    let job = lowering.job;
    let Some((start, stop)) = job.start_on.as_ref().zip(job.stop_on.as_ref()) else {
        return StopsInstances::None;
    };
    let is_same = |other: &&Event| other.name.value == event;
    let Some(variable) =
        lowering.instance.variable().filter(|_| alternatives(&start.value).iter().any(is_same))
    else {
        return StopsInstances::None;
    };
    let stops = alternatives(&stop.value);
    let mains = stops
        .into_iter()
        .filter(is_same)
        .map(|event| tests(lowering, event, Side::Stop, None).main);
    mains.fold(StopsInstances::None, |known, main| match (known, main) {
        (StopsInstances::All, _) | (_, None) => StopsInstances::All,
        (_, Some(test)) if test.is_of(variable) && test.is_of_own_instance() => {
            StopsInstances::Same
        }
        (known, Some(_)) => known,
    })
}

/// Whether an event of the directory's own both starts and stops the job.
pub(in crate::lower) fn has_any(lowering: &Lowering<'_>) -> bool {
    let Some(condition) = &lowering.job.start_on else { return false };
    lowering.options.companions
        && alternatives(&condition.value)
            .into_iter()
            .filter(|event| events::find(&event.name.value).is_none())
            .any(|event| {
                sides(lowering, event).is_some()
                    || of_instances(lowering, &event.name.value) != StopsInstances::None
            })
}

/// The companions by which the event unit starts, stops and restarts the unit, if the event is in
/// both conditions.
pub(super) fn companions(lowering: &Lowering<'_>, event: &Event) -> Option<Vec<Companion>> {
    let sides = sides(lowering, event)?;
    let name = event.name.value.as_str();
    let plain = EventUnit::of(name).ok()?;
    let by_variable = EventUnit::with(name, "", "").ok()?;
    let own = shell_word(lowering.name.as_str());
    let [starts, stops] =
        [&sides.start, &sides.stop].map(|side| side.iter().any(|tests| tests.main.is_none()));
    let mut companions = Vec::new();
    if let Some(script) = of_event(&own, starts, stops) {
        let mut command = shell(lowering, &["-c"], &script);
        command.prefix.ignore_failure = true;
        let directives = [(Directive::ExecStart, Value::command(&command))];
        companions.push(plain.companion(lowering));
        companions.push(drop_in(lowering, &plain.unit, directives));
    }
    if let Some(script) = of_variable(&own, &plain.unit, (starts, stops), &sides) {
        // The variables are looked at when the event itself has had its effect.
        let order = (starts || stops).then(|| (Directive::After, Value::unit(&plain.unit)));
        let directives = order.into_iter().chain(by_value(lowering, &script));
        companions.push(by_variable.companion(lowering));
        companions.push(drop_in(lowering, &by_variable.file(), directives));
    }
    Some(companions)
}

/// What both conditions ask of the event; `None` if no event passes both, or if the job has
/// instances.
fn sides<'a>(lowering: &Lowering<'a>, event: &Event) -> Option<Sides<'a>> {
    let job = lowering.job;
    let (start, stop) = job.start_on.as_ref().zip(job.stop_on.as_ref())?;
    if lowering.instance.is_template() {
        return None;
    }
    let of = |condition: &'a Condition, side| -> Vec<Tests<'a>> {
        alternatives(condition)
            .into_iter()
            .filter(|other| other.name.value == event.name.value)
            .map(|other| tests(lowering, other, side, None))
            .collect()
    };
    let sides = Sides { start: of(&start.value, Side::Start), stop: of(&stop.value, Side::Stop) };
    sides
        .start
        .iter()
        .any(|start| sides.stop.iter().any(|stop| overlap(start, stop)))
        .then_some(sides)
}

/// Whether one event may pass the tests of both.
fn overlap(one: &Tests<'_>, other: &Tests<'_>) -> bool {
    match (&one.main, &other.main) {
        (Some(one), Some(other)) => one.overlaps(other),
        (None, _) | (_, None) => true,
    }
}

/// The events of a condition that it does not join with others.
fn alternatives(condition: &Condition) -> Vec<&Event> {
    match condition {
        Condition::Leaf(event) => vec![event],
        Condition::Or(left, right) => {
            let mut events = alternatives(left);
            events.extend(alternatives(right));
            events
        }
        Condition::And(..) => Vec::new(),
    }
}

/// What the event does whatever its variables are. `starts` and `stops` are whether it does so in
/// any case.
fn of_event(own: &str, starts: bool, stops: bool) -> Option<String> {
    match (starts, stops) {
        (true, true) => Some(format!(
            "case $(systemctl is-active {own}) in\n    active | activating | reloading) systemctl restart {own} ;;\n    *) systemctl start {own} ;;\nesac"
        )),
        (true, false) => Some(format!(
            "case $(systemctl is-active {own}) in\n    inactive | failed) systemctl start {own} ;;\nesac"
        )),
        (false, true) => Some(format!("systemctl stop {own}")),
        (false, false) => None,
    }
}

/// What the event does because of one of its variables. The event itself has had its effect.
fn of_variable(
    own: &str,
    plain: &UnitName,
    (starts, stops): (bool, bool),
    sides: &Sides<'_>,
) -> Option<String> {
    let cases = |side: &[Tests<'_>], then: &str| -> String {
        let tests = side.iter().filter_map(|tests| tests.main.as_ref());
        tests.map(|test| format!("{}\n", test.case(then))).collect()
    };
    match (starts, stops) {
        (true, true) => None,
        (false, true) => Some(format!(
            "start=false\n{}! $start || systemctl start {own}",
            cases(&sides.start, "start=true")
        )),
        // What the event itself has just started is new, and everything else is restarted.
        (true, false) => Some(format!(
            "stop=false\n{}$stop || exit 0\nset -- $(systemctl show --value -p InactiveExitTimestampMonotonic {} {own})\n[ \"$2\" -gt \"$1\" ] || systemctl restart {own}",
            cases(&sides.stop, "stop=true"),
            shell_word(plain.as_str())
        )),
        (false, false) => Some(format!(
            "start=false stop=false\n{}{}case $start,$stop,$(systemctl is-active {own}) in\n    true,true,active | true,true,activating | true,true,reloading) systemctl restart {own} ;;\n    true,*) systemctl start {own} ;;\n    false,true,*) systemctl stop {own} ;;\nesac",
            cases(&sides.start, "start=true"),
            cases(&sides.stop, "stop=true")
        )),
    }
}
