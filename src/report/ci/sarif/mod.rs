//! The results of a run as SARIF 2.1.0, in the form that GitHub's code scanning accepts: it lists
//! all rules, not only those with findings, and it has no empty texts and no fixes without a
//! change, which make GitHub reject the whole file.

mod descriptor;
mod uri;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::convert::Converted;
use crate::diagnostic::fingerprint::Occurrences;
use crate::diagnostic::{Diagnostic, Edit, Rule};
use crate::report::escape::json_of;
use crate::report::prose::prose;
use crate::text::bytes::lossy;
use crate::text::source::{Source, Sources, Span};
use crate::text::visible::visible;
use descriptor::{Descriptor, descriptor};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: SarifTool,
    column_kind: &'static str,
    artifacts: Vec<Artifact>,
    results: Vec<SarifResult>,
}

#[derive(Serialize)]
struct SarifTool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
struct Artifact {
    location: ArtifactLocation,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: SarifText,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<[Fix; 1]>,
}

/// The program's own key. The action that uploads the file adds `primaryLocationLineHash` itself
/// and complains if that key exists.
#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "upstart2systemd/v1")]
    own: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    /// Set where two locations would otherwise be equal, which SARIF forbids.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    place: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<SarifText>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: SarifRegion,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRegion {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<SarifText>,
    artifact_changes: Vec<ArtifactChange>,
    properties: FixProperties,
}

#[derive(Serialize)]
struct FixProperties {
    /// As in the JSON report. SARIF has no property for it.
    safe: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<SarifReplacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifReplacement {
    deleted_region: SarifRegion,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<SarifText>,
}

#[derive(Serialize)]
struct SarifText {
    text: String,
}

impl SarifText {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// Returns `None` for an empty text.
    fn some(text: &str) -> Option<Self> {
        (!text.trim().is_empty()).then(|| Self::new(text))
    }
}

/// The log of a run over these files, on one line without a newline. `rules` lists all rules of the
/// program.
pub fn sarif(files: &[Converted], rules: &[&Rule]) -> serde_json::Result<String> {
    let indices: BTreeMap<&str, usize> =
        rules.iter().enumerate().map(|(index, rule)| (rule.code, index)).collect();
    let mut occurrences = Occurrences::default();
    let mut results = Vec::new();
    for Converted { sources, conversion } in files {
        for diagnostic in &conversion.diagnostics {
            let own = occurrences.next(sources, diagnostic);
            results.push(finding(
                sources,
                diagnostic,
                indices.get(diagnostic.rule.code).copied(),
                Fingerprints { own },
            ));
        }
    }
    let driver = Driver {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: concat!("https://docs.rs/crate/", env!("CARGO_PKG_NAME")),
        rules: rules.iter().map(|rule| descriptor(rule)).collect(),
    };
    let run = Run {
        tool: SarifTool { driver },
        column_kind: "unicodeCodePoints",
        artifacts: artifacts(files),
        results,
    };
    json_of(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
}

/// The files that were read, without duplicates.
fn artifacts(files: &[Converted]) -> Vec<Artifact> {
    let sources = files
        .iter()
        .flat_map(|file| std::iter::once(&file.sources.conf).chain(&file.sources.overriding));
    let uris: BTreeSet<String> = sources.map(|source| uri::reference(source.path())).collect();
    uris.into_iter().map(|uri| Artifact { location: ArtifactLocation { uri } }).collect()
}

fn finding(
    sources: &Sources,
    diagnostic: &Diagnostic,
    rule_index: Option<usize>,
    partial_fingerprints: Fingerprints,
) -> SarifResult {
    let Diagnostic {
        rule,
        severity,
        span,
        message: _,
        label,
        related,
        elsewhere,
        notes: _,
        help,
        edits,
        without_unit: _,
    } = diagnostic;
    let related = related
        .iter()
        .map(|(span, label)| (sources, *span, label))
        .chain(elsewhere.iter().map(|(place, label)| (place.sources.as_ref(), place.span, label)));
    SarifResult {
        rule_id: rule.code,
        rule_index,
        level: severity.name(),
        message: SarifText::new(prose(diagnostic).join("\n")),
        locations: [location(sources, *span, None, label.as_deref().unwrap_or_default())],
        related_locations: related
            .enumerate()
            .map(|(at, (sources, span, label))| location(sources, span, Some(at + 1), label))
            .collect(),
        partial_fingerprints,
        fixes: fix(sources, edits, help.as_deref()).map(|fix| [fix]),
    }
}

fn location(sources: &Sources, span: Span, id: Option<usize>, label: &str) -> Location {
    let source = sources.get(span.origin);
    Location {
        id,
        place: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri::reference(source.path()) },
            region: region(source, span),
        },
        message: SarifText::some(&visible(label)),
    }
}

fn region(source: &Source, span: Span) -> SarifRegion {
    let (start, end) = source.ends(span);
    SarifRegion {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

fn fix(sources: &Sources, edits: &[Edit], help: Option<&str>) -> Option<Fix> {
    let mut changes: BTreeMap<String, Vec<SarifReplacement>> = BTreeMap::new();
    for Edit { span, text, safe: _ } in edits {
        let source = sources.get(span.origin);
        changes.entry(uri::reference(source.path())).or_default().push(SarifReplacement {
            deleted_region: region(source, *span),
            inserted_content: (!text.is_empty()).then(|| SarifText::new(lossy(text))),
        });
    }
    let change = |(uri, replacements)| ArtifactChange {
        artifact_location: ArtifactLocation { uri },
        replacements,
    };
    (!changes.is_empty()).then(|| Fix {
        description: SarifText::some(
            &help.unwrap_or_default().lines().map(visible).collect::<Vec<_>>().join("\n"),
        ),
        artifact_changes: changes.into_iter().map(change).collect(),
        properties: FixProperties { safe: edits.iter().all(|edit| edit.safe) },
    })
}
