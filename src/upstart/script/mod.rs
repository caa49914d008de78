//! The scripts of a job, each parsed once as shell text.

pub mod job_control;
pub mod leading_guards;
mod other_shell;

use super::ast::Phase;
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

/// The parsed scripts of a job: one for each phase that runs something, in the order of the phases.
#[derive(Clone, Debug, Default)]
pub struct Scripts(Vec<ReadScript>);

impl Scripts {
    /// Parses what the phases of a job run. Replaced stanzas are left out.
    pub fn read(job: &Job) -> Self {
        let read = job.processes.iter().map(|(&phase, stated)| {
            let text = stated.value.text();
            let shell = shell::read(&text.value);
            let control = job_control::find(&text.value, &shell);
            ReadScript { phase, place: text.span, shell, control }
        });
        Self(read.collect())
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
