//! Init's own rules: what a job file means to Upstart. Nothing here depends on the conversion.

pub mod ast;
pub mod condition;
pub mod daemons;
pub mod dialect;
pub(super) mod events;
pub mod exec;
pub mod expression;
pub mod instances;
pub mod job;
pub mod parse;
pub mod resolve;
pub(super) mod runlevels;
pub mod script;
pub mod signal;
pub mod stanza_table;
