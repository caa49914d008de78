//! Units made of random text, and what systemd must read in them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use upstart2systemd::systemd::{
    Argument, Command, Directive, Prefix, Section, Text, Unit, UnitName, Value,
};

use crate::hidden::{self, is_hidden, is_noncharacter};
use crate::paths::{Paths, paths};
use crate::systemd::{Reading, commands, environment, same, same_text, values};
use crate::text;

/// The content of a unit.
#[derive(Clone, Debug)]
pub struct Case {
    comments: [String; 3],
    description: String,
    paths: Paths,
    mounts: Vec<u8>,
    environment: Vec<(String, Vec<u8>)>,
    /// The value of a variable that ends with a specifier.
    specifier: String,
    commands: Vec<(Directive, Command)>,
}

const DIRECTIVES: [Directive; 7] = [
    Directive::ExecStart,
    Directive::ExecStartPre,
    Directive::ExecStartPost,
    Directive::ExecCondition,
    Directive::ExecReload,
    Directive::ExecStop,
    Directive::ExecStopPost,
];

/// The parts of units besides the paths.
pub const PLACEMENTS: [&str; 10] = [
    "ExecStart",
    "ExecStartPre",
    "ExecStartPost",
    "ExecCondition",
    "ExecReload",
    "ExecStop",
    "ExecStopPost",
    "Environment",
    "Description",
    "RequiresMountsFor",
];

pub fn cases() -> impl Strategy<Value = Case> {
    let mounts =
        prop_oneof![1 => text::bytes(), 3 => hidden::visible().prop_map(String::into_bytes)]
            .prop_map(|bytes| {
                [b"/m", bytes.as_slice()]
                    .concat()
                    .into_iter()
                    .filter(|&byte| byte != b'/')
                    .collect()
            });
    let variable = (
        prop_oneof![9 => "[A-Za-z_][A-Za-z0-9_]{0,8}", 1 => text::string()],
        prop_oneof![text::bytes(), text::string().prop_map(String::into_bytes)],
    );
    // One command for each directive, and some more.
    let commands =
        DIRECTIVES.map(|directive| command().prop_map(move |command| (directive, command)));
    let commands = (commands, vec((select(&DIRECTIVES[..]), command()), 0..2))
        .prop_map(|(commands, more)| commands.into_iter().chain(more).collect());
    (
        [text::string(), text::string(), text::string()],
        text::string(),
        paths(),
        mounts.prop_map(|bytes: Vec<u8>| [b"/", bytes.as_slice()].concat()),
        vec(variable, 0..6),
        text::string(),
        commands,
    )
        .prop_map(
            |(comments, description, paths, mounts, environment, specifier, commands)| Case {
                comments,
                description: format!("d{description}"),
                paths,
                mounts,
                environment,
                specifier,
                commands,
            },
        )
}

fn command() -> impl Strategy<Value = Command> {
    // Text that this program accepts as a program must be one to systemd.
    let start = select(vec!["", "", "/", "/bin/p", "-", "@", ":", "+", "!", "!!", "|", "a"]);
    let program = prop_oneof![
        2 => Just(b"/bin/sh".to_vec()),
        3 => (start, text::bytes()).prop_map(|(start, rest)| {
            [start.as_bytes(), &rest].concat().into_iter().filter(|byte| !b"\"'\\".contains(byte) && !byte.is_ascii_control()).collect()
        }),
        1 => (select(vec!["", "/bin/"]), text::bytes()).prop_map(|(start, rest)| [start.as_bytes(), &rest].concat()),
    ];
    let argument = prop_oneof![6 => text::bytes().prop_map(Argument::Word), 2 => script()];
    (any::<[bool; 3]>(), program, vec(argument, 0..5), vec(1..5_usize, 0..3)).prop_map(
        |([ignore_failure, literal_dollar, full_privileges], program, arguments, folds)| {
            let prefix = Prefix { ignore_failure, literal_dollar, full_privileges };
            let alone = Command { prefix, ..Command::words([program.clone()]) };
            let program = if alone.refusal().is_none() { program } else { b"/bin/sh".to_vec() };
            let argv = std::iter::once(Argument::Word(program)).chain(arguments).collect();
            Command { prefix, argv, folds }
        },
    )
}

/// A script of random lines, with breaks at the beginning of some, whether or not a break is
/// correct there.
fn script() -> impl Strategy<Value = Argument> {
    let indentation = select(vec!["", " ", "    ", "\t", " \t "]);
    let start = select(vec!["", "", "", "# ", "; ", ";;", "\\", "'", "\"", "#"]);
    let line = (indentation, start, text::bytes(), any::<bool>());
    (vec(line, 1..7), any::<bool>()).prop_map(|(lines, ignored_comments)| {
        let mut text = Vec::new();
        let mut breaks = Vec::new();
        for (indentation, start, rest, is_break) in lines {
            if is_break {
                breaks.push(text.len());
            }
            text.extend([indentation.as_bytes(), start.as_bytes(), &rest, b"\n"].concat());
        }
        if text.len() % 3 == 0 {
            text.pop();
        }
        Argument::Script { text, breaks, joins: Vec::new(), ignored_comments }
    })
}

impl Case {
    pub fn render(&self, name: &str) -> String {
        let mut unit = Unit::new(UnitName::known(name));
        unit.header.push(Text::new(&self.comments[0]));
        unit.comment(Directive::Type, Text::new(&self.comments[1]));
        unit.remark(Section::Service, Text::new(&self.comments[2]));
        unit.set(Directive::DefaultDependencies, Value::keyword("no"));
        unit.set(Directive::Type, Value::keyword("oneshot"));
        unit.set(Directive::Description, Value::line(&self.description));
        for section in [Section::Unit, Section::Service] {
            self.paths.add(&mut unit, section);
        }
        if let Some(value) = Value::path_word(&self.mounts) {
            unit.add(Directive::RequiresMountsFor, value);
        }
        for (name, value) in &self.environment {
            if let Some(value) = Value::environment(name, value) {
                unit.add(Directive::Environment, value);
            }
        }
        if let Some(value) = Value::environment_specifier("SPECIFIER", &self.specifier, "%n") {
            unit.add(Directive::Environment, value);
        }
        unit.add(Directive::ExecStart, Value::command(&Command::words(["/bin/true"])));
        for (directive, command) in &self.commands {
            unit.add(*directive, Value::command(command));
        }
        unit.to_string()
    }

    /// The additional units of other types.
    pub fn beside(&self, name: &str) -> [(String, String); 2] {
        [Section::Path, Section::Socket].map(|section| self.paths.beside(name, section))
    }

    /// Checks that systemd has read the content of the units to the byte. Returns the directives
    /// that it has read.
    pub fn check(&self, name: &str, reading: &Reading) -> Result<Vec<&'static str>, String> {
        let unit = reading.unit(name).ok_or("systemd has not loaded the unit")?;
        let messages = reading.messages_about(name);
        if !messages.is_empty() {
            return Err(format!("systemd complains: {messages:#?}"));
        }
        let mut placements = vec!["Description"];
        let line = visible_line(&self.description);
        same_text(
            "Description",
            values(unit, "Description").first().copied(),
            Some(line.as_bytes()),
        )?;

        for section in Section::ALL.into_iter().filter(|section| *section != Section::Install) {
            placements.extend(self.paths.check(name, section, reading)?);
        }

        let mounts =
            std::str::from_utf8(&self.mounts).ok().filter(|text| !text.chars().any(is_hidden));
        let read =
            values(unit, "RequiresMountsFor").into_iter().find(|path| path.starts_with(b"/m"));
        placements.extend(mounts.map(|_| "RequiresMountsFor"));
        same_text(
            "RequiresMountsFor",
            read,
            mounts.map(|path| format!("{path} (origin-file)")).as_deref().map(str::as_bytes),
        )?;

        let expected = self.expected_environment(name);
        let text: Vec<u8> = expected
            .iter()
            .flat_map(|(key, value)| {
                [b"\t\tEnvironment: ", key.as_bytes(), b"=", value, b"\n"].concat()
            })
            .collect();
        same_text("Environment", Some(&environment(unit)), Some(&text))?;
        placements.extend(expected.iter().map(|_| "Environment"));
        for directive in DIRECTIVES {
            let read = commands(unit, directive.name())?;
            self.check_commands(directive, &read)?;
            placements.extend(
                read.iter()
                    .skip(usize::from(directive == Directive::ExecStart))
                    .map(|_| directive.name()),
            );
        }
        Ok(placements)
    }

    fn expected_environment(&self, name: &str) -> Vec<(String, Vec<u8>)> {
        // If a variable has several values, the last one replaces the first in its place.
        let mut expected: Vec<(String, Vec<u8>)> = Vec::new();
        let specifier = ("SPECIFIER".to_owned(), self.specifier.clone().into_bytes());
        for (index, (key, value)) in self.environment.iter().chain([&specifier]).enumerate() {
            let identifier = !key.is_empty()
                && !key.starts_with(|character: char| character.is_ascii_digit())
                && key
                    .chars()
                    .all(|character| character.is_ascii_alphanumeric() || character == '_');
            let valid =
                std::str::from_utf8(value).is_ok_and(|text| !text.chars().any(is_noncharacter));
            if identifier && valid {
                let mut value = value.clone();
                if index == self.environment.len() {
                    value.extend(name.as_bytes());
                }
                match expected.iter_mut().find(|(other, _)| other == key) {
                    Some(entry) => entry.1 = value,
                    None => expected.push((key.clone(), value)),
                }
            }
        }
        expected
    }

    fn check_commands(&self, directive: Directive, read: &[Vec<Vec<u8>>]) -> Result<(), String> {
        let always = Command::words(["/bin/true"]);
        let first = (directive == Directive::ExecStart).then_some(&always);
        let written: Vec<&Command> = first
            .into_iter()
            .chain(
                self.commands
                    .iter()
                    .filter(|(other, _)| *other == directive)
                    .map(|(_, command)| command),
            )
            .collect();
        same(&format!("number of {}", directive.name()), &read.len(), &written.len())?;
        for (command, argv) in written.into_iter().zip(read) {
            same(&format!("number of arguments of {command:?}"), &argv.len(), &command.argv.len())?;
            for (index, (argument, word)) in command.argv.iter().zip(argv).enumerate() {
                // systemd expands `$` when it starts the program, but not in the path of the
                // program itself.
                let word = if command.prefix.literal_dollar || index == 0 {
                    word.clone()
                } else {
                    single_dollars(word)?
                };
                match argument {
                    Argument::Word(expected) => same_text("argument", Some(&word), Some(expected))?,
                    Argument::Script { text, breaks, .. } if !is_laid_out(text, breaks, &word) => {
                        return Err(format!(
                            "script {} at {breaks:?} became {}",
                            text.escape_ascii(),
                            word.escape_ascii()
                        ));
                    }
                    Argument::Script { .. } => {}
                    Argument::Variable(name) => {
                        same_text("variable", Some(&word), Some(format!("${name}").as_bytes()))?;
                    }
                    // These have a test of their own.
                    Argument::Expanded(_) => {
                        return Err("variables among random arguments".to_owned());
                    }
                    // There are only a few specifiers, and they are not escaped. The names of units
                    // have a test of their own.
                    Argument::Specifier(_) | Argument::Unit(_) => {
                        return Err("a specifier or a unit among random arguments".to_owned());
                    }
                }
            }
        }
        Ok(())
    }
}

/// The text that [`Value::line`] makes of free text.
fn visible_line(text: &str) -> String {
    text.chars()
        .map(|character| if is_hidden(character) { ' ' } else { character })
        .collect::<String>()
        .trim_matches(' ')
        .to_owned()
}

/// The argument that a program receives when systemd expands variables: `$$` becomes `$`, and any
/// other `$` would begin a variable.
pub fn single_dollars(word: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut rest = word.iter();
    while let Some(&byte) = rest.next() {
        if byte == b'$' && rest.next() != Some(&b'$') {
            return Err(format!("a single $ in {}", word.escape_ascii()));
        }
        out.push(byte);
    }
    Ok(out)
}

/// Whether a script differs only by what systemd's joining of lines may change: blanks are added at
/// its beginning and at its breaks, and a comment of one line that reaches from one break to the
/// next may be missing.
fn is_laid_out(text: &[u8], breaks: &[usize], read: &[u8]) -> bool {
    let mut ends: Vec<usize> = breaks
        .iter()
        .copied()
        .filter(|&end| 0 < end && end < text.len())
        .chain([text.len()])
        .collect();
    ends.dedup();
    if ends.len() == 1 {
        return read == text;
    }
    // One blank for the backslash and the newline, and four of indentation.
    let blanks = |from: usize| {
        (0..=5).take_while(move |&count| {
            read[from..].get(..count).is_some_and(|run| run.iter().all(|&byte| byte == b' '))
        })
    };
    // The offsets in the output up to which the pieces so far may reach.
    let mut reached = std::collections::BTreeSet::from([0]);
    let mut start = 0;
    for &end in &ends {
        let piece = &text[start..end];
        let line = piece.trim_ascii_start();
        // A blank may hide a `#` or `;`.
        let indentation = piece.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
        let hidden = [&piece[..indentation], b" ", &piece[indentation..]].concat();
        let may_be_hidden = matches!(piece.get(indentation), Some(b'#' | b';'));
        let may_be_missing = line.starts_with(b"#") && !line.trim_ascii_end().contains(&b'\n');
        let mut next = std::collections::BTreeSet::new();
        for &from in &reached {
            next.extend(
                blanks(from)
                    .map(|count| from + count)
                    .filter(|&at| read[at..].starts_with(piece))
                    .map(|at| at + piece.len()),
            );
            if may_be_hidden {
                next.extend(
                    blanks(from)
                        .map(|count| from + count)
                        .filter(|&at| read[at..].starts_with(&hidden))
                        .map(|at| at + hidden.len()),
                );
            }
            if may_be_missing {
                next.insert(from);
            }
        }
        reached = next;
        start = end;
    }
    reached.into_iter().any(|from| blanks(from).any(|count| from + count == read.len()))
}
