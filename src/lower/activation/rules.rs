//! What can be said about `start on` and `stop on`.

use crate::diagnostic::{Rule, Severity};

pub(in crate::lower) static RULES: [&Rule; 18] = [
    &EARLY_UNIT,
    &UNBOUND_CRASH,
    &CONTRADICTION,
    &UNBOUND,
    &EARLY,
    &FOLLOWS_FAILED,
    &BRINGS_UP,
    &STOPPED_TASK,
    &TOGETHER,
    &LATCH,
    &AND_EVENTS,
    &CONFLICTS,
    &RUNLEVELS,
    &CONDITION_OF_ONE_PATH,
    &TOO_MANY,
    &STOP_AND,
    &STOP_BY_EVENT,
    &SHUTDOWN_JOB,
];

pub(super) static EARLY: Rule = Rule {
    code: "U226",
    name: "early-event",
    severity: Severity::Warning,
    explanation: "Under Upstart this job ran at the very beginning of the boot, before file systems were mounted. The unit starts with the ordinary services, when everything \
that it could need is there. If something early depends on it, give it `DefaultDependencies=no`, `Before=sysinit.target` and `WantedBy=sysinit.target`.",
};

pub(super) static EARLY_UNIT: Rule = Rule {
    code: "U262",
    name: "early-unit",
    severity: Severity::Note,
    explanation: "What this job waits for happens early in the boot, so the unit is without the default dependencies (`DefaultDependencies=no`) and starts before ordinary services. It finds only what is \
there at that time.",
};

pub(super) static FOLLOWS_FAILED: Rule = Rule {
    code: "U231",
    name: "follows-failed-job",
    severity: Severity::Note,
    explanation: "`start on started X` becomes `After=` and `WantedBy=` X: the unit is started along with X, after it, but also when X was to start and failed. `Requisite=X` would \
prevent that, and would also stop the unit whenever X stops. `migrate` does better where X is a service of the same directory and nothing else is waited for: X itself starts `upstart-started-X.service` when it has \
started, and the unit is wanted by that. Where the start has to wait for something else, too, `Wants=X` sees to it that X is there, and starting the unit by hand brings X up.",
};

pub(super) static BRINGS_UP: Rule = Rule {
    code: "U268",
    name: "brings-up-job",
    severity: Severity::Note,
    explanation: "A job that starts when X has started and stops when X stops becomes a unit with `BindsTo=` X. Under Upstart somebody could start it by hand without X; starting the unit by hand brings X \
up. To have it fail instead, write `Requisite=X`, `PartOf=X` and `StopPropagatedFrom=X` (systemd 249) in the place of `BindsTo=X`.",
};

pub(super) static STOPPED_TASK: Rule = Rule {
    code: "U232",
    name: "end-of-unknown-job",
    severity: Severity::Warning,
    explanation: "`start on stopped X` means two different things: after a task it means that its work is done, after a service that it has gone. One file does not show which of them \
X is. The unit is ordered after a task; if X is a service, take `WantedBy=` and `After=` away, and put `OnSuccess=` and `OnFailure=` with the name of this unit into a drop-in for X.",
};

pub(super) static TOGETHER: Rule = Rule {
    code: "U233",
    name: "joined-jobs",
    severity: Severity::Note,
    explanation: "A job that starts when several others have started is brought in by each of them. Upstart waited until all of them had been started by somebody else. Where the job also \
stops when any of them stops, `Requisite=` says that: the unit does not start before all are there. It does not start by hand then either, which Upstart allowed, and it is restarted along with any of them, where Upstart \
left it down until all had been started anew. Without such a stop `Requisite=` would take the unit down too early, so `Wants=` brings the others in, unless there is another way for the unit to start.\n\n\
Where one of the jobs is only started by hand, `migrate` writes what Upstart did: `upstart-latch-*.service` remembers each of the starts, and `upstart-joined-JOB.service` starts the unit when the last has come, and lets \
them be forgotten.",
};

pub(super) static LATCH: Rule = Rule {
    code: "U234",
    name: "latched-event",
    severity: Severity::Note,
    explanation: "Upstart remembers an event until the rest of the condition holds, and lets whoever emitted it wait until then. A unit does not remember: when it is started by the event it waits for what is being started at that \
moment, and no longer. Where other units remember the events for it (`upstart-latch-*.service`), only the one who emits the last of them waits.",
};

pub(super) static AND_EVENTS: Rule = Rule {
    code: "U235",
    name: "joined-events",
    severity: Severity::Warning,
    explanation: "The job starts when two passing events have both happened, in any order. A unit by itself remembers no events, so nothing can start this one. Where units can be written along (`migrate`, `-o`), those remember the events \
that are your own: `upstart-latch-*.service` and `upstart-joined-JOB.service`. For others, if one of the events always comes last, hang the unit on that one alone.",
};

pub(super) static CONFLICTS: Rule = Rule {
    code: "U236",
    name: "mutual-conflict",
    severity: Severity::Warning,
    explanation: "`stop on starting X` and `stop on started X` become `Conflicts=`, which works both ways: starting X stops this unit, and starting this unit stops X. Upstart only did the \
first.",
};

pub(super) static RUNLEVELS: Rule = Rule {
    code: "U237",
    name: "distinguished-runlevels",
    severity: Severity::Warning,
    explanation: "systemd knows multi-user.target and graphical.target. It does not tell the run levels 2, 3 and 4 apart, and does not leave one of them for another. The unit belongs to all \
of them.",
};

pub(super) static CONDITION_OF_ONE_PATH: Rule = Rule {
    code: "U238",
    name: "condition-of-one-alternative",
    severity: Severity::Warning,
    explanation: "`container` and `not-container` become `ConditionVirtualization=`, which holds for the whole unit. Here only one of several alternatives depends on it, so the condition is \
left out, and the unit also starts where that alternative would not have counted.",
};

pub(super) static TOO_MANY: Rule = Rule {
    code: "U239",
    name: "sprawling-condition",
    severity: Severity::Warning,
    explanation: "Written out as alternatives, the condition has more than 64 of them. No job that anybody wrote comes near that; simplify it.",
};

pub(super) static STOP_AND: Rule = Rule {
    code: "U240",
    name: "joined-stop-condition",
    severity: Severity::Warning,
    explanation: "The job stops when several things have happened. systemd can only bind a unit to each of them alone, so only what the shutdown of the system does anyway is kept.",
};

pub(super) static STOP_BY_EVENT: Rule = Rule {
    code: "U249",
    name: "stop-at-milestone",
    severity: Severity::Warning,
    explanation: "The job stops when the boot reaches a certain point. Units are not stopped by that. A unit that is needed only until then can be a `Type=oneshot` unit that ends by itself, \
or have `Conflicts=` with a unit that starts at that point.",
};

pub(super) static UNBOUND: Rule = Rule {
    code: "U257",
    name: "unbound-instance",
    severity: Severity::Warning,
    explanation: "The job has instances, and its start condition does not say which: they are named by a variable that the event or whoever starts the job has to give. \
`systemctl add-wants TARGET foo@NAME.service` starts an instance together with another unit; where the event is about a device, a udev rule can name the instance.",
};

pub(super) static UNBOUND_CRASH: Rule = Rule {
    code: "U259",
    name: "unbound-crash",
    severity: Severity::Warning,
    explanation: "`stop on stopping X` stops the job whenever X ends, also when it ends by itself, and before X stops. `BindsTo=` says that, but a unit that is bound to another one cannot start where the other one is \
not installed, and one file does not show what is. `PartOf=` stops and restarts the unit together with X whenever somebody stops or restarts X, and `StopPropagatedFrom=` (systemd 249) stops it when X ends by itself. \
What starts before X stops after it, because systemd stops units in the reverse of the order in which it starts them. Where X is sure to be there, and is what the unit follows, `BindsTo=X` can stand in the place of \
`PartOf=X`.",
};

pub(super) static CONTRADICTION: Rule = Rule {
    code: "U260",
    name: "start-and-stop-by-one-job",
    severity: Severity::Warning,
    explanation: "The job starts with another one and stops when that one has started (or the other way round): it runs beside it for a moment. systemd refuses to start two units together that \
conflict, so the stop condition is left out. Let the process end by itself, or stop it from an `ExecStartPost=` of the other unit. An event that stands in both conditions restarted the job; \
a second service that runs `systemctl restart` does that.",
};

pub(super) static SHUTDOWN_JOB: Rule = Rule {
    code: "U256",
    name: "shutdown-job",
    severity: Severity::Note,
    explanation: "A job that starts at run level 0 or 6 runs while the system goes down. The unit starts with the system and does nothing; its work is in `ExecStop=`, which systemd runs when \
it stops the unit, at shutdown, or by `systemctl stop`.",
};
