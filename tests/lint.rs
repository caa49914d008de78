//! Every rule of the linter, on its own examples: fixtures/lint/NAME/bad.conf, good.conf, and what is said in bad.snap.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use upstart2systemd::conversion::Options;
use upstart2systemd::convert::{convert, read_written};
use upstart2systemd::diagnostic::registry::RULES;
use upstart2systemd::diagnostic::{Category, Diagnostic, Rule, SectionKind};
use upstart2systemd::fix::{AllFixed, Ending, fix_all};
use upstart2systemd::job::JobName;
use upstart2systemd::lint::{self, LINTS, Subject};
use upstart2systemd::report::{self, Style};
use upstart2systemd::source::{Source, Sources};

fn sources(text: &[u8]) -> Sources {
    Sources { conf: Source::new("job.conf", text.to_vec()), overriding: None }
}

/// What the rules find; nothing where init would refuse the job.
fn found(sources: &Sources) -> Option<Vec<Diagnostic>> {
    let (job, files) = read_written(sources, JobName("job".to_owned()), None).ok()?;
    Some(lint::lint(&Subject::new(sources, files.iter().collect(), &job)))
}

fn of_rule(sources: &Sources, name: &str) -> Vec<Diagnostic> {
    let found = found(sources).unwrap_or_else(|| panic!("{name}: the example is refused"));
    found.into_iter().filter(|diagnostic| diagnostic.rule.name == name).collect()
}

struct Example {
    bad: String,
    good: String,
}

/// The jobs of a rule's page.
fn example(rule: &Rule) -> Example {
    let page = rule.page();
    let only = |kind| match page.files(kind) {
        [file] => file.contents(),
        files => panic!("{}: {} examples", rule.name, files.len()),
    };
    Example { bad: only(SectionKind::Bad), good: only(SectionKind::Good) }
}

/// The rules about single jobs that the passes find on their way.
fn of_passes() -> impl Iterator<Item = (&'static str, Example)> {
    let is_one = |rule: &&&'static Rule| rule.category == Category::Mistake && LINTS.iter().all(|lint| lint.rule != **rule);
    RULES.iter().filter(is_one).map(|rule| (rule.name, example(rule)))
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lint")
}

#[test]
fn every_rule_has_its_examples_and_every_example_its_rule() {
    let directories: BTreeSet<String> =
        fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let rules: BTreeSet<String> = LINTS.iter().map(|lint| lint.rule.name.to_owned()).collect();
    assert_eq!(directories, rules);
    for lint in LINTS {
        for (file, text) in [("bad.conf", example(lint.rule).bad), ("good.conf", example(lint.rule).good)] {
            let path = directory().join(lint.rule.name).join(file);
            assert_eq!(fs::read_to_string(&path).unwrap(), text, "{}", path.display());
        }
    }
}

#[test]
fn bad_examples_are_found() {
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        for lint in LINTS {
            let name = lint.rule.name;
            let sources = sources(example(lint.rule).bad.as_bytes());
            let said: Vec<String> = of_rule(&sources, name).iter().map(|found| report::text(&sources, found, Style::Plain)).collect();
            assert!(!said.is_empty(), "{name} does not find its example");
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(directory().join(name));
            settings.bind(|| insta::assert_snapshot!("bad", said.join("\n")));
        }
    });
}

#[test]
fn good_examples_are_not() {
    for lint in LINTS {
        let sources = sources(example(lint.rule).good.as_bytes());
        let said: Vec<String> = of_rule(&sources, lint.rule.name).iter().map(|found| report::text(&sources, found, Style::Plain)).collect();
        assert!(said.is_empty(), "{}", said.concat());
    }
}

/// What the edits make of a job.
fn edited(text: &str, diagnostics: &[Diagnostic]) -> String {
    let mut edits: Vec<_> = diagnostics.iter().flat_map(|diagnostic| &diagnostic.edits).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.span.range(), &edit.text);
    }
    text
}

#[test]
fn edits_mend_what_was_found() {
    for lint in LINTS {
        let name = lint.rule.name;
        let found = of_rule(&sources(example(lint.rule).bad.as_bytes()), name);
        let mended: Vec<Diagnostic> = found.into_iter().filter(|diagnostic| !diagnostic.edits.is_empty()).collect();
        let unmended = of_rule(&sources(example(lint.rule).bad.as_bytes()), name).len() - mended.len();
        let text = edited(&example(lint.rule).bad, &mended);
        assert_eq!(of_rule(&sources(text.as_bytes()), name).len(), unmended, "{name}:\n{text}");
    }
}

/// A text with each line left out, written twice, and cut in half.
fn mutations(text: &str) -> Vec<Vec<u8>> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let with = |index: usize, line: &[u8]| [lines[..index].concat().as_bytes(), line, lines[index + 1..].concat().as_bytes()].concat();
    (0..lines.len())
        .flat_map(|index| {
            let line = lines[index].as_bytes();
            let half = [&line[..line.len() / 2], b"\n"].concat();
            let cut_off = [lines[..index].concat().as_bytes(), &line[..line.len() / 2]].concat();
            let bent = [&line[..line.len() / 2], b" \"\xe4\xc3\xa4 $\\\n".as_slice(), &line[line.len() / 2..]].concat();
            [with(index, b""), with(index, &line.repeat(2)), with(index, &half), with(index, &bent), cut_off]
        })
        .collect()
}

#[test]
fn mutated_examples_give_sound_places() {
    let mut texts: Vec<String> = Vec::new();
    for lint in LINTS {
        texts.extend([example(lint.rule).bad, example(lint.rule).good]);
    }
    for text in texts.iter().flat_map(|text| mutations(text)) {
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
                assert!(text.get(span.range()).is_some(), "{}: {span:?} in {text:?}", diagnostic.rule.name);
            }
            report::text(&sources, &diagnostic, Style::Plain);
        }
    }
}

/// Rules that other passes find have examples, too.
#[test]
fn examples_of_passes_are_found_and_mended() {
    let all = |text: &str| convert(&sources(text.as_bytes()), JobName("job".to_owned()), &Options::default()).diagnostics;
    assert!(of_passes().count() > 20);
    for (name, example) in of_passes() {
        assert!(all(&example.bad).iter().any(|found| found.rule.name == name), "{name} does not find its example");
        assert!(!all(&example.good).iter().any(|found| found.rule.name == name), "{name} finds something in its good example");
    }
}

/// All jobs of the fixtures that stand alone.
fn jobs() -> Vec<(PathBuf, Vec<u8>)> {
    let (mut found, mut open) = (Vec::new(), vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")]);
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

/// Everything that is found in a job, wherever.
fn everything(sources: &Sources) -> Vec<Diagnostic> {
    let mut all = convert(sources, JobName("job".to_owned()), &Options::default()).diagnostics;
    all.extend(found(sources).unwrap_or_default());
    all
}

fn believed(sources: &Sources) -> Option<String> {
    let (job, _) = read_written(sources, JobName("job".to_owned()), None).ok()?;
    Some(serde_json::to_string(&report::believed::believed(&job)).unwrap())
}

/// A job that is mended where that is safe is the same job to init, or one that init now takes; and nothing is left to mend.
#[test]
fn safe_edits_keep_the_job() {
    let mended: usize = jobs().par_iter().map(|(path, text)| safely_mended(path, text)).sum();
    assert!(mended > 100, "nothing was mended");
}

/// How much was mended in a job, and in what becomes of it when its lines are changed.
fn safely_mended(path: &Path, text: &[u8]) -> usize {
    let mut mended = 0;
    for text in std::iter::once(text.to_vec()).chain(std::str::from_utf8(text).map(mutations).unwrap_or_default()) {
        let before = sources(&text);
        let AllFixed { sources: after, applied, left, ending } = fix_all(before.clone(), false, everything);
        let shown = || format!("{}:\n{}\n{}", path.display(), before.conf.text(), after.conf.text());
        assert!(!matches!(ending, Ending::Exhausted), "{}", shown());
        if let Some(job) = believed(&before) {
            assert_eq!(believed(&after), Some(job), "{}", shown());
            assert!(!left.iter().any(|found| !found.edits.is_empty() && found.edits.iter().all(|edit| edit.safe)), "{}", shown());
        }
        mended += applied.len();
    }
    mended
}

/// The other edits change the job, and are not offered again.
#[test]
fn unsafe_edits_settle() {
    for (path, text) in jobs() {
        let AllFixed { sources: after, ending, .. } = fix_all(sources(&text), true, everything);
        assert!(!matches!(ending, Ending::Exhausted), "{}:\n{}", path.display(), after.conf.text());
    }
}

/// Whatever stands behind, no edit makes a job that init refuses.
#[test]
fn no_edit_has_to_be_taken_back() {
    let examples: Vec<_> = jobs().into_iter().filter(|(path, _)| path.to_string_lossy().contains("/lint")).collect();
    assert!(examples.len() >= 2 * LINTS.len());
    examples.par_iter().for_each(|(path, text)| {
        for end in text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(end, _)| end) {
            for behind in [" b", " \\\n", "\\\n \\\n", " it's", " \"", " \0", "\\", " \\", "# it's", "#", "#a b # it's", ")"] {
                let sources = sources(&[&text[..end], behind.as_bytes(), &text[end..]].concat());
                if found(&sources).is_some() {
                    let AllFixed { sources: after, ending, .. } = fix_all(sources, true, everything);
                    assert!(matches!(ending, Ending::Settled), "{}, {ending:?}:\n{}", path.display(), after.conf.text());
                }
            }
        }
    });
}
