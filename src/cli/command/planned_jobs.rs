//! The jobs of a configuration directory, planned as `migrate` does, for commands that only ask
//! about them.

use std::path::Path;
use std::sync::Arc;

use crate::cli::arguments::DialectOf;
use crate::cli::input::Input;
use crate::cli::input::directory::Directory;
use crate::cli::{Status, Streams, input, panic};
use crate::convert::Converted;
use crate::lower::options::Options;
use crate::machine::JobTable;
use crate::migrate;
use crate::migrate::{FoundJob, Migration};
use crate::text::visible::visible;

/// Plans a directory. An error has been reported, and is the status to exit with.
pub(super) fn plan(
    directory: &Path,
    dialect: DialectOf,
    streams: &mut Streams<'_>,
) -> Result<(Migration, Vec<Converted>), Status> {
    let dialect = dialect.into();
    let Directory { inputs, strays } =
        input::directory::read(&[directory.to_owned()], true, dialect, None).map_err(|error| {
            streams.error(&visible(&format!("{error:#}")));
            Status::Refused
        })?;
    let found: Vec<FoundJob> = inputs
        .into_iter()
        .map(|Input { name, sources, .. }| FoundJob { name, sources: Arc::new(sources) })
        .collect();
    if found.is_empty() {
        streams.error(&format!(
            "{}: no jobs found; `--init` needs the directory with the jobs, such as /etc/init",
            visible(&input::shown(directory))
        ));
        return Err(Status::Refused);
    }
    let options = Options { dialect, ..Options::default() };
    panic::caught(|| migrate::plan(found, &options))
        .map(|plan| (plan, strays))
        .map_err(|bug| streams.bug(&bug))
}

/// The table of the jobs of a plan.
pub(super) fn table(plan: &Migration) -> JobTable<'_> {
    let reloads = plan.services.iter().map(|service| (service.job.as_str(), service.reloads));
    JobTable::new(&plan.job_set, &plan.files, reloads)
}
