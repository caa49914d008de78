//! Diagnostics and results for people and for programs. Nothing in here decides anything.

mod afterwards;
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

pub use crate::conversion::Converted;
pub use afterwards::{afterwards, operating};
pub use concise::concise;
pub use json::{SCHEMA, json};
use summary::counted;
pub use summary::{Counting, Summary};
pub use text::{Style, text};
pub use visible::visible;
