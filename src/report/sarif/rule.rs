//! The rules of the program, as SARIF describes them.

use serde::Serialize;

use super::Text;
use crate::diagnostic::Rule;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: Text,
    full_description: Text,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: Vec<&'static str>,
}

pub(super) fn descriptor(rule: &Rule) -> Descriptor {
    let Rule { code, name, severity, explanation } = *rule;
    let short = name.replace('-', " ");
    let explanation = explanation.trim_end();
    let explanation = if explanation.is_empty() { short.as_str() } else { explanation };
    let first = explanation.split("\n\n").next().unwrap_or_default();
    Descriptor {
        id: code,
        name,
        full_description: Text::new(first.split_whitespace().collect::<Vec<_>>().join(" ")),
        // Explanations are written in Markdown.
        help: Help { text: explanation.to_owned(), markdown: explanation.to_owned() },
        short_description: Text::new(short),
        default_configuration: Configuration { level: severity.name() },
        properties: Properties { tags: ["upstart", "systemd"].into_iter().chain(kind(code)).collect() },
    }
}

/// What the first digit of a code says.
fn kind(code: &str) -> Option<&'static str> {
    match code.as_bytes() {
        [b'U', b'0', ..] => Some("refused"),
        [b'U', b'1', ..] => Some("mistake"),
        [b'U', b'2', ..] => Some("translation"),
        [b'U', b'3', ..] => Some("between-jobs"),
        _ => None,
    }
}
