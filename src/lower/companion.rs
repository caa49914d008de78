//! Files that a job needs beside its unit. Each is either of this job alone or the same whichever
//! job asks for it, so that the files of several jobs can be put together without a merge.

use crate::systemd::layout::{Output, UNITS};
use crate::systemd::{Unit, UnitName};

/// A file beside the unit of a job.
#[derive(Clone, Debug)]
pub enum Companion {
    /// A unit of its own name: a socket, a path, a target, what stands for an event.
    Unit(Unit),
    /// What the job adds to another unit, in the file of this name.
    DropIn {
        to: UnitName,
        name: String,
        part: Unit,
    },
    File(Output),
}

impl Companion {
    /// Takes over what another one says, if it is the same file.
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
