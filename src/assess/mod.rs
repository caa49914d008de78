//! What a migration means for the people who decide it and do it.

pub mod effort;
pub mod graph;
pub mod minutes;
pub mod operator;
pub mod review;
pub mod secret;
pub mod task;
