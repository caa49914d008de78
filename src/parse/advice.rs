//! What to tell a person about each refusal: the cause, and the repair where it can be known.

use super::error::{ErrorKind, Refusal};
use super::node::{Node, Rule};
use crate::ast::{Event, Process, Signal, Stanza, Word};
use crate::shell;
use crate::source::{Span, Spanned, encode, lossy};
use crate::stanza_table::{self, OOM_SCORE};
use crate::suggestion::closest;
use crate::text::lines::rest_of_line;
use crate::text::list;

/// How a stanza is written, or the stanzas that begin with a word.
fn form(keyword: &str) -> String {
    let rows = match stanza_table::find(keyword) {
        Some(row) => vec![row],
        None => stanza_table::beginning_with(keyword),
    };
    let forms: Vec<&str> = rows.iter().map(|row| row.form).collect();
    let form = if forms.is_empty() { format!("{keyword} VALUE") } else { list::or(&forms) };
    format!("the form is: {form}")
}

fn is_keyword(word: &str) -> bool {
    stanza_table::first_words().any(|known| known == word)
}

/// A short form of source text for a message.
fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.split('\n').next().unwrap_or_default();
    let mut short: String = lossy(line).chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).take(LONGEST).collect();
    if short.len() < line.len() && line.chars().count() > LONGEST {
        short.push_str("...");
    }
    short
}

fn listed(known: &[&str], separator: &str) -> String {
    known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(separator)
}

fn did_you_mean(refusal: Refusal, span: Span, suggestion: &str) -> Refusal {
    refusal.help(format!("did you mean `{suggestion}`?")).edit(span, suggestion)
}

// ---- Words ------------------------------------------------------------------------------------

pub(super) fn missing_word(keyword: &str, span: Span, input: &str) -> Refusal {
    let refusal = ErrorKind::ExpectedToken.at(span, format!("`{keyword}` is not complete")).help(match keyword {
        "limit" => format!("{}; the same value may stand for both", form(keyword)),
        _ => form(keyword),
    });
    let rest = input.get(span.end..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
    if rest[blanks..].starts_with('#') {
        let comment = Span { start: span.end + blanks, end: span.end + blanks + 1, ..span };
        return refusal.label("something has to follow").related(comment, "the rest of the line is a comment");
    }
    refusal.label("something has to follow on this line")
}

pub(super) fn empty_quotes(keyword: &str, keyword_span: Span, quotes: Span) -> Refusal {
    let refusal = ErrorKind::ExpectedToken.at(quotes, format!("empty argument of `{keyword}`")).label("nothing between the quotes");
    if matches!(keyword, "description" | "author" | "version" | "usage") {
        refusal.help("delete the stanza, or write a text").edit(keyword_span.to(quotes), "")
    } else {
        refusal.help(format!("{}; an argument cannot be empty", form(keyword)))
    }
}

/// The line goes on after a complete stanza, whose last word is `last`.
pub(super) fn extra_word(keyword: &str, stanza: Span, last: Span, extra: &Node<'_>) -> Refusal {
    let (input, start) = (extra.input(), extra.span().start);
    let text = extra.text().split('\n').next().unwrap_or_default();
    let span = Span { end: start + text.len(), ..last };
    let refusal = ErrorKind::UnexpectedToken
        .at(Span { start, ..span }, format!("unexpected `{}` after a complete `{keyword}`", shown(text)))
        .label("the line has to end before this");
    match keyword {
        "env" if is_assignment(text) => {
            refusal.help("write each variable in an `env` stanza of its own").edit(Span { start: last.end, end: start, ..last }, "\nenv ")
        }
        "env" => {
            let refusal = refusal.help("put quotes around a value of several words: env KEY=\"two words\"");
            let line = rest_of_line(input, last.start).trim_end();
            match line.find('=') {
                Some(equals) if !line.contains(['"', '\'', '\\', '#']) => {
                    let value = Span { start: last.start + equals + 1, end: last.start + line.len(), ..last };
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
        "script" => refusal.help("begin the script on the next line, or write `exec` for a single command"),
        "task" | "respawn" => refusal.help(format!("{}; a new stanza begins on a new line", form(keyword))),
        "limit" | "kill timeout" | "kill signal" | "reload signal" | "respawn limit" | "cgroup" => refusal.help(form(keyword)),
        _ => refusal
            .help(format!("{}; put quotes around an argument with blanks, and a new stanza on a new line", form(keyword)))
            .related(stanza, "this stanza is complete"),
    }
}

fn is_assignment(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or_default();
    name.len() < word.len() && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A token without an end: `node` contains the defect.
pub(super) fn broken(keyword: &str, whole: &Node<'_>) -> Refusal {
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
    let inside_word = whole.input().get(..span.start).is_some_and(|before| before.ends_with(char::is_alphanumeric));
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

/// The rest of the line from the beginning of `start` on, and the same in quotes, where it is a text for
/// people that can be quoted as it is.
fn prose(keyword: &str, start: Span, input: &str) -> Option<(Span, String)> {
    let text = rest_of_line(input, start.start).trim_end();
    let quotable = matches!(keyword, "description" | "author" | "version" | "usage") && !text.contains(['"', '\\', '#']);
    quotable.then(|| (Span { end: start.start + text.len(), ..start }, format!("\"{text}\"")))
}

pub(super) fn unknown_choice(keyword: &str, word: &Word, known: &[&'static str]) -> Refusal {
    let value = &word.value;
    let what = match keyword {
        "limit" => "resource",
        _ => "mode",
    };
    let refusal = ErrorKind::UnknownStanza
        .at(word.span, format!("unknown {what} `{}` of `{keyword}`", shown(value)))
        .label(format!("not one of {}", list::quoted(known)));
    match (keyword, value.as_str()) {
        ("console", "logged") => refusal.help("`console logged` of old versions is `console log` now").edit(word.span, "log"),
        ("console", "default") => refusal.help("delete the stanza: without it the default of init is used"),
        ("expect", "forking") => did_you_mean(refusal, word.span, "fork"),
        ("expect", "dbus" | "notify") => refusal.help("init cannot wait for that: `expect stop` waits until the process raises SIGSTOP"),
        ("limit", "locks" | "rttime") => refusal.help("init has no stanza for this limit; set it in a script with `ulimit`"),
        _ => match closest(value, known.iter().copied()) {
            Some(suggestion) => did_you_mean(refusal, word.span, suggestion),
            None => refusal.help(form(keyword)),
        },
    }
}

pub(super) fn illegal_value(kind: ErrorKind, keyword: &str, word: &Word, expected: &str) -> Refusal {
    let value = word.value.as_str();
    let refusal = kind.at(word.span, format!("illegal value `{}` of `{keyword}`", shown(value))).label(format!("expected {expected}"));
    let digits = value.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = &value[digits.len()..];
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match kind {
        ErrorKind::IllegalSignal | ErrorKind::IllegalExitStatus if value.contains(',') => {
            refusal.help("separate by blanks").edit(word.span, value.split(',').map(str::trim).collect::<Vec<_>>().join(" "))
        }
        ErrorKind::IllegalSignal | ErrorKind::IllegalExitStatus if value.contains("RTM") => {
            refusal.help("real-time signals have no names here: write the number, such as 34 for the first")
        }
        ErrorKind::IllegalSignal | ErrorKind::IllegalExitStatus => {
            let bare = value.strip_prefix("SIG").or_else(|| value.strip_prefix("sig")).unwrap_or(value);
            match closest(bare, Signal::names()) {
                Some(suggestion) => did_you_mean(refusal, word.span, suggestion),
                None => refusal.help("signals are named as in `kill -l`, in upper case"),
            }
        }
        ErrorKind::IllegalInterval if is_number && matches!(unit, "s" | "sec" | "secs" | "seconds") => {
            refusal.help("the unit is always seconds; leave it out").edit(word.span, digits)
        }
        ErrorKind::IllegalInterval => refusal.help("write a whole number of seconds without a unit"),
        ErrorKind::IllegalLimit if matches!(value.to_lowercase().as_str(), "infinity" | "unlimited" | "unlimted" | "infinite") => {
            refusal.help("the word for no limit is `unlimited`").edit(word.span, "unlimited")
        }
        ErrorKind::IllegalLimit if is_number && !unit.is_empty() => refusal.help("write the number out: suffixes are not known"),
        ErrorKind::IllegalUmask if value.starts_with("0o") => refusal.help("leave out the `o`").edit(word.span, value.replacen('o', "", 1)),
        ErrorKind::IllegalUmask if is_number && unit.is_empty() => refusal.help("only permission bits can be masked: 0 to 0777"),
        _ => refusal.help(form(keyword)),
    }
}

pub(super) fn nul_byte(span: Span, input: &str) -> Refusal {
    let refusal = ErrorKind::UnexpectedToken.at(span, "a NUL byte").label("here");
    refusal.help(if is_utf_16(input) {
        CONVERT_UTF_16
    } else {
        "a job is a text file: delete the byte; where there are many, this is a binary file"
    })
}

const CONVERT_UTF_16: &str = "the file is text in UTF-16, which init does not read: convert it with `iconv -f UTF-16 -t UTF-8`";

/// Whether a text begins with the byte order mark of UTF-16.
fn is_utf_16(text: &str) -> bool {
    let beginning: String = text.chars().take(2).collect();
    matches!(encode(&beginning).as_ref(), b"\xFF\xFE" | b"\xFE\xFF")
}

/// Whether a line holds what no text does.
fn is_binary(line: &str) -> bool {
    line.chars().any(|character| character.is_control() && !matches!(character, '\t' | '\r'))
}

// ---- Keywords ---------------------------------------------------------------------------------

pub(super) fn unknown_second_keyword(keyword: &str, stanza: Span, found: &Node<'_>, combined: &[&'static str]) -> Refusal {
    let (text, span) = (found.text(), found.span());
    let seconds: Vec<&'static str> = combined.iter().map(|both| both.rsplit(' ').next().unwrap_or(both)).collect();
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

/// What stanzas of other versions became: the keyword, what to say, and what to write in its place.
const FOREIGN: [(&str, &str, Option<&str>); 19] = [
    ("service", "being a service is the default now: delete the line", None),
    ("daemon", "`daemon` of old versions is `expect daemon` now", Some("expect daemon")),
    ("pid", "init no longer reads pid files: use `expect fork` or `expect daemon`", None),
    ("pidfile", "init does not read pid files: use `expect fork` or `expect daemon`", None),
    ("normalexit", "`normalexit` of old versions is `normal exit` now", Some("normal exit")),
    ("on", "`on EVENT` of old versions is `start on EVENT` now", Some("start on")),
    ("from", "the language of Upstart before 0.3 is not read any more: use `start on`", None),
    ("when", "the language of Upstart before 0.3 is not read any more: use `start on`", None),
    ("session", "`session leader` has gone: init makes every process the leader of a session", None),
    ("depends", "`depends` has gone: use `start on started JOB`", None),
    ("logd", "logging is `console log` now", Some("console log")),
    ("import", "`import` belongs to the Upstart of ChromeOS: stock Upstart gives a job all variables of its event anyway", None),
    ("tmpfiles", "`tmpfiles` belongs to the Upstart of ChromeOS: stock Upstart does not read it", None),
    ("security", "`apparmor load` or `apparmor switch` may be meant", None),
    ("user", "the stanza for the user is `setuid`", Some("setuid")),
    ("group", "the stanza for the group is `setgid`", Some("setgid")),
    ("nofile", "resource limits are written `limit nofile SOFT HARD`", Some("limit nofile")),
    ("oom_adj", "the stanza is `oom`", Some("oom")),
    ("oom_score_adj", "the stanza is `oom score`", Some("oom score")),
];

/// Words with which lines of shell begin.
const SHELL_WORDS: [&str; 24] = [
    ".", "[", "cd", "chmod", "chown", "cp", "do", "done", "echo", "else", "exit", "fi", "for", "if", "ln", "mkdir", "mv", "rm", "set",
    "source", "sudo", "test", "then", "while",
];

/// Beginnings of placeholders of template languages.
const TEMPLATES: [&str; 6] = ["{{", "{%", "{#", "<%", "[%", "@@"];

pub(super) fn unknown_stanza(node: &Node<'_>, previous: Option<&Spanned<Stanza>>) -> Refusal {
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
        let refusal = refusal.label("a backslash at the beginning of a line makes what follows another word");
        return refusal.help("delete the backslash and its line").edit(Span { end: span.start, ..whole }, "");
    }
    let refusal = refusal.label("not the name of a stanza");
    let before = input.get(..span.start).unwrap_or_default().trim_end_matches([' ', '\t']);
    if let Some(continued) = before.strip_suffix("\\\r\n") {
        let backslash = Span { start: continued.len(), end: continued.len() + 1, ..span };
        return refusal
            .related(backslash, "this backslash continues nothing: a carriage return follows it, not a newline")
            .help("convert the line ends of the file, such as with `sed -i 's/\\r$//'`");
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
    let follows_condition =
        previous.filter(|previous| matches!(previous.value, Stanza::StartOn(_) | Stanza::StopOn(_)) && matches!(text, "and" | "or"));
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
        let refusal = refusal.note("the file begins with a byte order mark, which init takes for a part of the word");
        return refusal.help("delete the byte order mark").edit(Span { end: span.end - rest.len(), ..span }, "");
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
        return refusal.help("this looks like a unit of systemd or an INI file, not like a job of Upstart");
    }
    let unquoted = text.trim_matches(['"', '\'']);
    if unquoted != text && is_keyword(unquoted) {
        return refusal.help("keywords are written without quotes").edit(span, unquoted);
    }
    let name = text.trim_end_matches([':', '=', ';', ',']);
    if let Some(suggestion) = split_keyword(name).or_else(|| closest(name, stanza_table::first_words())) {
        return did_you_mean(refusal, span, suggestion);
    }
    if is_assignment(text) {
        return refusal.help("variables of the environment are set with `env`").edit(Span { end: span.start, ..span }, "env ");
    }
    if SHELL_WORDS.contains(&text) || text.starts_with('/') {
        return refusal.help("commands belong after `exec`, or between `script` and `end script`");
    }
    refusal.help("begin the line with a stanza, such as `exec` or `env`; commands belong after `exec` or in a script, prose after `#`")
}

/// The here-document with this delimiter that the end of a script has cut in two.
fn ended_document(script: &Spanned<Stanza>, delimiter: &str) -> Option<Span> {
    let Stanza::Process(_, process @ Process::Script { text, .. }) = &script.value else { return None };
    let open = shell::open_document(&text.value, &shell::read(&text.value))?;
    (open.delimiter == delimiter).then(|| process.place(&open.announced))
}

/// Keywords of two words that were written as one.
fn split_keyword(word: &str) -> Option<&'static str> {
    let letters = |text: &str| text.bytes().filter(u8::is_ascii_alphabetic).map(|byte| byte.to_ascii_lowercase()).collect::<Vec<_>>();
    let joined = letters(word);
    stanza_table::stock().chain([&OOM_SCORE]).map(|row| row.keyword).find(|known| known.contains([' ', '-']) && letters(known) == joined)
}

pub(super) fn stray_continuation(span: Span) -> Refusal {
    ErrorKind::ExpectedToken.at(span, "a backslash where a stanza should begin").label("continues nothing").help("delete it").edit(span, "")
}

/// `rest` is what follows `script` in the file.
pub(super) fn unterminated_block(keyword: Span, rest: Option<&Node<'_>>) -> Refusal {
    let refusal = ErrorKind::UnterminatedBlock.at(keyword, "this script is never ended").label("no `end script` follows");
    let mut at = rest.map_or(keyword.end, |rest| rest.span().start);
    for line in rest.map_or("", Node::text).split_inclusive('\n') {
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
    let words: String = line.bytes().filter(u8::is_ascii_alphabetic).map(|byte| char::from(byte.to_ascii_lowercase())).collect();
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

// ---- Conditions -------------------------------------------------------------------------------

/// `line_end` ends a line without words; `rest` is the text after it, `open` the parenthesis that is open.
pub(super) fn empty_line_in_condition(line_end: Span, rest: &str, open: Option<Span>) -> Refusal {
    let is_comment = line_end.end - line_end.start > 1;
    let what = if is_comment { "a line with only a comment" } else { "an empty line" };
    let at = if is_comment { Span { end: line_end.end - 1, ..line_end } } else { line_end };
    let refusal = ErrorKind::ExpectedToken
        .at(at, format!("{what} within the parentheses of a condition"))
        .label("every line needs a word before any comment");
    let refusal = match open {
        Some(open) => refusal.related(open, "the condition goes on because this parenthesis is open"),
        None => refusal,
    };
    let next = rest.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    if next.is_empty() || next.split([' ', '\t']).next().is_some_and(is_keyword) {
        return refusal.help("close the parenthesis: a new stanza follows");
    }
    let refusal = refusal.help("delete the line, or move the comment to the end of another line");
    if is_comment { refusal } else { refusal.edit(line_end, "") }
}

/// For an error at `word`: the name of a stanza within parentheses says that one was forgotten.
fn forgotten_parenthesis(refusal: Refusal, word: &Word, open: Option<Span>) -> Result<Refusal, Refusal> {
    match open {
        Some(open) if is_keyword(&word.value) => {
            Ok(refusal.related(open, "this parenthesis is still open").help("close the parenthesis before the next stanza"))
        }
        _ => Err(refusal),
    }
}

pub(super) fn positional_after_named(event: &Word, named: &Word, word: &Word, open: Option<Span>) -> Refusal {
    let refusal = ErrorKind::ExpectedVariable
        .at(word.span, format!("`{}` follows an argument with a name", shown(&word.value)))
        .label("needs the form KEY=VALUE here")
        .related(named.span, "named arguments begin here");
    if is_misspelt_operator(&word.value) {
        return operator_in_lower_case(refusal, word);
    }
    forgotten_parenthesis(refusal, word, open).unwrap_or_else(|refusal| {
        if named.value.ends_with('=') {
            return refusal.help("leave out the blanks around `=`");
        }
        let name = shown(&event.value);
        refusal.help(format!("put arguments without a name first: {name} VALUE KEY=VALUE; a value of several words needs quotes"))
    })
}

/// `and` and `or` as other languages write them.
fn is_misspelt_operator(word: &str) -> bool {
    word.eq_ignore_ascii_case("and") || word.eq_ignore_ascii_case("or") || matches!(word, "&&" | "||")
}

fn operator_in_lower_case(refusal: Refusal, word: &Word) -> Refusal {
    let meant = if matches!(word.value.as_str(), "||") || word.value.eq_ignore_ascii_case("or") { "or" } else { "and" };
    refusal.help(format!("the operator is written `{meant}`")).edit(word.span, meant)
}

pub(super) fn word_after_parenthesis(word: &Word, open: Option<Span>) -> Refusal {
    let value = word.value.as_str();
    let refusal = ErrorKind::ExpectedOperator
        .at(word.span, format!("`{}` directly after a parenthesis", shown(value)))
        .label("expected `and` or `or`");
    if is_misspelt_operator(value) {
        return operator_in_lower_case(refusal, word);
    }
    forgotten_parenthesis(refusal, word, open).unwrap_or_else(|refusal| {
        if value.contains('=') {
            return refusal.help("arguments belong directly after the name of their event");
        }
        refusal.help(format!("write `and {0}` or `or {0}`", shown(value)))
    })
}

pub(super) fn parenthesis_after_operand(span: Span, event: Option<&Event>) -> Refusal {
    let refusal = ErrorKind::ExpectedOperator.at(span, "a parenthesis where an operator is needed").label("expected `and` or `or`");
    match event {
        Some(event) => {
            let what = if event.args.is_empty() { "after this event" } else { "after this event and its arguments" };
            refusal.related(event.span(), what).help("insert `and` or `or`; arguments of events take no parentheses")
        }
        None => refusal.help("insert `and` or `or`"),
    }
}

pub(super) fn operator_without_left(operator: Span, before: Option<Span>) -> Refusal {
    let refusal = ErrorKind::ExpectedEvent.at(operator, "an operator with nothing on its left").label("expected an event before this");
    match before {
        Some(before) => refusal.related(before, "nothing stands between this and the operator").help("delete one of them, or add an event"),
        None => refusal.help("write the event first: EVENT and EVENT"),
    }
}

/// `parenthesis` closes directly after the operator.
pub(super) fn operator_without_right(operator: Span, parenthesis: Option<Span>) -> Refusal {
    let refusal = ErrorKind::ExpectedEvent.at(operator, "an operator with nothing on its right").label("expected an event after this");
    match parenthesis {
        Some(parenthesis) => refusal.related(parenthesis, "closed before an event").help("add the event, or delete the operator"),
        None => refusal.help("a condition ends with its line: put the whole condition in parentheses to go on with the next line"),
    }
}

pub(super) fn empty_parentheses(span: Span) -> Refusal {
    ErrorKind::ExpectedEvent.at(span, "empty parentheses").label("expected an event").help("delete them, or write an event in them")
}

pub(super) fn unopened_parenthesis(span: Span) -> Refusal {
    ErrorKind::MismatchedParentheses
        .at(span, "a closing parenthesis without an opening one")
        .label("closes nothing")
        .help("delete it, or open a parenthesis before it; in the name or argument of an event it needs quotes")
}

pub(super) fn unclosed_parenthesis(keyword: &str, open: Span) -> Refusal {
    ErrorKind::MismatchedParentheses
        .at(open, "this parenthesis is never closed")
        .label(format!("the rest of the file is read as a part of `{keyword}`"))
        .help("close it at the end of the condition")
}
