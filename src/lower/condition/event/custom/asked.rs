//! What a condition asks of the variables of an event that has an event unit.
//!
//! An event unit carries one variable, in the name of its instance. A value is an instance of its
//! own; what is not a single value, such as a pattern, is looked at by the shell.

use std::borrow::Cow;

use crate::jobset::{Emitter, Variable};
use crate::lower::condition::event::job::reference;
use crate::lower::condition::event::trigger::Side;
use crate::lower::lowering::Lowering;
use crate::systemd::escape_instance;
use crate::text::bytes::encode;
use crate::text::glob;
use crate::text::source::Span;
use crate::upstart::condition::{Event, EventArgument};

/// How a condition names a variable of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named<'a> {
    /// By its name.
    Key(&'a str),
    /// By its position.
    Position(usize),
}

/// What is asked of the value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked<'a> {
    /// It has to match this pattern; with `true`, it must not.
    Pattern(Cow<'a, str>, bool),
    /// It is the name of the instance of this unit.
    OwnInstance,
    /// It depends on variables that are only known when the job runs.
    Unknown,
}

/// An argument of an event in a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Test<'a> {
    named: Named<'a>,
    asked: Asked<'a>,
    /// The names that the variable may have: none if nothing is known of a position.
    keys: Vec<&'a str>,
    /// The place of the argument.
    pub(super) span: Span,
}

/// The tests of an event, as far as an event unit can make them.
pub(super) struct Tests<'a> {
    /// The test that the event unit makes.
    pub(super) main: Option<Test<'a>>,
    /// The others, without those that all emitters of the directory pass that pass the first.
    pub(super) rest: Vec<Test<'a>>,
    /// The directory has all emitters of the event, and the event of none of them passes.
    pub(super) never: bool,
}

/// Reads the arguments of an event. With `instance`, the test of that variable comes first, because
/// the event unit has to look at it anyway.
pub(super) fn tests<'a>(
    lowering: &Lowering<'a>,
    event: &'a Event,
    side: Side,
    instance: Option<&str>,
) -> Tests<'a> {
    let emitters = lowering.job_set.emitters(&event.name.value);
    let all: Vec<Test<'_>> = event
        .arguments()
        .enumerate()
        .map(|(index, (argument, span))| test(lowering, emitters, side, (index, argument, span)))
        .collect();
    let is_known = all_known(lowering, &event.name.value, emitters);
    let never = is_known
        && emitters.iter().all(|emitter| all.iter().any(|test| test.holds(emitter) == Some(false)));
    // Whether no emitter that passes the first test fails one of the others.
    let decides = |main: &Test<'_>, other: &Test<'_>| {
        is_known
            && emitters.iter().all(|emitter| {
                main.holds(emitter) == Some(false) || other.holds(emitter) == Some(true)
            })
    };
    let rank = |test: &Test<'_>| {
        (
            !test.can_be_made(lowering),
            instance.is_some_and(|key| !test.is_of(key)),
            !all.iter().all(|other| decides(test, other)),
            test.escaped().is_none(),
        )
    };
    let Some(main) = all.iter().min_by_key(|test| rank(test)).cloned() else {
        return Tests { main: None, rest: Vec::new(), never };
    };
    if !main.can_be_made(lowering) {
        return Tests { main: None, rest: all, never };
    }
    let rest = all.into_iter().filter(|test| *test != main && !decides(&main, test)).collect();
    Tests { main: Some(main), rest, never }
}

/// Reads one argument of an event.
fn test<'a>(
    lowering: &Lowering<'a>,
    emitters: &'a [Emitter],
    side: Side,
    (index, argument, span): (usize, EventArgument<'a>, Span),
) -> Test<'a> {
    let (named, value, negated) = match argument {
        EventArgument::Equal(key, value) => (Named::Key(key), value, false),
        EventArgument::Unequal(key, value) => (Named::Key(key), value, true),
        EventArgument::Positional(value) => (Named::Position(index), value, false),
    };
    let mut keys = Vec::new();
    match named {
        Named::Key(key) => keys.push(key),
        Named::Position(index) => {
            for variables in emitters.iter().filter_map(|emitter| emitter.variables.as_ref()) {
                keys.extend(variables.get(index).map(|variable| variable.name.as_str()));
            }
            keys.sort_unstable();
            keys.dedup();
        }
    }
    let asked = match reference(value) {
        None if value.contains('$') => Asked::Unknown,
        None => Asked::Pattern(Cow::Borrowed(value), negated),
        // init expands the variables of a running job, and only `stop on` has one
        // (`init/event_operator.c`, `event_operator_match`).
        Some(name) if side == Side::Stop && lowering.instance.variable() == Some(name) => {
            if negated { Asked::Unknown } else { Asked::OwnInstance }
        }
        Some(name) if side == Side::Stop && !lowering.instance.sets(name) => {
            match fixed(lowering, name) {
                Some(value) => Asked::Pattern(Cow::Borrowed(value), negated),
                None => Asked::Unknown,
            }
        }
        Some(_) => Asked::Unknown,
    };
    Test { named, asked, keys, span }
}

/// Whether the directory has all emitters of the event, each with its variables.
fn all_known(lowering: &Lowering<'_>, event: &str, emitters: &[Emitter]) -> bool {
    let job_set = lowering.job_set;
    !emitters.is_empty()
        && emitters.iter().all(|emitter| emitter.variables.is_some())
        && !job_set.is_emitted_outside(event)
        && !job_set.patterns().iter().any(|emitter| glob::matches(&emitter.event, event))
}

/// The value that an `env` stanza of this job gives a variable.
fn fixed<'a>(lowering: &Lowering<'a>, name: &str) -> Option<&'a str> {
    lowering.job.env.iter().rev().find_map(|env| {
        env.value.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value)
    })
}

impl<'a> Test<'a> {
    /// Whether the test is one of the variable with this name.
    pub(super) fn is_of(&self, key: &str) -> bool {
        self.keys == [key]
    }

    /// Whether the value is the name of the instance of this unit.
    pub(super) fn is_of_own_instance(&self) -> bool {
        self.asked == Asked::OwnInstance
    }

    /// The variable and its value, escaped for the name of a unit, if a single value passes.
    pub(super) fn escaped(&self) -> Option<(&'a str, String)> {
        let [key] = self.keys.as_slice() else { return None };
        match &self.asked {
            Asked::OwnInstance => Some((key, "%i".to_owned())),
            Asked::Pattern(value, false) if !glob::is_pattern(value) => {
                Some((key, escape_instance(&encode(value))))
            }
            Asked::Pattern(..) | Asked::Unknown => None,
        }
    }

    /// Whether an event unit can make the test. Without companions nothing looks at what is not a
    /// single value.
    fn can_be_made(&self, lowering: &Lowering<'_>) -> bool {
        self.escaped().is_some() || lowering.options.companions && !self.passes().is_empty()
    }

    /// Whether the event that is emitted there passes; `None` if that depends on its script.
    fn holds(&self, emitter: &Emitter) -> Option<bool> {
        let variables = emitter.variables.as_ref()?;
        let variable = match self.named {
            Named::Key(key) => variables.iter().find(|variable| variable.name == key),
            Named::Position(index) => variables.get(index),
        };
        // Without the variable an event passes no test, not even one by `!=`
        // (`init/event_operator.c`, `event_operator_match`).
        let Some(Variable { value, .. }) = variable else { return Some(false) };
        match &self.asked {
            Asked::Pattern(pattern, negated) => {
                value.as_ref().map(|value| glob::matches(pattern, value) != *negated)
            }
            Asked::OwnInstance | Asked::Unknown => None,
        }
    }

    /// Whether one event may pass this test and the other one. Two tests of different variables are
    /// not compared: no event unit sees both.
    pub(super) fn overlaps(&self, other: &Test<'_>) -> bool {
        let is_of_any = self.keys.is_empty() || other.keys.is_empty();
        if !is_of_any && !self.keys.iter().any(|key| other.keys.contains(key)) {
            return false;
        }
        match (&self.asked, &other.asked) {
            (Asked::Pattern(one, false), Asked::Pattern(pattern, negated))
                if !glob::is_pattern(one) =>
            {
                glob::matches(pattern, one) != *negated
            }
            (Asked::Pattern(pattern, negated), Asked::Pattern(one, false))
                if !glob::is_pattern(one) =>
            {
                glob::matches(pattern, one) != *negated
            }
            _ => true,
        }
    }

    /// Whether more than the first variable may pass, because nothing tells its name.
    pub(super) fn is_of_any_variable(&self) -> bool {
        self.keys.len() != 1
    }

    /// The test in the words of a condition, such as `MODE!=one`. A position that has no name is
    /// `*`.
    pub(super) fn text(&self) -> String {
        let keys = if self.keys.is_empty() { "*".to_owned() } else { self.keys.join("|") };
        match &self.asked {
            Asked::Pattern(value, negated) => {
                format!("{keys}{}{value}", if *negated { "!=" } else { "=" })
            }
            Asked::OwnInstance | Asked::Unknown => keys,
        }
    }

    /// A `case` that runs `then` if `$EVENT_VARIABLE`, which is `KEY=VALUE`, passes.
    pub(super) fn case(&self, then: &str) -> String {
        let passes = self.passes();
        let branches = if matches!(self.asked, Asked::Pattern(_, true)) {
            let any: Vec<String> =
                self.keys.iter().map(|key| format!("{}=*", literal(key))).collect();
            format!("{passes}) ;;\n    {}) {then} ;;", any.join(" | "))
        } else {
            format!("{passes}) {then} ;;")
        };
        format!("case $EVENT_VARIABLE in\n    {branches}\nesac")
    }

    /// The patterns of a `case` that the value matches, or must not match; empty if the shell cannot
    /// tell.
    fn passes(&self) -> String {
        let Asked::Pattern(value, _) = &self.asked else { return String::new() };
        if encode(value) != value.as_bytes() {
            return String::new();
        }
        let value = shell_pattern(value);
        if self.keys.is_empty() {
            return format!("*={value}");
        }
        let all: Vec<String> =
            self.keys.iter().map(|key| format!("{}={value}", literal(key))).collect();
        all.join(" | ")
    }
}

/// Text that a `case` of the shell compares literally.
fn literal(text: &str) -> String {
    text.chars().map(quoted).collect()
}

/// A character that the shell takes literally in a pattern.
fn quoted(character: char) -> String {
    match character {
        'a'..='z'
        | 'A'..='Z'
        | '0'..='9'
        | '_'
        | '-'
        | '.'
        | ','
        | ':'
        | '/'
        | '@'
        | '%'
        | '+'
        | '=' => character.to_string(),
        '\'' => "\\'".to_owned(),
        _ => format!("'{character}'"),
    }
}

/// A pattern of fnmatch(3) in the words of the shell, whose patterns are the same apart from
/// quoting.
fn shell_pattern(pattern: &str) -> String {
    let characters: Vec<char> = pattern.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        at += 1;
        match character {
            '*' | '?' => out.push(character),
            '\\' if at < characters.len() => {
                out.push_str(&quoted(characters[at]));
                at += 1;
            }
            '[' => match class_end(&characters, at) {
                Some(end) => {
                    out.push('[');
                    if matches!(characters[at], '!' | '^') {
                        out.push('!');
                        at += 1;
                    }
                    out.extend(characters[at..end].iter().map(|&character| {
                        if character == ']' { "']'".to_owned() } else { quoted(character) }
                    }));
                    out.push(']');
                    at = end + 1;
                }
                None => out.push_str(&quoted('[')),
            },
            other => out.push_str(&quoted(other)),
        }
    }
    out
}

/// The place of the `]` that ends the class whose first character is at `at`.
fn class_end(characters: &[char], at: usize) -> Option<usize> {
    let first = at + usize::from(matches!(characters.get(at), Some('!' | '^')));
    (first + 1..characters.len()).find(|&index| characters[index] == ']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_quoted_for_the_shell() {
        for (pattern, expected) in [
            ("eth*", "eth*"),
            ("eth[01]", "eth[01]"),
            ("[^a-c]?", "[!a-c]?"),
            ("[]x]", "[']'x]"),
            ("[x", "'['x"),
            ("a b;c", "a' 'b';'c"),
            ("it's \\*", "it\\'s' ''*'"),
            ("$(x)`", "'$''('x')''`'"),
            ("", ""),
        ] {
            assert_eq!(shell_pattern(pattern), expected, "{pattern}");
        }
    }
}
