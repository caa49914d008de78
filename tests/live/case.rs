//! A case: the jobs of a directory, and in its file `trace` the steps and the expected records.
//!
//! ```text
//! # What it shows, for the reader.
//! shows kill signal                     a row of docs/mapping.md
//! options --logs file                   how it is migrated, if not with `--style exact`
//! commands                              Upstart's commands are there, as `compat` writes them
//! > start worker                        a step: an action,
//! worker runs                           and the expected lines, in this order
//! ```
//!
//! Words before the action: `unordered`, the lines come in any order; `fails`, the action fails;
//! `tries`, the action may fail. The last is for services that end at once: init reports that they
//! were started, and so does systemd, unless it sees the end first.

use std::fs;
use std::path::{Path, PathBuf};

pub struct Case {
    pub name: String,
    /// Below fixtures/live.
    pub directory: PathBuf,
    /// First cells of rows of the tables in docs/mapping.md.
    pub shows: Vec<String>,
    /// Options of `upstart2systemd migrate`.
    pub options: Vec<String>,
    /// Whether Upstart's commands are installed for its jobs.
    pub has_commands: bool,
    /// Files of jobs and overrides, below the directory.
    pub jobs: Vec<PathBuf>,
    pub steps: Vec<Step>,
}

pub struct Step {
    /// The line in the file `trace`, counted from 1.
    pub line: usize,
    pub action: Action,
    pub is_ordered: bool,
    pub result: ActionResult,
    pub expected: Vec<String>,
}

#[derive(Clone, Copy)]
pub enum ActionResult {
    Succeeds,
    Fails,
    Either,
}

pub enum Action {
    /// The records of the boot, before any other step.
    Boot,
    /// Runs `start`, `stop`, `restart` or `reload` on a job, or on its instance for a value.
    Control {
        verb: String,
        job: String,
        value: Option<String>,
    },
    /// Emits an event with variables of the form `KEY=VALUE`.
    Emit {
        event: String,
        variables: Vec<String>,
    },
    /// Sends a signal to the process with this label.
    Signal {
        label: String,
        signal: String,
    },
    /// Records `JOB is running`, `starting`, `stopping` or `stopped`.
    Status {
        job: String,
        value: Option<String>,
    },
    /// Records `PROPERTY=VALUE` of a unit, as `systemctl show` prints it.
    Show {
        unit: String,
        property: String,
    },
    /// Waits for this number of seconds.
    Wait(f64),
    Touch(String),
    Put(String, String),
    Remove(String),
    /// Connects to a socket.
    Connect(String),
    /// Runs a shell command and records its output.
    Shell(String),
    /// Runs a shell command and records `prints [LINE]` and `complains [LINE]` for what it writes,
    /// with N for the numbers of processes, and its status.
    Call(String),
    /// Shuts the guest down. Always the last step.
    Shutdown,
}

/// The cases in fixtures/live, in order.
pub fn cases() -> Vec<Case> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/live");
    let mut directories: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    directories.sort();
    directories.into_iter().map(read).collect()
}

impl Case {
    /// Whether a line of the trace belongs to one of its jobs. The label in the line is the name of
    /// a job, with an optional part after a dot.
    pub fn owns(&self, line: &str) -> bool {
        let job = line.split([' ', '.']).next().unwrap();
        self.job_names().any(|name| name.replace('/', "-") == job)
    }

    pub fn job_names(&self) -> impl Iterator<Item = String> {
        self.jobs
            .iter()
            .filter(|path| is(path, "conf"))
            .map(|path| path.with_extension("").to_str().unwrap().to_owned())
    }
}

fn is(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

fn read(directory: PathBuf) -> Case {
    let name = directory.file_name().unwrap().to_str().unwrap().to_owned();
    let path = directory.join("trace");
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (mut shows, mut options, mut steps) = (Vec::new(), Vec::new(), Vec::<Step>::new());
    let mut has_commands = false;
    for (index, line) in text.lines().enumerate() {
        let wrong = format!("{}:{}: {line}", path.display(), index + 1);
        match line.split_once(' ').unwrap_or((line, "")) {
            ("" | "#", _) => {}
            (">", words) => steps.push(step(index + 1, words).expect(&wrong)),
            ("shows", row) if steps.is_empty() => shows.push(row.to_owned()),
            ("options", words) if steps.is_empty() => {
                options.extend(words.split(' ').map(str::to_owned));
            }
            ("commands", _) if steps.is_empty() => has_commands = true,
            _ => steps.last_mut().expect(&wrong).expected.push(line.to_owned()),
        }
    }
    let mut jobs = Vec::new();
    job_files(&directory, Path::new(""), &mut jobs);
    assert!(!jobs.is_empty() && !steps.is_empty(), "{}: no jobs, or no steps", directory.display());
    Case { name, directory, shows, options, has_commands, jobs, steps }
}

fn job_files(directory: &Path, below: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory.join(below)).unwrap() {
        let path = below.join(entry.unwrap().file_name());
        if is(&path, "conf") || is(&path, "override") {
            found.push(path);
        } else if directory.join(&path).is_dir() && !path.ends_with("root") {
            job_files(directory, &path, found);
        }
    }
}

fn step(line: usize, mut words: &str) -> Option<Step> {
    let mut prefix = |prefix| {
        let rest = words.strip_prefix(prefix);
        words = rest.unwrap_or(words);
        rest.is_some()
    };
    let is_ordered = !prefix("unordered ");
    let result = match (prefix("fails "), prefix("tries ")) {
        (false, false) => ActionResult::Succeeds,
        (true, _) => ActionResult::Fails,
        (false, true) => ActionResult::Either,
    };
    Some(Step { line, action: action(words)?, is_ordered, result, expected: Vec::new() })
}

fn action(text: &str) -> Option<Action> {
    let words: Vec<&str> = text.split(' ').collect();
    let owned = |word: &&str| (*word).to_owned();
    let value = |word: Option<&&str>| {
        word.and_then(|word| word.split_once('=')).map(|(_, value)| value.to_owned())
    };
    Some(match words[..] {
        ["boot"] => Action::Boot,
        ["shutdown"] => Action::Shutdown,
        [verb @ ("start" | "stop" | "restart" | "reload"), job]
        | [verb @ ("start" | "stop" | "restart" | "reload"), job, _] => {
            Action::Control { verb: owned(&verb), job: owned(&job), value: value(words.get(2)) }
        }
        ["emit", event, ..] => {
            Action::Emit { event: owned(&event), variables: words[2..].iter().map(owned).collect() }
        }
        ["signal", label, signal] => {
            Action::Signal { label: owned(&label), signal: owned(&signal) }
        }
        ["status", job] | ["status", job, _] => {
            Action::Status { job: owned(&job), value: value(words.get(2)) }
        }
        ["show", unit, property] => Action::Show { unit: owned(&unit), property: owned(&property) },
        ["wait", seconds] => Action::Wait(seconds.parse().ok()?),
        ["touch", path] => Action::Touch(owned(&path)),
        ["put", path, ..] => Action::Put(owned(&path), words[2..].join(" ")),
        ["remove", path] => Action::Remove(owned(&path)),
        ["connect", path] => Action::Connect(owned(&path)),
        ["call", ..] => Action::Call(words[1..].join(" ")),
        ["shell", ..] => Action::Shell(words[1..].join(" ")),
        _ => return None,
    })
}
