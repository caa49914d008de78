//! Configuration with commands in lines of a form of its own: crontabs, rules of sudo, of logrotate
//! and of udev.

use std::ops::Range;

use super::Search;
use super::snippet::Snippet;

/// The lines of logrotate's configuration before scripts (logrotate(8)).
const SCRIPTS: [&str; 6] =
    ["prerotate", "postrotate", "firstaction", "lastaction", "preremove", "prestart"];

/// The keys of udev rules whose values are commands (udev(7)).
const COMMAND_KEYS: [&str; 3] = ["RUN", "PROGRAM", "IMPORT{program}"];

/// The lines of a text, each with its place.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        let line = line.strip_suffix('\n').unwrap_or(line);
        (start..start + line.len(), line)
    })
}

/// The offset after some words and the blanks after each of them.
fn after_words(line: &str, count: usize) -> Option<usize> {
    let mut at = line.len() - line.trim_start().len();
    for _ in 0..count {
        let rest = line.get(at..)?;
        let word = rest.find([' ', '\t'])?;
        let blanks = rest[word..].len() - rest[word..].trim_start().len();
        at += word + blanks;
    }
    (at < line.len()).then_some(at)
}

impl Search<'_> {
    /// crontab(5): five times or a name for them, perhaps a user, and a command up to a `%`.
    pub(super) fn crontab(&mut self, has_user: bool) {
        let text = self.text;
        for (place, line) in lines(text) {
            let content = line.trim_start();
            if content.starts_with('#') {
                continue;
            }
            if let Some((name, value)) = assignment(content) {
                self.bind(name, value);
                continue;
            }
            let times = if content.starts_with('@') { 1 } else { 5 };
            let Some(at) = after_words(line, times + usize::from(has_user)) else { continue };
            let command = &line[at..];
            let end = command
                .match_indices('%')
                .map(|(end, _)| end)
                .find(|end| !command[..*end].ends_with('\\'))
                .unwrap_or(command.len());
            self.shell(&Snippet::at(&command[..end], place.start + at), 0);
        }
    }

    /// sudoers(5): only paths are commands there.
    pub(super) fn sudoers(&mut self) {
        self.fixed_commands(&[',', ':', '=', '#']);
    }

    /// The scripts in the configuration of logrotate.
    pub(super) fn logrotate(&mut self) {
        let text = self.text;
        let mut script: Option<usize> = None;
        for (place, line) in lines(text) {
            match (script, line.trim()) {
                (None, word) if SCRIPTS.contains(&word) => script = Some(place.end),
                (Some(start), "endscript") => {
                    self.shell(&Snippet::at(&text[start..place.start], start), 0);
                    script = None;
                }
                _ => {}
            }
        }
    }

    /// The commands in rules of udev.
    pub(super) fn udev(&mut self) {
        let text = self.text;
        for (place, line) in lines(text).filter(|(_, line)| !line.trim_start().starts_with('#')) {
            let mut at = 0;
            while let Some(open) = line[at..].find('"').map(|open| at + open) {
                let Some(close) = line[open + 1..].find('"').map(|close| open + 1 + close) else {
                    break;
                };
                let key = line[at..open].trim_start_matches([',', ' ', '\t', '"']);
                let key = key.trim_end_matches([' ', '+', ':', '=', '-', '!']);
                // `RUN{program}` is `RUN`.
                let name = if key.starts_with("RUN") { "RUN" } else { key };
                if COMMAND_KEYS.contains(&name) {
                    self.shell(&Snippet::at(&line[open + 1..close], place.start + open + 1), 0);
                }
                at = close + 1;
            }
        }
    }
}

/// A line of the form `NAME=VALUE`.
pub(super) fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end();
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then(|| (name, value.trim().trim_matches(['"', '\''])))
}
