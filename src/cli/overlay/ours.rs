//! Recognizes files that this program wrote.

use crate::lower::own_files::is_marked;

/// The number of bytes of a file that [`is_ours`] needs.
pub(super) const BEGINNING: u64 = 4096;

/// Whether this program wrote a file that begins like this: its first line is a comment with the
/// program's mark, or its second line if the first is a `#!`.
pub(super) fn is_ours(beginning: &[u8]) -> bool {
    let mut lines = beginning.split(|&byte| byte == b'\n');
    let says = match lines.next() {
        Some(first) if first.starts_with(b"#!") => lines.next(),
        first => first,
    };
    says.is_some_and(is_marked)
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn the_first_comment_says_who_wrote_a_file() {
        for ours in [
            "# Converted from foo.conf by upstart2systemd.\n\n[Unit]\n",
            "#!/bin/sh\n# Converted from foo.conf by upstart2systemd.\n",
            "# Converted from foo.conf and foo.override by upstart2systemd.",
        ] {
            assert!(is_ours(ours.as_bytes()), "{ours}");
        }
        for foreign in [
            "",
            "\n",
            "[Unit]\n# Converted from foo.conf by upstart2systemd.\n",
            "#!/bin/sh\n\n# Converted from foo.conf by upstart2systemd.\n",
            "#!/bin/sh -x by upstart2systemd.\n",
            "# Converted from foo.conf by upstart2systemd. And mended by hand.\n",
            "#Converted from foo.conf by upstart2systemd.\n",
            "# Converted by something else.\n",
            "; Converted from foo.conf by upstart2systemd.\n",
        ] {
            assert!(!is_ours(foreign.as_bytes()), "{foreign}");
        }
    }

    #[test]
    fn units_say_it() {
        use crate::lower::options::Options;
        use crate::text::source::{Source, Sources};
        use crate::upstart::job::JobName;
        let sources = Sources {
            conf: Source::new("a\nb.conf", b"exec /bin/true\n".to_vec()),
            overriding: None,
        };
        let conversion =
            crate::convert::convert(&sources, JobName("a".to_owned()), &Options::default());
        assert!(is_ours(conversion.outputs[0].text.as_bytes()), "{}", conversion.outputs[0].text);
    }
}
