//! `instance`: a template whose instance name is the variable of the job.

use crate::diagnostic::registry::{COMPOSITE_INSTANCE, DECORATED_INSTANCE};
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, UnitName, Value};
use crate::text::bytes::encode;
use crate::upstart::instances::Instance;

/// Reports how the instances of the unit are named, and sets `DefaultInstance=` (systemd.unit(5),
/// `DefaultInstance=`).
pub(in crate::lower) fn lower(lowering: &mut Lowering<'_>) {
    let Some(pattern) = &lowering.job.instance else { return };
    match lowering.instance {
        Instance::Singleton { .. } => lowering.exact(pattern.stanza, &[]),
        Instance::Template { variables, default, .. } => {
            if let Some(default) = default {
                lowering.set(Directive::DefaultInstance, Value::measure(default));
            }
            if variables.len() > 1 {
                let diagnostic = COMPOSITE_INSTANCE
                    .at(pattern.span, format!("{} variables name the instance", variables.len()))
                    .note(
                        "their values are joined by `:`, so only the last of them may contain one",
                    )
                    .help(format!(
                        "start it as `systemctl start {}`, with `systemd-escape` for odd characters",
                        example(lowering.name, variables)
                    ));
                lowering.approximate(pattern.stanza, &[Directive::Environment], diagnostic);
            } else if !lowering.instance.is_plain() {
                let diagnostic = DECORATED_INSTANCE
                    .at(
                        pattern.span,
                        format!("the instance is the value of `{}` alone", variables[0]),
                    )
                    .help(format!(
                        "start it as `systemctl start {}`",
                        example(lowering.name, variables)
                    ));
                lowering.approximate(pattern.stanza, &[Directive::Environment], diagnostic);
            } else {
                lowering.exact(pattern.stanza, &[Directive::Environment]);
            }
        }
    }
}

impl Instance {
    /// The variable of the job that is the name of the instance, as a value of `Environment=`.
    pub(crate) fn own_variable(&self) -> Option<Value> {
        self.variable().and_then(of_specifier)
    }

    /// `UPSTART_INSTANCE`, the name of the instance, as a value of `Environment=`
    /// (`init/job_process.c`, `job_process_start`).
    pub(crate) fn name_variable(&self) -> Option<Value> {
        match self {
            Self::Singleton { name } => Value::environment("UPSTART_INSTANCE", &encode(name)),
            Self::Template { pattern, variables, .. } => {
                let before = match variables.as_slice() {
                    [name] => [format!("${name}"), format!("${{{name}}}")]
                        .iter()
                        .find_map(|reference| pattern.strip_suffix(reference.as_str()))
                        .filter(|before| !before.contains('$')),
                    _ => None,
                };
                Value::environment_specifier("UPSTART_INSTANCE", before.unwrap_or_default(), "%I")
            }
        }
    }
}

/// A variable whose value is the unescaped name of the instance (systemd.unit(5), "Specifiers").
fn of_specifier(variable: &str) -> Option<Value> {
    Value::environment_specifier(variable, "", "%I")
}

/// The command that starts an instance, as a suggestion.
pub(in crate::lower) fn example(unit: &UnitName, variables: &[String]) -> UnitName {
    unit.instance_escaped(&variables.join(":"))
}
