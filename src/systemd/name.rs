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

    /// A name that is known to be right: of a table, or made of escaped parts.
    pub fn known(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of `instance` of a template; other names are returned as they are.
    #[must_use]
    pub fn instance(&self, instance: &[u8]) -> Self {
        match self.0.split_once("@.") {
            Some((stem, suffix)) => Self(format!("{stem}@{}.{suffix}", escape_instance(instance))),
            None => self.clone(),
        }
    }

    fn checked(name: String) -> Result<Self, NameTooLong> {
        if name.len() > MAX { Err(NameTooLong(name.len())) } else { Ok(Self(name)) }
    }
}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `systemd-escape`: `/` becomes `-`, so that `%I` gives the text back.
pub fn escape_instance(text: &[u8]) -> String {
    escape(text, false)
}

/// `systemd-escape --path`: the stem of the mount, device or swap unit of a path.
pub fn escape_path(path: &[u8]) -> String {
    let parts: Vec<&[u8]> = path.split(|&byte| byte == b'/').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "-".to_owned() } else { escape(&parts.join(&b'/'), false) }
}

/// The stem of a unit: as `systemd-escape` does it, but `-` stays, because a name is read and not undone.
fn escape_stem(text: &[u8]) -> String {
    escape(text, true)
}

fn escape(text: &[u8], keep_dash: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'/' => out.push('-'),
            b'-' if keep_dash => out.push('-'),
            // A unit whose name begins with a dot is a hidden file, which systemd does not load.
            b'.' if at > 0 => out.push('.'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b':' | b'_' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out
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
