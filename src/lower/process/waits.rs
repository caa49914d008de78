//! The jobs that scripts start: which instances result, and whether the script can wait for them.

use std::collections::BTreeMap;

use super::reading::ScriptUse;
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{INSTANCES_NAMED_AT_RUN_TIME, START_WITHOUT_WAITING};
use crate::jobset::Sibling;
use crate::lower::condition::event_unit::EventUnit;
use crate::lower::condition::peer::peer;
use crate::lower::lowering::Lowering;
use crate::lower::shape::Shape;
use crate::lower::stanza::instance::example;
use crate::shell;
use crate::shell::{Context, ForLoop};
use crate::systemd::{Directive, UnitName};
use crate::text::bytes::{encode, lossy};
use crate::text::source::Span;
use crate::upstart::ast::Phase;
use crate::upstart::instances::Instance;
use crate::upstart::script::job_control;
use crate::upstart::script::job_control::{JobControl, Verb};

/// A unit that a script waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The phase whose script waits.
    pub phase: Phase,
    /// The unit that the script starts or stops; the template if the job has instances.
    pub unit: UnitName,
    /// The place of the command in the script.
    pub span: Span,
    /// When the script waits.
    pub during: During,
}

/// When a script waits for another unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum During {
    /// While its own unit starts, for the start of the other.
    Start,
    /// While its own unit stops, for the start of the other.
    Stop,
    /// While its own unit stops, for the stop of the other.
    OtherStop,
}

/// The units that scripts start, as far as they matter to the unit of the job.
#[derive(Debug, Default)]
pub(in crate::lower) struct Started {
    /// The instances that start with the unit.
    pub(crate) wants: Vec<UnitName>,
    /// What the scripts wait for while the unit starts or stops.
    pub(crate) waits: Vec<Wait>,
}

/// Collects the units that a script starts.
pub(in crate::lower) fn lower(
    lowering: &mut Lowering<'_>,
    reading: &ScriptUse<'_>,
    shape: Shape,
    started: &mut Started,
) {
    let script = (lowering.job.name.0.clone(), reading.phase);
    let no_wait = lowering.job_set.facts.not_waiting.contains(&script);
    let no_wait_for_stop = lowering.job_set.facts.not_waiting_for_stop.contains(&script);
    for usage in &reading.control.commands {
        if usage.external {
            continue;
        }
        let units: Vec<UnitName> = match (usage.verb(), usage.job()) {
            (Verb::Start | Verb::Restart, Some(job)) => {
                let starts = usage.verb() == Verb::Start && !usage.is_wait_for_state();
                if let Some(sibling) = lowering.job_set.sibling(job).filter(|_| starts) {
                    started.wants.extend(instances(
                        lowering,
                        reading,
                        usage,
                        (job, sibling),
                        no_wait,
                    ));
                }
                peer(lowering, job).map(|peer| peer.unit).into_iter().collect()
            }
            (Verb::Stop, Some(job)) => {
                peer(lowering, job).map(|peer| peer.unit).into_iter().collect()
            }
            _ => usage.emits().map(event_units).unwrap_or_default(),
        };
        let stops = usage.verb() == Verb::Stop;
        let during = match waits(reading.phase, shape) {
            Some(During::Start) if stops => None,
            Some(_) if stops => Some(During::OtherStop),
            during => during,
        };
        let Some(during) = during.filter(|_| !units.is_empty()) else { continue };
        if usage.does_not_wait() || usage.context.has(Context::BACKGROUND) {
            continue;
        }
        let span = reading.span(&usage.range);
        if if stops { no_wait_for_stop } else { no_wait } {
            let unit = &units[0];
            let (what, ordered) = match usage.emits() {
                Some(event) => (
                    format!("what `{}` starts is up", lossy(event)),
                    "one of these units is ordered after this one",
                ),
                None if stops => (
                    format!("{unit} has stopped"),
                    "that unit only stops when this one has stopped",
                ),
                None => (format!("{unit} has started"), "that unit is ordered after this one"),
            };
            let diagnostic = START_WITHOUT_WAITING
                .at(span, format!("the script goes on before {what}"))
                .note(format!("{ordered}, so that waiting for it would never end"))
                .help("check whether what follows in the script needs it");
            lowering.ledger.record(
                reading.stated.stanza,
                Disposition::Approximate,
                &[],
                Some(&START_WITHOUT_WAITING),
            );
            lowering.diagnostics.push(diagnostic);
        } else {
            started.waits.extend(units.into_iter().map(|unit| Wait {
                phase: reading.phase,
                unit,
                span,
                during,
            }));
        }
    }
}

/// The event units that stand for an event: that for all events of the name, and the template of
/// those for the values of variables.
fn event_units(event: &str) -> Vec<UnitName> {
    let nodes = [EventUnit::of(event), EventUnit::with(event, "", "")];
    nodes.into_iter().flatten().map(|node| node.file()).collect()
}

/// When systemd waits for the script of a phase; `None` if it never does.
fn waits(phase: Phase, shape: Shape) -> Option<During> {
    match (phase, shape) {
        (Phase::PreStart | Phase::Main | Phase::PostStart, Shape::Inverted)
        | (Phase::PreStop | Phase::PostStop, _) => Some(During::Stop),
        (Phase::Main, Shape::Service) => None,
        (Phase::PreStart | Phase::PostStart, _) | (Phase::Main, Shape::Task | Shape::State) => {
            Some(During::Start)
        }
    }
}

/// The instances that start with the unit: those that the script certainly starts and that are
/// ordered after the unit anyway. The script starts the others, because it may first have to
/// prepare something for them.
fn instances(
    lowering: &mut Lowering<'_>,
    reading: &ScriptUse<'_>,
    usage: &JobControl,
    (job, sibling): (&str, &Sibling),
    follows: bool,
) -> Vec<UnitName> {
    let Instance::Template { variables, defaults, .. } = &sibling.instance else {
        return Vec::new();
    };
    let Some(names) = names(reading, usage, (variables, defaults)) else {
        let example = example(&sibling.unit, variables);
        let names_none = usage.operands().len() == 1;
        let message = if names_none {
            format!("this names no instance of `{}`, and the command fails", lossy(job))
        } else {
            format!(
                "the instances of `{}` that this starts are known only when it runs",
                lossy(job)
            )
        };
        let diagnostic =
            INSTANCES_NAMED_AT_RUN_TIME.at(reading.span(&usage.range), message).help(format!(
                "to start one by itself, run `systemctl add-wants {} {example}`",
                lowering.name
            ));
        lowering.diagnostics.push(diagnostic);
        return Vec::new();
    };
    if !follows || !is_certain(reading, usage) {
        return Vec::new();
    }
    lowering.ledger.record(reading.stated.stanza, Disposition::Exact, &[Directive::Wants], None);
    names.iter().filter_map(|name| sibling.unit.instance(&encode(name)).ok()).collect()
}

/// The variables that name an instance, in their order, and the values of those that may be left out.
type Variables<'a> = (&'a [String], &'a BTreeMap<String, String>);

/// The names of the instances that a command starts: the values of the variables, joined by colons.
fn names(
    reading: &ScriptUse<'_>,
    usage: &JobControl,
    variables: Variables<'_>,
) -> Option<Vec<String>> {
    let operands = usage.operands();
    let words: Vec<&str> =
        operands.iter().skip(1).map(|(_, place)| reading.text_at(place)).collect::<Option<_>>()?;
    let around: Vec<&ForLoop> =
        reading.shell.loops.iter().filter(|each| each.body.contains(&usage.range.start)).collect();
    match around.as_slice() {
        [] => Some(vec![name(&words, variables, None)?]),
        [each] => each
            .words
            .as_ref()?
            .iter()
            .map(|value| name(&words, variables, Some((&each.variable, value))))
            .collect(),
        _ => None,
    }
}

/// The name of one instance; `None` if a value is only known at run time. `of_loop` is the variable
/// of a surrounding `for` loop with its value.
pub(super) fn name(
    words: &[&str],
    (variables, defaults): Variables<'_>,
    of_loop: Option<(&str, &str)>,
) -> Option<String> {
    let values: Option<Vec<String>> = variables
        .iter()
        .map(|variable| {
            let given = words
                .iter()
                .find_map(|word| word.strip_prefix(variable.as_str())?.strip_prefix('='));
            let Some(word) = given else { return defaults.get(variable).cloned() };
            let filled = match of_loop {
                Some((name, value))
                    if value
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte)) =>
                {
                    word.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value)
                }
                Some(_) | None => word.to_owned(),
            };
            if filled.is_empty() {
                return Some(filled);
            }
            match shell::words(&filled, &shell::read(&filled))?.as_slice() {
                [] => Some(String::new()),
                [value] => Some(value.clone()),
                _ => None,
            }
        })
        .collect();
    values.map(|values| values.join(":"))
}

/// Whether the command runs in every run of the script.
fn is_certain(reading: &ScriptUse<'_>, usage: &JobControl) -> bool {
    let plain =
        |context: Context| !context.has(Context::CONDITIONAL | Context::LOOP | Context::FUNCTION);
    match reading.shell.loops.iter().find(|each| each.body.contains(&usage.range.start)) {
        None => plain(usage.context),
        Some(each) => {
            // The body is parsed separately for the context of the command within it.
            let Some(body) = reading.text_at(&each.body) else { return false };
            let read = shell::read(body);
            let at = usage.range.start - each.body.start;
            let within = job_control::find(body, &read)
                .commands
                .into_iter()
                .find(|other| other.range.start == at);
            plain(each.context) && within.is_some_and(|within| plain(within.context))
        }
    }
}
