//! The jobs of several hosts as a text: which host has which job, and how texts differ.

use similar::TextDiff;

use crate::assess::fleet::{Fleet, FleetJob, JobVariant, Presence};
use crate::report::counted;
use crate::text::list;
use crate::text::source::{Source, Sources};
use crate::text::visible::{visible, visible_lines};

/// The columns of a line.
const COLUMNS: usize = 100;

/// The most hosts that a line names.
const NAMED: usize = 12;

/// The most hosts that the head of a diff names.
const IN_HEAD: usize = 4;

/// Which host has which job, and what differs between the texts of a job.
pub fn fleet_text(fleet: &Fleet) -> String {
    let everywhere = fleet.jobs.iter().filter(|job| job.is_everywhere_the_same()).count();
    let mut out = format!(
        "{}, {}: {everywhere} the same on every host",
        counted(fleet.hosts.len(), "host"),
        counted(fleet.jobs.len(), "job"),
    );
    let others: Vec<&FleetJob> =
        fleet.jobs.iter().filter(|job| !job.is_everywhere_the_same()).collect();
    if others.is_empty() {
        return out + ".\n";
    }
    out.push_str(&format!(", {} not.\n\n", others.len()));
    out.push_str(&table(fleet, &others).unwrap_or_else(|| lists(fleet, &others)));
    for job in fleet.drifted() {
        out.push_str(&drift(fleet, job));
    }
    out
}

/// A row for each job and a column for each host, if that fits.
fn table(fleet: &Fleet, jobs: &[&FleetJob]) -> Option<String> {
    let head: Vec<String> = std::iter::once("JOB".to_owned())
        .chain(fleet.hosts.iter().map(|host| visible(host)))
        .collect();
    let mut rows = vec![head];
    rows.extend(jobs.iter().map(|job| {
        let words = job.presence.iter().map(|presence| presence.name().to_owned());
        std::iter::once(name(job)).chain(words).collect()
    }));
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..=fleet.hosts.len()).filter_map(width).collect();
    // Two blanks between columns, four before the first.
    if widths.iter().map(|width| width + 2).sum::<usize>() + 2 > COLUMNS {
        return None;
    }
    let line = |row: &Vec<String>| {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("    {}\n", cells.join("  ").trim_end())
    };
    Some(rows.iter().map(line).collect())
}

/// A line for each job, with the hosts for each word.
fn lists(fleet: &Fleet, jobs: &[&FleetJob]) -> String {
    let width = jobs.iter().map(|job| name(job).chars().count()).max().unwrap_or_default().min(32);
    let line = |job: &&FleetJob| {
        let differs: Vec<usize> =
            job.variants.iter().skip(1).flat_map(|variant| variant.hosts.iter().copied()).collect();
        let parts: Vec<String> = [
            (Presence::Same.name(), job.hosts_with(Presence::Same)),
            ("differs", differs),
            (Presence::Absent.name(), job.hosts_with(Presence::Absent)),
            (Presence::Unreadable.name(), job.hosts_with(Presence::Unreadable)),
        ]
        .into_iter()
        .filter(|(_, hosts)| !hosts.is_empty())
        .map(|(word, mut hosts)| {
            hosts.sort_unstable();
            format!("{word} on {}", hosts_in_words(fleet, &hosts))
        })
        .collect();
        format!("    {:width$}  {}\n", name(job), parts.join("; "))
    };
    jobs.iter().map(line).collect()
}

/// The number of hosts. They are named if they are few, and fewer than all others.
fn hosts_in_words(fleet: &Fleet, hosts: &[usize]) -> String {
    let count = counted(hosts.len(), "host");
    if hosts.len() > NAMED || hosts.len() * 2 > fleet.hosts.len() {
        return count;
    }
    format!("{count} ({})", named(fleet, hosts))
}

fn named(fleet: &Fleet, hosts: &[usize]) -> String {
    let names: Vec<String> = fleet.names(hosts).map(visible).collect();
    list::first(&names, NAMED)
}

/// The name of a job. A line that begins with `::`, after blanks, is a command to a workflow of
/// GitHub.
fn name(job: &FleetJob) -> String {
    let name = visible(&job.name);
    if name.trim_start().starts_with("::") { format!("`{name}`") } else { name }
}

/// The texts of a job, each with its hosts and how it differs from the usual one.
fn drift(fleet: &Fleet, job: &FleetJob) -> String {
    let Some((usual, others)) = job.variants.split_first() else { return String::new() };
    let (is, verb) = match usual.hosts.as_slice() {
        [_] => (named(fleet, &usual.hosts), "has"),
        hosts => (counted(hosts.len(), "host"), "have"),
    };
    let another: Vec<String> = others
        .iter()
        .map(|variant| match variant.hosts.as_slice() {
            [_] => format!("{} another", named(fleet, &variant.hosts)),
            hosts => format!("{} another ({})", hosts.len(), named(fleet, hosts)),
        })
        .collect();
    let mut out = format!("\n{}: {is} {verb} one text, {}\n", name(job), another.join(", "));
    for variant in others {
        let text = variant_diff(fleet, job, variant);
        // No line of a job is a line of its own: services and terminals act on some.
        out.extend(visible_lines(&text).lines().map(|line| format!("    | {line}\n")));
    }
    out
}

/// How a text of a job differs from the usual one, as a unified diff in the form of
/// [`source`](crate::text::source).
pub fn variant_diff(fleet: &Fleet, job: &FleetJob, variant: &JobVariant) -> String {
    let Some(usual) = job.variants.first() else { return String::new() };
    let hosts = |variant: &JobVariant| match variant.hosts.as_slice() {
        few if few.len() <= IN_HEAD => named(fleet, few),
        many => counted(many.len(), "host"),
    };
    let conf: fn(&Sources) -> Option<&Source> = |sources| Some(&sources.conf);
    let overriding: fn(&Sources) -> Option<&Source> = |sources| sources.overriding.as_ref();
    let mut out = String::new();
    for (file, ending) in [(conf, "conf"), (overriding, "override")] {
        let (old, new) = (text(file(&usual.sources)), text(file(&variant.sources)));
        if old == new {
            continue;
        }
        let head = |text: Option<&str>, variant: &JobVariant| match text {
            Some(_) => format!("{}.{ending} on {}", visible(&job.name), hosts(variant)),
            None => format!("no {}.{ending} on {}", visible(&job.name), hosts(variant)),
        };
        // Lines are split here, because `similar` also treats a single carriage return as the end
        // of a line.
        out.push_str(
            &TextDiff::configure()
                .newline_terminated(true)
                .diff_slices(&lines(old), &lines(new))
                .unified_diff()
                .header(&head(old, usual), &head(new, variant))
                .to_string(),
        );
    }
    out
}

fn text(source: Option<&Source>) -> Option<&str> {
    source.map(Source::text)
}

fn lines(text: Option<&str>) -> Vec<&str> {
    text.unwrap_or_default().split_inclusive('\n').collect()
}
