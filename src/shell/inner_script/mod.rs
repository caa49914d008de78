//! The scripts that a script hands to other shells: in a here-document, or after `-c`.

mod standard_input;

use std::ops::Range;

use standard_input::{is_input, reads_standard_input};

use super::{Context, Document, Script, SimpleCommand, Word, read, readable};

/// The shells whose text [`read`] understands.
const SHELLS: [&str; 3] = ["sh", "dash", "bash"];

/// The options of shells that change nothing about where commands come from.
const LETTERS: &str = "aefluvxC";

/// The same for long options of bash.
const LONG: [&str; 4] = ["--login", "--noprofile", "--norc", "--posix"];

/// The offsets at which a script can be broken into lines, and those of escaped newlines that a
/// blank can replace: those of the script itself and those of the scripts within it. `reading` has
/// to be the reading of `text`.
pub fn line_ends(text: &str, reading: &Script) -> (Vec<usize>, Vec<usize>) {
    let (mut breaks, mut joins) = (reading.breaks.clone(), reading.joins.clone());
    let outside = |command: &&SimpleCommand| !command.context.has(Context::SUBSTITUTION);
    for command in reading.commands.iter().filter(outside) {
        let document = document(text, reading, command);
        let inner = match document {
            Some(document) => InnerScript::of_document(text, document),
            None => {
                text_after_option(command).and_then(|word| InnerScript::of_word(text, &word.range))
            }
        };
        let Some(inner) = inner else { continue };
        let read = read(&inner.text);
        // The first line of a here-document begins behind a newline, too.
        breaks.extend(document.map(|document| document.body.start));
        let breaks_within = read.breaks.iter().filter(|&&at| !inner.ends_with_comment(at));
        breaks.extend(breaks_within.filter_map(|&at| inner.places.get(at)));
        joins.extend(read.joins.iter().filter_map(|&at| inner.places.get(at)));
    }
    for offsets in [&mut breaks, &mut joins] {
        offsets.sort_unstable();
        offsets.dedup();
    }
    (breaks, joins)
}

/// The shell with its options, and the script that it reads from a here-document, if a script does
/// nothing else. Comments of the outer script become comments of the inner one.
pub fn only_shell(text: &str, reading: &Script) -> Option<(Vec<String>, String)> {
    let (command, document) = last(text, reading)?;
    let [_] = reading.commands.as_slice() else { return None };
    let before = &text[..command.range.start];
    let only_comments =
        before.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    if !only_comments || !command.assignments.is_empty() || command.redirections.len() > 1 {
        return None;
    }
    let words = command.words.iter().skip(usize::from(command.name() == Some("exec")));
    let words = words.map(|word| word.literal.clone()).collect::<Option<_>>()?;
    let body = &text[document.body.clone()];
    let body = readable(body, &read(body));
    Some((words, format!("{before}{}", body.trim_end_matches('\n'))))
}

/// The script with the here-document that its last command, a shell, reads as its script put into
/// an argument of that shell: `bash -c '...'`. `reading` has to be the reading of `text`.
pub fn as_argument(text: &str, reading: &Script) -> Option<String> {
    let (command, document) = last(text, reading)?;
    let body = &text[document.body.clone()];
    let body = readable(body, &read(body));
    let script = indented(body.trim_end_matches('\n')).replace('\'', "'\\''");
    let word = command.words.last()?.range.end;
    let redirection =
        command.redirections.iter().find(|range| range.start == document.redirection)?;
    let line = |range: Range<usize>| {
        // Without the here-document.
        let (start, end) = (redirection.start.max(range.start), redirection.end.min(range.end));
        if start >= end {
            return text[range].to_owned();
        }
        let before = text[range.start..start].trim_end_matches([' ', '\t']);
        format!("{before}{}", &text[end..range.end])
    };
    Some(format!(
        "{}{} -c '\n{script}'{}\n{}",
        &text[..command.range.start],
        line(command.range.start..word),
        line(word..command.range.end),
        after(text, document)
    ))
}

/// The last command of a script and the here-document that it reads as its script, if that may be an
/// argument as well. The document ends the script, but for comments.
fn last<'r>(text: &str, reading: &'r Script) -> Option<(&'r SimpleCommand, &'r Document)> {
    let command = reading.commands.last().filter(|command| command.context == Context::TOP)?;
    let document = document(text, reading, command)?;
    let body = text.get(document.body.clone())?;
    let inner = read(body);
    let ends = text[command.range.end..document.body.start].trim().is_empty()
        && after(text, document)
            .lines()
            .all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    // A command that reads its input would get the rest of the script.
    let is_same = inner.lost.is_none() && !reads_standard_input(body, &inner);
    let has_tabs = document.tabs_stripped && body.contains('\t');
    (reading.lost.is_none() && ends && is_same && !has_tabs).then_some((command, document))
}

/// The text after a here-document and the line that ends it.
fn after<'t>(text: &'t str, document: &Document) -> &'t str {
    text[document.body.end..].split_once('\n').map_or("", |(_, after)| after)
}

/// The here-document that a command reads as its script.
fn document<'r>(text: &str, reading: &'r Script, command: &SimpleCommand) -> Option<&'r Document> {
    let (options, c) = options(command)?;
    if c || options.len() != command.words.len() {
        return None;
    }
    let inputs = command.redirections.iter().filter(|range| is_input(text, range));
    let [input] = inputs.collect::<Vec<_>>()[..] else { return None };
    reading.documents.iter().find(|document| {
        let is_verbatim =
            document.verbatim || !text[document.body.clone()].contains(['$', '`', '\\']);
        document.redirection == input.start && is_verbatim
    })
}

/// The argument of a shell that is its script.
fn text_after_option(command: &SimpleCommand) -> Option<&Word> {
    let (options, c) = options(command)?;
    command.words.get(options.len()).filter(|_| c)
}

/// The words of a command that are a shell and its options, and whether the last of them is `-c`.
fn options(command: &SimpleCommand) -> Option<(&[Word], bool)> {
    let program = usize::from(command.name() == Some("exec"));
    let name = command.words.get(program)?.literal.as_deref()?;
    if !SHELLS.contains(&name.rsplit('/').next()?) {
        return None;
    }
    let mut at = program + 1;
    while let Some(option) = command.words.get(at).and_then(|word| word.literal.as_deref()) {
        let Some(letters) = option.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
            break;
        };
        at += 1;
        let known = |letters: &str| letters.chars().all(|letter| LETTERS.contains(letter));
        if LONG.contains(&option) || known(letters) {
            continue;
        }
        if letters.strip_suffix('o').is_some_and(known) {
            command.words.get(at)?.literal.as_deref()?;
            at += 1;
        } else if letters.strip_suffix('c').is_some_and(known) {
            return Some((&command.words[..at], true));
        } else {
            return None;
        }
    }
    Some((&command.words[..at], false))
}

/// A script within a script.
struct InnerScript {
    text: String,
    /// For each byte, its offset in the text around it.
    places: Vec<usize>,
}

impl InnerScript {
    /// Whether the rest of the script is a comment without a line end, so that its line goes on with
    /// text of the script around it.
    fn ends_with_comment(&self, at: usize) -> bool {
        let rest = self.text.get(at..).unwrap_or_default();
        rest.trim_start_matches([' ', '\t']).starts_with('#') && !rest.contains('\n')
    }

    fn of_document(text: &str, document: &Document) -> Option<Self> {
        let body = text.get(document.body.clone())?;
        // The tabs that are removed would move the places.
        let moved = document.tabs_stripped && body.split('\n').any(|line| line.starts_with('\t'));
        (!moved).then(|| Self { text: body.to_owned(), places: document.body.clone().collect() })
    }

    /// The text of a word in single quotes.
    fn of_word(text: &str, word: &Range<usize>) -> Option<Self> {
        let quoted = text.get(word.clone())?.strip_prefix('\'')?.strip_suffix('\'')?;
        let (mut inner, mut places) = (String::new(), Vec::new());
        let mut at = word.start + 1;
        for (number, part) in quoted.split("'\\''").enumerate() {
            if part.contains('\'') {
                return None;
            }
            if number > 0 {
                inner.push('\'');
                places.push(at);
                at += "'\\''".len();
            }
            inner.push_str(part);
            places.extend(at..at + part.len());
            at += part.len();
        }
        Some(Self { text: inner, places })
    }
}

/// The script with an indentation where that means nothing.
fn indented(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut start = 0;
    for end in read(text).breaks.into_iter().chain([text.len()]) {
        let line = &text[start..end];
        if !line.trim_matches('\n').is_empty() {
            out.push_str("    ");
        }
        out.push_str(line);
        start = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{as_argument, line_ends, only_shell};
    use crate::shell::read;

    #[test]
    fn a_here_document_becomes_an_argument() {
        for (text, expected) in [
            ("bash <<'E'\na\nb\nE\n", Some("bash -c '\n    a\n    b'\n")),
            (
                "x\nexec /bin/bash -e <<\"E\" >>/log 2>&1\n  echo 'a\n  b'\n\n\n  c\nE\n# d\n",
                Some(
                    "x\nexec /bin/bash -e -c '\n    echo '\\''a\n  b'\\''\n    c' >>/log 2>&1\n# d\n",
                ),
            ),
            ("sh <<E -x >y\na\nE", None),
            ("sh <<E -x >y\na\nE\n", Some("sh -x -c '\n    a' >y\n")),
            ("sh <<E\necho $x\nE\n", None),
            ("sh <<'E'\nread x\nE\n", None),
            ("sh <<'E'\nx=(a)\nE\n", None),
            ("sh -s a <<'E'\nb\nE\n", None),
            ("sh <<'E' | b\na\nE\n", None),
            ("sh <<'E' || b\na\nE\n", None),
            ("sh <<'E'\na\nE\nb\n", None),
            ("(sh <<'E'\na\nE\n)\n", None),
            ("ksh <<'E'\na\nE\n", None),
            ("cat <<'E'\na\nE\n", None),
        ] {
            assert_eq!(as_argument(text, &read(text)).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_script_may_be_nothing_but_a_shell() {
        for (text, expected) in [
            ("# a\nexec bash -eu <<'E'\n  b\nE\n", Some("bash -eu: # a\nb")),
            ("bash <<'E'\nb\nE\n", Some("bash: b")),
            ("a\nbash <<'E'\nb\nE\n", None),
            ("A=b bash <<'E'\nb\nE\n", None),
            ("bash <<'E' >x\nb\nE\n", None),
        ] {
            let found = only_shell(text, &read(text))
                .map(|(words, script)| format!("{}: {script}", words.join(" ")));
            assert_eq!(found.as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn scripts_within_scripts_have_lines() {
        // A `|` follows each place at which there may be a line end.
        for marked in [
            "bash <<'E'\n|a\n|b '\n'\nE\n|c\n",
            "bash <<-'E'\n\ta\n\tE\n|c\n",
            "bash -c 'a\n|b '\\''\n'\\''\n|'\\''c'\\''\n|d'\n|e\n",
            "bash -c 'a\n|# b\n# c'\n|d\n",
            "bash -x 'a\nb'\n|",
            "echo $(sh -c 'a\nb')\n|",
            "sh -c \"a\nb\"\n|",
        ] {
            let text = marked.replace('|', "");
            let (breaks, _) = line_ends(&text, &read(&text));
            let mut found = text.clone();
            for at in breaks.into_iter().rev() {
                found.insert(at, '|');
            }
            assert_eq!(found, marked.to_owned() + if marked.ends_with('|') { "" } else { "|" });
        }
    }
}
