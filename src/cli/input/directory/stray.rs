//! Files of a configuration directory for which no unit is written.

use std::path::{Path, PathBuf};

use super::walk::Remark;
use crate::cli::input;
use crate::cli::input::{UnreadableJob, not_converted, shown};
use crate::convert::Converted;
use crate::diagnostic::registry::OVERRIDE_WITHOUT_CONF;
use crate::diagnostic::{Rule, Severity};
use crate::text::bytes::carry;
use crate::text::source::{Origin, Span};
use crate::upstart::job::JobName;

/// A conversion without a unit, and the keys to sort it by.
pub(super) struct Stray {
    pub(super) name: Vec<u8>,
    pub(super) path: PathBuf,
    pub(super) converted: Box<Converted>,
}

impl Stray {
    pub(super) fn remark(
        name: Vec<u8>,
        path: PathBuf,
        rule: &'static Rule,
        remark: Remark,
    ) -> Self {
        let Remark { message, note, help } = remark;
        let mut diagnostic = rule.at(Span::new(Origin::Conf, 0..0), message).note(note).help(help);
        // The job may come with another package, unless the override has the name of a conf.
        if rule.code == OVERRIDE_WITHOUT_CONF.code && !name.ends_with(b".conf") {
            diagnostic = diagnostic.severity_without_unit(Severity::Note);
        }
        let converted =
            Box::new(not_converted(shown(&path), JobName(carry(&name)), None, diagnostic));
        Self { name, path, converted }
    }

    pub(super) fn unreadable(name: Vec<u8>, path: PathBuf, trouble: UnreadableJob) -> Self {
        let converted = input::unreadable(shown(&path), JobName(carry(&name)), None, trouble);
        Self { name, path, converted }
    }
}

pub(super) fn shadowed_job(first: &Path) -> Remark {
    Remark {
        message: format!("this job is hidden by `{}`", shown(first)),
        note: "init takes a job from the first directory that has it".to_owned(),
        help:
            "remove it, or give its directory before the other one if init has them in that order"
                .to_owned(),
    }
}

pub(super) fn shadowed_override(first: &Path) -> Remark {
    Remark {
        message: format!("this override is hidden by `{}`", shown(first)),
        note: "init applies the first override that it finds, and no other".to_owned(),
        help: "move its stanzas into the other one, or remove it".to_owned(),
    }
}

/// `meant` is the job whose conf the override names with its ending, as in `NAME.conf.override`.
pub(super) fn without_conf(name: &[u8], meant: Option<&[u8]>) -> Remark {
    let help = match meant {
        Some(job) => format!("if it is for the job `{0}`, call it `{0}.override`", carry(job)),
        None => "remove it, or give it the name of the job that it is for".to_owned(),
    };
    let conf = carry(&[name, b".conf"].concat());
    Remark {
        message: format!("this override has no `{conf}`"),
        note: "init does not read an override alone".to_owned(),
        help,
    }
}

pub(super) fn beyond_conf(conf: &Path) -> Remark {
    Remark {
        message: format!("this override is not applied: its job is `{}`", shown(conf)),
        note: "init looks for overrides in the directory of the job and in those before it, not in those after it".to_owned(),
        help: "put it beside the job, or remove it".to_owned(),
    }
}
