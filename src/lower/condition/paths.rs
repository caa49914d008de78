//! The alternatives of a condition, each a list of events that it joins by `and`.

use super::event::classify;
use super::event::trigger::{Side, Trigger};
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{COMPANION_NEEDED, SPRAWLING_CONDITION};
use crate::lower::lowering::Lowering;
use crate::text::glob;
use crate::text::source::{Span, Spanned};
use crate::upstart::condition::{Condition, Event, EventArgument, NamedJob};
use crate::upstart::expression::{Dnf, Expr};
use crate::upstart::job::Stated;

/// An event of a condition: what it means, and its place.
pub(super) type ConditionLeaf = Spanned<Trigger>;

/// An event of a condition that is compared by its meaning, not by its place. The words of the event
/// belong to it where the trigger does not express all of them: `a X=1` alone does not make
/// `a X=2 and b` superfluous, although the unit follows `a` in both.
#[derive(Clone, Debug)]
pub(super) struct EventMeaning(pub(super) ConditionLeaf, pub(super) Option<String>);

impl PartialEq for EventMeaning {
    fn eq(&self, other: &Self) -> bool {
        // What a companion starts the unit at is not part of the trigger.
        self.0.value == other.0.value
            && self.1 == other.1
            && (self.0.value != Trigger::Companion || self.0.span == other.0.span)
    }
}

/// The alternatives of a condition, with findings about its events. `None` if there are too many.
pub(super) fn paths(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    side: Side,
) -> Option<Vec<Vec<EventMeaning>>> {
    let expr = read(lowering, condition, &condition.value, (side, false));
    if let Ok(Dnf(paths)) = expr.normalize() {
        return Some(paths);
    }
    let diagnostic = SPRAWLING_CONDITION
        .at(condition.span, "the condition has more than 64 alternatives")
        .help("simplify it");
    lowering.manual(condition.stanza, &[], diagnostic);
    None
}

/// Classifies the events of an expression, and records their findings and companions. `is_joined`
/// is whether the condition joins the expression with others by `and`.
fn read(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    expr: &Expr<Event>,
    (side, is_joined): (Side, bool),
) -> Expr<EventMeaning> {
    match expr {
        Expr::Leaf(event) if let Some(expanded) = each_job(lowering, event) => {
            read(lowering, condition, &expanded, (side, is_joined))
        }
        Expr::Leaf(event) => {
            let classified = classify(lowering, event, (side, is_joined));
            let needed = classified.needed_event_unit.as_ref().map(|_| &COMPANION_NEEDED);
            let rule = needed.or_else(|| Some(classified.diagnostics.first()?.rule));
            lowering.ledger.record(condition.stanza, classified.disposition, &[], rule);
            lowering.diagnostics.extend(classified.diagnostics);
            lowering.needed_event_units.extend(classified.needed_event_unit);
            for companion in classified.companions {
                lowering.ledger.file(condition.stanza, &companion.output().path);
                lowering.companion(companion);
            }
            let words = (classified.disposition != Disposition::Exact).then(|| {
                event.args.iter().map(|word| word.value.as_str()).collect::<Vec<_>>().join(" ")
            });
            Expr::Leaf(EventMeaning(Spanned::new(classified.trigger, event.span()), words))
        }
        Expr::And(left, right) => Expr::And(
            Box::new(read(lowering, condition, left, (side, true))),
            Box::new(read(lowering, condition, right, (side, true))),
        ),
        Expr::Or(left, right) => Expr::Or(
            Box::new(read(lowering, condition, left, (side, is_joined))),
            Box::new(read(lowering, condition, right, (side, is_joined))),
        ),
    }
}

/// The events of the jobs of the directory that an event of jobs names by a pattern, as
/// alternatives. `None` if it names none of them, or if the directory does not have all jobs.
fn each_job(lowering: &Lowering<'_>, event: &Event) -> Option<Expr<Event>> {
    let (NamedJob::Any(pattern), span) = event.job()? else { return None };
    let place = event.args.iter().position(|word| word.span == span)?;
    if !lowering.job_set.is_whole()
        || matches!(EventArgument::of(&event.args[place].value), EventArgument::Unequal(..))
    {
        return None;
    }
    let named = |job: &str| {
        let mut event = event.clone();
        event.args[place].value = match EventArgument::of(&event.args[place].value) {
            EventArgument::Equal(key, _) => format!("{key}={job}"),
            EventArgument::Positional(_) | EventArgument::Unequal(..) => job.to_owned(),
        };
        Expr::Leaf(event)
    };
    // The job does not wait for itself. A name that is a pattern itself is not looked up.
    let jobs = lowering.job_set.named_like(pattern).filter(|job| {
        *job != lowering.job.name.0 && !glob::is_pattern(job) && !job.contains(['=', '$'])
    });
    jobs.map(named).reduce(|left, right| Expr::Or(Box::new(left), Box::new(right)))
}

/// The place from the first to the last event of a path.
pub(super) fn path_span(path: &[EventMeaning]) -> Option<Span> {
    path.iter().map(|EventMeaning(leaf, _)| leaf.span).reduce(Span::to)
}
