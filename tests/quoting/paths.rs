//! Paths that systemd takes literally to the end of the line, in services and in `.path` and
//! `.socket` units.

use proptest::option;
use proptest::prelude::*;
use upstart2systemd::systemd::{Directive, Section, Unit, UnitName, Value};

use crate::hidden::{self, is_hidden};
use crate::systemd::{Reading, same_text, values};
use crate::text;

/// The places of such paths: the directive, the beginning of the path, and the key under which
/// systemd prints it. systemd escapes the path of a socket when it prints it, so its mount
/// requirement is checked instead.
pub const PLACES: [(Directive, &str, &str); 12] = [
    (Directive::WorkingDirectory, "/w", "WorkingDirectory"),
    (Directive::RootDirectory, "/r", "RootDirectory"),
    (Directive::PidFile, "/p", "PIDFile"),
    (Directive::TtyPath, "/t", "TTYPath"),
    (Directive::StandardOutput, "append:/o", "StandardOutputFileToAppend"),
    (Directive::ConditionPathExists, "/c", "ConditionPathExists"),
    (Directive::ConditionPathIsDirectory, "!/d", "ConditionPathIsDirectory"),
    (Directive::ConditionFileIsExecutable, "/x", "ConditionFileIsExecutable"),
    (Directive::PathExists, "/e", "PathExists"),
    (Directive::PathExistsGlob, "/g", "PathExistsGlob"),
    (Directive::PathModified, "/m", "PathModified"),
    (Directive::ListenStream, "/s", "RequiresMountsFor"),
];

/// Two parts and the name of a unit fit into the 255 bytes of a file name, and one part fits into
/// the 107 bytes of a socket path (unix(7)).
const PART_MAX: usize = 100;

/// A path for each of the places.
#[derive(Clone, Debug)]
pub struct Paths(Vec<Path>);

/// The rest of a path after its beginning, with a specifier between its parts or without.
#[derive(Clone, Debug)]
struct Path {
    before: String,
    after: Option<String>,
}

pub fn paths() -> impl Strategy<Value = Paths> {
    let part = || {
        prop_oneof![4 => hidden::visible(), 1 => text::string()]
            .prop_map(|part| cut(&part.replace('/', "_")))
    };
    let path = (part(), option::of(part())).prop_map(|(before, after)| Path { before, after });
    proptest::collection::vec(path, PLACES.len()).prop_map(Paths)
}

impl Paths {
    /// Adds the paths of a section.
    pub fn add(&self, unit: &mut Unit, section: Section) {
        for (path, &(directive, start, _)) in
            self.0.iter().zip(&PLACES).filter(|(_, place)| place.0.section() == section)
        {
            let value = match path.parts(directive) {
                (before, None) => Value::exact_line(&format!("{start}{before}")),
                (before, Some(after)) => {
                    Value::instance_path(&format!("{start}{before}"), "%n", after)
                }
            };
            if let Some(value) = value {
                unit.set(directive, value);
            }
        }
    }

    /// A unit of another type, for the service with the same stem.
    pub fn beside(&self, service: &str, section: Section) -> (String, String) {
        let name = UnitName::known(service).beside(suffix(section));
        let mut unit = Unit::new(name.clone());
        unit.set(Directive::DefaultDependencies, Value::keyword("no"));
        match section {
            // systemd requires at least one path.
            Section::Path => unit.set(Directive::PathChanged, Value::keyword("/always")),
            _ => unit.add(Directive::ListenStream, Value::keyword("/always")),
        }
        let mut found = Unit::new(name.clone());
        self.add(&mut found, section);
        unit.absorb(&found);
        (name.to_string(), unit.to_string())
    }

    /// Checks that systemd has read the paths of a section. Returns their keys.
    pub fn check(
        &self,
        service: &str,
        section: Section,
        reading: &Reading,
    ) -> Result<Vec<&'static str>, String> {
        let name = UnitName::known(service).beside(suffix(section)).to_string();
        let unit = reading.unit(&name).ok_or_else(|| format!("systemd has not loaded {name}"))?;
        let messages = reading.messages_about(&name);
        if !messages.is_empty() {
            return Err(format!("systemd complains: {messages:#?}"));
        }
        let mut found = Vec::new();
        for (path, &(directive, start, key)) in
            self.0.iter().zip(&PLACES).filter(|(_, place)| place.0.section() == section)
        {
            let (before, after) = path.parts(directive);
            let text = match after {
                None => before.to_owned(),
                Some(after) => format!("{before}{name}{after}"),
            };
            let start = start.trim_start_matches("append:");
            let written = (!text.chars().any(is_hidden) && !text.ends_with(' '))
                .then(|| format!("{start}{text}"));
            let read =
                values(unit, key).into_iter().find(|path| path.starts_with(start.as_bytes()));
            let read = read.map(|read| {
                read.strip_suffix(b" untested")
                    .or(read.strip_suffix(b" (origin-file)"))
                    .unwrap_or(read)
            });
            same_text(directive.name(), read, written.as_deref().map(str::as_bytes))?;
            found.extend(written.map(|_| directive.name()));
        }
        Ok(found)
    }
}

impl Path {
    fn parts(&self, directive: Directive) -> (&str, Option<&str>) {
        if directive == Directive::ListenStream {
            (&self.before, None)
        } else {
            (&self.before, self.after.as_deref())
        }
    }
}

fn cut(text: &str) -> String {
    let ends = text.char_indices().map(|(at, character)| at + character.len_utf8());
    text[..ends.take_while(|&end| end <= PART_MAX).last().unwrap_or_default()].to_owned()
}

fn suffix(section: Section) -> &'static str {
    match section {
        Section::Unit | Section::Service | Section::Install => "service",
        Section::Path => "path",
        Section::Socket => "socket",
    }
}
