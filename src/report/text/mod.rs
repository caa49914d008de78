//! A diagnostic in the form of rustc.
//!
//! `annotate-snippets` draws the lines and the marks below them. It panics on invalid spans and
//! does not know where an excerpt was cut, so it is given only what the module `excerpt` has
//! prepared.

mod change;
mod excerpt;
mod fleet_text;
mod same_line;

use annotate_snippets::renderer::{
    DEFAULT_ADDITION_STYLE, DEFAULT_EMPHASIS_STYLE, DEFAULT_ERROR_STYLE, DEFAULT_HELP_STYLE,
    DEFAULT_LINE_NUM_STYLE, DEFAULT_NOTE_STYLE, DEFAULT_REMOVAL_STYLE, DEFAULT_WARNING_STYLE,
};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Edit, Rule, Severity, ShellCheckCode};
use crate::text::source::{Origin, Place, Source, Sources};
use crate::text::visible::visible;
use change::ChangedRow;
use excerpt::{Excerpt, Mark, excerpts};

pub use fleet_text::{fleet_text, variant_diff};
pub use same_line::same_line;

/// Whether the text contains colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Without escape sequences.
    Plain,
    /// With the escape sequences for colours.
    Coloured,
}

impl Paint {
    fn paint(self, style: anstyle::Style, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Coloured => format!("{style}{text}{style:#}"),
        }
    }
}

/// Wide enough that the renderer never trims a line; long lines are cut before.
const WIDTH: usize = 10_000;

/// Formats findings of one line, which is shown once below their messages. If they are of several
/// rules, the code is in the label of the mark, and comes before a note.
pub fn text_of_line(sources: &Sources, diagnostics: &[&Diagnostic], style: Paint) -> String {
    let (first, rest) = match diagnostics {
        [] => return String::new(),
        [only] => return text(sources, only, style),
        [first, rest @ ..] => (*first, rest),
    };
    let code = |found: &Diagnostic| match ShellCheckCode::of(found) {
        Some(code) => code.to_string(),
        None => found.rule.code.to_owned(),
    };
    let is_one_rule = rest.iter().all(|other| code(other) == code(first));
    let label = |found: &Diagnostic| match (&found.label, is_one_rule) {
        (label, true) => label.clone().unwrap_or_default(),
        (None, false) => code(found),
        (Some(label), false) => format!("{}: {label}", code(found)),
    };
    let severity = rest.iter().map(|found| found.severity).fold(first.severity, Ord::max);
    let mut joined = Diagnostic { severity, label: Some(label(first)), ..first.clone() };
    joined.related = rest.iter().map(|found| (found.span, label(found))).collect();
    let pictures = pictures(sources, &joined, style);
    let gutter = Gutter { width: gutter_width(&pictures, &[]), style };

    let mut headings: Vec<String> = Vec::new();
    let mut remarks: Vec<(&str, String)> = Vec::new();
    for found in diagnostics {
        let heading = heading(found.rule, found.severity, &found.message, style);
        if !headings.contains(&heading) {
            headings.push(heading);
        }
        let notes = found.notes.iter().map(|note| ("note", note));
        for (kind, remark) in notes.chain(found.help.iter().map(|help| ("help", help))) {
            let remark =
                if is_one_rule { remark.clone() } else { format!("{}: {remark}", code(found)) };
            if !remarks.iter().any(|(_, other)| *other == remark) {
                remarks.push((kind, remark));
            }
        }
    }
    let mut out = headings.concat();
    for (at, picture) in pictures.iter().enumerate() {
        picture.push_to(&mut out, &gutter, at > 0);
    }
    if !remarks.is_empty() && pictures.iter().any(|picture| picture.lines.is_some()) {
        gutter.push_bar(&mut out);
    }
    for (kind, remark) in &remarks {
        gutter.push_remark(&mut out, kind, remark);
    }
    out
}

/// Formats a diagnostic with the lines that it refers to. Each line ends with a newline. Any span
/// and any text is allowed.
pub fn text(sources: &Sources, diagnostic: &Diagnostic, style: Paint) -> String {
    let Diagnostic {
        rule,
        severity,
        span,
        message,
        label: _,
        related: _,
        elsewhere: _,
        notes,
        help,
        edits,
        without_unit: _,
    } = diagnostic;
    let pictures = pictures(sources, diagnostic, style);
    let changes: Vec<(&Source, Vec<ChangedRow>)> = [Origin::Conf, Origin::Override]
        .into_iter()
        .map(|origin| {
            let edits: Vec<&Edit> =
                edits.iter().filter(|edit| edit.span.origin == origin).collect();
            (sources.get(origin), change::rows(sources.get(origin), &edits))
        })
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let gutter = Gutter { width: gutter_width(&pictures, &changes), style };

    let mut out = heading(rule, *severity, message, style);
    for (at, picture) in pictures.iter().enumerate() {
        picture.push_to(&mut out, &gutter, at > 0);
    }
    let has_change = !changes.is_empty();
    let help_line = help.iter().filter(|_| !has_change).map(|help| ("help", help));
    let remarks: Vec<(&str, &String)> =
        notes.iter().map(|note| ("note", note)).chain(help_line).collect();
    if pictures.iter().any(|picture| picture.lines.is_some()) && (has_change || !remarks.is_empty())
    {
        gutter.push_bar(&mut out);
    }
    for (kind, remark) in remarks {
        gutter.push_remark(&mut out, kind, remark);
    }
    if has_change {
        // That init reads the job again is what the finding is about.
        let all_safe = rule.is_of_refusal() || edits.iter().all(|edit| edit.safe);
        push_changes(
            &mut out,
            &gutter,
            help.as_deref(),
            all_safe,
            &changes,
            sources.get(span.origin).path(),
        );
    }
    out
}

/// `warning[U141] no-stop-on: MESSAGE`. The code is written as in the concise format, so that one
/// search finds it in both.
fn heading(rule: &Rule, severity: Severity, message: &str, style: Paint) -> String {
    let head = format!("{}[{}]", severity.name(), visible(rule.code));
    let title = format!(" {}: {}", visible(rule.name), visible(message));
    format!(
        "{}{}\n",
        style.paint(severity_style(severity), &head),
        style.paint(DEFAULT_EMPHASIS_STYLE, &title)
    )
}

/// The rendered excerpt of a source.
struct Picture {
    /// `path:line:column`
    place: String,
    /// `None` if the source is empty.
    lines: Option<Drawn>,
}

struct Drawn {
    text: String,
    /// The number of columns that the renderer used for line numbers.
    width: usize,
}

fn pictures(sources: &Sources, diagnostic: &Diagnostic, style: Paint) -> Vec<Picture> {
    let Diagnostic {
        rule: _,
        severity,
        span,
        message: _,
        label,
        related,
        elsewhere,
        notes: _,
        help: _,
        edits: _,
        without_unit: _,
    } = diagnostic;
    let other = match span.origin {
        Origin::Conf => Origin::Override,
        Origin::Override => Origin::Conf,
    };
    let mut pictures = Vec::new();
    for origin in [span.origin, other] {
        let primary = (span.origin == origin).then(|| Mark {
            range: span.range(),
            label: label.as_deref().map(visible),
            primary: true,
        });
        let related =
            related.iter().filter(|(span, _)| span.origin == origin).map(|(span, label)| Mark {
                range: span.range(),
                label: Some(visible(label)),
                primary: false,
            });
        let source = sources.get(origin);
        let path = visible(source.path());
        if source.text().is_empty() {
            pictures.extend(primary.map(|_| Picture { place: path, lines: None }));
            continue;
        }
        for excerpt in excerpts(source, primary.into_iter().chain(related).collect()) {
            let (line, column) = excerpt.position;
            pictures.push(Picture {
                place: format!("{path}:{line}:{column}"),
                lines: Some(draw(excerpt, *severity, style)),
            });
        }
    }
    for (Place { sources, span }, label) in elsewhere {
        let source = sources.get(span.origin);
        let mark = Mark { range: span.range(), label: Some(visible(label)), primary: false };
        for excerpt in excerpts(source, vec![mark]) {
            let (line, column) = excerpt.position;
            let place = format!("{}:{line}:{column}", visible(source.path()));
            pictures.push(Picture { place, lines: Some(draw(excerpt, *severity, style)) });
        }
    }
    pictures
}

fn draw(excerpt: Excerpt, severity: Severity, style: Paint) -> Drawn {
    let Excerpt { first_line, text, marks, position: _ } = excerpt;
    let annotations = marks.into_iter().map(|Mark { range, label, primary }| {
        let kind = if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        kind.span(range).label(label.filter(|label| !label.is_empty()))
    });
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let renderer = match style {
        Paint::Plain => Renderer::plain(),
        Paint::Coloured => Renderer::styled(),
    };
    let snippet = Snippet::source(text).line_start(first_line).annotations(annotations);
    let text = renderer.term_width(WIDTH).render(&[Group::with_level(level).element(snippet)]);
    // The first row has only the bar, one column after the line numbers.
    let width = text.bytes().take_while(|&byte| byte == b' ').count().saturating_sub(1);
    Drawn { text, width }
}

impl Picture {
    fn push_to(&self, out: &mut String, gutter: &Gutter, follows: bool) {
        let arrow = if follows { "::: " } else { "--> " };
        if follows {
            gutter.push_bar(out);
        }
        out.push_str(&format!(
            "{}{}{}\n",
            " ".repeat(gutter.width),
            gutter.style.paint(DEFAULT_LINE_NUM_STYLE, arrow),
            self.place
        ));
        for line in
            self.lines.iter().flat_map(|drawn| drawn.text.lines().map(|line| (line, drawn.width)))
        {
            let (line, width) = line;
            out.push_str(&" ".repeat(gutter.width.saturating_sub(width)));
            out.push_str(line);
            out.push('\n');
        }
    }
}

fn gutter_width(pictures: &[Picture], changes: &[(&Source, Vec<ChangedRow>)]) -> usize {
    let drawn =
        pictures.iter().filter_map(|picture| picture.lines.as_ref()).map(|drawn| drawn.width);
    let in_rows = changes
        .iter()
        .flat_map(|(_, rows)| rows)
        .filter_map(ChangedRow::line)
        .map(|line| line.to_string().len());
    drawn.chain(in_rows).max().unwrap_or_default().max(1)
}

/// The columns that contain the line numbers.
struct Gutter {
    width: usize,
    style: Paint,
}

impl Gutter {
    fn push_bar(&self, out: &mut String) {
        out.push_str(&format!(
            "{} {}\n",
            " ".repeat(self.width),
            self.style.paint(DEFAULT_LINE_NUM_STYLE, "|")
        ));
    }

    /// Appends a note or a help text, which may have several lines.
    fn push_remark(&self, out: &mut String, kind: &str, remark: &str) {
        let indent = " ".repeat(self.width);
        let (sign, kind_shown) = (
            self.style.paint(DEFAULT_LINE_NUM_STYLE, "="),
            self.style.paint(DEFAULT_EMPHASIS_STYLE, kind),
        );
        for (at, line) in remark.lines().map(visible).enumerate() {
            if at == 0 {
                out.push_str(&format!("{indent} {sign} {kind_shown}: {line}\n"));
            } else {
                out.push_str(&format!("{indent}   {} {line}\n", " ".repeat(kind.len() + 1)));
            }
        }
    }

    fn push_row(&self, out: &mut String, row: &ChangedRow) {
        let (line, sign, text, style) = match row {
            ChangedRow::Removed { line, text } => (line, "- ", text, DEFAULT_REMOVAL_STYLE),
            ChangedRow::Added { line, text } => (line, "+ ", text, DEFAULT_ADDITION_STYLE),
            ChangedRow::Gap => {
                out.push_str("...\n");
                return;
            }
        };
        let number = self
            .style
            .paint(DEFAULT_LINE_NUM_STYLE, &format!("{line:>width$}", width = self.width));
        let shown = format!("{sign}{}", text.replace('\t', "    "));
        out.push_str(&format!("{number} {}\n", self.style.paint(style, shown.trim_end())));
    }
}

fn push_changes(
    out: &mut String,
    gutter: &Gutter,
    help: Option<&str>,
    safe: bool,
    changes: &[(&Source, Vec<ChangedRow>)],
    shown_path: &str,
) {
    let mut help = help.unwrap_or("change it so").lines().map(visible);
    let kind = gutter.style.paint(DEFAULT_HELP_STYLE, "help");
    let caution = if safe { "" } else { " (this changes what the job does)" };
    out.push_str(&format!("{kind}: {}{caution}\n", help.next().unwrap_or_default()));
    for line in help {
        out.push_str(&format!("      {line}\n"));
    }
    for (source, rows) in changes {
        if source.path() != shown_path {
            let arrow = gutter.style.paint(DEFAULT_LINE_NUM_STYLE, "--> ");
            out.push_str(&format!(
                "{}{arrow}{}\n",
                " ".repeat(gutter.width),
                visible(source.path())
            ));
        }
        gutter.push_bar(out);
        for row in rows {
            gutter.push_row(out, row);
        }
    }
}

pub(super) fn severity_style(severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Error => DEFAULT_ERROR_STYLE,
        Severity::Warning => DEFAULT_WARNING_STYLE,
        Severity::Note => DEFAULT_NOTE_STYLE,
    }
}
