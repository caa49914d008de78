//! Graphs as pictures and as data.

mod dot;
pub mod graph_json;
mod graph_words;
mod layout;
mod legend;
mod mermaid;
mod svg;
mod text_width;

pub use dot::dot;
pub use graph_json::{SCHEMA, json};
pub use mermaid::mermaid;
pub use svg::{Links, svg, svg_of_all};
