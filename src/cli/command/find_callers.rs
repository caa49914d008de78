//! `callers`: finds who still calls the jobs of a directory.

use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use super::planned_jobs;
use super::searched_tree;
use super::searched_tree::{Excluded, FileContent, LONGEST, TreeEntry};
use crate::cli::arguments::{CallersArguments, CallersFormat};
use crate::cli::input::shown;
use crate::cli::{Status, Streams, panic};
use crate::machine::JobTable;
use crate::machine::callers;
use crate::machine::callers::{Caller, FileKind, OpenCall, Searched};
use crate::report::summary::counted;
use crate::report::write_json;
use crate::text::bytes::{carry, lossy};
use crate::text::list;
use crate::text::source::Source;
use crate::text::visible::visible;

/// The version of the JSON format. A version may gain fields but never loses or changes any.
const VERSION: u32 = 1;

pub(in crate::cli) fn run(arguments: &CallersArguments, streams: &mut Streams<'_>) -> Status {
    let (plan, strays) = match planned_jobs::plan(&arguments.init, arguments.dialect, streams) {
        Ok(planned) => planned,
        Err(status) => return status,
    };
    let table = planned_jobs::table(&plan);
    let mut status = Status::Done;
    // A job that cannot be read is not known, so that its callers are not found.
    for stray in &strays {
        if stray.conversion.diagnostics.iter().any(|found| found.rule.is_of_refusal()) {
            status = Status::Refused;
            let message = stray.conversion.diagnostics.first().map_or("", |found| &found.message);
            streams.error(&format!("{}: {}", visible(&stray.conversion.path), visible(message)));
        }
    }
    let excluded = Excluded::new(&arguments.init);
    let (mut seen, mut all) = (Vec::new(), FoundCallers::default());
    for tree in &arguments.trees {
        if let Err(error) = search_tree(tree, &excluded, &mut seen, &table, &mut all, streams) {
            streams.error(&format!("{}: cannot be read: {error}", visible(&shown(tree))));
            all.counts.unreadable += 1;
        }
    }
    if all.counts.unreadable > 0 {
        status = Status::Refused;
    }
    if all.counts.found > 0 {
        status = status.max(Status::Findings);
    }
    let printed = match arguments.format {
        CallersFormat::Text => streams.print(&all.lines(true)),
        CallersFormat::Concise => streams.print(&all.lines(false)),
        CallersFormat::Json => match all.json() {
            Ok(json) => streams.print(&json),
            Err(error) => {
                streams.error(&format!("cannot write JSON: {error}"));
                Status::Bug
            }
        },
    };
    if arguments.format == CallersFormat::Text {
        for (path, call) in all
            .files
            .iter()
            .flat_map(|file| file.searched.open.iter().map(move |call| (&file.path, call)))
        {
            streams.report(&format!(
                "note: {}:{}:{}: which job this names shows only when it runs: {}\n",
                visible(path),
                call.line,
                call.column,
                visible(&call.text)
            ));
        }
    }
    streams.report(&all.counts.line());
    status.max(printed)
}

/// What was found in all trees.
#[derive(Default)]
struct FoundCallers {
    files: Vec<FileCallers>,
    counts: CallerCounts,
}

/// What was found in a file.
struct FileCallers {
    path: String,
    searched: Searched,
}

#[derive(Default, Serialize)]
struct CallerCounts {
    /// The calls and paths that were found.
    found: usize,
    /// The calls whose job shows only when they run.
    open: usize,
    /// The files that were read.
    files: usize,
    /// The files that are not text.
    binary: usize,
    /// The files that are too long.
    too_long: usize,
    /// The named pipes, sockets and devices.
    special: usize,
    /// The files and directories that could not be read.
    unreadable: usize,
}

#[derive(Serialize)]
struct JsonCaller<'a> {
    path: &'a str,
    #[serde(flatten)]
    caller: &'a Caller,
}

#[derive(Serialize)]
struct JsonOpenCall<'a> {
    path: &'a str,
    #[serde(flatten)]
    call: &'a OpenCall,
}

#[derive(Serialize)]
struct JsonCallers<'a> {
    version: u32,
    callers: Vec<JsonCaller<'a>>,
    open: Vec<JsonOpenCall<'a>>,
    summary: &'a CallerCounts,
}

impl FoundCallers {
    fn lines(&self, with_notes: bool) -> Vec<u8> {
        let mut out = String::new();
        for FileCallers { path, searched } in &self.files {
            let path = visible(path);
            for Caller { line, column, old, new, note, job: _, event: _ } in &searched.callers {
                let new = new.as_deref().unwrap_or("nothing");
                out.push_str(&format!(
                    "{path}:{line}:{column}: {} -> {}\n",
                    visible(old),
                    visible(new)
                ));
                if let Some(note) = note.as_ref().filter(|_| with_notes) {
                    out.push_str(&format!("    note: {}\n", visible(note)));
                }
            }
        }
        out.into_bytes()
    }

    fn json(&self) -> serde_json::Result<Vec<u8>> {
        let paths: Vec<String> =
            self.files.iter().map(|file| lossy(&file.path).into_owned()).collect();
        let files = || self.files.iter().zip(&paths);
        let callers = files().flat_map(|(file, path)| {
            file.searched.callers.iter().map(move |caller| JsonCaller { path, caller })
        });
        let open = files().flat_map(|(file, path)| {
            file.searched.open.iter().map(move |call| JsonOpenCall { path, call })
        });
        let report = JsonCallers {
            version: VERSION,
            callers: callers.collect(),
            open: open.collect(),
            summary: &self.counts,
        };
        let mut out = Vec::new();
        write_json(&mut out, &report)?;
        out.push(b'\n');
        Ok(out)
    }
}

impl CallerCounts {
    /// The last line, on standard error.
    fn line(&self) -> String {
        let mut skipped = Vec::new();
        for (count, what) in [(self.binary, "not text"), (self.special, "not regular")] {
            if count > 0 {
                skipped.push(format!("{count} {what}"));
            }
        }
        if self.too_long > 0 {
            skipped.push(format!("{} of more than {} MiB", self.too_long, LONGEST >> 20));
        }
        if self.unreadable > 0 {
            skipped.push(format!("{} that cannot be read", self.unreadable));
        }
        let skipped = if skipped.is_empty() {
            String::new()
        } else {
            format!("; skipped {}", list::and(&skipped))
        };
        let calls =
            if self.found == 1 { "1 place calls" } else { &format!("{} places call", self.found) };
        format!("{} read, {calls} Upstart{skipped}\n", counted(self.files, "file"))
    }
}

fn search_tree(
    root: &Path,
    excluded: &Excluded,
    seen: &mut Vec<(u64, u64)>,
    table: &JobTable<'_>,
    all: &mut FoundCallers,
    streams: &mut Streams<'_>,
) -> io::Result<()> {
    let tree = searched_tree::list(root, excluded, seen)?;
    all.counts.special += tree.special;
    let mut failed: Vec<(PathBuf, String)> =
        tree.failed.into_iter().map(|(path, error)| (path, error.to_string())).collect();
    let looked: Vec<(PathBuf, Looked)> = tree
        .entries
        .into_par_iter()
        .map(|entry| match entry {
            TreeEntry::Link(path, target) => {
                let target = carry(target.as_os_str().as_encoded_bytes());
                let found = callers::link(&shown(&path), &target, table);
                (
                    path,
                    found.map_or(Looked::Link, |caller| {
                        Looked::Searched(
                            Searched { callers: vec![caller], open: Vec::new() },
                            false,
                        )
                    }),
                )
            }
            TreeEntry::File(path) => {
                let looked = look(&path, table);
                (path, looked)
            }
        })
        .collect();
    for (path, looked) in looked {
        match looked {
            Looked::Link => {}
            Looked::Searched(searched, is_file) => {
                all.counts.files += usize::from(is_file);
                all.counts.found += searched.callers.len();
                all.counts.open += searched.open.len();
                if searched != Searched::default() {
                    all.files.push(FileCallers { path: shown(&path), searched });
                }
            }
            Looked::Binary => all.counts.binary += 1,
            Looked::TooLong(is_script) => {
                all.counts.too_long += 1;
                if is_script {
                    streams.report(&format!(
                        "note: {}: not read, because it has more than {} MiB\n",
                        visible(&shown(&path)),
                        LONGEST >> 20
                    ));
                }
            }
            Looked::Failed(error) => failed.push((path, error)),
        }
    }
    for (path, error) in failed {
        all.counts.unreadable += 1;
        streams.error(&format!("{}: cannot be read: {error}", visible(&shown(&path))));
    }
    Ok(())
}

/// What became of an entry of a tree.
enum Looked {
    /// A link that is of no interest.
    Link,
    /// What was found, and whether a file was read for it.
    Searched(Searched, bool),
    Binary,
    /// Whether the name of the file is that of a script or of configuration.
    TooLong(bool),
    Failed(String),
}

fn look(path: &Path, table: &JobTable<'_>) -> Looked {
    let name = shown(path);
    if is_job(&name) {
        return Looked::Link;
    }
    let bytes = match searched_tree::read(path) {
        Ok(FileContent::Text(bytes)) => bytes,
        Ok(FileContent::Binary) => return Looked::Binary,
        Ok(FileContent::TooLong) => {
            let kind = FileKind::of(&name, "");
            return Looked::TooLong(!matches!(kind, FileKind::Other | FileKind::Prose));
        }
        Err(error) => return Looked::Failed(error.to_string()),
    };
    let source = Source::new(name, bytes);
    let kind = FileKind::of(source.path(), source.text().get(..200).unwrap_or(source.text()));
    match panic::caught(|| callers::search(&source, kind, table)) {
        Ok(searched) => Looked::Searched(searched, true),
        Err(bug) => Looked::Failed(bug.to_string()),
    }
}

/// Whether a file is a job, or changes one. `migrate` converts the commands in it.
fn is_job(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let is_called_so = [".conf", ".override"].iter().any(|ending| name.ends_with(ending));
    is_called_so && parts.next() == Some("init") && parts.next() == Some("etc")
}
