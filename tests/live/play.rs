//! Runs the steps of a case in a boot, and compares the records with the expected ones.

use std::fmt::Write;
use std::fs;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use upstart2systemd::systemd::escape_instance;

use crate::boot::Boot;
use crate::case::{Action, ActionResult, Case, Step};
use crate::overlay::UNITS;

/// The time limit for the expected records of a step. Only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(15);
/// A step ends when the expected records exist and this time has passed without another record.
/// Later records belong to the next step.
const QUIET: Duration = Duration::from_millis(200);
/// Used if the records differ from the expected ones.
const LONG_QUIET: Duration = Duration::from_secs(2);

pub struct Play<'a> {
    pub case: &'a Case,
    pub boot: &'a Boot,
    deadline: Instant,
    /// The number of lines of the trace that steps have accounted for.
    seen: usize,
}

impl<'a> Play<'a> {
    pub fn new(case: &'a Case, boot: &'a Boot, deadline: Instant) -> Play<'a> {
        Play { case, boot, deadline, seen: 0 }
    }

    /// Runs all steps except for a shutdown. Fails with the difference in the first step that has
    /// one.
    pub fn run(&mut self) -> Result<(), String> {
        self.steps(|action| !matches!(action, Action::Shutdown))
    }

    /// Runs the shutdown, if the case has one. Another case of the same boot may have started it.
    pub fn shut_down(&mut self) -> Result<(), String> {
        self.steps(|action| matches!(action, Action::Shutdown))
    }

    fn steps(&mut self, are_meant: impl Fn(&Action) -> bool) -> Result<(), String> {
        self.case
            .steps
            .iter()
            .filter(|step| are_meant(&step.action))
            .try_for_each(|step| self.step(step))
    }

    /// Fails if there are records after the last step.
    pub fn nothing_more(&self) -> Result<(), String> {
        let more = self.recorded();
        if more.is_empty() {
            Ok(())
        } else {
            Err(format!("{}: after the last step:\n{}", self.case.name, more.join("\n")))
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        let place = format!("fixtures/live/{}/trace:{}", self.case.name, step.line);
        let until = self.deadline.min(Instant::now() + PATIENCE);
        let said = self.act(step, until).map_err(|why| format!("{place}: {why}"))?;
        let (mut length, mut since) = (0, Instant::now());
        loop {
            let mut actual = said.clone();
            actual.extend(self.recorded());
            if actual.len() != length {
                (length, since) = (actual.len(), Instant::now());
            }
            let is_expected = agree(step, &actual);
            let quiet = since.elapsed();
            if is_expected && quiet >= QUIET {
                self.seen += actual.len() - said.len();
                return Ok(());
            }
            let is_hopeless = actual.len() >= step.expected.len() && quiet >= LONG_QUIET;
            if !is_expected && (is_hopeless || Instant::now() > until) {
                let or = if step.is_ordered { "" } else { ", in any order" };
                return Err(format!(
                    "{place}: expected{or}\n{}this happened\n{}",
                    indented(&step.expected),
                    indented(&actual)
                ));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The lines of this case that no step has accounted for.
    fn recorded(&self) -> Vec<String> {
        let trace = fs::read_to_string(self.boot.live().join("trace")).unwrap();
        trace
            .lines()
            .filter(|line| self.case.owns(line))
            .skip(self.seen)
            .map(str::to_owned)
            .collect()
    }

    /// Runs the action of a step. Returns the records that the action itself makes.
    fn act(&self, step: &Step, until: Instant) -> Result<Vec<String>, String> {
        let mut said = Vec::new();
        match &step.action {
            Action::Boot => {}
            Action::Control { verb, job, value } => {
                self.systemctl(&[verb, &self.unit(job, value.as_deref())], step.result, until)?;
            }
            Action::Emit { event, variables } => {
                let units = self.event_units(event, variables);
                if !units.is_empty() {
                    self.systemctl(
                        &[&["start"], &units.iter().map(String::as_str).collect::<Vec<_>>()[..]]
                            .concat(),
                        step.result,
                        until,
                    )?;
                }
            }
            Action::Signal { label, signal } => {
                let pid = fs::read_to_string(self.boot.live().join("pids").join(label))
                    .map_err(|_| format!("there is no {label}"))?;
                self.succeed(&["kill", "-s", signal, pid.trim_end()], until)?;
            }
            Action::Status { job, value } => {
                let properties = "--property=ActiveState,SubState,Type";
                let shown = self.succeed(
                    &["systemctl", "show", properties, &self.unit(job, value.as_deref())],
                    until,
                )?;
                said.push(format!("{job} is {}", status(&shown)));
            }
            Action::Show { unit, property } => {
                let shown = self.succeed(
                    &["systemctl", "show", &format!("--property={property}"), unit],
                    until,
                )?;
                said.extend(shown.lines().map(str::to_owned));
            }
            Action::Wait(seconds) => thread::sleep(Duration::from_secs_f64(*seconds)),
            Action::Touch(path) => fs::write(self.outside(path), "").unwrap(),
            Action::Put(path, text) => fs::write(self.outside(path), format!("{text}\n")).unwrap(),
            Action::Remove(path) => fs::remove_file(self.outside(path)).unwrap(),
            Action::Connect(path) => {
                drop(UnixStream::connect(self.outside(path)).map_err(|error| error.to_string())?);
            }
            Action::Shell(command) => {
                said.extend(
                    self.succeed(&["sh", "-c", command], until)?.lines().map(str::to_owned),
                );
            }
            Action::Call(command) => {
                let output = self.boot.run(&["sh", "-c", command], until)?;
                for (word, bytes) in [("prints", &output.stdout), ("complains", &output.stderr)] {
                    let text = without_numbers(&String::from_utf8_lossy(bytes));
                    said.extend(text.lines().map(|line| format!("{word} [{line}]")));
                }
                said.push(format!("status {}", output.status.code().unwrap_or(-1)));
            }
            // As `systemctl poweroff` does it (systemctl(1), `--job-mode=`). A second time would
            // also stop what the first one has started.
            Action::Shutdown => self
                .succeed(
                    &[
                        "sh",
                        "-c",
                        "[ \"$(systemctl is-system-running)\" = stopping ] || systemctl --no-block --job-mode=replace-irreversibly start poweroff.target",
                    ],
                    until,
                )
                .map(drop)?,
        }
        Ok(said)
    }

    /// A path in the directory of the case in /live, by its path outside of the guest.
    fn outside(&self, path: &str) -> PathBuf {
        self.boot
            .live()
            .join(path.strip_prefix("/live/").unwrap_or_else(|| panic!("{path} is not in /live")))
    }

    fn succeed(&self, words: &[&str], until: Instant) -> Result<String, String> {
        let output = self.boot.run(words, until)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(format!("{} fails: {}", words.join(" "), text(&output.stderr)))
        }
    }

    fn systemctl(
        &self,
        words: &[&str],
        result: ActionResult,
        until: Instant,
    ) -> Result<(), String> {
        let output = self.boot.run(&[&["systemctl"], words].concat(), until)?;
        match (output.status.success(), result) {
            (true, ActionResult::Succeeds)
            | (false, ActionResult::Fails)
            | (_, ActionResult::Either) => Ok(()),
            (true, ActionResult::Fails) => Err(format!("systemctl {} succeeds", words.join(" "))),
            (false, ActionResult::Succeeds) => Err(format!(
                "systemctl {} fails: {}",
                words.join(" "),
                String::from_utf8_lossy(&output.stderr)
            )),
        }
    }

    /// The unit of a job, or an instance if there is only a template.
    fn unit(&self, job: &str, value: Option<&str>) -> String {
        let name = job.replace('/', "-");
        let Ok(template) =
            fs::read_to_string(self.boot.root().join(UNITS).join(format!("{name}@.service")))
        else {
            return format!("{name}.service");
        };
        let instance = value.unwrap_or_else(|| {
            template
                .lines()
                .find_map(|line| line.strip_prefix("DefaultInstance="))
                .unwrap_or_default()
        });
        format!("{name}@{}.service", escape_instance(instance.as_bytes()))
    }

    /// The units that represent an event, and those for each of its variables that a job matches.
    fn event_units(&self, event: &str, variables: &[String]) -> Vec<String> {
        let plain = format!("upstart-event-{event}.service");
        let with = variables.iter().map(|variable| {
            format!("upstart-event-{event}@{}.service", escape_instance(variable.as_bytes()))
        });
        let template =
            self.boot.root().join(UNITS).join(format!("upstart-event-{event}@.service")).exists();
        let exists = |unit: &String| {
            template && unit.contains('@') || self.boot.root().join(UNITS).join(unit).exists()
        };
        [plain].into_iter().chain(with).filter(exists).collect()
    }
}

fn agree(step: &Step, actual: &[String]) -> bool {
    if step.is_ordered {
        return step.expected == actual;
    }
    let sorted = |lines: &[String]| {
        let mut lines = lines.to_vec();
        lines.sort();
        lines
    };
    sorted(&step.expected) == sorted(actual)
}

/// The text with N for the number of each process.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split("process ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        let rest = part.trim_start_matches(|character: char| character.is_ascii_digit());
        let number = if rest.len() < part.len() { "N" } else { "" };
        format!("{out}process {number}{rest}")
    })
}

/// The state that `initctl status` would report.
fn status(shown: &str) -> &'static str {
    let has = |line: &str| shown.lines().any(|found| found == line);
    if has("ActiveState=active") || has("ActiveState=reloading") {
        "running"
    } else if has("ActiveState=activating") {
        // A task that is running.
        if has("Type=oneshot") && has("SubState=start") { "running" } else { "starting" }
    } else if has("ActiveState=deactivating") {
        "stopping"
    } else {
        "stopped"
    }
}

fn indented(lines: &[String]) -> String {
    let mut out = String::new();
    for line in lines {
        writeln!(out, "    {line}").unwrap();
    }
    if lines.is_empty() { "    nothing\n".to_owned() } else { out }
}
