//! The patch of `--diff`, which `git apply` and `patch -p1` read.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf, absolute};

use similar::TextDiff;

use crate::text::bytes::{carry, encode};
use crate::text::source::Source;

/// The changes of a file. Its path is relative to the working directory, or to `/` if the file is
/// not below it.
pub(super) fn patch(before: &Source, after: &Source) -> String {
    let lines = |source: &Source| {
        source.text().split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>()
    };
    let (old, new) = (lines(before), lines(after));
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let path = encode(before.path());
    let path = relative(Path::new(OsStr::from_bytes(&path)));
    let path = path.as_os_str().as_bytes();
    TextDiff::configure()
        .newline_terminated(true)
        .diff_slices(&old, &new)
        .unified_diff()
        .header(&name(b"a/", path), &name(b"b/", path))
        .to_string()
}

/// The path from the working directory, or from `/`, without `.` and `..`.
fn relative(path: &Path) -> PathBuf {
    let absolute = absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut parts: Vec<&OsStr> = Vec::new();
    for component in absolute.components() {
        match component {
            Component::Normal(part) => parts.push(part),
            Component::ParentDir => drop(parts.pop()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    let from_root: PathBuf = parts.iter().collect();
    let here = std::env::current_dir().ok();
    let here = here.as_deref().and_then(|here| here.strip_prefix("/").ok());
    match here.map(|here| from_root.strip_prefix(here)) {
        Some(Ok(below)) => below.to_owned(),
        Some(Err(_)) | None => from_root,
    }
}

/// A name as Git writes it: quoted if it has bytes that are special to it, and with a tab after it if
/// it has blanks, which is where the name ends then.
fn name(prefix: &[u8], path: &[u8]) -> String {
    let whole = [prefix, path].concat();
    let is_special =
        |byte: &u8| byte.is_ascii_control() || !byte.is_ascii() || b"\"\\".contains(byte);
    if whole.iter().any(is_special) {
        let quoted: String = whole
            .iter()
            .map(|&byte| match byte {
                b'"' | b'\\' => format!("\\{}", char::from(byte)),
                _ if is_special(&byte) => format!("\\{byte:03o}"),
                _ => char::from(byte).to_string(),
            })
            .collect();
        return format!("\"{quoted}\"");
    }
    let tab = if whole.contains(&b' ') { "\t" } else { "" };
    format!("{}{tab}", carry(&whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_git() {
        for (path, expected) in [
            (&b"init/a.conf"[..], "a/init/a.conf"),
            (b"a b.conf", "a/a b.conf\t"),
            (b"a\tb \"c\".conf", "\"a/a\\011b \\\"c\\\".conf\""),
            (b"caf\xc3\xa9\xff.conf", "\"a/caf\\303\\251\\377.conf\""),
        ] {
            assert_eq!(name(b"a/", path), expected);
        }
    }

    #[test]
    fn paths_begin_at_the_working_directory() {
        let here = std::env::current_dir().unwrap();
        for (path, expected) in [
            (PathBuf::from("./init/../a.conf"), PathBuf::from("a.conf")),
            (here.join("init/a.conf"), PathBuf::from("init/a.conf")),
            (PathBuf::from("/nowhere/init/a.conf"), PathBuf::from("nowhere/init/a.conf")),
        ] {
            assert_eq!(relative(&path), expected, "{}", path.display());
        }
    }
}
