//! How init reads the file names in a configuration directory.

/// The meaning of a name to init, unless it is the name of a directory.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli::input) enum Called<'a> {
    /// `NAME.conf`, with NAME.
    Conf(&'a [u8]),
    /// `NAME.override`, with NAME.
    Override(&'a [u8]),
    /// An ending that init does not know but that is a misspelling of `ending`.
    Nearly { stem: &'a [u8], ending: &'static str },
    /// An ending without a name before it.
    Nameless,
    /// A name that init ignores.
    Other,
}

const CONF: &str = ".conf";

pub(super) const OVERRIDE: &str = ".override";

/// Reads the name of a file.
pub(in crate::cli::input) fn called(name: &[u8]) -> Called<'_> {
    for (ending, is) in [(CONF, Called::Conf as fn(_) -> _), (OVERRIDE, Called::Override)] {
        if let Some(stem) = name.strip_suffix(ending.as_bytes()) {
            return if stem.is_empty() { Called::Nameless } else { is(stem) };
        }
        let visible = name.trim_ascii_end();
        if let Some((stem, last)) =
            visible.len().checked_sub(ending.len()).and_then(|at| visible.split_at_checked(at))
            && last.eq_ignore_ascii_case(ending.as_bytes())
            && !stem.is_empty()
        {
            return Called::Nearly { stem, ending };
        }
    }
    Called::Other
}

/// Whether init skips a sub-directory of this name, as Upstart before 0.5 did with files, too:
/// hidden names, and names of files that editors, version control and package managers leave
/// (`nih/file.c`, `nih_file_ignore`).
pub(in crate::cli::input) fn is_ignored(name: &[u8]) -> bool {
    let ends_in = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending.as_bytes()));
    let is = |names: &[&str]| names.iter().any(|known| name == known.as_bytes());
    name.starts_with(b".")
        || ends_in(&[
            "~", ".bak", ".BAK", ".swp", ".swo", ".swn", ",v", ".rpmsave", ".rpmorig", ".rpmnew",
        ])
        || (name.len() > 1 && name.starts_with(b"#") && name.ends_with(b"#"))
        || is(&["RCS", "CVS", "CVS.adm", "SCCS", "BitKeeper", "{arch}", "_darcs"])
        || after_last(name, b'.').is_some_and(|extension| extension.starts_with(b"dpkg-"))
        || after_last(name, b';')
            .is_some_and(|digits| digits.len() == 8 && digits.iter().all(u8::is_ascii_hexdigit))
}

fn after_last(name: &[u8], separator: u8) -> Option<&[u8]> {
    let at = name.iter().rposition(|&byte| byte == separator)?;
    name.get(at + 1..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_what_ends_in_conf() {
        for (name, expected) in [
            ("foo.conf", Called::Conf(b"foo")),
            ("foo.conf.conf", Called::Conf(b"foo.conf")),
            ("we.ird.conf", Called::Conf(b"we.ird")),
            (".x.conf", Called::Conf(b".x")),
            ("..conf", Called::Conf(b".")),
            ("foo.override", Called::Override(b"foo")),
            (".conf", Called::Nameless),
            (".override", Called::Nameless),
            ("foo.CONF", Called::Nearly { stem: b"foo", ending: ".conf" }),
            ("foo.conf ", Called::Nearly { stem: b"foo", ending: ".conf" }),
            ("foo.conf\n", Called::Nearly { stem: b"foo", ending: ".conf" }),
            ("foo.Override", Called::Nearly { stem: b"foo", ending: ".override" }),
            (".CONF", Called::Other),
            ("foo.conf~", Called::Other),
            ("foo.conf.bak", Called::Other),
            ("foo.conf.dpkg-old", Called::Other),
            ("fooconf", Called::Other),
            ("conf", Called::Other),
            ("README", Called::Other),
        ] {
            assert_eq!(called(name.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn init_stays_out_of_leftovers() {
        let ignored = ".git .hidden old~ net.bak net.BAK #net# net.swp net.swo net.swn net,v RCS CVS CVS.adm SCCS BitKeeper {arch} _darcs \
             net.dpkg-old net.dpkg-new net.rpmsave net.rpmorig net.rpmnew net;0123abCD . ..";
        for name in ignored.split_whitespace() {
            assert!(is_ignored(name.as_bytes()), "{name}");
        }
        let walked = "net conf.d net.conf net.Bak # rcs net.dpkg net.dpkg-old.d net.rpmsaved net;0123abC net;0123abCDE net;0123abCG net.swx";
        for name in walked.split_whitespace() {
            assert!(!is_ignored(name.as_bytes()), "{name}");
        }
    }
}
