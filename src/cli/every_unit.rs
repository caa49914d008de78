//! What the conversion changes for every job alike, which no job has to be told for itself.

use crate::diagnostic::registry::EVERY_UNIT;

/// Where to read about it, as a line that ends what is said of a conversion.
pub(super) fn line() -> String {
    format!("note[{0}]: some things change for every job; `upstart2systemd explain {0}` tells which", EVERY_UNIT.code)
}
