//! Renders what a migration means: for a terminal, a browser, a spreadsheet, other programs.

mod assessment_json;
mod explanation;
mod markdown;
mod page;
mod spreadsheet;

pub use assessment_json::{REPORT_SCHEMA, assessment_json};
pub use explanation::explanation;
pub use markdown::markdown;
pub use page::{PageContent, job_anchor, page};
pub use spreadsheet::{csv_of_jobs, csv_of_tasks};
