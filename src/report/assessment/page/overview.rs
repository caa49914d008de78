//! The first screen: what a decision needs.

use maud::{Markup, html};

use super::{PageContent, class_of, job_anchor, job_link, prose, shown};
use crate::assess::assessment::Assessment;
use crate::assess::effort::Effort;
use crate::assess::minutes::{ESTIMATE, TaskKind, duration};
use crate::assess::risk::{RiskKind, of_all_units};
use crate::assess::task::Task;
use crate::assess::wave::WaveKind;
use crate::lower::options::Style;

/// The sentence, the classes, the time, the order and the risks.
pub(super) fn decision(content: PageContent<'_>) -> Markup {
    let PageContent { subject, assessment, style, .. } = content;
    let all = assessment.jobs.len().max(1);
    let share = |count: usize| format!("flex-grow:{}", count * 1000 / all);
    let classes = || Effort::ALL.into_iter().map(|effort| (effort, assessment.count(effort)));
    html! {
        p .headline { (assessment.headline(&shown(subject))) }
        div .bar role="img" aria-label="Jobs by class" {
            @for (effort, count) in classes().filter(|(_, count)| *count > 0) {
                span class=(class_of(effort)) style=(share(count)) title={ (count) " " (effort.name()) } {}
            }
        }
        ul .classes {
            @for (effort, count) in classes() {
                li class=(class_of(effort)) { b { (count) } (effort.name()) small { (effort.meaning()) } }
            }
        }
        div .screen {
            (time(assessment))
            section id="order" {
                h2 { "In which order" }
                (order(assessment))
            }
            section id="risks" {
                h2 { "What may break" }
                (risks(assessment, style))
            }
        }
    }
}

fn time(assessment: &Assessment) -> Markup {
    let work = assessment.work();
    html! {
        section id="time" {
            h2 { "How long it takes" }
            div .wide { table {
                thead { tr {
                    th { "work" } th .number { "times" } th .number { "minutes each" } th .number { "minutes" }
                } }
                tbody {
                    @for (kind, count, minutes) in work.iter().filter(|row| row.0 != TaskKind::Test) {
                        tr {
                            td { (kind.work()) } td .number { (count) }
                            td .number { (assessment.minutes.of(*kind)) } td .number { (minutes) }
                        }
                    }
                    tr .sum { td { "together: " (duration(assessment.task_minutes())) } td {} td {} td .number { (assessment.task_minutes()) } }
                    @for (kind, count, minutes) in work.iter().filter(|row| row.0 == TaskKind::Test) {
                        tr {
                            td { (kind.work()) } td .number { (count) }
                            td .number { (assessment.minutes.of(*kind)) } td .number { (minutes) }
                        }
                    }
                }
            } }
            p .quiet { (prose(ESTIMATE)) }
        }
    }
}

/// The most jobs that a wave or a group names on the first screen.
const NAMED: usize = 10;

/// The most groups, and the most risks of a kind, on the first screen.
const LISTED: usize = 5;

fn order(assessment: &Assessment) -> Markup {
    let names = |group: &[usize]| {
        let (first, more) = group.split_at(group.len().min(NAMED));
        let more = more.len();
        html! {
            @for (place, &index) in first.iter().enumerate() {
                @if place > 0 { ", " }
                (job_link(assessment, index))
            }
            @if more > 0 { " and " a href="#jobs" { (more) " more" } }
        }
    };
    html! {
        ol .waves {
            @for wave in &assessment.waves {
                li {
                    b { (wave.kind.title()) }
                    @match wave.kind {
                        WaveKind::Group => {
                            ul {
                                @for group in wave.groups.iter().take(LISTED) {
                                    li { (group.len()) " jobs: " (names(group)) }
                                }
                                @if wave.groups.len() > LISTED {
                                    li { "and " a href="#jobs" { (wave.groups.len() - LISTED) " smaller groups" } }
                                }
                            }
                        }
                        WaveKind::NotNeeded | WaveKind::Single | WaveKind::Decision => {
                            @for group in &wave.groups {
                                br; (group.len()) ": " (names(group))
                            }
                        }
                    }
                }
            }
        }
        p .quiet { "In a group, what starts another job comes first; carry a group over as a whole." }
    }
}

fn risks(assessment: &Assessment, style: Style) -> Markup {
    html! {
        ul .risks {
            @for (what, rule) in of_all_units(style) {
                li { a href={ "#" (rule.code) } { (what) } }
            }
        }
        @for kind in RiskKind::ALL {
            @let found: Vec<_> = assessment.risks.iter().filter(|risk| risk.kind == kind).collect();
            @if !found.is_empty() {
                h3 { (kind.title()) ": " (found.len()) }
                ul .risks {
                    @for risk in found.iter().take(LISTED) {
                        li {
                            a href={ "#" (job_anchor(&risk.job)) } { (shown(&risk.job)) } ": "
                            (prose(&risk.text)) " (" a href={ "#" (risk.rule.code) } { (risk.rule.code) } ")"
                        }
                    }
                    @if found.len() > LISTED { li { "and " (found.len() - LISTED) " more: see the " a href="#reviews" { "reviews" } } }
                }
            }
        }
        @if assessment.risks.is_empty() {
            p { "No unit hides one of the target, no units wait for each other, every event is known." }
        }
    }
}

/// The checklist.
pub(super) fn tasks(assessment: &Assessment) -> Markup {
    html! {
        section id="tasks" {
            h2 { "Tasks" }
            p .quiet { "Those that need the most come first. A mark in a box is not kept: print the page, or take the table of tasks (" code { "--format csv-tasks" } ")." }
            ul .tasks {
                @for (index, task) in assessment.tasks().into_iter().enumerate() {
                    (one_task(index, task, assessment))
                }
            }
        }
    }
}

fn one_task(index: usize, task: &Task, assessment: &Assessment) -> Markup {
    let id = format!("task-{index}");
    html! {
        li {
            input type="checkbox" id=(id);
            div {
                label for=(id) { (prose(&task.what)) }
                p .meta {
                    a href={ "#" (job_anchor(&task.job)) } { (shown(&task.job)) }
                    @if let Some((file, line)) = &task.place { " · " (shown(file.rsplit('/').next().unwrap_or(file))) ":" (line) }
                    @if let Some(rule) = task.rule { " · " a href={ "#" (rule.code) } { (rule.name) " (" (rule.code) ")" } }
                    " · " (assessment.minutes.of(task.kind)) " minutes"
                }
                @for why in &task.why { p .quiet { (prose(why)) } }
                @if let Some(how) = &task.how { p .how { (prose(how)) } }
            }
        }
    }
}
