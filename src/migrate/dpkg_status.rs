//! The database of dpkg, `/var/lib/dpkg/status`: which package brought a file, and its hash.

use std::collections::BTreeMap;

/// A file that dpkg asks about before it replaces a changed one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conffile {
    /// The name of the package.
    pub package: String,
    /// The MD5 of the content that the package brought, in hexadecimal.
    pub md5: String,
}

/// The conffiles of all packages, by their absolute paths (deb-conffiles(5), `Conffiles` in
/// dpkg-query(1)). Packages that were removed keep their conffiles.
pub fn conffiles(status: &str) -> BTreeMap<String, Conffile> {
    let mut found = BTreeMap::new();
    let (mut package, mut within) = ("", false);
    for line in status.lines() {
        if let Some(name) = line.strip_prefix("Package:") {
            (package, within) = (name.trim(), false);
        } else if line.starts_with("Conffiles:") {
            within = true;
        } else if !line.starts_with([' ', '\t']) {
            within = false;
        } else if within {
            // The path, the hash, and marks such as `obsolete`.
            let mut words = line.split_whitespace();
            if let (Some(path), Some(md5)) = (words.next(), words.next()) {
                let entry = Conffile { package: package.to_owned(), md5: md5.to_owned() };
                found.insert(path.to_owned(), entry);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::conffiles;

    #[test]
    fn conffiles_are_found() {
        let status = "Package: a\nStatus: install ok installed\nConffiles:\n /etc/a 00ff\n /etc/b 11 obsolete\nDescription: x\n /etc/c 22\n\nPackage: b\n\nPackage: c\nConffiles:\n /etc/d 33\n";
        let found: Vec<(String, String)> = conffiles(status)
            .into_iter()
            .map(|(path, file)| (path, format!("{} {}", file.package, file.md5)))
            .collect();
        let expected = [("/etc/a", "a 00ff"), ("/etc/b", "a 11"), ("/etc/d", "c 33")];
        assert_eq!(found, expected.map(|(path, file)| (path.to_owned(), file.to_owned())));
    }
}
