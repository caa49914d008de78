//! Redirections of the main process as `StandardOutput=` and `StandardError=`.

use super::expansion::fixed;
use crate::lower::lowering::Lowering;
use crate::lower::process::variables;
use crate::lower::shape::Shape;
use crate::shell::redirection::{Operation, Redirection};
use crate::systemd::value::literal;
use crate::systemd::{Directive, Feature, Value};
use crate::upstart::ast::{Console, Phase};

/// Where a stream goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Sink {
    /// Where the output of a job goes that does not redirect it.
    #[default]
    Log,
    /// `/dev/null`
    Null,
    /// A file, to its end or in place of what it has.
    File { path: String, append: bool },
}

impl Sink {
    /// The value of `StandardOutput=` or `StandardError=` (systemd.exec(5), `StandardOutput=`).
    fn value(&self) -> Option<Value> {
        match self {
            Self::Log => None,
            Self::Null => Some(Value::keyword("null")),
            Self::File { path, append } => {
                literal(&format!("{}:{path}", if *append { "append" } else { "truncate" }))
            }
        }
    }
}

/// Where the main process redirects its output to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lower) struct Streams {
    output: Sink,
    error: Sink,
    /// Both are the same open file.
    is_shared: bool,
}

impl Default for Streams {
    fn default() -> Self {
        Self { output: Sink::Log, error: Sink::Log, is_shared: true }
    }
}

impl Streams {
    /// Whether nothing is redirected.
    pub(in crate::lower) fn are_the_log(&self) -> bool {
        self.output == Sink::Log && self.error == Sink::Log
    }

    /// Whether everything is redirected.
    pub(in crate::lower) fn leave_the_log(&self) -> bool {
        self.output != Sink::Log && self.error != Sink::Log
    }

    /// The directives that say so.
    pub(in crate::lower) fn directives(&self) -> &'static [Directive] {
        let both = &[Directive::StandardOutput, Directive::StandardError];
        match (&self.output, &self.error) {
            (Sink::Log, Sink::Log) => &[],
            (Sink::Log, _) => &both[1..],
            _ => both,
        }
    }

    /// The values of `StandardOutput=` and `StandardError=`. `log` is that of the log. By default,
    /// standard error goes to where standard output goes (systemd.exec(5), `StandardError=`).
    pub(in crate::lower) fn values(&self, log: &Value) -> (Value, Value) {
        let value = |target: &Sink| target.value().unwrap_or_else(|| log.clone());
        let is_inherited = self.is_shared && self.output != Sink::Null;
        let error = if is_inherited { Value::keyword("inherit") } else { value(&self.error) };
        (value(&self.output), error)
    }

    /// The streams after these redirections, in order. `None` if they are of another kind.
    fn after(lowering: &Lowering<'_>, redirections: &[Redirection]) -> Option<Self> {
        let mut streams = Self::default();
        let mut redirected = Vec::new();
        for Redirection { descriptor, operation, target } in redirections {
            // A file that is opened for nothing is still made.
            if redirected.contains(descriptor) {
                return None;
            }
            redirected.push(*descriptor);
            let target = fixed(lowering, target)?;
            match (descriptor, operation, target.as_str()) {
                // This is the default (systemd.exec(5), `StandardInput=`).
                (0, Operation::Read, "/dev/null") if lowering.job.chroot.is_none() => {}
                (1, Operation::Duplicate, "2") => {
                    streams.output = streams.error.clone();
                    streams.is_shared = true;
                }
                (2, Operation::Duplicate, "1") => {
                    streams.error = streams.output.clone();
                    streams.is_shared = true;
                }
                (1 | 2, Operation::Write | Operation::Append, path) => {
                    let target = if path == "/dev/null" {
                        Sink::Null
                    } else {
                        let append = *operation == Operation::Append;
                        Sink::File { path: path.to_owned(), append }
                    };
                    let stream =
                        if *descriptor == 1 { &mut streams.output } else { &mut streams.error };
                    *stream = target;
                    streams.is_shared = false;
                }
                _ => return None,
            }
        }
        Some(streams)
    }
}

/// The streams of a command with these redirections. `None` if the unit cannot have them: systemd
/// opens the files itself, before anything runs, as root, outside of the root directory of the unit,
/// and for each of its commands.
pub(super) fn of(
    lowering: &Lowering<'_>,
    phase: Phase,
    shape: Shape,
    redirections: &[Redirection],
) -> Option<Streams> {
    let job = lowering.job;
    let streams = Streams::after(lowering, redirections)?;
    let reads = redirections.iter().any(|redirection| redirection.descriptor == 0);
    let is_logged = job.console.as_ref().is_none_or(|console| console.value == Console::Log);
    // Any console may be the input of the unit.
    if streams.are_the_log() && (is_logged || !reads) {
        return Some(streams);
    }
    let is_alone = phase == Phase::Main
        && matches!(shape, Shape::Service | Shape::Task)
        && job.processes.len() == 1;
    if !is_logged || !is_alone || job.chroot.is_some() {
        return None;
    }
    let files: Vec<(&str, bool)> = [&streams.output, &streams.error]
        .into_iter()
        .filter_map(|target| match target {
            Sink::File { path, append } => Some((path.as_str(), *append)),
            Sink::Log | Sink::Null => None,
        })
        .collect();
    let can_open = files.iter().all(|&(path, append)| {
        let has = if append {
            lowering.has(Feature::StandardOutputAppend)
        } else {
            lowering.has(Feature::StandardOutputTruncate) && runs_nothing_else(lowering, shape)
        };
        has && is_file(path)
    });
    let by_root = job.setuid.is_none() && job.setgid.is_none();
    // Two that are opened apart write over each other.
    let are_apart = match files.as_slice() {
        [(first, first_appends), (second, second_appends)] => {
            streams.is_shared || first != second || *first_appends && *second_appends
        }
        _ => true,
    };
    (can_open && are_apart && (files.is_empty() || by_root)).then_some(streams)
}

/// Whether the main process is all that the unit ever runs. systemd would empty the file for each
/// further command, such as that of `ExecReload=`.
fn runs_nothing_else(lowering: &Lowering<'_>, shape: Shape) -> bool {
    let job = lowering.job;
    shape == Shape::Task
        && job.respawn.is_none()
        && job.expect.is_none()
        && job.apparmor_load.is_none()
        && job.tmpfiles.is_empty()
        && !variables::come_by_file(lowering)
        // Those that follow it add commands.
        && !lowering.job_set.is_named(&job.name.0)
}

/// Whether the path is one that systemd and the shell open alike: not another descriptor of the
/// process, or a terminal.
fn is_file(path: &str) -> bool {
    path.starts_with('/')
        && !path.ends_with('/')
        && !path.split('/').any(|part| part == "..")
        && !["/dev/", "/proc/"].iter().any(|special| path.starts_with(special))
        && Sink::File { path: path.to_owned(), append: true }.value().is_some()
}
