//! Annotations for the log of a workflow on GitHub.

use crate::diagnostic::{Diagnostic, Severity};
use crate::report::prose::prose;
use crate::text::source::Sources;
use crate::text::visible::visible;

/// Formats a diagnostic as `::warning title=...,file=...,line=...::message`, without a newline.
pub fn github(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let Diagnostic {
        rule,
        severity,
        span,
        message: _,
        label: _,
        related: _,
        elsewhere: _,
        notes: _,
        help: _,
        edits: _,
        without_unit: _,
    } = diagnostic;
    let command = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let source = sources.get(span.origin);
    let (start, end) = source.ends(*span);
    // GitHub rejects columns for a range of several lines.
    let (end_line, columns) = if end.line == start.line {
        (end.line, format!(",col={},endColumn={}", start.column, end.column))
    } else {
        // A range that ends with a newline does not include the next line.
        (if end.column == 1 { end.line - 1 } else { end.line }, String::new())
    };
    let title = property(&format!("{} {}", rule.code, rule.name));
    let file = property(&visible(source.path()));
    let message = data(&prose(diagnostic).join("\n"));
    format!(
        "::{command} title={title},file={file},line={},endLine={end_line}{columns}::{message}",
        start.line
    )
}

/// Escapes the message of a command. There is no escape for a tab.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A").replace('\t', " ")
}

/// Escapes the value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Rule;
    use crate::text::source::{Origin, Source, Span};

    static ERROR: Rule = Rule::sample("U003", "unknown-word", Severity::Error);
    static NOTE: Rule = Rule::sample("U210", "author-dropped", Severity::Note);

    fn sources(path: &str, text: &str) -> Sources {
        Sources { conf: Source::new(path, text.into()), overriding: None }
    }

    fn said(rule: &'static Rule, start: usize, end: usize) -> String {
        github(
            &sources("demo.conf", "é one\ntwo\nthree\n"),
            &rule.at(Span::new(Origin::Conf, start..end), "found"),
        )
    }

    #[test]
    fn a_part_of_a_line_has_columns_and_several_lines_have_none() {
        let head = "title=U210 author-dropped,file=demo.conf";
        assert_eq!(
            said(&NOTE, 3, 6),
            format!("::notice {head},line=1,endLine=1,col=3,endColumn=6::found")
        );
        assert_eq!(said(&NOTE, 3, 9), format!("::notice {head},line=1,endLine=2::found"));
        assert_eq!(said(&NOTE, 7, 11), format!("::notice {head},line=2,endLine=2::found"));
        assert_eq!(
            said(&NOTE, 9, 2),
            format!("::notice {head},line=2,endLine=2,col=3,endColumn=3::found")
        );
    }

    #[test]
    fn what_ends_a_command_is_escaped() {
        let sources = sources("a:b,c%.conf", "x\n");
        let diagnostic = ERROR
            .at(Span::new(Origin::Conf, 0..1), "100%: a, b\n::error::c")
            .note("one\ntwo\t2")
            .help("delete it");
        assert_eq!(
            github(&sources, &diagnostic),
            "::error title=U003 unknown-word,file=a%3Ab%2Cc%25.conf,line=1,endLine=1,col=1,endColumn=2::\
             100%25: a, b␊::error::c%0Anote: one%0Atwo 2%0Ahelp: delete it"
        );
    }
}
