//! A compiler from Upstart jobs to systemd units.
//!
//! ```text
//!             parse             resolve              lower               Display
//!  text ───────────────▶ ast ───────────────▶ job ───────────────▶ systemd ─────────▶ unit text
//!  .conf, .override       │   folds conf, then  │   event algebra      │        files of an overlay
//!                         │   override stanzas  │   tables      ▲      │              ▲
//!                         │                     │               │      └──── plan ────┘
//!                         │                     └── survey ──▶ job_set
//!                         ▼                     ▼                      ▼
//!                  U0xx refused          U1xx mistakes          U2xx what changes     U3xx between jobs
//!                         └───────────────▶ diagnostics ──report──▶ text, JSON, SARIF, annotations
//! ```
//!
//! Nouns are data and know nothing above them: `source`, `diagnostic`, `event`, `event_table`,
//! `stanza_table`, `ast`, `job`, `instance`, `job_set`, `systemd`, `conversion`. Verbs map one noun
//! to the next: `parse`, `resolve`, `survey`, `lower`, `lint`, `report`; `convert` and `plan` put
//! them together, for one job and for a directory. Besides there are small domains of their own:
//! `shell` reads shell text, `suggestion` finds the word that was meant, `fix` changes sources as
//! diagnostics propose, `fingerprint` knows a finding again, `allow` takes out of the diagnostics
//! what a job file itself says to leave unsaid, `dialect` knows the languages of other Upstarts
//! than 1.13, and what they lack, `exposure` tells what leaves a private file, `hidden` what cannot
//! be seen.
//!
//! What holds throughout: `systemd` has never heard of Upstart, and `shell` of neither; only
//! `parse` mentions pest; nothing below `cli` reads a file, prints, or returns an `anyhow` error;
//! everything behind `parse` is total; output depends on the input alone.

pub mod cli;
pub mod convert;
pub mod diagnostic;
pub mod jobset;
pub mod lint;
pub mod lower;
pub mod migrate;
pub mod report;
pub mod shell;
pub mod systemd;
pub mod text;
pub mod upstart;

#[cfg(test)]
mod skipped;
