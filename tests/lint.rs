//! Properties of all rules of the linter and of their edits. The examples of each rule are tests of
//! `fixtures`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use upstart2systemd::convert;
use upstart2systemd::convert::read::read;
use upstart2systemd::diagnostic::fix::{AllFixed, Ending, fix_all};
use upstart2systemd::diagnostic::registry::RULES;
use upstart2systemd::diagnostic::{Category, Diagnostic, Rule};
use upstart2systemd::lint;
use upstart2systemd::lint::Subject;
use upstart2systemd::lint::rule::LINTS;
use upstart2systemd::lower::options::Options;
use upstart2systemd::report;
use upstart2systemd::report::Paint;
use upstart2systemd::text::source::{Source, Sources};
use upstart2systemd::upstart::job::JobName;

fn sources(text: &[u8]) -> Sources {
    Sources { conf: Source::new("job.conf", text.to_vec()), overriding: None }
}

/// The findings of the rules, or `None` if init would refuse the job.
fn found(sources: &Sources) -> Option<Vec<Diagnostic>> {
    let read = read(sources, JobName("job".to_owned()), None).ok()?;
    Some(lint::lint(&Subject::new(sources, &read.files, &read.job, &read.scripts)))
}

/// The names of the entries of a directory of the project.
fn names(directory: &str) -> BTreeSet<String> {
    let read = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(directory)).unwrap();
    read.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// A directory has one entry for each rule.
#[track_caller]
fn assert_same(directory: &str, there: &BTreeSet<String>, rules: &BTreeSet<String>) {
    let missing: Vec<_> = rules.difference(there).collect();
    assert!(missing.is_empty(), "{directory} has nothing for {missing:?}");
    let left: Vec<_> = there.difference(rules).collect();
    assert!(left.is_empty(), "{directory} has {left:?}, which no rule is for");
}

#[test]
fn every_rule_has_its_fixture() {
    let rules: BTreeSet<String> = LINTS.iter().map(|lint| lint.rule.name.to_owned()).collect();
    assert_same("fixtures/lint", &names("fixtures/lint"), &rules);
    assert!(LINTS.is_sorted_by_key(|lint| lint.rule.code));
}

/// A text with each line left out, written twice, and cut in half.
fn mutations(text: &str) -> Vec<Vec<u8>> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let with = |index: usize, line: &[u8]| {
        [lines[..index].concat().as_bytes(), line, lines[index + 1..].concat().as_bytes()].concat()
    };
    (0..lines.len())
        .flat_map(|index| {
            let line = lines[index].as_bytes();
            let half = [&line[..line.len() / 2], b"\n"].concat();
            let cut_off = [lines[..index].concat().as_bytes(), &line[..line.len() / 2]].concat();
            let bent = [
                &line[..line.len() / 2],
                b" \"\xe4\xc3\xa4 $\\\n".as_slice(),
                &line[line.len() / 2..],
            ]
            .concat();
            [
                with(index, b""),
                with(index, &line.repeat(2)),
                with(index, &half),
                with(index, &bent),
                cut_off,
            ]
        })
        .collect()
}

#[test]
fn mutated_examples_give_sound_places() {
    let examples = jobs().into_iter().filter(|(path, _)| path.to_string_lossy().contains("/lint/"));
    let texts = examples.map(|(_, text)| String::from_utf8(text).unwrap());
    for text in texts.flat_map(|text| mutations(&text)) {
        let sources = sources(&text);
        for diagnostic in found(&sources).unwrap_or_default() {
            let places = diagnostic
                .related
                .iter()
                .map(|(span, _)| *span)
                .chain(diagnostic.edits.iter().map(|edit| edit.span))
                .chain([diagnostic.span]);
            for span in places {
                let text = sources.get(span.origin).text();
                assert!(
                    text.get(span.range()).is_some(),
                    "{}: {span:?} in {text:?}",
                    diagnostic.rule.name
                );
            }
            report::text(&sources, &diagnostic, Paint::Plain);
        }
    }
}

/// Rules of other passes about mistakes have fixtures as well.
#[test]
fn every_rule_of_a_pass_has_its_fixture() {
    let is_one = |rule: &&&Rule| {
        rule.category == Category::Mistake && LINTS.iter().all(|lint| lint.rule != **rule)
    };
    let wanted: BTreeSet<String> =
        RULES.iter().filter(is_one).map(|rule| rule.name.to_owned()).collect();
    assert_same("fixtures/lint-passes", &names("fixtures/lint-passes"), &wanted);
}

/// A job that stays on Upstart has no unit: what is found in it is about Upstart.
#[test]
fn plain_lint_never_speaks_of_units() {
    let said = |sources: &Sources| {
        convert::convert(sources, JobName("job".to_owned()), &Options::default())
            .diagnostics
            .into_iter()
            .chain(found(sources).unwrap_or_default())
            .filter(|diagnostic| !diagnostic.rule.category.is_about_units())
            // Files that are units, and values with a unit of measurement.
            .filter(|diagnostic| !diagnostic.rule.is_of_refusal())
            .filter_map(Diagnostic::without_unit)
            .filter_map(|diagnostic| {
                let texts = [&diagnostic.message].into_iter().chain(&diagnostic.notes);
                let all: Vec<&str> = texts.chain(&diagnostic.help).map(String::as_str).collect();
                let text = all.join(" ").replace("upstart2systemd", "");
                let words = |word: &str| ["unit", "units", "systemd", "systemctl"].contains(&word);
                text.split(|letter: char| !letter.is_ascii_alphanumeric())
                    .any(words)
                    .then(|| format!("{}: {text}", diagnostic.rule.code))
            })
            .collect::<Vec<_>>()
    };
    let wrong: BTreeSet<String> =
        jobs().into_iter().flat_map(|(_, text)| said(&sources(&text))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// All single jobs of the fixtures.
fn jobs() -> Vec<(PathBuf, Vec<u8>)> {
    let (mut found, mut open) =
        (Vec::new(), vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")]);
    while let Some(next) = open.pop() {
        for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "conf") {
                let text = fs::read(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

/// All findings in a job, from any pass.
fn everything(sources: &Sources) -> Vec<Diagnostic> {
    let mut all =
        convert::convert(sources, JobName("job".to_owned()), &Options::default()).diagnostics;
    all.extend(found(sources).unwrap_or_default());
    all
}

fn parsed(sources: &Sources) -> Option<String> {
    let read = read(sources, JobName("job".to_owned()), None).ok()?;
    Some(serde_json::to_string(&report::parsed_job::parsed_job(&read.job)).unwrap())
}

/// Safe edits do not change how init reads a job, and leave nothing to edit safely. A job that
/// init refuses has none.
#[test]
fn safe_edits_keep_the_job() {
    let mended: usize = jobs().par_iter().map(|(path, text)| safely_mended(path, text)).sum();
    assert!(mended > 100, "nothing was mended");
}

/// The number of safe edits in a job, and in the same job with its lines changed.
fn safely_mended(path: &Path, text: &[u8]) -> usize {
    let mut mended = 0;
    // Other fixtures have few findings with edits.
    let step = if path.to_string_lossy().contains("/lint") { 1 } else { 3 };
    let changed = std::str::from_utf8(text).map(mutations).unwrap_or_default();
    for text in std::iter::once(text.to_vec()).chain(changed.into_iter().step_by(step)) {
        let before = sources(&text);
        let AllFixed { sources: after, applied, left, ending } =
            fix_all(before.clone(), false, everything);
        let shown =
            || format!("{}:\n{}\n{}", path.display(), before.conf.text(), after.conf.text());
        assert!(!matches!(ending, Ending::Exhausted), "{}", shown());
        if let Some(job) = parsed(&before) {
            assert_eq!(parsed(&after), Some(job), "{}", shown());
            assert!(
                !left.iter().any(
                    |found| !found.edits.is_empty() && found.edits.iter().all(|edit| edit.safe)
                ),
                "{}",
                shown()
            );
        } else {
            assert!(applied.is_empty(), "{}", shown());
        }
        mended += applied.len();
    }
    mended
}

/// Unsafe edits change the job, but are not offered again.
#[test]
fn unsafe_edits_settle() {
    for (path, text) in jobs() {
        let AllFixed { sources: after, ending, .. } = fix_all(sources(&text), true, everything);
        assert!(!matches!(ending, Ending::Exhausted), "{}:\n{}", path.display(), after.conf.text());
    }
}

/// Whatever follows, no edit makes a job that init refuses.
#[test]
fn no_edit_has_to_be_taken_back() {
    let examples: Vec<_> =
        jobs().into_iter().filter(|(path, _)| path.to_string_lossy().contains("/lint")).collect();
    assert!(examples.len() >= 2 * LINTS.len());
    examples.par_iter().for_each(|(path, text)| {
        for end in text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(end, _)| end) {
            for behind in [
                " b",
                " \\\n",
                "\\\n \\\n",
                " it's",
                " \"",
                " \0",
                "\\",
                " \\",
                "# it's",
                "#",
                "#a b # it's",
                ")",
            ] {
                let sources = sources(&[&text[..end], behind.as_bytes(), &text[end..]].concat());
                if found(&sources).is_some() {
                    let AllFixed { sources: after, ending, .. } =
                        fix_all(sources, true, everything);
                    assert!(
                        matches!(ending, Ending::Settled),
                        "{}, {ending:?}:\n{}",
                        path.display(),
                        after.conf.text()
                    );
                }
            }
        }
    });
}
