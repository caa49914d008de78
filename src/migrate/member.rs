//! A job on its way through the plan.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Read, Service};
use crate::convert;
use crate::convert::Converted;
use crate::convert::read::ReadJob;
use crate::diagnostic::Diagnostic;
use crate::jobset::survey::KnownJob;
use crate::jobset::{JobSet, UnusableJob};
use crate::lower::Lowered;
use crate::lower::options::Options;
use crate::systemd::Unit;
use crate::text::source::{Place, Sources, Span};
use crate::upstart::instances::Instance;
use crate::upstart::job::Job;

pub(super) struct Member {
    pub(super) name: String,
    pub(super) sources: Arc<Sources>,
    pub(super) state: State,
}

/// How far the job has come.
pub(super) enum State {
    /// No unit is made of it: the reason as a clause to follow `because`, and the finding.
    Lost {
        reason: &'static str,
        diagnostic: Box<Diagnostic>,
    },
    Read {
        read: Arc<ReadJob>,
        lowered: Option<Box<Lowered>>,
    },
}

impl Member {
    pub(super) fn new(Read { name, sources, job }: Read) -> Self {
        let state = match job {
            Ok(read) => State::Read { read, lowered: None },
            Err(refusal) => {
                State::Lost { reason: "init refuses it", diagnostic: refusal.diagnostic }
            }
        };
        Self { name, sources, state }
    }

    fn read(&self) -> Option<&ReadJob> {
        match &self.state {
            State::Read { read, .. } => Some(read),
            State::Lost { .. } => None,
        }
    }

    pub(super) fn job(&self) -> Option<&Job> {
        self.read().map(|read| &read.job)
    }

    pub(super) fn lowered(&self) -> Option<&Lowered> {
        match &self.state {
            State::Read { lowered, .. } => lowered.as_deref(),
            State::Lost { .. } => None,
        }
    }

    pub(super) fn lowered_mut(&mut self) -> Option<&mut Lowered> {
        match &mut self.state {
            State::Read { lowered, .. } => lowered.as_deref_mut(),
            State::Lost { .. } => None,
        }
    }

    pub(super) fn unit(&self) -> Option<&Unit> {
        self.made().map(|(unit, _)| unit)
    }

    /// The unit, with what is known of it.
    pub(super) fn made(&self) -> Option<(&Unit, &Lowered)> {
        let lowered = self.lowered()?;
        Some((lowered.unit.as_ref()?, lowered))
    }

    pub(super) fn place(&self, span: Span) -> Place {
        Place { sources: Arc::clone(&self.sources), span }
    }

    pub(super) fn known(&self) -> Option<KnownJob<'_>> {
        self.read().map(|read| KnownJob {
            sources: &self.sources,
            job: &read.job,
            scripts: &read.scripts,
        })
    }

    pub(super) fn lost(&self) -> Option<(String, UnusableJob)> {
        match &self.state {
            State::Lost { reason, diagnostic } => Some((
                self.name.clone(),
                UnusableJob { reason, place: self.place(diagnostic.span) },
            )),
            State::Read { .. } => None,
        }
    }

    pub(super) fn service(&self) -> Option<Service> {
        let (job, (unit, lowered)) = self.job().zip(self.made())?;
        Some(Service {
            job: self.name.clone(),
            unit: unit.name.clone(),
            instance: Instance::of(job),
            reloads: lowered.reloads,
        })
    }

    pub(super) fn lower(&mut self, options: &Options, job_set: &JobSet) {
        if let State::Read { read, lowered } = &mut self.state {
            *lowered = Some(Box::new(read.lower(options, job_set)));
        }
    }

    pub(super) fn finish(self) -> Converted {
        let Self { name, sources, state } = self;
        let conversion = match state {
            State::Lost { diagnostic, .. } => convert::refused(&sources, name, *diagnostic),
            State::Read { lowered: Some(lowered), read } => {
                convert::finished(&sources, &read, *lowered)
            }
            State::Read { lowered: None, .. } => convert::nothing(&sources, name),
        };
        Converted { sources, conversion }
    }
}

/// The members by the names of their units.
pub(super) fn by_unit(members: &[Member]) -> BTreeMap<&crate::systemd::UnitName, usize> {
    members
        .iter()
        .enumerate()
        .filter_map(|(index, member)| Some((&member.unit()?.name, index)))
        .collect()
}
