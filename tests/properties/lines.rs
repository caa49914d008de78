//! The jobs of the fixtures with one line removed, duplicated, cut, or without its end.

use std::fs;
use std::path::Path;

use upstart2systemd::lower::options::Options;
use upstart2systemd::text::source::{Source, Sources};

use super::common::{dialects, jobs};

/// Each job with the override beside it, once for each change of each line, with the options to
/// convert it.
pub(crate) fn changed() -> Vec<(Sources, Options)> {
    let mut found = Vec::new();
    let usual = jobs("fixtures/convert").into_iter().map(|path| (path, Options::default()));
    for (path, options) in usual.chain(dialects()) {
        let overriding = fs::read(path.with_extension("override"))
            .ok()
            .map(|bytes| Source::new("job.override", bytes));
        for bytes in mutations(&fs::read(&path).unwrap()) {
            let conf = Source::new(if is_old(&path) { "event.d/job" } else { "job.conf" }, bytes);
            let options = Options { companions: found.len() % 2 == 0, ..options };
            found.push((Sources { conf, overriding: overriding.clone() }, options));
        }
    }
    found
}

/// A job from before 0.5, whose file has no extension.
pub(crate) fn is_old(path: &Path) -> bool {
    path.parent().is_some_and(|directory| directory.ends_with("event.d"))
}

/// The texts that differ from `text` in one line.
fn mutations(text: &[u8]) -> Vec<Vec<u8>> {
    let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    let mut mutated = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let (before, after) = (lines[..at].concat(), lines[at + 1..].concat());
        let half = &line[..line.len() / 2];
        for instead in [
            &b""[..],
            &[*line, line].concat(),
            half,
            &[half, b"\n"].concat(),
            line.trim_ascii_end(),
        ] {
            mutated.push([&before, instead, &after].concat());
        }
        mutated.push([&before, half].concat());
    }
    mutated
}
