//! Whether a job has instances, and how their names are made.

use std::collections::BTreeMap;

use super::job::Job;
use crate::systemd::escape_instance;
use crate::text::bytes::encode;

/// The variable with the names of the events that started a job.
pub(crate) const EVENTS_VARIABLE: &str = "UPSTART_EVENTS";

/// How the instances of a job differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instance {
    /// There is only one instance.
    Singleton {
        /// The value of `UPSTART_INSTANCE`.
        name: String,
    },
    /// There is an instance for each value of some variables, so the job becomes a template.
    Template {
        /// The `instance` pattern.
        pattern: String,
        /// The variables of the pattern, in order, each once.
        variables: Vec<String>,
        /// The instance name that `env` or the pattern gives, escaped for a unit name.
        default: Option<String>,
        /// The values that `env` or the pattern gives to single variables.
        defaults: BTreeMap<String, String>,
    },
}

impl Instance {
    /// Reads the `instance` stanza of a job and the `env` values that it refers to.
    pub fn of(job: &Job) -> Self {
        let Some(pattern) = &job.instance else { return Self::Singleton { name: String::new() } };
        let found = references(&pattern.value);
        if found.is_empty() {
            return Self::Singleton { name: pattern.value.clone() };
        }
        let defaults: Vec<(String, Option<String>)> = found
            .iter()
            .map(|reference| {
                let stated = job.env.iter().rev().find_map(|env| {
                    env.value.split_once('=').filter(|(name, _)| *name == reference.name)
                });
                let value = stated
                    .map(|(_, value)| value.to_owned())
                    .filter(|value| !value.is_empty())
                    .or_else(|| set_by_init(job, &reference.name))
                    .or_else(|| reference.default.clone());
                (reference.name.clone(), value)
            })
            .collect();
        let mut variables: Vec<String> = Vec::new();
        for reference in found {
            if !variables.contains(&reference.name) {
                variables.push(reference.name);
            }
        }
        let given: Option<Vec<&str>> = defaults
            .iter()
            .map(|(_, value)| value.as_deref().filter(|value| !value.is_empty()))
            .collect();
        let default = given.map(|values| escape_instance(&encode(&values.join(":"))));
        let defaults =
            defaults.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        Self::Template { pattern: pattern.value.clone(), variables, default, defaults }
    }

    /// Whether `env` or the pattern gives an instance name.
    pub fn has_default(&self) -> bool {
        matches!(self, Self::Template { default: Some(_), .. })
    }

    /// Whether the job becomes a template.
    pub fn is_template(&self) -> bool {
        matches!(self, Self::Template { .. })
    }

    /// Whether the variable gets its value from the instance name.
    pub fn sets(&self, variable: &str) -> bool {
        match self {
            Self::Singleton { .. } => false,
            Self::Template { variables, .. } => variables.iter().any(|name| name == variable),
        }
    }

    /// The variable whose value is the instance name, if there is only one.
    pub fn variable(&self) -> Option<&str> {
        match self {
            Self::Template { variables, .. } if variables.len() == 1 => {
                variables.first().map(String::as_str)
            }
            Self::Singleton { .. } | Self::Template { .. } => None,
        }
    }

    /// Whether the name of an instance is the value of one variable and nothing else.
    pub fn is_plain(&self) -> bool {
        match self {
            Self::Template { pattern, variables, .. } => variables
                .iter()
                .any(|name| [format!("${name}"), format!("${{{name}}}")].contains(pattern)),
            Self::Singleton { .. } => false,
        }
    }

    /// How printf(1) makes the names of instances of the values of the variables, in order. `None` if
    /// a name is the value of one variable, or repeats one.
    pub fn format(&self) -> Option<String> {
        let Self::Template { pattern, variables, .. } = self else { return None };
        let parts = pattern_parts(pattern);
        let is_variable = |part: &&PatternPart| matches!(part, PatternPart::Variable(_));
        if parts.len() == 1 || parts.iter().filter(is_variable).count() != variables.len() {
            return None;
        }
        let format = parts.iter().map(|part| match part {
            PatternPart::Text(text) => text.replace('\\', "\\\\").replace('%', "%%"),
            PatternPart::Variable(_) => "%s".to_owned(),
        });
        Some(format.collect())
    }

    /// Which values of the variables make this the name of an instance, as `UPSTART_INSTANCE` and
    /// the variable `INSTANCE` of events have it.
    pub fn named(&self, name: &str) -> Naming {
        let Self::Template { pattern, variables, .. } = self else { return Naming::Never };
        // With more variables there would be too many ways to try.
        if variables.len() > 3 {
            return Naming::Ambiguous;
        }
        let mut found = Vec::new();
        values(&pattern_parts(pattern), name, &mut BTreeMap::new(), &mut found);
        match found.as_slice() {
            [] => Naming::Never,
            [values] => Naming::By(
                variables
                    .iter()
                    .map(|name| values.get(name).cloned().unwrap_or_default())
                    .collect(),
            ),
            _ => Naming::Ambiguous,
        }
    }

    /// The variables that each process has to take out of the instance name, if there are several.
    pub fn parts(&self) -> &[String] {
        match self {
            Self::Template { variables, .. } if variables.len() > 1 => variables,
            Self::Singleton { .. } | Self::Template { .. } => &[],
        }
    }
}

/// The value that init itself gives to a variable when the first alternative of the condition starts
/// the job: the names of the events (`init/event.c`, `event_pending_handle_jobs`) and of the job.
fn set_by_init(job: &Job, variable: &str) -> Option<String> {
    match variable {
        EVENTS_VARIABLE => {
            let condition = &job.start_on.as_ref()?.value;
            let events = condition.first_alternative();
            let names: Vec<&str> = events.iter().map(|event| event.name.value.as_str()).collect();
            Some(names.join(" "))
        }
        "UPSTART_JOB" => Some(job.name.0.clone()),
        _ => None,
    }
}

/// How a name is made by the pattern of the instances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Naming {
    /// By these values, in the order of the variables.
    By(Vec<String>),
    /// In more than one way.
    Ambiguous,
    /// In no way.
    Never,
}

/// A part of a pattern.
enum PatternPart {
    Text(String),
    Variable(String),
}

/// The parts of a pattern, in order.
fn pattern_parts(pattern: &str) -> Vec<PatternPart> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    for reference in references(pattern) {
        let Some(at) = rest.find(&reference.text) else { break };
        if at > 0 {
            pieces.push(PatternPart::Text(rest[..at].to_owned()));
        }
        rest = &rest[at + reference.text.len()..];
        pieces.push(PatternPart::Variable(reference.name));
    }
    if !rest.is_empty() {
        pieces.push(PatternPart::Text(rest.to_owned()));
    }
    pieces
}

/// Finds up to two ways in which values of the variables make the name out of the pieces.
fn values(
    pieces: &[PatternPart],
    name: &str,
    known: &mut BTreeMap<String, String>,
    found: &mut Vec<BTreeMap<String, String>>,
) {
    match pieces {
        [] if name.is_empty() => found.push(known.clone()),
        [] => {}
        [PatternPart::Text(text), rest @ ..] => {
            if let Some(after) = name.strip_prefix(text.as_str()) {
                values(rest, after, known, found);
            }
        }
        [PatternPart::Variable(variable), rest @ ..] => {
            if let Some(value) = known.get(variable).cloned() {
                if let Some(after) = name.strip_prefix(value.as_str()) {
                    values(rest, after, known, found);
                }
                return;
            }
            let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            for end in ends.filter(|end| !rest.is_empty() || *end == name.len()) {
                if found.len() < 2 {
                    known.insert(variable.clone(), name[..end].to_owned());
                    values(rest, &name[end..], known, found);
                    known.remove(variable);
                }
            }
        }
    }
}

/// A reference to a variable in a pattern.
struct Reference {
    /// The text of the reference.
    text: String,
    pub(crate) name: String,
    default: Option<String>,
}

/// The variables that a pattern refers to, in order: `$NAME`, `${NAME}`, `${NAME:-word}`,
/// `${NAME-word}` (`init/environ.c`, `environ_expand`).
fn references(pattern: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        let braced = rest.strip_prefix('{');
        let text = braced.unwrap_or(rest);
        let length =
            text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let name = &text[..length];
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            continue;
        }
        let after = &text[length..];
        let default = braced
            .and_then(|_| after.strip_prefix(":-").or_else(|| after.strip_prefix('-')))
            .and_then(|word| word.split_once('}'));
        let length = match braced {
            Some(text) => text.find('}').map_or(text.len(), |end| end + 1) + 1,
            None => length,
        };
        found.push(Reference {
            text: format!("${}", &rest[..length]),
            name: name.to_owned(),
            default: default.map(|(word, _)| word.to_owned()),
        });
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let named = |pattern: &str, name: &str| {
            let variables: Vec<String> =
                references(pattern).into_iter().map(|reference| reference.name).collect();
            Instance::Template {
                pattern: pattern.to_owned(),
                variables,
                default: None,
                defaults: BTreeMap::new(),
            }
            .named(name)
        };
        let by =
            |values: &[&str]| Naming::By(values.iter().map(|&value| value.to_owned()).collect());
        assert_eq!(named("$A", "x-y"), by(&["x-y"]));
        assert_eq!(named("$A-$B", "x-y"), by(&["x", "y"]));
        assert_eq!(named("${A:-main}_$B.", "x_y."), by(&["x", "y"]));
        assert_eq!(named("$A-$B", "x-"), by(&["x", ""]));
        assert_eq!(named("$A-$B", "x-y-z"), Naming::Ambiguous);
        assert_eq!(named("$A$B", "xy"), Naming::Ambiguous);
        assert_eq!(named("tty$N", "console"), Naming::Never);
        assert_eq!(named("tty$N", "tty1"), by(&["1"]));
        assert_eq!(named("$A-$B-$C-$D!", &"-".repeat(250)), Naming::Ambiguous);
    }

    #[test]
    fn names_are_put_together() {
        let format = |pattern: &str| {
            let mut variables: Vec<String> = Vec::new();
            for reference in references(pattern) {
                if !variables.contains(&reference.name) {
                    variables.push(reference.name);
                }
            }
            let (default, defaults) = (None, BTreeMap::new());
            Instance::Template { pattern: pattern.to_owned(), variables, default, defaults }
                .format()
        };
        assert_eq!(format("$A"), None);
        assert_eq!(format("${A:-x}"), None);
        assert_eq!(format("$A-${B}").as_deref(), Some("%s-%s"));
        assert_eq!(format("50%\\$A").as_deref(), Some("50%%\\\\%s"));
        assert_eq!(format("$A-$A"), None);
    }

    #[test]
    fn references_are_found() {
        let names = |pattern| {
            references(pattern)
                .into_iter()
                .map(|reference| (reference.name, reference.default))
                .collect::<Vec<_>>()
        };
        assert_eq!(names("$A"), [("A".to_owned(), None)]);
        assert_eq!(names("x-${A_1}.$B$"), [("A_1".to_owned(), None), ("B".to_owned(), None)]);
        assert_eq!(names("${A:-main}"), [("A".to_owned(), Some("main".to_owned()))]);
        assert_eq!(names("plain $1 ${}"), []);
    }
}
