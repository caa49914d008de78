//! YAML: the tasks of Ansible, and lists of commands as build servers and cloud-init have them. The
//! text is read line by line, so that a file that is a template, or not quite YAML, is searched as
//! well.

use std::ops::Range;

use super::Search;
use super::cron_and_sudo::lines;
use super::new_text::NewText;
use super::snippet::{Snippet, variable_of};
use crate::systemd::UnitName;
use crate::upstart::instances::Instance;

/// The keys whose values are commands.
const COMMANDS: [&str; 19] = [
    "command",
    "shell",
    "raw",
    "cmd",
    "argv",
    "run",
    "runcmd",
    "bootcmd",
    "script",
    "before_script",
    "after_script",
    "before_install",
    "after_success",
    "deploy",
    "post_deploy",
    "pre_deploy",
    "commands",
    "action",
    "local_action",
];

/// The keys of Ansible's modules for services.
const SERVICES: [&str; 3] = ["service", "sysvinit", "upstart"];

/// A line of YAML that has a key or is an item of a list.
struct YamlLine<'a> {
    /// The place of the whole line.
    place: Range<usize>,
    /// The column at which the content begins, after the dashes of lists.
    column: usize,
    /// Whether the line begins an item of a list.
    is_item: bool,
    /// The key, without quotes and without the collection of a module.
    key: Option<&'a str>,
    /// Where the key or the content begins in the file.
    start: usize,
    /// The value after the key, or the whole content, without a comment.
    value: &'a str,
    /// Where that begins in the file.
    value_start: usize,
}

/// What a task says of a service.
#[derive(Default)]
struct ServiceTask {
    name: Option<String>,
    state: Option<String>,
    enabled: Option<String>,
    arguments: Option<String>,
}

impl Search<'_> {
    /// The whole file is YAML.
    pub(super) fn yaml(&mut self) {
        let all: Vec<YamlLine<'_>> =
            lines(self.text).filter_map(|(place, line)| yaml_line(place, line)).collect();
        for line in &all {
            if let Some(key) = line.key.filter(|_| is_scalar(line.value)) {
                self.bind(key, unquoted(line.value));
            }
        }
        for (index, line) in all.iter().enumerate() {
            if matches!(line.key, Some("with_items" | "loop")) {
                self.learn_items(line, &all[index + 1..]);
            }
        }
        let mut at = 0;
        while let Some(line) = all.get(at) {
            at += 1;
            let Some(key) = line.key else { continue };
            let below = below(&all, at, line);
            if SERVICES.contains(&key) {
                self.service(line, &all[at..below]);
            } else if COMMANDS.contains(&key) {
                self.command(key, line, &all[at..below]);
                // The text of a block is not YAML.
                if line.value.starts_with(['|', '>']) {
                    at = below;
                }
            }
        }
    }

    /// The values of `item`, from a list on the line or below it.
    fn learn_items(&mut self, line: &YamlLine<'_>, after: &[YamlLine<'_>]) {
        if let Some(list) = line.value.strip_prefix('[').and_then(|list| list.strip_suffix(']')) {
            for item in list.split(',').map(|item| unquoted(item.trim())) {
                self.bind("item", item);
            }
        }
        for item in after.iter().take_while(|item| item.is_item && item.key.is_none()) {
            self.bind("item", unquoted(item.value));
        }
    }

    /// The value of a key whose value is a command, or a list of commands.
    fn command(&mut self, key: &str, line: &YamlLine<'_>, below: &[YamlLine<'_>]) {
        let value = line.value;
        if value.starts_with(['|', '>']) {
            let (Some(first), Some(last)) = (below.first(), below.last()) else { return };
            let indentation = first.place_column();
            let block = first.place.start..last.place.end;
            let mut snippet = Snippet::new(block.start);
            for (place, line) in lines(&self.text[block.clone()]) {
                let blanks = line.len() - line.trim_start_matches(' ').len();
                let start = block.start + place.start + blanks.min(indentation);
                let end = block.start + place.end;
                snippet.append(&self.filled(start..end));
                snippet.replace("\n", end..(end + 1).min(self.text.len()));
            }
            if value.starts_with('>') {
                // The lines are folded to one.
                snippet.text = snippet.text.replace('\n', " ");
            }
            self.shell(&snippet, 0);
        } else if !value.is_empty() {
            let rest = value.strip_prefix("service ").filter(|_| key.ends_with("action"));
            if let Some(rest) = rest.filter(|rest| rest.contains("name=")) {
                let found = inline(rest, &['=']);
                self.add_service(line.value_start..line.value_start + value.len(), None, &found);
                return;
            }
            let module =
                ["command ", "shell ", "raw "].iter().find(|word| value.starts_with(**word));
            let skipped = module.filter(|_| key.ends_with("action")).map_or(0, |word| word.len());
            self.scalar(&value[skipped..], line.value_start + skipped);
        } else {
            let items = below.iter().filter(|item| item.is_item && item.key.is_none());
            if key == "argv" {
                let mut words = Snippet::new(line.value_start);
                for item in items {
                    let text = unquoted(item.value);
                    let offset = item.value.find(text).unwrap_or_default();
                    words.push(text, item.value_start + offset);
                    let end = item.value_start + item.value.len();
                    words.replace(" ", end..end);
                }
                self.shell(&words, 0);
                return;
            }
            for item in items {
                self.scalar(item.value, item.value_start);
            }
        }
    }

    /// A value on one line: a list of words, or text that may be in quotes.
    fn scalar(&mut self, value: &str, start: usize) {
        if let Some(list) = value.strip_prefix('[').and_then(|list| list.strip_suffix(']')) {
            let mut words = Snippet::new(start);
            let mut at = start + 1;
            for item in list.split(',') {
                let text = unquoted(item.trim());
                let offset = item.find(text).unwrap_or_default();
                words.append(&self.filled(at + offset..at + offset + text.len()));
                words.replace(" ", at + item.len()..at + item.len());
                at += item.len() + 1;
            }
            self.shell(&words, 0);
            return;
        }
        let text = unquoted(value);
        let offset = value.find(text).unwrap_or_default();
        self.shell(&self.filled(start + offset..start + offset + text.len()), 0);
    }

    /// A part of the file, with variables of the shell in the place of those of Jinja.
    fn filled(&self, place: Range<usize>) -> Snippet {
        let text = self.text.get(place.clone()).unwrap_or_default();
        let mut out = Snippet::new(place.start);
        let mut at = 0;
        while let Some(open) = text[at..].find("{{").map(|open| at + open) {
            let Some(close) = text[open..].find("}}").map(|close| open + close) else { break };
            out.push(&text[at..open], place.start + at);
            out.replace(
                &variable_of(&text[open + 2..close]),
                place.start + open..place.start + close + 2,
            );
            at = close + 2;
        }
        out.push(&text[at..], place.start + at);
        out
    }

    /// A task with one of the modules for services.
    fn service(&mut self, line: &YamlLine<'_>, below: &[YamlLine<'_>]) {
        if line.value.contains("name=") {
            let found = inline(line.value, &['=']);
            self.add_service(line.start..line.value_start + line.value.len(), None, &found);
        } else if let Some(map) = line.value.strip_prefix('{') {
            let found = inline(map.trim_end_matches('}'), &[':']);
            self.add_service(line.start..line.value_start + line.value.len(), None, &found);
        } else if line.value.is_empty() {
            let mut found = ServiceTask::default();
            for entry in below {
                if let Some(key) = entry.key {
                    found.set(key, unquoted(entry.value));
                }
            }
            let old = found.state.as_ref().map(|state| format!(" state={state}"));
            let name = found.name.clone().unwrap_or_default();
            let old = format!("service: name={name}{}", old.unwrap_or_default());
            self.add_service(line.start..line.value_start, Some(old), &found);
        }
    }

    fn add_service(&mut self, place: Range<usize>, old: Option<String>, task: &ServiceTask) {
        // Other programs have a key `service`, too.
        let Some(name) =
            task.name.as_ref().filter(|_| task.state.is_some() || task.enabled.is_some())
        else {
            return;
        };
        let names = match name.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
            Some(variable) => self.bindings.get(variable.trim()).cloned().unwrap_or_default(),
            None => vec![name.clone()],
        };
        let Some(job) = names.into_iter().find(|name| self.table.has_job(name)) else { return };
        let mut new = NewText { job: Some(job.clone()), ..NewText::default() };
        if let Some(unit) = self.unit_of_task(&job, task) {
            let mut text = format!("systemd: name={unit}");
            for (key, value) in [("state", &task.state), ("enabled", &task.enabled)] {
                if let Some(value) = value {
                    text.push_str(&format!(" {key}={value}"));
                }
            }
            new.text = Some(text);
        } else {
            let note = "systemd does this itself, or there is no unit for the job";
            new.note = Some(note.to_owned());
        }
        self.add(place, old, new);
    }

    /// The unit that a task names: of a job with instances, that of its arguments.
    fn unit_of_task(&self, job: &str, task: &ServiceTask) -> Option<String> {
        let unit = self.table.unit(job).filter(|_| self.table.lost(job).is_none())?;
        let name = unit.unit?;
        let Some(Instance::Template { variables, defaults, .. }) = &unit.instance else {
            return Some(name.to_string());
        };
        let given = task.arguments.as_deref().unwrap_or_default();
        let value = |variable: &String| {
            let mut words = given.split_whitespace();
            let found =
                words.find_map(|word| word.strip_prefix(variable.as_str())?.strip_prefix('='));
            found.map(str::to_owned).or_else(|| defaults.get(variable).cloned())
        };
        let values: Option<Vec<String>> = variables.iter().map(value).collect();
        let template = name.as_template();
        match values.filter(|values| !values.iter().any(|value| value.contains("{{"))) {
            Some(values) => {
                let instance = crate::text::bytes::encode(&values.join(":")).into_owned();
                template.instance(&instance).ok().map(|unit: UnitName| unit.to_string())
            }
            None => Some(template.instance_in(&variables.join(":"))),
        }
    }
}

impl ServiceTask {
    fn set(&mut self, key: &str, value: &str) {
        let field = match key {
            "name" => &mut self.name,
            "state" => &mut self.state,
            "enabled" => &mut self.enabled,
            "args" | "arguments" => &mut self.arguments,
            _ => return,
        };
        *field = Some(value.to_owned());
    }
}

/// `name=app state=restarted`, or `name: app, state: restarted`.
fn inline(text: &str, separators: &[char]) -> ServiceTask {
    let mut found = ServiceTask::default();
    let mut rest = text;
    while let Some(separator) = rest.find(separators) {
        let key = rest[..separator].rsplit([' ', ',', '{', '\t']).next().unwrap_or_default();
        let after = rest[separator + 1..].trim_start();
        let (value, end) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let inner = &after[1..];
                let end = inner.find(quote).unwrap_or(inner.len());
                (&inner[..end], (end + 2).min(after.len()))
            }
            _ if after.starts_with("{{") => {
                let end = after.find("}}").map_or(after.len(), |end| end + 2);
                (&after[..end], end)
            }
            _ => {
                let end = after.find([' ', ',', '}', '\t']).unwrap_or(after.len());
                (&after[..end], end)
            }
        };
        found.set(key.trim_matches(['"', '\'']), value);
        rest = &after[end..];
    }
    found
}

/// The lines that belong to the key of a line: those that begin further to the right, and the items
/// of its list. Returns the index after them.
fn below(all: &[YamlLine<'_>], from: usize, line: &YamlLine<'_>) -> usize {
    let belongs = |next: &YamlLine<'_>| {
        let begins = next.place_column();
        begins > line.column || (begins == line.column && next.is_item)
    };
    all[from..].iter().position(|next| !belongs(next)).map_or(all.len(), |count| from + count)
}

impl YamlLine<'_> {
    /// The column of the first dash, or of the content.
    fn place_column(&self) -> usize {
        if self.is_item { self.dash_column() } else { self.column }
    }

    fn dash_column(&self) -> usize {
        self.column.saturating_sub(2)
    }
}

/// Reads a line. `None` for an empty one, and for a comment.
fn yaml_line(place: Range<usize>, line: &str) -> Option<YamlLine<'_>> {
    let mut column = line.len() - line.trim_start_matches(' ').len();
    let mut is_item = false;
    while line[column..].starts_with("- ") {
        is_item = true;
        column += 2;
        column += line[column..].len() - line[column..].trim_start_matches(' ').len();
    }
    let content = without_comment(&line[column..]);
    if content.is_empty() {
        return None;
    }
    let start = place.start + column;
    let (key, value) = match content.split_once(':') {
        Some((key, value)) if is_key(key) && (value.is_empty() || value.starts_with(' ')) => {
            let key = key.trim_matches(['"', '\'']);
            (Some(key.rsplit('.').next().unwrap_or(key)), value.trim())
        }
        _ => (None, content),
    };
    let value_start = if key.is_some() { start + content.len() - value.len() } else { start };
    Some(YamlLine { place, column, is_item, key, start, value, value_start })
}

fn is_key(text: &str) -> bool {
    let text = text.trim_matches(['"', '\'']);
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

/// A line without the comment at its end.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, character) in line.char_indices() {
        match character {
            '#' if quote.is_none() && before.is_whitespace() => return line[..at].trim_end(),
            '"' | '\'' if quote.is_none() => quote = Some(character),
            _ if quote == Some(character) => quote = None,
            _ => {}
        }
        before = character;
    }
    line.trim_end()
}

/// Whether a value is one word that a variable may have.
fn is_scalar(value: &str) -> bool {
    let value = unquoted(value);
    !value.is_empty()
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner;
        }
    }
    value
}
