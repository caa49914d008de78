//! Compares the jobs that ran on the old machine with the units of the new one.

mod initctl_list;
mod unit_state;

#[cfg(test)]
mod tests;

use serde::Serialize;

use super::JobTable;
use crate::jobset::JobKind;
use crate::systemd::UnitName;
use crate::text::bytes::lossy;
use crate::upstart::instances::Instance;

pub use initctl_list::{JobBefore, Listed, read_list};
pub use unit_state::{PROPERTIES, UnitState, read_states};

/// The most times that systemd may have started a unit again.
const RESTARTS_MAX: u64 = 1;

/// The jobs that are parts of Upstart: systemd and udev do without them.
const PARTS_OF_UPSTART: [&str; 9] = [
    "plymouth-upstart-bridge",
    "startpar-bridge",
    "upstart-dbus-bridge",
    "upstart-event-bridge",
    "upstart-file-bridge",
    "upstart-local-bridge",
    "upstart-socket-bridge",
    "upstart-udev-bridge",
    "wait-for-state",
];

/// What a job of the old machine has to be on the new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The job before.
    pub before: JobBefore,
    /// Its unit now.
    pub unit: ExpectedUnit,
    /// Whether the unit has to be active.
    pub is_needed: bool,
}

/// The unit of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedUnit {
    /// This unit.
    Named(UnitName),
    /// None: systemd itself does the work, or the job is a part of Upstart.
    Nobody,
    /// None, for this reason.
    Unclear(String),
}

/// What became of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The name of the job.
    pub job: String,
    /// The name of the instance, if there are several.
    pub instance: Option<String>,
    /// The unit, if there is one.
    pub unit: Option<String>,
    /// The goal and the state before.
    pub before: String,
    /// The state of the unit now.
    pub now: Option<UnitState>,
    /// Whether the unit is as it has to be.
    pub is_up: bool,
    /// Whether the job ran before, so that it is in the table.
    pub ran: bool,
    /// What is wrong, or why nothing is.
    pub verdict: String,
}

/// The units of the jobs. A table without jobs names them after the jobs, and knows those of
/// distributions.
pub fn expected(before: Vec<JobBefore>, table: &JobTable<'_>) -> Vec<Expected> {
    before.into_iter().map(|job| of_job(job, table)).collect()
}

fn of_job(before: JobBefore, table: &JobTable<'_>) -> Expected {
    let nobody = |before, unit| Expected { before, unit, is_needed: false };
    if PARTS_OF_UPSTART.contains(&before.job.as_str()) {
        return nobody(before, ExpectedUnit::Nobody);
    }
    if let Some(reason) = table.lost(&before.job) {
        let unit = ExpectedUnit::Unclear(format!("no unit, because {reason}"));
        return Expected { is_needed: before.runs(), before, unit };
    }
    let Some(known) = table.unit(&before.job) else {
        let unit = ExpectedUnit::Unclear("the name is too long for a unit".to_owned());
        return Expected { is_needed: before.runs(), before, unit };
    };
    let Some(unit) = &known.unit else { return nobody(before, ExpectedUnit::Nobody) };
    // A task that was at work is done now, or waits for its next turn.
    let is_task = match known.kind {
        Some(JobKind::Task) => true,
        Some(JobKind::Early | JobKind::Service | JobKind::State) | None => false,
    };
    let is_needed = before.runs() && !is_task;
    let is_template = matches!(known.instance, Some(Instance::Template { .. }));
    let unit = match &before.instance {
        Some(name) => table.named_instance(&known, name).map_or_else(
            || ExpectedUnit::Unclear(format!("which instance of {unit} this is does not show")),
            ExpectedUnit::Named,
        ),
        // Without instances that run, init shows a job with instances by its name alone.
        None if is_template && unit.is_template() => ExpectedUnit::Nobody,
        None => ExpectedUnit::Named(unit.clone()),
    };
    Expected { before, unit, is_needed }
}

/// The verdict on a job. `now` is the state of its unit, if it has one.
pub fn verdict(expected: &Expected, now: Option<&UnitState>) -> Verdict {
    let Expected { before, unit, is_needed } = expected;
    let (name, (is_up, verdict)) = match unit {
        ExpectedUnit::Named(name) => (Some(name), judged(name, *is_needed, before.runs(), now)),
        ExpectedUnit::Nobody => (None, (true, "not needed any more".to_owned())),
        ExpectedUnit::Unclear(reason) => (None, (!is_needed, reason.clone())),
    };
    Verdict {
        job: lossy(&before.job).into_owned(),
        instance: before.instance.as_deref().map(|name| lossy(name).into_owned()),
        unit: name.map(ToString::to_string),
        before: before.state(),
        now: now.cloned(),
        is_up,
        ran: before.runs(),
        verdict,
    }
}

fn judged(unit: &UnitName, is_needed: bool, ran: bool, now: Option<&UnitState>) -> (bool, String) {
    let wrong = |text: &str| (false, text.to_owned());
    let right = |text: &str| (true, text.to_owned());
    let Some(now) = now else {
        return if is_needed {
            wrong("systemctl does not show the unit")
        } else {
            right("not shown")
        };
    };
    if now.active == "failed" {
        return match now.result.as_str() {
            "" | "success" => wrong("failed"),
            result => (false, format!("failed: {result}")),
        };
    }
    if now.sub == "auto-restart" {
        return wrong("ends again and again");
    }
    if now.restarts.is_some_and(|restarts| restarts > RESTARTS_MAX) {
        return (false, format!("started again {} times", now.restarts.unwrap_or_default()));
    }
    if !is_needed {
        return right(if ran { "a task, which need not be active" } else { "did not run before" });
    }
    match (now.load.as_str(), now.active.as_str()) {
        (_, "active" | "reloading" | "refreshing") => right("up"),
        ("not-found", _) => wrong("no such unit"),
        ("masked", _) => wrong("masked"),
        ("bad-setting" | "error", _) => wrong("systemd cannot read the unit"),
        (_, "activating") => wrong("still starting"),
        // logind starts these when somebody switches to the console (logind.conf(5), `NAutoVTs=`).
        (_, "inactive") if unit.as_str().starts_with("getty@tty") => {
            right("starts when the console is used")
        }
        (_, "inactive") if !matches!(now.result.as_str(), "" | "success") => {
            (false, format!("not active: {}", now.result))
        }
        (_, "inactive") => wrong("not active"),
        (_, other) => (false, other.to_owned()),
    }
}
