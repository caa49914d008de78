//! Advice about the names of stanzas, and about blocks without an end.

use super::values::{
    CONVERT_UTF_16, FOREIGN, SHELL_WORDS, TEMPLATES, broken, did_you_mean, form, is_assignment,
    is_binary, is_keyword, is_utf_16, listed, shown,
};
use crate::shell;
use crate::text::lines::rest_of_line;
use crate::text::source::{Span, Spanned};
use crate::text::suggestion::closest;
use crate::upstart::ast::{Process, Stanza};
use crate::upstart::parse::cursor::{Cursor, Rule};
use crate::upstart::parse::refusal::{ErrorKind, Refusal};
use crate::upstart::stanza_table;
use crate::upstart::stanza_table::OOM_SCORE;

pub(in crate::upstart::parse) fn unknown_second_keyword(
    keyword: &str,
    stanza: Span,
    found: &Cursor<'_>,
    combined: &[&'static str],
) -> Refusal {
    let (text, span) = (found.text(), found.span());
    let seconds: Vec<&'static str> =
        combined.iter().map(|both| both.rsplit(' ').next().unwrap_or(both)).collect();
    let refusal = ErrorKind::UnknownStanza
        .at(span, format!("`{keyword}` cannot be followed by `{}`", shown(text)))
        .label(format!("expected {}", listed(&seconds, " or ")));
    let unquoted = text.trim_matches(['"', '\'']);
    match (keyword, text) {
        _ if seconds.contains(&unquoted) => refusal.help("keywords are written without quotes").edit(span, unquoted),
        ("start", "script") => refusal.help("`start script` of old versions is `pre-start script` now").edit(stanza, "pre-start"),
        ("stop", "script") => refusal.help("`stop script` of old versions is `post-stop script` now").edit(stanza, "post-stop"),
        ("start" | "stop", "when" | "with" | "from") => refusal
            .help(format!("this is the language of Upstart before 0.3; write `{keyword} on EVENT`, with the names of events of today")),
        ("respawn", "unlimited") => refusal.help("`respawn limit unlimited` is meant").edit(span, "limit unlimited"),
        ("respawn", _) => match closest(text, seconds.iter().copied()) {
            Some(suggestion) => did_you_mean(refusal, span, suggestion),
            None => refusal
                .help("`respawn COMMAND` of old versions is two stanzas now: `respawn`, and `exec COMMAND` on a line of its own")
                .edit(
                    Span { start: stanza.end, end: span.start, ..span },
                    if matches!(text, "exec" | "script") { "\n" } else { "\nexec " },
                ),
        },
        _ => match closest(text, seconds.iter().copied()) {
            Some(suggestion) => did_you_mean(refusal, span, suggestion),
            None => refusal.help(form(keyword)),
        },
    }
}

/// The blanks after a backslash at the end of the line before, which therefore does not go on here
/// (libnih, `nih/config.c`, `nih_config_next_token()`).
fn blanks_after_backslash(before: &str, span: Span) -> Option<Span> {
    let line = before.strip_suffix('\n')?;
    let without = line.trim_end_matches([' ', '\t']);
    let is_one = line.len() > without.len() && without.ends_with('\\');
    is_one.then_some(Span { start: without.len(), end: line.len(), ..span })
}

fn ended_by_blanks(refusal: Refusal, blanks: Span) -> Refusal {
    let backslash = Span { start: blanks.start - 1, end: blanks.start, ..blanks };
    refusal
        .related(backslash, "this backslash continues nothing: a blank follows it, not a newline")
        .help("remove the blanks after the backslash")
        .edit(blanks, "")
}

pub(in crate::upstart::parse) fn unknown_stanza(
    node: &Cursor<'_>,
    previous: Option<&Spanned<Stanza>>,
) -> Refusal {
    let (whole, input) = (node.span(), node.input());
    let Some(word) = node.children().find(|part| part.rule() != Rule::rest) else {
        return ErrorKind::UnknownStanza.at(whole, "unknown stanza");
    };
    if word.rule() == Rule::broken_word {
        return broken("", &word);
    }
    let (text, span) = (word.text(), word.span());
    let line = rest_of_line(input, span.start);
    let refusal = ErrorKind::UnknownStanza.at(span, format!("unknown stanza `{}`", shown(text)));
    if whole.start < span.start {
        let refusal =
            refusal.label("a backslash at the beginning of a line makes what follows another word");
        return refusal
            .help("delete the backslash and its line")
            .edit(Span { end: span.start, ..whole }, "");
    }
    let refusal = refusal.label("not the name of a stanza");
    let before = input.get(..span.start).unwrap_or_default().trim_end_matches([' ', '\t']);
    if let Some(continued) = before.strip_suffix("\\\r\n") {
        let backslash = Span { start: continued.len(), end: continued.len() + 1, ..span };
        return refusal
            .related(
                backslash,
                "this backslash continues nothing: a carriage return follows it, not a newline",
            )
            .help("convert the line ends of the file, such as with `sed -i 's/\\r$//'`");
    }
    if let Some(blanks) = blanks_after_backslash(before, span) {
        return ended_by_blanks(refusal, blanks);
    }
    if let Some(document) = previous.and_then(|previous| ended_document(previous, text)) {
        return refusal
            .related(document, "this here-document was to go on up to here")
            .note("the script has ended at the line `end script`: init knows nothing of here-documents")
            .help("put a text that has such a line into a file of its own");
    }
    if let Some((_, help, replacement)) = FOREIGN.iter().find(|(known, ..)| *known == text) {
        let refusal = refusal.help(*help);
        return match replacement {
            Some(replacement) => refusal.edit(span, *replacement),
            None => refusal,
        };
    }
    let follows_condition = previous.filter(|previous| {
        matches!(previous.value, Stanza::StartOn(_) | Stanza::StopOn(_))
            && matches!(text, "and" | "or")
    });
    if let Some(condition) = follows_condition {
        let keyword = condition.value.keyword();
        return refusal
            .related(condition.span, "this condition ended with its line")
            .help(format!("put the whole condition in parentheses: {keyword} (... {text} ...)"));
    }
    if TEMPLATES.iter().any(|template| line.starts_with(template)) || text.contains("{{") {
        return refusal.help("this is a template: render it first, and convert what comes out");
    }
    if let Some(rest) = text.strip_prefix('\u{FEFF}') {
        let refusal = refusal.note(
            "the file begins with a byte order mark, which init takes for a part of the word",
        );
        return refusal
            .help("delete the byte order mark")
            .edit(Span { end: span.end - rest.len(), ..span }, "");
    }
    if is_utf_16(input) {
        return refusal.help(CONVERT_UTF_16);
    }
    if is_binary(line) {
        return refusal.help("a job is a text file, and this looks like a binary one");
    }
    if text == "end" {
        return refusal.help("this ends a script that no `script` begins: look for a `pre-start` or the like without `script` above, or an `end script` too many");
    }
    if text.starts_with('[') && text.ends_with(']') {
        return refusal
            .help("this looks like a unit of systemd or an INI file, not like a job of Upstart");
    }
    let unquoted = text.trim_matches(['"', '\'']);
    if unquoted != text && is_keyword(unquoted) {
        return refusal.help("keywords are written without quotes").edit(span, unquoted);
    }
    let name = text.trim_end_matches([':', '=', ';', ',']);
    if let Some(suggestion) =
        split_keyword(name).or_else(|| closest(name, stanza_table::first_words()))
    {
        return did_you_mean(refusal, span, suggestion);
    }
    if is_assignment(text) {
        return refusal
            .help("variables of the environment are set with `env`")
            .edit(Span { end: span.start, ..span }, "env ");
    }
    if SHELL_WORDS.contains(&text) || text.starts_with('/') {
        return refusal.help("commands belong after `exec`, or between `script` and `end script`");
    }
    refusal.help("begin the line with a stanza, such as `exec` or `env`; commands belong after `exec` or in a script, prose after `#`")
}

/// The here-document with this delimiter that is cut by the end of a script.
fn ended_document(script: &Spanned<Stanza>, delimiter: &str) -> Option<Span> {
    let Stanza::Process(_, process @ Process::Script { text, .. }) = &script.value else {
        return None;
    };
    let open = shell::open_document(&text.value, &shell::read(&text.value))?;
    (open.delimiter == delimiter).then(|| process.place(&open.announced))
}

/// The two keywords that were written as one word.
fn split_keyword(word: &str) -> Option<&'static str> {
    let letters = |text: &str| {
        text.bytes()
            .filter(u8::is_ascii_alphabetic)
            .map(|byte| byte.to_ascii_lowercase())
            .collect::<Vec<_>>()
    };
    let joined = letters(word);
    stanza_table::stock()
        .chain([&OOM_SCORE])
        .map(|row| row.keyword)
        .find(|known| known.contains([' ', '-']) && letters(known) == joined)
}

pub(in crate::upstart::parse) fn stray_continuation(span: Span) -> Refusal {
    ErrorKind::ExpectedToken
        .at(span, "a backslash where a stanza should begin")
        .label("continues nothing")
        .help("delete it")
        .edit(span, "")
}

/// A block without an end. `rest` is the text after `script` in the file.
pub(in crate::upstart::parse) fn unterminated_block(
    keyword: Span,
    rest: Option<&Cursor<'_>>,
) -> Refusal {
    let refusal = ErrorKind::UnterminatedBlock
        .at(keyword, "this script is never ended")
        .label("no `end script` follows");
    let mut at = rest.map_or(keyword.end, |rest| rest.span().start);
    for line in rest.map_or("", Cursor::text).split_inclusive('\n') {
        let (start, text) = (at + line.len() - line.trim_start().len(), line.trim());
        at += line.len();
        if is_nearly_block_end(text) {
            let near = Span { start, end: start + text.len(), ..keyword };
            return refusal
                .related(near, "this does not end it")
                .help("the line has to read `end script` and nothing else")
                .edit(near, "end script");
        }
    }
    refusal.help("write `end script` on a line of its own after the script")
}

fn is_nearly_block_end(line: &str) -> bool {
    let words: String = line
        .bytes()
        .filter(u8::is_ascii_alphabetic)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    line.len() < 24
        && matches!(
            words.as_str(),
            "endscript"
                | "endscripts"
                | "endprestart"
                | "endpoststart"
                | "endprestop"
                | "endpoststop"
                | "endexec"
                | "endscrpit"
                | "endscipt"
        )
}
