//! What the user has to do after a migration, as text for a terminal.

use crate::convert::Converted;
use crate::diagnostic::{Disposition, Severity};
use crate::lower::own_files;
use crate::migrate::{Migration, Service};
use crate::report::summary::counted;
use crate::systemd::layout::UNITS;
use crate::systemd::{UnitName, shell_word};
use crate::text::visible::visible;
use crate::upstart::instances::Instance;

/// The maximal number of units that a suggested command names.
const NAMED: usize = 8;

/// The maximal number of jobs that are listed.
const LISTED: usize = 20;

/// The result of the conversion of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Grade {
    Exact,
    Approximate,
    /// The number of stanzas that the user has to handle.
    Manual(usize),
    Refused,
}

fn grade(job: &Converted) -> Grade {
    let conversion = &job.conversion;
    if conversion.outputs.is_empty() {
        return Grade::Refused;
    }
    let count = |disposition| {
        conversion.stanzas.iter().filter(|outcome| outcome.disposition == disposition).count()
    };
    let lossy = |outcome: &crate::diagnostic::Outcome| {
        outcome.code.is_some() && outcome.disposition == Disposition::Dropped
    };
    match count(Disposition::Manual) {
        0 if count(Disposition::Approximate) == 0 && !conversion.stanzas.iter().any(lossy) => {
            Grade::Exact
        }
        0 => Grade::Approximate,
        manual => Grade::Manual(manual),
    }
}

/// The counts, the commands to run, and the remaining work. `overlay` is the directory with the
/// files.
pub(super) fn next_steps(plan: &Migration, overlay: &str) -> String {
    let mut out = String::new();
    let grades: Vec<Grade> = plan.jobs.iter().map(grade).collect();
    let count = |wanted: fn(&Grade) -> bool| grades.iter().filter(|grade| wanted(grade)).count();
    let counts = [
        (count(|grade| *grade == Grade::Exact), "exact"),
        (count(|grade| *grade == Grade::Approximate), "approximate"),
        (count(|grade| matches!(grade, Grade::Manual(_))), "with something to do by hand"),
        (count(|grade| *grade == Grade::Refused), "not converted"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    let files = counted(plan.files.len(), "file");
    out.push_str(&format!(
        "{}: {}; {files}.\n",
        counted(plan.jobs.len(), "job"),
        if counts.is_empty() { "nothing to do".to_owned() } else { counts.join(", ") }
    ));
    if !plan.files.is_empty() {
        out.push_str(&commands(plan, overlay));
    }
    by_hand(plan, &grades, &mut out);
    if !plan.left_out.is_empty() {
        out.push_str("\nNot enabled, because the distribution has units of its own for it:\n\n");
        for unit in &plan.left_out {
            out.push_str(&format!("    {unit}\n"));
        }
    }
    out
}

fn commands(plan: &Migration, overlay: &str) -> String {
    let mut out = "\nTo install, verify and enable them, as root:\n\n".to_owned();
    let overlay = quoted(overlay.trim_end_matches('/'));
    out.push_str(&format!(
        "    cp -a --remove-destination {overlay}/. /\n    systemctl daemon-reload\n"
    ));
    let units: Vec<&str> = plan
        .files
        .iter()
        .filter_map(|file| file.path.strip_prefix(UNITS)?.strip_prefix('/'))
        .filter(|name| !name.contains('/') && !UnitName::known(*name).is_template())
        .collect();
    if units.len() <= NAMED {
        let units: Vec<String> = units.iter().map(|unit| quoted(unit)).collect();
        out.push_str(&format!("    (cd /{UNITS} && systemd-analyze verify {})\n", units.join(" ")));
    } else {
        out.push_str(&format!("    (cd /{UNITS} && systemd-analyze verify *.service)\n"));
    }
    if plan.enabled.is_empty() {
        return out;
    }
    if plan.enabled.len() <= NAMED {
        let enabled: Vec<String> = plan.enabled.iter().map(|unit| quoted(unit.as_str())).collect();
        out.push_str(&format!("    systemctl enable {}\n", enabled.join(" ")));
    } else {
        out.push_str(&format!(
            "    sed -n 's/^enable //p' /{} | xargs -d '\\n' systemctl enable\n",
            own_files::preset()
        ));
    }
    out.push_str("\nThey start with the next boot, or with what they follow.\n");
    out
}

fn by_hand(plan: &Migration, grades: &[Grade], out: &mut String) {
    let mut open: Vec<(&Converted, Grade)> = plan
        .jobs
        .iter()
        .zip(grades.iter().copied())
        .filter(|(_, grade)| *grade > Grade::Approximate)
        .collect();
    if open.is_empty() {
        return;
    }
    open.sort_by(|(first, of_first), (second, of_second)| {
        of_second.cmp(of_first).then_with(|| first.conversion.job.cmp(&second.conversion.job))
    });
    out.push_str("\nJobs that need a hand, worst first:\n\n");
    let width = open
        .iter()
        .take(LISTED)
        .map(|(job, _)| visible(&job.conversion.job).chars().count())
        .max()
        .unwrap_or_default()
        .min(32);
    for (job, grade) in open.iter().take(LISTED) {
        out.push_str(&format!(
            "    {:width$}  {}\n",
            visible(&job.conversion.job),
            story(job, *grade)
        ));
    }
    if open.len() > LISTED {
        out.push_str(&format!("    and {} more\n", open.len() - LISTED));
    }
}

fn story(job: &Converted, grade: Grade) -> String {
    if grade == Grade::Refused {
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

/// Quotes a word for a shell command.
pub(in crate::cli) fn quoted(word: &str) -> String {
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "@%+=:,./-_".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", visible(word).replace('\'', "'\\''"))
    }
}

/// For each job, the commands and files that an operator uses from now on.
pub(super) fn operator_guide(plan: &Migration) -> String {
    let mut out = String::new();
    for Service { job: name, unit, instance, reloads } in &plan.services {
        let (given, unit) = match instance {
            Instance::Singleton { .. } => (String::new(), unit.stem().to_owned()),
            Instance::Template { variables, .. } => (
                variables.iter().map(|variable| format!(" {variable}=…")).collect(),
                format!("{}@{}", unit.stem(), vec!["…"; variables.len()].join(":")),
            ),
        };
        let (name, unit) = (visible(name), shell_word(&unit));
        let reload = if *reloads {
            format!("`reload {name}` is `systemctl reload {unit}`")
        } else {
            "it cannot be reloaded".to_owned()
        };
        out.push_str(&format!(
            "{name}: `start {name}{given}` is now `systemctl start {unit}`, the log is now `journalctl -u {unit}`, {reload}\n"
        ));
    }
    out
}
