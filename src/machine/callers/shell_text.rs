//! Shell text: scripts, and the text that they hand to other shells.

use std::collections::BTreeSet;
use std::ops::Range;

use super::invocation::{Invocation, invocation};
use super::new_text::CallAnswer;
use super::snippet::Snippet;
use super::{FileKind, Search, line_before};
use crate::shell;
use crate::shell::{Script, SimpleCommand, Word, program};
use crate::upstart::script::job_control::{Verb, by_path};

/// How often the reader may be lost in one text. Each time, reading goes on with the next line; then
/// lines are read one by one, which takes less time.
const LOST_MAX: usize = 100;

/// The longest command in other text, in bytes.
const COMMAND_MAX: usize = 400;

/// The paths of the program `service`.
pub(super) const SERVICE_PATHS: [&str; 3] =
    ["/usr/sbin/service", "/sbin/service", "/usr/bin/service"];

/// How deep text in text is read.
const DEEPEST: usize = 4;

/// Programs with arguments that are shell text.
const TEXT_PROGRAMS: [&str; 28] = [
    "sh",
    "dash",
    "bash",
    "ksh",
    "zsh",
    "su",
    "runuser",
    "eval",
    "trap",
    "ssh",
    "pssh",
    "pdsh",
    "dsh",
    "clush",
    "parallel-ssh",
    "knife",
    "salt",
    "salt-ssh",
    "vagrant",
    "ansible",
    "watch",
    "docker",
    "lxc-attach",
    "lxc",
    "chroot",
    "sg",
    "script",
    "parallel",
];

/// Programs that run the rest of their arguments as a command, on another machine or in another
/// root, after words of their own.
const REMOTE_PROGRAMS: [&str; 6] = ["ssh", "chroot", "lxc-attach", "pssh", "parallel-ssh", "pdsh"];

/// Programs that read shell text from their standard input.
const STDIN_PROGRAMS: [&str; 9] = ["sh", "dash", "bash", "ksh", "zsh", "su", "ssh", "at", "batch"];

impl Search<'_> {
    /// The whole file is a script.
    pub(super) fn whole_script(&mut self) {
        self.shell(&Snippet::at(self.text, 0), 0);
    }

    /// Searches shell text.
    pub(super) fn shell(&mut self, snippet: &Snippet, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let parts = parts(snippet);
        for (part, reading) in &parts {
            self.learn(part, reading);
        }
        let functions: BTreeSet<&str> =
            parts.iter().flat_map(|(_, reading)| &reading.functions).map(String::as_str).collect();
        let passes_on = !functions.is_empty()
            && parts.iter().any(|(part, reading)| {
                reading.commands.iter().any(|command| runs_arguments(command, &part.text))
            });
        let is_function = |name: &str| functions.contains(name);
        for (part, reading) in &parts {
            for command in &reading.commands {
                let words: Vec<&Word> = command.words.iter().collect();
                if let Some(call) = invocation(&words, &self.bindings, &is_function) {
                    let is_tested = is_tested(&part.text, command.range.end);
                    self.called(&call, part, is_tested);
                    continue;
                }
                if passes_on && command.name().is_some_and(is_function) {
                    self.passed_on(&words, part);
                }
                self.other_shells(command, part, reading, depth);
            }
        }
    }

    /// Learns the values of variables.
    fn learn(&mut self, part: &Snippet, reading: &Script) {
        for each in &reading.loops {
            for value in each.words.iter().flatten() {
                self.bind(&each.variable, value);
            }
        }
        let is_declaration = |command: &&SimpleCommand| {
            matches!(command.name(), Some("export" | "readonly" | "local" | "declare" | "typeset"))
        };
        let declared =
            reading.commands.iter().filter(is_declaration).flat_map(|command| &command.words);
        let assigned = reading.commands.iter().flat_map(|command| &command.assignments);
        let literal: Vec<(String, String)> = assigned
            .chain(declared)
            .filter_map(|word| match &word.literal {
                Some(text) => Some(text.clone()),
                // `APP=${1:-shop}`
                None => defaulted(part.text.get(word.range.clone())?),
            })
            .filter_map(|text| {
                text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
            })
            .collect();
        for (name, value) in literal {
            self.bind(&name, &value);
        }
    }

    /// Adds a call, if it is about something that is known.
    pub(super) fn called(&mut self, call: &Invocation<'_>, part: &Snippet, is_tested: bool) {
        let answer = self.answer(call, part, is_tested);
        let end = call.last.range.end.max(call.first.range.end);
        let place = self.with_quotes(part.place(&(call.first.range.start..end)));
        match answer {
            CallAnswer::Known(new) => self.add(place, None, *new),
            CallAnswer::Open => {
                self.open.entry(place.start).or_insert(place.end);
            }
            CallAnswer::Other => {}
        }
    }

    /// A place in a program, with the quotes around the first and the last of several strings.
    fn with_quotes(&self, place: Range<usize>) -> Range<usize> {
        let is_code = matches!(self.kind, FileKind::Ruby | FileKind::Python | FileKind::Yaml);
        let (mut start, mut end) = (place.start, place.end);
        for quote in ['"', '\''] {
            let text = self.text.get(place.clone()).unwrap_or_default();
            if !is_code || !text.contains(quote) {
                continue;
            }
            if self.text[..start].ends_with(quote) {
                start -= 1;
            }
            if self.text[end..].starts_with(quote) {
                end += 1;
            }
        }
        start..end
    }

    /// A command that is the arguments of another one, after words of that one: of a function of
    /// the script (`retry 3 sudo restart app`), or of a program for another machine.
    fn passed_on(&mut self, words: &[&Word], part: &Snippet) {
        let begins = |word: &&Word| {
            word.literal.as_deref().is_some_and(|name| {
                Verb::of(name).or(by_path(name)).is_some()
                    || matches!(name, "sudo" | "service")
                    || SERVICE_PATHS.contains(&name)
            })
        };
        let Some(at) = words.iter().skip(1).position(begins) else { return };
        if let Some(call) = invocation(&words[at + 1..], &self.bindings, &|_| false) {
            self.called(&call, part, false);
        }
    }

    /// What a command hands to another shell: arguments, and its standard input.
    fn other_shells(
        &mut self,
        command: &SimpleCommand,
        part: &Snippet,
        reading: &Script,
        depth: usize,
    ) {
        let chain = program::chain(command);
        let Some(last) = chain.last() else { return };
        if TEXT_PROGRAMS.contains(&last.name) {
            for word in &last.arguments {
                let raw = part.text.get(word.range.clone()).unwrap_or_default();
                let is_text = raw.contains([' ', '\n', '\t']);
                if let Some(inner) = part.unquoted(&word.range).filter(|_| is_text) {
                    self.shell(&inner, depth + 1);
                }
            }
        }
        if REMOTE_PROGRAMS.contains(&last.name) {
            self.passed_on(&last.arguments, part);
        }
        if STDIN_PROGRAMS.contains(&last.name) {
            let documents = &reading.documents;
            let bodies = command.redirections.iter().filter_map(|place| {
                let at = documents.partition_point(|known| known.redirection < place.start);
                documents.get(at).filter(|known| known.redirection == place.start)
            });
            let bodies: Vec<_> = bodies.map(|document| document.body.clone()).collect();
            for body in bodies {
                self.shell(&part.part(body), depth + 1);
            }
        }
    }

    /// Searches a text for commands of Upstart that need no shell around them to be known as such:
    /// their paths, and `initctl`. A command ends at the end of the line, at a quote that was open
    /// before it, or at one of the characters.
    pub(super) fn fixed_commands(&mut self, ends: &[char]) {
        let text = self.text;
        for start in fixed_places(text) {
            if self.is_commented(start) {
                continue;
            }
            let before = line_before(text, start);
            let quote = before.chars().next_back().filter(|last| matches!(last, '"' | '\'' | '`'));
            let open = quote.or_else(|| {
                ['"', '\''].into_iter().find(|quote| before.matches(*quote).count() % 2 == 1)
            });
            let end = command_end(text, start, open, ends);
            let snippet = if self.kind == FileKind::Sudoers {
                unescaped(text, start, end)
            } else {
                Snippet::at(&text[start..end], start)
            };
            let reading = shell::read(&snippet.text);
            let Some(command) = reading.commands.first().filter(|command| command.range.start == 0)
            else {
                continue;
            };
            let words: Vec<&Word> = command.words.iter().collect();
            if let Some(call) = invocation(&words, &self.bindings, &|_| false) {
                self.called(&call, &snippet, false);
            }
        }
    }
}

/// The readings of a text. After a place at which the reader is lost, reading goes on with the next
/// line.
fn parts(snippet: &Snippet) -> Vec<(Snippet, Script)> {
    let mut found = Vec::new();
    let (mut from, mut lost) = (0, 0);
    while from < snippet.text.len() {
        let mut end = snippet.text.len();
        if lost > LOST_MAX {
            let line = snippet.text[from..].find('\n');
            end = line.map_or(end, |newline| from + newline + 1);
        }
        let part = snippet.part(from..end);
        let mut reading = shell::read(&part.text);
        let next = match reading.lost {
            None => part.text.len(),
            Some(at) => {
                lost += 1;
                let rest = part.text.get(at..).unwrap_or_default();
                let next = rest.find('\n').map_or(part.text.len(), |newline| at + newline + 1);
                // What follows is read again.
                reading.commands.retain(|command| command.range.start < next);
                next
            }
        };
        from += next.max(1);
        while !snippet.text.is_char_boundary(from) {
            from += 1;
        }
        found.push((part, reading));
    }
    found
}

/// Whether a command is what a function gets as its arguments.
fn runs_arguments(command: &SimpleCommand, text: &str) -> bool {
    let raw = |word: &Word| text.get(word.range.clone());
    let words = command.words.iter().take(2).filter_map(raw);
    words.into_iter().any(|raw| matches!(raw, "\"$@\"" | "$@" | "$*" | "\"${@}\""))
}

/// Where a command of sudoers, or of any other text, ends.
fn command_end(text: &str, start: usize, open: Option<char>, ends: &[char]) -> usize {
    let mut escaped = false;
    for (at, character) in text[start..].char_indices() {
        match character {
            _ if at > COMMAND_MAX => return start + at,
            _ if escaped => escaped = false,
            '\\' if !ends.is_empty() => escaped = true,
            '\n' | '<' | '>' => return start + at,
            _ if Some(character) == open || ends.contains(&character) => return start + at,
            _ => {}
        }
    }
    text.len()
}

/// Text of sudoers(5), in which a backslash takes the meaning of the next character, or of the end
/// of the line.
fn unescaped(text: &str, start: usize, end: usize) -> Snippet {
    let mut out = Snippet::new(start);
    let mut characters = text[start..end].char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let at = start + at;
        let next = characters.peek().map(|(_, next)| *next).filter(|_| character == '\\');
        match next {
            Some('\n') => {
                characters.next();
                out.replace(" ", at..at + 2);
            }
            Some(next) => {
                characters.next();
                out.replace(next.encode_utf8(&mut [0; 4]), at..at + 1 + next.len_utf8());
            }
            // What a shell would expand.
            None if "*?[]~".contains(character) => {
                out.replace("\\", at..at + 1);
                out.push(character.encode_utf8(&mut [0; 4]), at);
            }
            None => out.push(character.encode_utf8(&mut [0; 4]), at),
        }
    }
    out
}

/// The places at which a command of Upstart is named so that it can be nothing else.
fn fixed_places(text: &str) -> BTreeSet<usize> {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
    let words = ["/sbin/", "/usr/sbin/", "initctl ", "/etc/init.d/", "/usr/bin/service "];
    let places = words.iter().flat_map(|word| text.match_indices(word));
    let is_command = |&(at, word): &(usize, &str)| {
        let name = text[at..].split(|end: char| end.is_whitespace() || "\"',".contains(end)).next();
        (at == 0 || !is_word(bytes[at - 1]))
            && name.is_some_and(|name| {
                word == "initctl "
                    || SERVICE_PATHS.contains(&name)
                    || name.starts_with("/etc/init.d/")
                    || by_path(name).is_some()
            })
    };
    places.filter(is_command).map(|(at, _)| at).collect()
}

/// `NAME=VALUE` for an assignment of the form `NAME=${OTHER:-VALUE}`.
fn defaulted(word: &str) -> Option<String> {
    let (name, value) = word.split_once('=')?;
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    let (_, default) = value.strip_prefix("${")?.strip_suffix('}')?.split_once(":-")?;
    let is_plain =
        default.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte));
    (is_plain && !default.is_empty()).then(|| format!("{name}={default}"))
}

/// Whether what a command prints is searched for the word of a state.
fn is_tested(text: &str, end: usize) -> bool {
    let line = text.get(end..).unwrap_or_default().lines().next().unwrap_or_default();
    let line = line.trim_start().strip_prefix("2>&1").unwrap_or(line);
    let Some(rest) = line.trim_start().strip_prefix('|').filter(|rest| !rest.starts_with('|'))
    else {
        return false;
    };
    let filter = rest.split(['|', ';', '&']).next().unwrap_or_default();
    filter.contains("grep") && (filter.contains("running") || filter.contains("start/"))
}
