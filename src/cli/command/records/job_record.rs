//! A job as a JSON object, described by `src/report/schemas/record.schema.json`.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::record_lines::RecordLine;
use crate::cli::input;
use crate::cli::input::{LONGEST, UnreadableJob};
use crate::cli::panic::Bug;
use crate::convert::Converted;
use crate::text::bytes::carry;
use crate::text::source::{Source, Sources};
use crate::upstart::job::JobName;

/// A job that was read from a record.
pub(super) struct JobRecord {
    pub(super) name: JobName,
    pub(super) sources: Sources,
    /// The host that the record is of.
    pub(super) host: Option<String>,
}

/// The fields of a record.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `name` and `conf`")]
struct Fields {
    name: String,
    conf: FileText,
    #[serde(rename = "override")]
    overriding: Option<FileText>,
    path: Option<String>,
    host: Option<String>,
}

/// The bytes of a file.
struct FileText(Vec<u8>);

impl JobRecord {
    /// Reads a record. `Err` is its result if it is not one.
    pub(super) fn read(RecordLine { number, bytes }: RecordLine) -> Result<Self, Box<Converted>> {
        let refused = |name: &str, trouble| {
            let name = JobName(name.to_owned());
            Err(input::unreadable(place(number), name, None, trouble))
        };
        let Some(bytes) = bytes else {
            return refused("", input::too_long());
        };
        let fields: Fields = match serde_json::from_slice(&bytes) {
            Ok(fields) => fields,
            Err(error) => return refused("", not_a_record(&error)),
        };
        let Fields { name, conf, overriding, path, host } = fields;
        if !input::is_job_name(name.as_bytes()) {
            return refused(
                &name,
                UnreadableJob::new(
                    "this record has a `name` that no job can have",
                    "use the path of the job below the configuration directory, without `.conf`",
                ),
            );
        }
        let files = || std::iter::once(&conf).chain(&overriding);
        if files().any(|FileText(bytes)| bytes.len() as u64 > LONGEST) {
            return refused(&name, input::too_long());
        }
        let path = path.unwrap_or_else(|| format!("{name}.conf"));
        let beside = format!("{}.override", path.strip_suffix(".conf").unwrap_or(&path));
        Ok(Self {
            name: JobName(carry(name.as_bytes())),
            sources: Sources {
                conf: Source::new(path, conf.0),
                overriding: overriding.map(|FileText(bytes)| Source::new(beside, bytes)),
            },
            host,
        })
    }
}

/// The result for a job that shows a bug in this program.
pub(super) fn not_converted(number: usize, job: String, bug: &Bug) -> Converted {
    let message = bug.to_string();
    let trouble = UnreadableJob::new(
        message.lines().next().unwrap_or_default().trim_start_matches("error: "),
        "report this with the record that shows it",
    );
    *input::unreadable(place(number), JobName(job), None, trouble)
}

/// The name of a record in messages.
fn place(number: usize) -> String {
    format!("<stdin>:{number}")
}

fn not_a_record(error: &serde_json::Error) -> UnreadableJob {
    // The number of the line is always 1; that of the record is in the path.
    let message = error.to_string();
    let message = message.split(" at line 1 column").next().unwrap_or_default();
    UnreadableJob::new(
        &format!("this record is not a job: {message}"),
        "write a JSON object on one line, with `name` and `conf`, and perhaps `override`, `path` and `host`",
    )
}

impl<'de> Deserialize<'de> for FileText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // As bytes, because a text with a lone surrogate is not a string of Rust.
        deserializer.deserialize_bytes(FileTextVisitor)
    }
}

struct FileTextVisitor;

impl Visitor<'_> for FileTextVisitor {
    type Value = FileText;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the text of a file")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<FileText, E> {
        Ok(FileText(without_surrogates(bytes)))
    }
}

/// Python reads a byte that is not UTF-8 as a lone surrogate, U+DC80 to U+DCFF (PEP 383), which is
/// three bytes here, `ED B2 80` to `ED B3 BF`: they become that byte. UTF-8 has no such bytes.
fn without_surrogates(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, later)) = rest.split_first() {
        if let [0xED, second @ 0xB2..=0xB3, third, after @ ..] = rest {
            out.push(((second & 1) << 6) | (third & 0x3F) | 0x80);
            rest = after;
        } else {
            out.push(first);
            rest = later;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::bytes::encode;

    fn read(record: &str) -> Result<JobRecord, Box<Converted>> {
        JobRecord::read(RecordLine { number: 7, bytes: Some(record.as_bytes().to_vec()) })
    }

    #[test]
    fn every_byte_comes_through() {
        let escaped: String = (0x80..=0xff).map(|byte| format!("\\udc{byte:02x}")).collect();
        let record = read(&format!(r#"{{"name":"a","conf":"é😀\n{escaped}"}}"#)).ok().unwrap();
        let expected: Vec<u8> = "é😀\n".bytes().chain(0x80..=0xff).collect();
        assert_eq!(encode(record.sources.conf.text()).as_ref(), expected);
    }

    #[test]
    fn fields_are_what_they_are_called() {
        let record = read(
            r#"{"name":"net/a","conf":"exec a\n","override":"manual\n","path":"h/net/a.conf","host":"h"}"#,
        )
        .ok()
        .unwrap();
        assert_eq!((record.name.0.as_str(), record.host.as_deref()), ("net/a", Some("h")));
        let overriding = record.sources.overriding.unwrap();
        assert_eq!((overriding.path(), overriding.text()), ("h/net/a.override", "manual\n"));
        let record = read(r#"{"name":"a","conf":"","override":null}"#).ok().unwrap();
        assert!(record.sources.overriding.is_none() && record.sources.conf.path() == "a.conf");
    }

    #[test]
    fn what_is_not_a_record_is_explained() {
        for (text, expected) in [
            ("[]", "expected an object with `name` and `conf`"),
            ("\"a\"", "invalid type: string \"a\", expected an object with"),
            ("{", "EOF while parsing"),
            ("{}", "missing field `name`"),
            (r#"{"name":"a"}"#, "missing field `conf`"),
            (r#"{"name":"a","conf":"","overide":""}"#, "unknown field `overide`"),
            (r#"{"name":"a","conf":1}"#, "invalid type: integer `1`, expected the text of a file"),
            (r#"{"name":"","conf":""}"#, "no job can have"),
            (r#"{"name":"../a","conf":""}"#, "no job can have"),
        ] {
            let refused = read(text).err().unwrap();
            assert_eq!(refused.conversion.path, "<stdin>:7");
            let message = &refused.conversion.diagnostics[0].message;
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}
