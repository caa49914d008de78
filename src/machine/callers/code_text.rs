//! Ruby and Python: the strings and symbols that functions for commands get (Capistrano, Rake,
//! Fabric, `subprocess`).

use std::ops::Range;

use super::snippet::{Snippet, variable_of};
use super::{FileKind, Search};

/// The functions that run a command, or their last names.
const RUNNERS: [&str; 25] = [
    "execute",
    "run",
    "sudo",
    "local",
    "system",
    "exec",
    "spawn",
    "sh",
    "capture",
    "call",
    "check_call",
    "check_output",
    "Popen",
    "popen",
    "popen3",
    "capture3",
    "getoutput",
    "getstatusoutput",
    "invoke_command",
    "run_locally",
    "try_sudo",
    "background",
    "surun",
    "cmd",
    "shell",
];

/// The longest expression in a string that is looked for, in bytes.
const FORMATTED_MAX: usize = 200;

/// The most tokens of a call that are looked at.
const ARGUMENTS_MAX: usize = 200;

/// The most lines of a string of Ruby. An apostrophe in a here-document is taken for the beginning
/// of one.
const STRING_LINES_MAX: usize = 40;

/// A piece of a program.
#[derive(Clone, Debug)]
enum CodeToken {
    /// A name.
    Name(Range<usize>),
    /// A string or a symbol. Whether a shell reads it anyway: `` `...` `` and `%x(...)`.
    Text(Snippet, bool),
    /// An opening bracket.
    Open,
    /// A closing bracket.
    Close,
    /// The end of a line, or `;`.
    End,
    /// `,`
    Comma,
    /// Anything else.
    Mark(char),
}

impl Search<'_> {
    /// The whole file is a program.
    pub(super) fn code(&mut self) {
        let tokens = CodeReader { text: self.text, kind: self.kind, at: 0 }.tokens();
        self.learn_constants(&tokens);
        for (at, token) in tokens.iter().enumerate() {
            match token {
                CodeToken::Name(name) if RUNNERS.contains(&&self.text[name.clone()]) => {
                    let is_sudo = &self.text[name.clone()] == "sudo";
                    self.arguments(&tokens[at + 1..], is_sudo);
                }
                CodeToken::Text(snippet, true) => self.shell(snippet, 0),
                CodeToken::Text(snippet, false) if is_command(&snippet.text) => {
                    self.shell(snippet, 0);
                }
                _ => {}
            }
        }
    }

    /// `set :application, 'shop'`, `app = 'shop'`, `%w[start stop].each do |verb|`.
    fn learn_constants(&mut self, tokens: &[CodeToken]) {
        let text = self.text;
        let mut bound: Vec<(String, String)> = Vec::new();
        for window in tokens.windows(4) {
            match window {
                [
                    CodeToken::Name(set),
                    CodeToken::Text(name, false),
                    CodeToken::Comma,
                    CodeToken::Text(value, false),
                ] if &text[set.clone()] == "set" => {
                    bound.push((name.text.clone(), value.text.clone()));
                    bound.push((format!("fetch__{}_", name.text), value.text.clone()));
                }
                [
                    CodeToken::Name(name),
                    CodeToken::Mark('='),
                    CodeToken::Text(value, false),
                    CodeToken::End,
                ] => {
                    bound.push((text[name.clone()].to_owned(), value.text.clone()));
                }
                _ => {}
            }
        }
        // The words of a list, and the variable of the block that gets each of them.
        for (at, token) in tokens.iter().enumerate() {
            let CodeToken::Name(each) = token else { continue };
            let [
                CodeToken::Name(block),
                CodeToken::Mark('|'),
                CodeToken::Name(variable),
                CodeToken::Mark('|'),
            ] = tokens.get(at + 1..at + 5).unwrap_or(&[])
            else {
                continue;
            };
            if &text[each.clone()] != "each" || &text[block.clone()] != "do" {
                continue;
            }
            for before in tokens[..at]
                .iter()
                .rev()
                .skip_while(|token| matches!(token, CodeToken::Mark('.') | CodeToken::Close))
            {
                match before {
                    CodeToken::Text(list, _) => bound.extend(
                        list.text
                            .split_whitespace()
                            .map(|word| (text[variable.clone()].to_owned(), word.to_owned())),
                    ),
                    CodeToken::Comma => {}
                    _ => break,
                }
            }
        }
        for (name, value) in bound {
            self.bind(&name, &value);
        }
    }

    /// The arguments of a function that runs a command, perhaps by sudo.
    fn arguments(&mut self, tokens: &[CodeToken], is_sudo: bool) {
        let mut depth = 0_usize;
        let (mut texts, mut words): (Vec<&Snippet>, Vec<Option<&Snippet>>) =
            (Vec::new(), Vec::new());
        let mut is_first = true;
        let mut is_pair = false;
        for (at, token) in tokens.iter().take(ARGUMENTS_MAX).enumerate() {
            let after_comma =
                at > 0 && matches!(tokens[at - 1], CodeToken::Comma | CodeToken::Open);
            match token {
                CodeToken::Open => depth += 1,
                CodeToken::Close if depth <= 1 => break,
                CodeToken::Close => depth -= 1,
                CodeToken::End if depth == 0 && !after_comma => break,
                CodeToken::Comma => (is_first, is_pair) = (true, false),
                CodeToken::Text(snippet, _) => {
                    texts.push(snippet);
                    if is_first && !is_pair {
                        words.push(Some(snippet));
                    }
                    is_first = false;
                }
                CodeToken::Name(name) => {
                    let name = &self.text[name.clone()];
                    if matches!(name, "do" | "if" | "unless" | "and" | "or") && depth == 0 {
                        break;
                    }
                    if is_first {
                        words.push(None);
                    }
                    is_first = false;
                }
                CodeToken::Mark('=') if at == 0 => return,
                CodeToken::Mark('=') => {
                    // `shell=True` is an option of the function.
                    words.pop();
                    (is_first, is_pair) = (false, true);
                }
                // A list over several lines, or an operator between strings.
                CodeToken::End | CodeToken::Mark('.' | '+' | '%' | ':') => {}
                CodeToken::Mark(_) if at == 0 => return,
                CodeToken::Mark(_) => is_first = false,
            }
        }
        if texts.iter().any(|text| text.text.contains([' ', '\n'])) {
            for text in texts {
                let mut command = begun(text, is_sudo);
                command.append(text);
                self.shell(&command, 0);
            }
            return;
        }
        let Some(Some(first)) = words.first() else { return };
        let mut all = begun(first, is_sudo);
        for word in words {
            let end = if let Some(word) = word {
                all.append(word);
                word.place(&(word.text.len()..word.text.len())).end
            } else {
                let end = all.place(&(all.text.len()..all.text.len())).end;
                all.replace("${_}", end..end);
                end
            };
            all.replace(" ", end..end);
        }
        self.shell(&all, 0);
    }
}

/// A command that begins with this text, or with `sudo` before it.
fn begun(text: &Snippet, is_sudo: bool) -> Snippet {
    let start = text.place(&(0..0)).start;
    let mut command = Snippet::new(start);
    if is_sudo {
        command.replace("sudo ", start..start);
    }
    command
}

/// Whether a string can only be a command.
fn is_command(text: &str) -> bool {
    ["sudo ", "/sbin/", "/usr/sbin/", "initctl "].iter().any(|begin| text.starts_with(begin))
}

/// Cuts a program into pieces.
struct CodeReader<'a> {
    text: &'a str,
    kind: FileKind,
    at: usize,
}

impl CodeReader<'_> {
    fn tokens(mut self) -> Vec<CodeToken> {
        let mut found = Vec::new();
        while let Some(character) = self.text[self.at..].chars().next() {
            let start = self.at;
            self.at += character.len_utf8();
            let rest = &self.text[self.at..];
            match character {
                '\n' | ';' => found.push(CodeToken::End),
                '#' => self.at += rest.find('\n').unwrap_or(rest.len()),
                '(' | '[' => found.push(CodeToken::Open),
                ')' | ']' => found.push(CodeToken::Close),
                ',' => found.push(CodeToken::Comma),
                '"' | '\'' => found.push(self.string(start, character)),
                '`' if self.is_ruby() => {
                    let end = self.closing('`');
                    let snippet = self.content(start + 1..end, true);
                    found.push(CodeToken::Text(snippet, true));
                }
                '%' if self.is_ruby() => found.push(self.percent(start)),
                // The end of an option of Ruby, or of a scope.
                ':' if self.is_ruby() && !self.text[..start].ends_with(':') => {
                    let length = name_length(rest);
                    if length > 0 && rest.starts_with(|first: char| !first.is_ascii_digit()) {
                        let snippet = Snippet::at(&rest[..length], self.at);
                        self.at += length;
                        found.push(CodeToken::Text(snippet, false));
                    } else {
                        found.push(CodeToken::Mark(':'));
                    }
                }
                _ if character == '_' || character.is_alphabetic() => {
                    self.at = start + name_length(&self.text[start..]).max(character.len_utf8());
                    let is_prefix = !self.is_ruby()
                        && self.at - start <= 2
                        && self.text[self.at..].starts_with(['"', '\'']);
                    if is_prefix {
                        let quote = if self.text[self.at..].starts_with('"') { '"' } else { '\'' };
                        let formats = self.text[start..self.at].contains(['f', 'F']);
                        self.at += 1;
                        let string = self.string_of(self.at - 1, quote, formats);
                        found.push(string);
                    } else {
                        found.push(CodeToken::Name(start..self.at));
                    }
                }
                _ if character.is_whitespace() => {}
                _ => found.push(CodeToken::Mark(character)),
            }
        }
        found.push(CodeToken::End);
        found
    }

    fn is_ruby(&self) -> bool {
        self.kind == FileKind::Ruby
    }

    fn string(&mut self, start: usize, quote: char) -> CodeToken {
        self.string_of(start, quote, self.is_ruby() && quote == '"')
    }

    /// The string whose opening quote is at `start`; the reader is after the quote.
    fn string_of(&mut self, start: usize, quote: char, formats: bool) -> CodeToken {
        let triple = [quote; 3].iter().collect::<String>();
        if !self.is_ruby() && self.text[start..].starts_with(&triple) {
            let from = start + 3;
            let rest = &self.text[from..];
            let end = from + rest.find(&triple).unwrap_or(rest.len());
            self.at = (end + 3).min(self.text.len());
            return CodeToken::Text(self.content(from..end, formats), false);
        }
        let end = self.closing(quote);
        CodeToken::Text(self.content(start + 1..end, formats), false)
    }

    /// Moves after the closing quote, and returns where it is. A string of Python ends with its line
    /// at the latest.
    fn closing(&mut self, quote: char) -> usize {
        let (mut escaped, mut newlines, mut line_end) = (false, 0, None);
        for (at, character) in self.text[self.at..].char_indices() {
            let at = self.at + at;
            if character == '\n' {
                newlines += 1;
                let end = *line_end.get_or_insert(at);
                if newlines > STRING_LINES_MAX || (!self.is_ruby() && !escaped) {
                    self.at = end;
                    return end;
                }
            }
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if character == quote => {
                    self.at = at + character.len_utf8();
                    return at;
                }
                _ => {}
            }
        }
        self.at = self.text.len();
        self.at
    }

    /// `%w[a b]`, `%x(command)`, `%q{text}`; anything else is an operator.
    fn percent(&mut self, start: usize) -> CodeToken {
        let rest = &self.text[self.at..];
        let letter = rest.chars().next().filter(|letter| "wWiIxqQ".contains(*letter));
        let open = rest.chars().nth(usize::from(letter.is_some()));
        let close = match open {
            Some('(') => ')',
            Some('[') => ']',
            Some('{') => '}',
            Some('<') if letter.is_some() => '>',
            Some(same @ ('|' | '!' | '/')) if letter.is_some() => same,
            _ => return CodeToken::Mark('%'),
        };
        self.at = start + 2 + usize::from(letter.is_some());
        let from = self.at;
        let end = self.closing(close);
        let formats = letter.is_none_or(|letter| letter.is_uppercase() || letter == 'x');
        CodeToken::Text(self.content(from..end, formats), letter == Some('x'))
    }

    /// The text of a string, with variables of the shell in the place of what the language puts in.
    fn content(&self, place: Range<usize>, formats: bool) -> Snippet {
        let text = self.text.get(place.clone()).unwrap_or_default();
        let mut out = Snippet::new(place.start);
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let begin = if self.is_ruby() { "#{" } else { "{" };
            let variable = rest.strip_prefix(begin).filter(|_| formats).and_then(|inner| {
                let end = inner.bytes().take(FORMATTED_MAX).position(|byte| byte == b'}')?;
                Some((&inner[..end], begin.len()))
            });
            let offset = place.start + at;
            if let Some((name, before)) = variable {
                let length = before + name.len() + 1;
                out.replace(&variable_of(name), offset..offset + length);
                at += length;
                continue;
            }
            let mut characters = rest.chars();
            let Some(first) = characters.next() else { break };
            let length = match (first, characters.next()) {
                ('\\', Some(next @ ('"' | '\'' | '\\'))) => {
                    out.replace(next.encode_utf8(&mut [0; 4]), offset..offset + 2);
                    2
                }
                ('\\', Some('\n')) => {
                    out.replace(" ", offset..offset + 2);
                    2
                }
                // What `%` or `format` puts in.
                ('%', Some('s')) if !self.is_ruby() => {
                    out.replace("${_s}", offset..offset + 2);
                    2
                }
                _ => {
                    out.push(first.encode_utf8(&mut [0; 4]), offset);
                    first.len_utf8()
                }
            };
            at += length;
        }
        out
    }
}

/// The length of the name at the beginning of a text.
fn name_length(text: &str) -> usize {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    text.find(|character| !is_part(character)).unwrap_or(text.len())
}
