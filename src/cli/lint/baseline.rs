//! A file of known findings, which are no longer reported.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::cli::write_file::replace_regular;
use crate::convert::Converted;
use crate::diagnostic::fingerprint::{Fingerprint, file_name};
use crate::text::bytes::lossy;

const VERSION: u32 = 1;

/// The number of times that each finding is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct Baseline {
    known: BTreeMap<Key, usize>,
}

/// Fields in the sort order of the file. Only the fingerprint identifies a finding; the rest is for
/// readers of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    file: String,
    code: String,
    fingerprint: String,
}

#[derive(Deserialize)]
struct BaselineVersion {
    version: u32,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u32,
    findings: Vec<KnownFinding>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct KnownFinding {
    file: String,
    code: String,
    fingerprint: String,
    count: usize,
}

impl Baseline {
    /// A baseline of all findings.
    pub(crate) fn of(files: &[Converted]) -> Self {
        let mut known = BTreeMap::new();
        for Converted { sources, conversion } in files {
            for diagnostic in &conversion.diagnostics {
                let key = Key {
                    file: lossy(file_name(sources.get(diagnostic.span.origin))).into_owned(),
                    code: diagnostic.rule.code.to_owned(),
                    fingerprint: Fingerprint::of(sources, diagnostic).to_string(),
                };
                *known.entry(key).or_default() += 1;
            }
        }
        Self { known }
    }

    /// Fails if this is something that a baseline must not take the place of: a device, a pipe, or a
    /// link, such as /dev/stdout.
    pub(crate) fn check_place(path: &Path) -> Result<()> {
        match fs::symlink_metadata(path) {
            Ok(metadata) if !metadata.is_file() => bail!(
                "cannot write the baseline `{}`: it is not a regular file; give the name of a regular file, or of a new one",
                path.display()
            ),
            // Whether it can be written to is seen when it is written.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Writes the file. A reader sees the old file or the new one, never a part of either.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let finding = |(Key { file, code, fingerprint }, &count): (&Key, &usize)| KnownFinding {
            file: file.clone(),
            code: code.clone(),
            fingerprint: fingerprint.clone(),
            count,
        };
        let content =
            Content { version: VERSION, findings: self.known.iter().map(finding).collect() };
        let mut text = serde_json::to_string_pretty(&content)?;
        text.push('\n');
        Self::check_place(path)?;
        replace_regular(path, text.as_bytes())
            .with_context(|| format!("cannot write the baseline `{}`", path.display()))
    }

    pub(crate) fn read(path: &Path) -> Result<Self> {
        let shown = path.display();
        let text = fs::read(path).with_context(|| format!("cannot read the baseline `{shown}`"))?;
        let is_none = || format!("`{shown}` is not a baseline");
        let BaselineVersion { version } = serde_json::from_slice(&text).with_context(is_none)?;
        ensure!(
            version == VERSION,
            "`{shown}` is a baseline of version {version}, and this program knows version {VERSION}: write it anew"
        );
        let Content { version: _, findings } =
            serde_json::from_slice(&text).with_context(is_none)?;
        let mut known = BTreeMap::new();
        for KnownFinding { file, code, fingerprint, count } in findings {
            // A merge by hand may have produced equal entries; their counts are added.
            let entry: &mut usize = known.entry(Key { file, code, fingerprint }).or_default();
            *entry = entry.saturating_add(count);
        }
        Ok(Self { known })
    }

    /// Removes the known findings and returns their number. A finding with a count is removed that
    /// many times.
    pub(crate) fn filter(&self, files: &mut [Converted]) -> usize {
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        for (key, &count) in &self.known {
            let entry = left.entry(&key.fingerprint).or_default();
            *entry = entry.saturating_add(count);
        }
        let mut hidden = 0;
        for Converted { sources, conversion } in files {
            conversion.diagnostics.retain(|diagnostic| {
                let fingerprint = Fingerprint::of(sources, diagnostic).to_string();
                match left.get_mut(fingerprint.as_str()) {
                    Some(count @ 1..) => {
                        *count -= 1;
                        hidden += 1;
                        false
                    }
                    Some(0) | None => true,
                }
            });
        }
        hidden
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::convert::Conversion;
    use crate::diagnostic::{Rule, Severity};
    use crate::text::source::{Origin, Source, Sources, Span};

    static WARNING: Rule = Rule::sample("U192", "warned", Severity::Warning);
    static NOTE: Rule = Rule::sample("U191", "noted", Severity::Note);

    /// Warns of each `bad`, and notes each line that is `odd`.
    fn found(path: &str, text: &str) -> Converted {
        let of = |word: &'static str, rule: &'static Rule| {
            text.match_indices(word)
                .map(|(at, _)| rule.at(Span::new(Origin::Conf, at..at + 3), word))
                .collect::<Vec<_>>()
        };
        let diagnostics = [of("bad", &WARNING), of("odd", &NOTE)].concat();
        let conversion = Conversion {
            path: path.to_owned(),
            job: String::new(),
            outputs: Vec::new(),
            stanzas: Vec::new(),
            diagnostics,
        };
        Converted {
            sources: Arc::new(Sources { conf: Source::new(path, text.into()), overriding: None }),
            conversion,
        }
    }

    fn left(baseline: &Baseline, path: &str, text: &str) -> (usize, usize) {
        let mut files = [found(path, text)];
        let hidden = baseline.filter(&mut files);
        (hidden, files[0].conversion.diagnostics.len())
    }

    #[test]
    fn the_file_comes_back_and_is_always_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("baseline.json");
        let files = [found("b.conf", "bad\nodd\nbad\n"), found("/etc/init/a.conf", "bad bad\n")];
        let baseline = Baseline::of(&files);
        baseline.write(&path).unwrap();
        assert_eq!(Baseline::read(&path).unwrap(), baseline);
        let written = fs::read_to_string(&path).unwrap();
        insta::assert_snapshot!(written);
        let [first, second] = files;
        Baseline::of(&[second, first]).write(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), written);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_known_is_hidden_as_often_as_it_is_known() {
        let baseline = Baseline::of(&[found("a.conf", "bad\nodd\n  bad\n")]);
        assert_eq!(left(&baseline, "a.conf", "bad\nodd\n  bad\n"), (3, 0));
        assert_eq!(left(&baseline, "x/a.conf", "# new lines\n\n\tbad\nfine\nodd\nbad\n"), (3, 0));
        assert_eq!(left(&baseline, "a.conf", "bad\nbad\nbad\n"), (2, 1));
        assert_eq!(left(&baseline, "a.conf", "bad thing\n"), (0, 1));
        assert_eq!(left(&baseline, "b.conf", "bad\n"), (0, 1));
        assert_eq!(left(&Baseline::default(), "a.conf", "bad\n"), (0, 1));
    }

    #[test]
    fn what_is_known_is_shared_by_the_files_of_a_run() {
        let baseline = Baseline::of(&[found("a.conf", "bad\n")]);
        let mut files = [found("x/a.conf", "bad\n"), found("y/a.conf", "bad\n")];
        assert_eq!(baseline.filter(&mut files), 1);
        assert_eq!(files.map(|file| file.conversion.diagnostics.len()), [0, 1]);
    }

    #[test]
    fn what_is_no_baseline_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("baseline.json");
        let error = || format!("{:#}", Baseline::read(&path).unwrap_err());
        assert!(error().starts_with("cannot read the baseline `"), "{}", error());
        for (content, expected) in [
            ("", "is not a baseline: EOF"),
            ("[]", "is not a baseline: "),
            ("{\"version\":1}", "is not a baseline: missing field `findings`"),
            (
                "{\"version\":1,\"findings\":[],\"more\":1}",
                "is not a baseline: unknown field `more`",
            ),
            (
                "{\"version\":2,\"findings\":{}}",
                "is a baseline of version 2, and this program knows version 1",
            ),
        ] {
            fs::write(&path, content).unwrap();
            assert!(error().contains(expected), "{content}: {}", error());
        }
        let nowhere = directory.path().join("absent/baseline.json");
        let error = format!("{:#}", Baseline::default().write(&nowhere).unwrap_err());
        assert!(error.starts_with("cannot write the baseline `"), "{error}");
    }

    #[test]
    fn only_a_regular_file_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link.json");
        fs::write(directory.path().join("file.json"), "{}").unwrap();
        std::os::unix::fs::symlink("file.json", &link).unwrap();
        for path in [&link, Path::new("/dev/null"), Path::new("/dev/stdout"), directory.path()] {
            let error = format!("{:#}", Baseline::default().write(path).unwrap_err());
            assert!(error.contains("it is not a regular file"), "{error}");
        }
        assert!(fs::symlink_metadata(link).unwrap().is_symlink());
        assert_eq!(fs::read(directory.path().join("file.json")).unwrap(), b"{}");
    }

    #[test]
    fn counts_that_are_merged_add_up() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("baseline.json");
        let known = |count: usize| {
            format!(r#"{{"file":"a","code":"U1","fingerprint":"f","count":{count}}}"#)
        };
        fs::write(
            &path,
            format!(r#"{{"version":1,"findings":[{},{}]}}"#, known(2), known(usize::MAX)),
        )
        .unwrap();
        assert_eq!(
            Baseline::read(&path).unwrap().known.into_values().collect::<Vec<_>>(),
            [usize::MAX]
        );
    }
}
