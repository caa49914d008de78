//! What `systemd-analyze verify` prints, as findings about the overlay.

use std::collections::{BTreeMap, BTreeSet};

use super::checked_overlay::CheckedOverlay;
use super::private_root::is_unit_file_name;
use super::target_system::file_name_of;
use super::trouble::{Trouble, TroublePlace};
use crate::diagnostic::Severity;

const CHECK: &str = "systemd";

/// What one run has printed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SystemdOutput {
    /// The complaints about the overlay.
    pub found: Vec<Trouble>,
    /// Lines that are not about a unit, such as the reason for which systemd-analyze failed.
    pub other: Vec<String>,
}

/// Complaints that other checks report, with more: programs, missing units, names of users. The
/// rest repeats a line before it.
const LEFT_OUT: [&str; 5] = [
    "Cannot add dependency job",
    "Accepting user/group name",
    "Requested transaction contains an unfixable cyclic",
    "Unit configuration has fatal error",
    "Transaction order is cyclic",
];

/// What to do about complaints that have these words.
const REMEDIES: [(&str, &str); 15] = [
    (
        "ordering cycle",
        "remove one of the waits: change `start on` of one of these jobs, or remove its line in `After=` or `Before=`",
    ),
    (
        "Unknown key",
        "this systemd ignores the line; remove it, or convert with the `--systemd-version` of the target",
    ),
    (
        "Unknown lvalue",
        "this systemd ignores the line; remove it, or convert with the `--systemd-version` of the target",
    ),
    ("Unknown section", "fix the name of the section, or remove it"),
    ("not absolute", "use a path that begins with `/`"),
    ("Unbalanced quoting", "close the quote, or write a quote that is part of the text as `\\\"`"),
    ("resolve specifiers", "write a percent sign that is part of the text as `%%`"),
    ("resolve unit specifiers", "write a percent sign that is part of the text as `%%`"),
    ("Restart= set to", "remove the `Restart=` line, or `Type=oneshot`"),
    ("has no ExecStart=", "add an `ExecStart=` line"),
    ("has more than one ExecStart=", "keep one `ExecStart=` line, or use `Type=oneshot`"),
    ("legacy directory /var/run", "write /run instead of /var/run"),
    (
        "Failed to parse",
        "fix the value in the job; `man systemd.directives` names the page about it",
    ),
    ("out of range", "fix the value in the job; `man systemd.directives` names the page about it"),
    ("not found", "install what has the unit, or remove its name from the line"),
];

/// Reads the output of systemd-analyze that ran on the private root at `private`.
pub fn systemd_output(said: &str, private: &str, overlay: &CheckedOverlay) -> SystemdOutput {
    let mut reading = Reading {
        overlay,
        concerned: overlay.concerned(),
        output: SystemdOutput::default(),
        cycle: None,
        cycles: BTreeSet::new(),
        last_of: BTreeMap::new(),
        seen: BTreeSet::new(),
    };
    let prefix = format!("{}/", private.trim_end_matches('/'));
    for line in said.lines().filter(|line| !line.trim().is_empty()) {
        reading.line(line, &prefix);
    }
    reading.output
}

struct Reading<'a> {
    overlay: &'a CheckedOverlay,
    concerned: BTreeSet<&'a str>,
    output: SystemdOutput,
    /// The lines of a cycle that is not complete, and the units on it.
    cycle: Option<(Vec<String>, Vec<String>)>,
    cycles: BTreeSet<Vec<String>>,
    /// The index of the last complaint about each file of a unit.
    last_of: BTreeMap<String, usize>,
    seen: BTreeSet<(String, usize, String)>,
}

impl Reading<'_> {
    fn line(&mut self, line: &str, prefix: &str) {
        if let Some(rest) = line.strip_prefix(prefix) {
            self.about_line(rest);
            return;
        }
        let line = &line.replace(prefix, "/");
        if let Some((unit, message)) =
            line.split_once(": ").filter(|(unit, _)| is_unit_file_name(unit))
        {
            self.about_unit(unit, message);
        } else if let Some((unit, message)) = bad_setting(line) {
            self.refused(unit, message);
        } else if !LEFT_OUT.iter().any(|words| line.contains(words)) {
            let named = line
                .split(|character: char| character.is_whitespace() || ":,'\"".contains(character))
                .find(|word| is_unit_file_name(word));
            match named {
                Some(_) if line.contains("not found") || line.contains("is masked") => {}
                Some(unit) => self.about_unit(unit, line),
                None => self.output.other.push(line.to_owned()),
            }
        }
    }

    /// `etc/systemd/system/app.service:14: Unknown key ...`
    fn about_line(&mut self, rest: &str) {
        for (at, _) in rest.match_indices(':') {
            let (path, after) = (&rest[..at], &rest[at + 1..]);
            let Some((number, message)) = after.split_once(": ") else { return };
            let Ok(number) = number.parse() else { continue };
            if self.overlay.has_settings(path) {
                let severity = if message.contains("please update the unit file")
                    || message.contains("is obsolete")
                {
                    Severity::Note
                } else {
                    Severity::Warning
                };
                self.push(severity, message, self.overlay.place(path, number));
            }
            return;
        }
    }

    /// `app.service: Service has no ExecStart= ...`
    fn about_unit(&mut self, unit: &str, message: &str) {
        if message.starts_with("Found ordering cycle") {
            self.cycle = Some((vec![message.to_owned()], started(message)));
            if message.starts_with("Found ordering cycle:") {
                self.end_cycle();
            }
            return;
        }
        if let Some((lines, units)) = &mut self.cycle {
            if message.starts_with("Found dependency on") {
                lines.push(message.to_owned());
                units.extend(started(message));
                return;
            }
            if message.contains("to break ordering cycle")
                || message.starts_with("Unable to break cycle")
            {
                lines.push(message.to_owned());
                self.end_cycle();
                return;
            }
        }
        let Some(path) = self.path_of(unit) else { return };
        let is_of_program =
            message.starts_with("Command ") && message.contains(" is not executable");
        let is_of_other = message.starts_with("Failed to create") && message.contains("not found");
        if message.contains("fatal error, unit will not be started") {
            self.refused(unit, message);
        } else if !is_of_program
            && !is_of_other
            && !LEFT_OUT.iter().any(|words| message.contains(words))
        {
            let severity =
                if message.contains("Refusing") { Severity::Error } else { Severity::Warning };
            let line = self.line_of(&path, message);
            self.push(severity, message, self.overlay.place(&path, line));
        }
    }

    /// The file of the overlay that a complaint about a unit is about: its own, or a drop-in.
    fn path_of(&self, unit: &str) -> Option<String> {
        if let Some(path) = self.overlay.path_of_unit(unit) {
            return Some(path.to_owned());
        }
        let template = file_name_of(unit);
        let name = [unit, template.as_str()].into_iter().find(|name| self.concerned.contains(name));
        name.and_then(|name| self.overlay.drop_ins(name).first().cloned())
    }

    /// The line with the setting that a message names.
    fn line_of(&self, path: &str, message: &str) -> usize {
        let settings = self.overlay.settings_of(path);
        let named = settings.iter().rev().find(|setting| {
            message
                .match_indices(&format!("{}=", setting.key))
                .any(|(at, _)| !message[..at].ends_with(|before: char| before.is_alphanumeric()))
        });
        let main = || settings.iter().find(|setting| setting.key == "ExecStart");
        named.or_else(main).map_or(0, |setting| setting.first_line)
    }

    /// systemd does not start the unit, for the reason that it gave before.
    fn refused(&mut self, unit: &str, message: &str) {
        let Some(path) = self.path_of(unit) else { return };
        if let Some(reason) = self.last_of.get(&path).and_then(|&at| self.output.found.get_mut(at))
        {
            if reason.severity < Severity::Error {
                reason.severity = Severity::Error;
                reason.message.push_str("; systemd does not start the unit");
            }
        } else {
            let line = self.line_of(&path, message);
            self.push(Severity::Error, message, self.overlay.place(&path, line));
        }
    }

    fn end_cycle(&mut self) {
        let Some((_, units)) = self.cycle.take() else { return };
        let mut members: Vec<String> = units.clone();
        members.sort();
        members.dedup();
        let own = members.iter().any(|unit| self.path_of(unit).is_some());
        if !own || !self.cycles.insert(members.clone()) {
            return;
        }
        let message = format!("Found ordering cycle: {}", around(&units).join(", "));
        let place = self.place_on_cycle(&members);
        self.push(Severity::Warning, &message, place);
    }

    /// The first line of the overlay that orders a unit of the cycle by another.
    fn place_on_cycle(&self, members: &[String]) -> TroublePlace {
        let names: BTreeSet<String> =
            members.iter().map(|unit| file_name_of(unit).to_string()).collect();
        let paths = || members.iter().filter_map(|unit| self.path_of(unit));
        for path in paths() {
            for setting in self.overlay.settings_of(&path) {
                let orders = ["After", "Before"].contains(&setting.key.as_str());
                let mut by = setting.value.split_ascii_whitespace();
                if orders && by.any(|unit| names.contains(file_name_of(unit).as_str())) {
                    return self.overlay.place_of(&path, setting);
                }
            }
        }
        self.overlay.place(&paths().next().unwrap_or_default(), 0)
    }

    fn push(&mut self, severity: Severity, message: &str, place: TroublePlace) {
        if !self.seen.insert((place.file.clone(), place.line, message.to_owned())) {
            return;
        }
        self.last_of.insert(place.file.clone(), self.output.found.len());
        let mut trouble = Trouble::new(severity, CHECK, message.to_owned(), place);
        trouble.help = REMEDIES
            .iter()
            .find(|(words, _)| message.contains(words))
            .map(|(_, remedy)| (*remedy).to_owned());
        self.output.found.push(trouble);
    }
}

/// `Unit app.service has a bad unit file setting.`
fn bad_setting(line: &str) -> Option<(&str, &str)> {
    let unit = line.strip_prefix("Unit ")?.strip_suffix(" has a bad unit file setting.")?;
    Some((unit, line))
}

/// The units whose start a message names: `a.service` for `a.service/start`.
fn started(message: &str) -> Vec<String> {
    message
        .split_ascii_whitespace()
        .filter_map(|word| word.trim_end_matches([',', ';']).strip_suffix("/start"))
        .map(str::to_owned)
        .collect()
}

/// The units of a cycle in the order in which systemd names them, from the first name to that name
/// again: systemd begins anywhere.
fn around(units: &[String]) -> Vec<&str> {
    let mut around: Vec<&str> = Vec::new();
    for unit in units {
        if !around.contains(&unit.as_str()) {
            around.push(unit);
        }
    }
    let first = around.iter().enumerate().min_by_key(|(_, unit)| **unit).map_or(0, |(at, _)| at);
    around.rotate_left(first);
    around.extend(around.first().copied());
    around
}
