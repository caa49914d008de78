//! Which program a command runs in the end: `exec env A=b nice -n 5 foo -x` runs `foo -x`.

use crate::shell::{SimpleCommand, Word};

/// A program that is run, with what stands behind its name.
#[derive(Clone, Debug)]
pub struct Program<'r> {
    /// The name of its file, directories left out.
    pub name: &'r str,
    pub word: &'r Word,
    pub arguments: Vec<&'r Word>,
}

impl Program<'_> {
    /// The first argument that is one of these.
    pub fn flag(&self, flags: &[&str]) -> Option<&Word> {
        self.arguments.iter().copied().find(|word| word.literal.as_deref().is_some_and(|literal| flags.contains(&literal)))
    }

    /// The value of an option: `--user NAME`, `--user=NAME`, `-u NAME`.
    pub fn option(&self, names: &[&str]) -> Option<(&Word, &str)> {
        self.arguments.iter().enumerate().find_map(|(index, word)| {
            let literal = word.literal.as_deref()?;
            if names.contains(&literal) {
                let value = self.arguments.get(index + 1)?;
                return Some((*value, value.literal.as_deref()?));
            }
            let (name, value) = literal.split_once('=')?;
            (name.starts_with("--") && names.contains(&name)).then_some((*word, value))
        })
    }
}

/// A command that runs another one, which stands behind its options and operands.
struct Wrapper {
    name: &'static str,
    /// Options that take the next word.
    with_value: &'static [&'static str],
    /// How many words stand before the command.
    operands: usize,
    /// Whether assignments may stand before the command.
    assignments: bool,
}

const fn wrapper(name: &'static str, with_value: &'static [&'static str], operands: usize) -> Wrapper {
    Wrapper { name, with_value, operands, assignments: false }
}

static WRAPPERS: [Wrapper; 18] = [
    wrapper("exec", &[], 0),
    wrapper("command", &[], 0),
    wrapper("nohup", &[], 0),
    wrapper("setsid", &[], 0),
    wrapper("nice", &["-n", "--adjustment"], 0),
    wrapper("ionice", &["-c", "-n", "--class", "--classdata"], 0),
    wrapper("chrt", &[], 1),
    wrapper("taskset", &[], 1),
    wrapper("stdbuf", &["-i", "-o", "-e"], 0),
    wrapper("setuidgid", &[], 1),
    wrapper("envuidgid", &[], 1),
    wrapper("gosu", &[], 1),
    wrapper("su-exec", &[], 1),
    wrapper("chpst", &["-u", "-U", "-b", "-/", "-e", "-n", "-l", "-L", "-m", "-d", "-o", "-p", "-f", "-c", "-t", "-r", "-a", "-s"], 0),
    wrapper("softlimit", &["-m", "-d", "-s", "-l", "-a", "-o", "-p", "-f", "-c", "-r", "-t"], 0),
    wrapper("authbind", &[], 0),
    Wrapper { name: "env", with_value: &["-u", "-C", "-S"], operands: 0, assignments: true },
    Wrapper {
        name: "sudo",
        with_value: &["-u", "-g", "-C", "-p", "-r", "-t", "-T", "-U", "-h", "-D", "-R"],
        operands: 0,
        assignments: true,
    },
];

/// Options of start-stop-daemon that take the next word.
const DAEMON_OPTIONS: [&str; 35] = [
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
];

/// The program of a command, and those that it runs in its turn. Ends where a name is not literal.
pub(super) fn chain(command: &SimpleCommand) -> Vec<Program<'_>> {
    let mut chain = Vec::new();
    let mut words: Vec<&Word> = command.words.iter().collect();
    while let Some(program) = program(&words) {
        words = behind(&program).unwrap_or_default();
        chain.push(program);
    }
    chain
}

fn program<'r>(words: &[&'r Word]) -> Option<Program<'r>> {
    let (&word, arguments) = words.split_first()?;
    let literal = word.literal.as_deref()?;
    let name = literal.rsplit('/').next().unwrap_or(literal);
    Some(Program { name, word, arguments: arguments.to_vec() })
}

/// The words of the command that a wrapper runs.
fn behind<'r>(program: &Program<'r>) -> Option<Vec<&'r Word>> {
    if program.name == "start-stop-daemon" {
        return behind_start_stop_daemon(program);
    }
    let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.name == program.name)?;
    let literal = |word: &'r Word| word.literal.as_deref().unwrap_or_default();
    let mut rest = program.arguments.as_slice();
    while let Some(&option) = rest.first().filter(|word| literal(word).starts_with('-')) {
        let taken = if wrapper.with_value.contains(&literal(option)) { 2 } else { 1 };
        rest = rest.get(taken..)?;
        if literal(option) == "--" {
            break;
        }
    }
    if wrapper.assignments {
        let assignments = rest.iter().take_while(|word| word.literal.as_deref().is_none_or(|text| text.contains('='))).count();
        rest = rest.get(assignments..)?;
    }
    Some(rest.get(wrapper.operands..)?.to_vec())
}

fn behind_start_stop_daemon<'r>(program: &Program<'r>) -> Option<Vec<&'r Word>> {
    let (mut started, mut stops) = (None, false);
    let mut rest = program.arguments.as_slice();
    while let Some((&word, behind)) = rest.split_first() {
        rest = behind;
        match word.literal.as_deref() {
            Some("--") => break,
            Some("-K" | "--stop" | "-T" | "--status") => stops = true,
            Some(option) if DAEMON_OPTIONS.contains(&option) => {
                if matches!(option, "-x" | "--exec" | "-a" | "--startas") {
                    started = rest.first().copied();
                }
                rest = rest.get(1..).unwrap_or_default();
            }
            Some(_) | None => {}
        }
    }
    let program = started.filter(|_| !stops)?;
    Some(std::iter::once(program).chain(rest.iter().copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::chain;
    use crate::shell::read;

    #[test]
    fn wrappers_are_looked_through() {
        for (text, expected) in [
            ("/usr/bin/foo -D", "foo"),
            ("exec env A=b \"B=$X\" nice -n 5 sudo -u x -- /bin/foo -D y", "exec env nice sudo foo"),
            ("start-stop-daemon --start -c x --exec /bin/foo -- -D", "start-stop-daemon foo"),
            ("start-stop-daemon --stop --exec /bin/foo", "start-stop-daemon"),
            ("setuidgid x foo", "setuidgid foo"),
            ("taskset -c 0 foo", "taskset foo"),
            ("sudo -u", "sudo"),
            ("exec $FOO -D", "exec"),
            ("A=b", ""),
        ] {
            let reading = read(text);
            let names: Vec<&str> = reading.commands.first().map(chain).unwrap_or_default().iter().map(|program| program.name).collect();
            assert_eq!(names.join(" "), expected, "{text:?}");
        }
    }
}
