//! Checks what a job, its name and the output tree must not cause, by running the program.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../program/mod.rs"]
mod program;

mod injection;
mod installed;
mod modes;
mod outside;
mod reports;
