//! Code quality reports of GitLab: <https://docs.gitlab.com/ci/testing/code_quality/>, "Code
//! Quality report format".

use std::borrow::Cow;

use serde::Serialize;

use crate::convert::Converted;
use crate::diagnostic::fingerprint::Occurrences;
use crate::diagnostic::{Rule, Severity};
use crate::report::escape::json_of;
use crate::report::prose::prose;
use crate::text::bytes::lossy;

#[derive(Serialize)]
struct Violation<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: ViolationPlace<'a>,
}

#[derive(Serialize)]
struct ViolationPlace<'a> {
    path: Cow<'a, str>,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

/// The findings as one list, on one line without a newline.
pub fn gitlab(files: &[Converted]) -> serde_json::Result<String> {
    let mut occurrences = Occurrences::default();
    let mut violations = Vec::new();
    for Converted { sources, conversion } in files {
        for diagnostic in &conversion.diagnostics {
            let source = sources.get(diagnostic.span.origin);
            let message = prose(diagnostic).into_iter().next().unwrap_or_default();
            violations.push(Violation {
                description: format!("{}: {message}", diagnostic.rule.code),
                check_name: diagnostic.rule.name,
                fingerprint: occurrences.next(sources, diagnostic),
                severity: severity(diagnostic.rule, diagnostic.severity),
                location: ViolationPlace {
                    path: relative(lossy(source.path())),
                    lines: Lines { begin: source.position(diagnostic.span.start).line },
                },
            });
        }
    }
    json_of(&violations)
}

fn severity(rule: &Rule, severity: Severity) -> &'static str {
    match severity {
        // init refuses the whole job.
        Severity::Error if rule.is_of_refusal() => "blocker",
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Note => "info",
    }
}

/// GitLab links a path only if it begins with a name in the repository.
fn relative(path: Cow<'_, str>) -> Cow<'_, str> {
    if !path.starts_with("./") {
        return path;
    }
    let mut rest: &str = &path;
    while let Some(below) = rest.strip_prefix("./") {
        rest = below.trim_start_matches('/');
    }
    Cow::Owned(rest.to_owned())
}
