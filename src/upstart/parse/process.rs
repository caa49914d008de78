//! The stanzas that run something: `exec`, `script` and the phases.

use super::advice::keywords::unterminated_block;
use super::advice::values;
use super::cursor::{Cursor, Rule};
use super::quoting;
use super::refusal::{ErrorKind, Refusal};
use super::tokens::Tokens;
use crate::text::source::{Span, Spanned};
use crate::upstart::ast::Process;

/// The refusal for a node that the grammar cannot produce.
pub(super) fn unmatched(node: &Cursor<'_>) -> Refusal {
    ErrorKind::UnknownStanza.at(node.span(), "unknown stanza")
}

pub(super) fn span_of(part: Option<&Cursor<'_>>, whole: &Cursor<'_>) -> Span {
    part.map_or_else(|| whole.span(), Cursor::span)
}

/// Reads `exec` or `script`. `None` if the node is neither.
pub(super) fn process(
    node: &Cursor<'_>,
    rule: Rule,
    mangled: &mut Vec<Span>,
) -> Option<Result<Spanned<Process>, Refusal>> {
    match rule {
        Rule::exec => Some(exec(node, mangled)),
        Rule::script => Some(script(node, mangled)),
        _ => None,
    }
}

fn exec(node: &Cursor<'_>, mangled: &mut Vec<Span>) -> Result<Spanned<Process>, Refusal> {
    let keyword = keyword_span(node, "exec");
    let input = node.input();
    let Some(command) = node.children().next() else {
        return Err(values::missing_word("exec", keyword, input));
    };
    if command.rule() == Rule::broken_command {
        return Err(values::broken("exec", &command));
    }
    let (text, folds) = quoting::command(&command, mangled);
    let span = keyword.to(text.span);
    Ok(Spanned::new(Process::Exec { text, folds }, span))
}

fn script(node: &Cursor<'_>, mangled: &mut Vec<Span>) -> Result<Spanned<Process>, Refusal> {
    let keyword = keyword_span(node, "script");
    let mut parts = node.children();
    match parts.peek().map(|part| part.rule()) {
        Some(Rule::line_end) => {
            let mut body = Spanned::new(String::new(), keyword);
            let (mut dedent, mut end) = (0, keyword);
            for part in parts {
                match part.rule() {
                    Rule::body => {
                        let (text, length) = quoting::dedent(part.text());
                        body = Spanned::new(text, part.span());
                        dedent = length;
                    }
                    Rule::block_end => end = part.span(),
                    _ => {}
                }
            }
            Ok(Spanned::new(Process::Script { text: body, dedent }, keyword.to(end)))
        }
        Some(Rule::unterminated_block) | None => {
            Err(unterminated_block(keyword, parts.next().as_ref()))
        }
        Some(_) => {
            let mut tokens = Tokens::new("script", keyword, parts, mangled);
            tokens.finish()?;
            Err(unterminated_block(keyword, None))
        }
    }
}

pub(super) fn keyword_span(node: &Cursor<'_>, keyword: &str) -> Span {
    let span = node.span();
    Span { end: span.start + keyword.len(), ..span }
}
