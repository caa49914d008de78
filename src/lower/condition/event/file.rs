//! Events of files: a .path unit.

use super::trigger::{Classified, beyond, companion, of_instances, starting_unit, value, written};
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{LEVEL_TRIGGERED_PATH, UNMATCHED_VARIABLE};
use crate::lower::lowering::Lowering;
use crate::systemd::Directive;
use crate::systemd::value::literal;
use crate::text::bytes::lossy;
use crate::text::glob;
use crate::upstart::condition::Event;

/// Turns `file` (`extra/upstart-file-bridge.c`) into a .path unit (systemd.path(5)).
pub(super) fn file(lowering: &Lowering<'_>, event: &Event) -> Classified {
    let Some((_, path)) = value(event, "FILE", Some(0)) else {
        return beyond(event, "no file is named", "give `FILE=/a/path`");
    };
    let kind = value(event, "EVENT", Some(1)).map(|(_, value)| value);
    let is_task = lowering.job.is_task();
    let is_directory = path.ends_with('/');
    // With `PathExists=`, a task would be started repeatedly while the file exists
    // (systemd.path(5), `PathExists=`).
    let watched: &[Directive] = match kind {
        Some("delete") => {
            return beyond(
                event,
                "systemd does not start a unit when a file is deleted",
                "watch the directory with `PathModified=` in a .path unit, and test for the file in `ExecCondition=`",
            );
        }
        _ if is_directory => &[Directive::PathModified],
        Some("create") | None if glob::is_pattern(path) && !is_task => &[Directive::PathExistsGlob],
        _ if glob::is_pattern(path) => &[],
        Some("create") if is_task => &[Directive::PathChanged],
        Some("create") => &[Directive::PathExists],
        None if !is_task => &[Directive::PathExists, Directive::PathModified],
        _ => &[Directive::PathModified],
    };
    // For a pattern, only changes in its directory can be observed more than once.
    let directory = path
        .rsplit_once('/')
        .map_or("/", |(directory, _)| if directory.is_empty() { "/" } else { directory });
    let path = if path.len() > 1 { path.trim_end_matches('/') } else { path };
    let (watched, place) = if watched.is_empty() {
        (&[Directive::PathModified][..], directory)
    } else {
        (watched, path)
    };
    let Some(value) = literal(place).filter(|_| place.starts_with('/')) else {
        return beyond(
            event,
            "systemd cannot watch this path",
            "give the path from the root, without characters that cannot be seen",
        );
    };
    if !lowering.options.companions {
        let stem = lowering.name.stem();
        let lines: Vec<String> = watched
            .iter()
            .map(|directive| format!("{}={}", directive.name(), value.as_str()))
            .collect();
        return companion(
            event,
            &format!("the unit {stem}.path"),
            &format!(
                "write {stem}.path with `[Path] {}` and `[Install] WantedBy=paths.target`, and enable it instead of the service",
                lines.join("` `")
            ),
        );
    }
    if let Some(refused) = of_instances(lowering, event) {
        return refused;
    }
    let directives = watched.iter().map(|&directive| (directive, value.clone())).collect();
    let mut classified =
        written(starting_unit(lowering, "path", "Files of", directives, "paths.target"));
    if place != path {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            UNMATCHED_VARIABLE
                .at(
                    event.span(),
                    format!("the task runs whenever something changes in {}", lossy(directory)),
                )
                .note("`PathExistsGlob=` would start it again and again while a file is there")
                .help("let the task look for the files that it is about"),
        );
    } else if watched.contains(&Directive::PathExists)
        || watched.contains(&Directive::PathExistsGlob)
    {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            LEVEL_TRIGGERED_PATH
                .at(event.span(), "the service is started as long as the file is there")
                .note("Upstart started it once, when the file appeared")
                .help("if it ends by itself, let it delete the file"),
        );
    }
    classified
}
