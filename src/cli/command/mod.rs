//! The commands of the program, each in a file or folder of its own.

pub(super) mod after_boot;
pub(super) mod assess;
pub(super) mod compat;
pub(super) mod convert;
pub(super) mod draw_graph;
pub(super) mod explain;
pub(super) mod find_callers;
pub(super) mod install;
pub(super) mod parse;
mod planned_jobs;
mod records;
mod searched_tree;
pub(super) mod verify;
