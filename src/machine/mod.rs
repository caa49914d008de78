//! What an operator asks about a whole machine around a migration: who still calls Upstart, and
//! whether everything came up again. Text in, data out.

pub mod after_boot;
pub mod callers;
mod job_table;
pub mod verify;

pub use job_table::JobTable;
