//! The commands of the program, each in a file or folder of its own.

pub(super) mod convert;
pub(super) mod explain;
pub(super) mod parse;
pub(super) mod verify;
