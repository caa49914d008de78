//! `start on` and `stop on`: from the flat list of tokens to a tree.
//!
//! `and` and `or` have equal precedence and are left-associative (`init/parse_job.c`,
//! `parse_on_operator`). Open parentheses are kept on a stack here, not on the stack of the thread,
//! and the depth of the tree is limited, so no input can exhaust the stack of the thread.

use super::advice::conditions::{
    empty_line_in_condition, empty_parentheses, operator_without_left, operator_without_right,
    parenthesis_after_operand, positional_after_named, unclosed_parenthesis, unopened_parenthesis,
    word_after_parenthesis,
};
use super::advice::values;
use super::cursor::{Cursor, Rule};
use super::quoting;
use super::refusal::{ErrorKind, Refusal};
use crate::text::source::{Span, Spanned, SpannedWord};
use crate::upstart::condition::{Condition, Event};
use crate::upstart::expression::{Expr, MAX_DEPTH};

/// Reads a condition. Also returns the last token of the condition.
pub(super) fn condition(
    keyword: &'static str,
    keyword_span: Span,
    node: &Cursor<'_>,
    mangled: &mut Vec<Span>,
) -> Result<(Condition, Span), Refusal> {
    let mut reader =
        ConditionReader { keyword, levels: Vec::new(), level: Level::default(), event: None };
    let mut last = keyword_span;
    let mut line_is_empty = true;
    for token in node.children() {
        let span = token.span();
        match token.rule() {
            Rule::line_end if line_is_empty => {
                let rest = node.input().get(span.end..).unwrap_or_default();
                return Err(empty_line_in_condition(span, rest, reader.level.parenthesis));
            }
            Rule::line_end => {
                line_is_empty = true;
                continue;
            }
            Rule::open => reader.open_parenthesis(span)?,
            Rule::close => reader.close_parenthesis(span)?,
            Rule::operator => reader.operator(Spanned::new(Operator::named(token.text()), span))?,
            Rule::broken_event => return Err(values::broken(keyword, &token)),
            _ => {
                let word = quoting::word(&token, mangled);
                if word.value.is_empty() {
                    return Err(values::empty_quotes(keyword, keyword_span, span));
                }
                reader.word(word)?;
            }
        }
        line_is_empty = false;
        last = span;
    }
    match reader.finish()? {
        Some(condition) => Ok((condition, last)),
        None => Err(values::missing_word(keyword, keyword_span, node.input())),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    And,
    Or,
}

impl Operator {
    fn named(text: &str) -> Self {
        if text == "and" { Self::And } else { Self::Or }
    }
}

/// A tree and its depth.
struct Operand {
    condition: Condition,
    depth: usize,
}

/// What has been read since a parenthesis was opened.
#[derive(Default)]
struct Level {
    parenthesis: Option<Span>,
    left: Option<Operand>,
    /// The operator whose right side has not been read.
    operator: Option<Spanned<Operator>>,
}

struct ConditionReader {
    keyword: &'static str,
    /// The levels around the present one.
    levels: Vec<Level>,
    level: Level,
    /// The event that the next words are arguments of.
    event: Option<Event>,
}

impl ConditionReader {
    fn expects_operand(&self) -> bool {
        self.event.is_none() && (self.level.left.is_none() || self.level.operator.is_some())
    }

    fn word(&mut self, word: SpannedWord) -> Result<(), Refusal> {
        if let Some(event) = &mut self.event {
            // A positional argument cannot follow a named one (`init/parse_job.c`,
            // `parse_on_operand`).
            if let Some(named) = event.args.last().filter(|arg| arg.value.contains('='))
                && !word.value.contains('=')
            {
                return Err(positional_after_named(
                    &event.name,
                    named,
                    &word,
                    self.level.parenthesis,
                ));
            }
            event.args.push(word);
        } else if self.expects_operand() {
            self.event = Some(Event { name: word, args: Vec::new() });
        } else {
            return Err(word_after_parenthesis(&word, self.level.parenthesis));
        }
        Ok(())
    }

    fn operator(&mut self, operator: Spanned<Operator>) -> Result<(), Refusal> {
        if self.expects_operand() {
            let before = self
                .level
                .operator
                .as_ref()
                .map(|operator| operator.span)
                .or(self.level.parenthesis);
            return Err(operator_without_left(operator.span, before));
        }
        self.finish_event()?;
        self.level.operator = Some(operator);
        Ok(())
    }

    fn open_parenthesis(&mut self, span: Span) -> Result<(), Refusal> {
        if !self.expects_operand() {
            return Err(parenthesis_after_operand(span, self.event.as_ref()));
        }
        let inner = Level { parenthesis: Some(span), ..Level::default() };
        self.levels.push(std::mem::replace(&mut self.level, inner));
        Ok(())
    }

    fn close_parenthesis(&mut self, span: Span) -> Result<(), Refusal> {
        self.finish_event()?;
        let Some(open) = self.level.parenthesis else {
            return Err(match &self.level.operator {
                Some(operator) => operator_without_right(operator.span, Some(span)),
                None => unopened_parenthesis(span),
            });
        };
        if let Some(operator) = &self.level.operator {
            return Err(operator_without_right(operator.span, Some(span)));
        }
        let outer = self.levels.pop().unwrap_or_default();
        match std::mem::replace(&mut self.level, outer).left {
            Some(operand) => self.operand(operand),
            None => Err(empty_parentheses(open.to(span))),
        }
    }

    /// Ends the condition. `None` if it has no event.
    fn finish(mut self) -> Result<Option<Condition>, Refusal> {
        self.finish_event()?;
        if let Some(open) = self.level.parenthesis {
            return Err(unclosed_parenthesis(self.keyword, open));
        }
        if let Some(operator) = &self.level.operator {
            return Err(operator_without_right(operator.span, None));
        }
        Ok(self.level.left.map(|operand| operand.condition))
    }

    fn finish_event(&mut self) -> Result<(), Refusal> {
        match self.event.take() {
            Some(event) => self.operand(Operand { condition: Expr::Leaf(event), depth: 1 }),
            None => Ok(()),
        }
    }

    /// Joins an operand with what is to the left of it.
    fn operand(&mut self, right: Operand) -> Result<(), Refusal> {
        let joined = match (self.level.left.take(), self.level.operator.take()) {
            (Some(left), Some(operator)) => {
                let depth = left.depth.max(right.depth) + 1;
                if depth > MAX_DEPTH {
                    let message = format!("this condition nests deeper than {MAX_DEPTH} operators");
                    let refusal =
                        ErrorKind::Unreadable.at(operator.span, message).label("too deep here");
                    return Err(refusal
                        .help("write it with fewer operators, or divide it among several jobs"));
                }
                let (left, right) = (Box::new(left.condition), Box::new(right.condition));
                let condition = match operator.value {
                    Operator::And => Expr::And(left, right),
                    Operator::Or => Expr::Or(left, right),
                };
                Operand { condition, depth }
            }
            _ => right,
        };
        self.level.left = Some(joined);
        Ok(())
    }
}
