//! Finds a word that looks like an operator but is an argument of an event.

use crate::diagnostic::registry::OPERATOR_AS_ARGUMENT;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::bytes::lossy;

pub(in crate::lint) static LINT: Lint = Lint { rule: &OPERATOR_AS_ARGUMENT, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for event in subject.events() {
        let Some(index) = event.args.iter().position(|word| is_operator(&word.value)) else {
            continue;
        };
        let (word, is_last) = (&event.args[index], index + 1 == event.args.len());
        if ends_in_comma(&word.value) {
            // The pass that looks at run levels reports this.
            if event.name.value != "runlevel" {
                found.push(
                    rule.at(
                        word.span,
                        format!("the comma is a part of `{}`", lossy(subject.written(word.span))),
                    )
                    .note("a comma joins nothing: it belongs to the argument, and so does what follows to the event")
                    .help("write `and` or `or` in place of the comma"),
                );
            }
            continue;
        }
        let diagnostic = rule
            .at(
                word.span,
                format!(
                    "`{}` is not an operator here, but an argument of `{}`",
                    subject.written(word.span),
                    lossy(&event.name.value)
                ),
            )
            .note("what follows it is an argument too, and the event never carries such values");
        found.push(match meant(&word.value) {
            // init would refuse an operator at the end.
            Some(_) if is_last => {
                diagnostic.help("delete it, or write the event that is to follow it")
            }
            Some(meant) => {
                diagnostic.help(format!("write `{meant}`")).changing_edit(word.span, meant)
            }
            None => diagnostic.help("write `and` or `or`"),
        });
    }
}

/// Whether a word looks like an operator. This rule reports such words, so others skip them.
pub(in crate::lint) fn is_operator(word: &str) -> bool {
    meant(word).is_some() || matches!(word, "," | ";") || ends_in_comma(word)
}

fn ends_in_comma(word: &str) -> bool {
    word.len() > 1 && word.ends_with(',')
}

/// The operator that the author certainly wanted.
fn meant(word: &str) -> Option<&'static str> {
    match word {
        "&&" | "&" => Some("and"),
        "||" | "|" => Some("or"),
        _ => ["and", "or"].into_iter().find(|operator| operator.eq_ignore_ascii_case(word)),
    }
}
