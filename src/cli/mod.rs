//! The only part that touches files and standard output.

pub mod parse;
