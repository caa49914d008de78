//! `migrate --hosts`: converts the jobs of many hosts, each to an overlay of its own, and shows how
//! their jobs differ.

mod distinct;
mod fleet_summary;
mod host;
mod matrix;
mod on_host;
mod plan_once;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::planned::selection;
use super::{changes, to_results};
use crate::assess::fleet::Fleet;
use crate::cli::arguments::MigrateArguments;
use crate::cli::lint::configuration::{Configuration, MigrationSettings};
use crate::cli::overlay::{FileChange, Writing};
use crate::cli::progress::Progress;
use crate::cli::reporting::{ReportTo, print_json_lines, report_findings};
use crate::cli::status::status_of;
use crate::cli::{Status, Streams, overlay};
use crate::convert::Converted;
use crate::lower::options::Style;
use crate::migrate;
use crate::migrate::{Migration, Read};
use crate::report::format::Format;
use crate::systemd::layout::Output;
use crate::text::visible::visible;
use distinct::{DistinctResult, distinct};
use fleet_summary::FleetPlan;
use host::{Host, ReadHost};
use on_host::Counterparts;
use plan_once::{HostGroup, plan_once};

pub(super) fn run(arguments: &MigrateArguments, streams: &mut Streams<'_>) -> Status {
    let named = match host::named(&arguments.jobs.hosts) {
        Ok(named) => named,
        Err(message) => return streams.usage(&message),
    };
    if let Some(output) = &arguments.output
        && let Some(host) = named.iter().find(|host| host.is_at(output))
    {
        return streams.usage(&format!(
            "`--output` is the directory of the host `{}`, and the overlays would be read as jobs",
            visible(&host.name)
        ));
    }
    let progress = Progress::new();
    let (hosts, mut status) = read_hosts(named, arguments, &progress, streams);
    if hosts.is_empty() {
        return status;
    }
    let settings = match settings_of(&hosts) {
        Ok(settings) => settings,
        Err(message) => return streams.usage(&message),
    };
    let settings_of = |host: &ReadHost| settings.get(&host.settings).cloned().unwrap_or_default();
    progress.begin("planning", hosts.len());
    let dialect = arguments.translation.dialect.into();
    let groups =
        plan_once(&hosts, dialect, |host, read| plan(arguments, host, settings_of(host), read));
    progress.end();
    let groups = match groups {
        Ok(groups) => groups,
        Err(bug) => return streams.bug(&bug),
    };
    if groups.iter().all(|group| group.plan.as_ref().is_ok_and(is_nothing_chosen)) {
        streams.error("no job is left to convert: none matches `--only`, or `--exclude` takes all");
        return Status::Refused;
    }
    for group in &groups {
        if let Err(bug) = &group.plan {
            let hosts = names(&hosts, &group.hosts);
            streams.error(&format!("{hosts}: nothing is converted, because of a bug"));
            status = status.max(streams.bug(bug));
        }
    }
    let style = hosts
        .first()
        .map_or_else(Style::default, |host| settings_of(host).style(arguments.translation.style));
    status = status.max(report(arguments, (&hosts, &groups), style, streams));
    let fleet = Fleet::of(hosts.iter().map(|host| &host.found));
    if let Some(path) = &arguments.matrix {
        status = status.max(matrix::write(path, &fleet, streams));
    }
    let (delivered, is_written) = deliver(arguments, (&hosts, &groups), &progress, streams);
    status = status.max(delivered);
    if is_written || arguments.dry_run {
        let plan = FleetPlan { hosts: &hosts, groups: &groups, results: &results(&groups) };
        let text = fleet_summary::text(&plan, &fleet, arguments);
        status = status.max(to_results(arguments.reporting.format, &text, streams));
    }
    status
}

/// Reads all hosts. One that cannot be read is reported, and is not among the result.
fn read_hosts(
    named: Vec<Host>,
    arguments: &MigrateArguments,
    progress: &Progress,
    streams: &mut Streams<'_>,
) -> (Vec<ReadHost>, Status) {
    let dialect = arguments.translation.dialect.into();
    let (mut hosts, mut status, total) = (Vec::new(), Status::Done, named.len());
    for (index, host) in named.into_iter().enumerate() {
        let name = host.name.clone();
        match host.read(arguments, dialect, streams) {
            Ok(read) => hosts.push(read),
            Err(error) => {
                progress.end();
                streams.error(&visible(&format!("{name}: {error:#}")));
                status = Status::Refused;
            }
        }
        progress.step("reading", index + 1, total);
    }
    progress.end();
    let meant: Vec<&ReadHost> = hosts.iter().filter(|host| host.meant.is_some()).collect();
    if let Some(first) = meant.first()
        && !arguments.reporting.format.is_object()
    {
        let others = match meant.len() - 1 {
            0 => String::new(),
            more => format!(", and of {more} more in the same way"),
        };
        streams.report(&format!(
            "note: all jobs of {} are in {}, so that is read as the configuration directory{others}\n",
            visible(&first.host.name),
            visible(&first.directory.to_string_lossy())
        ));
    }
    (hosts, status)
}

/// The settings for each file of a configuration that applies to a host.
fn settings_of(hosts: &[ReadHost]) -> Result<BTreeMap<Option<PathBuf>, MigrationSettings>, String> {
    let mut settings = BTreeMap::new();
    for host in hosts {
        if !settings.contains_key(&host.settings) {
            settings.insert(host.settings.clone(), Configuration::of_migration(&host.directory)?);
        }
    }
    Ok(settings)
}

fn plan(
    arguments: &MigrateArguments,
    host: &ReadHost,
    settings: MigrationSettings,
    read: Vec<Read>,
) -> Migration {
    let style = settings.style(arguments.translation.style);
    let options = arguments.translation.options(true, (style, settings.target));
    let selection =
        selection(&arguments.jobs, &arguments.translation, &settings, host.packages.clone());
    migrate::plan_read(read, &options, &selection, settings.outside)
}

fn is_nothing_chosen(plan: &Migration) -> bool {
    plan.jobs.is_empty() && plan.left_jobs.is_empty() && plan.not_chosen > 0
}

/// The results of all hosts, each once.
fn results(groups: &[HostGroup]) -> Vec<DistinctResult<'_>> {
    distinct(groups.iter().filter_map(|group| {
        let plan = group.plan.as_ref().ok()?;
        Some((group.hosts.as_slice(), plan.jobs.as_slice()))
    }))
}

/// The names of some hosts, for messages.
fn names(hosts: &[ReadHost], some: &[usize]) -> String {
    /// The most that are named.
    const NAMED: usize = 12;
    let names: Vec<String> = some
        .iter()
        .filter_map(|&host| hosts.get(host))
        .map(|host| visible(&host.host.name))
        .collect();
    crate::text::list::first(&names, NAMED)
}

/// Reports what happens to the jobs: each distinct result once, at the file of the first host that
/// has it. Of the lines of JSON there is one for each job of each host.
fn report(
    arguments: &MigrateArguments,
    (hosts, groups): (&[ReadHost], &[HostGroup]),
    style: Style,
    streams: &mut Streams<'_>,
) -> Status {
    let reporting = &arguments.reporting;
    let results = results(groups);
    let strays = hosts.iter().flat_map(|host| &host.strays);
    let status = results
        .iter()
        .map(|result| result.converted)
        .chain(strays.clone())
        .map(|file| status_of(&file.conversion, reporting.fail_on(), reporting.strict))
        .max()
        .unwrap_or(Status::Done);
    let to = ReportTo::of(arguments.report.as_deref());
    if reporting.format == Format::JsonLines {
        return status.max(print_json_lines(lines(hosts, groups), to, streams));
    }
    let told: Vec<Converted> =
        results.iter().map(|result| result.converted).chain(strays).cloned().collect();
    status.max(report_findings(reporting, &told, style, to, streams))
}

/// The results of each host, at the places of its own files.
fn lines<'a>(
    hosts: &'a [ReadHost],
    groups: &'a [HostGroup],
) -> impl Iterator<Item = (Option<&'a str>, Cow<'a, Converted>)> {
    let mut plans: Vec<Option<(&ReadHost, &Migration)>> = vec![None; hosts.len()];
    for group in groups {
        let first = group.hosts.first().and_then(|&first| hosts.get(first));
        for &index in &group.hosts {
            if let Some(place) = plans.get_mut(index) {
                *place = first.zip(group.plan.as_ref().ok());
            }
        }
    }
    hosts.iter().zip(plans).flat_map(|(host, plan)| {
        let name = Some(host.host.name.as_str());
        let planned = plan.into_iter().flat_map(move |(first, plan)| {
            let counterparts = Counterparts::new(&first.found, &host.found);
            plan.jobs.iter().map(move |job| (name, Cow::Owned(counterparts.result(job))))
        });
        planned.chain(host.strays.iter().map(move |stray| (name, Cow::Borrowed(stray))))
    })
}

/// Writes the overlays, or reports the changes that writing would make, and whether it wrote. A host
/// whose overlay cannot be written is reported, and stops no other.
fn deliver(
    arguments: &MigrateArguments,
    (hosts, groups): (&[ReadHost], &[HostGroup]),
    progress: &Progress,
    streams: &mut Streams<'_>,
) -> (Status, bool) {
    let is_preview = arguments.dry_run || arguments.diff || arguments.check;
    let mut of_hosts: Vec<(usize, &HostGroup)> = groups
        .iter()
        .flat_map(|group| group.hosts.iter().map(move |&host| (host, group)))
        .collect();
    of_hosts.sort_unstable_by_key(|(host, _)| *host);
    let (mut status, mut done) = (Status::Done, 0);
    // What a group needs of its plan is the same for its hosts.
    let mut known: BTreeMap<usize, _> = BTreeMap::new();
    let total = of_hosts.len();
    for (index, group) in of_hosts {
        let (Some(host), Ok(plan)) = (hosts.get(index), &group.plan) else { continue };
        let (origins, without_unit) = known
            .entry(group.hosts.first().copied().unwrap_or_default())
            .or_insert_with(|| (changes::origins(plan), changes::unread(&plan.jobs)));
        let mut unread = without_unit.clone();
        unread.extend(changes::unread(&host.strays));
        let root = arguments.output.as_deref().unwrap_or(Path::new("OUT"));
        let root = root.join(&host.host.directory_name);
        let result = if arguments.output.is_none() {
            let new = |file: &Output| {
                format!("new        {}/{}\n", visible(&host.host.name), visible(&file.path))
            };
            let list: String = plan.files.iter().map(new).collect();
            status = status.max(to_results(arguments.reporting.format, &list, streams));
            continue;
        } else if is_preview {
            overlay::compare(&root, &plan.files, &unread)
        } else {
            let how = Writing { force: arguments.force, prune: arguments.prune, unread: &unread };
            overlay::write(&root, (&plan.files, origins), how, &|_, _| {})
        };
        progress.step("writing", index + 1, total);
        let mut changes = match result {
            Ok(changes) => changes,
            Err(error) => {
                progress.end();
                streams.error(&visible(&format!("{}: {error:#}", host.host.name)));
                status = status.max(Status::Refused);
                continue;
            }
        };
        done += 1;
        for change in &mut changes {
            change.path = Cow::Owned(format!("{}/{}", host.host.name, change.path));
        }
        status = status.max(if is_preview {
            preview(arguments, &changes, streams)
        } else {
            changes::report_kept(arguments, &changes, streams)
        });
    }
    progress.end();
    (status, done > 0 && !is_preview)
}

/// Prints the changes that writing the overlay of a host would make.
fn preview(
    arguments: &MigrateArguments,
    changes: &[FileChange<'_>],
    streams: &mut Streams<'_>,
) -> Status {
    let differs = changes.iter().any(|change| change.kind.is_difference(arguments.prune));
    let status = if arguments.check && differs { Status::Findings } else { Status::Done };
    if arguments.diff {
        return status.max(streams.print_text(&overlay::diff(changes, arguments.prune)));
    }
    let list: String =
        changes.iter().filter_map(|change| changes::listed(change, arguments)).collect();
    status.max(to_results(arguments.reporting.format, &list, streams))
}
