//! systemd's unit files as data, and systemd's own rules. Nothing here depends on where a unit
//! comes from.

mod directive;
mod feature;
mod folding;
pub mod layout;
mod name;
pub mod ordering;
mod quote;
pub mod release;
mod script_layout;
mod unit;
pub(super) mod value;

pub use directive::{Directive, Section};
pub use feature::Feature;
pub use name::{NameTooLong, UnitName, escape_instance, escape_path, shell_word};
pub use unit::Unit;
pub use value::{Argument, ArgumentPart, Command, Prefix, Text, Unwritable, Value};
