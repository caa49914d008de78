//! The list of units that `systemctl list-unit-files --no-legend` prints.

use std::collections::BTreeMap;

use super::private_root::is_unit_file_name;

/// The states that a unit file has (systemctl(1), "is-enabled").
const STATES: [&str; 14] = [
    "enabled",
    "enabled-runtime",
    "linked",
    "linked-runtime",
    "alias",
    "masked",
    "masked-runtime",
    "static",
    "indirect",
    "disabled",
    "generated",
    "transient",
    "bad",
    "invalid",
];

/// The units of a list with their states, without those that lines of other forms would have.
/// `None` if not one line is of that form.
pub fn unit_list(text: &str) -> Option<BTreeMap<String, String>> {
    let units: BTreeMap<String, String> = text
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (name, state) = (words.next()?, words.next()?);
            (is_unit_file_name(name) && STATES.contains(&state))
                .then(|| (name.to_owned(), state.to_owned()))
        })
        .collect();
    (!units.is_empty()).then_some(units)
}
