//! Names that the user lists, some of them by patterns.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::text::glob;

/// A set of names and of patterns of names.
#[derive(Clone, Debug, Default)]
pub struct KnownNames {
    exact: BTreeSet<String>,
    patterns: Vec<String>,
    /// The names that several directories have, and the number of the directory to which those of
    /// the others are known.
    elsewhere: Option<(Arc<NamesByDirectory>, usize)>,
}

/// Names that directories have, by the number of the directory.
#[derive(Debug, Default)]
pub struct NamesByDirectory(BTreeMap<String, Having>);

/// The directories that have a name.
#[derive(Debug)]
enum Having {
    One(usize),
    Several,
}

impl NamesByDirectory {
    /// Adds a name that a directory has.
    pub fn insert(&mut self, name: String, directory: usize) {
        match self.0.entry(name) {
            Entry::Vacant(vacant) => drop(vacant.insert(Having::One(directory))),
            Entry::Occupied(mut having) => {
                if !matches!(having.get(), Having::One(other) if *other == directory) {
                    having.insert(Having::Several);
                }
            }
        }
    }

    fn has_another(&self, name: &str, directory: usize) -> bool {
        match self.0.get(name) {
            None => false,
            Some(Having::One(having)) => *having != directory,
            Some(Having::Several) => true,
        }
    }
}

impl KnownNames {
    /// Adds a name.
    pub fn insert(&mut self, name: String) {
        self.exact.insert(name);
    }

    /// Adds a name, or a pattern if it has `*`, `?` or `[`.
    pub fn insert_pattern(&mut self, name: &str) {
        if name.contains(['*', '?', '[']) {
            self.patterns.push(name.to_owned());
        } else {
            self.exact.insert(name.to_owned());
        }
    }

    /// Adds the names that other directories than this one have.
    #[must_use]
    pub fn with_elsewhere(self, names: &Arc<NamesByDirectory>, directory: usize) -> Self {
        Self { elsewhere: Some((Arc::clone(names), directory)), ..self }
    }

    /// Whether the name, or a pattern that it matches, was added.
    pub fn contains(&self, name: &str) -> bool {
        self.exact.contains(name)
            || self.patterns.iter().any(|pattern| glob::matches(pattern, name))
            || self
                .elsewhere
                .as_ref()
                .is_some_and(|(names, directory)| names.has_another(name, *directory))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{KnownNames, NamesByDirectory};

    #[test]
    fn a_directory_knows_the_names_of_the_others() {
        let mut names = NamesByDirectory::default();
        for (name, directory) in [("own", 0), ("own", 0), ("other", 1), ("both", 0), ("both", 1)] {
            names.insert(name.to_owned(), directory);
        }
        let known = KnownNames::default().with_elsewhere(&Arc::new(names), 0);
        assert_eq!(
            ["own", "other", "both", "none"].map(|name| known.contains(name)),
            [false, true, true, false]
        );
    }

    #[test]
    fn patterns_are_only_what_the_user_writes() {
        let mut names = KnownNames::default();
        for name in ["lamp", "deploy-*", "disk-[ab]"] {
            names.insert_pattern(name);
        }
        names.insert("odd*".to_owned());
        for (name, is_known) in [
            ("lamp", true),
            ("lamps", false),
            ("deploy-done", true),
            ("deploy", false),
            ("disk-b", true),
            ("disk-c", false),
            ("odd*", true),
            ("odder", false),
        ] {
            assert_eq!(names.contains(name), is_known, "{name}");
        }
    }
}
