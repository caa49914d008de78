//! Renders what a migration means: for a terminal, a browser, a spreadsheet, other programs.

mod explanation;
mod page;
mod spreadsheet;

pub use explanation::explanation;
pub use page::{PageContent, job_anchor, page};
pub use spreadsheet::{csv_of_jobs, csv_of_tasks};
