//! Text, whatever it says.

pub(crate) mod lines;
pub(crate) mod list;
