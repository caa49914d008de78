//! The units that start by themselves, and the preset file for them.

use super::member::Member;
use crate::jobset::distribution::replaced_by_distribution;
use crate::lower::{Companion, own_files};
use crate::systemd::layout::Output;
use crate::systemd::{Directive, UnitName};
use crate::upstart::instances::Instance;

/// The units to enable, and those to leave disabled because a unit of the distribution does their
/// work.
pub(super) fn find(members: &[Member]) -> (Vec<UnitName>, Vec<UnitName>) {
    let (mut enabled, mut left_out) = (Vec::new(), Vec::new());
    for member in members {
        let (Some(read), Some(lowered)) = (member.read(), member.lowered()) else { continue };
        let Some(unit) = &lowered.unit else { continue };
        let companions = lowered.companions.iter().filter_map(|companion| match companion {
            Companion::Unit(unit) => Some(unit),
            Companion::DropIn { .. } | Companion::File(_) => None,
        });
        let starting =
            std::iter::once(unit).chain(companions).filter(|unit| unit.has(Directive::WantedBy));
        let names = starting.map(|unit| unit.name.clone());
        // A template without an instance name can only be enabled as its default instance, or for
        // another template.
        let is_unnamed = |name: &UnitName| {
            name.is_template()
                && !Instance::of(&read.job).has_default()
                && !unit
                    .values(Directive::WantedBy)
                    .iter()
                    .any(|by| UnitName::known(by.as_str()).is_template())
        };
        let list = if replaced_by_distribution(&read.job, &read.scripts) {
            &mut left_out
        } else {
            &mut enabled
        };
        list.extend(names.filter(|name| !is_unnamed(name)));
    }
    (enabled, left_out)
}

/// The preset file (systemd.preset(5)); `None` if it would be empty.
pub(super) fn preset(enabled: &[UnitName], left_out: &[UnitName]) -> Option<Output> {
    if enabled.is_empty() && left_out.is_empty() {
        return None;
    }
    let mut text = format!("# {}\n", own_files::made("What the jobs start by themselves."));
    for unit in enabled {
        text.push_str(&format!("enable {unit}\n"));
    }
    if !left_out.is_empty() {
        text.push_str("# The distribution has its own units for these.\n");
    }
    for unit in left_out {
        text.push_str(&format!("disable {unit}\n"));
    }
    Some(Output { path: own_files::preset(), text })
}
