//! Finds the program that a command finally runs: `exec env A=b nice -n 5 foo -x` runs `foo -x`.

use super::wrapper::Unknown;
use super::{SimpleCommand, Word, wrapper};

/// A program and its arguments.
#[derive(Clone, Debug)]
pub struct Program<'r> {
    /// The file name of the program, without directories.
    pub name: &'r str,
    /// The word of the command that names the program.
    pub word: &'r Word,
    /// The words after the name.
    pub arguments: Vec<&'r Word>,
}

impl Program<'_> {
    /// The first argument that equals one of `flags`.
    pub fn flag(&self, flags: &[&str]) -> Option<&Word> {
        self.arguments
            .iter()
            .copied()
            .find(|word| word.literal.as_deref().is_some_and(|literal| flags.contains(&literal)))
    }

    /// An option and its value: `--user NAME`, `--user=NAME`, `-u NAME`.
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

/// The program of a command, then the programs that it runs in turn. The chain ends at a name that
/// is not literal.
pub fn chain(command: &SimpleCommand) -> Vec<Program<'_>> {
    let mut chain = Vec::new();
    let mut words: Vec<&Word> = command.words.iter().collect();
    while let Some(program) = program(&words) {
        words = wrapper::find(program.name)
            .and_then(|wrapper| wrapper.inner(&program.arguments, Unknown::Guess))
            .unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use super::chain;
    use crate::shell::read;

    #[test]
    fn wrappers_are_looked_through() {
        for (text, expected) in [
            ("/usr/bin/foo -D", "foo"),
            (
                "exec env A=b \"B=$X\" nice -n 5 sudo -u x -- /bin/foo -D y",
                "exec env nice sudo foo",
            ),
            ("start-stop-daemon --start -c x --exec /bin/foo -- -D", "start-stop-daemon foo"),
            ("start-stop-daemon --stop --exec /bin/foo", "start-stop-daemon"),
            ("setuidgid x foo", "setuidgid foo"),
            ("taskset -c 0 foo", "taskset foo"),
            ("sudo -u", "sudo"),
            ("exec $FOO -D", "exec"),
            ("A=b", ""),
        ] {
            let reading = read(text);
            let names: Vec<&str> = reading
                .commands
                .first()
                .map(chain)
                .unwrap_or_default()
                .iter()
                .map(|program| program.name)
                .collect();
            assert_eq!(names.join(" "), expected, "{text:?}");
        }
    }
}
