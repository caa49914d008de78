//! Programs that run another program, named on their own command line.

use super::Word;

/// Facts about such a program.
#[derive(Debug)]
pub struct Wrapper {
    /// The name of its file, or of a builtin of the shell.
    pub name: &'static str,
    /// Some of its options that take no value.
    pub alone: &'static [&'static str],
    /// Its options that take the next word as their value.
    pub with_value: &'static [&'static str],
    /// Where the command that it runs begins.
    pub inner: Inner,
    /// What it changes for that command.
    pub change: Effect,
}

/// Where the command that a wrapper runs begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inner {
    /// After the options and this number of operands.
    AfterOperands(usize),
    /// After the options and any number of `NAME=VALUE`.
    AfterAssignments,
    /// After the options, these words, and this number of operands. Without the words, the program
    /// runs no other.
    AfterSubcommand(&'static [&'static str], usize),
    /// An option names the program, and the arguments of the program follow `--`.
    NamedBy {
        /// The options whose value is the program.
        options: &'static [&'static str],
        /// Options with which the wrapper runs no program.
        unless: &'static [&'static str],
    },
    /// Nowhere: the wrapper takes text for a shell.
    ShellText,
}

/// What a wrapper changes for the program that it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing that matters.
    Nothing,
    /// The environment variables.
    Environment,
    /// The resources of the program: processors, time, memory, ports.
    Resources,
    /// What the program sees of the system, or may do in it: directories, namespaces, control groups,
    /// privileges.
    Surroundings,
    /// The program is not in the session of the shell, or does not end with it.
    Session,
    /// The user that the program runs as.
    User(User),
}

/// Where the user is named that the program runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    /// The value of one of these options.
    Option(&'static [&'static str]),
    /// The first operand after the options, except `-`; options may follow it as well.
    Operand,
    /// The first argument.
    FirstArgument,
}

/// How to treat unknown words of a wrapper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Treat unknown options as options without a value, and words that are not literal as
    /// assignments.
    Guess,
    /// Return `None`.
    Refuse,
}

const fn wrapper(
    name: &'static str,
    with_value: &'static [&'static str],
    operands: usize,
    change: Effect,
) -> Wrapper {
    Wrapper { name, alone: &[], with_value, inner: Inner::AfterOperands(operands), change }
}

static WRAPPERS: [Wrapper; 36] = [
    wrapper("exec", &[], 0, Effect::Nothing),
    Wrapper {
        name: "command",
        alone: &["-p"],
        with_value: &[],
        inner: Inner::AfterOperands(0),
        change: Effect::Nothing,
    },
    wrapper("nohup", &[], 0, Effect::Session),
    wrapper("setsid", &[], 0, Effect::Session),
    wrapper("nice", &["-n", "--adjustment"], 0, Effect::Resources),
    wrapper("ionice", &["-c", "-n", "--class", "--classdata"], 0, Effect::Resources),
    wrapper("chrt", &[], 1, Effect::Resources),
    wrapper("taskset", &[], 1, Effect::Resources),
    wrapper("timeout", &["-k", "--kill-after", "-s", "--signal"], 1, Effect::Nothing),
    wrapper("time", &["-f", "--format", "-o", "--output"], 0, Effect::Nothing),
    wrapper("flock", &["-w", "--wait", "--timeout", "-E"], 1, Effect::Nothing),
    wrapper(
        "xargs",
        &["-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s", "--max-args", "--max-procs"],
        0,
        Effect::Nothing,
    ),
    wrapper("stdbuf", &["-i", "-o", "-e"], 0, Effect::Nothing),
    wrapper("setuidgid", &[], 1, Effect::User(User::FirstArgument)),
    wrapper("envuidgid", &[], 1, Effect::Environment),
    wrapper("gosu", &[], 1, Effect::User(User::FirstArgument)),
    wrapper("su-exec", &[], 1, Effect::User(User::FirstArgument)),
    wrapper(
        "chpst",
        &[
            "-u", "-U", "-b", "-/", "-e", "-n", "-l", "-L", "-m", "-d", "-o", "-p", "-f", "-c",
            "-t", "-r", "-a", "-s",
        ],
        0,
        Effect::User(User::Option(&["-u"])),
    ),
    wrapper(
        "softlimit",
        &["-m", "-d", "-s", "-l", "-a", "-o", "-p", "-f", "-c", "-r", "-t"],
        0,
        Effect::Resources,
    ),
    wrapper("authbind", &[], 0, Effect::Resources),
    wrapper("chroot", &["--userspec", "--groups"], 1, Effect::Surroundings),
    wrapper(
        "nsenter",
        &["-t", "--target", "-S", "--setuid", "-G", "--setgid"],
        0,
        Effect::Surroundings,
    ),
    wrapper(
        "unshare",
        &["-R", "--root", "-w", "--wd", "-S", "--setuid", "-G", "--setgid", "--propagation"],
        0,
        Effect::Surroundings,
    ),
    Wrapper {
        name: "ip",
        alone: &[],
        with_value: &["-n", "-netns", "-f", "-family"],
        inner: Inner::AfterSubcommand(&["netns", "exec"], 1),
        change: Effect::Surroundings,
    },
    wrapper("cgexec", &["-g"], 0, Effect::Surroundings),
    wrapper("aa-exec", &["-p", "--profile", "-n", "--namespace"], 0, Effect::Surroundings),
    wrapper(
        "setpriv",
        &[
            "--reuid",
            "--regid",
            "--groups",
            "--inh-caps",
            "--ambient-caps",
            "--bounding-set",
            "--securebits",
            "--pdeathsig",
            "--selinux-label",
            "--apparmor-profile",
        ],
        0,
        Effect::Surroundings,
    ),
    // Of minijail0(1), `-e`, `-K`, `-m`, `-M` and `-t` have their values in the same word.
    wrapper(
        "minijail0",
        &["-a", "-b", "-B", "-c", "-C", "-f", "-g", "-k", "-P", "-R", "-S", "-T", "-u", "-V", "-x"],
        0,
        Effect::Surroundings,
    ),
    wrapper("dbus-run-session", &["--config-file", "--dbus-daemon"], 0, Effect::Environment),
    wrapper("dbus-launch", &["--config-file"], 0, Effect::Environment),
    wrapper(
        "xvfb-run",
        &[
            "-e",
            "--error-file",
            "-f",
            "--auth-file",
            "-n",
            "--server-num",
            "-p",
            "--xauth-protocol",
            "-s",
            "--server-args",
            "-w",
            "--wait",
        ],
        0,
        Effect::Environment,
    ),
    Wrapper {
        name: "env",
        alone: &["-", "-i"],
        with_value: &["-u", "-C"],
        inner: Inner::AfterAssignments,
        change: Effect::Environment,
    },
    Wrapper {
        name: "sudo",
        alone: &["-n", "-E", "-H", "-S", "-b"],
        with_value: &["-u", "-g", "-C", "-p", "-r", "-t", "-T", "-U", "-h", "-D", "-R"],
        inner: Inner::AfterAssignments,
        change: Effect::User(User::Option(&["-u", "--user"])),
    },
    Wrapper {
        name: "su",
        alone: &[],
        with_value: &["-c", "--command", "-s", "--shell", "-g", "--group", "-G"],
        inner: Inner::ShellText,
        change: Effect::User(User::Operand),
    },
    Wrapper {
        name: "runuser",
        alone: &[],
        with_value: &["-u", "--user", "-c", "--command", "-s", "--shell", "-g", "--group", "-G"],
        inner: Inner::ShellText,
        change: Effect::User(User::Option(&["-u", "--user"])),
    },
    Wrapper {
        name: "start-stop-daemon",
        alone: &[],
        with_value: &[
            "-x",
            "--exec",
            "-a",
            "--startas",
            "-p",
            "--pidfile",
            "-u",
            "--user",
            "-c",
            "--chuid",
            "-g",
            "--group",
            "-d",
            "--chdir",
            "-r",
            "--chroot",
            "-N",
            "--nicelevel",
            "-n",
            "--name",
            "-k",
            "--umask",
            "-R",
            "--retry",
            "-s",
            "--signal",
            "-P",
            "--procsched",
            "-I",
            "--iosched",
            "--pid",
            "--ppid",
            "-O",
            "--output",
            "--notify-timeout",
        ],
        inner: Inner::NamedBy {
            options: &["-x", "--exec", "-a", "--startas"],
            unless: &["-K", "--stop", "-T", "--status"],
        },
        change: Effect::User(User::Option(&["-c", "--chuid"])),
    },
];

/// The wrapper of this name, with or without directories.
pub fn find(program: &str) -> Option<&'static Wrapper> {
    let name = program.rsplit('/').next().unwrap_or(program);
    WRAPPERS.iter().find(|wrapper| wrapper.name == name)
}

impl Wrapper {
    /// The words of the command that the wrapper runs, from its `arguments`. They may be empty.
    /// `None` if the command is not certain.
    pub fn inner<'w>(&self, arguments: &[&'w Word], unknown: Unknown) -> Option<Vec<&'w Word>> {
        match self.inner {
            Inner::AfterOperands(operands) => {
                Some(self.after_options(arguments, unknown)?.get(operands..)?.to_vec())
            }
            Inner::AfterAssignments => {
                let rest = self.after_options(arguments, unknown)?;
                let is_assignment = |word: &&&Word| match word.literal.as_deref() {
                    Some(text) => text.contains('='),
                    None => unknown == Unknown::Guess,
                };
                Some(rest.get(rest.iter().take_while(is_assignment).count()..)?.to_vec())
            }
            Inner::AfterSubcommand(words, operands) => {
                let rest = self.after_options(arguments, unknown)?;
                let (given, rest) = rest.split_at_checked(words.len())?;
                let is_it = given
                    .iter()
                    .zip(words)
                    .all(|(given, word)| given.literal.as_deref() == Some(*word));
                is_it.then(|| rest.get(operands..).map(<[_]>::to_vec)).flatten()
            }
            Inner::NamedBy { options, unless } => self.named(arguments, options, unless),
            Inner::ShellText => None,
        }
    }

    fn after_options<'a, 'w>(
        &self,
        arguments: &'a [&'w Word],
        unknown: Unknown,
    ) -> Option<&'a [&'w Word]> {
        let mut rest = arguments;
        while let Some(option) = rest
            .first()
            .and_then(|word| word.literal.as_deref())
            .filter(|text| text.starts_with('-'))
        {
            let taken = match option {
                _ if self.with_value.contains(&option) => 2,
                "--" => 1,
                _ if self.alone.contains(&option) || unknown == Unknown::Guess => 1,
                _ => return None,
            };
            rest = rest.get(taken..)?;
            if option == "--" {
                break;
            }
        }
        Some(rest)
    }

    fn named<'w>(
        &self,
        arguments: &[&'w Word],
        options: &[&str],
        unless: &[&str],
    ) -> Option<Vec<&'w Word>> {
        let (mut named, mut runs) = (None, true);
        let mut rest = arguments;
        while let Some((&word, after)) = rest.split_first() {
            rest = after;
            match word.literal.as_deref() {
                Some("--") => break,
                Some(option) if unless.contains(&option) => runs = false,
                Some(option) if self.with_value.contains(&option) => {
                    if options.contains(&option) {
                        named = rest.first().copied();
                    }
                    rest = rest.get(1..).unwrap_or_default();
                }
                Some(_) | None => {}
            }
        }
        let program = named.filter(|_| runs)?;
        Some(std::iter::once(program).chain(rest.iter().copied()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::read;

    #[test]
    fn what_is_not_known_is_guessed_or_refused() {
        let inner = |text: &str, unknown| {
            let reading = read(text);
            let words: Vec<&Word> = reading.commands.first()?.words.iter().collect();
            let (name, arguments) = words.split_first()?;
            let inner = find(name.literal.as_deref()?)?.inner(arguments, unknown)?;
            Some(inner.iter().filter_map(|word| word.literal.clone()).collect::<Vec<_>>().join(" "))
        };
        for (text, guessed, refused) in [
            ("env -i A=b foo -x", Some("foo -x"), Some("foo -x")),
            ("env --weird foo", Some("foo"), None),
            ("env A=\"$B\" foo", Some("foo"), Some("foo")),
            ("/usr/bin/sudo -u x -- foo", Some("foo"), Some("foo")),
            ("command -p foo", Some("foo"), Some("foo")),
            ("command -v foo", Some("foo"), None),
            ("setuidgid x foo", Some("foo"), Some("foo")),
            ("start-stop-daemon -S -x foo -- -D", Some("foo -D"), Some("foo -D")),
            ("start-stop-daemon -K -x foo", None, None),
            ("su -c foo x", None, None),
            ("minijail0 -u x -c 3000 -- foo -f", Some("foo -f"), Some("foo -f")),
            ("minijail0 -n -- foo -f", Some("foo -f"), None),
            ("nsenter -t 1 -m foo -f", Some("foo -f"), None),
            ("unshare --net -- foo", Some("foo"), None),
            ("chroot /srv foo -f", Some("foo -f"), Some("foo -f")),
            ("ip netns exec blue foo", Some("foo"), Some("foo")),
            ("ip link set lo up", None, None),
            ("cgexec -g cpu:x foo", Some("foo"), Some("foo")),
            ("dbus-run-session -- foo", Some("foo"), Some("foo")),
            ("xvfb-run -s '-screen 0' -a foo", Some("foo"), None),
            ("foo", None, None),
        ] {
            assert_eq!(inner(text, Unknown::Guess).as_deref(), guessed, "{text}");
            assert_eq!(inner(text, Unknown::Refuse).as_deref(), refused, "{text}");
        }
    }
}
