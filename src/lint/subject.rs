//! A job as the rules look at it: what is written, what init makes of it, and its scripts as the shell reads them.

use std::ops::Range;

use crate::ast::{self, Body, Phase, Process, Stanza};
use crate::job::{Job, Stated};
use crate::shell;
use crate::shell::job_control::{self, Uses};
use crate::source::{Sources, Span, Spanned};

pub struct Subject<'a> {
    pub sources: &'a Sources,
    /// The conf, then the override.
    pub files: Vec<&'a ast::File>,
    pub job: &'a Job,
    /// One for each phase that runs something, in the order of the phases.
    pub scripts: Vec<Script<'a>>,
}

/// What a phase runs, read as shell text, also where init needs no shell for it.
pub struct Script<'a> {
    pub phase: Phase,
    pub stated: &'a Stated<Process>,
    pub reading: shell::Reading,
    pub uses: Uses,
}

impl<'a> Subject<'a> {
    pub fn new(sources: &'a Sources, files: Vec<&'a ast::File>, job: &'a Job) -> Self {
        let scripts = job
            .processes
            .iter()
            .map(|(&phase, stated)| {
                let text = &stated.value.text().value;
                let reading = shell::read(text);
                let uses = job_control::find(text, &reading);
                Script { phase, stated, reading, uses }
            })
            .collect();
        Self { sources, files, job, scripts }
    }

    /// The stanzas of both files, overwritten ones included, in the order in which init reads them.
    pub fn stanzas(&self) -> impl Iterator<Item = &'a Spanned<Stanza>> + '_ {
        self.files.iter().flat_map(|file| &file.stanzas)
    }

    /// The text of a place, as it is written.
    pub fn written(&self, span: Span) -> &'a str {
        self.sources.get(span.origin).text().get(span.range()).unwrap_or_default()
    }

    pub fn script(&self, phase: Phase) -> Option<&Script<'a>> {
        self.scripts.iter().find(|script| script.phase == phase)
    }
}

impl<'a> Script<'a> {
    pub fn text(&self) -> &'a str {
        &self.stated.value.text().value
    }

    pub fn is_exec(&self) -> bool {
        self.stated.value.body() == Body::Exec
    }

    /// The place in the source of a part of the text.
    pub fn span(&self, range: &Range<usize>) -> Span {
        self.stated.value.place(range)
    }
}
