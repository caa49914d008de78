//! Jobs that would write the same file.

use std::collections::BTreeMap;

use super::member::{Member, State};
use crate::convert::Converted;
use crate::diagnostic::registry::{NAME_TOO_LONG, ONE_UNIT_FOR_TWO_JOBS};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::jobset::unit_name::unit_name;
use crate::systemd::layout::Output;
use crate::text::bytes::{encode, lossy};
use crate::text::source::{Origin, Span};
use crate::upstart::instances::Instance;
use crate::upstart::job::Job;

/// Keeps one job for each unit: the first without a path in its name, else the first.
pub(super) fn one_unit_each(members: &mut [Member]) {
    let mut claims: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, member) in members.iter().enumerate() {
        if let Some(unit) = member.job().and_then(|job| unit_name(job, &Instance::of(job)).ok()) {
            claims.entry(unit.to_string()).or_default().push(index);
        }
    }
    for (unit, claimants) in claims.iter().filter(|(_, claimants)| claimants.len() > 1) {
        let winner = claimants
            .iter()
            .copied()
            .find(|&index| !members[index].name.contains('/'))
            .unwrap_or(claimants[0]);
        for &index in claimants.iter().filter(|&&index| index != winner) {
            let diagnostic = same_file(&members[index], &members[winner], unit);
            members[index].state = State::Lost {
                reason: "another job has the name of its unit",
                diagnostic: Box::new(diagnostic),
            };
        }
    }
}

/// The place of the whole job.
fn whole(member: &Member) -> Span {
    member.job().map_or(Span::new(Origin::Conf, 0..0), Job::place)
}

/// The finding that another job has the unit of this one.
fn same_file(loser: &Member, winner: &Member, unit: &str) -> Diagnostic {
    ONE_UNIT_FOR_TWO_JOBS
        .at(
            whole(loser),
            format!(
                "the jobs `{}` and `{}` would both become {unit}",
                lossy(&loser.name),
                lossy(&winner.name)
            ),
        )
        .elsewhere(winner.place(whole(winner)), "this one does")
        .note("nothing is written for this job")
        .help("rename one of the two jobs")
}

/// The longest name of a file, in bytes (`NAME_MAX` in limits.h).
const NAME_MAX: usize = 255;

/// Leaves out the files of a job whose names no file system takes, such as a drop-in for a unit with
/// a very long name. The conditions of the job need them, which is reported; the others are written.
pub(super) fn leave_out_long_names(job: &mut Converted) {
    let longest = |path: &str| path.split('/').map(|part| encode(part).len()).max().unwrap_or(0);
    let conversion = &mut job.conversion;
    let outputs = std::mem::take(&mut conversion.outputs);
    let (long, rest): (Vec<Output>, Vec<Output>) =
        outputs.into_iter().partition(|output| longest(&output.path) > NAME_MAX);
    conversion.outputs = rest;
    let Some(first) = long.first() else { return };
    let conditions = conversion
        .stanzas
        .iter_mut()
        .filter(|outcome| ["start on", "stop on"].contains(&outcome.stanza));
    for outcome in conditions {
        outcome.disposition = Disposition::Manual;
        outcome.code = Some(NAME_TOO_LONG.code);
    }
    conversion.diagnostics.push(
        NAME_TOO_LONG
            .at(
                Span::new(Origin::Conf, 0..0),
                format!(
                    "the conditions need a file with a name of {} bytes, and no file has more than {NAME_MAX}",
                    longest(&first.path)
                ),
            )
            .note(format!("it is not written: {}", lossy(&first.path)))
            .help("give the job that the condition names, or the event, a shorter name"),
    );
}

/// Adds the files of a job to those of the overlay. If another job has already written a file with
/// different content, that content is kept, and the job reports it.
pub(super) fn take(files: &mut BTreeMap<String, String>, job: &mut Converted) {
    let mut clashing = Vec::new();
    for output in &job.conversion.outputs {
        match files.get(&output.path) {
            None => {
                files.insert(output.path.clone(), output.text.clone());
            }
            Some(text) if *text == output.text => {}
            Some(_) => clashing.push(output.path.clone()),
        }
    }
    for path in clashing {
        job.conversion.outputs.retain(|output| output.path != path);
        let place = Span::new(Origin::Conf, 0..0);
        let diagnostic = ONE_UNIT_FOR_TWO_JOBS
            .at(
                place,
                format!(
                    "the file {} is made for another job already, with something else in it",
                    lossy(&path)
                ),
            )
            .note("this job does without it")
            .help("give the job, or the event that it waits for, another name");
        job.conversion.diagnostics.push(diagnostic);
    }
}
