//! What the shared functions know of the directory: the units of the jobs whose names do not show
//! them.

use std::collections::BTreeSet;

use crate::jobset::{JobKind, JobSet};
use crate::lower::condition::peer::peer_in;
use crate::lower::process::control::functions::job_word;
use crate::systemd::{UnitName, shell_word};
use crate::text::bytes::encode;
use crate::upstart::instances::Instance;

/// The widest line of the list of jobs.
const WIDTH: usize = 100;

/// The `case` that finds the unit of a job; empty if every job has the unit of its own name.
/// `others` are names that may be called as well.
pub(super) fn rows(job_set: &JobSet, others: &[&str]) -> String {
    let others = others.iter().copied();
    let names: BTreeSet<&str> = job_set.jobs().chain(job_set.called()).chain(others).collect();
    let rows: Vec<String> = names
        .into_iter()
        .filter_map(|job| Some(format!("    {}) {} ;;\n", job_word(job), row(job_set, job)?)))
        .collect();
    if rows.is_empty() { String::new() } else { format!("case $1 in\n{}esac\n", rows.concat()) }
}

/// What the functions have to know of a job.
fn row(job_set: &JobSet, job: &str) -> Option<String> {
    let peer = peer_in(job_set, job, job_set.names_distributions())?;
    let sibling = job_set.sibling(job).filter(|_| peer.present());
    let instance = sibling.map(|sibling| &sibling.instance);
    if let Some(Instance::Template { variables, default, defaults, .. }) = instance {
        let pattern = instance.and_then(Instance::format);
        let pattern =
            pattern.map(|format| format!(" upstart_pattern='{}'", format.replace('\'', "'\\''")));
        let default = default.iter().map(|default| format!(" default='{default}'"));
        let values = defaults.iter().filter(|_| variables.len() > 1).map(|(name, value)| {
            format!(" upstart_default_{name}='{}'", value.replace('\'', "'\\''"))
        });
        let rest: String = pattern.into_iter().chain(default).chain(values).collect();
        return Some(format!("keys='{}'{rest}", variables.join(" ")));
    }
    let is_own = UnitName::escaped(&encode(job), "service").as_ref() == Ok(&peer.unit);
    let lasts = !peer.present() && matches!(peer.kind, Some(JobKind::Task | JobKind::Early));
    let unit = peer.unit.as_str();
    (!is_own || lasts).then(|| {
        let lasting =
            if lasts { format!(" lasting=.{}", unit.rsplit('.').next()?) } else { String::new() };
        Some(format!("unit={}{lasting}", shell_word(unit)))
    })?
}

/// The names of all jobs as arguments, on lines that go on.
pub(super) fn jobs(job_set: &JobSet, indent: &str) -> String {
    let (mut out, mut width) = (String::new(), WIDTH);
    for job in job_set.jobs() {
        let word = job_word(job);
        if width + word.len() + 3 > WIDTH {
            out.push_str(&format!(" \\\n{indent}"));
            width = indent.len();
        } else {
            out.push(' ');
        }
        width += word.len() + 1;
        out.push_str(&word);
    }
    out
}
