//! What to write in the place of a call.

use super::Search;
use super::file_kind::FileKind;
use super::invocation::{Action, CallSubject, Invocation, values_of};
use super::snippet::Snippet;
use crate::jobset::JobKind;
use crate::machine::job_table::JobUnit;
use crate::shell::Word;
use crate::systemd::{UnitName, shell_word};
use crate::text::bytes::encode;
use crate::text::glob;
use crate::text::list;
use crate::upstart::instances::Instance;
use crate::upstart::script::job_control::Verb;

/// What to write now, and what it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NewText {
    /// The job that the old text names.
    pub(super) job: Option<String>,
    /// The event that the old text names.
    pub(super) event: Option<String>,
    /// The new text. `None` if there is nothing to do any more.
    pub(super) text: Option<String>,
    /// What else there is to know.
    pub(super) note: Option<String>,
}

/// What a call turns out to be.
pub(super) enum CallAnswer {
    /// It is about known jobs or events.
    Known(Box<NewText>),
    /// It calls Upstart, and the job shows only when it is made.
    Open,
    /// It is about something else.
    Other,
}

/// The words that Ansible takes out of a command.
const OF_ANSIBLE: [&str; 6] = ["creates", "removes", "chdir", "executable", "warn", "stdin"];

/// How a unit is named in the new text.
enum UnitText {
    /// By this word.
    Word(String),
    /// Systemd itself does the work.
    Systemd,
    /// There is no unit, for this reason.
    Lost(&'static str),
}

impl Search<'_> {
    /// What to write in the place of a call. `snippet` has the words, and `is_tested` is whether a
    /// `grep` reads what it prints.
    pub(super) fn answer(
        &self,
        call: &Invocation<'_>,
        snippet: &Snippet,
        is_tested: bool,
    ) -> CallAnswer {
        let systemctl = call.systemctl;
        let plain = |text: String| {
            CallAnswer::Known(Box::new(NewText { text: Some(text), ..NewText::default() }))
        };
        match call.action {
            Action::List => return plain(format!("{systemctl} list-units --type=service")),
            Action::ReloadConfiguration => return plain(format!("{systemctl} daemon-reload")),
            Action::CheckConfig => {
                return plain("systemd-analyze verify /etc/systemd/system/*.service".to_owned());
            }
            Action::Emit => return self.emitted(call, snippet),
            _ => {}
        }
        let names = match call.named {
            CallSubject::Script(name) => vec![name.to_owned()],
            CallSubject::Nothing => return CallAnswer::Other,
            CallSubject::Word(word) => match values_of(word, &self.bindings) {
                Some(names) => names,
                None if call.is_certain => return CallAnswer::Open,
                None => return CallAnswer::Other,
            },
        };
        if names.iter().any(|name| name == "wait-for-state") {
            return self.awaited(call);
        }
        let known: Vec<&String> = names.iter().filter(|name| self.table.has_job(name)).collect();
        let is_pattern =
            |name: &String| self.kind == FileKind::Sudoers && name.contains(['*', '?', '[']);
        match known.as_slice() {
            [] => names
                .iter()
                .find(|name| is_pattern(name))
                .map_or(CallAnswer::Other, |pattern| self.by_pattern(call, pattern)),
            [job] => CallAnswer::Known(Box::new(self.of_job(call, job, snippet, is_tested))),
            [first, ..] => {
                let texts: Vec<NewText> =
                    known.iter().map(|job| self.of_job(call, job, snippet, is_tested)).collect();
                let commands: Vec<&str> =
                    texts.iter().filter_map(|new| new.text.as_deref()).collect();
                let text = Some(commands.join("; ")).filter(|text| !text.is_empty());
                let quoted: Vec<String> = known.iter().map(|job| (*job).clone()).collect();
                CallAnswer::Known(Box::new(NewText {
                    job: Some((*first).clone()),
                    text,
                    note: Some(format!("the job is one of {}", list::and(&quoted))),
                    ..NewText::default()
                }))
            }
        }
    }

    /// What to write for a call about a job.
    fn of_job(
        &self,
        call: &Invocation<'_>,
        job: &str,
        snippet: &Snippet,
        is_tested: bool,
    ) -> NewText {
        let mut notes: Vec<String> = Vec::new();
        let new = |text: Option<String>, notes: Vec<String>| NewText {
            job: Some(job.to_owned()),
            event: None,
            text,
            note: Some(notes.join("; ")).filter(|note| !note.is_empty()),
        };
        let unit = self.table.unit(job);
        let word = match &unit {
            None => {
                UnitText::Lost(self.table.lost(job).unwrap_or("its name is too long for a unit"))
            }
            Some(_) if self.table.lost(job).is_some() => {
                UnitText::Lost(self.table.lost(job).unwrap_or_default())
            }
            Some(unit) => self.unit_text(call, unit, job, snippet, &mut notes),
        };
        let word = match word {
            UnitText::Word(word) => word,
            UnitText::Systemd => {
                notes.push("systemd does this itself".to_owned());
                return new(None, notes);
            }
            UnitText::Lost(reason) => {
                notes.push(format!("there is no unit, because {reason}"));
                return new(None, notes);
            }
        };
        let is_lasting = unit.as_ref().is_some_and(|unit| {
            unit.is_of_distribution && matches!(unit.kind, Some(JobKind::Task | JobKind::Early))
        });
        if is_lasting && !word.contains(".service") && call.action != Action::Verb(Verb::Status) {
            notes.push(format!("{word} does this during the boot"));
            return new(None, notes);
        }
        let block = if call.no_wait { "--no-block " } else { "" };
        let verb = match &call.action {
            // The unit stays active when the work is done, so another start would do nothing.
            Action::Verb(Verb::Start) if is_lasting => "restart",
            Action::Verb(Verb::Status) if is_tested => "is-active --quiet",
            Action::Verb(verb) => verb.name(),
            Action::TryRestart => "try-restart",
            Action::ShowConfig => "cat",
            _ => "",
        };
        let verb = if call.action == Action::Any {
            self.original(snippet, call.verb)
        } else {
            verb.to_owned()
        };
        if call.action == Action::Verb(Verb::Reload)
            && unit.as_ref().is_some_and(|unit| !unit.reloads)
        {
            notes.push("the unit cannot be reloaded".to_owned());
        }
        if is_tested && verb.starts_with("is-active") {
            notes.push("without the `grep`".to_owned());
        }
        let command = format!("{} {block}{verb} {word}", call.systemctl);
        new(Some(self.in_file(&command, call, &word)), notes)
    }

    /// The command in the way of the file: a rule of udev names what to start by a property
    /// (systemd.device(5)), because its programs are ended after a short time.
    fn in_file(&self, command: &str, call: &Invocation<'_>, unit: &str) -> String {
        match (self.kind, &call.action) {
            (FileKind::Udev, Action::Verb(Verb::Start)) => {
                format!("TAG+=\"systemd\", ENV{{SYSTEMD_WANTS}}+=\"{}\"", unit.trim_matches('\''))
            }
            (FileKind::Udev, _) if !command.contains("--no-block") => {
                command.replacen("systemctl ", "systemctl --no-block ", 1)
            }
            _ => command.to_owned(),
        }
    }

    /// Whether a shell reads the file as it is.
    fn is_for_shell(&self) -> bool {
        matches!(
            self.kind,
            FileKind::Shell | FileKind::Crontab { .. } | FileKind::Logrotate | FileKind::Other
        )
    }

    /// A part of the file as it is.
    fn original(&self, snippet: &Snippet, word: &Word) -> String {
        self.text.get(snippet.place(&word.range)).unwrap_or_default().to_owned()
    }

    /// The unit of a job, or the instance of it that the call names, as a word of the command.
    fn unit_text(
        &self,
        call: &Invocation<'_>,
        unit: &JobUnit,
        job: &str,
        snippet: &Snippet,
        notes: &mut Vec<String>,
    ) -> UnitText {
        let Some(name) = &unit.unit else { return UnitText::Systemd };
        let Some(Instance::Template { variables, defaults, .. }) = &unit.instance else {
            self.note_variables(call, &[], unit, snippet, notes);
            return UnitText::Word(shell_word(name.as_str()));
        };
        self.note_variables(call, variables, unit, snippet, notes);
        let given: Vec<Option<Given>> = variables
            .iter()
            .map(|variable| {
                let found = call.values.iter().find_map(|word| self.given(word, variable, snippet));
                let default = || defaults.get(variable).cloned().map(Given::Literal);
                found.or_else(default)
            })
            .collect();
        let template = name.as_template();
        if given.iter().all(Option::is_none) {
            if call.action == Action::Verb(Verb::Status) || call.action == Action::ShowConfig {
                return UnitText::Word(format!("'{}'", template.all_instances()));
            }
            notes.push(format!("the call names no instance of `{job}`"));
        }
        let literal: Option<Vec<&str>> = given
            .iter()
            .map(|given| match given {
                Some(Given::Literal(value)) => Some(value.as_str()),
                _ => None,
            })
            .collect();
        if let Some(values) = literal {
            return match template.instance(&encode(&values.join(":"))) {
                Ok(instance) => UnitText::Word(shell_word(instance.as_str())),
                Err(_) => UnitText::Lost("the name of its unit is too long"),
            };
        }
        // An instance of which only the shell knows the name.
        let is_shell = self.is_for_shell();
        let are_given = given.iter().all(Option::is_some);
        let parts: Vec<String> = given
            .into_iter()
            .zip(variables)
            .map(|(given, variable)| match given {
                Some(Given::Literal(value)) => value,
                Some(Given::Shell(text)) if is_shell => text,
                Some(Given::Pattern(pattern)) => pattern,
                Some(Given::Shell(_)) | None => variable.clone(),
            })
            .collect();
        let is_pattern = self.kind == FileKind::Sudoers;
        if is_shell && are_given {
            let template = shell_word(template.as_str());
            return UnitText::Word(format!(
                "\"$(systemd-escape --template={template} -- \"{}\")\"",
                parts.join(":")
            ));
        }
        if !is_pattern {
            notes.push("escape the value as `systemd-escape` does".to_owned());
        }
        UnitText::Word(template.instance_in(&parts.join(":")))
    }

    /// The value that a word gives to a variable.
    fn given(&self, word: &Word, variable: &str, snippet: &Snippet) -> Option<Given> {
        let after = |text: &str| Some(text.strip_prefix(variable)?.strip_prefix('=')?.to_owned());
        if let Some(literal) = &word.literal {
            let value = after(literal)?;
            let is_open = match self.kind {
                FileKind::Sudoers => value.contains(['*', '?', '[']),
                // The place holders of udev(7).
                FileKind::Udev => value.contains(['%', '$']),
                FileKind::Python => value.contains(['%', '{']),
                _ => false,
            };
            return Some(if is_open { Given::Pattern(value) } else { Given::Literal(value) });
        }
        if let Some([value]) = values_of(word, &self.bindings).as_deref() {
            return after(value).map(Given::Literal);
        }
        let raw = snippet.text.get(word.range.clone())?;
        let is_quoted = raw.starts_with('"') && raw.ends_with('"') && raw.len() > 1;
        let raw = if is_quoted { &raw[1..raw.len() - 1] } else { raw };
        let value = after(raw)?;
        let value =
            value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(&value).to_owned();
        // `%k` and `$env{NAME}` of udev are not for a shell.
        Some(if self.kind == FileKind::Udev { Given::Pattern(value) } else { Given::Shell(value) })
    }

    /// Notes the variables that a start gives to a job and that a start of the unit cannot give.
    fn note_variables(
        &self,
        call: &Invocation<'_>,
        of_instance: &[String],
        unit: &JobUnit,
        snippet: &Snippet,
        notes: &mut Vec<String>,
    ) {
        if !matches!(call.action, Action::Verb(Verb::Start | Verb::Restart) | Action::Any) {
            return;
        }
        let mut names: Vec<String> = Vec::new();
        for word in &call.values {
            let raw = snippet.text.get(word.range.clone()).unwrap_or_default();
            let Some((name, _)) = raw.trim_start_matches(['"', '\'']).split_once('=') else {
                continue;
            };
            let is_name = !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            let is_of_ansible = self.kind == FileKind::Yaml && OF_ANSIBLE.contains(&name);
            if is_name && !is_of_ansible && !of_instance.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        if !names.is_empty() {
            let reads = if unit.reads_variables { ", which the job reads" } else { "" };
            notes.push(format!("`systemctl` passes no variables ({}{reads})", list::and(&names)));
        }
    }

    /// `start wait-for-state WAIT_FOR=JOB`: Ubuntu's job that brings another one to a goal.
    fn awaited(&self, call: &Invocation<'_>) -> CallAnswer {
        let value = |key: &str| {
            call.values.iter().find_map(|word| word.literal.as_deref()?.strip_prefix(key))
        };
        let Some(job) = value("WAIT_FOR=").filter(|job| self.table.has_job(job)) else {
            return CallAnswer::Other;
        };
        let goal = value("TARGET_GOAL=").unwrap_or("start");
        let unit = self.table.unit(job).and_then(|unit| unit.unit);
        let text =
            unit.map(|unit| format!("{} {goal} {}", call.systemctl, shell_word(unit.as_str())));
        CallAnswer::Known(Box::new(NewText {
            job: Some(job.to_owned()),
            text,
            ..NewText::default()
        }))
    }

    /// A rule of sudo that allows a call for every job that matches a pattern.
    fn by_pattern(&self, call: &Invocation<'_>, pattern: &str) -> CallAnswer {
        let matching: Vec<&str> =
            self.table.jobs().filter(|job| glob::matches(pattern, job)).collect();
        let Some(first) = matching.first() else { return CallAnswer::Other };
        let verb = match &call.action {
            Action::Verb(verb) => verb.name(),
            _ => "*",
        };
        CallAnswer::Known(Box::new(NewText {
            job: Some((*first).to_owned()),
            event: None,
            text: Some(format!("{} {verb} {pattern}.service", call.systemctl)),
            note: Some(format!(
                "the pattern also matches the names of other units; now it means {}",
                list::first(&matching, 5)
            )),
        }))
    }

    fn emitted(&self, call: &Invocation<'_>, snippet: &Snippet) -> CallAnswer {
        let CallSubject::Word(word) = call.named else { return CallAnswer::Other };
        let Some(names) = values_of(word, &self.bindings) else { return CallAnswer::Open };
        let given: Vec<&str> =
            call.values.iter().filter_map(|word| word.literal.as_deref()).collect();
        let found = names.iter().find_map(|name| Some((name, self.table.event(name, &given)?)));
        let Some((event, start)) = found else { return CallAnswer::Other };
        let mut notes: Vec<&str> = Vec::new();
        let mut units: Vec<String> =
            start.units.iter().map(|unit| shell_word(unit.as_str())).collect();
        let open: Vec<&Word> =
            call.values.iter().copied().filter(|word| word.literal.is_none()).collect();
        if let Some(template) = start.template.as_ref().filter(|_| !open.is_empty()) {
            let template = shell_word(template.as_str());
            if self.is_for_shell() {
                units.extend(open.iter().map(|word| {
                    let raw = snippet.text.get(word.range.clone()).unwrap_or_default();
                    let quote = if raw.contains('"') { "" } else { "\"" };
                    format!("\"$(systemd-escape --template={template} -- {quote}{raw}{quote})\"")
                }));
            } else {
                notes.push("jobs wait for values of its variables: also start `EVENT@KEY\\x3dVALUE.service`");
            }
        }
        let text = (!units.is_empty()).then(|| {
            let block =
                if call.no_wait || self.kind == FileKind::Udev { "--no-block " } else { "" };
            format!("{} {block}start {}", call.systemctl, units.join(" "))
        });
        if text.is_none() && start.is_followed {
            notes.push("the jobs that wait for it follow units of systemd");
        } else if text.is_none() {
            notes.push("no job waits for it");
        }
        if start.reads_variables {
            notes.push("`systemctl` does not pass the variables of the event, which jobs read");
        }
        CallAnswer::Known(Box::new(NewText {
            job: None,
            event: Some(event.clone()),
            text,
            note: Some(notes.join("; ")).filter(|note| !note.is_empty()),
        }))
    }

    /// The unit of a job as it is named in a path or a module: without quotes.
    pub(super) fn plain_unit(&self, job: &str) -> Option<(UnitName, bool)> {
        let unit = self.table.unit(job)?;
        Some((unit.unit?, unit.is_of_distribution))
    }
}

/// The value of a variable that a call gives.
enum Given {
    /// This value.
    Literal(String),
    /// Text of a shell.
    Shell(String),
    /// A pattern, or a place holder that a program other than a shell fills in.
    Pattern(String),
}
