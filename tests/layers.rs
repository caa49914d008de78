//! Checks the structure of src/ against docs/ARCHITECTURE.md, which lists its rooms, their floors,
//! and the rules.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// The maximal lines of code of a file, the maximal entries of a folder, and the exceptions to
/// both.
const LINES: usize = 450;
const ENTRIES: usize = 16;
const LARGER: [&str; 3] = ["shell/reader.rs", "lint/rule", "lower/stanza"];

/// Code that uses files, streams, the environment or other processes.
const OUTSIDE: [&str; 9] = [
    "std::fs",
    "io::stdin",
    "io::stdout",
    "io::stderr",
    "std::env::",
    "std::process",
    "print!",
    "println!",
    "dbg!",
];

/// A source file, with its path relative to src/. `code` lacks tests, comments and the contents of
/// strings.
struct File {
    path: String,
    code: String,
    text: String,
}

impl File {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), code: code(text), text: text.to_owned() }
    }

    /// The folder directly below src/, or `None` for files in src/ itself.
    fn room(&self) -> Option<&str> {
        self.path.split_once('/').map(|(room, _)| room)
    }

    /// The number of times that `super` can go up before it leaves the crate.
    fn depth(&self) -> usize {
        self.path.matches('/').count() + usize::from(!self.path.ends_with("/mod.rs"))
    }
}

/// The code of a file, without items for tests, comments and the contents of strings.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        // The rules do not apply to test code: skip the attribute and the item after it.
        if line.trim() == "#[cfg(test)]" {
            lines.next();
            continue;
        }
        let (mut in_string, mut before) = (false, ' ');
        for (at, character) in line.char_indices() {
            if !in_string && line[at..].starts_with("//") {
                break;
            }
            if character == '"' && before != '\\' && before != '\'' {
                in_string = !in_string;
            }
            if !in_string || character == '"' {
                out.push(character);
            }
            before = if before == '\\' && character == '\\' { ' ' } else { character };
        }
        out.push('\n');
    }
    out
}

/// The words that follow a keyword at the beginning of a line, such as the names of types after
/// `struct`.
fn after<'a>(code: &'a str, keyword: &'a str) -> impl Iterator<Item = &'a str> {
    code.lines().filter_map(move |line| {
        let line = line.strip_prefix("pub").map_or(line, |rest| {
            rest.trim_start_matches(|c: char| {
                c == '(' || c == ')' || c == ':' || c.is_alphanumeric() || c == '_'
            })
            .trim_start()
        });
        let rest = line.strip_prefix(keyword)?.strip_prefix(' ')?;
        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()
    })
}

/// The names directly after `crate::`, including those of `crate::{a, b}`.
fn rooms_named(code: &str) -> Vec<&str> {
    let name =
        |text: &'_ str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let after = code.match_indices("crate::").map(|(at, found)| &code[at + found.len()..]);
    after
        .flat_map(|rest| match rest.strip_prefix('{').and_then(|list| list.split_once('}')) {
            Some((list, _)) => {
                list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect()
            }
            None => vec![rest],
        })
        .map(|text| &text[..name(text)])
        .collect()
}

/// The violations of the rules. `rooms` has the floor of each room.
fn complaints(files: &[File], rooms: &BTreeMap<String, u32>) -> Vec<String> {
    let mut found = Vec::new();
    let mut types: BTreeMap<&str, &str> = BTreeMap::new();
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    let mut folders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in files {
        let path = file.path.as_str();
        for (at, _) in path.match_indices('/').chain([(path.len(), "")]) {
            let (folder, entry) = path[..at].rsplit_once('/').unwrap_or(("", &path[..at]));
            folders.entry(folder).or_default().insert(entry);
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        // The arguments of a command are in a file with the name of the command.
        if !["mod.rs", "tests.rs"].contains(&name)
            && !path.contains("/tests/")
            && !path.starts_with("cli/arguments/")
            && let Some(other) = names.insert(name, path)
        {
            found.push(format!("{path}: {other} has the same name"));
        }
        if file.path.ends_with("/tests.rs") || path.contains("/tests/") {
            continue;
        }
        for keyword in ["struct", "enum", "trait", "type", "union"] {
            for name in after(&file.code, keyword) {
                if let Some(other) = types.insert(name, path) {
                    found.push(format!("{path}: `{name}` is defined in {other}, too"));
                }
            }
        }
        let lines = file.code.lines().filter(|line| !line.trim().is_empty()).count();
        if lines > LINES && !LARGER.contains(&path) {
            found.push(format!("{path}: {lines} lines of code, and a file has at most {LINES}"));
        }
        let Some(room) = file.room() else { continue };
        let Some(floor) = rooms.get(room) else {
            found.push(format!("{path}: docs/ARCHITECTURE.md has no room `{room}`"));
            continue;
        };
        for other in rooms_named(&file.code) {
            match rooms.get(other) {
                _ if other == room => {}
                Some(below) if below < floor => {}
                Some(above) => found.push(format!(
                    "{path}: `{other}` is on floor {above}, and `{room}` on floor {floor}"
                )),
                None => found.push(format!("{path}: `crate::{other}` is not a room")),
            }
        }
        if file.code.contains(&"super::".repeat(file.depth())) {
            found.push(format!("{path}: `super` leaves the room; write `crate::`"));
        }
        for touched in
            OUTSIDE.into_iter().filter(|touched| room != "cli" && file.code.contains(touched))
        {
            found.push(format!("{path}: `{touched}`, which only `cli` may touch"));
        }
        if ["systemd", "shell"].contains(&room) && file.text.to_lowercase().contains("upstart") {
            found.push(format!("{path}: has the word upstart, and `{room}` knows nothing of it"));
        }
    }
    for (folder, entries) in folders
        .iter()
        .filter(|(folder, entries)| entries.len() > ENTRIES && !LARGER.contains(folder))
    {
        found.push(format!(
            "{folder}: {} entries, and a folder has at most {ENTRIES}",
            entries.len()
        ));
    }
    found
}

/// The table of docs/ARCHITECTURE.md: rows that begin with a floor and the name of a room.
fn rooms() -> BTreeMap<String, u32> {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md"))
            .unwrap();
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let (floor, room) = (
            cells.next()?.trim().parse().ok()?,
            cells.next()?.trim().strip_prefix('`')?.strip_suffix('`')?,
        );
        Some((room.trim_end_matches('/').to_owned(), floor))
    };
    text.lines().filter_map(row).collect()
}

fn source() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut found, mut open) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                found.push(File::new(&relative, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

#[test]
fn the_walls_hold() {
    let rooms = rooms();
    assert!(rooms.len() > 10, "docs/ARCHITECTURE.md has {} rooms", rooms.len());
    let there: BTreeSet<String> =
        source().iter().filter_map(|file| file.room().map(str::to_owned)).collect();
    assert_eq!(
        rooms.keys().cloned().collect::<BTreeSet<_>>(),
        there,
        "the table of docs/ARCHITECTURE.md has the folders of src/"
    );
    let found = complaints(&source(), &rooms);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The complaints that one more file adds: what `the_walls_hold` reports already is left out.
fn planted(path: &str, text: &str) -> Vec<String> {
    static BEFORE: LazyLock<Vec<String>> = LazyLock::new(|| complaints(&source(), &rooms()));
    let (mut files, rooms) = (source(), rooms());
    files.push(File::new(path, text));
    let mut added = complaints(&files, &rooms);
    added.retain(|complaint| !BEFORE.contains(complaint));
    added
}

#[test]
fn an_import_that_goes_up_is_seen() {
    assert_eq!(
        planted("systemd/planted.rs", "use crate::lower::Lowered;\n"),
        ["systemd/planted.rs: `lower` is on floor 5, and `systemd` on floor 2"]
    );
    assert_eq!(planted("lint/planted.rs", "fn f() { crate::lower::f() }\n").len(), 1);
    assert_eq!(planted("lint/planted.rs", "use crate::{jobset, report, text};\n").len(), 1);
    assert_eq!(planted("text/planted.rs", "use super::super::cli;\n").len(), 1);
    assert_eq!(
        planted(
            "lower/planted.rs",
            "// crate::cli\nuse crate::text::source::Span;\nconst A: &str = \"crate::cli\";\n"
        ),
        [""; 0]
    );
}

#[test]
fn a_name_that_is_there_twice_is_seen() {
    assert_eq!(planted("text/planted.rs", "pub(super) struct UnitName;\n").len(), 1);
    assert_eq!(planted("text/unit_name.rs", "").len(), 1);
}

#[test]
fn a_file_that_is_read_outside_of_cli_is_seen() {
    assert_eq!(
        planted("convert/planted.rs", "fn f() { std::fs::read(\"a\"); }\n"),
        ["convert/planted.rs: `std::fs`, which only `cli` may touch"]
    );
    assert_eq!(planted("cli/overlay/planted.rs", "fn f() { std::fs::read(\"a\"); }\n"), [""; 0]);
}

#[test]
fn size_and_words_are_seen() {
    assert_eq!(planted("text/planted.rs", &"fn f() {}\n".repeat(451)).len(), 1);
    assert_eq!(
        planted(
            "text/planted.rs",
            &format!("#[cfg(test)]\nmod tests {{\n{}", "fn f() {}\n".repeat(451))
        ),
        [""; 0]
    );
    assert_eq!(planted("systemd/planted.rs", "// as Upstart does\n").len(), 1);
}
