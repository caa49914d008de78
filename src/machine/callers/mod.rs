//! Finds who still calls Upstart: commands, paths and links in scripts and configuration that name
//! the jobs and events of a configuration directory, each with what to write now.

mod ansible;
mod code_text;
mod cron_and_sudo;
mod file_kind;
mod fixed_paths;
mod invocation;
mod macros;
mod new_text;
mod shell_text;
mod snippet;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Serialize;

use super::JobTable;
use crate::text::bytes::lossy;
use crate::text::lines::boundary;
use crate::text::source::Source;
use new_text::NewText;

pub use file_kind::FileKind;

/// A place that calls Upstart, or names one of its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Caller {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The job that is named, if it is one.
    pub job: Option<String>,
    /// The event that is named, if it is one.
    pub event: Option<String>,
    /// The text as it is, on one line.
    pub old: String,
    /// What to write now. `None` if the call has nothing to do any more.
    pub new: Option<String>,
    /// What else there is to know.
    pub note: Option<String>,
}

/// A call of Upstart whose job shows only when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenCall {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The text as it is, on one line.
    pub text: String,
}

/// What was found in a file, in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// The calls of known jobs and events.
    pub callers: Vec<Caller>,
    /// The calls whose job shows only when they are made.
    pub open: Vec<OpenCall>,
}

/// Searches a file.
pub fn search(source: &Source, kind: FileKind, table: &JobTable<'_>) -> Searched {
    // A carriage return at the end of a line is a blank to every reader but a shell, and even there
    // it is not a part of the name of a job. The offsets stay the same.
    let text = source.text().replace("\r\n", " \n");
    let mut search = Search {
        table,
        kind,
        text: &text,
        bindings: BTreeMap::new(),
        found: BTreeMap::new(),
        open: BTreeMap::new(),
        covered: BTreeSet::new(),
    };
    match kind {
        FileKind::Prose => return Searched::default(),
        FileKind::Shell => search.whole_script(),
        FileKind::Crontab { has_user } => search.crontab(has_user),
        FileKind::Sudoers => search.sudoers(),
        FileKind::Logrotate => search.logrotate(),
        FileKind::Udev => search.udev(),
        FileKind::Make => search.makefile(),
        FileKind::Ruby | FileKind::Python => search.code(),
        FileKind::Yaml => search.yaml(),
        FileKind::Other => search.fixed_commands(&[]),
    }
    search.paths();
    search.finish(source)
}

/// The link that Ubuntu has in the place of the script of a service that is a job. `path` is that of
/// the link.
pub fn link(path: &str, target: &str, table: &JobTable<'_>) -> Option<Caller> {
    let (directory, job) = path.rsplit_once('/')?;
    let is_link = target.rsplit('/').next() == Some("upstart-job")
        && directory.rsplit('/').next() == Some("init.d");
    let unit = table.unit(job).filter(|_| is_link && table.has_job(job))?;
    let now = unit.unit.map_or_else(|| "systemd itself".to_owned(), |unit| unit.to_string());
    Some(Caller {
        line: 1,
        column: 1,
        job: Some(job.to_owned()),
        event: None,
        old: lossy(target).into_owned(),
        new: None,
        note: Some(format!("remove the link: {now} does the work of the job now")),
    })
}

/// The most values of one variable that are remembered.
const VALUES_MAX: usize = 16;

/// The most bytes of a line that are looked at before a place.
const LINE_MAX: usize = 1000;

/// The line before an offset, or the end of that.
fn line_before(text: &str, offset: usize) -> &str {
    let from = boundary(text, offset.saturating_sub(LINE_MAX));
    let before = text.get(from..offset).unwrap_or_default();
    before.rsplit('\n').next().unwrap_or(before)
}

/// The search of one file.
struct Search<'a> {
    table: &'a JobTable<'a>,
    kind: FileKind,
    /// The text of the file, with blanks in the place of carriage returns.
    text: &'a str,
    /// The values that the file gives to its variables.
    bindings: BTreeMap<String, Vec<String>>,
    /// What was found, by the offset in the text.
    found: BTreeMap<usize, FoundPlace>,
    /// The calls whose job is not certain, by the offset.
    open: BTreeMap<usize, usize>,
    /// The places of the calls that were found: paths within them are not reported again.
    covered: BTreeSet<(usize, usize)>,
}

/// A call or a path that was found.
struct FoundPlace {
    /// The end of the text in the file.
    end: usize,
    /// The text to show in the place of that of the file.
    old: Option<String>,
    /// What to write now.
    new: NewText,
}

impl Search<'_> {
    /// Adds what was found at a place. Of several at one place the first is kept.
    fn add(&mut self, place: Range<usize>, old: Option<String>, new: NewText) {
        self.covered.insert((place.start, place.end));
        self.found.entry(place.start).or_insert(FoundPlace { end: place.end, old, new });
    }

    /// Binds a name to a value, besides those that it has already.
    fn bind(&mut self, name: &str, value: &str) {
        let values = self.bindings.entry(name.to_owned()).or_default();
        if values.len() < VALUES_MAX && !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }

    /// Whether a `#` makes a comment of the text at an offset. A `#` within quotes does not.
    fn is_commented(&self, offset: usize) -> bool {
        let (mut quote, mut before) = (None, ' ');
        for character in line_before(self.text, offset).chars() {
            match character {
                '#' if quote.is_none() && before.is_whitespace() => return true,
                '"' | '\'' if quote.is_none() => quote = Some(character),
                _ if quote == Some(character) => quote = None,
                _ => {}
            }
            before = character;
        }
        false
    }

    fn finish(self, source: &Source) -> Searched {
        let shown = |range: Range<usize>| {
            let text = lossy(source.text().get(range).unwrap_or_default()).into_owned();
            text.split_whitespace().filter(|word| *word != "\\").collect::<Vec<_>>().join(" ")
        };
        let callers = self.found.into_iter().map(|(start, FoundPlace { end, old, new })| {
            let place = source.position(start);
            Caller {
                line: place.line,
                column: place.column,
                job: new.job.map(|job| lossy(&job).into_owned()),
                event: new.event.map(|event| lossy(&event).into_owned()),
                old: old.unwrap_or_else(|| shown(start..end)),
                new: new.text.map(|text| lossy(&text).into_owned()),
                note: new.note.map(|note| lossy(&note).into_owned()),
            }
        });
        let open = self.open.into_iter().map(|(start, end)| {
            let place = source.position(start);
            OpenCall { line: place.line, column: place.column, text: shown(start..end) }
        });
        Searched { callers: callers.collect(), open: open.collect() }
    }
}
