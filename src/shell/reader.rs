//! The grammar: lists, pipelines, compound and simple commands, read in the manner of dash. Words
//! are in `word.rs`, here-documents in `here_document.rs`.

use std::ops::Range;

use super::here_document::HereDocument;
use super::{Context, ForLoop, Script, SimpleCommand, Word};

/// The maximum nesting of commands, substitutions and `${}`. Bounds the stack.
const DEEPEST: usize = 200;

/// Special builtins, whose names dash does not accept for functions. Those that are not names, such
/// as `:`, are refused anyway.
const SPECIAL: [&str; 14] = [
    "break", "continue", "eval", "exec", "exit", "export", "local", "readonly", "return", "set",
    "shift", "times", "trap", "unset",
];

/// The offset from which on the reader is not sure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lost(pub(super) usize);

pub(super) type Sure<T> = Result<T, Lost>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reserved {
    Not,
    Case,
    Do,
    Done,
    Elif,
    Else,
    Esac,
    Fi,
    For,
    If,
    In,
    Then,
    Until,
    While,
    OpeningBrace,
    ClosingBrace,
}

impl Reserved {
    fn of(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"!" => Self::Not,
            b"case" => Self::Case,
            b"do" => Self::Do,
            b"done" => Self::Done,
            b"elif" => Self::Elif,
            b"else" => Self::Else,
            b"esac" => Self::Esac,
            b"fi" => Self::Fi,
            b"for" => Self::For,
            b"if" => Self::If,
            b"in" => Self::In,
            b"then" => Self::Then,
            b"until" => Self::Until,
            b"while" => Self::While,
            b"{" => Self::OpeningBrace,
            b"}" => Self::ClosingBrace,
            _ => return None,
        })
    }

    /// Whether the word ends the list before it.
    fn ends_list(self) -> bool {
        match self {
            Self::Do
            | Self::Done
            | Self::Elif
            | Self::Else
            | Self::Esac
            | Self::Fi
            | Self::In
            | Self::Then
            | Self::ClosingBrace => true,
            Self::Not
            | Self::Case
            | Self::For
            | Self::If
            | Self::Until
            | Self::While
            | Self::OpeningBrace => false,
        }
    }
}

/// A part of the script whose commands have a circumstance in common. It is separate from the
/// commands, because most circumstances (`|`, `&&`, `&`) are known only after the commands are
/// read.
struct Surroundings {
    within: usize,
    context: Context,
}

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    /// Bytes of `text` up to where reading has to stop: its end, or the end of the here-document
    /// that is being read.
    pub(super) bytes: &'t [u8],
    pub(super) at: usize,
    pub(super) reading: Script,
    /// The surroundings of each command of the reading.
    stands_in: Vec<usize>,
    /// The surroundings of each loop of the reading.
    loops_in: Vec<usize>,
    surroundings: Vec<Surroundings>,
    here: usize,
    /// Here-documents that begin after the next newline. Those below `inherited` belong to the text
    /// around the substitution.
    pub(super) pending: Vec<HereDocument>,
    pub(super) inherited: usize,
    pub(super) depth: usize,
    /// The number of open constructs in which a newline is not a break.
    pub(super) unbreakable: usize,
    /// The end of the last here-document.
    pub(super) document_end: Option<usize>,
}

pub(super) fn read(text: &str) -> Script {
    let mut reader = Reader::new(text, 0);
    let lost = reader.script().err().map(|Lost(at)| at);
    let mut reading = reader.finish();
    reading.lost = lost;
    reading.end = text.len();
    if lost.is_none() {
        for &newline in reading.breaks.iter().rev() {
            if newline != reading.end || reader.document_end == Some(newline) {
                break;
            }
            reading.end -= 1;
        }
    }
    reading
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, depth: usize) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            reading: Script::default(),
            stands_in: Vec::new(),
            loops_in: Vec::new(),
            surroundings: vec![Surroundings { within: 0, context: Context::TOP }],
            here: 0,
            pending: Vec::new(),
            inherited: 0,
            depth,
            unbreakable: 0,
            document_end: None,
        }
    }

    pub(super) fn script(&mut self) -> Sure<()> {
        self.list()?;
        if self.at < self.bytes.len() || !self.pending.is_empty() {
            return Err(Lost(self.at));
        }
        Ok(())
    }

    /// The reading, with the context of every command computed. Commands that were not read to
    /// their end are left out.
    pub(super) fn finish(&mut self) -> Script {
        for index in 1..self.surroundings.len() {
            let outer = self.surroundings[self.surroundings[index].within].context;
            self.surroundings[index].context = self.surroundings[index].context | outer;
        }
        let mut reading = std::mem::take(&mut self.reading);
        for (command, &surroundings) in reading.commands.iter_mut().zip(&self.stands_in) {
            command.context = command.context | self.surroundings[surroundings].context;
        }
        for (each, &surroundings) in reading.loops.iter_mut().zip(&self.loops_in) {
            each.context = self.surroundings[surroundings].context;
        }
        reading.commands.retain(|command| !command.range.is_empty());
        reading
    }

    /// Adds what was read in another text. `place` maps offsets of that text to offsets of this
    /// one.
    pub(super) fn adopt(&mut self, inner: Script, place: impl Fn(usize) -> usize) {
        // The byte after the last one may come from a different place, so the end is computed from
        // the last byte. No range is empty.
        let place_range = |range: &mut Range<usize>| {
            *range = place(range.start)..place(range.end.saturating_sub(1)) + 1;
        };
        for mut command in inner.commands {
            place_range(&mut command.range);
            command.redirections.iter_mut().for_each(place_range);
            command
                .assignments
                .iter_mut()
                .chain(&mut command.words)
                .for_each(|word| place_range(&mut word.range));
            self.stands_in.push(self.here);
            command.context = command.context | Context::SUBSTITUTION;
            self.reading.commands.push(command);
        }
        let ranges = |mut ranges: Vec<Range<usize>>| {
            ranges.iter_mut().for_each(place_range);
            ranges
        };
        self.reading.background.extend(ranges(inner.background));
        self.reading.comments.extend(ranges(inner.comments));
        self.reading.variables.extend(inner.variables.into_iter().map(|(name, mut range)| {
            place_range(&mut range);
            (name, range)
        }));
        self.reading.functions.extend(inner.functions);
        self.reading.documents.extend(inner.documents.into_iter().map(|mut document| {
            document.redirection = place(document.redirection);
            place_range(&mut document.body);
            document
        }));
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn byte(&self, offset: usize) -> Option<u8> {
        self.bytes.get(offset).copied()
    }

    pub(super) fn looking_at(&self, what: &[u8]) -> bool {
        self.bytes[self.at..].starts_with(what)
    }

    /// The offset after all escaped newlines at `offset`.
    pub(super) fn after_continuations(&self, mut offset: usize) -> usize {
        while self.byte(offset) == Some(b'\\') && self.byte(offset + 1) == Some(b'\n') {
            offset += 2;
        }
        offset
    }

    /// Enters a construct. [`Self::leave`] undoes it, except after an error, which ends the
    /// reading.
    pub(super) fn enter(&mut self) -> Sure<()> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(Lost(self.at)) } else { Ok(()) }
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Begins surroundings and returns the previous ones, for [`Self::close`].
    pub(super) fn open(&mut self, context: Context) -> usize {
        self.surroundings.push(Surroundings { within: self.here, context });
        std::mem::replace(&mut self.here, self.surroundings.len() - 1)
    }

    pub(super) fn close(&mut self, before: usize) {
        self.here = before;
    }

    fn mark(&mut self, surroundings: usize, context: Context) {
        let marked = &mut self.surroundings[surroundings].context;
        *marked = *marked | context;
    }

    /// Skips what is allowed between two tokens of a line: blanks, escaped newlines, a comment.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => {
                    if self.unbreakable == 0 {
                        self.reading.gaps.push(self.at);
                    }
                    self.at += 1;
                }
                Some(b'\\') if self.byte(self.at + 1) == Some(b'\n') => self.continuation(),
                Some(b'#') => {
                    let start = self.at;
                    self.at = self.find(b'\n').unwrap_or(self.bytes.len());
                    self.reading.comments.push(start..self.at);
                }
                _ => return,
            }
        }
    }

    /// Reads an escaped newline between two tokens.
    fn continuation(&mut self) {
        let is_blank = |byte: Option<u8>| matches!(byte, Some(b' ' | b'\t'));
        let parted = is_blank(self.at.checked_sub(1).and_then(|before| self.byte(before)))
            || is_blank(self.byte(self.at + 2));
        self.at += 2;
        if parted && self.unbreakable == 0 {
            self.reading.joins.push(self.at);
        }
    }

    /// The offset of the next such byte.
    pub(super) fn find(&self, byte: u8) -> Option<usize> {
        self.bytes[self.at..]
            .iter()
            .position(|&other| other == byte)
            .map(|distance| self.at + distance)
    }

    /// Reads the newline at the reader's place, and the here-documents that begin with it.
    fn newline(&mut self) -> Sure<()> {
        // dash and bash differ about whether a newline within a substitution begins the
        // here-documents of the line around it.
        if self.inherited > 0 {
            return Err(Lost(self.at));
        }
        self.at += 1;
        self.here_documents()?;
        if self.unbreakable == 0 {
            self.reading.breaks.push(self.at);
        }
        Ok(())
    }

    fn skip_newlines(&mut self) -> Sure<()> {
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'\n') {
                return Ok(());
            }
            self.newline()?;
        }
    }

    /// The reserved word at the reader's place and the offset after it.
    fn reserved(&self) -> Option<(Reserved, usize)> {
        if !matches!(self.peek()?, b'a'..=b'z' | b'!' | b'{' | b'}') {
            return None;
        }
        let (mut word, mut length, mut offset) = ([0; 5], 0, self.at);
        loop {
            offset = self.after_continuations(offset);
            match self.byte(offset) {
                Some(byte @ (b'a'..=b'z' | b'!' | b'{' | b'}')) => {
                    *word.get_mut(length)? = byte;
                    length += 1;
                    offset += 1;
                }
                None
                | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')') => {
                    break;
                }
                Some(_) => return None,
            }
        }
        Some((Reserved::of(&word[..length])?, offset))
    }

    fn at_reserved(&self, expected: Reserved) -> bool {
        self.reserved().is_some_and(|(reserved, _)| reserved == expected)
    }

    fn expect(&mut self, expected: Reserved) -> Sure<()> {
        self.skip_blanks();
        match self.reserved() {
            Some((reserved, end)) if reserved == expected => {
                self.at = end;
                Ok(())
            }
            _ => Err(Lost(self.at)),
        }
    }

    /// Reads one operator. Old shells do not continue an operator after an escaped newline, so such
    /// an operator is an error.
    fn operator(&mut self, length: usize) -> Sure<()> {
        let end = self.at + length;
        let behind = self.after_continuations(end);
        if behind > end
            && matches!(self.byte(behind), Some(b'&' | b'|' | b';' | b'<' | b'>' | b'-' | b'('))
        {
            return Err(Lost(self.at));
        }
        self.at = end;
        Ok(())
    }

    /// Reads commands up to a token that cannot begin one; that token is left to the caller.
    /// Returns whether there was any command.
    pub(super) fn list(&mut self) -> Sure<bool> {
        let mut any = false;
        loop {
            self.skip_newlines()?;
            match self.peek() {
                None | Some(b')') => return Ok(any),
                Some(b';') if self.looking_at(b";;") => return Ok(any),
                _ => {}
            }
            if self.reserved().is_some_and(|(reserved, _)| reserved.ends_list()) {
                return Ok(any);
            }
            let (start, before) = (self.at, self.open(Context::TOP));
            self.and_or()?;
            any = true;
            self.skip_blanks();
            match self.peek() {
                Some(b'\n') => {}
                Some(b';') if !self.looking_at(b";;") => self.operator(1)?,
                Some(b'&') => {
                    self.operator(1)?;
                    self.mark(self.here, Context::BACKGROUND);
                    self.reading.background.push(start..self.at);
                }
                // A reserved word may follow a compound command directly.
                _ => {
                    self.close(before);
                    return Ok(any);
                }
            }
            self.close(before);
        }
    }

    fn nonempty_list(&mut self, context: Context) -> Sure<()> {
        let before = self.open(context);
        let any = self.list()?;
        self.close(before);
        if any { Ok(()) } else { Err(Lost(self.at)) }
    }

    fn and_or(&mut self) -> Sure<()> {
        let mut context = Context::TOP;
        loop {
            let before = self.open(context);
            self.pipeline()?;
            self.skip_blanks();
            let goes_on = self.looking_at(b"&&") || self.looking_at(b"||");
            if goes_on {
                self.mark(self.here, Context::TESTED);
            }
            self.close(before);
            if !goes_on {
                return Ok(());
            }
            self.operator(2)?;
            self.skip_newlines()?;
            context = Context::CONDITIONAL;
        }
    }

    fn pipeline(&mut self) -> Sure<()> {
        if let Some((Reserved::Not, end)) = self.reserved() {
            self.at = end;
            self.mark(self.here, Context::TESTED);
            self.skip_blanks();
        }
        loop {
            self.command()?;
            self.skip_blanks();
            if self.peek() != Some(b'|') || self.looking_at(b"||") {
                return Ok(());
            }
            if self.looking_at(b"|&") {
                return Err(Lost(self.at));
            }
            self.mark(self.here, Context::PIPELINE);
            self.operator(1)?;
            self.skip_newlines()?;
        }
    }

    fn command(&mut self) -> Sure<()> {
        self.enter()?;
        self.skip_blanks();
        match (self.peek(), self.reserved()) {
            // `((` is arithmetic in bash and begins two subshells in dash.
            (Some(b'('), _) if self.byte(self.after_continuations(self.at + 1)) == Some(b'(') => {
                return Err(Lost(self.at));
            }
            (Some(b'('), _) => {
                self.at += 1;
                self.nonempty_list(Context::SUBSHELL)?;
                self.expect_byte(b')')?;
                self.redirections()?;
            }
            (_, Some((reserved, end))) => {
                let start = self.at;
                self.at = end;
                match reserved {
                    Reserved::If => self.if_command()?,
                    Reserved::While | Reserved::Until => self.while_command()?,
                    Reserved::For => self.for_command()?,
                    Reserved::Case => self.case_command()?,
                    Reserved::OpeningBrace => {
                        self.nonempty_list(Context::TOP)?;
                        self.expect(Reserved::ClosingBrace)?;
                    }
                    Reserved::Not
                    | Reserved::Do
                    | Reserved::Done
                    | Reserved::Elif
                    | Reserved::Else
                    | Reserved::Esac
                    | Reserved::Fi
                    | Reserved::In
                    | Reserved::Then
                    | Reserved::ClosingBrace => return Err(Lost(start)),
                }
                self.redirections()?;
            }
            (Some(b'\n' | b';' | b'&' | b'|' | b')') | None, None) => return Err(Lost(self.at)),
            (Some(_), None) => self.simple_command()?,
        }
        self.leave();
        Ok(())
    }

    fn expect_byte(&mut self, byte: u8) -> Sure<()> {
        self.skip_blanks();
        if self.peek() != Some(byte) {
            return Err(Lost(self.at));
        }
        self.at += 1;
        Ok(())
    }

    /// Reads what follows `if`.
    fn if_command(&mut self) -> Sure<()> {
        let mut condition = Context::TESTED;
        loop {
            self.nonempty_list(condition)?;
            self.expect(Reserved::Then)?;
            self.nonempty_list(Context::CONDITIONAL)?;
            if !self.at_reserved(Reserved::Elif) {
                break;
            }
            self.expect(Reserved::Elif)?;
            condition = Context::TESTED | Context::CONDITIONAL;
        }
        if self.at_reserved(Reserved::Else) {
            self.expect(Reserved::Else)?;
            self.nonempty_list(Context::CONDITIONAL)?;
        }
        self.expect(Reserved::Fi)
    }

    /// Reads what follows `while` or `until`.
    fn while_command(&mut self) -> Sure<()> {
        self.nonempty_list(Context::TESTED | Context::LOOP)?;
        self.loop_body()?;
        Ok(())
    }

    /// Reads a loop body. Returns the range between `do` and `done`.
    fn loop_body(&mut self) -> Sure<Range<usize>> {
        self.expect(Reserved::Do)?;
        let start = self.at;
        self.nonempty_list(Context::CONDITIONAL | Context::LOOP)?;
        let body = start..self.at;
        self.expect(Reserved::Done)?;
        Ok(body)
    }

    /// Reads what follows `for`.
    fn for_command(&mut self) -> Sure<()> {
        self.skip_blanks();
        let start = self.at;
        self.required_word()?;
        if !is_name(&self.bytes[start..self.at]) {
            return Err(Lost(start));
        }
        let variable = self.text[start..self.at].to_owned();
        self.skip_newlines()?;
        let mut words = None;
        if self.at_reserved(Reserved::In) {
            self.expect(Reserved::In)?;
            words = Some(Vec::new());
            loop {
                self.skip_blanks();
                match self.peek() {
                    Some(b'\n') => break,
                    Some(b';') => {
                        self.operator(1)?;
                        break;
                    }
                    _ => {
                        let word = self.required_word()?.literal;
                        words = words.zip(word).map(|(mut words, word)| {
                            words.push(word);
                            words
                        });
                    }
                }
            }
        } else if self.peek() == Some(b';') {
            self.operator(1)?;
        }
        self.skip_newlines()?;
        let body = self.loop_body()?;
        self.loops_in.push(self.here);
        self.reading.loops.push(ForLoop { variable, words, body, context: Context::TOP });
        Ok(())
    }

    /// Reads what follows `case`.
    fn case_command(&mut self) -> Sure<()> {
        self.skip_blanks();
        self.required_word()?;
        self.skip_newlines()?;
        self.expect(Reserved::In)?;
        loop {
            self.skip_newlines()?;
            if self.at_reserved(Reserved::Esac) {
                break;
            }
            if self.peek() == Some(b'(') {
                self.at += 1;
                self.skip_blanks();
                // Shells differ about whether this is a pattern.
                if self.at_reserved(Reserved::Esac) {
                    return Err(Lost(self.at));
                }
            }
            loop {
                self.required_word()?;
                self.skip_blanks();
                match self.peek() {
                    Some(b'|') => self.operator(1)?,
                    Some(b')') => break,
                    _ => return Err(Lost(self.at)),
                }
                self.skip_blanks();
            }
            self.at += 1;
            let before = self.open(Context::CONDITIONAL);
            self.list()?;
            self.close(before);
            if !self.looking_at(b";;") {
                break;
            }
            self.case_end();
            // `;;&` continues with the next pattern in bash and is an error in dash.
            if matches!(self.byte(self.at + 2), Some(b'&' | b';')) {
                return Err(Lost(self.at));
            }
            self.operator(2)?;
        }
        self.expect(Reserved::Esac)
    }

    /// Records the newlines before the `;;` at the reader's place.
    fn case_end(&mut self) {
        let before = self.text[..self.at].trim_end_matches([' ', '\t', '\n']).len();
        let is_line_of_command = self.unbreakable == 0
            && self.bytes[before..self.at].contains(&b'\n')
            && self.byte(before.wrapping_sub(1)) != Some(b'\\')
            && self.reading.comments.last().is_none_or(|comment| comment.end < before)
            && self.document_end.is_none_or(|end| end <= before);
        if is_line_of_command {
            self.reading.case_ends.push(before..self.at);
        }
    }

    /// Reads a word of which only the expansions matter.
    fn required_word(&mut self) -> Sure<Word> {
        match self.peek() {
            None | Some(b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')') => {
                Err(Lost(self.at))
            }
            Some(_) => self.word(),
        }
    }

    fn simple_command(&mut self) -> Sure<()> {
        let (index, start) = (self.reading.commands.len(), self.at);
        // The place is reserved now, so the commands of its substitutions come after it.
        self.reading.commands.push(SimpleCommand::default());
        self.stands_in.push(self.here);
        let mut command = SimpleCommand::default();
        let mut end = start;
        loop {
            self.skip_blanks();
            match self.peek() {
                None | Some(b'\n' | b';' | b'&' | b'|' | b')') => break,
                Some(b'(') => {
                    let [name] = command.words.as_slice() else { return Err(Lost(self.at)) };
                    if !is_name(&self.bytes[name.range.clone()])
                        || !command.assignments.is_empty()
                        || !command.redirections.is_empty()
                    {
                        return Err(Lost(self.at));
                    }
                    let name = self.text[name.range.clone()].to_owned();
                    // dash refuses a special builtin as the name of a function.
                    if SPECIAL.contains(&name.as_str()) {
                        return Err(Lost(start));
                    }
                    self.reading.commands.truncate(index);
                    self.stands_in.truncate(index);
                    return self.function(name);
                }
                _ => {}
            }
            if let Some(redirection) = self.redirection()? {
                command.redirections.push(redirection);
            } else {
                let mut word = self.word()?;
                match assignment(&self.bytes[word.range.clone()]) {
                    Some(Assignment::Plain) if command.words.is_empty() => {
                        command.assignments.push(word);
                    }
                    // bash appends to the variable; dash runs a command of that name.
                    Some(Assignment::Appending) if command.words.is_empty() => {
                        word.literal = None;
                        command.words.push(word);
                    }
                    // bash reads up to the `]`, over blanks and newlines.
                    Some(Assignment::Element) if command.words.is_empty() => {
                        return Err(Lost(word.range.start));
                    }
                    _ => command.words.push(word),
                }
            }
            end = self.at;
        }
        command.range = start..end;
        // After an alias is defined, any word may expand to any text.
        if command.words.len() > 1 && command.name() == Some("alias") {
            return Err(Lost(start));
        }
        // This is an ordinary command in dash and a definition in bash.
        if let ("function", Some(Some(name))) =
            (command.name().unwrap_or_default(), command.words.get(1).map(|word| &word.literal))
        {
            self.reading.functions.push(name.clone());
        }
        self.reading.commands[index] = command;
        Ok(())
    }

    /// Reads a function from the `(` after its name.
    fn function(&mut self, name: String) -> Sure<()> {
        self.at += 1;
        self.expect_byte(b')')?;
        self.skip_newlines()?;
        self.reading.functions.push(name);
        let before = self.open(Context::FUNCTION);
        self.command()?;
        self.close(before);
        Ok(())
    }

    fn redirections(&mut self) -> Sure<()> {
        loop {
            self.skip_blanks();
            if self.redirection()?.is_none() {
                return Ok(());
            }
        }
    }

    /// The redirection at the reader's place, if there is one.
    fn redirection(&mut self) -> Sure<Option<Range<usize>>> {
        let start = self.at;
        let digits = self.bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !matches!(self.byte(start + digits), Some(b'<' | b'>')) {
            return Ok(None);
        }
        // More than one digit is a word in dash and a descriptor in bash.
        if digits > 1 {
            return Err(Lost(start));
        }
        self.at += digits;
        if self.looking_at(b"<<<") || self.looking_at(b"<(") || self.looking_at(b">(") {
            return Err(Lost(start));
        }
        if self.looking_at(b"<<") {
            let tabs_stripped = self.byte(self.at + 2) == Some(b'-');
            self.operator(if tabs_stripped { 3 } else { 2 })?;
            self.skip_blanks();
            let document = self.delimiter(start, tabs_stripped)?;
            self.pending.push(document);
            return Ok(Some(start..self.at));
        }
        let two =
            [b"<&", b"<>", b">>", b">&", b">|"].iter().any(|operator| self.looking_at(*operator));
        self.operator(if two { 2 } else { 1 })?;
        self.skip_blanks();
        self.required_word()?;
        Ok(Some(start..self.at))
    }
}

pub(super) fn begins_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

pub(super) fn continues_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_name(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|&byte| begins_name(byte))
        && bytes.iter().all(|&byte| continues_name(byte))
}

enum Assignment {
    /// `NAME=`
    Plain,
    /// `NAME+=`
    Appending,
    /// `NAME[`
    Element,
}

fn assignment(word: &[u8]) -> Option<Assignment> {
    let mut rest = word;
    let mut in_name = false;
    loop {
        rest = match rest {
            [b'\\', b'\n', rest @ ..] => rest,
            [byte, rest @ ..] if begins_name(*byte) || (in_name && continues_name(*byte)) => {
                in_name = true;
                rest
            }
            _ => break,
        };
    }
    match rest {
        [b'=', ..] if in_name => Some(Assignment::Plain),
        [b'+', b'=' | b'\\', ..] if in_name => Some(Assignment::Appending),
        [b'[', ..] if in_name => Some(Assignment::Element),
        _ => None,
    }
}
