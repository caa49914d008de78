//! The event units that the user has to write, for a conversion without companions: one finding a
//! job.

use crate::diagnostic::Severity;
use crate::diagnostic::registry::COMPANION_NEEDED;
use crate::lower::condition::event::trigger::Side;
use crate::lower::lowering::Lowering;
use crate::systemd::UnitName;
use crate::text::list;
use crate::text::source::Span;

/// The most events that the finding names.
const SHOWN_MAX: usize = 4;

/// An event of a condition whose unit is not there.
#[derive(Clone, Debug)]
pub(in crate::lower) struct NeededEventUnit {
    /// The place of the event.
    pub(super) span: Span,
    /// The name of the event, as text for people.
    pub(super) event: String,
    /// The unit that emits the event when it is started.
    pub(super) unit: UnitName,
    /// The file of the unit, which is a template if the unit is an instance.
    pub(super) file: UnitName,
    /// The condition that names the event.
    pub(super) side: Side,
    /// Whether the condition matches on variables that the name of the unit does not carry.
    pub(super) has_other_variables: bool,
}

/// Reports the event units that both conditions need. A unit that only has to stop with an event
/// works without it and stops at shutdown, so that alone is no warning.
pub(in crate::lower) fn report(lowering: &mut Lowering<'_>) {
    let needed = std::mem::take(&mut lowering.needed_event_units);
    let names = |of: &dyn Fn(&NeededEventUnit) -> String| {
        let mut names: Vec<String> = Vec::new();
        for name in needed.iter().map(of) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    };
    let is_start = |needed: &&NeededEventUnit| needed.side == Side::Start;
    let Some(first) = needed.iter().find(is_start).or(needed.first()) else { return };
    let label = |needed: &NeededEventUnit| match needed.side {
        Side::Start => "starts this job",
        Side::Stop => "stops this job",
    };
    let events = names(&|needed| needed.event.clone());
    let quoted: Vec<String> = events.iter().map(|event| format!("`{event}`")).collect();
    let quoted = list::first(&quoted, SHOWN_MAX);
    let files = list::first(&names(&|needed| needed.file.to_string()), SHOWN_MAX);
    let (message, each) = match events.as_slice() {
        [_] => (format!("the event {quoted} needs a unit that represents it"), "it"),
        _ => (format!("the events {quoted} need units that represent them"), "each"),
    };
    let call =
        format!("`systemctl start {}` does what `initctl emit {}` did", first.unit, first.event);
    let mut diagnostic = COMPANION_NEEDED.at(first.span, message).label(label(first)).help(format!(
        "use `-o DIR`, which also writes {files}; by hand {each} needs `StartLimitIntervalSec=0`, `Type=oneshot` and `ExecStart=/bin/true`; then {call}"
    ));
    if first.side == Side::Stop {
        diagnostic.severity = Severity::Note;
    }
    for other in needed.iter().filter(|other| other.span != first.span).take(SHOWN_MAX) {
        diagnostic = diagnostic.related(other.span, label(other));
    }
    if needed.iter().any(|needed| needed.has_other_variables) {
        diagnostic = diagnostic.note("a unit carries no variables but the one in its name, so what else the condition matches on is not looked at");
    }
    lowering.diagnostics.push(diagnostic);
}
