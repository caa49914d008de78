//! What an override changes in a job of the distribution, for the unit that does its work now.

use std::collections::BTreeMap;

use super::Read;
use crate::convert::read::{ReadJob, read};
use crate::jobset::JobSet;
use crate::lower::options::Options;
use crate::text::source::Sources;
use crate::upstart::job::JobName;

/// What an override changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeByOverride {
    /// The job does not start by itself any more.
    Disabled,
    /// Directives of the unit, as the lines of a drop-in.
    Directives(String),
    /// The unit would be the same.
    Nothing,
    /// init refuses the job with the override.
    Refused,
}

/// What the override of the job changes; `None` if it has none.
pub(super) fn change_by_override(job: &Read, options: &Options) -> Option<ChangeByOverride> {
    job.sources.overriding.as_ref()?;
    let Ok(changed) = &job.job else { return Some(ChangeByOverride::Refused) };
    let alone = Sources { conf: job.sources.conf.clone(), overriding: None };
    let dialect = Some(changed.job.dialect);
    let original = read(&alone, JobName(job.name.clone()), dialect);
    if changed.job.manual.is_some() {
        return Some(ChangeByOverride::Disabled);
    }
    let before = original.ok().map(|original| unit_text(&original, options)).unwrap_or_default();
    let drop_in = difference(&before, &unit_text(changed, options));
    Some(if drop_in.is_empty() {
        ChangeByOverride::Nothing
    } else {
        ChangeByOverride::Directives(drop_in)
    })
}

fn unit_text(job: &ReadJob, options: &Options) -> String {
    let lowered = job.lower(options, &JobSet::default());
    lowered.unit.map(|unit| unit.to_string()).unwrap_or_default()
}

/// Directives with all of their values, in the order in which a unit first has them.
#[derive(Default)]
struct Directives<'a> {
    order: Vec<(&'a str, &'a str)>,
    values: BTreeMap<(&'a str, &'a str), Vec<String>>,
}

impl<'a> Directives<'a> {
    /// Reads the text of a unit as this program writes it.
    fn of(text: &'a str) -> Self {
        let (mut read, mut section) = (Self::default(), "");
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line.starts_with('[') {
                section = line;
            }
            let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else {
                continue;
            };
            let mut value = value.to_owned();
            while value.ends_with('\\') {
                let Some(next) = lines.next() else { break };
                value.push('\n');
                value.push_str(next);
            }
            if !read.values.contains_key(&(section, key)) {
                read.order.push((section, key));
            }
            read.values.entry((section, key)).or_default().push(value);
        }
        read
    }
}

/// The lines of a drop-in that makes the first unit the second one. What starts the unit is left
/// out, because a drop-in cannot change it.
fn difference(before: &str, after: &str) -> String {
    let (before, after) = (Directives::of(before), Directives::of(after));
    let mut out = String::new();
    let mut section = "";
    let gone = before.order.iter().filter(|name| !after.values.contains_key(*name));
    let none = Vec::new();
    for name in after.order.iter().chain(gone) {
        let (old, new) =
            (before.values.get(name).unwrap_or(&none), after.values.get(name).unwrap_or(&none));
        if old == new || name.0 == "[Install]" {
            continue;
        }
        if name.0 != section {
            section = name.0;
            out.push_str(&format!("{section}\n"));
        }
        // An empty value removes those of the unit (systemd.syntax(7)).
        if !old.is_empty()
            && (new.len() > 1 || old.len() > 1 || name.1.starts_with("Exec") || new.is_empty())
        {
            out.push_str(&format!("{}=\n", name.1));
        }
        for value in new {
            out.push_str(&format!("{}={value}\n", name.1));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn a_drop_in_has_what_differs() {
        let before = "# x\n[Unit]\nAfter=a\n\n[Service]\nExecStart=/a \\\n    b\nUser=a\nNice=1\n[Install]\nWantedBy=a\n";
        assert_eq!(difference(before, before), "");
        let after = "[Unit]\nAfter=a\n[Service]\nExecStart=/a \\\n    c\nUser=b\nLimitNOFILE=9\n";
        assert_eq!(
            difference(before, after),
            "[Service]\nExecStart=\nExecStart=/a \\\n    c\nUser=b\nLimitNOFILE=9\nNice=\n"
        );
    }
}
