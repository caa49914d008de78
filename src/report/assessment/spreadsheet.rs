//! An assessment as tables for a spreadsheet.

use crate::assess::assessed_job::AssessedJob;
use crate::assess::assessment::Assessment;
use crate::report::escape::csv_row::row;

/// A row for each job, in the order of their names.
pub fn csv_of_jobs(assessment: &Assessment) -> String {
    let heads = [
        "job",
        "origin",
        "owner",
        "class",
        "tasks",
        "minutes",
        "test minutes",
        "starts on",
        "unit",
        "enabled",
        "group",
        "before",
        "now",
        "log",
    ];
    let mut out = row(&heads);
    for job in &assessment.jobs {
        let AssessedJob { name, origin, effort, tasks, starts_on, unit, operator, .. } = job;
        let operator = operator.as_ref();
        out.push_str(&row(&[
            name,
            origin.name(),
            origin.owner().unwrap_or_default(),
            effort.name(),
            &tasks.len().to_string(),
            &job.minutes(&assessment.minutes).to_string(),
            &job.test_minutes(&assessment.minutes).to_string(),
            starts_on,
            unit.as_deref().unwrap_or_default(),
            if job.enabled { "yes" } else { "no" },
            &job.group.map_or_else(String::new, |group| (group + 1).to_string()),
            operator.map_or("", |operator| &operator.start_before),
            operator.map_or("", |operator| &operator.start),
            operator.map_or("", |operator| &operator.log),
        ]));
    }
    out
}

/// A row for each task, in the order of the checklist.
pub fn csv_of_tasks(assessment: &Assessment) -> String {
    let heads =
        ["job", "class", "kind", "minutes", "file", "line", "code", "rule", "what", "why", "how"];
    let mut out = row(&heads);
    for job in &assessment.jobs {
        for task in &job.tasks {
            let (file, line) = task.place.clone().map_or_else(
                || (String::new(), String::new()),
                |(file, line)| (file, line.to_string()),
            );
            out.push_str(&row(&[
                &task.job,
                job.effort.name(),
                task.kind.key(),
                &assessment.minutes.of(task.kind).to_string(),
                &file,
                &line,
                task.rule.map_or("", |rule| rule.code),
                task.rule.map_or("", |rule| rule.name),
                &task.what,
                &task.why.join("; "),
                task.how.as_deref().unwrap_or_default(),
            ]));
        }
    }
    out
}
