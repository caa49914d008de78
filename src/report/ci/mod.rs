//! Formats of services that run checks on changes of a repository.

pub mod github;
pub mod gitlab;
pub mod junit;
pub mod sarif;

#[cfg(feature = "cli")]
#[cfg(test)]
mod tests;

pub use github::github;
pub use gitlab::gitlab;
pub use junit::junit;
pub use sarif::sarif;
