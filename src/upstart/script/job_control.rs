//! Finds the commands in a script that start, stop or query jobs. Only the names of the commands
//! are known here.

use std::collections::BTreeSet;
use std::ops::Range;

use super::other_shell::other_shells;
use crate::shell;
use crate::shell::wrapper::{Effect, Unknown};
use crate::shell::{Context, Script, SimpleCommand, Word, wrapper};

/// A job-control command (initctl(8)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// `start`
    Start,
    /// `stop`
    Stop,
    /// `restart`
    Restart,
    /// `reload`
    Reload,
    /// `status`
    Status,
    /// `initctl`
    Initctl,
}

impl Verb {
    /// All commands.
    pub const ALL: [Self; 6] =
        [Self::Start, Self::Stop, Self::Restart, Self::Reload, Self::Status, Self::Initctl];

    /// The name of the command.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Reload => "reload",
            Self::Status => "status",
            Self::Initctl => "initctl",
        }
    }

    /// The command of this name, without a directory.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.name() == name)
    }
}

/// The directories of the commands; the second is used with a merged `/usr`.
const DIRECTORIES: [&str; 2] = ["/sbin/", "/usr/sbin/"];

/// A replacement of some of the text of a script.
pub type Rewrite = (Range<usize>, String);

/// One call of a job-control command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobControl {
    /// The command that is called.
    pub command: Verb,
    /// Whether a function of that name cannot be called in its place, because another program
    /// calls the command, or because the script has a function of that name.
    pub external: bool,
    /// The edits after which a function of that name is called, in the order of the text: `exec`,
    /// `command` and the path of the command pass functions by.
    pub edits: Vec<Rewrite>,
    /// The words after the command; `None` for a word that is not literal.
    pub arguments: Vec<Option<String>>,
    /// The place of each argument.
    pub places: Vec<Range<usize>>,
    /// From the name to the end of the simple command.
    pub range: Range<usize>,
    /// The place of the name.
    pub name: Range<usize>,
    /// Under which circumstances the shell runs the command.
    pub context: Context,
}

impl JobControl {
    /// The verb, also if it is the subcommand of `initctl`.
    pub fn verb(&self) -> Verb {
        match self.command {
            Verb::Initctl => self.subcommand().and_then(Verb::of).unwrap_or(Verb::Initctl),
            verb => verb,
        }
    }

    /// The first argument of `initctl` that is not an option. `None` if it is not literal.
    pub fn subcommand(&self) -> Option<&str> {
        self.arguments
            .iter()
            .map(Option::as_deref)
            .find(|word| !word.is_some_and(is_option))
            .flatten()
    }

    /// The arguments without options and without the subcommand of `initctl`, each with its place.
    pub fn operands(&self) -> Vec<(Option<&str>, &Range<usize>)> {
        let skip = usize::from(self.command == Verb::Initctl);
        let words = self.arguments.iter().map(Option::as_deref).zip(&self.places);
        words.filter(|(word, _)| !word.is_some_and(is_option)).skip(skip).collect()
    }

    /// Whether it starts Ubuntu's job `wait-for-state`, which starts or stops another job and waits
    /// for that (`WAIT_FOR=JOB`).
    pub fn is_wait_for_state(&self) -> bool {
        self.verb() == Verb::Start
            && matches!(self.operands().first(), Some((Some("wait-for-state"), _)))
    }

    /// The job that the command starts, stops or asks for, if its name is literal.
    pub fn job(&self) -> Option<&str> {
        let operands = self.operands();
        if self.verb() == Verb::Initctl {
            return None;
        }
        if self.is_wait_for_state() {
            return operands.iter().find_map(|(word, _)| (*word)?.strip_prefix("WAIT_FOR="));
        }
        operands.first().and_then(|(word, _)| *word)
    }

    /// Whether the command names no job, so it applies to the job of the script.
    pub fn is_bare(&self) -> bool {
        self.operands().is_empty()
    }

    /// The event that the command emits, if its name is literal.
    pub fn emits(&self) -> Option<&str> {
        if self.command != Verb::Initctl || self.subcommand() != Some("emit") {
            return None;
        }
        self.operands().first().and_then(|(word, _)| *word)
    }

    /// Whether it has an option not to wait (`-n`, `--no-wait`).
    pub fn does_not_wait(&self) -> bool {
        self.arguments.iter().flatten().any(|word| matches!(word.as_str(), "-n" | "--no-wait"))
    }

    /// Whether it stops the job of the script: `stop` or `initctl stop` with only options after it.
    pub fn stops_own_job(&self) -> bool {
        let mut arguments = self.arguments.iter().map(Option::as_deref);
        let is_option =
            |argument: Option<&str>| argument.is_some_and(|argument| argument.starts_with('-'));
        match self.command {
            Verb::Stop => arguments.all(is_option),
            Verb::Initctl => {
                arguments.find(|argument| !is_option(*argument)) == Some(Some("stop"))
                    && arguments.all(is_option)
            }
            Verb::Start | Verb::Restart | Verb::Reload | Verb::Status => false,
        }
    }
}

/// Whether a subcommand of `initctl` changes the environment of a job. init refuses that unless it
/// is the init of a session (`init/control.c`, `control_set_env`).
pub fn changes_environment(subcommand: &str) -> bool {
    matches!(subcommand, "set-env" | "unset-env" | "reset-env")
}

/// Whether a word is an option of a command.
pub fn is_option(word: &str) -> bool {
    word.starts_with('-')
}

/// The job-control commands of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// The calls, in the order of the text.
    pub commands: Vec<JobControl>,
    /// Text that may or may not be a call: `initctl` or the path of another command in a string, in
    /// a here-document, as an argument of an unknown command, or after the place at which the
    /// reader was lost; and a call of a variable that is set to one of the commands.
    pub unplaced: Vec<Range<usize>>,
    /// The edits by which checks for the commands succeed as they did, although the programs are
    /// gone: `[ -x /sbin/initctl ]`, `which initctl`.
    pub checks: Vec<Rewrite>,
}

impl Uses {
    /// A text after the edits that its commands need. `self` has to be what [`find`] found in it.
    /// `None` if they need none.
    pub fn edited(&self, text: &str) -> Option<String> {
        let mut edits: Vec<&Rewrite> =
            self.commands.iter().flat_map(|usage| &usage.edits).chain(&self.checks).collect();
        // Of two at the same place, that at the end of a command comes first.
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        if edits.is_empty() {
            return None;
        }
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for (range, new) in edits {
            out.push_str(text.get(at..range.start)?);
            out.push_str(new);
            at = range.end;
        }
        out.push_str(text.get(at..)?);
        Some(out)
    }
}

/// The program that is there where init's commands were.
const IN_PLACE: &str = "/bin/systemctl";

/// What the path of one of init's programs is replaced with where only its presence matters.
pub fn in_place_of(path: &str) -> &str {
    if by_path(path).is_some() { IN_PLACE } else { path }
}

/// The command of this path.
pub fn by_path(path: &str) -> Option<Verb> {
    DIRECTORIES.iter().find_map(|directory| path.strip_prefix(directory)).and_then(Verb::of)
}

/// Whether a script stops its own job anywhere.
pub fn calls_stop(reading: &Script) -> bool {
    reading
        .commands
        .iter()
        .filter_map(|command| use_in(command, reading, None))
        .any(|used| used.stops_own_job())
}

/// Finds the job-control commands of a script. `reading` has to be the reading of `text`.
pub fn find(text: &str, reading: &Script) -> Uses {
    let (mut commands, mut checks) = (Vec::new(), Vec::new());
    let forwarding = forwarding(text, reading);
    // Places that have been classified, in the order of the text.
    let mut known: Vec<Range<usize>> = Vec::new();
    for command in &reading.commands {
        let used = use_in(command, reading, Some(text))
            .or_else(|| forwarded(command, reading, (text, &forwarding)));
        let checked = check(command);
        if used.is_some() || checked.is_some() || only_mentions(command) {
            known.extend(
                command
                    .words
                    .iter()
                    .filter(|word| word.literal.is_some())
                    .map(|word| word.range.clone()),
            );
        }
        commands.extend(used);
        checks.extend(checked);
    }
    let is_within = |ranges: &[Range<usize>], place: &Range<usize>| {
        ranges[..ranges.partition_point(|range| range.start <= place.start)]
            .last()
            .is_some_and(|range| place.end <= range.end)
    };
    // The range of a command includes the commands of its substitutions.
    known.sort_unstable_by_key(|range| range.start);
    let mentions = mentions(text)
        .filter(|place| !is_within(&known, place) && !is_within(&reading.comments, place));
    let mut unplaced: Vec<_> = mentions
        .chain(named_by_variables(text, reading))
        .chain(other_shells(text, reading).into_iter().filter_map(|place| called(text, place)))
        .collect();
    unplaced.sort_unstable_by_key(|place| place.start);
    unplaced.dedup_by_key(|place| place.start);
    Uses { commands, unplaced, checks }
}

/// The place of the first command in a text for another shell, unless [`mentions`] finds one there.
fn called(text: &str, place: Range<usize>) -> Option<Range<usize>> {
    let raw = text.get(place.clone())?;
    let inner = raw.trim_matches(['"', '\'']);
    if mentions(inner).next().is_some() {
        return None;
    }
    let reading = shell::read(inner);
    let used = reading.commands.iter().find_map(|command| use_in(command, &reading, None))?;
    let start = place.start + raw.find(inner)?;
    Some(start + used.name.start..start + used.name.end)
}

/// The edit by which a check for one of the programs succeeds. What a substitution prints is
/// called later on.
fn check(command: &SimpleCommand) -> Option<Rewrite> {
    if command.context.has(Context::SUBSTITUTION) {
        return None;
    }
    let words: Vec<Option<&str>> =
        command.words.iter().map(|word| word.literal.as_deref()).collect();
    let (at, new) = match *words.as_slice() {
        [Some("[" | "test"), Some("-x" | "-e" | "-f"), Some(path), ..]
            if by_path(path).is_some() =>
        {
            (2, IN_PLACE)
        }
        [Some("[" | "test"), Some("!"), Some("-x" | "-e" | "-f"), Some(path), ..]
            if by_path(path).is_some() =>
        {
            (3, IN_PLACE)
        }
        [Some("which" | "type" | "hash"), Some(name)] if is_initctl(name) => (1, "systemctl"),
        [Some("command"), Some("-v" | "-V"), Some(name)] if is_initctl(name) => (2, "systemctl"),
        _ => return None,
    };
    Some((command.words.get(at)?.range.clone(), new.to_owned()))
}

fn is_initctl(name: &str) -> bool {
    name == "initctl" || by_path(name) == Some(Verb::Initctl)
}

/// The functions of the script that run their arguments as a command (`retry() { "$@"; }`).
fn forwarding<'a>(text: &str, reading: &'a Script) -> Vec<&'a str> {
    let passes_on = |command: &&SimpleCommand| {
        let first = command.words.first().and_then(|word| text.get(word.range.clone()));
        command.context.has(Context::FUNCTION)
            && matches!(first, Some("\"$@\"" | "$@" | "$*" | "\"${@}\"" | "${@}"))
    };
    let commands: Vec<&SimpleCommand> = reading.commands.iter().filter(passes_on).collect();
    if commands.is_empty() {
        return Vec::new();
    }
    // Where each function begins. Its body ends before the next one, as far as it matters here.
    let mut begins: Vec<(usize, &str)> = Vec::new();
    for name in &reading.functions {
        let found = text.match_indices(name.as_str()).filter(|(at, _)| {
            let before = text[..*at].chars().next_back();
            let behind = text[at + name.len()..].trim_start_matches([' ', '\t']);
            before.is_none_or(|before| before.is_whitespace() || ";{".contains(before))
                && behind.starts_with('(')
        });
        begins.extend(found.map(|(at, _)| (at, name.as_str())));
    }
    begins.sort_unstable();
    let around = commands.into_iter().filter_map(|command| {
        let behind = begins.partition_point(|(at, _)| *at < command.range.start);
        begins[..behind].last().map(|(_, name)| *name)
    });
    around.collect()
}

/// The command that a function of the script gets as its arguments.
fn forwarded(
    command: &SimpleCommand,
    reading: &Script,
    (text, forwarding): (&str, &[&str]),
) -> Option<JobControl> {
    if !forwarding.contains(&command.name()?) {
        return None;
    }
    let is_verb = |word: &Word| {
        word.literal.as_deref().is_some_and(|name| Verb::of(name).or(by_path(name)).is_some())
    };
    let at = command.words.iter().skip(1).position(is_verb)? + 1;
    let words: Vec<&Word> = command.words[at..].iter().collect();
    let mut used = usage(&words, command, reading, Some(text), &[])?;
    used.context = used.context | Context::CONDITIONAL;
    Some(used)
}

/// Commands whose name is a variable that the script sets to one of the verbs.
fn named_by_variables<'a>(
    text: &'a str,
    reading: &'a Script,
) -> impl Iterator<Item = Range<usize>> {
    let assignments = reading.commands.iter().flat_map(|command| &command.assignments);
    let verbs: BTreeSet<&str> = assignments
        .filter_map(|word| word.literal.as_deref()?.split_once('='))
        .filter(|(_, value)| Verb::of(value).is_some())
        .map(|(name, _)| name)
        .collect();
    let names = reading
        .commands
        .iter()
        .filter_map(|command| command.words.first())
        .map(|word| word.range.clone());
    names.filter(move |place| {
        text.get(place.clone()).and_then(variable).is_some_and(|name| verbs.contains(name))
    })
}

/// The name in `$NAME` and `${NAME}`, with or without quotes.
fn variable(word: &str) -> Option<&str> {
    let word = word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap_or(word);
    let name = word.strip_prefix('$')?;
    Some(name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name))
}

/// Whether the command only prints or looks up its arguments.
fn only_mentions(command: &SimpleCommand) -> bool {
    match command.name() {
        Some("[" | "test" | "logger") => true,
        // The other side of the pipe may be a shell.
        Some("echo" | "printf") => !command.context.has(Context::PIPELINE),
        // What a substitution prints may be called.
        Some("which" | "type" | "hash") => !command.context.has(Context::SUBSTITUTION),
        Some("command") => {
            let second = command.words.get(1).and_then(|word| word.literal.as_deref());
            matches!(second, Some("-v" | "-V")) && !command.context.has(Context::SUBSTITUTION)
        }
        _ => false,
    }
}

/// The words of a command, beginning with the program that finally runs, and the words before
/// that. Unknown options of what a shell itself runs make it uncertain; other programs take their
/// command from wherever it is.
fn inner(command: &SimpleCommand) -> Option<(Vec<&Word>, Vec<&Word>)> {
    let mut words: Vec<&Word> = command.words.iter().collect();
    loop {
        let (first, arguments) = words.split_first()?;
        // A command in another root or container is not known to reach the same init.
        let wrapper = wrapper::find(first.literal.as_deref()?)
            .filter(|wrapper| wrapper.change != Effect::Surroundings);
        let Some(wrapper) = wrapper else {
            let before = command.words.len() - words.len();
            return Some((command.words[..before].iter().collect(), words));
        };
        let unknown =
            if BUILTINS.contains(&wrapper.name) { Unknown::Refuse } else { Unknown::Guess };
        let inner = wrapper.inner(arguments, unknown)?;
        if inner.is_empty() {
            return None;
        }
        words = inner;
    }
}

/// The builtins of the shell that run a program instead of a function of that name.
const BUILTINS: [&str; 2] = ["exec", "command"];

fn use_in(command: &SimpleCommand, reading: &Script, text: Option<&str>) -> Option<JobControl> {
    let (before, words) = inner(command)?;
    usage(&words, command, reading, text, &before)
}

/// The call that these words are, after the words `before` of the same command.
fn usage(
    words: &[&Word],
    command: &SimpleCommand,
    reading: &Script,
    text: Option<&str>,
    before: &[&Word],
) -> Option<JobControl> {
    let (first, arguments) = words.split_first()?;
    let name = first.literal.as_deref()?;
    let absolute = by_path(name);
    let verb = absolute.or_else(|| Verb::of(name))?;
    let passes_functions_by = absolute.is_some() || !before.is_empty();
    let shadowed = reading.functions.iter().any(|function| function == verb.name());
    if !passes_functions_by && shadowed {
        return None;
    }
    let edits = if shadowed { None } else { edits(first, verb, command, text, before) };
    Some(JobControl {
        command: verb,
        external: passes_functions_by && edits.is_none(),
        edits: edits.unwrap_or_default(),
        arguments: arguments.iter().map(|word| word.literal.clone()).collect(),
        places: arguments.iter().map(|word| word.range.clone()).collect(),
        range: first.range.start..words.last().map_or(first.range.end, |word| word.range.end),
        name: first.range.clone(),
        context: command.context,
    })
}

/// The edits after which a function is called; `None` if none do.
fn edits(
    first: &Word,
    verb: Verb,
    command: &SimpleCommand,
    text: Option<&str>,
    before: &[&Word],
) -> Option<Vec<Rewrite>> {
    // In backquotes with escapes, the places are not exact.
    text?.get(first.range.clone()).filter(|written| written.contains(verb.name()))?;
    let mut edits = Vec::new();
    let mut becomes = false;
    for (index, word) in before.iter().enumerate() {
        let next = before.get(index + 1).map_or(first.range.start, |next| next.range.start);
        match word.literal.as_deref() {
            Some("command") => {}
            Some("exec") if index == 0 => becomes = true,
            _ => return None,
        }
        edits.push((word.range.start..next, String::new()));
    }
    if by_path(first.literal.as_deref()?).is_some() {
        edits.push((first.range.clone(), verb.name().to_owned()));
    }
    if becomes {
        // What follows `exec` ends the shell.
        let has_document = |range: &Range<usize>| {
            text.and_then(|text| text.get(range.clone())).is_none_or(|text| text.contains("<<"))
        };
        if command.redirections.iter().any(has_document) || !command.assignments.is_empty() {
            return None;
        }
        edits.insert(0, (command.range.start..command.range.start, "{ ".to_owned()));
        edits.push((command.range.end..command.range.end, "; exit; }".to_owned()));
    }
    Some(edits)
}

/// Places at which `initctl`, with or without a path, or the path of another command
/// (`/sbin/start`) is a word of its own.
fn mentions(text: &str) -> impl Iterator<Item = Range<usize>> {
    let part_of_word =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let bytes = text.as_bytes();
    let ends_word = move |end: usize| match bytes.get(end) {
        // A full stop at the end of a sentence.
        Some(b'.') => bytes.get(end + 1).is_none_or(|&byte| !part_of_word(byte)),
        Some(&byte) => !part_of_word(byte) && byte != b'/',
        None => true,
    };
    let initctl = text.match_indices("initctl").map(|(start, found)| start..start + found.len());
    let initctl =
        initctl.filter(move |place| place.start == 0 || !part_of_word(bytes[place.start - 1]));
    let others = text.match_indices("/sbin/").filter_map(move |(start, directory)| {
        let from = start + directory.len();
        let verb = Verb::ALL
            .into_iter()
            .filter(|&verb| verb != Verb::Initctl)
            .find(|verb| text[from..].starts_with(verb.name()))?;
        // No verb is the beginning of another one, so the first match is the only one.
        Some(start..from + verb.name().len())
    });
    let mut all: Vec<Range<usize>> =
        initctl.chain(others).filter(move |place| ends_word(place.end)).collect();
    all.sort_unstable_by_key(|place| place.start);
    all.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::read;

    fn found(text: &str) -> Vec<String> {
        let uses = find(text, &read(text));
        let mut found: Vec<String> = Vec::new();
        for used in &uses.commands {
            let mut words = vec![used.command.name().to_owned()];
            words.extend(
                used.arguments
                    .iter()
                    .map(|argument| argument.clone().unwrap_or_else(|| "?".to_owned())),
            );
            if used.external {
                words.insert(0, "+".to_owned());
            }
            found.push(words.join(" "));
        }
        found.extend(uses.edited(text).map(|edited| format!("edited {edited}")));
        found
            .extend(uses.unplaced.iter().map(|place| format!("unplaced {}", &text[place.clone()])));
        found
    }

    #[test]
    fn uses_are_found_where_commands_stand() {
        for (text, expected) in [
            ("stop", &["stop"][..]),
            ("start foo ID=1", &["start foo ID=1"]),
            ("start foo ID=$i &", &["start foo ?"]),
            ("[ -x /x ] || { stop; exit 0; }", &["stop"]),
            (
                "if ! status foo | grep -q running; then restart foo; fi",
                &["status foo", "restart foo"],
            ),
            ("while status x; do sleep 1; done", &["status x"]),
            ("x=$(initctl list) y=`status foo`", &["initctl list", "status foo"]),
            ("A=b reload x 2>/dev/null", &["reload x"]),
            ("exec initctl emit a", &["initctl emit a", "edited { initctl emit a; exit; }"]),
            (
                "a && exec /sbin/start b >c || d",
                &["start b", "edited a && { start b >c; exit; } || d"],
            ),
            ("exec start a <<E\nE\n", &["+ start a"]),
            ("command stop", &["stop", "edited stop"]),
            ("exec command -p stop", &["+ stop"]),
            ("sudo -u x -- stop y", &["+ stop y"]),
            ("env -i A=b /usr/bin/sudo start y", &["+ start y"]),
            (
                "/sbin/stop; /usr/sbin/initctl stop",
                &["stop", "initctl stop", "edited stop; initctl stop"],
            ),
            ("x=`/sbin/status \"a\"`", &["status a", "edited x=`status \"a\"`"]),
            ("nice timeout -k 3 5 start a", &["+ start a"]),
            ("setsid stop a; flock -n /x restart a", &["+ stop a", "+ restart a"]),
            ("/usr/bin/time -p start a; chpst -u b stop c", &["+ start a", "+ stop c"]),
            ("again() { \"$@\" || \"$@\"; }\nagain start a", &["start a"]),
            (
                "again() { \"$@\"; }\nother() { a; }\nagain 3 /sbin/start b; other start c",
                &[
                    "start b",
                    "edited again() { \"$@\"; }\nother() { a; }\nagain 3 start b; other start c",
                ],
            ),
            (
                "[ -x /sbin/initctl ] && test ! -x /sbin/start; which initctl >/dev/null",
                &[
                    "edited [ -x /bin/systemctl ] && test ! -x /bin/systemctl; which systemctl >/dev/null",
                ],
            ),
            ("\"st\"op", &["stop"]),
            ("f() { start a; }; f", &["start a"]),
            // None of these is a use.
            ("service foo stop; /etc/init.d/x start; echo stop; systemctl restart x", &[]),
            ("start() { :; }; start; x=stop; [ stop = start ]", &[]),
            ("start() { :; }\nexec start", &["+ start"]),
            (
                "start-stop-daemon --start; /sbin/start-stop-daemon; myinitctl; initctl-x; /opt/start",
                &[],
            ),
            ("# initctl emit /sbin/stop\n'/sbin/initctls'", &[]),
            ("[ a = /sbin/initctl ] && echo /sbin/stop", &[]),
            ("case stop in stop) ;; esac; for start in stop; do :; done", &[]),
            // May be uses.
            ("su -c 'initctl emit x' y", &["unplaced initctl"]),
            ("sh -c \"/sbin/stop x\"; sh -c 'stop x'", &["unplaced /sbin/stop", "unplaced stop"]),
            ("su -c \"a; start $x\" y", &["unplaced start"]),
            ("su -c 'start-it; echo stop' y", &[]),
            ("echo x | xargs -n 1 /sbin/restart", &["+ restart"]),
            ("sh <<E\ninitctl start x.\nE\n", &["unplaced initctl"]),
            ("sh -x <<E\na\nstart x\nE\n", &["unplaced start"]),
            ("cat <<E\nstart x\nE\nsh file <<E\nstart x\nE\n", &[]),
            ("cat <<E | sh\nstart x\nE\n", &["unplaced start"]),
            ("echo 'sleep 9; start x' | at now", &["unplaced start"]),
            ("echo start | tee x; echo start x; sh", &[]),
            ("eval \"start x\"; eval restart $x", &["unplaced start", "unplaced restart"]),
            ("alias s=start\na; status b\n", &["unplaced status"]),
            ("nohup initctl start x", &["+ initctl start x"]),
            ("exec -c initctl", &["unplaced initctl"]),
            ("I=/sbin/initctl; $I emit x", &["unplaced initctl"]),
            ("echo $(which initctl)", &["unplaced initctl"]),
            ("stop; 'initctl", &["stop", "unplaced initctl"]),
            ("go=start; if a; then go=\"stop\"; fi; $go x", &["unplaced $go"]),
            ("\"${go}\" x; A=b go=status c", &["unplaced \"${go}\""]),
            ("go=started; $go x; other=stop; $others x; echo $other", &[]),
        ] {
            assert_eq!(found(text), expected, "{text:?}");
        }
    }

    #[test]
    fn own_job_is_stopped_without_a_name() {
        for (text, expected) in [
            ("stop", true),
            ("a || { /sbin/stop -n; }", true),
            ("initctl --quiet stop", true),
            ("initctl stop foo", false),
            ("stop foo", false),
            ("stop $UPSTART_JOB", false),
            ("initctl emit stop", false),
            ("echo stop", false),
            ("stop() { :; }; stop", false),
        ] {
            assert_eq!(calls_stop(&read(text)), expected, "{text:?}");
        }
    }
}
