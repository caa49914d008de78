//! Text, whatever it says.

pub(crate) mod lines;
