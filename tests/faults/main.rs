//! What a machine can do to the program: kill it, fill its disk, take directories away, and put
//! things in the place of files.
//!
//! Whatever it is, the program ends, says what it is about and what to do, has the status for it,
//! and no file is torn.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it saw"
)]

#[path = "../program/mod.rs"]
mod program;

mod changing;
mod disk;
mod files;
mod killed;
mod many;
mod watched;
