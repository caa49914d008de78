//! The view of a job that the rules check: its source, the job that init makes of it, and its
//! scripts as the shell reads them.

use std::ops::Range;

use crate::shell;
use crate::shell::program;
use crate::shell::program::Program;
use crate::text::source::{Sources, Span, Spanned};
use crate::upstart::ast;
use crate::upstart::ast::{Body, Phase, Process, Stanza};
use crate::upstart::condition::Event;
use crate::upstart::dialect::family::{Family, family};
use crate::upstart::job::{Job, Stated};
use crate::upstart::script::Scripts;
use crate::upstart::script::job_control::Uses;

/// A job with everything that a rule may look at.
pub struct Subject<'a> {
    /// The texts of the job.
    pub sources: &'a Sources,
    /// The conf, then the override.
    pub files: &'a [ast::File],
    /// The job after the override has been applied.
    pub job: &'a Job,
    /// One entry for each phase that runs something, in the order of the phases.
    pub scripts: Vec<PhaseScript<'a>>,
    /// The same scripts, as the other passes read them.
    read: &'a Scripts,
}

/// The command or script of a phase, read as shell text even if init runs it without a shell.
pub struct PhaseScript<'a> {
    /// The phase that runs it.
    pub phase: Phase,
    /// The process as the job states it, with its place.
    pub stated: &'a Stated<Process>,
    /// The commands of the text.
    pub reading: &'a shell::Script,
    /// The commands of Upstart among them, such as `stop` and `initctl emit`.
    pub uses: &'a Uses,
}

/// Events that only a session init emits.
const SESSION_EVENTS: [&str; 7] = [
    "xsession",
    "desktop-start",
    "desktop-end",
    "session-end",
    "session-start",
    "session-setup-done",
    "dconf",
];

/// Jobs that exist only in a session.
const SESSION_JOBS: [&str; 6] = [
    "xsession-init",
    "gnome-session",
    "unity7",
    "unity8",
    "unity-panel-service",
    "upstart-event-bridge",
];

impl<'a> Subject<'a> {
    /// Combines a job with its sources and scripts. Scripts of phases that the job lacks are
    /// dropped.
    pub fn new(
        sources: &'a Sources,
        files: &'a [ast::File],
        job: &'a Job,
        read: &'a Scripts,
    ) -> Self {
        let scripts = read.iter().filter_map(|script| {
            let stated = job.process(script.phase)?;
            Some(PhaseScript {
                phase: script.phase,
                stated,
                reading: &script.shell,
                uses: &script.control,
            })
        });
        let scripts = scripts.collect();
        Self { sources, files, job, scripts, read }
    }

    /// The stanzas of both files, including replaced ones, in the order in which init reads them.
    pub fn stanzas(&self) -> impl Iterator<Item = &'a Spanned<Stanza>> + '_ {
        self.files.iter().flat_map(|file| &file.stanzas)
    }

    /// The events of the effective `start on` and `stop on`, in that order.
    pub fn events(&self) -> impl Iterator<Item = &'a Event> + '_ {
        self.job
            .start_on
            .iter()
            .chain(&self.job.stop_on)
            .flat_map(|condition| condition.value.leaves())
    }

    /// The family of distributions that the job is written for, as far as it shows.
    pub fn family(&self) -> Option<Family> {
        family(self.job, self.read)
    }

    /// Whether the job belongs to a user's session, whose environment it has and with which it
    /// ends.
    pub fn is_of_session(&self) -> bool {
        self.events().any(|event| {
            let name = event.name.value.as_str();
            let of_job = event
                .job()
                .and_then(|(named, _)| named.one())
                .is_some_and(|job| SESSION_JOBS.contains(&job));
            SESSION_EVENTS.contains(&name) || name.starts_with(":sys:") || of_job
        })
    }

    /// Whether a variable may have a value in a script: by `env`, by an event, by the script
    /// itself, or by a file that it sources.
    pub fn is_set(&self, script: &PhaseScript<'_>, name: &str) -> bool {
        self.is_set_before(script, name, usize::MAX)
    }

    /// Whether a variable may have a value at an offset of a script.
    pub fn is_set_before(&self, script: &PhaseScript<'_>, name: &str, offset: usize) -> bool {
        let sets = |text: &str| text.split_once('=').map_or(text, |(key, _)| key) == name;
        let reading = script.reading;
        let before = |command: &&shell::SimpleCommand| command.range.end <= offset;
        let by_script = reading.commands.iter().filter(before).any(|command| {
            let assigned = command
                .assignments
                .iter()
                .any(|word| script.text().get(word.range.clone()).is_some_and(sets));
            let named =
                matches!(command.name(), Some("export" | "local" | "read" | "readonly" | "eval"))
                    && command
                        .words
                        .iter()
                        .any(|word| script.text().get(word.range.clone()).is_some_and(sets));
            assigned || named || matches!(command.name(), Some("." | "source" | "eval"))
        });
        // `initctl set-env` changes the environment of the job.
        let by_command = self
            .scripts
            .iter()
            .flat_map(|script| &script.uses.commands)
            .any(|usage| usage.subcommand() == Some("set-env"));
        let by_condition =
            self.events().flat_map(|event| &event.args).any(|word| sets(&word.value));
        let by_instance =
            self.job.instance.as_ref().is_some_and(|instance| instance.value.contains(name));
        let by_loop = reading.loops.iter().any(|each| each.variable == name);
        by_script
            || by_command
            || by_loop
            || by_condition
            || by_instance
            || self.job.env.iter().any(|stated| sets(&stated.value))
    }

    /// Extends the range of a stanza to whole lines, for deletion. Returns it unchanged if the
    /// lines contain anything else.
    pub fn lines(&self, span: Span) -> Span {
        let text = self.sources.get(span.origin).text();
        let before = text.get(..span.start).unwrap_or_default();
        let behind = text.get(span.end..).unwrap_or_default();
        let start = before.trim_end_matches([' ', '\t']).len();
        let end = span.end + behind.len() - behind.trim_start_matches([' ', '\t', '\r']).len();
        let begins = start == 0 || text.get(..start).is_some_and(|before| before.ends_with('\n'));
        match text.get(end..) {
            Some(rest) if begins && rest.starts_with('\n') => {
                Span::new(span.origin, start..end + 1)
            }
            Some("") if begins => Span::new(span.origin, start..end),
            Some(_) | None => span,
        }
    }

    /// The source text of a span.
    pub fn written(&self, span: Span) -> &'a str {
        self.sources.get(span.origin).text().get(span.range()).unwrap_or_default()
    }

    /// The script or command of a phase, if the job has one.
    pub fn script(&self, phase: Phase) -> Option<&PhaseScript<'a>> {
        self.scripts.iter().find(|script| script.phase == phase)
    }
}

impl<'a> PhaseScript<'a> {
    /// The text of the script or command.
    pub fn text(&self) -> &'a str {
        &self.stated.value.text().value
    }

    /// Whether the text is the command of an `exec` and not a script.
    pub fn is_exec(&self) -> bool {
        self.stated.value.body() == Body::Exec
    }

    /// The commands that become the main process: the command of an `exec` stanza, or in a script
    /// each command that the shell replaces itself with by `exec`, and the last one. Each is
    /// followed by the programs that it runs in turn.
    pub fn programs(&self) -> Vec<Vec<Program<'_>>> {
        let commands = program::remaining(self.reading, self.text(), self.is_exec());
        commands.into_iter().map(program::chain).collect()
    }

    /// Whether the expansion has a default, as `${NAME:-word}` has. `end_of_name` is the offset
    /// after the name.
    pub fn has_default(&self, end_of_name: usize) -> bool {
        let behind = self.text().get(end_of_name..).unwrap_or_default();
        let before = self.text().get(..end_of_name).unwrap_or_default();
        let is_braced = before
            .trim_end_matches(|byte: char| byte.is_ascii_alphanumeric() || byte == '_')
            .ends_with("${");
        is_braced && behind.trim_start_matches(':').starts_with(['-', '=', '+', '?'])
    }

    /// Whether offsets in the text correspond to offsets in the source. They do not after init has
    /// joined the lines of a command.
    pub fn is_exact(&self) -> bool {
        let text = self.stated.value.text();
        !self.is_exec() || text.span.end - text.span.start == text.value.len()
    }

    /// The span in the source of a range of the text.
    pub fn span(&self, range: &Range<usize>) -> Span {
        self.stated.value.place(range)
    }
}
