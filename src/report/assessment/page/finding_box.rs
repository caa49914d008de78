//! Findings where they are in the source.

use maud::{Markup, html};

use super::prose;
use crate::diagnostic::Diagnostic;

/// The finding, below the lines that it is about.
pub(super) fn finding(found: &Diagnostic) -> Markup {
    let Diagnostic { rule, severity, message, notes, help, .. } = found;
    html! {
        span .finding .(severity.name()) {
            p {
                b { (severity.name()) " " a href={ "#" (rule.code) } { (rule.code) } ": " }
                (prose(message))
            }
            @for note in notes { p { (prose(note)) } }
            @if let Some(help) = help { p .how { (prose(help)) } }
        }
    }
}
