//! What a migration means for the people who decide it and do it.

pub mod effort;
pub mod review;
