//! Names of units and their escaping (systemd.unit(5), "String Escaping for Inclusion in Unit
//! Names").

use std::borrow::Cow;
use std::fmt;

/// The maximum length of a name in bytes, suffix included: `UNIT_NAME_MAX` of systemd
/// (systemd.unit(5), "Description").
const MAX: usize = 255;

/// The specifier of the instance name, escaped (systemd.unit(5), "Specifiers").
const OWN_INSTANCE: &str = "%i";

/// A name that systemd accepts, suffix included.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitName(String);

/// The escaped name has this many bytes, more than the 255 that systemd accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameTooLong(pub usize);

impl UnitName {
    /// `stem.suffix`. Bytes that a unit name cannot contain are escaped, and `/` becomes `-`. An
    /// error means that the escaped name is too long.
    pub fn escaped(stem: &[u8], suffix: &str) -> Result<Self, NameTooLong> {
        Self::checked(format!("{}.{suffix}", escape_stem(stem)))
    }

    /// `stem@.suffix`, escaped in the same way. An error means that the escaped name is too long.
    pub fn template(stem: &[u8], suffix: &str) -> Result<Self, NameTooLong> {
        Self::checked(format!("{}@.{suffix}", escape_stem(stem)))
    }

    /// `stem.suffix` for a unit without instances whose stem is made of other names. Each `@`
    /// becomes `-`, because the text before an `@` is the name of a template.
    pub fn single(stem: &str, suffix: &str) -> Self {
        Self::known(format!("{}.{suffix}", stem.replace('@', "-")))
    }

    /// A name that is known to be valid: from a table, or made of escaped parts, perhaps with a
    /// specifier. Bytes that a name cannot contain are escaped anyway.
    pub fn known(name: impl Into<String>) -> Self {
        let name: String = name.into();
        if name.bytes().all(is_of_name) {
            Self(name)
        } else {
            Self(name.bytes().map(|byte| literal(byte, is_of_name(byte))).collect())
        }
    }

    /// The name, suffix included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without its suffix and without the `@` of a template.
    pub fn stem(&self) -> &str {
        let stem = self.0.rsplit_once('.').map_or(self.0.as_str(), |(stem, _)| stem);
        stem.strip_suffix('@').unwrap_or(stem)
    }

    /// Whether the name is that of a template.
    pub fn is_template(&self) -> bool {
        self.0.contains("@.")
    }

    /// The name of another kind of unit with the same stem: `foo.socket` for `foo.service`.
    #[must_use]
    pub fn beside(&self, suffix: &str) -> Self {
        Self(format!("{}.{suffix}", self.stem()))
    }

    /// The instance of a template that has the given text, escaped, as its instance name. Other
    /// names are returned unchanged. An error means that the escaped name is too long.
    pub fn instance(&self, instance: &[u8]) -> Result<Self, NameTooLong> {
        match self.0.split_once("@.") {
            Some((stem, suffix)) => {
                Self::checked(format!("{stem}@{}.{suffix}", escape_instance(instance)))
            }
            None => Ok(self.clone()),
        }
    }

    /// The instance of a template for an instance name that is already escaped, or is a specifier.
    /// Other names are returned unchanged.
    #[must_use]
    pub fn instance_escaped(&self, instance: &str) -> Self {
        Self::known(self.instance_in(instance))
    }

    /// The instance of a template that has the instance name of the referring unit:
    /// `foo@%i.service`. Other names are returned unchanged.
    #[must_use]
    pub fn own_instance(&self) -> Self {
        self.instance_escaped(OWN_INSTANCE)
    }

    /// Whether the name is one of [`Self::own_instance`].
    pub fn is_own_instance(&self) -> bool {
        self.0.contains(&format!("@{OWN_INSTANCE}."))
    }

    /// An instance of a template in another language, such as `foo@$env{NAME}.service` in a udev
    /// rule. Other names are returned unchanged.
    pub fn instance_in(&self, instance: &str) -> String {
        self.0.replace("@.", &format!("@{instance}."))
    }

    /// The pattern for all instances of a template (systemctl(1), "Parameter Syntax"). Other names
    /// are returned unchanged.
    pub fn all_instances(&self) -> String {
        self.instance_in("*")
    }

    /// The template of an instance, which is also the name of its file. Other names are returned
    /// unchanged.
    #[must_use]
    pub fn of_instance(&self) -> Self {
        Self(template_of(&self.0).into_owned())
    }

    /// The template with the part of the name before the `@`, or with the stem: `foo@.service` for
    /// `foo.service`.
    #[must_use]
    pub fn as_template(&self) -> Self {
        match self.0.rsplit_once('.') {
            Some((stem, suffix)) if !stem.contains('@') => Self(format!("{stem}@.{suffix}")),
            _ => self.of_instance(),
        }
    }

    /// Checks the length of a name. An error means that the escaped name is too long.
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

/// The template of an instance. Other names are returned unchanged.
pub(super) fn template_of(name: &str) -> Cow<'_, str> {
    match (name.split_once('@'), name.rsplit_once('.')) {
        (Some((stem, instance)), Some((_, suffix))) if instance.len() > suffix.len() + 1 => {
            Cow::Owned(format!("{stem}@.{suffix}"))
        }
        _ => Cow::Borrowed(name),
    }
}

/// The name of a unit as a word of a shell command, quoted if escaping put a backslash in it.
pub fn shell_word(unit: &str) -> String {
    if unit.contains('\\') { format!("'{unit}'") } else { unit.to_owned() }
}

/// Escapes like systemd-escape(1): `/` becomes `-`, and `%I` gives the text back.
pub fn escape_instance(text: &[u8]) -> String {
    escape(text, false)
}

/// Escapes like `systemd-escape --path`: the stem of the mount, device or swap unit of a path. No
/// unit exists for a path that contains `..`.
pub fn escape_path(path: &[u8]) -> String {
    let parts: Vec<&[u8]> =
        path.split(|&byte| byte == b'/').filter(|part| !part.is_empty() && *part != b".").collect();
    if parts.is_empty() { "-".to_owned() } else { escape(&parts.join(&b'/'), false) }
}

/// The stem of a unit. Like systemd-escape(1), but `-` is not escaped, because nothing unescapes
/// the stem.
fn escape_stem(text: &[u8]) -> String {
    // The stem must not be empty; `-` is also the stem of the root directory.
    if text.is_empty() { "-".to_owned() } else { escape(text, true) }
}

fn escape(text: &[u8], keep_dash: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'/' => out.push('-'),
            b'-' => out.push_str(&literal(byte, keep_dash)),
            // A file name that begins with a dot is hidden, so systemd does not load the unit.
            b'.' => out.push_str(&literal(byte, at > 0)),
            _ => out.push_str(&literal(
                byte,
                byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_'),
            )),
        }
    }
    out
}

fn literal(byte: u8, is_plain: bool) -> String {
    if is_plain { char::from(byte).to_string() } else { format!("\\x{byte:02x}") }
}

/// `VALID_CHARS_WITH_AT` of systemd, and `%` for specifiers.
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
    fn a_template_has_instances() {
        let (template, plain) = (UnitName::known("foo@.service"), UnitName::known("foo.service"));
        assert_eq!(template.instance(b"a-b").unwrap().as_str(), "foo@a\\x2db.service");
        assert_eq!(template.instance_escaped("a-b").as_str(), "foo@a-b.service");
        assert_eq!(plain.instance_escaped("a-b"), plain);
        assert_eq!(template.all_instances(), "foo@*.service");
        assert_eq!(template.instance_in("$env{A}"), "foo@$env{A}.service");
        let own = template.own_instance();
        assert_eq!(own.as_str(), "foo@%i.service");
        assert!(own.is_own_instance() && !own.is_template() && !template.is_own_instance());
        assert_eq!(UnitName::single("latch-foo@%i", "service").as_str(), "latch-foo-%i.service");
    }

    #[test]
    fn an_instance_has_a_template() {
        for (name, of_instance, as_template) in [
            ("foo@a.b.service", "foo@.service", "foo@.service"),
            ("foo@%i.service", "foo@.service", "foo@.service"),
            ("foo@.service", "foo@.service", "foo@.service"),
            ("foo.bar.service", "foo.bar.service", "foo.bar@.service"),
        ] {
            let unit = UnitName::known(name);
            assert_eq!(
                (unit.of_instance().as_str(), unit.as_template().as_str()),
                (of_instance, as_template),
                "{name}"
            );
        }
    }

    #[test]
    fn paths_are_escaped_as_systemd_escape_does() {
        assert_eq!(escape_path(b"/srv/my data//x-y/"), "srv-my\\x20data-x\\x2dy");
        assert_eq!(escape_path(b"/"), "-");
        assert_eq!(escape_path(b"/.snap"), "\\x2esnap");
    }
}
