//! Renders diagnostics and results for people and for programs. Decides nothing.

#[cfg(feature = "cli")]
mod change;
pub mod concise;
mod escape;
#[cfg(feature = "cli")]
mod excerpt;
pub mod format;
pub mod github;
pub mod json;
pub mod parsed_job;
mod prose;
mod rule_page;
pub mod sarif;
pub(super) mod summary;
#[cfg(feature = "cli")]
pub mod text;

#[cfg(feature = "cli")]
#[cfg(test)]
mod tests;

pub use concise::concise;
pub use escape::write_json;
pub use github::github;
pub use json::{SCHEMA, json};
pub use rule_page::page;
pub use sarif::sarif;
pub use summary::{Counting, Summary};
#[cfg(feature = "cli")]
pub use text::{Paint, text};
