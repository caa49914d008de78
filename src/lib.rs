//! A compiler from Upstart jobs to systemd units.

pub mod ast;
pub mod command;
pub mod diagnostic;
pub mod event;
pub mod job;
pub mod lower;
pub mod shell;
pub mod source;
pub mod suggestion;
pub mod systemd;
