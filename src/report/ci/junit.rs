//! `JUnit`'s XML, with a suite for each file and a test for each rule that has findings in it.
//!
//! Services expect that the name of a test is unique in its suite, so the findings of a rule are
//! one failure. A file without findings is a test that passed. Notes do not fail a test, as they do
//! not fail the program unless that is asked for.

use std::collections::BTreeMap;

use crate::convert::Converted;
use crate::diagnostic::{Diagnostic, Severity};
use crate::report::prose::prose;
use crate::text::source::Sources;
use crate::text::visible::visible;

/// The findings in these files as one document. Each line ends with a newline.
pub fn junit(files: &[Converted]) -> String {
    let suites: Vec<Suite> = files.iter().map(Suite::of).collect();
    let tests: usize = suites.iter().map(|suite| suite.tests).sum();
    let failures: usize = suites.iter().map(|suite| suite.failures).sum();
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    out.push_str(&format!(
        "<testsuites{}{}{}>\n",
        attribute("name", env!("CARGO_PKG_NAME")),
        attribute("tests", &tests.to_string()),
        attribute("failures", &failures.to_string())
    ));
    out.extend(suites.into_iter().map(|suite| suite.text));
    out.push_str("</testsuites>\n");
    out
}

struct Suite {
    text: String,
    tests: usize,
    failures: usize,
}

impl Suite {
    fn of(file: &Converted) -> Self {
        let Converted { sources, conversion } = file;
        let mut by_rule: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
        for diagnostic in &conversion.diagnostics {
            by_rule.entry(diagnostic.rule.code).or_default().push(diagnostic);
        }
        let path = visible(&conversion.path);
        let mut cases: Vec<(String, bool)> =
            by_rule.values().map(|findings| case(&path, sources, findings)).collect();
        if cases.is_empty() {
            let (class, name) = (attribute("classname", &path), attribute("name", "no findings"));
            cases.push((format!("    <testcase{class}{name}/>\n"), false));
        }
        let failures = cases.iter().filter(|(_, failed)| *failed).count();
        let mut text = format!(
            "  <testsuite{}{}{}>\n",
            attribute("name", &path),
            attribute("tests", &cases.len().to_string()),
            attribute("failures", &failures.to_string())
        );
        let tests = cases.len();
        text.extend(cases.into_iter().map(|(text, _)| text));
        text.push_str("  </testsuite>\n");
        Self { text, tests, failures }
    }
}

/// The test for the findings of one rule in a file, and whether it failed.
fn case(path: &str, sources: &Sources, findings: &[&Diagnostic]) -> (String, bool) {
    let Some(first) = findings.first() else { return (String::new(), false) };
    let line = |diagnostic: &Diagnostic| {
        sources.get(diagnostic.span.origin).position(diagnostic.span.start).line
    };
    let texts: Vec<String> = findings
        .iter()
        .map(|found| {
            let file = visible(sources.get(found.span.origin).path());
            format!("{file}:{}: {}", line(found), prose(found).join("\n"))
        })
        .collect();
    let text = escape(&texts.join("\n\n"));
    let worst = findings.iter().map(|found| found.severity).max().unwrap_or(first.severity);
    let (inner, failed) = if worst > Severity::Note {
        let message = prose(first).into_iter().next().unwrap_or_default();
        let (kind, message) = (attribute("type", worst.name()), attribute("message", &message));
        (format!("      <failure{kind}{message}>{text}</failure>\n"), true)
    } else {
        (format!("      <system-out>{text}</system-out>\n"), false)
    };
    let case = format!(
        "    <testcase{}{}{}{}>\n{inner}    </testcase>\n",
        attribute("classname", path),
        attribute("name", &format!("{} {}", first.rule.code, first.rule.name)),
        attribute("file", &visible(sources.get(first.span.origin).path())),
        attribute("line", &line(first).to_string()),
    );
    (case, failed)
}

/// ` NAME="VALUE"`. All text of the document goes through here or through [`escape`].
fn attribute(name: &str, value: &str) -> String {
    format!(" {name}=\"{}\"", escape(value).replace('\n', "&#10;").replace('\t', "&#9;"))
}

/// Text for a document. Characters that XML 1.0 forbids, even as references (section 2.2,
/// production `Char`), are replaced.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(character),
            // A reader of XML would make a newline of it.
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            _ => out.push(character),
        }
    }
    out
}
