//! Diagnostics and results for people and for programs. Nothing in here decides anything.

pub mod believed;
mod change;
mod concise;
mod excerpt;
mod json;
mod summary;
mod text;
mod visible;

#[cfg(test)]
mod tests;

use crate::conversion::Conversion;
use crate::source::Sources;

pub use concise::concise;
pub use json::{SCHEMA, json};
pub use summary::Summary;
pub use text::{Style, text};
pub use visible::visible;

/// A conversion and the sources that its spans point into.
#[derive(Clone, Debug)]
pub struct Converted {
    pub sources: Sources,
    pub conversion: Conversion,
}
