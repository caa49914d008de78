//! `graph`: draws which job of a directory starts and stops which.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::assess::graph::Graph;
use crate::cli::arguments::{GraphArguments, GraphFormat, ShownView};
use crate::cli::input::directory::Directory;
use crate::cli::input::{Input, directory, shown};
use crate::cli::lint::configuration::Configuration;
use crate::cli::migrate::packages;
use crate::cli::migrate::planned::meant_directory;
use crate::cli::{Status, Streams, panic};
use crate::lower::options::Options;
use crate::migrate;
use crate::migrate::{FoundJob, Migration, Read, Selection};
use crate::report::graph;
use crate::text::visible::visible;

pub(in crate::cli) fn run(arguments: &GraphArguments, streams: &mut Streams<'_>) -> Status {
    let (read, migration, mut status) = match plan(arguments, streams) {
        Ok(planned) => planned,
        Err(status) => return status,
    };
    let mut graphs = Vec::new();
    if arguments.view != ShownView::Systemd {
        graphs.push(Graph::upstart(&read, &migration));
    }
    if arguments.view != ShownView::Upstart {
        graphs.push(Graph::systemd(&migration));
    }
    if !arguments.only.is_empty() {
        for graph in &mut graphs {
            *graph = graph.only(&arguments.only, arguments.depth);
        }
        if graphs.iter().all(|graph| graph.nodes.is_empty()) {
            streams.error("no job matches `--only`");
            return Status::Refused;
        }
    }
    let drawn = match arguments.format {
        GraphFormat::Svg => graph::svg_of_all(&graphs, &|_| None),
        GraphFormat::Dot => graph::dot(&graphs),
        GraphFormat::Mermaid => graph::mermaid(&graphs),
        GraphFormat::Json => match graph::json(&graphs) {
            Ok(json) => json,
            Err(error) => {
                streams.error(&format!("cannot write JSON: {error}"));
                return Status::Bug;
            }
        },
    };
    status = status.max(streams.print(drawn.as_bytes()));
    status
}

/// Reads the jobs and plans them as `migrate` does. An error has been reported, and is the status to
/// exit with.
fn plan(
    arguments: &GraphArguments,
    streams: &mut Streams<'_>,
) -> Result<(Vec<Read>, Migration, Status), Status> {
    let dialect = arguments.dialect.into();
    let mut directories: Vec<PathBuf> = match &arguments.root {
        Some(root) => vec![directory::of_system(root, dialect)],
        None => arguments.directories.clone(),
    };
    let first = directories.first().map_or(Path::new("."), PathBuf::as_path);
    let settings = Configuration::of_migration(first).map_err(|message| streams.usage(&message))?;
    let read = |directories: &[PathBuf]| {
        directory::read(directories, true, dialect, arguments.root.as_deref())
    };
    let found = read(&directories).and_then(|found| {
        let Some(meant) = meant_directory(&directories, &found) else { return Ok(found) };
        directories = vec![meant];
        read(&directories)
    });
    let refused = |error: anyhow::Error, streams: &mut Streams<'_>| {
        streams.error(&visible(&format!("{error:#}")));
        Status::Refused
    };
    let Directory { inputs, strays } = found.map_err(|error| refused(error, streams))?;
    let found: Vec<FoundJob> = inputs
        .into_iter()
        .map(|Input { name, sources, .. }| FoundJob { name, sources: Arc::new(sources) })
        .collect();
    if found.is_empty() {
        let directories: Vec<String> = directories.iter().map(|path| shown(path)).collect();
        streams.error(&format!("{}: no jobs found", visible(&directories.join(", "))));
        return Err(Status::Refused);
    }
    let packages = packages::known(None, arguments.root.as_deref(), &found)
        .map_err(|error| refused(error, streams))?;
    if let Some(why) = packages.trouble {
        streams.report(&format!("note: {}\n", visible(&why)));
    }
    let selection = Selection {
        all: arguments.all,
        only: settings.only.clone(),
        exclude: settings.exclude.clone(),
        packages: packages.jobs,
        family: settings.target.map_or_else(Default::default, |release| release.family),
    };
    let options = Options {
        dialect,
        style: settings.style(None),
        systemd_version: settings
            .target
            .map_or(Options::DEFAULT_SYSTEMD_VERSION, |release| release.systemd),
        ..Options::default()
    };
    let planned = panic::caught(|| {
        let read = migrate::read_all(found, dialect);
        let plan = migrate::plan_read(read.clone(), &options, &selection, settings.outside.clone());
        (read, plan)
    });
    let (read, migration) = planned.map_err(|bug| streams.bug(&bug))?;
    let mut status = Status::Done;
    let refusals = read.iter().filter_map(|read| {
        let refusal = read.job.as_ref().err()?;
        Some((read.sources.get(refusal.diagnostic.span.origin).path(), &*refusal.diagnostic))
    });
    let of_strays = strays.iter().filter_map(|stray| {
        let found = stray.conversion.diagnostics.first()?;
        found.rule.is_of_refusal().then_some((stray.conversion.path.as_str(), found))
    });
    for (path, refusal) in refusals.chain(of_strays) {
        streams.error(&format!("{}: {}", visible(path), visible(&refusal.message)));
        status = Status::Refused;
    }
    Ok((read, migration, status))
}
