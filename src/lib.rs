//! A compiler from Upstart jobs to systemd units.

pub mod ast;
pub mod cli;
pub mod command;
pub mod diagnostic;
pub mod event;
pub mod job;
pub mod parse;
pub mod report;
pub mod resolve;
pub mod source;
pub mod suggestion;
pub mod systemd;
