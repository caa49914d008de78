//! Events of devices: device units and udev rules.

use std::borrow::Cow;

use super::custom::alone;
use super::job::reference;
use super::trigger::{Classified, Side, Trigger, companion, value, written};
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::UNTRANSLATABLE_EVENT;
use crate::lower::companion::Companion;
use crate::lower::companion_unit::made_for;
use crate::lower::condition::event_unit::EventUnit;
use crate::lower::lowering::Lowering;
use crate::lower::own_files;
use crate::systemd::layout::{Output, UDEV_RULES};
use crate::systemd::{UnitName, escape_path};
use crate::text::bytes::{encode, lossy};
use crate::text::glob;
use crate::text::source::Span;
use crate::upstart::condition::{Condition, Event, EventArgument};
use crate::upstart::events;
use crate::upstart::events::{DEVICE, Meaning, event_carries};
use crate::upstart::instances::Instance;

/// Turns `SUBSYSTEM-device-ACTION` (`extra/upstart-udev-bridge.c`) into a device unit if one has a
/// known name, and else into a udev rule.
pub(super) fn device(
    lowering: &Lowering<'_>,
    event: &Event,
    (subsystem, action): (&str, &str),
    (side, is_joined): (Side, bool),
) -> Classified {
    let tests = match tests(lowering, event, side) {
        Ok(tests) => tests,
        Err(span) => return unknown_value(event, span),
    };
    let is_remembered = side == Side::Start && is_joined && can_remember(lowering, event);
    // An event that is remembered has an event unit, and the names of instances come from the rule.
    let by_unit = match side {
        Side::Start => !(lowering.instance.is_template() || is_remembered),
        Side::Stop => true,
    };
    if let Some(unit) = by_unit.then(|| device_unit(lowering, subsystem, &tests)).flatten()
        && matches!((action, side), ("added", Side::Start) | ("removed", Side::Stop))
    {
        return Classified::exact(Trigger::Unit(unit));
    }
    let action = match action {
        "added" => "add",
        "changed" => "change",
        "removed" => "remove",
        other => other,
    };
    let node = is_remembered
        .then(|| EventUnit::of_device(&event.name.value, &words(event)).ok())
        .flatten();
    let target = match &node {
        Some(node) => RuleTarget::Unit(&node.unit),
        None if lowering.instance.is_template() => match instance_of(lowering, side, &tests) {
            Some(target) => target,
            None => return unknown_value(event, event.span()),
        },
        None => RuleTarget::Unit(lowering.name),
    };
    let rule = rule((subsystem, action), &tests, &target, side);
    let mut classified = if lowering.options.companions {
        let path = own_files::udev_rules(lowering.name.stem());
        written(Companion::File(Output {
            path,
            text: format!("{}\n{rule}\n", made_for(lowering).comment()),
        }))
    } else {
        companion(event, "a udev rule", &format!("write a file in /{UDEV_RULES} with: {rule}"))
    };
    match node {
        Some(node) => {
            classified.companions.push(node.companion(lowering));
            classified.trigger = Trigger::Custom(node.unit);
        }
        None if is_joined && lowering.instance.is_template() && side == Side::Start => {
            classified.disposition = classified.disposition.max(Disposition::Approximate);
            classified.diagnostics.push(alone(event));
        }
        None => {}
    }
    classified
}

/// Whether units can remember this event until the others have happened that the start condition
/// of the job names. Points of the boot need no memory.
fn can_remember(lowering: &Lowering<'_>, event: &Event) -> bool {
    let happens = |other: &Event| match events::find(&other.name.value) {
        None => true,
        Some(row) if matches!(row.meaning, Meaning::Job(_)) => other
            .job()
            .and_then(|(job, _)| job.one())
            .is_some_and(|job| lowering.job_set.sibling(job).is_some()),
        Some(_) => false,
    };
    let others = lowering.job.start_on.iter().flat_map(|condition| condition.value.leaves());
    lowering.options.companions
        && !lowering.instance.is_template()
        && others.filter(|other| *other != event).any(happens)
}

/// The arguments of an event in the words of the condition.
fn words(event: &Event) -> String {
    event.args.iter().map(|word| word.value.as_str()).collect::<Vec<_>>().join(" ")
}

/// The finding that the value of an argument depends on how the job was started.
fn unknown_value(event: &Event, span: Span) -> Classified {
    let diagnostic = UNTRANSLATABLE_EVENT
        .at(span, "which device this is shows only when the job runs")
        .note(format!(
            "the variable came with what started the job, so no rule for `{}` has its value",
            lossy(&event.name.value)
        ))
        .help("write the name of the device, or add `instance` with this variable");
    Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic)
}

/// A value that a variable of the device has to have.
enum OfDevice<'a> {
    /// It matches the pattern.
    Pattern(Cow<'a, str>),
    /// It does not match the pattern.
    Not(Cow<'a, str>),
    /// It is that of this variable, which names the instance.
    Instance(&'a str),
}

/// The variables of the device that the condition looks at. An error is the place of a value that
/// nothing shows.
fn tests<'a>(
    lowering: &'a Lowering<'_>,
    event: &'a Event,
    side: Side,
) -> Result<Vec<(&'a str, OfDevice<'a>)>, Span> {
    let read = |(index, (argument, span))| {
        let (key, value, negated) = match argument {
            EventArgument::Positional(value) => {
                (DEVICE.get(index).copied().unwrap_or("KERNEL"), value, false)
            }
            EventArgument::Equal(key, value) => (key, value, false),
            EventArgument::Unequal(key, value) => (key, value, true),
        };
        let value = match reference(value).filter(|_| side == Side::Stop) {
            Some(name) if lowering.instance.sets(name) && !negated => {
                return Ok((key, OfDevice::Instance(name)));
            }
            Some(name) if lowering.instance.sets(name) => return Err(span),
            Some(name) => Cow::Borrowed(value_at_start(lowering, name).ok_or(span)?),
            None => Cow::Borrowed(value),
        };
        Ok((key, if negated { OfDevice::Not(value) } else { OfDevice::Pattern(value) }))
    };
    event.arguments().enumerate().map(read).collect()
}

/// The value that a variable of this job has whatever started it: that of the events of `start on`,
/// or else that of an `env` stanza.
fn value_at_start<'a>(lowering: &'a Lowering<'_>, name: &str) -> Option<&'a str> {
    let job = lowering.job;
    let carried = match &job.start_on {
        Some(condition) => value_of_events(&condition.value, name).ok()?,
        None => None,
    };
    carried.or_else(|| {
        job.env.iter().rev().find_map(|env| {
            env.value.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value)
        })
    })
}

/// The value of a variable that the events of a condition give: `Ok(None)` if they do not carry it,
/// an error if the condition does not show the value.
fn value_of_events<'a>(condition: &'a Condition, name: &str) -> Result<Option<&'a str>, ()> {
    match condition {
        Condition::Leaf(event) => {
            match value(event, name, DEVICE.iter().position(|key| *key == name)) {
                Some((false, value)) if !glob::is_pattern(value) => Ok(Some(value)),
                None if event_carries(&event.name.value, name) == Some(false) => Ok(None),
                Some(_) | None => Err(()),
            }
        }
        Condition::And(left, right) => {
            match (value_of_events(left, name)?, value_of_events(right, name)?) {
                (Some(left), Some(right)) if left != right => Err(()),
                (left, right) => Ok(left.or(right)),
            }
        }
        Condition::Or(left, right) => {
            let (left, right) = (value_of_events(left, name)?, value_of_events(right, name)?);
            if left == right { Ok(left) } else { Err(()) }
        }
    }
}

/// The device unit whose name the condition gives (systemd.device(5)).
fn device_unit(
    lowering: &Lowering<'_>,
    subsystem: &str,
    tests: &[(&str, OfDevice<'_>)],
) -> Option<UnitName> {
    let named = |key: &str| {
        tests.iter().find(|(name, _)| *name == key).and_then(|(_, asked)| match asked {
            OfDevice::Pattern(value) if !glob::is_pattern(value) => {
                Some(escape_path(&encode(value)))
            }
            OfDevice::Instance(name) if lowering.instance.variable() == Some(name) => {
                Some("%i".to_owned())
            }
            OfDevice::Instance(_) | OfDevice::Pattern(_) | OfDevice::Not(_) => None,
        })
    };
    let (prefix, name) = match subsystem {
        "net" => ("sys-subsystem-net-devices-", named("INTERFACE").or_else(|| named("KERNEL"))?),
        "tty" | "block" => ("dev-", named("KERNEL")?),
        _ => return None,
    };
    Some(UnitName::known(format!("{prefix}{name}.device")))
}

/// What a rule starts or stops.
enum RuleTarget<'a> {
    Unit(&'a UnitName),
    /// All instances of a template, as a pattern.
    All(String),
    /// The instance of a template that is named by these words of the shell.
    Instance(&'a UnitName, Vec<String>),
}

/// The instance that the device names by its own variables, or by those that the condition compares
/// with the variables of the instance. `None` if it compares only some of them.
fn instance_of<'a>(
    lowering: &'a Lowering<'_>,
    side: Side,
    tests: &[(&str, OfDevice<'_>)],
) -> Option<RuleTarget<'a>> {
    let Instance::Template { variables, .. } = lowering.instance else {
        return Some(RuleTarget::Unit(lowering.name));
    };
    let word = |variable: &String| match side {
        // What the event does not carry, `env` gives (`init/job_class.c`, `job_class_environment`).
        Side::Start => Some(match plain_default(lowering, variable) {
            Some(value) => format!("{variable}:-{value}"),
            None => variable.clone(),
        }),
        Side::Stop => tests.iter().find_map(|(key, asked)| match asked {
            OfDevice::Instance(name) if name == variable => Some((*key).to_owned()),
            OfDevice::Instance(_) | OfDevice::Pattern(_) | OfDevice::Not(_) => None,
        }),
    };
    let words: Vec<String> = variables.iter().filter_map(word).collect();
    if words.is_empty() {
        return Some(RuleTarget::All(lowering.name.all_instances()));
    }
    (words.len() == variables.len()).then_some(RuleTarget::Instance(lowering.name, words))
}

/// The value that an `env` stanza gives a variable, if a rule can contain it.
fn plain_default<'a>(lowering: &'a Lowering<'_>, variable: &str) -> Option<&'a str> {
    let value = lowering.job.env.iter().rev().find_map(|env| {
        env.value.split_once('=').filter(|(key, _)| *key == variable).map(|(_, value)| value)
    })?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:/@+-".contains(&byte);
    (!value.is_empty() && value.bytes().all(is_plain)).then_some(value)
}

/// The udev rule that starts or stops the unit (udev(7); systemd.device(5), `SYSTEMD_WANTS=`).
fn rule(
    (subsystem, action): (&str, &str),
    tests: &[(&str, OfDevice<'_>)],
    target: &RuleTarget<'_>,
    side: Side,
) -> String {
    let mut parts = vec![
        format!("ACTION==\"{}\"", pattern(action)),
        format!("SUBSYSTEM==\"{}\"", pattern(subsystem)),
    ];
    for (key, asked) in tests {
        let key = match *key {
            "KERNEL" | "DEVPATH" | "SUBSYSTEM" => (*key).to_owned(),
            other => format!("ENV{{{}}}", pattern(other)),
        };
        let (relation, value) = match asked {
            OfDevice::Pattern(value) => ("==", value),
            OfDevice::Not(value) => ("!=", value),
            // The name of the instance makes this test.
            OfDevice::Instance(_) => continue,
        };
        // A variable that is missing matches nothing, not even with `!=` (`init/event_operator.c`,
        // `event_operator_match`), and to udev it is empty.
        if relation == "!=" || glob::matches(value, "") {
            parts.push(format!("{key}==\"?*\""));
        }
        if relation == "!=" || value != "*" {
            parts.push(format!("{key}{relation}\"{}\"", pattern(value)));
        }
    }
    let is_added = side == Side::Start && action == "add";
    if is_added {
        parts.push("TAG+=\"systemd\"".to_owned());
    }
    let verb = if side == Side::Start { "start" } else { "stop" };
    match target {
        RuleTarget::Unit(unit) if is_added => {
            parts.push(format!("ENV{{SYSTEMD_WANTS}}+=\"{unit}\""));
        }
        RuleTarget::Unit(unit) => {
            parts.push(format!("RUN+=\"/bin/systemctl --no-block {verb} {unit}\""));
        }
        RuleTarget::All(units) => {
            parts.push(format!("RUN+=\"/bin/systemctl --no-block {verb} {units}\""));
        }
        RuleTarget::Instance(template, words) => parts.extend(of_instance(template, verb, words)),
    }
    parts.join(", ")
}

/// The parts of a rule that start or stop the instance that the device names.
///
/// The text comes from the device, so it is never put into the rule, where it would be split into
/// further words. The program finds it in its environment, which has the properties of the device
/// (udev(7), `RUN`), and `KERNEL` is made one of them. `SYSTEMD_WANTS` cannot be used: from
/// version 233 to 257, systemd takes the backslashes out of the names in it (`src/core/device.c`,
/// `device_add_udev_wants`).
fn of_instance(template: &UnitName, verb: &str, words: &[String]) -> Vec<String> {
    let mut parts = Vec::new();
    if words.iter().any(|word| word.split(':').next() == Some("KERNEL")) {
        parts.push("ENV{KERNEL}=\"%k\"".to_owned());
    }
    // `$$` is `$` in a rule. The shell does not split what it expands, as `IFS` is empty.
    let values: Vec<String> = words.iter().map(|word| format!("$${{{word}}}")).collect();
    parts.push(format!(
        "RUN+=\"/bin/sh -c 'IFS=; set -f; exec /bin/systemctl --no-block {verb} $$(/bin/systemd-escape --template={template} -- {})'\"",
        values.join(":")
    ));
    parts
}

/// A value of a rule. A value cannot contain `"`, which ends it; `\` would escape the quotation
/// mark that follows, `|` separates alternatives, and a line break ends the rule. Each of these
/// becomes `?`, which matches any character.
fn pattern(text: &str) -> String {
    lossy(text)
        .chars()
        .map(|character| {
            if matches!(character, '"' | '\\' | '|' | '{' | '}') || character.is_control() {
                '?'
            } else {
                character
            }
        })
        .collect()
}
