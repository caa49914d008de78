//! Work on many jobs: on all processors with the feature `cli`, which brings rayon, else one by one.

#[cfg(feature = "cli")]
use rayon::prelude::*;

/// Does the work on each item; the answers are in the order of the items.
#[cfg(feature = "cli")]
pub(crate) fn map<T: Send, U: Send>(items: Vec<T>, work: impl Fn(T) -> U + Send + Sync) -> Vec<U> {
    items.into_par_iter().map(work).collect()
}

/// Does the work on each item; the answers are in the order of the items.
#[cfg(not(feature = "cli"))]
pub(crate) fn map<T: Send, U: Send>(items: Vec<T>, work: impl Fn(T) -> U + Send + Sync) -> Vec<U> {
    items.into_iter().map(work).collect()
}
