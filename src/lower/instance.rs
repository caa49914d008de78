//! `instance`: a template whose instance name is the variable of the job.

use super::context::Lowering;
use crate::diagnostic::{Rule, Severity};
use crate::job::Job;
use crate::source::encode;
use crate::systemd::{Directive, Value, escape_instance};

pub(super) static RULES: [&Rule; 2] = [&COMPOSITE, &LITERAL_PARTS];

static COMPOSITE: Rule = Rule {
    code: "U250",
    name: "composite-instance",
    severity: Severity::Warning,
    explanation: "The instance of this job is named by several variables. A unit has one instance name, so the values are joined by `:` in the order in \
which the pattern names them (`systemctl start foo@A:B.service`), and every process takes the name apart again.",
};

static LITERAL_PARTS: Rule = Rule {
    code: "U251",
    name: "decorated-instance",
    severity: Severity::Note,
    explanation: "The pattern of `instance` puts text around its variable. The instance of the unit is the value of the variable alone, so that \
`systemctl start foo@VALUE.service` is all that anybody has to know.",
};

/// How the job is told apart from its other instances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Instance {
    /// One job; `name` is what `UPSTART_INSTANCE` held.
    Singleton { name: String },
    /// A template. `default` is the instance name that `env` or the pattern gives, escaped.
    Template { variables: Vec<String>, default: Option<String> },
}

impl Instance {
    pub(super) fn of(job: &Job) -> Self {
        let Some(pattern) = &job.instance else { return Self::Singleton { name: String::new() } };
        let found = references(&pattern.value);
        if found.is_empty() {
            return Self::Singleton { name: pattern.value.clone() };
        }
        let defaults: Option<Vec<String>> = found
            .iter()
            .map(|reference| {
                let stated = job.env.iter().rev().find_map(|env| env.value.split_once('=').filter(|(name, _)| *name == reference.name));
                stated.map(|(_, value)| value.to_owned()).or_else(|| reference.default.clone())
            })
            .collect();
        let mut variables: Vec<String> = Vec::new();
        for reference in found {
            if !variables.contains(&reference.name) {
                variables.push(reference.name);
            }
        }
        let default = defaults.filter(|values| values.iter().all(|value| !value.is_empty())).map(|values| {
            let joined = values.join(":");
            escape_instance(&encode(&joined))
        });
        Self::Template { variables, default }
    }

    pub(super) fn has_default(&self) -> bool {
        matches!(self, Self::Template { default: Some(_), .. })
    }

    pub(super) fn is_template(&self) -> bool {
        matches!(self, Self::Template { .. })
    }

    /// Whether the instance name is where the variable comes from.
    pub(super) fn sets(&self, variable: &str) -> bool {
        match self {
            Self::Singleton { .. } => false,
            Self::Template { variables, .. } => variables.iter().any(|name| name == variable),
        }
    }

    /// The variables that each process has to cut out of the instance name, where there are several.
    pub(super) fn parts(&self) -> &[String] {
        match self {
            Self::Template { variables, .. } if variables.len() > 1 => variables,
            Self::Singleton { .. } | Self::Template { .. } => &[],
        }
    }

    pub(super) fn lower(&self, lowering: &mut Lowering<'_>) {
        let Some(pattern) = &lowering.job.instance else { return };
        match self {
            Self::Singleton { .. } => lowering.exact(pattern.stanza, &[]),
            Self::Template { variables, default } => {
                if let Some(default) = default {
                    lowering.set(Directive::DefaultInstance, Value::measure(default));
                }
                let decorated = ![format!("${}", variables[0]), format!("${{{}}}", variables[0])].contains(&pattern.value);
                if variables.len() > 1 {
                    let diagnostic = COMPOSITE.at(pattern.span, format!("{} variables name the instance", variables.len())).help(format!(
                        "start it as `{}`, with `systemd-escape` for odd characters",
                        example(&lowering.unit.name.to_string(), variables)
                    ));
                    lowering.approximate(pattern.stanza, &[Directive::Environment], diagnostic);
                } else if decorated {
                    let diagnostic = LITERAL_PARTS
                        .at(pattern.span, format!("the instance is the value of `{}` alone", variables[0]))
                        .help(format!("start it as `{}`", example(&lowering.unit.name.to_string(), variables)));
                    lowering.approximate(pattern.stanza, &[Directive::Environment], diagnostic);
                } else {
                    lowering.exact(pattern.stanza, &[Directive::Environment]);
                }
            }
        }
    }

    pub(super) fn environment(&self, lowering: &mut Lowering<'_>, full: bool) {
        let wanted = full || lowering.mentions("UPSTART_INSTANCE");
        match self {
            Self::Singleton { name } => {
                if wanted && let Some(value) = Value::environment("UPSTART_INSTANCE", &encode(name)) {
                    lowering.add(Directive::Environment, value);
                }
            }
            Self::Template { variables, .. } => {
                if variables.len() == 1 {
                    add_specifier(lowering, &variables[0]);
                }
                if wanted || variables.len() > 1 {
                    add_specifier(lowering, "UPSTART_INSTANCE");
                }
            }
        }
    }
}

fn add_specifier(lowering: &mut Lowering<'_>, variable: &str) {
    if let Some(value) = Value::environment_specifier(variable, "", "%I") {
        lowering.add(Directive::Environment, value);
    }
}

fn example(unit: &str, variables: &[String]) -> String {
    format!("systemctl start {}", unit.replace("@.", &format!("@{}.", variables.join(":"))))
}

/// A reference in a pattern.
struct Reference {
    name: String,
    default: Option<String>,
}

/// The variables that a pattern refers to, in order: `$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME-word}`.
fn references(pattern: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        let braced = rest.strip_prefix('{');
        let text = braced.unwrap_or(rest);
        let length = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let name = &text[..length];
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            continue;
        }
        let after = &text[length..];
        let default =
            braced.and_then(|_| after.strip_prefix(":-").or_else(|| after.strip_prefix('-'))).and_then(|word| word.split_once('}'));
        found.push(Reference { name: name.to_owned(), default: default.map(|(word, _)| word.to_owned()) });
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found() {
        let names = |pattern| references(pattern).into_iter().map(|reference| (reference.name, reference.default)).collect::<Vec<_>>();
        assert_eq!(names("$A"), [("A".to_owned(), None)]);
        assert_eq!(names("x-${A_1}.$B$"), [("A_1".to_owned(), None), ("B".to_owned(), None)]);
        assert_eq!(names("${A:-main}"), [("A".to_owned(), Some("main".to_owned()))]);
        assert_eq!(names("plain $1 ${}"), []);
    }
}
