//! What a job, its name and the tree it is written to may not bring about, tried on the program as
//! it is run.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../program/mod.rs"]
mod program;

mod injection;
mod modes;
mod outside;
mod reports;
