//! Mistakes in a job that are found while it is lowered.

use std::collections::BTreeMap;

use super::lowering::Lowering;
use crate::diagnostic::registry::{
    CARRIAGE_RETURNS, MANGLED_BLANK, NAME_OF_INIT, OVERWRITTEN_STANZA,
};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::text::source::Span;
use crate::upstart::ast::Body;
use crate::upstart::job::{Job, StanzaId, StanzaRecord};

/// Reports the places that init's tokeniser garbles, once for each stanza.
pub(super) fn garbled(lowering: &mut Lowering<'_>, mangled: &[Span]) {
    for record in &lowering.job.stanzas {
        let within = |span: &&Span| {
            span.origin == record.span.origin && record.span.range().contains(&span.start)
        };
        let mut places = mangled.iter().filter(within);
        let Some(&first) = places.next() else { continue };
        let mut diagnostic = MANGLED_BLANK
            .at(first, "init garbles the blanks before this backslash")
            .note("the command gets a second backslash in place of a blank")
            .unit_note("the unit has the evidently intended text")
            .help("use quotes in place of the backslash, such as `';'` for `\\;`");
        let more = places.count();
        if more > 0 {
            diagnostic = diagnostic.note(format!("and so in {more} more places of this stanza"));
        }
        lowering.diagnostics.push(diagnostic);
    }
}

/// Reports carriage returns in scripts. init treats them as blanks between tokens, and keeps them
/// in the body of a script (libnih, `nih/config.c`, `nih_config_parse_block`).
pub(super) fn carriage_returns(lowering: &mut Lowering<'_>) {
    for stated in lowering.job.processes.values() {
        if stated.value.body() == Body::Script && stated.value.text().value.contains("\r\n") {
            let diagnostic = CARRIAGE_RETURNS
                .at(
                    lowering.job.stanzas[stated.stanza.0].span,
                    "the lines of this script end in carriage returns",
                )
                .note("the shell takes them for parts of words")
                .unit_note("the unit does the same")
                .help("remove them: `sed -i 's/\\r$//' FILE`");
            lowering.diagnostics.push(diagnostic);
        }
    }
}

/// Records the stanzas that a later one replaces, and reports those that one file replaces itself,
/// once for each stanza that takes effect. An override replaces stanzas on purpose.
pub(super) fn replaced(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    let winners = winners(job);
    let mut groups: BTreeMap<usize, Vec<&StanzaRecord>> = BTreeMap::new();
    for (index, record) in job.stanzas.iter().enumerate() {
        let Some(by) = record.replaced_by else { continue };
        lowering.ledger.record(
            StanzaId(index),
            Disposition::Dropped,
            &[],
            Some(&OVERWRITTEN_STANZA),
        );
        let other = &job.stanzas[by.0];
        if other.span.origin == record.span.origin && other.keyword != "manual" {
            groups.entry(winners[by.0]).or_default().push(record);
        }
    }
    for (winner, lost) in groups {
        if let Some((first, more)) = lost.split_first() {
            let winner = &job.stanzas[winner];
            lowering.diagnostics.push(overwritten(job, winner, first, more));
        }
    }
}

/// For each stanza, the one that is left of it after all replacements of its file.
fn winners(job: &Job) -> Vec<usize> {
    let mut winners: Vec<usize> = (0..job.stanzas.len()).collect();
    // A stanza is replaced by a later one.
    for (index, record) in job.stanzas.iter().enumerate().rev() {
        let is_same_file = |by: &StanzaId| job.stanzas[by.0].span.origin == record.span.origin;
        if let Some(by) = record.replaced_by.filter(is_same_file) {
            winners[index] = winners[by.0];
        }
    }
    winners
}

/// The finding about the stanzas that `winner` replaces.
fn overwritten(
    job: &Job,
    winner: &StanzaRecord,
    first: &StanzaRecord,
    more: &[&StanzaRecord],
) -> Diagnostic {
    let keyword = first.keyword;
    let message = match more.len() {
        0 => format!("this `{keyword}` has no effect: a later stanza overrides it"),
        more => {
            format!("{} `{keyword}` lines have no effect: a later stanza overrides them", more + 1)
        }
    };
    let mut diagnostic = OVERWRITTEN_STANZA.at(first.span, message);
    for other in more {
        diagnostic = diagnostic.related(other.span, "has no effect either");
    }
    let diagnostic = diagnostic.related(winner.span, "only this one has an effect");
    match keyword {
        "stop on" if job.start_on.is_none() => diagnostic
            .note("nothing starts this job")
            .help("write `start on` if that was intended, or remove the line"),
        "start on" | "stop on" => diagnostic
            .note("init replaces the whole condition")
            .help("write one condition, joined with `and` or `or`, or remove what is not intended"),
        "manual" => diagnostic
            .help("move `manual` below `start on` to keep the job from starting by itself, or remove it"),
        "apparmor load" => {
            diagnostic.help("load the other profiles in `pre-start`, or remove the lines")
        }
        // Which of the two is intended shows neither text; of `env` and `cgroup`, the key decides
        // which one replaces another, and a deletion could not be checked by the eye.
        "env" | "cgroup" => diagnostic.help("remove the line"),
        _ if is_process(keyword) => diagnostic.help(format!(
            "remove one of the two; if it was to run before the main process, write `pre-start {keyword}`"
        )),
        _ => {
            let diagnostic = diagnostic.help("remove it");
            std::iter::once(&first)
                .chain(more)
                .fold(diagnostic, |diagnostic, record| diagnostic.edit(record.span, ""))
        }
    }
}

/// Whether the stanza runs something.
fn is_process(keyword: &str) -> bool {
    ["exec", "script"].contains(&keyword.rsplit(' ').next().unwrap_or(keyword))
        || ["pre-start", "post-start", "pre-stop", "post-stop"].contains(&keyword)
}

/// Reports a name that projects give the file of a job among their sources, not the job.
pub(super) fn named_after_init(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    if matches!(job.name.0.as_str(), "upstart" | "init") && !lowering.job_set.is_whole() {
        let diagnostic = NAME_OF_INIT
            .at(job.place(), format!("the unit is called {}, after the file", lowering.name))
            .help("use `--name NAME`, with the name that the job has in /etc/init");
        lowering.diagnostics.push(diagnostic);
    }
}
