//! Prints what `verify` found. The findings are its result, so they go to standard output.

use serde::Serialize;

use super::Verification;
use crate::cli::arguments::VerifyFormat;
use crate::cli::{Status, Streams};
use crate::diagnostic::Severity;
use crate::machine::verify::{Trouble, TroublePlace};
use crate::report::write_json;
use crate::text::bytes::lossy;
use crate::text::visible::visible;

/// The most places that the text names after the first.
const SHOWN: usize = 3;

pub(super) fn print(
    verification: &Verification,
    format: VerifyFormat,
    streams: &mut Streams<'_>,
) -> Status {
    let mut out = String::new();
    match format {
        VerifyFormat::Text => {
            for trouble in &verification.found {
                push_text(&mut out, trouble);
            }
            for left_out in &verification.left_out {
                out.push_str(&format!("not checked: {}\n", visible(left_out)));
            }
            out.push_str(&format!("{}\n", summary(verification)));
        }
        VerifyFormat::Concise => {
            for trouble in &verification.found {
                out.push_str(&format!("{}\n", head(trouble)));
            }
            for left_out in &verification.left_out {
                out.push_str(&format!("not checked: {}\n", visible(left_out)));
            }
        }
        VerifyFormat::Json => return print_json(verification, streams),
    }
    streams.print(out.as_bytes())
}

/// `app.conf:7: warning: message (etc/systemd/system/app.service:14)`
fn head(trouble: &Trouble) -> String {
    let Trouble { severity, check: _, message, help: _, place, also: _ } = trouble;
    let unit = visible(&unit_line(place));
    let (severity, message) = (severity.name(), visible(message));
    match place.stanzas.first() {
        Some(stanza) => format!("{}: {severity}: {message} ({unit})", visible(stanza)),
        None => format!("{unit}: {severity}: {message}"),
    }
}

fn push_text(out: &mut String, trouble: &Trouble) {
    out.push_str(&format!("{}\n", head(trouble)));
    let Trouble { place, also, help, .. } = trouble;
    let rest = place.stanzas.iter().skip(1).cloned();
    let mut others: Vec<String> = Vec::new();
    for other in rest.chain(also.iter().map(first_place)) {
        if other != first_place(place) && !others.contains(&other) {
            others.push(other);
        }
    }
    let others: Vec<String> = others.iter().map(|other| visible(other)).collect();
    if !others.is_empty() {
        let more = others.len().saturating_sub(SHOWN);
        let shown = others.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        out.push_str(&format!("  also: {shown}{more}\n"));
    }
    if let Some(help) = help {
        out.push_str(&format!("  help: {}\n", visible(help)));
    }
}

/// The place in a job, or that in the file of the overlay.
fn first_place(place: &TroublePlace) -> String {
    place.stanzas.first().cloned().unwrap_or_else(|| unit_line(place))
}

fn unit_line(place: &TroublePlace) -> String {
    match place.line {
        0 => place.file.clone(),
        line => format!("{}:{line}", place.file),
    }
}

fn summary(verification: &Verification) -> String {
    let Verification { units, systemd, .. } = verification;
    let files = counted(*units, "unit file");
    let by = match systemd {
        Some(version) => format!("verified {files} with systemd {}", visible(version)),
        None => format!("checked {files} without systemd-analyze"),
    };
    let [errors, warnings, notes] = counts(verification);
    format!(
        "{by}: {}, {}, {}",
        counted(errors, "error"),
        counted(warnings, "warning"),
        counted(notes, "note")
    )
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn counts(verification: &Verification) -> [usize; 3] {
    [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
        verification.found.iter().filter(|trouble| trouble.severity == severity).count()
    })
}

#[derive(Serialize)]
struct VerifyReport {
    version: u32,
    tool: VerifyTool,
    /// The version of systemd that verified the units.
    systemd: Option<String>,
    findings: Vec<JsonTrouble>,
    left_out: Vec<String>,
    summary: VerifySummary,
}

#[derive(Serialize)]
struct VerifyTool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct VerifySummary {
    unit_files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
}

#[derive(Serialize)]
struct JsonTrouble {
    severity: &'static str,
    check: &'static str,
    message: String,
    help: Option<String>,
    #[serde(flatten)]
    place: JsonPlace,
    also: Vec<JsonPlace>,
}

#[derive(Serialize)]
struct JsonPlace {
    job: Option<String>,
    /// The places of the stanzas: `app.conf:7`.
    stanzas: Vec<String>,
    /// The path in the overlay.
    unit: String,
    line: Option<usize>,
}

impl JsonPlace {
    fn of(place: &TroublePlace) -> Self {
        let TroublePlace { file, line, stanzas, job } = place;
        Self {
            job: job.as_deref().map(owned),
            stanzas: stanzas.iter().map(|stanza| owned(stanza)).collect(),
            unit: owned(file),
            line: (*line > 0).then_some(*line),
        }
    }
}

fn owned(text: &str) -> String {
    lossy(text).into_owned()
}

fn print_json(verification: &Verification, streams: &mut Streams<'_>) -> Status {
    let Verification { found, left_out, units, systemd } = verification;
    let findings = found.iter().map(|trouble| {
        let Trouble { severity, check, message, help, place, also } = trouble;
        JsonTrouble {
            severity: severity.name(),
            check,
            message: owned(message),
            help: help.as_deref().map(owned),
            place: JsonPlace::of(place),
            also: also.iter().map(JsonPlace::of).collect(),
        }
    });
    let [errors, warnings, notes] = counts(verification);
    let report = VerifyReport {
        version: 1,
        tool: VerifyTool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        systemd: systemd.clone(),
        findings: findings.collect(),
        left_out: left_out.iter().map(|left_out| owned(left_out)).collect(),
        summary: VerifySummary { unit_files: *units, errors, warnings, notes },
    };
    let mut out = Vec::new();
    if let Err(error) = write_json(&mut out, &report) {
        streams.error(&format!("cannot write JSON: {error}"));
        return Status::Bug;
    }
    out.push(b'\n');
    streams.print(&out)
}
