//! Faults of the machine: the program is killed, the disk is full, directories disappear, and other
//! objects are in the place of files.
//!
//! In each case the program ends, reports what went wrong and what to do, exits with the right
//! status, and writes no file in part.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it saw"
)]

#[path = "../program/mod.rs"]
mod program;

mod changing;
mod descriptors;
mod disk;
mod files;
mod installing;
mod killed;
mod many;
mod watched;
