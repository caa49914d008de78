//! A compiler from Upstart jobs to systemd units.

pub mod ast;
pub mod conversion;
pub mod diagnostic;
pub mod event;
pub mod job;
pub mod report;
pub mod source;
pub mod systemd;
