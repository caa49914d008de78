//! Finds the program that a command finally runs: `exec env A=b nice -n 5 foo -x` runs `foo -x`.

use super::wrapper::{Effect, Unknown, User, Wrapper};
use super::{Context, Script, SimpleCommand, Word, wrapper};

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

/// The commands that are left of a shell: in a script each command that the shell replaces itself
/// with by `exec`, and the last one; or the first one, where only that is run.
pub fn remaining<'s>(script: &'s Script, text: &str, is_one: bool) -> Vec<&'s SimpleCommand> {
    let commands = &script.commands;
    if is_one {
        return commands.first().filter(|command| command.range.start == 0).into_iter().collect();
    }
    let last = commands.last().filter(|command| {
        let behind = text.get(command.range.end..).unwrap_or_default();
        let only_comments =
            behind.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
        command.context == Context::TOP && script.lost.is_none() && only_comments
    });
    commands
        .iter()
        .filter(|command| {
            let becomes = command.name() == Some("exec")
                && command.words.len() > 1
                && command.context.is_in_the_shell_itself();
            becomes || last.is_some_and(|last| last.range == command.range)
        })
        .collect()
}

/// The user that the program runs another one as, if it is named literally and is not root.
pub fn user<'p>(program: &'p Program<'_>) -> Option<&'p str> {
    let wrapper = wrapper::find(program.name)?;
    let Effect::User(named) = wrapper.change else { return None };
    let user = match named {
        User::Option(options) => program.option(options)?.1,
        User::FirstArgument => program.arguments.first()?.literal.as_deref()?,
        User::Operand => operand(program, wrapper)?,
    };
    let user = user.split(':').next().unwrap_or_default();
    let is_name = !user.is_empty()
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    (is_name && user != "root").then_some(user)
}

/// Parses `su [OPTION...] [-] [USER]`, with options anywhere. Without USER, `su` starts a shell of
/// root.
fn operand<'p>(program: &'p Program<'_>, wrapper: &Wrapper) -> Option<&'p str> {
    let mut arguments = program.arguments.iter();
    while let Some(word) = arguments.next() {
        match word.literal.as_deref()? {
            option if wrapper.with_value.contains(&option) => {
                arguments.next();
            }
            option if option.starts_with('-') => {}
            user => return Some(user),
        }
    }
    None
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
            ("minijail0 -i -u x -- /bin/foo --foreground", "minijail0 foo"),
            ("ip netns exec blue setuidgid x foo", "ip setuidgid foo"),
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
