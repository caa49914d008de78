//! Renderings of what the passes found.

pub mod believed;
