//! The scripts of a job, each parsed once as shell text.

pub mod job_control;
pub mod leading_guards;
mod other_shell;
pub mod waiting_loop;

use super::ast::{Phase, Process};
use super::job::Job;
use crate::shell;
use crate::text::source::Span;
use job_control::Uses;

/// The text that a phase runs, parsed as shell text, even if init runs it without a shell.
#[derive(Clone, Debug)]
pub struct ReadScript {
    /// The phase that runs it.
    pub phase: Phase,
    /// The place of the text in the sources.
    place: Span,
    /// The parsed text.
    pub shell: shell::Script,
    /// The job-control commands in the text.
    pub control: Uses,
}

impl ReadScript {
    fn of(phase: Phase, process: &Process) -> Self {
        let text = process.text();
        let shell = shell::read(&text.value);
        let control = job_control::find(&text.value, &shell);
        Self { phase, place: text.span, shell, control }
    }
}

/// The parsed scripts of a job: one for each phase that runs something, in the order of the phases.
#[derive(Clone, Debug, Default)]
pub struct Scripts(Vec<ReadScript>);

impl Scripts {
    /// Parses what the phases of a job run. Replaced stanzas are left out.
    pub fn read(job: &Job) -> Self {
        Self(
            job.processes
                .iter()
                .map(|(&phase, stated)| ReadScript::of(phase, &stated.value))
                .collect(),
        )
    }

    /// The scripts, with another one for a phase that has one.
    #[must_use]
    pub fn with(&self, phase: Phase, process: &Process) -> Self {
        let script = |script: &ReadScript| {
            if script.phase == phase { ReadScript::of(phase, process) } else { script.clone() }
        };
        Self(self.0.iter().map(script).collect())
    }

    /// All scripts, in the order of the phases.
    pub fn iter(&self) -> impl Iterator<Item = &ReadScript> {
        self.0.iter()
    }

    /// The script of a phase.
    pub fn of(&self, phase: Phase) -> Option<&ReadScript> {
        self.0.iter().find(|script| script.phase == phase)
    }

    /// The script whose text is at this place.
    pub fn at(&self, place: Span) -> Option<&ReadScript> {
        self.0.iter().find(|script| script.place == place)
    }
}
