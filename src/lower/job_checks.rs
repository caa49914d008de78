//! Mistakes in a job that are found while it is lowered.

use super::lowering::Lowering;
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{
    CARRIAGE_RETURNS, MANGLED_BLANK, NAME_OF_INIT, OVERWRITTEN_STANZA,
};
use crate::text::source::Span;
use crate::upstart::ast::Body;
use crate::upstart::job::StanzaId;

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
            .note("read as evidently meant")
            .help("put the backslash into single quotes, or write the text without it");
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
                .note("the shell reads them as parts of words; the unit does the same")
                .help("remove them from the file: `sed -i 's/\\r$//' FILE`");
            lowering.diagnostics.push(diagnostic);
        }
    }
}

/// Records the stanzas that a later one replaces, and reports those that one file replaces itself.
/// An override replaces stanzas on purpose.
pub(super) fn replaced(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    for (index, record) in job.stanzas.iter().enumerate() {
        let Some(by) = record.replaced_by else { continue };
        let stanza = StanzaId(index);
        let other = &job.stanzas[by.0];
        if other.span.origin != record.span.origin || other.keyword == "manual" {
            lowering.ledger.record(stanza, Disposition::Dropped, &[], Some(&OVERWRITTEN_STANZA));
            continue;
        }
        let diagnostic = OVERWRITTEN_STANZA
            .at(record.span, format!("this `{}` has no effect", record.keyword))
            .related(other.span, "this one overrides it");
        let diagnostic = if record.keyword == "stop on" && job.start_on.is_none() {
            diagnostic.help(
                "if it should be `start on`, write that, because nothing starts this job; otherwise remove it",
            )
        } else if matches!(record.keyword, "env" | "cgroup") {
            // init keeps all of these, and the last one with the same key wins. The deletion is
            // suggested, but not offered as an edit.
            diagnostic.help("delete it")
        } else {
            diagnostic.help("delete it").edit(record.span, "")
        };
        lowering.dropped(stanza, diagnostic);
    }
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
