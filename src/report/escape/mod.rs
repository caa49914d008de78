//! Text of jobs in the syntax of a report, where it must not act as anything but text.

pub(super) mod csv_row;
mod escaped_json;
pub(super) mod inline_markdown;
pub(super) mod step_summary;

pub(super) use escaped_json::json_of;
pub use escaped_json::write_json;
