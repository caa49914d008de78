//! What an engineer in charge has to know of a migration, in the order in which it matters: what
//! belongs to the distribution, what hides a unit of the target, what was lost, what to look at.

use std::collections::{BTreeMap, BTreeSet};

use crate::assess::effort::{Effort, manual_stanzas};
use crate::convert::Converted;
use crate::diagnostic::registry::SHIPPED_UNIT;
use crate::diagnostic::{Disposition, Severity};
use crate::migrate::{ChangeByOverride, Keeper, LeftJob, Migration, Now};
use crate::report::summary::counted;
use crate::text::visible::visible;

/// The most jobs of one list.
const LISTED: usize = 12;

/// The columns of a list that goes on over several lines.
const COLUMNS: usize = 96;

/// The summary, as text for a terminal.
pub(super) fn summary(plan: &Migration) -> String {
    let efforts: Vec<Effort> = plan.jobs.iter().map(Effort::of).collect();
    let mut out = counts(plan, &efforts);
    lists(plan, &efforts, &mut out);
    out
}

/// The summary of the distinct results of several hosts.
pub(super) fn of_hosts(plan: &Migration) -> String {
    let efforts: Vec<Effort> = plan.jobs.iter().map(Effort::of).collect();
    let mut out =
        format!("{}: {}.\n", counted(plan.jobs.len(), "different result"), kinds(&efforts));
    lists(plan, &efforts, &mut out);
    out
}

fn lists(plan: &Migration, efforts: &[Effort], out: &mut String) {
    left_jobs(plan, out);
    changed_jobs(plan, out);
    hiding(plan, out);
    by_hand(plan, efforts, out);
    to_look_at(plan, efforts, out);
}

/// The line with the numbers of jobs and files.
fn counts(plan: &Migration, efforts: &[Effort]) -> String {
    let not_chosen = match plan.not_chosen {
        0 => String::new(),
        number => format!(" {} not chosen.", counted(number, "more job")),
    };
    format!(
        "{}: {}; {}.{not_chosen}\n",
        counted(plan.jobs.len(), "job"),
        kinds(efforts),
        counted(plan.files.len(), "file")
    )
}

/// How many jobs there are of each effort, in words.
fn kinds(efforts: &[Effort]) -> String {
    let count =
        |wanted: fn(&Effort) -> bool| efforts.iter().filter(|effort| wanted(effort)).count();
    let counts = [
        (count(|effort| *effort == Effort::Automatic), "exact"),
        (count(|effort| *effort == Effort::Look), "approximate"),
        (count(|effort| *effort == Effort::Hand), "with something to do by hand"),
        (count(|effort| *effort == Effort::Refused), "not converted"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    if counts.is_empty() { "nothing to do".to_owned() } else { counts.join(", ") }
}

/// The jobs that belong to the distribution, with what does their work now.
fn left_jobs(plan: &Migration, out: &mut String) {
    let left = &plan.left_jobs;
    if left.is_empty() {
        return;
    }
    let (belong, them) = match left.as_slice() {
        [_] => ("job belongs", "it"),
        _ => ("jobs belong", "them"),
    };
    let is_by_package = left.iter().any(|job| matches!(job.keeper, Keeper::Package(_)));
    let owner = if is_by_package { "packages" } else { "the distribution" };
    out.push_str(&format!(
        "\n{} {belong} to {owner} and {} not converted (`--all` also converts {them}). What does the work now:\n\n",
        left.len(),
        if left.len() == 1 { "is" } else { "are" },
    ));
    if left.len() <= LISTED {
        let rows = left.iter().map(|job| (visible(&job.job), does_it_now(job)));
        table(rows.collect(), out);
    } else {
        by_what_does_it(left, out);
    }
    let releases = || {
        left.iter().filter_map(|job| match &job.keeper {
            Keeper::Release(release) => Some(*release),
            Keeper::Package(_) => None,
        })
    };
    // The others have no dpkg.
    let has_dpkg = !releases().any(|name| name.starts_with("rhel") || name.starts_with("amazon"));
    if has_dpkg && releases().next().is_some() {
        out.push_str("\nThey are known by name and program; `--dpkg-status FILE` shows which ones were changed on the machine.\n");
    }
    for job in left {
        overridden(job, out);
    }
}

fn does_it_now(job: &LeftJob) -> String {
    match (&job.now, &job.keeper) {
        (Now::Unit(unit), _) => visible(unit),
        (Now::PerhapsUnit(unit), Keeper::Package(package)) => {
            format!("{}, if the package {} of the target has it", visible(unit), visible(package))
        }
        (Now::PerhapsUnit(unit), Keeper::Release(_)) => {
            format!("{}, if the target has it", visible(unit))
        }
        (Now::Systemd, _) => "systemd itself".to_owned(),
        (Now::Nothing, _) => "nothing, because it is not needed".to_owned(),
    }
}

/// Many jobs in few lines: those that become a unit of the same name, the others by the unit.
fn by_what_does_it(left: &[LeftJob], out: &mut String) {
    let mut groups: BTreeMap<(u8, &str), Vec<String>> = BTreeMap::new();
    let mut by_unit: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for job in left {
        let name = visible(&job.job);
        let own = format!("{}.service", job.job.rsplit('/').next().unwrap_or_default());
        let group = match &job.now {
            Now::Unit(unit) if *unit == own => (0, "a unit of the same name"),
            Now::Unit(unit) => {
                by_unit.entry(unit).or_default().push(name);
                continue;
            }
            Now::PerhapsUnit(_) => (2, "a unit of the package, if the target has it"),
            Now::Systemd => (3, "systemd itself"),
            Now::Nothing => (4, "nothing, because they are not needed"),
        };
        groups.entry(group).or_default().push(name);
    }
    let others: Vec<String> = by_unit
        .into_iter()
        .map(|(unit, jobs)| format!("{} ({})", visible(unit), jobs.join(", ")))
        .collect();
    if !others.is_empty() {
        groups.insert((1, "another unit"), others);
    }
    for ((_, what), names) in groups {
        wrapped(&format!("{what}:"), &names, out);
    }
}

/// Words on as many lines as they need, the first one after a label.
fn wrapped(label: &str, words: &[String], out: &mut String) {
    out.push_str(&format!("    {label}"));
    let mut column = 4 + label.chars().count();
    for (index, word) in words.iter().enumerate() {
        let separator = if index + 1 < words.len() { "," } else { "" };
        let width = word.chars().count() + separator.len();
        if column + 1 + width > COLUMNS {
            out.push_str("\n       ");
            column = 7;
        }
        out.push_str(&format!(" {word}{separator}"));
        column += 1 + width;
    }
    out.push('\n');
}

/// What the override of a job of the distribution means for the unit that does its work now.
fn overridden(job: &LeftJob, out: &mut String) {
    let Some(change) = &job.change else { return };
    let file = visible(&format!("{}.override", job.job));
    let unit = match &job.now {
        Now::Unit(unit) | Now::PerhapsUnit(unit) => visible(unit),
        Now::Systemd | Now::Nothing => {
            out.push_str(&format!("\n{file} has nothing to change any more.\n"));
            return;
        }
    };
    match change {
        ChangeByOverride::Disabled => out.push_str(&format!(
            "\n{file} keeps the job from starting: `systemctl disable {unit}` does the same.\n"
        )),
        ChangeByOverride::Directives(text) => {
            out.push_str(&format!(
                "\n{file} changes the job. If {unit} also needs it, put this into /etc/systemd/system/{unit}.d/50-local.conf:\n\n"
            ));
            for line in text.lines() {
                out.push_str(&format!("    {}\n", visible(line)));
            }
        }
        ChangeByOverride::Nothing => {
            out.push_str(&format!("\n{file} changes nothing that a unit has.\n"));
        }
        ChangeByOverride::Refused => {
            out.push_str(&format!(
                "\ninit refuses {file}: check what it was meant to change in {unit}.\n"
            ));
        }
    }
}

/// The jobs that were changed since a package brought them.
fn changed_jobs(plan: &Migration, out: &mut String) {
    if plan.changed_jobs.is_empty() {
        return;
    }
    out.push_str("\nConverted because they were changed since their package brought them. If the target has that\npackage with a unit, make the changes a drop-in for it (`systemctl edit`), and leave the job out\nwith `--exclude`:\n\n");
    let rows = plan
        .changed_jobs
        .iter()
        .map(|(job, package)| (visible(job), format!("package {}", visible(package))));
    table(rows.collect(), out);
}

/// The jobs whose units hide one of the target.
fn hiding(plan: &Migration, out: &mut String) {
    let rows: Vec<(String, String)> = plan
        .jobs
        .iter()
        .filter_map(|job| {
            let mut found = job.conversion.diagnostics.iter();
            let hides = found.find(|found| found.rule.code == SHIPPED_UNIT.code)?;
            Some((visible(&job.conversion.job), visible(&hides.message)))
        })
        .collect();
    if !rows.is_empty() {
        out.push_str("\nThese hide a unit of the distribution, or do its work a second time:\n\n");
        table(rows, out);
    }
    if !plan.left_out.is_empty() {
        out.push_str("\nThe distribution has its own units for these:\n\n");
        let units: Vec<String> = plan.left_out.iter().map(|unit| visible(unit.as_str())).collect();
        wrapped("not enabled:", &units, out);
    }
}

/// The jobs that need a change by hand.
fn by_hand(plan: &Migration, efforts: &[Effort], out: &mut String) {
    let mut open: Vec<(&Converted, Effort)> = plan
        .jobs
        .iter()
        .zip(efforts.iter().copied())
        .filter(|(_, effort)| *effort > Effort::Look)
        .collect();
    if open.is_empty() {
        return;
    }
    open.sort_by(|(first, of_first), (second, of_second)| {
        let manual = |job: &Converted| manual_stanzas(&job.conversion);
        of_second
            .cmp(of_first)
            .then_with(|| manual(second).cmp(&manual(first)))
            .then_with(|| first.conversion.job.cmp(&second.conversion.job))
    });
    out.push_str("\nLost, or to do by hand, worst first:\n\n");
    let row =
        |(job, effort): (&Converted, Effort)| (visible(&job.conversion.job), story(job, effort));
    table(open.into_iter().map(row).collect(), out);
}

/// The jobs with warnings that are not in the list before.
fn to_look_at(plan: &Migration, efforts: &[Effort], out: &mut String) {
    let mut open: Vec<(usize, &str, String)> = Vec::new();
    for (job, effort) in plan.jobs.iter().zip(efforts) {
        let warnings = job.conversion.diagnostics.iter().filter(|found| {
            found.severity == Severity::Warning && found.rule.code != SHIPPED_UNIT.code
        });
        let rules: Vec<&str> = warnings.map(|found| found.rule.code).collect();
        if rules.is_empty() || *effort > Effort::Look {
            continue;
        }
        let distinct: BTreeSet<&str> = rules.iter().copied().collect();
        let names: Vec<String> = job
            .conversion
            .diagnostics
            .iter()
            .filter(|found| distinct.contains(found.rule.code))
            .map(|found| format!("{} ({})", found.rule.name, found.rule.code))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        open.push((rules.len(), job.conversion.job.as_str(), names.join(", ")));
    }
    if open.is_empty() {
        return;
    }
    open.sort_by(|first, second| second.0.cmp(&first.0).then_with(|| first.1.cmp(second.1)));
    out.push_str("\nTo look at, because something will differ:\n\n");
    table(open.into_iter().map(|(_, job, rules)| (visible(job), rules)).collect(), out);
}

/// Two columns. Of many rows the first are shown.
fn table(rows: Vec<(String, String)>, out: &mut String) {
    let more = rows.len().saturating_sub(LISTED);
    let rows: Vec<_> =
        rows.into_iter().map(|(first, second)| (without_command(first), second)).collect();
    let width = rows
        .iter()
        .take(LISTED)
        .map(|(first, _)| first.chars().count())
        .max()
        .unwrap_or_default()
        .min(32);
    for (first, second) in rows.into_iter().take(LISTED) {
        out.push_str(&format!("    {first:width$}  {second}\n"));
    }
    if more > 0 {
        out.push_str(&format!("    and {more} more\n"));
    }
}

/// A line that begins with `::`, after blanks, is a command to a workflow of GitHub.
fn without_command(name: String) -> String {
    if name.trim_start().starts_with("::") { format!("`{name}`") } else { name }
}

fn story(job: &Converted, effort: Effort) -> String {
    if effort == Effort::Refused {
        let first = job
            .conversion
            .diagnostics
            .iter()
            .find(|diagnostic| diagnostic.severity == Severity::Error);
        return first.or(job.conversion.diagnostics.first()).map_or_else(
            || "not converted".to_owned(),
            |diagnostic| {
                format!(
                    "not converted: {} ({})",
                    visible(&diagnostic.message),
                    diagnostic.rule.code
                )
            },
        );
    }
    let mut stanzas: Vec<String> = Vec::new();
    for outcome in
        job.conversion.stanzas.iter().filter(|outcome| outcome.disposition == Disposition::Manual)
    {
        let shown = format!("{} ({})", outcome.stanza, outcome.code.unwrap_or("?"));
        if !stanzas.contains(&shown) {
            stanzas.push(shown);
        }
    }
    stanzas.join(", ")
}
