//! The jobs of the fixtures, changed in several places at a time.

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::job::Text;
use super::lines::is_old;

/// A change. Indices are taken modulo the number of lines or bytes.
#[derive(Clone, Debug)]
enum Change {
    Delete(Index),
    Double(Index),
    Move(Index, Index),
    /// A line of another job.
    Borrow(Index, Index, Index),
    Truncate(Index),
    Byte(Index, u8),
    Insert(Index, u8),
    CutLine(Index, Index),
    CarriageReturns,
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<Index>;
    prop_oneof![
        3 => place().prop_map(Change::Delete),
        2 => place().prop_map(Change::Double),
        3 => (place(), place()).prop_map(|(from, to)| Change::Move(from, to)),
        3 => (place(), place(), place()).prop_map(|(job, from, to)| Change::Borrow(job, from, to)),
        1 => place().prop_map(Change::Truncate),
        2 => (place(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        3 => (place(), prop::sample::select(&b"\"'\\()#\n\r \t=$`{}\0\xE9\xFFa"[..])).prop_map(|(at, byte)| Change::Insert(at, byte)),
        2 => (place(), place()).prop_map(|(line, at)| Change::CutLine(line, at)),
        1 => Just(Change::CarriageReturns),
    ]
}

/// Jobs of the fixtures with up to five changes.
pub(crate) fn mutated() -> impl Strategy<Value = Text> {
    let jobs = fixtures();
    (any::<Index>(), vec(change(), 1..6)).prop_map(move |(job, changes)| {
        let mut text = job.get(&jobs).clone();
        for change in &changes {
            text = changed(&text, change, &jobs);
        }
        Text(text)
    })
}

/// All jobs below fixtures, including refused ones and overrides.
pub(crate) fn fixtures() -> Vec<Vec<u8>> {
    let (mut paths, mut open) =
        (Vec::new(), vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")]);
    while let Some(next) = open.pop() {
        for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else if is_old(&path)
                || path
                    .extension()
                    .is_some_and(|extension| extension == "conf" || extension == "override")
            {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

fn changed(text: &[u8], change: &Change, jobs: &[Vec<u8>]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    if lines.is_empty() {
        return text.to_vec();
    }
    match change {
        Change::Delete(at) => {
            lines.remove(at.index(lines.len()));
        }
        Change::Double(at) => {
            let at = at.index(lines.len());
            lines.insert(at, lines[at]);
        }
        Change::Move(from, to) => {
            let line = lines.remove(from.index(lines.len()));
            lines.insert(to.index(lines.len() + 1), line);
        }
        Change::Borrow(job, from, to) => {
            let others: Vec<&[u8]> = job.get(jobs).split_inclusive(|&byte| byte == b'\n').collect();
            if !others.is_empty() {
                lines.insert(to.index(lines.len() + 1), others[from.index(others.len())]);
            }
        }
        Change::Truncate(at) => return text[..at.index(text.len())].to_vec(),
        Change::Byte(at, byte) => {
            let mut text = text.to_vec();
            let at = at.index(text.len());
            text[at] = *byte;
            return text;
        }
        Change::Insert(at, byte) => {
            let mut text = text.to_vec();
            text.insert(at.index(text.len()), *byte);
            return text;
        }
        Change::CutLine(line, at) => {
            let line = &mut lines[line.index(text.split_inclusive(|&byte| byte == b'\n').count())];
            *line = &line[..at.index(line.len() + 1)];
        }
        Change::CarriageReturns => {
            return lines
                .iter()
                .flat_map(|line| {
                    line.strip_suffix(b"\n").map_or(line.to_vec(), |line| [line, b"\r\n"].concat())
                })
                .collect();
        }
    }
    lines.concat()
}
