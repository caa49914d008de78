//! The text after the hosts have been converted: how their jobs differ, what became of them, and what
//! to do on each host.

use super::distinct::DistinctResult;
use super::host::ReadHost;
use super::names;
use super::plan_once::HostGroup;
use crate::assess::fleet::Fleet;
use crate::cli::arguments::MigrateArguments;
use crate::cli::input::shown;
use crate::cli::migrate::next_steps::{operator_guide, steps_for_hosts};
use crate::cli::migrate::what_matters;
use crate::convert::{Conversion, Converted};
use crate::migrate::{LeftJob, Migration};
use crate::report::fleet_text;
use crate::text::visible::visible;

/// What is known of the hosts after planning.
pub(super) struct FleetPlan<'a> {
    pub(super) hosts: &'a [ReadHost],
    pub(super) groups: &'a [HostGroup],
    pub(super) results: &'a [DistinctResult<'a>],
}

pub(super) fn text(plan: &FleetPlan<'_>, fleet: &Fleet, arguments: &MigrateArguments) -> String {
    let mut out = fleet_text(fleet);
    out.push_str(&by_neighbours(plan));
    out.push('\n');
    out.push_str(&what_matters::of_hosts(&merged(plan)));
    let output = arguments.output.as_deref().map_or_else(|| "OUT".to_owned(), shown);
    if plan.groups.iter().any(|group| group.plan.as_ref().is_ok_and(|plan| !plan.files.is_empty()))
    {
        out.push_str(&steps_for_hosts(&output));
    }
    if arguments.explain_jobs {
        for group in plan.groups {
            let Ok(migration) = &group.plan else { continue };
            out.push_str(&format!("\n{}:\n", names(plan.hosts, &group.hosts)));
            out.push_str(&operator_guide(migration));
        }
    }
    out
}

/// The jobs that become something else on some hosts although the text is the same.
fn by_neighbours(plan: &FleetPlan<'_>) -> String {
    let mut out = String::new();
    let mut before: Option<&DistinctResult<'_>> = None;
    for result in plan.results {
        let text = |result: &DistinctResult<'_>| {
            let sources = &result.converted.sources;
            (
                sources.conf.text().to_owned(),
                sources.overriding.as_ref().map(|source| source.text().to_owned()),
            )
        };
        let job = &result.converted.conversion.job;
        if let Some(usual) = before.filter(|usual| usual.converted.conversion.job == *job) {
            let is_other_unit =
                usual.converted.conversion.outputs != result.converted.conversion.outputs;
            if is_other_unit && text(usual) == text(result) {
                out.push_str(&format!(
                    "    {}  on {}\n",
                    visible(job),
                    names(plan.hosts, &result.hosts)
                ));
            }
        } else {
            before = Some(result);
        }
    }
    if out.is_empty() {
        return out;
    }
    format!(
        "\nThe text is the same, but the unit differs from that of other hosts, because other jobs of the host do, or its settings:\n\n{out}"
    )
}

/// All distinct results, as if they were of one host. A job that has several is named with its hosts.
fn merged(plan: &FleetPlan<'_>) -> Migration {
    let jobs = plan.results.iter().map(|result| {
        let Converted { sources, conversion } = result.converted.clone();
        let job = if result.is_one_of_several {
            format!("{} on {}", conversion.job, names(plan.hosts, &result.hosts))
        } else {
            conversion.job.clone()
        };
        Converted { sources, conversion: Conversion { job, ..conversion } }
    });
    let plans = || plan.groups.iter().filter_map(|group| group.plan.as_ref().ok());
    let mut left_jobs: Vec<LeftJob> = Vec::new();
    for left in plans().flat_map(|plan| &plan.left_jobs) {
        let is_same = |known: &LeftJob| {
            known.job == left.job && known.keeper == left.keeper && known.now == left.now
        };
        if !left_jobs.iter().any(is_same) {
            left_jobs.push(left.clone());
        }
    }
    left_jobs.sort_by(|first, second| first.job.cmp(&second.job));
    let mut changed_jobs: Vec<(String, String)> =
        plans().flat_map(|plan| plan.changed_jobs.iter().cloned()).collect();
    let mut left_out: Vec<_> = plans().flat_map(|plan| plan.left_out.iter().cloned()).collect();
    changed_jobs.sort();
    changed_jobs.dedup();
    left_out.sort();
    left_out.dedup();
    Migration { jobs: jobs.collect(), left_jobs, changed_jobs, left_out, ..Migration::default() }
}
