//! Mistakes in a job, and better ways to write it, whether or not the job is to be converted.
//!
//! Each rule has a file with its check; the rule itself is in [`crate::diagnostic::registry`] and
//! its examples are on its page. Mistakes that [`crate::upstart::parse`] and [`crate::lower`]
//! report are not checked here again.

pub mod allow;
pub mod between;
mod check;
pub mod rule;
mod subject;

use crate::diagnostic::{Diagnostic, fix};
use rule::LINTS;

pub use crate::shell::program::Program;
pub use subject::{PhaseScript, Subject};

/// Runs all rules on a job. Returns the findings in the order of the text.
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
