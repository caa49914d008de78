//! Job control in scripts. A call becomes a systemctl command where one does the same. Other calls
//! are answered by shell functions with the names of Upstart's commands: by one that is a line long,
//! by those that the scripts of a directory share in a file, or by a set for this script.

mod around;
mod functions;
mod inline;
pub(super) mod own_job;
mod shared;
mod short;
pub(super) mod subcommand;
pub(super) mod target;

use std::ops::Range;

use crate::jobset::JobSet;
use crate::lower::companion::Companion;
use crate::shell::Script;
use crate::systemd::UnitName;
use crate::upstart::ast::Phase;
use crate::upstart::script::job_control::{JobControl, Uses, Verb};
pub(in crate::lower::process) use functions::job_word;
use own_job::{Own, own};
pub(in crate::lower::process) use shared::Circumstances;
pub use shared::commands::commands;
use short::Way;
use target::Target;

/// The functions that the commands of a script need.
pub(in crate::lower) struct Prelude<'a> {
    /// The phase whose script calls the functions.
    pub(crate) phase: Phase,
    /// The name of the job's unit; for a template, shell text that yields it.
    pub(crate) own_unit: &'a str,
    /// The command that `stop` in pre-start becomes.
    pub(crate) decline: &'a str,
    /// The name of the job.
    pub(crate) job: &'a str,
    /// The text of the script.
    pub(crate) text: &'a str,
    /// The script as shell text.
    pub(crate) shell: &'a Script,
    /// The calls that can be replaced.
    pub(crate) uses: Vec<&'a JobControl>,
    /// What each of them is about.
    pub(crate) targets: Vec<Target>,
    /// Whether the unit leaves out corner cases of Upstart.
    pub(crate) is_plain_style: bool,
    /// The jobs of the directory; `None` if they are not known.
    pub(crate) job_set: Option<&'a JobSet>,
    /// Whether the script has another root directory, which lacks the shared file.
    pub(crate) has_own_root: bool,
    /// When the script runs, and for what it must not wait.
    pub(crate) circumstances: Circumstances,
    /// The jobs whose units have other names, and those units.
    pub(crate) renamed: Vec<(&'a str, UnitName)>,
    /// The units of distributions that stay active after the work of a task.
    pub(crate) lasting: Vec<UnitName>,
}

/// What a script has in place of Upstart's commands.
pub(in crate::lower) struct Replaced {
    /// What comes before the script: nothing, or lines that define functions.
    pub(crate) front: String,
    /// The file that these lines take in.
    pub(crate) takes_in: Option<Companion>,
    /// The calls with the edits that they need.
    pub(crate) control: Uses,
    /// Whether each call became a command of its own.
    pub(crate) only_commands: bool,
}

impl Prelude<'_> {
    /// Replaces the commands of Upstart in the script. `control` is what was found in it.
    pub(crate) fn replaced(self, control: &Uses) -> Replaced {
        let mut control = control.clone();
        if self.uses.is_empty() {
            return Replaced {
                front: String::new(),
                takes_in: None,
                control,
                only_commands: false,
            };
        }
        let mut ways = self.ways();
        let mut takes_in = None;
        let mut front = String::new();
        for line in lines(&ways) {
            front.push_str(line);
            front.push('\n');
        }
        let by_functions = ways.contains(&Way::Functions);
        let is_long = ways.iter().any(|way| matches!(way, Way::Function { long: true, .. }))
            || front.lines().count() > 1;
        let uses_shared = by_functions || is_long && !self.has_own_root;
        if let Some(job_set) = self.job_set.filter(|_| uses_shared) {
            ways = (0..ways.len()).map(|index| self.by_shared(index)).collect();
            if self.has_own_root {
                front = self.circumstances.before(&shared::within_script(job_set));
            } else {
                takes_in = Some(shared::companion(job_set));
                front = self.circumstances.before(&shared::line());
            }
        } else if by_functions {
            for way in &mut ways {
                if matches!(way, Way::Function { .. }) {
                    *way = Way::Functions;
                }
            }
            front = self.inline(&ways);
        }
        let only_commands = ways.iter().all(|way| matches!(way, Way::Command(_)));
        let usable = control.commands.iter_mut().filter(|usage| !usage.external);
        for (usage, way) in usable.zip(ways) {
            edit(usage, way);
        }
        Replaced { front, takes_in, control, only_commands }
    }

    /// How a call is expressed in a script that takes the shared functions in. They know nothing of
    /// the job of the script.
    fn by_shared(&self, index: usize) -> Way {
        let usage = self.uses[index];
        if self.targets[index] != Target::Own {
            return Way::Functions;
        }
        let verb = usage.verb();
        if verb == Verb::Status {
            let job = job_word(self.job);
            return Way::Compound(format!("upstart_status {} {job}", self.own_unit));
        }
        match own(self.phase, verb) {
            Own::Decline if self.decline.contains("; ") => {
                Way::Compound(format!("{{ {}; }}", self.decline))
            }
            Own::Decline => Way::Compound(self.decline.to_owned()),
            Own::Nothing => Way::Command((usage.range.clone(), "true".to_owned())),
            Own::Ask => Way::Command((
                usage.range.clone(),
                format!("systemctl --no-block {} {}", verb.name(), self.own_unit),
            )),
        }
    }

    /// The functions for the calls that nothing else expresses.
    fn inline(mut self, ways: &[Way]) -> String {
        let mut keep = ways.iter().map(|way| *way == Way::Functions);
        self.uses.retain(|_| keep.next().unwrap_or(true));
        self.functions()
    }
}

/// The lines that define functions, each once.
fn lines(ways: &[Way]) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for way in ways {
        let Way::Function { line, .. } = way else { continue };
        for line in line.lines() {
            if !found.contains(&line) {
                found.push(line);
            }
        }
    }
    found
}

/// Lets a call be expressed in this way.
fn edit(usage: &mut JobControl, way: Way) {
    let inside = |range: &Range<usize>, other: &Range<usize>| {
        range.start <= other.start && other.end <= range.end
    };
    match way {
        // A program can follow `exec` and `command`.
        Way::Command(edit) => usage.edits = vec![edit],
        Way::Compound(text) | Way::Function { call: Some(text), .. } => {
            let range = usage.range.clone();
            usage.edits.retain(|(edited, _)| edited.is_empty() || !inside(&range, edited));
            let at = usage.edits.partition_point(|(edited, _)| edited.end <= range.start);
            usage.edits.insert(at, (range, text));
        }
        Way::Function { call: None, .. } | Way::Functions => {}
    }
}
