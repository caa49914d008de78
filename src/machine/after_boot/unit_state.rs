//! The output of `systemctl show` (systemctl(1), "Unit Commands").

use std::collections::BTreeMap;

use serde::Serialize;

/// What has to be asked for.
pub const PROPERTIES: &str = "Id,Names,LoadState,ActiveState,SubState,NRestarts,Result";

/// The state of a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UnitState {
    /// `LoadState`
    pub load: String,
    /// `ActiveState`
    pub active: String,
    /// `SubState`
    pub sub: String,
    /// `NRestarts`, which systemd has from version 235 on, and only services have.
    pub restarts: Option<u64>,
    /// `Result`, which targets do not have.
    pub result: String,
}

/// Reads the states of units. The output has a block for each unit that was asked for, in their
/// order; if a block is missing, the others are found by their names.
pub fn read_states(text: &str, units: &[String]) -> BTreeMap<String, UnitState> {
    let mut blocks: Vec<(Vec<&str>, UnitState)> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        let Some((property, value)) = line.split_once('=') else {
            is_open = false;
            continue;
        };
        if !is_open {
            blocks.push((Vec::new(), UnitState::default()));
            is_open = true;
        }
        let Some((names, state)) = blocks.last_mut() else { continue };
        match property {
            "Id" | "Names" => names.extend(value.split_whitespace()),
            "LoadState" => value.clone_into(&mut state.load),
            "ActiveState" => value.clone_into(&mut state.active),
            "SubState" => value.clone_into(&mut state.sub),
            "NRestarts" => state.restarts = value.parse().ok(),
            "Result" => value.clone_into(&mut state.result),
            _ => {}
        }
    }
    if blocks.len() == units.len() {
        return units.iter().cloned().zip(blocks.into_iter().map(|(_, state)| state)).collect();
    }
    let by_name: BTreeMap<&str, &UnitState> = blocks
        .iter()
        .flat_map(|(names, state)| names.iter().map(move |name| (*name, state)))
        .collect();
    units
        .iter()
        .filter_map(|unit| Some((unit.clone(), (*by_name.get(unit.as_str())?).clone())))
        .collect()
}
