//! `verify`: checks an overlay against the system that it will be installed on.

mod print_troubles;
mod private_directory;
mod read_overlay;
mod read_target;
mod run_analyze;

use std::path::Path;

use crate::cli::arguments::VerifyArguments;
use crate::cli::signals::Signals;
use crate::cli::{Status, Streams};
use crate::diagnostic::Severity;
use crate::machine::verify::{CheckedOverlay, TargetSystem, Trouble, check, merged, private_root};
use crate::text::visible::visible;
use read_target::RootTree;
use run_analyze::Analysis;

/// What was found, and what was not looked at.
struct Verification {
    found: Vec<Trouble>,
    /// One sentence each.
    left_out: Vec<String>,
    /// The number of unit files and drop-ins.
    units: usize,
    /// The version of systemd that looked at them.
    systemd: Option<String>,
}

pub(in crate::cli) fn run(arguments: &VerifyArguments, streams: &mut Streams<'_>) -> Status {
    let mut left_out = Vec::new();
    let overlay = match read_overlay::read(&arguments.overlay, &mut left_out) {
        Ok(overlay) => overlay,
        Err(error) => return refused(&error, streams),
    };
    if overlay.count() == 0 {
        let out = visible(&arguments.overlay.to_string_lossy());
        streams.error(&format!("there are no units in `{out}`"));
        streams.report("  = help: give the directory that `upstart2systemd migrate -o` wrote\n\n");
        return Status::Refused;
    }
    let tree;
    let mut target = TargetSystem::default();
    if arguments.root.is_some() || arguments.target_units.is_none() {
        let root = arguments.root.as_deref().unwrap_or(Path::new("/"));
        tree = match RootTree::open(root) {
            Ok(tree) => tree,
            Err(error) => return refused(&error, streams),
        };
        read_target::read(&tree, &overlay, &mut target, &mut left_out);
    } else {
        left_out.push("programs, users, groups, files and directories: they are not in a list of units; give `--root DIR`".to_owned());
    }
    if let Some(file) = &arguments.target_units {
        match read_target::read_list(file) {
            Ok(listed) => target.listed = listed,
            Err(error) => return refused(&error, streams),
        }
    }
    let (analysis, signals) = match Signals::hold() {
        Ok(signals) => {
            (run_analyze::analyze(&private_root(&overlay, &target), &overlay, &signals), signals)
        }
        Err(error) => return refused(&error, streams),
    };
    if let Err(error) = signals.check() {
        return refused(&error, streams);
    }
    drop(signals);
    let verification = conclude(&overlay, &target, analysis, left_out);
    let status = status_of(&verification);
    status.max(print_troubles::print(&verification, arguments.format, streams))
}

fn conclude(
    overlay: &CheckedOverlay,
    target: &TargetSystem<'_>,
    analysis: Result<Analysis, String>,
    mut left_out: Vec<String>,
) -> Verification {
    let mut found = check(overlay, target);
    let systemd = match analysis {
        Ok(Analysis { found: complaints, version }) => {
            found.extend(complaints);
            Some(version)
        }
        Err(reason) => {
            left_out.push(format!("systemd's own check of the units: {reason}"));
            None
        }
    };
    Verification { found: merged(found), left_out, units: overlay.count(), systemd }
}

fn status_of(verification: &Verification) -> Status {
    if verification.systemd.is_none() {
        Status::Refused
    } else if verification.found.iter().any(|trouble| trouble.severity >= Severity::Warning) {
        Status::Findings
    } else {
        Status::Done
    }
}

fn refused(error: &anyhow::Error, streams: &mut Streams<'_>) -> Status {
    streams.error(&visible(&format!("{error:#}")));
    Status::Refused
}
