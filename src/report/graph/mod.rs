//! Graphs as pictures and as data.

pub mod graph_json;

pub use graph_json::{SCHEMA, json};
