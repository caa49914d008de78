//! From the text of a job file to its stanzas.
//!
//! The grammar is in `grammar/upstart.pest` and accepts every text. This module refuses what init
//! refuses, at the first error in the order in which init reads (`init/parse_job.c`, `parse_job`).

mod advice;
mod condition_reader;
mod cursor;
mod number;
mod old_stanza;
mod process;
mod quoting;
mod recognize;
mod refusal;
mod stanza;
mod tokens;

use super::ast::File;
use super::dialect::Dialect;
use crate::text::source::{Origin, Source, Span};
use advice::keywords::unknown_stanza;
use advice::values;
use cursor::{Cursor, Rule};

pub use recognize::looks_like_job;
pub use refusal::{ErrorKind, Refusal};

/// Reads a job file as init 1.13 does. The error explains why init would not load the file.
pub fn parse(source: &Source, origin: Origin) -> Result<File, Refusal> {
    parse_as(source, origin, Dialect::Upstart113)
}

/// Reads a job file of any dialect. The error explains why its init would not load the file.
pub fn parse_as(source: &Source, origin: Origin, dialect: Dialect) -> Result<File, Refusal> {
    read(source.text(), origin, dialect).map_err(|refusal| {
        let consequence = match (refusal.kind, dialect, origin) {
            (ErrorKind::Unreadable, ..) => "init reads this; it is this program that does not",
            (_, Dialect::Upstart03, _) => "no more of the file is read, and nothing comes of it",
            (_, Dialect::Upstart113 | Dialect::Upstart06 | Dialect::ChromeOs, Origin::Conf) => {
                "init refuses the whole file on this error: the job does not exist"
            }
            (_, Dialect::Upstart113 | Dialect::Upstart06 | Dialect::ChromeOs, Origin::Override) => {
                "init applies the override up to this error only, and loses the job when it next stops"
            }
        };
        refusal.note(consequence)
    })
}

fn read(text: &str, origin: Origin, dialect: Dialect) -> Result<File, Refusal> {
    #[cfg(test)]
    crate::text::read_count::count(crate::text::read_count::TextReader::Job, text);
    let rule = match dialect {
        Dialect::Upstart113 | Dialect::Upstart06 => Rule::file,
        Dialect::Upstart03 => Rule::event_d_file,
        Dialect::ChromeOs => Rule::chromeos_file,
    };
    let Some(parts) = Cursor::file(rule, text, origin) else {
        return Err(
            ErrorKind::Unreadable.at(Span::new(origin, 0..0), "the parser met a limit of its own")
        );
    };
    let mut file = File::default();
    let has_nul = text.as_bytes().contains(&0);
    for part in parts {
        if matches!(part.rule(), Rule::filler | Rule::EOI) {
            continue;
        }
        if has_nul && let Some(span) = nul(&part) {
            return Err(values::nul_byte(span, text));
        }
        let stanza = match part.rule() {
            Rule::unknown => return Err(unknown_stanza(&part, file.stanzas.last())),
            _ => stanza::stanza(&part, &mut file.mangled)?,
        };
        file.stanzas.push(stanza);
    }
    Ok(file)
}

/// The first NUL byte among the tokens of a stanza.
fn nul(node: &Cursor<'_>) -> Option<Span> {
    let mut parts = node.children().peekable();
    if parts.peek().is_some() {
        // NUL bytes have no effect in comments and after an error.
        let ignored =
            [Rule::line_end, Rule::rest, Rule::unterminated_block, Rule::unterminated_quote];
        return parts.filter(|part| !ignored.contains(&part.rule())).find_map(|part| nul(&part));
    }
    let span = node.span();
    let at = span.start + node.text().find('\0')?;
    Some(Span { start: at, end: at + 1, ..span })
}
