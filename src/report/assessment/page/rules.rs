//! The pages of the rules that the page names.

use std::collections::BTreeSet;

use maud::{Markup, PreEscaped, html};

use crate::diagnostic::registry::RULES;

/// The name of a rule with its code.
pub(super) fn titled(code: &str) -> String {
    match RULES.iter().find(|rule| rule.code == code) {
        Some(rule) => format!("{} ({code})", rule.name),
        None => code.to_owned(),
    }
}

pub(super) fn section(codes: &BTreeSet<&'static str>) -> Markup {
    let rules = RULES.iter().filter(|rule| codes.contains(rule.code));
    html! {
        section id="rules" {
            h2 { "Rules" }
            @for rule in rules {
                div .rule id=(rule.code) {
                    h3 { (rule.name) " (" (rule.code) ")" }
                    (markdown(rule.page().text))
                }
            }
        }
    }
}

/// The text of a page of this program.
fn markdown(text: &str) -> Markup {
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, pulldown_cmark::Parser::new(text));
    PreEscaped(out)
}
