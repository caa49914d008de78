//! How the boot brings a unit in: at which target, and whether at all. The machine did not boot into
//! every run level, and a job that waits for another one was only started by hand, with telinit(8).

pub(super) mod alternatives;
pub(super) mod emitted;

use super::event::trigger::{Role, Trigger};
use super::paths::{ConditionLeaf, EventMeaning};
use super::relations::{Relations, push_known};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::registry::{EARLY_EVENT, UNBOOTED_RUNLEVEL};
use crate::jobset::distribution::runs;
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, Section};
use crate::text::source::Span;
use crate::upstart::ast::{Console, Phase};
use crate::upstart::condition::Condition;
use crate::upstart::dialect::Dialect;
use crate::upstart::dialect::family::{Family, family};
use crate::upstart::events::Milestone;
use crate::upstart::job::{Job, Stated};
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

/// `None` for jobs that have no run levels.
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
    path.iter().find_map(|EventMeaning(leaf, _)| match leaf.value {
        Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels) if levels.running() => {
            Some((leaf, levels))
        }
        _ => None,
    })
}

/// Whether the path holds at a point of the boot.
pub(super) fn is_of_boot(path: &[EventMeaning]) -> bool {
    path.iter().any(|EventMeaning(leaf, _)| leaf.value.role() == Role::Milestone)
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

/// Lets the target of a run level bring the unit in.
pub(super) fn pull_by_runlevel(levels: Runlevels, relations: &mut Relations) {
    if levels.only_graphical() {
        push_known(&mut relations.wanted_by, "graphical.target");
    } else if levels.running() {
        push_known(&mut relations.wanted_by, "multi-user.target");
    } else if levels.rescue() {
        push_known(&mut relations.wanted_by, "rescue.target");
    }
}

/// Jobs that have to run early in the boot in any directory, and a program that each of them runs.
/// A job of that name that runs another one is the user's own.
const EARLY_JOBS: [(&str, &str); 6] = [
    ("hostname", "hostname"),
    ("modprobe", "modprobe"),
    ("module-init-tools", "modprobe"),
    ("kmod", "modprobe"),
    ("udev", "udevd"),
    ("udevtrigger", "udev"),
];

/// Whether the job is one of those.
fn is_early_job(lowering: &Lowering<'_>) -> bool {
    EARLY_JOBS
        .iter()
        .any(|(name, program)| lowering.job.name.0 == *name && runs(lowering.scripts, &[program]))
}

/// Whether the work of the job was done before the rest of the boot went on, because mountall(8)
/// waits for the jobs that the event `mounted` starts: until a task has ended, and until a job
/// without a main process has started. All that such a job needs is there before any service.
fn is_waited_for_by_mountall(job: &Job, leaves: &[&ConditionLeaf]) -> bool {
    let of_mountall = |leaf: &&ConditionLeaf| {
        matches!(leaf.value, Trigger::Reached(Milestone::FirstMounts | Milestone::Tmp))
    };
    let is_before = |leaf: &&ConditionLeaf| match leaf.value {
        Trigger::Reached(milestone) => milestone <= Milestone::Tmp,
        Trigger::Virtualization(_) => true,
        _ => false,
    };
    (job.is_task() || job.process(Phase::Main).is_none())
        && leaves.iter().any(of_mountall)
        && leaves.iter().all(is_before)
}

/// Lets the boot bring the unit in, early if the job or an early job that follows it requires that.
pub(super) fn pull_by_boot(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    span: Span,
    leaves: &[&ConditionLeaf],
    relations: &mut Relations,
) {
    let job = lowering.job;
    let only_early = leaves.iter().all(|leaf| {
        matches!(
            leaf.value,
            Trigger::Reached(
                Milestone::Startup | Milestone::FirstMounts | Milestone::VirtualFilesystems
            ) | Trigger::Virtualization(_)
        )
    });
    if is_waited_for_by_mountall(job, leaves) {
        relations.early = true;
        if leaves.iter().any(|leaf| leaf.value == Trigger::Reached(Milestone::Tmp)) {
            // It fills /tmp, and a job that empties it must not do so afterwards.
            push_known(&mut relations.before, "systemd-tmpfiles-setup.service");
        } else {
            push_known(&mut relations.after, "systemd-remount-fs.service");
        }
        push_known(&mut relations.before, "sysinit.target");
        push_known(&mut relations.wanted_by, "sysinit.target");
        return;
    }
    let startup =
        leaves.iter().any(|leaf| matches!(leaf.value, Trigger::Reached(Milestone::Startup)));
    if only_early
        && (is_early_job(lowering)
            || lowering.job_set.facts.before_early.contains(lowering.name)
            || (startup && job.console() == Console::Owner))
    {
        relations.early = true;
        push_known(&mut relations.after, "systemd-remount-fs.service");
        push_known(&mut relations.before, "sysinit.target");
        push_known(&mut relations.wanted_by, "sysinit.target");
        return;
    }
    push_known(&mut relations.wanted_by, "multi-user.target");
    if only_early && leaves.iter().any(|leaf| matches!(leaf.value, Trigger::Reached(_))) {
        let diagnostic = EARLY_EVENT
            .at(span, "the unit starts later than the job did, with the ordinary services")
            .help("if something early needs it, read `upstart2systemd explain early-event`");
        lowering.approximate(condition.stanza, &[Directive::WantedBy], diagnostic);
    }
}
