//! The variables of which the unit has the value that the shell of the job would have.

use crate::lower::lowering::Lowering;
use crate::lower::process::variables;
use crate::lower::stanza::env;
use crate::shell::is_own_variable;

/// What is known of a variable that systemd sets for the commands of the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known<'a> {
    /// It has this value.
    Value(&'a str),
    /// Its value is known when the unit runs.
    Set,
}

/// What is known of a variable; `None` if `Environment=` does not set it, or if a shell might have
/// another value.
///
/// `Environment=` precedes what systemd sets itself, such as `HOME`, `USER` and `PATH`
/// (systemd.exec(5), "Environment Variables in Spawned Processes"), and systemd replaces variables
/// by what it sets for the command.
pub(super) fn known<'a>(lowering: &Lowering<'a>, name: &str) -> Option<Known<'a>> {
    if is_own_variable(name) || name.starts_with("UPSTART_") || variables::reaches(lowering, name) {
        return None;
    }
    if lowering.instance.sets(name) {
        let is_set = lowering.instance.variable() == Some(name);
        return (is_set && lowering.instance.own_variable().is_some()).then_some(Known::Set);
    }
    let job = lowering.job;
    let stated =
        job.env.iter().rev().find(|stated| {
            job.stands(stated.stanza) && stated.value.split('=').next() == Some(name)
        })?;
    let (_, value) = stated.value.split_once('=')?;
    env::assignment(lowering, name, value)?;
    // Some shells would split values in another way.
    let splits = job.env.iter().any(|stated| stated.value.split('=').next() == Some("IFS"));
    let may_change = splits || variables::come_by_file(lowering);
    Some(if may_change { Known::Set } else { Known::Value(value) })
}
