//! What the directory shows of the events of another job: its exported variables, and the names of
//! its instances.

use super::filters::{instance_unit, known, of_instance};
use crate::lower::condition::event::trigger::{Classified, Side, never_with};
use crate::lower::lowering::Lowering;
use crate::systemd::UnitName;
use crate::text::bytes::{encode, lossy};
use crate::text::glob;
use crate::text::source::Span;
use crate::upstart::condition::{Event, EventArgument};
use crate::upstart::instances::{Instance, Naming};

/// The variables of the events of every job (`init/job.c`, `job_emit_event`).
const OF_EVERY_JOB: [&str; 6] =
    ["JOB", "INSTANCE", "RESULT", "PROCESS", "EXIT_STATUS", "EXIT_SIGNAL"];

/// What an argument about a variable of the other job comes to, if the directory decides that:
/// `Ok` if it always passes, an error if it never does. `None` if it is not decided.
pub(super) fn decided(
    lowering: &Lowering<'_>,
    event: &Event,
    job: &str,
    (index, argument, span): (usize, EventArgument<'_>, Span),
    side: Side,
) -> Option<Result<(), Box<Classified>>> {
    let sibling = lowering.job_set.sibling(job)?;
    let never =
        |why: &str, help: &str| Some(Err(Box::new(never_with(event, span, (why, help), side))));
    if let Some((false, name)) = of_instance(argument, index)
        && let Instance::Template { pattern, .. } = &sibling.instance
        && !name.contains('$')
        && !glob::is_pattern(name)
        && sibling.instance.named(name) == Naming::Never
    {
        let why = format!("the instances of `{}` have names like `{}`", lossy(job), lossy(pattern));
        return never(&why, "write the name of an instance");
    }
    let (key, pattern, negated) = match argument {
        EventArgument::Equal(key, pattern) => (key, pattern, false),
        EventArgument::Unequal(key, pattern) => (key, pattern, true),
        EventArgument::Positional(_) => return None,
    };
    if OF_EVERY_JOB.contains(&key) || pattern.contains('$') {
        return None;
    }
    let (shown, variable) = (lossy(job), lossy(key));
    if !sibling.exports.iter().any(|export| export == key) {
        let why = format!("`{shown}` does not export `{variable}`");
        let help = format!("add `export {variable}` to `{shown}`, or remove the argument");
        return never(&why, &help);
    }
    let value = sibling.fixed.get(key)?;
    if glob::matches(pattern, value) != negated {
        return Some(Ok(()));
    }
    let why = format!(
        "`{shown}` has `env {variable}={}`, and nothing gives it another value",
        lossy(value)
    );
    let help = "write the value that the job has, or remove the condition";
    never(&why, help)
}

/// The unit of the instance with this name. The unit is named by the values that make the name.
pub(super) fn named_unit(
    lowering: &Lowering<'_>,
    (job, unit): (&str, &UnitName),
    name: &str,
) -> Option<UnitName> {
    let instance = lowering.job_set.sibling(job).map(|sibling| &sibling.instance);
    match instance.filter(|instance| instance.is_template() && !instance.is_plain()) {
        None => instance_unit(lowering, unit, name),
        Some(instance) => {
            let name = known(lowering, name).filter(|name| !glob::is_pattern(name))?;
            let Naming::By(values) = instance.named(&name) else { return None };
            unit.as_template().instance(&encode(&values.join(":"))).ok()
        }
    }
}
