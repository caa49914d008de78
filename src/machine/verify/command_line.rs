//! The programs that a command line of a unit starts (systemd.service(5), "Command lines").

/// The directories in which systemd looks for a program without a path, in this order
/// (systemd.service(5), "Command lines"; `DEFAULT_PATH` of systemd).
pub(super) const FIXED_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A program that a command line starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StartedProgram {
    /// A path or a bare name.
    pub(super) name: String,
    /// The directories for a bare name, if not those of the unit.
    pub(super) path: Option<String>,
    /// A failure is ignored (`-`).
    pub(super) optional: bool,
}

/// A word, and whether it has neither quotes nor escapes.
struct SplitWord {
    text: String,
    bare: bool,
}

/// The programs of the commands in a value. What depends on specifiers or variables is left out.
pub(super) fn programs(value: &str) -> Vec<StartedProgram> {
    let words = split(value);
    let mut found = Vec::new();
    for command in words.split(|word| word.bare && word.text == ";") {
        let Some((first, rest)) = command.split_first() else { continue };
        let name = first.text.trim_start_matches(['@', '-', ':', '+', '!', '|']);
        let prefixes = &first.text[..first.text.len() - name.len()];
        let optional = prefixes.contains('-');
        let rest = if prefixes.contains('@') { rest.get(1..).unwrap_or_default() } else { rest };
        let Some(name) = literal(name) else { continue };
        let is_env = name.rsplit('/').next() == Some("env");
        found.push(StartedProgram { name, path: None, optional });
        if is_env {
            found.extend(after_env(rest).map(|program| StartedProgram { optional, ..program }));
        }
    }
    found
}

/// The program that env(1) starts.
fn after_env(arguments: &[SplitWord]) -> Option<StartedProgram> {
    let mut path = None;
    let mut arguments = arguments.iter().map(|word| word.text.as_str());
    let mut options = true;
    let name = loop {
        let word = arguments.next()?;
        match word {
            "--" => options = false,
            "-u" | "--unset" | "-C" | "--chdir" if options => {
                arguments.next()?;
            }
            // The words of its value are not split here.
            "-S" | "--split-string" => return None,
            _ if options && word.starts_with('-') => {}
            _ => match word.split_once('=') {
                Some(("PATH", directories)) => path = Some(directories.to_owned()),
                Some(_) => {}
                None => break word,
            },
        }
    };
    if path.as_ref().is_some_and(|path| path.contains(['$', '%'])) {
        return None;
    }
    Some(StartedProgram { name: literal(name)?, path, optional: false })
}

/// Text without specifiers and variables; `None` if it has some.
pub(super) fn literal(text: &str) -> Option<String> {
    let plain = text.replace("%%", "\0").replace("$$", "\u{1}");
    (!text.is_empty() && !plain.contains(['%', '$']))
        .then(|| plain.replace('\0', "%").replace('\u{1}', "$"))
}

/// The words of a value, without quotes.
pub(super) fn words(value: &str) -> Vec<String> {
    split(value).into_iter().map(|word| word.text).collect()
}

fn split(value: &str) -> Vec<SplitWord> {
    let mut words = Vec::new();
    let mut word: Option<SplitWord> = None;
    let mut quote: Option<char> = None;
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        if quote.is_none() && character.is_ascii_whitespace() {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert(SplitWord { text: String::new(), bare: true });
        match character {
            _ if quote == Some(character) => quote = None,
            '"' | '\'' if quote.is_none() => {
                quote = Some(character);
                word.bare = false;
            }
            '\\' => {
                word.bare = false;
                match characters.next() {
                    Some(escaped) => escape(escaped, &mut characters, &mut word.text),
                    None => word.text.push('\\'),
                }
            }
            _ => word.text.push(character),
        }
    }
    words.extend(word);
    words
}

/// Adds the character after a backslash (systemd.syntax(7), "Quoting").
fn escape(escaped: char, rest: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    let mut number = |digits: usize, radix: u32, start: Option<char>| {
        let mut text: String = start.into_iter().collect();
        while text.len() < digits
            && let Some(digit) = rest.next_if(|next| next.is_digit(radix))
        {
            text.push(digit);
        }
        u32::from_str_radix(&text, radix).ok().and_then(char::from_u32)
    };
    let character = match escaped {
        'a' => Some('\x07'),
        'b' => Some('\x08'),
        'f' => Some('\x0c'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\x0b'),
        's' => Some(' '),
        'x' => number(2, 16, None),
        'u' => number(4, 16, None),
        'U' => number(8, 16, None),
        '0'..='7' => number(3, 8, Some(escaped)),
        other => Some(other),
    };
    out.extend(character);
}

#[cfg(test)]
mod tests {
    use super::programs;

    #[track_caller]
    fn are(value: &str, expected: &[&str]) {
        let found = programs(value);
        let names: Vec<String> = found
            .into_iter()
            .map(|program| {
                let optional = if program.optional { "-" } else { "" };
                let path = program.path.map(|path| format!(" in {path}")).unwrap_or_default();
                format!("{optional}{}{path}", program.name)
            })
            .collect();
        assert_eq!(names, expected, "{value}");
    }

    #[test]
    fn programs_are_the_first_words() {
        are("/bin/a b", &["/bin/a"]);
        are("-+/bin/a b ; \"/opt/my app\" c", &["-/bin/a", "/opt/my app"]);
        are("/bin/a \\; b \";\" c", &["/bin/a"]);
        are("@/bin/a name", &["/bin/a"]);
        are("/opt/a\\x20b", &["/opt/a b"]);
        are("/opt/%i/run", &[]);
        are("/opt/100%%", &["/opt/100%"]);
        are("", &[]);
    }

    #[test]
    fn env_starts_another() {
        are("/usr/bin/env A=1 ruby x", &["/usr/bin/env", "ruby"]);
        are("env -i -u B PATH=/opt/bin:/bin ruby", &["env", "ruby in /opt/bin:/bin"]);
        are("@/usr/bin/env env ruby", &["/usr/bin/env", "ruby"]);
        are("-env -- ruby", &["-env", "-ruby"]);
        are("env $PROGRAM", &["env"]);
        are("env A=1", &["env"]);
    }
}
