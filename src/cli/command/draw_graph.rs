//! `graph`: draws which job of a directory starts and stops which.

use crate::assess::graph::Graph;
use crate::cli::arguments::{GraphArguments, GraphFormat, SelectedJobs, ShownView, Translation};
use crate::cli::migrate::planned::{Planned, planned};
use crate::cli::progress::Progress;
use crate::cli::reporting::cannot_serialize;
use crate::cli::{Status, Streams};
use crate::report::graph;

pub(in crate::cli) fn run(arguments: &GraphArguments, streams: &mut Streams<'_>) -> Status {
    let translation = Translation::of_dialect(arguments.dialect);
    let notes = (true, &Progress::new());
    let planned = match planned(&selected(arguments), &translation, notes, streams) {
        Ok(planned) => planned,
        Err(status) => return status,
    };
    if !planned.has_jobs(streams) {
        return Status::Refused;
    }
    let status = planned.report_refused(streams);
    let Planned { read, plan: migration, .. } = planned;
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
            Err(error) => return cannot_serialize(&error, streams),
        },
    };
    status.max(streams.print(drawn.as_bytes()))
}

/// The jobs that `migrate` would convert, all of them drawn.
fn selected(arguments: &GraphArguments) -> SelectedJobs {
    SelectedJobs {
        directories: arguments.directories.clone(),
        root: arguments.root.clone(),
        hosts: Vec::new(),
        all: arguments.all,
        only: Vec::new(),
        exclude: Vec::new(),
        dpkg_status: None,
    }
}
