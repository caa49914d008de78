//! Conditions as written: events with their arguments.

use super::events::JobState;
use super::expression::Expr;
use crate::text::glob;
use crate::text::source::{Span, SpannedWord};

/// The condition of a `start on` or `stop on`.
pub type Condition = Expr<Event>;

/// An event of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The name of the event.
    pub name: SpannedWord,
    /// The arguments, which are matched with the variables of the event.
    pub args: Vec<SpannedWord>,
}

/// An argument of an event, split at the first `!=`, or else at the first `=`
/// (`init/event_operator.c`, `event_operator_match`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventArgument<'a> {
    /// Matches the variable of the event at the same position, whatever its name.
    Positional(&'a str),
    /// `NAME=VALUE`: the variable has to match the value, a pattern.
    Equal(&'a str, &'a str),
    /// `NAME!=VALUE`: the variable must not match the value, a pattern.
    Unequal(&'a str, &'a str),
}

impl<'a> EventArgument<'a> {
    /// Splits an argument.
    pub fn of(word: &'a str) -> Self {
        if let Some((key, value)) = word.split_once("!=") {
            Self::Unequal(key, value)
        } else if let Some((key, value)) = word.split_once('=') {
            Self::Equal(key, value)
        } else {
            Self::Positional(word)
        }
    }
}

/// How an event about jobs names its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedJob<'a> {
    /// Exactly the job of this name.
    One(&'a str),
    /// Every job that matches a pattern, or every job that does not.
    Any(&'a str),
    /// The name refers to a variable, so which job it is depends on the running job.
    Variable(&'a str),
}

impl<'a> NamedJob<'a> {
    pub(super) fn of(name: &'a str, negated: bool) -> Self {
        if name.contains('$') {
            Self::Variable(name)
        } else if negated || name.is_empty() || glob::is_pattern(name) {
            Self::Any(name)
        } else {
            Self::One(name)
        }
    }

    /// The name, if the event is about exactly one job.
    pub fn one(self) -> Option<&'a str> {
        match self {
            Self::One(name) => Some(name),
            Self::Any(_) | Self::Variable(_) => None,
        }
    }
}

impl Event {
    /// The arguments, each with its place.
    pub fn arguments(&self) -> impl Iterator<Item = (EventArgument<'_>, Span)> {
        self.args.iter().map(|word| (EventArgument::of(&word.value), word.span))
    }

    /// The job that an event about jobs names. The first variable of such an event is `JOB`, so the
    /// job is the first positional argument or the argument called `JOB`. `None` if the event is
    /// not about jobs, or is about all of them (`init/event_operator.c`, `event_operator_match`).
    pub fn job(&self) -> Option<(NamedJob<'_>, Span)> {
        JobState::named(&self.name.value)?;
        self.arguments().enumerate().find_map(|(index, (argument, span))| {
            let job = match argument {
                EventArgument::Positional(name) if index == 0 => NamedJob::of(name, false),
                EventArgument::Equal("JOB", name) => NamedJob::of(name, false),
                EventArgument::Unequal("JOB", name) => NamedJob::of(name, true),
                EventArgument::Positional(_)
                | EventArgument::Equal(..)
                | EventArgument::Unequal(..) => return None,
            };
            Some((job, span))
        })
    }

    /// The variable and its value, if the event matches one variable with one value.
    pub fn one_value(&self) -> Option<(&str, &str)> {
        let mut arguments = self.arguments();
        match (arguments.next(), arguments.next()) {
            (Some((EventArgument::Equal(key, value), _)), None)
                if !glob::is_pattern(value) && !value.contains('$') =>
            {
                Some((key, value))
            }
            _ => None,
        }
    }

    /// The place of the event with its arguments.
    pub fn span(&self) -> Span {
        self.args.last().map_or(self.name.span, |last| self.name.span.to(last.span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::source::{Origin, Span, Spanned};

    #[test]
    fn an_event_of_a_job_names_it_first_or_as_job() {
        for (text, expected) in [
            ("started foo", Some(NamedJob::One("foo"))),
            ("stopping foo bar", Some(NamedJob::One("foo"))),
            ("starting INSTANCE=bar JOB=foo", Some(NamedJob::One("foo"))),
            ("stopped JOB!=foo", Some(NamedJob::Any("foo"))),
            ("started foo*", Some(NamedJob::Any("foo*"))),
            ("started JOB=", Some(NamedJob::Any(""))),
            ("started $FOO", Some(NamedJob::Variable("$FOO"))),
            ("started INSTANCE=foo", None),
            ("started", None),
            ("runlevel foo", None),
        ] {
            let mut words = text
                .split(' ')
                .map(|word| Spanned::new(word.to_owned(), Span::new(Origin::Conf, 0..0)));
            let event = Event { name: words.next().unwrap(), args: words.collect() };
            assert_eq!(event.job().map(|(job, _)| job), expected, "{text}");
        }
    }
}
