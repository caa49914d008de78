//! Diagnostics and results for people and for programs. Nothing in here decides anything.

mod afterwards;
pub mod believed;
mod change;
mod concise;
mod data;
mod excerpt;
mod github;
mod json;
mod page;
mod prose;
mod sarif;
mod summary;
mod text;
mod visible;

#[cfg(test)]
mod elsewhere_tests;
#[cfg(test)]
mod tests;

pub use crate::conversion::Converted;
pub use afterwards::{afterwards, operating};
pub use concise::concise;
pub use data::write_json;
pub use github::github;
pub use json::{SCHEMA, json};
pub use page::page;
pub use sarif::sarif;
use summary::counted;
pub use summary::{Counting, Summary};
pub use text::{Style, text};
pub use visible::{visible, visible_lines};
