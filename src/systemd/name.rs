//! Names of units and their escaping (systemd.unit(5), "String Escaping for Inclusion in Unit Names").

use std::fmt;

/// `UNIT_NAME_MAX` of systemd: bytes, suffix included.
const MAX: usize = 255;

/// A name that systemd accepts, suffix included.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitName(String);

/// The name, escaped, has this many bytes; systemd takes 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameTooLong(pub usize);

impl UnitName {
    /// `stem.suffix`, each byte of the stem that a unit name cannot hold escaped and `/` turned into `-`.
    pub fn escaped(stem: &[u8], suffix: &str) -> Result<Self, NameTooLong> {
        Self::checked(format!("{}.{suffix}", escape_stem(stem)))
    }

    /// `stem@.suffix`
    pub fn template(stem: &[u8], suffix: &str) -> Result<Self, NameTooLong> {
        Self::checked(format!("{}@.{suffix}", escape_stem(stem)))
    }

    /// A name that is known to be right: of a table, or made of escaped parts, perhaps with a specifier. Bytes
    /// that no name holds are escaped all the same.
    pub fn known(name: impl Into<String>) -> Self {
        let name: String = name.into();
        if name.bytes().all(is_of_name) { Self(name) } else { Self(name.bytes().map(|byte| literal(byte, is_of_name(byte))).collect()) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without its suffix, and without the `@` of a template.
    pub fn stem(&self) -> &str {
        let stem = self.0.rsplit_once('.').map_or(self.0.as_str(), |(stem, _)| stem);
        stem.strip_suffix('@').unwrap_or(stem)
    }

    pub fn is_template(&self) -> bool {
        self.0.contains("@.")
    }

    /// A unit of another kind with the same stem: `foo.socket` beside `foo.service`.
    #[must_use]
    pub fn beside(&self, suffix: &str) -> Self {
        Self(format!("{}.{suffix}", self.stem()))
    }

    /// The name of `instance` of a template; other names are returned as they are.
    pub fn instance(&self, instance: &[u8]) -> Result<Self, NameTooLong> {
        match self.0.split_once("@.") {
            Some((stem, suffix)) => Self::checked(format!("{stem}@{}.{suffix}", escape_instance(instance))),
            None => Ok(self.clone()),
        }
    }

    /// A name that systemd would take, if it is not too long.
    pub fn checked(name: String) -> Result<Self, NameTooLong> {
        let name = Self::known(name);
        if name.0.len() > MAX { Err(NameTooLong(name.0.len())) } else { Ok(name) }
    }
}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a unit as a word of a shell command: where something is escaped in it, there is a backslash.
pub fn shell_word(unit: &str) -> String {
    if unit.contains('\\') { format!("'{unit}'") } else { unit.to_owned() }
}

/// `systemd-escape`: `/` becomes `-`, so that `%I` gives the text back.
pub fn escape_instance(text: &[u8]) -> String {
    escape(text, false)
}

/// `systemd-escape --path`: the stem of the mount, device or swap unit of a path. No unit stands for a path
/// with a `..` in it.
pub fn escape_path(path: &[u8]) -> String {
    let parts: Vec<&[u8]> = path.split(|&byte| byte == b'/').filter(|part| !part.is_empty() && *part != b".").collect();
    if parts.is_empty() { "-".to_owned() } else { escape(&parts.join(&b'/'), false) }
}

/// The stem of a unit: as `systemd-escape` does it, but `-` stays, because a name is read and not undone.
fn escape_stem(text: &[u8]) -> String {
    // A unit must have a stem; that of the root directory is `-`, too.
    if text.is_empty() { "-".to_owned() } else { escape(text, true) }
}

fn escape(text: &[u8], keep_dash: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'/' => out.push('-'),
            b'-' => out.push_str(&literal(byte, keep_dash)),
            // A unit whose name begins with a dot is a hidden file, which systemd does not load.
            b'.' => out.push_str(&literal(byte, at > 0)),
            _ => out.push_str(&literal(byte, byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_'))),
        }
    }
    out
}

fn literal(byte: u8, is_plain: bool) -> String {
    if is_plain { char::from(byte).to_string() } else { format!("\\x{byte:02x}") }
}

/// `VALID_CHARS_WITH_AT` of systemd's unit names, and `%` for specifiers.
fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b":-_.\\@%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        let name = |stem: &[u8]| UnitName::escaped(stem, "service").map(|name| name.to_string());
        assert_eq!(name(b"net/front").unwrap(), "net-front.service");
        assert_eq!(name(b"g++").unwrap(), "g\\x2b\\x2b.service");
        assert_eq!(name(b"user@host").unwrap(), "user\\x40host.service");
        assert_eq!(name(b".hidden").unwrap(), "\\x2ehidden.service");
        assert_eq!(name(&[b'x'; 250]), Err(NameTooLong(258)));
    }

    #[test]
    fn paths_are_escaped_as_systemd_escape_does() {
        assert_eq!(escape_path(b"/srv/my data//x-y/"), "srv-my\\x20data-x\\x2dy");
        assert_eq!(escape_path(b"/"), "-");
        assert_eq!(escape_path(b"/.snap"), "\\x2esnap");
    }
}
