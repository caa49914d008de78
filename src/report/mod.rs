//! Renders diagnostics and results for people and for programs. Decides nothing.

#[cfg(feature = "cli")]
pub mod assessment;
pub mod ci;
pub mod concise;
mod escape;
pub mod format;
#[cfg(feature = "cli")]
pub mod graph;
pub mod json;
pub mod parsed_job;
mod prose;
mod rule_page;
pub(super) mod summary;
#[cfg(feature = "cli")]
pub mod text;

#[cfg(feature = "cli")]
#[cfg(test)]
mod tests;

pub use ci::{github, gitlab, junit, sarif};
pub use concise::concise;
pub use escape::write_json;
pub use json::{LINE_SCHEMA, SCHEMA, json, json_line};
pub use rule_page::page;
#[cfg(feature = "cli")]
pub(crate) use summary::counted;
pub use summary::{Counting, Hidden, Summary, lint_line, statistics};
#[cfg(feature = "cli")]
pub use text::{Paint, fleet_text, same_line, text, text_of_line, variant_diff};
