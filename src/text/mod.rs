//! Text of any content: bytes, lines, patterns and places.

pub mod bytes;
pub(super) mod glob;
pub(crate) mod lines;
pub(crate) mod list;
pub mod source;
pub mod suggestion;
pub(super) mod visible;

#[cfg(test)]
pub(crate) mod read_count;
