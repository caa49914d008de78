//! Paths as URI references.

use crate::text::bytes::encode;

/// Formats a relative path as a relative reference and an absolute one as a `file` URI. The result
/// is never empty.
pub(super) fn reference(path: &str) -> String {
    let path = encode(path);
    let mut rest: &[u8] = &path;
    // Code scanning knows the files of a repository by their paths without `./`.
    while let Some(below) = rest.strip_prefix(b"./") {
        let slashes = below.iter().take_while(|&&byte| byte == b'/').count();
        rest = below.get(slashes..).unwrap_or_default();
    }
    if rest.is_empty() {
        return ".".to_owned();
    }
    let mut reference = if rest.starts_with(b"/") { "file://".to_owned() } else { String::new() };
    for &byte in rest {
        // Some positions allow a colon, but escaping it is valid in all of them.
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            reference.push(char::from(byte));
        } else {
            reference.push_str(&format!("%{byte:02X}"));
        }
    }
    reference
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::bytes::carry;

    #[test]
    fn paths_are_references() {
        for (path, expected) in [
            ("init/foo.conf", "init/foo.conf"),
            ("./init/foo.conf", "init/foo.conf"),
            (".//./foo.conf", "foo.conf"),
            ("../foo.conf", "../foo.conf"),
            ("/etc/init/foo.conf", "file:///etc/init/foo.conf"),
            ("c:foo bar%.conf", "c%3Afoo%20bar%25.conf"),
            ("<stdin>", "%3Cstdin%3E"),
            ("é", "%C3%A9"),
            ("", "."),
            ("./", "."),
        ] {
            assert_eq!(reference(path), expected, "{path}");
        }
        assert_eq!(reference(&carry(b"caf\xe9\n")), "caf%E9%0A");
    }
}
