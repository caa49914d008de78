//! The files of Upstart: logs of jobs, and their configuration.

use super::Search;
use super::new_text::NewText;
use crate::systemd::shell_word;

/// Where Upstart writes what jobs print.
const LOGS: &str = "/var/log/upstart";

/// Where the jobs are.
const JOBS: &str = "/etc/init/";

/// What Ubuntu has in the place of the script of a service that is a job.
const SCRIPT: &str = "/lib/init/upstart-job";

/// Whether a character may be part of the name of a file.
fn is_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_-.+@*?[]{}$/".contains(character)
}

impl Search<'_> {
    /// Searches for the paths of files of known jobs.
    pub(super) fn paths(&mut self) {
        for needle in [LOGS, JOBS, SCRIPT] {
            let places: Vec<usize> = self.text.match_indices(needle).map(|(at, _)| at).collect();
            for start in places {
                let rest = &self.text[start + needle.len()..];
                let length = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
                // A full stop after it ends a sentence.
                let name = rest[..length].trim_end_matches('.');
                let end = start + needle.len() + name.len();
                if self.is_covered(start) || self.is_commented(start) {
                    continue;
                }
                let new = match needle {
                    LOGS => self.log(name),
                    JOBS => self.configuration(name),
                    _ if name.is_empty() => Some(NewText {
                        note: Some(
                            "the script goes away with Upstart: remove the link to it".to_owned(),
                        ),
                        ..NewText::default()
                    }),
                    _ => None,
                };
                if let Some(new) = new {
                    self.add(start..end, None, new);
                }
            }
        }
    }

    /// Whether a place is within a call that was found.
    fn is_covered(&self, offset: usize) -> bool {
        let before = self.covered.range(..=(offset, usize::MAX)).next_back();
        before.is_some_and(|(_, end)| offset < *end)
    }

    /// What is now in the place of a log. Its name is that of the job, perhaps with that of the
    /// instance after a `-`, and `_` in the place of `/` (`init/job_process.c`,
    /// `job_process_log_path`).
    fn log(&self, name: &str) -> Option<NewText> {
        let name = match name.strip_prefix('/') {
            Some(name) => name,
            None if name.is_empty() => "",
            None => return None,
        };
        let stem = name.split(".log").next().filter(|stem| stem.len() < name.len());
        let Some(stem) = stem else {
            // The directory, or a pattern for all files in it.
            return matches!(name, "" | "*" | "**").then(every_log);
        };
        if stem == "*" {
            return Some(every_log());
        }
        if let Some(job) = self.table.jobs().find(|job| job.replace('/', "_") == stem) {
            let unit = self.table.unit(job)?;
            let shown = match &unit.unit {
                Some(unit) if unit.is_template() => unit.all_instances(),
                Some(unit) => unit.to_string(),
                None => return Some(every_log()),
            };
            return Some(of_journal(job, &shown));
        }
        // Of several jobs, the one with the longest name.
        let fits = |job: &&str| {
            let file = job.replace('/', "_");
            stem.strip_prefix(file.as_str()).is_some_and(|rest| rest.starts_with('-'))
        };
        let job = self.table.jobs().filter(fits).max_by_key(|job| job.len())?;
        let unit = self.table.unit(job)?;
        unit.instance.as_ref().filter(|instance| instance.is_template())?;
        let instance = &stem[job.len() + 1..];
        let shown = if instance.contains(['$', '*', '{', '?']) {
            unit.unit?.as_template().all_instances()
        } else {
            self.table.named_instance(&unit, instance)?.to_string()
        };
        Some(of_journal(job, &shown))
    }

    /// What is now in the place of the configuration of a job.
    fn configuration(&self, name: &str) -> Option<NewText> {
        let job = [".conf", ".override"].iter().find_map(|ending| name.strip_suffix(ending))?;
        if !self.table.has_job(job) {
            return None;
        }
        let new = |text, note: Option<String>| NewText {
            job: Some(job.to_owned()),
            event: None,
            text,
            note,
        };
        let Some((unit, is_of_distribution)) = self.plain_unit(job) else {
            return Some(new(None, Some("there is no unit for the job".to_owned())));
        };
        let unit = unit.of_instance();
        if name.ends_with(".override") {
            let note = format!("`manual` is `systemctl disable {}` now", shell_word(unit.as_str()));
            return Some(new(
                Some(format!("/etc/systemd/system/{unit}.d/override.conf")),
                Some(note),
            ));
        }
        let directory =
            if is_of_distribution { "/lib/systemd/system" } else { "/etc/systemd/system" };
        Some(new(Some(format!("{directory}/{unit}")), None))
    }
}

fn of_journal(job: &str, unit: &str) -> NewText {
    let word = if unit.contains('*') { format!("'{unit}'") } else { shell_word(unit) };
    NewText {
        job: Some(job.to_owned()),
        event: None,
        text: Some(format!("journalctl -u {word}")),
        note: None,
    }
}

fn every_log() -> NewText {
    NewText {
        text: Some("journalctl".to_owned()),
        note: Some("the journal rotates itself (journald.conf(5), `SystemMaxUse=`)".to_owned()),
        ..NewText::default()
    }
}
