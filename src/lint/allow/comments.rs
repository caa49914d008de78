//! The comments of a job file, and the part of the job that each one refers to.
//!
//! Comments are not stanzas, and a `#` does not always begin one. A stanza spans its words, and
//! between stanzas there are only blanks, line ends and comments; the same holds between the words
//! of a condition. Within a script, the reader of shell text finds the comments.

use std::borrow::Cow;
use std::ops::Range;

use super::allow_list::TOOL;
use crate::shell;
use crate::text::lines::{line_end, line_start};
use crate::text::source::Spanned;
use crate::upstart::ast::{File, Process, Stanza};
use crate::upstart::script::Scripts;

const BLANKS: [char; 2] = [' ', '\t'];

/// A comment. All ranges are ranges of the source.
pub(super) struct Comment {
    /// From the `#` to the end of the line, without a carriage return.
    pub(super) range: Range<usize>,
    pub(super) reach: AllowScope,
    /// The range to delete in order to remove the comment and change nothing else.
    pub(super) deletion: Range<usize>,
}

/// The part of the file in which a comment allows findings.
pub(super) enum AllowScope {
    File,
    Part(Range<usize>),
    Nothing,
}

impl AllowScope {
    pub(super) fn covers(&self, offset: usize) -> bool {
        match self {
            Self::File => true,
            // A finding about a word that is missing after a stanza is reported at the end of the
            // stanza.
            Self::Part(part) => (part.start..=part.end).contains(&offset),
            Self::Nothing => false,
        }
    }
}

/// Returns the comments of a file, in the order of the text.
pub(super) fn comments(text: &str, file: &File, scripts: &Scripts) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut previous: Option<Range<usize>> = None;
    for stanza in &file.stanzas {
        let next = stanza.span.range();
        between(text, previous.as_ref(), Some(&next), &mut found);
        within(text, stanza, scripts, &mut found);
        previous = Some(next);
    }
    between(text, previous.as_ref(), None, &mut found);
    found
}

/// Collects the comments between two stanzas.
fn between(
    text: &str,
    previous: Option<&Range<usize>>,
    next: Option<&Range<usize>>,
    found: &mut Vec<Comment>,
) {
    let gap =
        previous.map_or(0, |previous| previous.end)..next.map_or(text.len(), |next| next.start);
    for (range, own_line) in in_gap(text, gap.clone()) {
        let reach = match (previous, next) {
            (None, _) => AllowScope::File,
            (Some(previous), _) if !own_line => AllowScope::Part(previous.clone()),
            (Some(_), Some(next)) => AllowScope::Part(next.clone()),
            (Some(_), None) => AllowScope::Nothing,
        };
        let deletion = if own_line || previous.is_none() {
            line_of(text, &range)
        } else {
            with_blanks(text, &range, gap.start)
        };
        found.push(Comment { range, reach, deletion });
    }
}

/// Collects the comments within a stanza.
fn within(text: &str, stanza: &Spanned<Stanza>, scripts: &Scripts, found: &mut Vec<Comment>) {
    let span = stanza.span.range();
    let mut from = span.start;
    match &stanza.value {
        Stanza::StartOn(condition) | Stanza::StopOn(condition) => {
            let words = condition
                .leaves()
                .into_iter()
                .flat_map(|event| std::iter::once(&event.name).chain(&event.args));
            for word in words.map(|word| word.span.range()) {
                of_stanza(text, from..word.start, &span, found);
                from = word.end;
            }
            of_stanza(text, from..span.end, &span, found);
        }
        Stanza::Process(_, process @ Process::Script { text: body, .. })
        | Stanza::OldScript(_, process @ Process::Script { text: body, .. }) => {
            of_stanza(text, from..body.span.start, &span, found);
            if body.value.contains(TOOL) {
                in_script(text, process, scripts, found);
            }
        }
        // These stanzas end with their line, so they contain no comment.
        Stanza::Process(_, Process::Exec { .. })
        | Stanza::OldScript(_, Process::Exec { .. })
        | Stanza::Description(_)
        | Stanza::Author(_)
        | Stanza::Version(_)
        | Stanza::Usage(_)
        | Stanza::Env(_)
        | Stanza::Export(_)
        | Stanza::Emits(_)
        | Stanza::Manual
        | Stanza::Expect(_)
        | Stanza::Task
        | Stanza::KillTimeout(_)
        | Stanza::KillSignal(_)
        | Stanza::ReloadSignal(_)
        | Stanza::Respawn
        | Stanza::RespawnLimit(_)
        | Stanza::NormalExit(_)
        | Stanza::Instance(_)
        | Stanza::Console(_)
        | Stanza::Umask(_)
        | Stanza::Nice(_)
        | Stanza::Oom(_)
        | Stanza::Limit(_)
        | Stanza::Chroot(_)
        | Stanza::Chdir(_)
        | Stanza::Setuid(_)
        | Stanza::Setgid(_)
        | Stanza::ApparmorLoad(_)
        | Stanza::ApparmorSwitch(_)
        | Stanza::Cgroup(_)
        | Stanza::Debug
        | Stanza::Import(_)
        | Stanza::Tmpfiles(_)
        | Stanza::Daemon
        | Stanza::PidFile(_)
        | Stanza::RespawnCommand(_)
        | Stanza::Historical(_) => {}
    }
}

/// Collects the comments between two words of a stanza.
fn of_stanza(text: &str, gap: Range<usize>, stanza: &Range<usize>, found: &mut Vec<Comment>) {
    for (range, _) in in_gap(text, gap.clone()) {
        let deletion = with_blanks(text, &range, gap.start);
        found.push(Comment { range, reach: AllowScope::Part(stanza.clone()), deletion });
    }
}

/// Returns the comments in a part of the text that has only blanks and line ends besides (and the
/// parentheses and operators of conditions). The flag is true if an unescaped line end comes before
/// the comment.
fn in_gap(text: &str, gap: Range<usize>) -> Vec<(Range<usize>, bool)> {
    let (mut found, mut own_line) = (Vec::new(), false);
    let mut at = gap.start;
    while let Some(distance) = text.get(at..gap.end).and_then(|rest| rest.find(['#', '\n'])) {
        let place = at + distance;
        if text.as_bytes().get(place) == Some(&b'\n') {
            own_line |= !text.get(at..place).is_some_and(|before| before.ends_with('\\'));
            at = place + 1;
            continue;
        }
        let end = line_end(text, place).min(gap.end);
        found.push((without_return(text, place..end), own_line));
        // A backslash at the end of a comment escapes nothing.
        own_line = true;
        at = end + 1;
    }
    found
}

/// Collects the comments of a script. They refer to lines of the script, not to stanzas.
fn in_script(text: &str, process: &Process, scripts: &Scripts, found: &mut Vec<Comment>) {
    let script = process.text().value.as_str();
    // `scripts` lacks a script that a later one replaces.
    let reading = scripts
        .at(process.text().span)
        .map_or_else(|| Cow::Owned(shell::read(script)), |script| Cow::Borrowed(&script.shell));
    for comment in &reading.comments {
        let line = line_start(script, comment.start);
        let starts_line = line == 0 || reading.breaks.binary_search(&line).is_ok();
        let own_line = starts_line && is_blank(script, line..comment.start);
        let covered =
            if own_line { next_line(script, &reading.comments, comment.end) } else { line };
        // A command line extends to the next break.
        let begin =
            reading.breaks.iter().rfind(|&&start| start <= covered).copied().unwrap_or_default();
        let end = reading.breaks.iter().find(|&&start| start > covered).copied();
        let end = end.unwrap_or_else(|| {
            if reading.lost.is_some() { line_end(script, covered) } else { script.len() }
        });
        // The final newline is excluded, because the position after it belongs to the next line.
        let end = if script.get(begin..end).is_some_and(|line| line.ends_with('\n')) {
            end - 1
        } else {
            end
        };
        let reach = if covered < script.len() {
            AllowScope::Part(process.place(&(begin..end)).range())
        } else {
            AllowScope::Nothing
        };
        let range = without_return(text, process.place(comment).range());
        let deletion = if own_line && keeps_indentation(script, line) {
            line_of(text, &range)
        } else if own_line {
            range.clone()
        } else {
            with_blanks(text, &range, process.place(&(line..line)).start)
        };
        found.push(Comment { range, reach, deletion });
    }
}

/// The start of the next line that is neither blank nor a comment, or the end of the script.
fn next_line(script: &str, comments: &[Range<usize>], from: usize) -> usize {
    let mut at = line_end(script, from) + 1;
    while let Some(line) = script
        .get(at..)
        .filter(|rest| !rest.is_empty())
        .map(|rest| rest.lines().next().unwrap_or_default())
    {
        let first = at + (line.len() - line.trim_start_matches(BLANKS).len());
        let is_comment = comments.binary_search_by_key(&first, |comment| comment.start).is_ok();
        if !is_comment && !line.trim().is_empty() {
            break;
        }
        at = line_end(script, at) + 1;
    }
    at.min(script.len())
}

/// Whether init removes the same indentation from the script once the line that begins at `gone` is
/// deleted. Otherwise the deletion would change the text of here-documents (`nih/config.c`,
/// `nih_config_parse_block`).
fn keeps_indentation(script: &str, gone: usize) -> bool {
    let mut start = 0;
    script.split_inclusive('\n').any(|line| {
        let at = start;
        start += line.len();
        at != gone && !line.starts_with([' ', '\t', '\r'])
    })
}

/// The whole line of a comment, with its newline.
fn line_of(text: &str, comment: &Range<usize>) -> Range<usize> {
    line_start(text, comment.start)..(line_end(text, comment.start) + 1).min(text.len())
}

/// The range of a comment and the blanks before it, but not before `floor`. A blank after a
/// backslash stays, because the backslash would otherwise escape what follows.
fn with_blanks(text: &str, comment: &Range<usize>, floor: usize) -> Range<usize> {
    let before = text.get(floor..comment.start).unwrap_or_default().trim_end_matches(BLANKS);
    let start = if before.ends_with('\\') { comment.start } else { floor + before.len() };
    start..comment.end
}

fn without_return(text: &str, range: Range<usize>) -> Range<usize> {
    let shown = text.get(range.clone()).map_or(0, |comment| comment.trim_end_matches('\r').len());
    range.start..range.start + shown
}

fn is_blank(text: &str, range: Range<usize>) -> bool {
    text.get(range).is_some_and(|part| part.trim_start_matches(BLANKS).is_empty())
}
