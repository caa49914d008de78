//! What is wrong in a job, or better said otherwise, whether or not anybody converts it.
//!
//! A rule is a file with what finds it; the rule itself, with an example that it finds and one that
//! it does not, is in [`crate::diagnostic::registry`]. What the passes find on their way
//! ([`crate::parse`], [`crate::lower`]) is not looked for here again.

pub mod allow;
pub mod between;
mod check;
mod daemons;
mod program;
pub mod rule;
mod subject;

use crate::diagnostic::{Diagnostic, fix};
use rule::LINTS;

pub use program::Program;
pub use subject::{PhaseScript, Subject};

/// What the rules find in a job, in the order of the text.
pub fn lint(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for lint in LINTS {
        (lint.check)(subject, lint.rule, &mut found);
    }
    found.sort_by_key(|diagnostic| {
        (diagnostic.span.origin, diagnostic.span.start, diagnostic.rule.code)
    });
    fix::widen(subject.sources, &mut found);
    found
}
