//! Other programs that this one runs, and signals that it gets.

pub(super) mod child;
pub(super) mod signals;
