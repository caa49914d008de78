//! The list of the files that this program wrote below a root, by which a later run knows them and
//! sees whether a person has edited them.
//!
//! Each line of the file is a JSON object. The list is written before the files: a run that is
//! killed leaves files that are old or new, so the list has the hashes of both.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::convert::FileOrigin;
use crate::text::bytes::carry;

/// The name of the list. It is in the root.
pub(in crate::cli) const MANIFEST: &str = ".upstart2systemd";

/// The largest list that is read, in bytes: that of a million files has about half of it.
const LARGEST: u64 = 1 << 30;

/// The files that this program wrote, by their paths relative to the root.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct Manifest {
    /// An entry for each file.
    pub(in crate::cli) files: BTreeMap<String, Entry>,
}

/// A file that this program wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct Entry {
    path: String,
    /// The hash of the content, in hexadecimal.
    pub(in crate::cli) sha256: String,
    /// The hash of the content before, which is still there if the run was killed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    /// The job that the file was written for; `None` if it is shared by jobs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) origin: Option<FileOrigin>,
}

/// The first line of the list.
#[derive(Serialize, Deserialize)]
struct Header {
    /// The version of the format.
    upstart2systemd: u32,
}

impl Entry {
    /// Whether the entry says the same of a file that is in place.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.sha256 == other.sha256 && self.origin == other.origin
    }

    /// Whether the program wrote this content.
    pub(in crate::cli) fn is_of(&self, content: &[u8]) -> bool {
        let hash = sha256(content);
        self.sha256 == hash || self.before.as_ref() == Some(&hash)
    }
}

impl Manifest {
    /// Reads the list below a root. It is empty if there is none. A list that cannot be read is an
    /// error, because without it every file would count as one that others wrote.
    pub(in crate::cli) fn read(root: &Path) -> Result<Self> {
        let path = root.join(MANIFEST);
        let shown = path.display();
        let metadata = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            found => found.with_context(|| format!("cannot look at `{shown}`"))?,
        };
        if !metadata.is_file() || metadata.len() > LARGEST {
            bail!("`{shown}` is not the list of files that a run writes: remove it");
        }
        let text = fs::read(&path).with_context(|| format!("cannot read `{shown}`"))?;
        Self::parse(&carry(&text))
            .with_context(|| format!("`{shown}` is not the list of files that this version writes"))
    }

    fn parse(text: &str) -> Result<Self> {
        let mut lines = text.split('\n').filter(|line| !line.is_empty());
        let header: Header = serde_json::from_str(lines.next().unwrap_or_default())?;
        if header.upstart2systemd != 1 {
            bail!("its format is {}", header.upstart2systemd);
        }
        let entries = lines.map(|line| {
            let entry: Entry = serde_json::from_str(line)?;
            Ok((entry.path.clone(), entry))
        });
        Ok(Self { files: entries.collect::<Result<_>>()? })
    }

    /// The text of the list.
    pub(super) fn text(&self) -> Result<String> {
        let mut text = serde_json::to_string(&Header { upstart2systemd: 1 })?;
        for entry in self.files.values() {
            text.push('\n');
            text.push_str(&ascii(&serde_json::to_string(entry)?));
        }
        text.push('\n');
        Ok(text)
    }

    /// Adds a file that is about to be written over one with the hash `before`.
    pub(super) fn add(
        &mut self,
        path: &str,
        content: &[u8],
        before: Option<String>,
        origin: Option<FileOrigin>,
    ) {
        let sha256 = sha256(content);
        let before = before.filter(|before| *before != sha256);
        let entry = Entry { path: path.to_owned(), sha256, before, origin };
        self.files.insert(path.to_owned(), entry);
    }
}

/// JSON without characters that a terminal acts on or does not show.
fn ascii(json: &str) -> String {
    let mut out = String::new();
    for character in json.chars() {
        if matches!(character, ' '..='~') {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

/// The hash of a content, in hexadecimal.
pub(in crate::cli) fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{FileOrigin, Manifest, sha256};

    #[test]
    fn what_is_written_is_read() {
        let mut manifest = Manifest::default();
        let origin = FileOrigin { job: "a\n\u{85}\u{1f600}".to_owned(), ..FileOrigin::default() };
        manifest.add("etc/a", b"new", Some(sha256(b"old")), Some(origin));
        manifest.add("etc/b", b"new", Some(sha256(b"new")), None);
        let read = Manifest::parse(&manifest.text().unwrap()).unwrap();
        assert_eq!(read, manifest);
        let a = &read.files["etc/a"];
        assert_eq!([b"new", b"old", b"ned"].map(|text| a.is_of(text)), [true, true, false]);
        assert_eq!(read.files["etc/b"].before, None);
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        for text in ["", "x", "{}", "{\"upstart2systemd\":2}", "{\"upstart2systemd\":1}\n{}"] {
            assert!(Manifest::parse(text).is_err(), "{text}");
        }
    }
}
