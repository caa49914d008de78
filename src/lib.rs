//! A compiler from Upstart jobs to systemd units.
//!
//! ```text
//!             parse             resolve              lower               Display
//!  text ───────────────▶ ast ───────────────▶ job ───────────────▶ systemd ─────────▶ unit text
//!  .conf, .override       │   folds conf, then  │   event algebra      │
//!                         │   override stanzas  │   tables             │
//!                         ▼                     ▼                      ▼
//!                  U0xx refused          U1xx mistakes          U2xx what changes
//!                         └───────────────▶ diagnostics ──report──▶ text, JSON
//! ```
//!
//! Nouns are data and know nothing above them: `source`, `diagnostic`, `event`, `event_table`, `ast`, `job`, `systemd`,
//! `conversion`. Verbs map one noun to the next: `parse`, `resolve`, `lower`, `lint`, `report`; no verb imports another.
//! Besides there are two small domains of their own: `shell` reads shell text, `suggestion` finds the word that was meant.
//!
//! What holds throughout: `systemd` has never heard of Upstart, and `shell` of neither; only `parse` mentions pest; nothing
//! below `cli` reads a file, prints, or returns an `anyhow` error; everything behind `parse` is total; output depends on
//! the input alone.

pub mod ast;
pub mod cli;
pub mod command;
pub mod conversion;
pub mod convert;
pub mod diagnostic;
pub mod event;
mod event_table;
pub mod instance;
pub mod job;
pub mod lint;
pub mod lower;
pub mod parse;
pub mod plan;
pub mod report;
pub mod resolve;
pub mod shell;
pub mod source;
pub mod suggestion;
pub mod survey;
pub mod systemd;
pub mod world;
