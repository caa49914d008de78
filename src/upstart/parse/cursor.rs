//! The only file that handles pest's types: a cursor over what the grammar matched.

use pest::Parser;
use pest::iterators::{Pair, Pairs};

use crate::text::source::{Origin, Span};

pub(super) use grammar::Rule;

mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "grammar/upstart.pest"]
    pub(in crate::upstart::parse) struct Grammar;
}

/// What one rule of the grammar matched.
#[derive(Clone)]
pub(super) struct Cursor<'t> {
    pair: Pair<'t, Rule>,
    origin: Origin,
}

impl<'t> Cursor<'t> {
    /// The parts of a file according to the rule of its dialect. `None` if the parser reached a
    /// limit of its own; the grammar accepts every text.
    pub(super) fn file(rule: Rule, text: &'t str, origin: Origin) -> Option<Nodes<'t>> {
        let mut pairs = grammar::Grammar::parse(rule, text).ok()?;
        pairs.next().map(|pair| Self { pair, origin }.children())
    }

    pub(super) fn rule(&self) -> Rule {
        self.pair.as_rule()
    }

    pub(super) fn text(&self) -> &'t str {
        self.pair.as_str()
    }

    pub(super) fn span(&self) -> Span {
        let span = self.pair.as_span();
        Span::new(self.origin, span.start()..span.end())
    }

    /// The whole text that was parsed.
    pub(super) fn input(&self) -> &'t str {
        self.pair.get_input()
    }

    pub(super) fn children(&self) -> Nodes<'t> {
        Nodes { pairs: self.pair.clone().into_inner(), origin: self.origin }
    }
}

/// Nodes side by side, in the order of the text.
#[derive(Clone)]
pub(super) struct Nodes<'t> {
    pairs: Pairs<'t, Rule>,
    origin: Origin,
}

impl<'t> Nodes<'t> {
    /// The whole text that was parsed.
    pub(super) fn input(&self) -> &'t str {
        self.pairs.get_input()
    }

    pub(super) fn peek(&self) -> Option<Cursor<'t>> {
        self.pairs.peek().map(|pair| Cursor { pair, origin: self.origin })
    }
}

impl<'t> Iterator for Nodes<'t> {
    type Item = Cursor<'t>;

    fn next(&mut self) -> Option<Cursor<'t>> {
        self.pairs.next().map(|pair| Cursor { pair, origin: self.origin })
    }
}
