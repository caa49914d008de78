//! A job during a migration.

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

/// A job during a migration.
pub(super) struct Member {
    /// The name of the job.
    pub(super) name: String,
    /// The files of the job.
    pub(super) sources: Arc<Sources>,
    /// How far the job has been processed.
    pub(super) state: State,
}

/// How far a job has been processed.
pub(super) enum State {
    /// The job has no unit.
    Lost {
        /// Why it has no unit, as a clause that follows `because`.
        reason: &'static str,
        /// The finding that reports it.
        diagnostic: Box<Diagnostic>,
    },
    /// The job has been read, and possibly lowered.
    Read {
        /// The job that was read.
        read: Arc<ReadJob>,
        /// The last result of lowering it.
        lowered: Option<Box<Lowered>>,
    },
}

impl Member {
    /// A job that has been read, or that init refuses.
    pub(super) fn new(Read { name, sources, job }: Read) -> Self {
        let state = match job {
            Ok(read) => State::Read { read, lowered: None },
            Err(refusal) => {
                State::Lost { reason: "init refuses it", diagnostic: refusal.diagnostic }
            }
        };
        Self { name, sources, state }
    }

    /// The job, if it was read.
    pub(super) fn read(&self) -> Option<&ReadJob> {
        match &self.state {
            State::Read { read, .. } => Some(read),
            State::Lost { .. } => None,
        }
    }

    /// The job, if init accepts it and it may have a unit.
    pub(super) fn job(&self) -> Option<&Job> {
        self.read().map(|read| &read.job)
    }

    /// The result of lowering the job, if it was lowered.
    pub(super) fn lowered(&self) -> Option<&Lowered> {
        match &self.state {
            State::Read { lowered, .. } => lowered.as_deref(),
            State::Lost { .. } => None,
        }
    }

    /// The result of lowering the job, to be changed.
    pub(super) fn lowered_mut(&mut self) -> Option<&mut Lowered> {
        match &mut self.state {
            State::Read { lowered, .. } => lowered.as_deref_mut(),
            State::Lost { .. } => None,
        }
    }

    /// The unit of the job, if it has one.
    pub(super) fn unit(&self) -> Option<&Unit> {
        self.made().map(|(unit, _)| unit)
    }

    /// The unit of the job, with the result of lowering that it is part of.
    pub(super) fn made(&self) -> Option<(&Unit, &Lowered)> {
        let lowered = self.lowered()?;
        Some((lowered.unit.as_ref()?, lowered))
    }

    /// A place in the files of the job.
    pub(super) fn place(&self, span: Span) -> Place {
        Place { sources: Arc::clone(&self.sources), span }
    }

    /// The job as input of a survey, if it was read.
    pub(super) fn known(&self) -> Option<KnownJob<'_>> {
        self.read().map(|read| KnownJob {
            sources: &self.sources,
            job: &read.job,
            scripts: &read.scripts,
        })
    }

    /// The name of the job, and why it has no unit; `None` if it may have one.
    pub(super) fn lost(&self) -> Option<(String, UnusableJob)> {
        match &self.state {
            State::Lost { reason, diagnostic } => Some((
                self.name.clone(),
                UnusableJob { reason, place: self.place(diagnostic.span) },
            )),
            State::Read { .. } => None,
        }
    }

    /// The unit of the job, as far as an operator has to know it.
    pub(super) fn service(&self) -> Option<Service> {
        let (job, (unit, lowered)) = self.job().zip(self.made())?;
        Some(Service {
            job: self.name.clone(),
            unit: unit.name.clone(),
            instance: Instance::of(job),
            reloads: lowered.reloads,
        })
    }

    /// Lowers the job, if it was read. An earlier result is replaced.
    pub(super) fn lower(&mut self, options: &Options, job_set: &JobSet) {
        if let State::Read { read, lowered } = &mut self.state {
            *lowered = Some(Box::new(read.lower(options, job_set)));
        }
    }

    /// The result of converting the job.
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

/// The index of each member that has a unit, by the name of the unit.
pub(super) fn by_unit(members: &[Member]) -> BTreeMap<&crate::systemd::UnitName, usize> {
    members
        .iter()
        .enumerate()
        .filter_map(|(index, member)| Some((&member.unit()?.name, index)))
        .collect()
}
