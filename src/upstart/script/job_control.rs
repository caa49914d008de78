//! Finds the commands in a script that start, stop or query jobs. Only the names of the commands
//! are known here.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::shell::wrapper::Unknown;
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

/// One call of a job-control command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobControl {
    /// The command that is called.
    pub command: Verb,
    /// Whether the command is called by its path.
    pub absolute: bool,
    /// Whether a function of that name would not be called, because the command is called by its
    /// path or after `exec`, `command`, `env` or `sudo`.
    pub external: bool,
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
}

/// Whether a script stops its own job anywhere.
pub fn calls_stop(reading: &Script) -> bool {
    reading
        .commands
        .iter()
        .filter_map(|command| use_in(command, reading))
        .any(|used| used.stops_own_job())
}

/// Finds the job-control commands of a script. `reading` has to be the reading of `text`.
pub fn find(text: &str, reading: &Script) -> Uses {
    let mut commands = Vec::new();
    // Places that have been classified, in the order of the text.
    let mut known: Vec<Range<usize>> = Vec::new();
    for command in &reading.commands {
        let used = use_in(command, reading);
        if used.is_some() || only_mentions(command) {
            known.extend(
                command
                    .words
                    .iter()
                    .filter(|word| word.literal.is_some())
                    .map(|word| word.range.clone()),
            );
        }
        commands.extend(used);
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
    let mut unplaced: Vec<_> = mentions.chain(named_by_variables(text, reading)).collect();
    unplaced.sort_unstable_by_key(|place| place.start);
    Uses { commands, unplaced }
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
        Some("[" | "test" | "which" | "type" | "hash" | "logger") => true,
        // The other side of the pipe may be a shell.
        Some("echo" | "printf") => !command.context.has(Context::PIPELINE),
        Some("command") => command
            .words
            .get(1)
            .is_some_and(|word| matches!(word.literal.as_deref(), Some("-v" | "-V"))),
        _ => false,
    }
}

/// Wrappers that do not change the effect of a job-control command.
const LOOKED_THROUGH: [&str; 4] = ["exec", "command", "env", "sudo"];

/// The words of a command, beginning with the program that finally runs.
fn inner(command: &SimpleCommand) -> Option<Vec<&Word>> {
    let mut words: Vec<&Word> = command.words.iter().collect();
    loop {
        let (first, arguments) = words.split_first()?;
        match wrapper::find(first.literal.as_deref()?)
            .filter(|wrapper| LOOKED_THROUGH.contains(&wrapper.name))
        {
            Some(wrapper) => words = wrapper.inner(arguments, Unknown::Refuse)?,
            None => return Some(words),
        }
    }
}

fn use_in(command: &SimpleCommand, reading: &Script) -> Option<JobControl> {
    let words = inner(command)?;
    let (first, arguments) = words.split_first()?;
    let name = first.literal.as_deref()?;
    let bare = DIRECTORIES.iter().find_map(|directory| name.strip_prefix(directory));
    let verb = Verb::of(bare.unwrap_or(name))?;
    let external = bare.is_some() || words.len() < command.words.len();
    if !external && reading.functions.iter().any(|function| function == name) {
        return None;
    }
    Some(JobControl {
        command: verb,
        absolute: bare.is_some(),
        external,
        arguments: arguments.iter().map(|word| word.literal.clone()).collect(),
        places: arguments.iter().map(|word| word.range.clone()).collect(),
        range: first.range.start..words.last().map_or(first.range.end, |word| word.range.end),
        name: first.range.clone(),
        context: command.context,
    })
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
                words.insert(0, if used.absolute { "/".to_owned() } else { "+".to_owned() });
            }
            found.push(words.join(" "));
        }
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
            ("exec initctl emit a", &["+ initctl emit a"]),
            ("command stop", &["+ stop"]),
            ("sudo -u x -- stop y", &["+ stop y"]),
            ("env -i A=b /usr/bin/sudo start y", &["+ start y"]),
            ("/sbin/stop; /usr/sbin/initctl stop", &["/ stop", "/ initctl stop"]),
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
            ("[ -x /sbin/initctl ] && command -v initctl && echo /sbin/stop", &[]),
            ("case stop in stop) ;; esac; for start in stop; do :; done", &[]),
            // May be uses.
            ("su -c 'initctl emit x' y", &["unplaced initctl"]),
            ("sh -c \"/sbin/stop x\"; sh -c 'stop x'", &["unplaced /sbin/stop"]),
            ("echo x | xargs /sbin/restart", &["unplaced /sbin/restart"]),
            ("sh <<E\ninitctl start x.\nE\n", &["unplaced initctl"]),
            ("nohup initctl start x", &["unplaced initctl"]),
            ("exec -c initctl", &["unplaced initctl"]),
            ("I=/sbin/initctl; $I emit x", &["unplaced initctl"]),
            ("echo $(x | xargs initctl)", &["unplaced initctl"]),
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
