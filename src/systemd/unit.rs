//! A unit file: directives with the comments that belong to them.

use std::collections::BTreeMap;
use std::fmt;

use super::{Directive, Section, Text, UnitName, Value};

/// A unit file. Directives are printed in the order of the manual pages.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The name of the file.
    pub name: UnitName,
    /// Comment lines at the top.
    pub header: Vec<Text>,
    entries: BTreeMap<Directive, Entry>,
    /// Comment lines at the end of a section, for remarks that do not belong to a directive.
    remarks: BTreeMap<Section, Vec<Text>>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    comments: Vec<Text>,
    values: Vec<Value>,
}

impl Unit {
    /// An empty unit.
    pub fn new(name: UnitName) -> Self {
        Self { name, header: Vec::new(), entries: BTreeMap::new(), remarks: BTreeMap::new() }
    }

    /// Adds a value. A value that exists already is not repeated if the directive is a list.
    pub fn add(&mut self, directive: Directive, value: Value) {
        let values = &mut self.entries.entry(directive).or_default().values;
        if !(directive.is_list() && values.contains(&value)) {
            values.push(value);
        }
    }

    /// Adds a value before all others.
    pub fn prepend(&mut self, directive: Directive, value: Value) {
        self.entries.entry(directive).or_default().values.insert(0, value);
    }

    /// Replaces all values by this one.
    pub fn set(&mut self, directive: Directive, value: Value) {
        self.entries.entry(directive).or_default().values = vec![value];
    }

    /// Adds the values and comments of the directives of another unit.
    pub fn absorb(&mut self, other: &Self) {
        for (&directive, Entry { comments, values }) in &other.entries {
            for comment in comments {
                self.comment(directive, comment.clone());
            }
            for value in values
                .iter()
                .filter(|value| !self.values(directive).contains(value))
                .cloned()
                .collect::<Vec<_>>()
            {
                self.add(directive, value);
            }
        }
    }

    /// Removes a value of a directive, if it exists.
    pub fn remove_value(&mut self, directive: Directive, value: &Value) {
        if let Some(entry) = self.entries.get_mut(&directive) {
            entry.values.retain(|known| known != value);
        }
    }

    /// Removes a directive with its values and comments.
    pub fn remove(&mut self, directive: Directive) {
        self.entries.remove(&directive);
    }

    /// Whether the directive has a value.
    pub fn has(&self, directive: Directive) -> bool {
        self.entries.get(&directive).is_some_and(|entry| !entry.values.is_empty())
    }

    /// The values of a directive, in order; empty if it has none.
    pub fn values(&self, directive: Directive) -> &[Value] {
        self.entries.get(&directive).map_or(&[], |entry| entry.values.as_slice())
    }

    /// The directives that have a value, in order.
    pub fn directives(&self) -> impl Iterator<Item = Directive> {
        self.entries
            .iter()
            .filter(|(_, entry)| !entry.values.is_empty())
            .map(|(&directive, _)| directive)
    }

    /// The length of the longest physical line of the file, in bytes; see
    /// [`crate::systemd::Feature::LongLine`].
    pub fn longest_line(&self) -> usize {
        self.to_string().split('\n').map(str::len).max().unwrap_or_default()
    }

    /// Adds a comment above a directive. It is printed only if the directive has a value.
    pub fn comment(&mut self, directive: Directive, text: Text) {
        let comments = &mut self.entries.entry(directive).or_default().comments;
        if !comments.contains(&text) {
            comments.push(text);
        }
    }

    /// Adds a comment at the end of a section.
    pub fn remark(&mut self, section: Section, text: Text) {
        let remarks = self.remarks.entry(section).or_default();
        if !remarks.contains(&text) {
            remarks.push(text);
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut blank = false;
        for line in &self.header {
            writeln!(f, "{}", line.comment())?;
            blank = true;
        }
        for section in Section::ALL {
            let entries: Vec<_> = self
                .entries
                .iter()
                .filter(|(directive, entry)| {
                    directive.section() == section && !entry.values.is_empty()
                })
                .collect();
            let remarks = self.remarks.get(&section).map_or(&[][..], Vec::as_slice);
            if entries.is_empty() && remarks.is_empty() {
                continue;
            }
            if blank {
                writeln!(f)?;
            }
            blank = true;
            writeln!(f, "[{}]", section.name())?;
            for (directive, entry) in entries {
                for comment in &entry.comments {
                    writeln!(f, "{}", comment.comment())?;
                }
                if directive.is_list() {
                    let values: Vec<_> = entry.values.iter().map(Value::as_str).collect();
                    writeln!(f, "{}={}", directive.name(), values.join(" "))?;
                } else {
                    for value in &entry.values {
                        writeln!(f, "{}={}", directive.name(), value.as_str())?;
                    }
                }
            }
            for remark in remarks {
                writeln!(f, "{}", remark.comment())?;
            }
        }
        Ok(())
    }
}
