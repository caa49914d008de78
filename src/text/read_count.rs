//! Counts what each thread reads, so that a test can check that nothing is read twice.

use std::cell::RefCell;

/// A reader of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextReader {
    Job,
    Shell,
}

thread_local! {
    static TEXTS: RefCell<Vec<(TextReader, String)>> = const { RefCell::new(Vec::new()) };
}

pub(crate) fn count(reader: TextReader, text: &str) {
    TEXTS.with_borrow_mut(|texts| texts.push((reader, text.to_owned())));
}

/// The texts that this thread has read since the last call.
pub(crate) fn take() -> Vec<(TextReader, String)> {
    TEXTS.take()
}
