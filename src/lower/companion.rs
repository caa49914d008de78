//! The files that a unit needs besides itself. A file either belongs to one job or is the same for
//! every job that needs it, and the files of several jobs never have to be merged.

use super::own_files::{EVENT, is_event};
use crate::systemd::layout::{Output, UNITS};
use crate::systemd::{Directive, Unit, UnitName};

/// A file that the unit of a job needs besides itself.
#[derive(Clone, Debug)]
pub enum Companion {
    /// A further unit: a socket, a path, a target, an event unit.
    Unit(Unit),
    /// A drop-in for another unit.
    DropIn {
        /// The unit that the drop-in extends.
        to: UnitName,
        /// The name of the file, without `.conf`.
        name: String,
        /// The directives of the drop-in.
        part: Unit,
    },
    /// Any other file, such as a script or a udev rule.
    File(Output),
}

impl Companion {
    /// Adds the content of another companion. Returns `false` if that is a different file.
    pub(super) fn absorb(&mut self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unit(unit), Self::Unit(other)) if unit.name == other.name => unit.absorb(other),
            (
                Self::DropIn { to, name, part },
                Self::DropIn { to: other_to, name: other_name, part: other },
            ) if to == other_to && name == other_name => {
                part.absorb(other);
            }
            (Self::File(file), Self::File(other)) if file.path == other.path => {
                for line in other.text.lines().filter(|line| !line.starts_with('#')) {
                    if !file.text.lines().any(|known| known == line) {
                        file.text.push_str(&format!("{line}\n"));
                    }
                }
            }
            (Self::Unit(_) | Self::DropIn { .. } | Self::File(_), _) => return false,
        }
        true
    }

    /// The waits that the file adds to an event unit of a template or of an event: that unit, and
    /// what it waits for by a command or by its order. `own` is the unit of the job that the file
    /// is for.
    pub fn awaits(&self, own: &UnitName) -> Vec<(UnitName, UnitName)> {
        let Self::DropIn { to, name, part } = self else { return Vec::new() };
        if !is_event(to.as_str()) {
            return Vec::new();
        }
        let started = if !part.has(Directive::ExecStart) {
            None
        } else if is_event(name) {
            Some(UnitName::known(format!("{name}.service")))
        } else {
            Some(own.clone())
        };
        let after = part.values(Directive::After).iter().map(|unit| UnitName::known(unit.as_str()));
        started.into_iter().chain(after).map(|unit| (to.clone(), unit)).collect()
    }

    /// The unit, if it stands for all events of a name.
    pub fn event_unit(&self) -> Option<&UnitName> {
        match self {
            Self::Unit(unit) => Some(&unit.name)
                .filter(|name| name.as_str().starts_with(EVENT) && !name.as_str().contains('@')),
            Self::DropIn { .. } | Self::File(_) => None,
        }
    }

    /// The file to write: its path relative to the root, and its text.
    pub fn output(&self) -> Output {
        match self {
            Self::Unit(unit) => {
                Output { path: format!("{UNITS}/{}", unit.name), text: unit.to_string() }
            }
            Self::DropIn { to, name, part } => {
                Output { path: format!("{UNITS}/{to}.d/{name}.conf"), text: part.to_string() }
            }
            Self::File(output) => output.clone(),
        }
    }
}
