//! Variables of events that scripts read. A unit does not receive them.

use super::Processes;
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::EVENT_VARIABLE;
use crate::lower::lowering::Lowering;
use crate::text::list;
use crate::upstart::ast::Phase;
use crate::upstart::condition::EventArgument;
use crate::upstart::events;
use crate::upstart::events::DEVICE;

/// The variables that init sets for every start or stop by an event (`init/event.c`,
/// `event_pending_handle_jobs`).
const ALWAYS: [&str; 2] = ["UPSTART_EVENTS", "UPSTART_STOP_EVENTS"];

/// Reports, for each phase, the variables of events that its script reads and nothing sets.
pub(in crate::lower) fn lower(lowering: &mut Lowering<'_>, processes: &Processes) {
    let job = lowering.job;
    let mut carried: Vec<&str> = ALWAYS.to_vec();
    for condition in [&job.start_on, &job.stop_on].into_iter().flatten() {
        for event in condition.value.leaves() {
            match events::find(&event.name.value) {
                Some(row) => carried.extend(row.variables),
                None if event.name.value.contains("-device-") => carried.extend(DEVICE),
                None => carried.extend(
                    lowering
                        .job_set
                        .emitters(&event.name.value)
                        .iter()
                        .filter_map(|emitter| emitter.variables.as_ref())
                        .flatten()
                        .map(|variable| variable.name.as_str()),
                ),
            }
            carried.extend(event.arguments().filter_map(|(argument, _)| match argument {
                EventArgument::Positional(_) => None,
                EventArgument::Equal(key, _) | EventArgument::Unequal(key, _) => Some(key),
            }));
        }
    }
    let set = |name: &str| {
        job.env.iter().any(|env| env.value.split('=').next() == Some(name))
            // `import` has a finding of its own.
            || job.imports.iter().flat_map(|imports| &imports.value).any(|word| word.value == name)
            || lowering.instance.sets(name)
    };
    for script in lowering.scripts.iter() {
        let phase = script.phase;
        let Some(stated) = job.process(phase) else { continue };
        // A phase that is not carried over reads no variables.
        if phase == Phase::PreStop && !processes.run_at_stop() {
            continue;
        }
        let text = &stated.value.text().value;
        let assigned = |name: &str| {
            text.contains(&format!("{name}="))
                || text.contains(&format!("for {name} in"))
                || text.contains(&format!("read {name}"))
        };
        let mut names: Vec<&str> = Vec::new();
        let mut first = None;
        for (name, range) in &script.shell.variables {
            if carried.contains(&name.as_str())
                && !set(name)
                && !assigned(name)
                && !names.contains(&name.as_str())
            {
                names.push(name);
                first.get_or_insert_with(|| range.clone());
            }
        }
        if let Some(range) = first {
            let listed = list::quoted(names.iter().map(|name| format!("${name}")));
            let diagnostic = EVENT_VARIABLE
                .at(
                    stated.value.place(&range),
                    format!("{listed} came with the event, and {} empty in the unit", if names.len() == 1 { "is" } else { "are" }),
                )
                .help("set it with `Environment=` where the value is always the same, or find it out in the script");
            lowering.ledger.record(
                stated.stanza,
                Disposition::Approximate,
                &[],
                Some(&EVENT_VARIABLE),
            );
            lowering.diagnostics.push(diagnostic);
        }
    }
}
