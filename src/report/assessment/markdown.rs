//! An assessment as Markdown, as the summary of a step of a workflow on GitHub takes it.

use crate::assess::assessment::Assessment;
use crate::assess::effort::Effort;
use crate::assess::minutes::{ESTIMATE, TaskKind, duration};
use crate::assess::risk::{Risk, RiskKind, of_all_units};
use crate::assess::secret::masked;
use crate::assess::statistics::{Statistics, WrittenFile};
use crate::assess::task::Task;
use crate::assess::wave::{Wave, WaveKind};
use crate::lower::options::Style;
use crate::report::assessment::page::PageContent;
use crate::report::counted;
use crate::report::escape::inline_markdown::{code_block, code_span, inline};
use crate::report::escape::step_summary::{fold, shortened, unfold};

/// The whole assessment, without the reviews of jobs.
pub fn markdown(content: PageContent<'_>) -> String {
    let PageContent {
        subject,
        assessment,
        converted: _,
        statistics,
        files: written,
        style,
        graph: _,
    } = content;
    let mut out =
        format!("## Migration to systemd\n\n**{}**\n", inline(&assessment.headline(subject)));
    classes(assessment, &mut out);
    time(assessment, &mut out);
    waves(assessment, &mut out);
    risks(assessment, style, &mut out);
    tasks(assessment, &mut out);
    stanzas(statistics, &mut out);
    rules(statistics, &mut out);
    files(written, &mut out);
    shortened(out)
}

fn classes(assessment: &Assessment, out: &mut String) {
    out.push_str("\n### Classes\n\n| class | jobs | |\n|---|---:|---|\n");
    for effort in Effort::ALL {
        let count = assessment.count(effort);
        out.push_str(&format!("| {} | {count} | {} |\n", effort.name(), effort.meaning()));
    }
    match assessment.not_chosen {
        0 => {}
        1 => out.push_str("\n1 more job was not chosen.\n"),
        more => out.push_str(&format!("\n{more} more jobs were not chosen.\n")),
    }
}

fn time(assessment: &Assessment, out: &mut String) {
    let work = assessment.work();
    if work.is_empty() {
        return;
    }
    out.push_str(
        "\n### Time\n\n| work | times | minutes of one | minutes |\n|---|---:|---:|---:|\n",
    );
    let (tests, tasks): (Vec<_>, Vec<_>) =
        work.into_iter().partition(|(kind, ..)| *kind == TaskKind::Test);
    let row = |(kind, count, minutes): &(TaskKind, usize, u64)| {
        format!("| {} | {count} | {} | {minutes} |\n", kind.work(), assessment.minutes.of(*kind))
    };
    out.extend(tasks.iter().map(row));
    if !tasks.is_empty() {
        let count: usize = tasks.iter().map(|(_, count, _)| count).sum();
        out.push_str(&format!("| **all tasks** | {count} | | {} |\n", assessment.task_minutes()));
    }
    out.extend(tests.iter().map(row));
    out.push_str(&format!(
        "\nTasks: {}; tests: {}. {}\n",
        duration(assessment.task_minutes()),
        duration(assessment.test_minutes()),
        ESTIMATE
    ));
}

fn waves(assessment: &Assessment, out: &mut String) {
    if assessment.waves.is_empty() {
        return;
    }
    out.push_str("\n### Waves\n\n");
    let names = |group: &[usize]| {
        let jobs = group.iter().filter_map(|index| assessment.jobs.get(*index));
        jobs.map(|job| code_span(&job.name)).collect::<Vec<_>>().join(", ")
    };
    for (number, Wave { kind, groups }) in assessment.waves.iter().enumerate() {
        let jobs = counted(groups.iter().map(Vec::len).sum(), "job");
        out.push_str(&format!("{}. {} ({jobs})", number + 1, kind.title()));
        match kind {
            WaveKind::Group => {
                out.push('\n');
                out.extend(groups.iter().map(|group| format!("   - {}\n", names(group))));
            }
            WaveKind::NotNeeded | WaveKind::Single | WaveKind::Decision => {
                let lists: Vec<String> = groups.iter().map(|group| names(group)).collect();
                out.push_str(&format!(": {}\n", lists.join(", ")));
            }
        }
    }
}

fn risks(assessment: &Assessment, style: Style, out: &mut String) {
    out.push_str("\n### Risks\n\n");
    for (what, rule) in of_all_units(style) {
        out.push_str(&format!("- {what}: `upstart2systemd explain {}`\n", rule.code));
    }
    for kind in RiskKind::ALL {
        let risks: Vec<&Risk> = assessment.risks.iter().filter(|risk| risk.kind == kind).collect();
        if risks.is_empty() {
            continue;
        }
        out.push_str(&format!("- {}:\n", kind.title()));
        for Risk { kind: _, job, rule, text } in risks {
            out.push_str(&format!("  - {}: {} ({})\n", code_span(job), prose(text), rule.code));
        }
    }
}

fn tasks(assessment: &Assessment, out: &mut String) {
    let tasks = assessment.tasks();
    if tasks.is_empty() {
        return;
    }
    out.push_str("\n### Tasks\n\nThe jobs that need the most come first. ");
    out.push_str("`upstart2systemd explain CODE` has the whole story of a code.\n\n");
    for Task { job, kind: _, place, rule, what, why, how } in tasks {
        let place = place.as_ref().map(|(file, line)| code_span(&format!("{file}:{line}")));
        let code = rule.map(|rule| rule.code.to_owned());
        let about: Vec<String> = place.into_iter().chain(code).collect();
        let about =
            if about.is_empty() { String::new() } else { format!(" ({})", about.join(", ")) };
        out.push_str(&format!("- [ ] {}: {}{about}\n", code_span(job), prose(what)));
        for reason in why.iter().map(|why| prose(why)).filter(|reason| !reason.is_empty()) {
            out.push_str(&format!("  - Why: {reason}\n"));
        }
        if let Some(how) = how {
            out.push_str(&format!("  - How: {}\n", prose(how)));
        }
    }
}

/// The text of a finding, without secrets.
fn prose(text: &str) -> String {
    inline(&masked(text))
}

fn stanzas(statistics: &Statistics, out: &mut String) {
    if statistics.stanzas.is_empty() {
        return;
    }
    fold("What became of the stanzas", out);
    out.push_str(
        "| stanza | exact | approximate | dropped | manual |\n|---|---:|---:|---:|---:|\n",
    );
    for count in &statistics.stanzas {
        let numbers = [count.exact, count.approximate, count.dropped, count.manual];
        let cells: String = numbers.iter().map(|number| format!(" {number} |")).collect();
        out.push_str(&format!("| `{}` |{cells}\n", count.stanza));
    }
    unfold(out);
}

fn rules(statistics: &Statistics, out: &mut String) {
    if statistics.rules.is_empty() {
        return;
    }
    fold("Findings by rule", out);
    out.push_str("| code | rule | findings | jobs |\n|---|---|---:|---:|\n");
    for count in &statistics.rules {
        let (code, name) = (count.rule.code, count.rule.name);
        out.push_str(&format!("| {code} | {name} | {} | {} |\n", count.findings, count.jobs));
    }
    unfold(out);
}

fn files(written: &[WrittenFile], out: &mut String) {
    if written.is_empty() {
        return;
    }
    fold("Files with their SHA-256", out);
    let lines: Vec<String> =
        written.iter().map(|file| format!("{}  {}", file.sha256, file.path)).collect();
    out.push_str(&code_block(&lines));
    unfold(out);
}
