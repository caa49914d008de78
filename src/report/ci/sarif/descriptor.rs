//! The rules of the program, as SARIF describes them.

use serde::Serialize;

use super::SarifText;
use crate::diagnostic::Rule;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: SarifText,
    full_description: SarifText,
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
    let short = rule.name.replace('-', " ");
    let text = rule.page().text;
    let text = if text.is_empty() { short.as_str() } else { text };
    let first = text.split("\n\n").next().unwrap_or_default();
    Descriptor {
        id: rule.code,
        name: rule.name,
        full_description: SarifText::new(first.split_whitespace().collect::<Vec<_>>().join(" ")),
        // The pages are written in Markdown.
        help: Help { text: text.to_owned(), markdown: text.to_owned() },
        short_description: SarifText::new(short),
        default_configuration: Configuration { level: rule.severity.name() },
        properties: Properties { tags: vec!["upstart", "systemd", rule.category.tag()] },
    }
}
