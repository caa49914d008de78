//! What a migration means for the people who decide it and do it.

pub mod assessed_job;
pub mod assessment;
pub mod effort;
pub mod fleet;
pub mod graph;
mod headline;
pub mod minutes;
pub mod operator;
pub mod review;
pub mod risk;
pub mod secret;
pub mod statistics;
pub mod task;
pub mod wave;
