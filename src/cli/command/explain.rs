//! `explain`: prints the page of a rule.

use crate::cli::{Status, Streams};
use crate::diagnostic::Rule;
use crate::report::page;
use crate::text::suggestion;
use crate::text::visible::visible;

pub(in crate::cli) fn run(
    wanted: Option<&str>,
    rules: &[&Rule],
    streams: &mut Streams<'_>,
) -> Status {
    let Some(wanted) = wanted else {
        let width = rules.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
        let line = |rule: &&Rule| {
            format!("{}  {:width$}  {}\n", rule.code, rule.name, rule.severity.name())
        };
        let list = rules.iter().map(line).collect::<Vec<_>>().concat();
        return streams.print(list.as_bytes());
    };
    let is_wanted = |rule: &&&Rule| {
        [rule.code, rule.name].iter().any(|known| known.eq_ignore_ascii_case(wanted))
    };
    if let Some(rule) = rules.iter().find(is_wanted) {
        streams.print(page(rule).as_bytes())
    } else {
        let meant = suggestion::closest(wanted, rules.iter().map(|rule| rule.name));
        let meant = meant.map_or(";".to_owned(), |name| format!("; did you mean `{name}`?"));
        streams.usage(&format!(
            "unknown rule `{}`{meant} `upstart2systemd explain` lists all",
            visible(wanted)
        ))
    }
}
