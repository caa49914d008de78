//! Run levels that the machine did not boot into: a job that waits for one of them was only started
//! by hand, with telinit(8).

use super::event::trigger::{Role, Trigger};
use super::paths::{ConditionLeaf, EventMeaning};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::registry::UNBOOTED_RUNLEVEL;
use crate::lower::lowering::Lowering;
use crate::systemd::Section;
use crate::upstart::condition::Condition;
use crate::upstart::dialect::Dialect;
use crate::upstart::dialect::family::{Family, family};
use crate::upstart::job::Stated;
use crate::upstart::runlevels::Runlevels;

/// Whether the boot of the machine reached the run level of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Booted {
    /// It did, or nothing shows that it did not.
    Yes,
    /// The machine booted into another level.
    No,
}

/// What is known of the run level that the machine booted into.
enum BootLevel {
    /// One of these, for this reason.
    Known(Runlevels, &'static str),
    /// Nothing shows it.
    Unknown,
}

fn boot_level(lowering: &Lowering<'_>) -> Option<BootLevel> {
    let job = lowering.job;
    if job.dialect == Dialect::ChromeOs {
        return None;
    }
    let of_directory = lowering.job_set.boot_level();
    if let Some(levels) = of_directory.and_then(|level| Runlevels::matching(level, false))
        && !levels.is_empty()
    {
        return Some(BootLevel::Known(levels, "it is `DEFAULT_RUNLEVEL` of rc-sysinit"));
    }
    Some(match family(job, lowering.scripts) {
        Some(Family::Debian) => BootLevel::Known(
            Runlevels::BOOT_OF_DEBIAN,
            "the job is written for Debian or Ubuntu, whose default is 2",
        ),
        Some(Family::RedHat) => BootLevel::Known(
            Runlevels::BOOT_OF_RED_HAT,
            "the job is written for Red Hat, whose defaults are 3 and 5",
        ),
        None => BootLevel::Unknown,
    })
}

/// The run levels of a path.
fn levels(path: &[EventMeaning]) -> Option<(&ConditionLeaf, Runlevels)> {
    path.iter().find_map(|EventMeaning(leaf)| match leaf.value {
        Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels) if levels.running() => {
            Some((leaf, levels))
        }
        _ => None,
    })
}

/// Whether the path holds at a point of the boot.
pub(super) fn is_of_boot(path: &[EventMeaning]) -> bool {
    path.iter().any(|EventMeaning(leaf)| leaf.value.role() == Role::Milestone)
}

/// Reports, once, that no boot reached the run levels of the condition. The other alternatives that
/// a boot reaches start the job, so then there is nothing to report.
pub(super) fn check(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    paths: &[Vec<EventMeaning>],
) -> Booted {
    let of_boot = || paths.iter().filter(|path| is_of_boot(path));
    let Some((leaf, _)) = of_boot().find_map(|path| levels(path)) else { return Booted::Yes };
    let is_reached = |booted: Runlevels| {
        of_boot().any(|path| levels(path).is_none_or(|(_, levels)| levels.overlaps(booted)))
    };
    let span = leaf.span;
    let (booted, diagnostic): (_, Diagnostic) = match boot_level(lowering) {
        None => return Booted::Yes,
        Some(BootLevel::Known(levels, _)) if is_reached(levels) => return Booted::Yes,
        Some(BootLevel::Unknown) if is_reached(Runlevels::BOOT_OF_DEBIAN) => return Booted::Yes,
        Some(BootLevel::Known(_, reason)) => {
            lowering.remark(
                Section::Unit,
                &UNBOOTED_RUNLEVEL,
                "the machine did not boot into a run level of this job; the boot does not start the unit.",
            );
            let diagnostic = UNBOOTED_RUNLEVEL
                .at(span, "no boot of the machine started this job, and none starts the unit")
                .note(format!("the machine booted into another run level: {reason}"))
                .help(
                    "if it is to start, add `WantedBy=multi-user.target`; if not, remove the job",
                );
            (Booted::No, diagnostic)
        }
        Some(BootLevel::Unknown) => {
            let diagnostic = UNBOOTED_RUNLEVEL
                .at(span, "on Debian and Ubuntu no boot started this job; each boot starts the unit")
                .note("they boot into run level 2, Red Hat into 3 or 5; nothing shows which of them the job is for")
                .help("if it came from Debian or Ubuntu, leave the unit disabled");
            (Booted::Yes, diagnostic)
        }
    };
    lowering.approximate(condition.stanza, &[], diagnostic);
    booted
}
