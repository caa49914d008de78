//! A pre-start that waits for something without an end holds up the boot.

use super::reading::ScriptUse;
use crate::diagnostic::registry::ENDLESS_WAIT;
use crate::lower::condition::Conditions;
use crate::lower::lowering::Lowering;
use crate::systemd::Directive;
use crate::upstart::script::waiting_loop;

/// Reports a loop of a pre-start that sleeps, and that ends by nothing but what it waits for, in a
/// unit that a target wants. The target is reached only when the unit has started or failed
/// (systemd.target(5), "Automatic Dependencies"). Under Upstart nothing but what follows the job
/// waits for it.
pub(super) fn lower(lowering: &mut Lowering<'_>, reading: &ScriptUse<'_>, conditions: &Conditions) {
    let by_target = conditions.relations.iter().find(|(directive, name)| {
        *directive == Directive::WantedBy && name.as_str().ends_with(".target")
    });
    let Some((_, target)) = by_target else { return };
    let Some(sleep) = waiting_loop::sleep_without_limit(reading.text(), &reading.shell) else {
        return;
    };
    lowering.diagnostics.push(
        ENDLESS_WAIT
            .at(reading.span(&sleep.range), format!("{target} is not reached while this waits"))
            .note("Upstart goes on with the other jobs; nothing limits how long a pre-start takes")
            .help("write what it waits for into `start on`, or count the rounds and give up"),
    );
}
