//! The message for each refusal: the cause, and the repair if it is known.

use crate::text::bytes::{encode, lossy};
use crate::text::lines::rest_of_line;
use crate::text::list;
use crate::text::source::{Span, SpannedWord};
use crate::text::suggestion::closest;
use crate::upstart::parse::cursor::{Cursor, Rule};
use crate::upstart::parse::refusal::{ErrorKind, Refusal};
use crate::upstart::signal::Signal;
use crate::upstart::stanza_table;

/// The form of a stanza, or of all stanzas that begin with the word.
pub(super) fn form(keyword: &str) -> String {
    let rows = match stanza_table::find(keyword) {
        Some(row) => vec![row],
        None => stanza_table::beginning_with(keyword),
    };
    let forms: Vec<&str> = rows.iter().map(|row| row.form).collect();
    let form = if forms.is_empty() { format!("{keyword} VALUE") } else { list::or(&forms) };
    format!("the form is: {form}")
}

pub(super) fn is_keyword(word: &str) -> bool {
    stanza_table::first_words().any(|known| known == word)
}

/// A short form of source text for a message.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.split('\n').next().unwrap_or_default();
    let mut short: String = lossy(line)
        .chars()
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .take(LONGEST)
        .collect();
    if short.len() < line.len() && line.chars().count() > LONGEST {
        short.push_str("...");
    }
    short
}

pub(super) fn listed(known: &[&str], separator: &str) -> String {
    known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(separator)
}

pub(super) fn did_you_mean(refusal: Refusal, span: Span, suggestion: &str) -> Refusal {
    refusal.help(format!("did you mean `{suggestion}`?")).edit(span, suggestion)
}

pub(in crate::upstart::parse) fn missing_word(keyword: &str, span: Span, input: &str) -> Refusal {
    let refusal = ErrorKind::ExpectedToken.at(span, format!("`{keyword}` is not complete")).help(
        match keyword {
            "limit" => format!("{}; the same value may stand for both", form(keyword)),
            _ => form(keyword),
        },
    );
    let rest = input.get(span.end..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
    if rest[blanks..].starts_with('#') {
        let comment = Span { start: span.end + blanks, end: span.end + blanks + 1, ..span };
        return refusal
            .label("something has to follow")
            .related(comment, "the rest of the line is a comment");
    }
    refusal.label("something has to follow on this line")
}

pub(in crate::upstart::parse) fn empty_quotes(
    keyword: &str,
    keyword_span: Span,
    quotes: Span,
) -> Refusal {
    let refusal = ErrorKind::ExpectedToken
        .at(quotes, format!("empty argument of `{keyword}`"))
        .label("nothing between the quotes");
    if matches!(keyword, "description" | "author" | "version" | "usage") {
        refusal.help("delete the stanza, or write a text").edit(keyword_span.to(quotes), "")
    } else {
        refusal.help(format!("{}; an argument cannot be empty", form(keyword)))
    }
}

/// A word after a complete stanza. The last word of the stanza is `last`.
pub(in crate::upstart::parse) fn extra_word(
    keyword: &str,
    stanza: Span,
    last: Span,
    extra: &Cursor<'_>,
) -> Refusal {
    let (input, start) = (extra.input(), extra.span().start);
    let text = extra.text().split('\n').next().unwrap_or_default();
    let span = Span { end: start + text.len(), ..last };
    let refusal = ErrorKind::UnexpectedToken
        .at(
            Span { start, ..span },
            format!("unexpected `{}` after a complete `{keyword}`", shown(text)),
        )
        .label("the line has to end before this");
    match keyword {
        "env" if is_assignment(text) => refusal
            .help("write each variable in an `env` stanza of its own")
            .edit(Span { start: last.end, end: start, ..last }, "\nenv "),
        "env" => {
            let refusal =
                refusal.help("put quotes around a value of several words: env KEY=\"two words\"");
            let line = rest_of_line(input, last.start).trim_end();
            match line.find('=') {
                Some(equals) if !line.contains(['"', '\'', '\\', '#']) => {
                    let value = Span {
                        start: last.start + equals + 1,
                        end: last.start + line.len(),
                        ..last
                    };
                    refusal.edit(value, format!("\"{}\"", &line[equals + 1..]))
                }
                _ => refusal,
            }
        }
        "description" | "author" | "version" | "usage" => {
            let refusal = refusal.help("put quotes around a text of several words");
            match prose(keyword, last, input) {
                Some((text, quoted)) => refusal.edit(text, quoted),
                None => refusal,
            }
        }
        "script" => {
            refusal.help("begin the script on the next line, or write `exec` for a single command")
        }
        "task" | "respawn" => {
            refusal.help(format!("{}; a new stanza begins on a new line", form(keyword)))
        }
        "limit" | "kill timeout" | "kill signal" | "reload signal" | "respawn limit" | "cgroup" => {
            refusal.help(form(keyword))
        }
        _ => refusal
            .help(format!(
                "{}; put quotes around an argument with blanks, and a new stanza on a new line",
                form(keyword)
            ))
            .related(stanza, "this stanza is complete"),
    }
}

pub(super) fn is_assignment(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or_default();
    name.len() < word.len()
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A token without an end. `whole` contains the defect.
pub(in crate::upstart::parse) fn broken(keyword: &str, whole: &Cursor<'_>) -> Refusal {
    let Some(defect) = whole.children().last() else {
        return ErrorKind::UnterminatedQuote.at(whole.span(), "this does not end");
    };
    let span = defect.span();
    if defect.rule() == Rule::trailing_backslash {
        return ErrorKind::TrailingBackslash
            .at(span, "the file ends with a backslash")
            .label("nothing follows that it could continue with")
            .help("delete it")
            .edit(span, "");
    }
    let quote = Span { end: span.start + 1, ..span };
    let inside_word = whole
        .input()
        .get(..span.start)
        .is_some_and(|before| before.ends_with(char::is_alphanumeric));
    if !defect.text().starts_with('\'') || !inside_word {
        return ErrorKind::UnterminatedQuote
            .at(quote, "this quotation mark is never closed")
            .label("the quoted text reaches to the end of the file")
            .help("close the quotes; a backslash before the closing quote, in either kind of quotes, keeps them open");
    }
    let refusal = ErrorKind::UnterminatedQuote
        .at(quote, "this apostrophe begins a quoted text that is never closed")
        .label("taken for an opening quote")
        .help("put the text with the apostrophe in double quotes");
    match prose(keyword, whole.span(), whole.input()) {
        Some((text, quoted)) => refusal.edit(text, quoted),
        None => refusal,
    }
}

/// The rest of the line from `start` on, and the same text in quotes, if it is text for people that
/// can be quoted without changes.
fn prose(keyword: &str, start: Span, input: &str) -> Option<(Span, String)> {
    let text = rest_of_line(input, start.start).trim_end();
    let quotable = matches!(keyword, "description" | "author" | "version" | "usage")
        && !text.contains(['"', '\\', '#']);
    quotable.then(|| (Span { end: start.start + text.len(), ..start }, format!("\"{text}\"")))
}

pub(in crate::upstart::parse) fn unknown_choice(
    keyword: &str,
    word: &SpannedWord,
    known: &[&'static str],
) -> Refusal {
    let value = &word.value;
    let what = match keyword {
        "limit" => "resource",
        _ => "mode",
    };
    let refusal = ErrorKind::UnknownStanza
        .at(word.span, format!("unknown {what} `{}` of `{keyword}`", shown(value)))
        .label(format!("not one of {}", list::quoted(known)));
    match (keyword, value.as_str()) {
        ("console", "logged") => refusal
            .help("`console logged` of old versions is `console log` now")
            .edit(word.span, "log"),
        ("console", "default") => {
            refusal.help("delete the stanza: without it the default of init is used")
        }
        ("expect", "forking") => did_you_mean(refusal, word.span, "fork"),
        ("expect", "dbus" | "notify") => refusal.help(
            "init cannot wait for that: `expect stop` waits until the process raises SIGSTOP",
        ),
        ("limit", "locks" | "rttime") => {
            refusal.help("init has no stanza for this limit; set it in a script with `ulimit`")
        }
        _ => match closest(value, known.iter().copied()) {
            Some(suggestion) => did_you_mean(refusal, word.span, suggestion),
            None => refusal.help(form(keyword)),
        },
    }
}

pub(in crate::upstart::parse) fn illegal_value(
    kind: ErrorKind,
    keyword: &str,
    word: &SpannedWord,
    expected: &str,
) -> Refusal {
    let value = word.value.as_str();
    let refusal = kind
        .at(word.span, format!("illegal value `{}` of `{keyword}`", shown(value)))
        .label(format!("expected {expected}"));
    let digits = value.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = &value[digits.len()..];
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match kind {
        ErrorKind::IllegalSignal | ErrorKind::IllegalExitStatus if value.contains(',') => refusal
            .help("separate by blanks")
            .edit(word.span, value.split(',').map(str::trim).collect::<Vec<_>>().join(" ")),
        ErrorKind::IllegalSignal | ErrorKind::IllegalExitStatus if value.contains("RTM") => refusal
            .help(
                "real-time signals have no names here: write the number, such as 34 for the first",
            ),
        ErrorKind::IllegalSignal | ErrorKind::IllegalExitStatus => {
            let bare =
                value.strip_prefix("SIG").or_else(|| value.strip_prefix("sig")).unwrap_or(value);
            match closest(bare, Signal::names()) {
                Some(suggestion) => did_you_mean(refusal, word.span, suggestion),
                None => refusal.help("signals are named as in `kill -l`, in upper case"),
            }
        }
        ErrorKind::IllegalInterval
            if is_number && matches!(unit, "s" | "sec" | "secs" | "seconds") =>
        {
            refusal.help("the unit is always seconds; leave it out").edit(word.span, digits)
        }
        ErrorKind::IllegalInterval => {
            refusal.help("write a whole number of seconds without a unit")
        }
        ErrorKind::IllegalLimit
            if matches!(
                value.to_lowercase().as_str(),
                "infinity" | "unlimited" | "unlimted" | "infinite"
            ) =>
        {
            refusal.help("the word for no limit is `unlimited`").edit(word.span, "unlimited")
        }
        ErrorKind::IllegalLimit if is_number && !unit.is_empty() => {
            refusal.help("write the number out: suffixes are not known")
        }
        ErrorKind::IllegalUmask if value.starts_with("0o") => {
            refusal.help("leave out the `o`").edit(word.span, value.replacen('o', "", 1))
        }
        ErrorKind::IllegalUmask if is_number && unit.is_empty() => {
            refusal.help("only permission bits can be masked: 0 to 0777")
        }
        _ => refusal.help(form(keyword)),
    }
}

pub(in crate::upstart::parse) fn nul_byte(span: Span, input: &str) -> Refusal {
    let refusal = ErrorKind::UnexpectedToken.at(span, "a NUL byte").label("here");
    refusal.help(if is_utf_16(input) {
        CONVERT_UTF_16
    } else {
        "a job is a text file: delete the byte; where there are many, this is a binary file"
    })
}

pub(super) const CONVERT_UTF_16: &str = "the file is text in UTF-16, which init does not read: convert it with `iconv -f UTF-16 -t UTF-8`";

/// Whether a text begins with the byte order mark of UTF-16.
pub(super) fn is_utf_16(text: &str) -> bool {
    let beginning: String = text.chars().take(2).collect();
    matches!(encode(&beginning).as_ref(), b"\xFF\xFE" | b"\xFE\xFF")
}

/// Whether a line contains control characters, which text does not have.
pub(super) fn is_binary(line: &str) -> bool {
    line.chars().any(|character| character.is_control() && !matches!(character, '\t' | '\r'))
}

/// Stanzas of other versions: the keyword, the advice, and the replacement if there is one.
pub(super) const FOREIGN: [(&str, &str, Option<&str>); 19] = [
    ("service", "being a service is the default now: delete the line", None),
    ("daemon", "`daemon` of old versions is `expect daemon` now", Some("expect daemon")),
    ("pid", "init no longer reads pid files: use `expect fork` or `expect daemon`", None),
    ("pidfile", "init does not read pid files: use `expect fork` or `expect daemon`", None),
    ("normalexit", "`normalexit` of old versions is `normal exit` now", Some("normal exit")),
    ("on", "`on EVENT` of old versions is `start on EVENT` now", Some("start on")),
    ("from", "the language of Upstart before 0.3 is not read any more: use `start on`", None),
    ("when", "the language of Upstart before 0.3 is not read any more: use `start on`", None),
    (
        "session",
        "`session leader` has gone: init makes every process the leader of a session",
        None,
    ),
    ("depends", "`depends` has gone: use `start on started JOB`", None),
    ("logd", "logging is `console log` now", Some("console log")),
    (
        "import",
        "`import` belongs to the Upstart of ChromeOS: stock Upstart gives a job all variables of its event anyway",
        None,
    ),
    (
        "tmpfiles",
        "`tmpfiles` belongs to the Upstart of ChromeOS: stock Upstart does not read it",
        None,
    ),
    ("security", "`apparmor load` or `apparmor switch` may be meant", None),
    ("user", "the stanza for the user is `setuid`", Some("setuid")),
    ("group", "the stanza for the group is `setgid`", Some("setgid")),
    ("nofile", "resource limits are written `limit nofile SOFT HARD`", Some("limit nofile")),
    ("oom_adj", "the stanza is `oom`", Some("oom")),
    ("oom_score_adj", "the stanza is `oom score`", Some("oom score")),
];

/// Words that lines of shell begin with.
pub(super) const SHELL_WORDS: [&str; 24] = [
    ".", "[", "cd", "chmod", "chown", "cp", "do", "done", "echo", "else", "exit", "fi", "for",
    "if", "ln", "mkdir", "mv", "rm", "set", "source", "sudo", "test", "then", "while",
];

/// The beginnings of placeholders in template languages.
pub(super) const TEMPLATES: [&str; 6] = ["{{", "{%", "{#", "<%", "[%", "@@"];

#[cfg(test)]
mod tests {
    use super::{FOREIGN, is_keyword};
    use crate::upstart::stanza_table::{STANZAS, StanzaRow};

    #[test]
    fn every_stanza_that_only_a_dialect_has_is_explained() {
        for word in STANZAS.iter().map(StanzaRow::first_word).filter(|word| !is_keyword(word)) {
            assert!(
                FOREIGN.iter().any(|(known, ..)| *known == word),
                "`FOREIGN` does not explain `{word}` to a reader who has Upstart 1.13"
            );
        }
    }
}
