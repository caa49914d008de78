//! `compat`: writes Upstart's commands for deploy scripts and operators.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::arguments::compat::CompatArguments;
use crate::cli::input::directory::Directory;
use crate::cli::input::{Input, directory, shown};
use crate::cli::migrate::next_steps::quoted;
use crate::cli::overlay::{Origins, Writing};
use crate::cli::{Status, Streams, overlay, panic};
use crate::migrate;
use crate::migrate::FoundJob;
use crate::report::summary::counted;
use crate::text::visible::visible;

pub(in crate::cli) fn run(arguments: &CompatArguments, streams: &mut Streams<'_>) -> Status {
    let dialect = arguments.dialect.into();
    let directories: Vec<PathBuf> = match &arguments.root {
        Some(root) => vec![directory::of_system(root, dialect)],
        None => arguments.directories.clone(),
    };
    let Directory { inputs, strays: _ } = match directory::read(
        &directories,
        !arguments.no_override,
        dialect,
        arguments.root.as_deref(),
    ) {
        Ok(directory) => directory,
        Err(error) => return refused(&error, streams),
    };
    let found: Vec<FoundJob> = inputs
        .into_iter()
        .map(|Input { name, sources, .. }| FoundJob { name, sources: Arc::new(sources) })
        .collect();
    let names: Vec<String> = found.iter().map(|found| found.name.0.clone()).collect();
    let (files, known) = match panic::caught(|| migrate::commands(found, dialect)) {
        Ok(commands) => commands,
        Err(bug) => return streams.bug(&bug),
    };
    let how = Writing { force: arguments.force, prune: false, unread: &BTreeSet::new() };
    if let Err(error) =
        overlay::write(&arguments.output, (&files, &Origins::new()), how, &|_, _| {})
    {
        return refused(&error, streams);
    }
    let mut status = Status::Done;
    for name in names.iter().filter(|name| !known.contains(name)) {
        streams.report(&format!(
            "note: `{}` has no unit, so the commands do not know it; `lint` reports why\n",
            visible(name)
        ));
        status = Status::Refused;
    }
    status.max(streams.print_text(&next_steps(&arguments.output, known.len())))
}

fn refused(error: &anyhow::Error, streams: &mut Streams<'_>) -> Status {
    streams.error(&visible(&format!("{error:#}")));
    Status::Refused
}

/// What the user has to do and to know.
fn next_steps(output: &Path, jobs: usize) -> String {
    let overlay = quoted(shown(output).trim_end_matches('/'));
    format!(
        "\
start, stop, restart, reload, status and initctl for {}.

To install them, as root, on a machine that runs the units of `migrate`:

    cp -a --remove-destination {overlay}/. /

They refuse to work where Upstart's own /sbin/initctl is, or where process 1 is not systemd.
Write them again when jobs are added or renamed. Who still calls them, and what to type instead, is
in the journal, once a day for each caller:

    journalctl -t upstart2systemd
",
        counted(jobs, "job")
    )
}
