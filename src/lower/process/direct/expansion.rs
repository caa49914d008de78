//! Words of the shell as arguments of systemd (systemd.service(5), "Command lines").

use super::known::{Known, known};
use crate::lower::lowering::Lowering;
use crate::shell::{Expandable, Word};
use crate::systemd::{Argument, ArgumentPart};
use crate::text::bytes::encode;

/// The argument that systemd makes of the word, if it is that of the shell. `None` if it is not, or
/// might be none or several.
pub(super) fn argument(lowering: &Lowering<'_>, word: &Word) -> Option<Argument> {
    if let Some(literal) = &word.literal {
        return Some(Argument::Word(encode(literal).into_owned()));
    }
    let Expandable { text, expansions } = word.expandable.as_ref()?;
    let values: Vec<Known<'_>> = expansions
        .iter()
        .map(|expansion| known(lowering, &expansion.name))
        .collect::<Option<_>>()?;
    if let [Known::Value(value)] = values.as_slice()
        && text.is_empty()
        && !word.quoted
        && is_split_alike(value)
    {
        return Some(Argument::Variable(expansions[0].name.clone().into()));
    }
    let is_one = expansions.iter().zip(&values).all(|(expansion, value)| {
        expansion.quoted || matches!(value, Known::Value(value) if is_plain(value))
    });
    let is_empty = text.is_empty() && values.iter().all(|value| matches!(value, Known::Value("")));
    // An unquoted word that is empty is no argument for the shell.
    if !is_one || is_empty && !word.quoted {
        return None;
    }
    let (mut parts, mut end) = (Vec::new(), 0);
    for expansion in expansions {
        if expansion.at > end {
            parts.push(ArgumentPart::Text(encode(&text[end..expansion.at]).into_owned()));
        }
        parts.push(ArgumentPart::Variable(expansion.name.clone()));
        end = expansion.at;
    }
    if text.len() > end {
        parts.push(ArgumentPart::Text(encode(&text[end..]).into_owned()));
    }
    Some(Argument::Expanded(parts))
}

/// The one argument that the word always is, with the values of variables put in.
pub(super) fn fixed(lowering: &Lowering<'_>, word: &Word) -> Option<String> {
    if let Some(literal) = &word.literal {
        return Some(literal.clone());
    }
    let Expandable { text, expansions } = word.expandable.as_ref()?;
    let (mut out, mut end) = (String::new(), 0);
    for expansion in expansions {
        let Known::Value(value) = known(lowering, &expansion.name)? else { return None };
        if !expansion.quoted && !is_plain(value) {
            return None;
        }
        out.push_str(&text[end..expansion.at]);
        out.push_str(value);
        end = expansion.at;
    }
    out.push_str(&text[end..]);
    (word.quoted || !out.is_empty()).then_some(out)
}

/// Whether an unquoted expansion of the value is no pattern, and stays one piece.
fn is_plain(value: &str) -> bool {
    !value.contains([' ', '\t', '\n', '*', '?', '[', '\\'])
}

/// Whether the shell and systemd split the value into the same arguments. systemd takes quotes and
/// backslashes in it for such, and also splits at a carriage return.
fn is_split_alike(value: &str) -> bool {
    !value.contains(['*', '?', '[', '\\', '"', '\'', '\r'])
}
