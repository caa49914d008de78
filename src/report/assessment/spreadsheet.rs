//! An assessment as tables for a spreadsheet: comma-separated values (RFC 4180).

use crate::assess::assessed_job::AssessedJob;
use crate::assess::assessment::Assessment;
use crate::text::visible::visible;

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

fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell. A spreadsheet takes a text that begins with one of `=+-@` for a formula, so an apostrophe
/// precedes it.
fn quoted(cell: &str) -> String {
    let cell = visible(cell);
    let cell = if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell };
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn cells_are_quoted_where_they_have_to_be() {
        assert_eq!(
            row(&["a", "b c", "say \"x\"", "=1+2", "1,2"]),
            "a,b c,\"say \"\"x\"\"\",'=1+2,\"1,2\"\r\n"
        );
    }
}
