//! The scripts of a job, each read once as shell text.

pub mod job_control;
pub mod leading_guards;

use super::ast::Phase;
use super::job::Job;
use crate::shell;
use crate::text::source::Span;
use job_control::Uses;

/// What a phase runs, read as shell text, also where init needs no shell for it.
#[derive(Clone, Debug)]
pub struct ReadScript {
    pub phase: Phase,
    /// The place of the text in the sources.
    place: Span,
    pub shell: shell::Script,
    /// What the text does with Upstart's commands.
    pub control: Uses,
}

/// The scripts of a job, read. One for each phase that runs something, in the order of the phases.
#[derive(Clone, Debug, Default)]
pub struct Scripts(Vec<ReadScript>);

impl Scripts {
    /// Reads what the phases of a job run. Stanzas that a later one replaced are left out.
    pub fn read(job: &Job) -> Self {
        let read = job.processes.iter().map(|(&phase, stated)| {
            let text = stated.value.text();
            let shell = shell::read(&text.value);
            let control = job_control::find(&text.value, &shell);
            ReadScript { phase, place: text.span, shell, control }
        });
        Self(read.collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = &ReadScript> {
        self.0.iter()
    }

    pub fn of(&self, phase: Phase) -> Option<&ReadScript> {
        self.0.iter().find(|script| script.phase == phase)
    }

    /// The script whose text is written at this place.
    pub fn at(&self, place: Span) -> Option<&ReadScript> {
        self.0.iter().find(|script| script.place == place)
    }
}
