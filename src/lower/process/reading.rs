//! The text of a phase, and what the lowering reads in it.

use std::borrow::Cow;
use std::ops::Range;

use super::control::own_job::{declines, vetoes};
use super::control::subcommand::is_notice;
use super::control::target::target;
use super::control::{Circumstances, Prelude};
use crate::jobset::JobKind;
use crate::lower::condition::peer::peer;
use crate::lower::lowering::Lowering;
use crate::shell;
use crate::shell::Context;
use crate::systemd::UnitName;
use crate::text::bytes::encode;
use crate::text::source::Span;
use crate::upstart::ast::{Body, Phase, Process};
use crate::upstart::job::{Job, Stated};
use crate::upstart::script::job_control::{JobControl, Uses, Verb};
use crate::upstart::script::{ReadScript, job_control};

/// The text of a phase, parsed once.
pub(in crate::lower) struct ScriptUse<'a> {
    /// The phase that runs the text.
    pub(crate) phase: Phase,
    /// The process as the job states it.
    pub(crate) stated: &'a Stated<Process>,
    /// The commands of the text. Those that an `exec` never reaches are left out.
    pub(crate) shell: Cow<'a, shell::Script>,
    /// The uses of Upstart's commands in the text.
    pub(crate) control: Cow<'a, Uses>,
    /// The part of the text of the phase that was parsed, in bytes.
    part: Range<usize>,
}

impl<'a> ScriptUse<'a> {
    /// The parsed text of a phase; `None` if the job has no such process.
    pub(crate) fn of(job: &'a Job, script: &'a ReadScript) -> Option<Self> {
        let ReadScript { phase, shell, control, .. } = script;
        let stated = job.process(*phase)?;
        let text = &stated.value.text().value;
        let (mut shell, mut control) = (Cow::Borrowed(shell), Cow::Borrowed(control));
        if let Some((end, _)) =
            unreached(text, &shell).filter(|_| stated.value.body() == Body::Exec)
        {
            // The shell becomes the first command. The rest of the list never runs.
            let reached = shell.to_mut();
            reached.commands.retain(|command| command.range.end <= end);
            reached.background.retain(|range| range.end <= end);
            control = Cow::Owned(job_control::find(text, &shell));
        }
        Some(Self { phase: *phase, stated, shell, control, part: 0..text.len() })
    }

    /// Parses the rest of a script whose beginning became conditions. `offset` is where the rest
    /// begins, in bytes.
    pub(crate) fn part(&self, text: &str, offset: usize) -> Self {
        let shell = shell::read(text);
        let control = job_control::find(text, &shell);
        let part = offset..offset + text.len();
        Self {
            phase: self.phase,
            stated: self.stated,
            shell: Cow::Owned(shell),
            control: Cow::Owned(control),
            part,
        }
    }

    /// The text that was parsed.
    pub(crate) fn text(&self) -> &'a str {
        self.stated.value.text().value.get(self.part.clone()).unwrap_or_default()
    }

    /// Whether the process is a `script` and not an `exec`.
    pub(crate) fn is_script(&self) -> bool {
        self.stated.value.body() == Body::Script
    }

    /// Whether the text does nothing but to notify init of what systemd sees itself, and no failure of
    /// that matters.
    pub(crate) fn only_notifies(&self) -> bool {
        let is_notice = |command: &shell::SimpleCommand| {
            self.control.commands.iter().any(|usage| {
                !usage.external
                    && usage.range == command.range
                    && usage.subcommand().is_some_and(is_notice)
            })
        };
        let does_nothing = |command: &shell::SimpleCommand| {
            ["true", ":"].iter().any(|name| command.is(&[name])) || is_notice(command)
        };
        let commands = &self.shell.commands;
        self.shell.lost.is_none()
            && self.shell.functions.is_empty()
            && commands.iter().any(is_notice)
            && commands
                .iter()
                .all(|command| does_nothing(command) && !command.context.has(Context::LOOP))
    }

    /// Whether a shell runs a pipeline in the text. A program whose output nobody reads any more ends
    /// by SIGPIPE, unless that is ignored.
    pub(crate) fn has_pipeline(&self) -> bool {
        let is_piped = |command: &shell::SimpleCommand| command.context.has(Context::PIPELINE);
        let rest = self.shell.lost.and_then(|lost| self.text().get(lost..));
        self.shell.commands.iter().any(is_piped) || rest.is_some_and(|rest| rest.contains('|'))
    }

    /// Whether the text declines to run the job.
    pub(crate) fn declines(&self) -> bool {
        declines(self.phase, &self.control.commands)
    }

    /// The command by which a pre-stop cancels the stop.
    pub(crate) fn veto(&self) -> Option<&JobControl> {
        vetoes(self.phase, &self.control.commands)
    }

    /// The shell functions that the text needs in place of Upstart's commands.
    pub(super) fn prelude<'b>(
        &'b self,
        lowering: &Lowering<'b>,
        (own_unit, at_shutdown): (&'b str, bool),
        decline: &'b str,
    ) -> Prelude<'b> {
        let (facts, script) = (&lowering.job_set.facts, (lowering.job.name.0.clone(), self.phase));
        let job_set = lowering.job_set;
        let (renamed, lasting) = self.units_of_others(lowering);
        let uses: Vec<&JobControl> =
            self.control.commands.iter().filter(|usage| !usage.external).collect();
        let targets = uses.iter().map(|usage| target(lowering, self, usage)).collect();
        Prelude {
            job: &lowering.job.name.0,
            text: self.text(),
            shell: &self.shell,
            targets,
            is_plain_style: !lowering.is_exact(),
            job_set: Some(job_set).filter(|job_set| job_set.is_whole()),
            has_own_root: lowering.job.chroot.is_some(),
            phase: self.phase,
            own_unit,
            decline,
            uses,
            circumstances: Circumstances {
                no_wait: facts.not_waiting.contains(&script),
                no_wait_for_stop: facts.not_waiting_for_stop.contains(&script),
                at_shutdown,
            },
            renamed,
            lasting,
        }
    }

    /// The jobs that commands name whose units have other names, with those units, and the units of
    /// distributions that stay active after the work of a task.
    fn units_of_others<'b>(
        &'b self,
        lowering: &Lowering<'b>,
    ) -> (Vec<(&'b str, UnitName)>, Vec<UnitName>) {
        let (mut renamed, mut lasting) = (Vec::new(), Vec::new());
        for usage in self.control.commands.iter().filter(|usage| !usage.external) {
            let Some(job) = usage.job().filter(|job| !job.contains('\'')) else { continue };
            let sibling = lowering.job_set.sibling(job);
            if sibling.is_some_and(|sibling| sibling.instance.is_template()) {
                continue;
            }
            let Some(peer) = peer(lowering, job) else { continue };
            let of_distribution = !peer.present();
            if of_distribution
                && matches!(peer.kind, Some(JobKind::Task | JobKind::Early))
                && usage.verb() == Verb::Start
                && !lasting.contains(&peer.unit)
            {
                lasting.push(peer.unit.clone());
            }
            let escaped = UnitName::escaped(&encode(job), "service");
            if escaped.as_ref() != Ok(&peer.unit) && !renamed.iter().any(|(other, _)| *other == job)
            {
                renamed.push((job, peer.unit));
            }
        }
        (renamed, lasting)
    }

    /// The part of the text in this range.
    pub(crate) fn text_at(&self, range: &Range<usize>) -> Option<&str> {
        self.stated
            .value
            .text()
            .value
            .get(self.part.start + range.start..self.part.start + range.end)
    }

    /// The place of this range in the source.
    pub(crate) fn span(&self, range: &Range<usize>) -> Span {
        self.stated.value.place(&(self.part.start + range.start..self.part.start + range.end))
    }
}

/// Where the first command of `exec FIRST && SECOND` ends, and the operator after it.
pub(super) fn unreached<'t>(text: &'t str, shell: &shell::Script) -> Option<(usize, &'t str)> {
    let first = shell.commands.first().filter(|command| command.range.start == 0)?;
    let rest = text.get(first.range.end..)?.trim_start();
    let operator = ["&&", "||", ";"].into_iter().find(|operator| rest.starts_with(operator))?;
    (rest != operator).then(|| (first.range.end, &rest[..operator.len()]))
}
