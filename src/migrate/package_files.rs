//! The databases of packages: which package brought a file, and the hash of what it brought.

use std::collections::BTreeMap;

/// A file that a package brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageFile {
    /// The name of the package.
    pub package: String,
    /// The hash of the content that the package brought, in hexadecimal: MD5 or SHA-256.
    pub hash: String,
}

/// The conffiles of all packages in `/var/lib/dpkg/status`, by their absolute paths (deb-conffiles(5), `Conffiles` in
/// dpkg-query(1)). Packages that were removed keep their conffiles.
pub fn conffiles(status: &str) -> BTreeMap<String, PackageFile> {
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
                let entry = PackageFile { package: package.to_owned(), hash: md5.to_owned() };
                found.insert(path.to_owned(), entry);
            }
        }
    }
    found
}

/// The format in which [`rpm_files`] reads the database of rpm (rpm(8), `--queryformat`).
pub const RPM_FORMAT: &str = "[%{=NAME}\\t%{FILENAMES}\\t%{FILEDIGESTS}\\n]";

/// The files of all packages in the output of `rpm -qa --queryformat` with [`RPM_FORMAT`], by their
/// absolute paths. Directories and links have no hash, and are left out.
pub fn rpm_files(output: &str) -> BTreeMap<String, PackageFile> {
    let file = |line: &str| {
        let mut columns = line.split('\t');
        let (package, path, hash) = (columns.next()?, columns.next()?, columns.next()?);
        let file = PackageFile { package: package.to_owned(), hash: hash.to_owned() };
        (!hash.is_empty()).then(|| (path.to_owned(), file))
    };
    output.lines().filter_map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::{conffiles, rpm_files};

    #[test]
    fn files_of_rpm_are_found() {
        let found = rpm_files("a\t/etc/init/x.conf\t00ff\na\t/etc/init\t\nb\t/etc/y\t11\n\nz\n");
        let found: Vec<(&str, &str)> =
            found.iter().map(|(path, file)| (path.as_str(), file.package.as_str())).collect();
        assert_eq!(found, [("/etc/init/x.conf", "a"), ("/etc/y", "b")]);
    }

    #[test]
    fn conffiles_are_found() {
        let status = "Package: a\nStatus: install ok installed\nConffiles:\n /etc/a 00ff\n /etc/b 11 obsolete\nDescription: x\n /etc/c 22\n\nPackage: b\n\nPackage: c\nConffiles:\n /etc/d 33\n";
        let found: Vec<(String, String)> = conffiles(status)
            .into_iter()
            .map(|(path, file)| (path, format!("{} {}", file.package, file.hash)))
            .collect();
        let expected = [("/etc/a", "a 00ff"), ("/etc/b", "a 11"), ("/etc/d", "c 33")];
        assert_eq!(found, expected.map(|(path, file)| (path.to_owned(), file.to_owned())));
    }
}
