//! The parts of a lint rule.

use super::subject::Subject;
use crate::diagnostic::{Diagnostic, Rule};

/// A rule and the function that checks for it.
pub struct Lint {
    /// The rule that findings refer to.
    pub rule: &'static Rule,
    pub(super) check: fn(&Subject<'_>, &'static Rule, &mut Vec<Diagnostic>),
}
