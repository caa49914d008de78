//! Where a span begins and ends, as people count.

use crate::source::{Position, Source, Span};

/// The first character, and the one behind the last. A span that is upside down is answered as the empty one at its start.
pub(super) fn ends(source: &Source, span: Span) -> (Position, Position) {
    (source.position(span.start), source.position(span.end.max(span.start)))
}
