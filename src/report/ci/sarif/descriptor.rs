//! The rules of the program, as SARIF describes them.

use serde::Serialize;

use super::SarifText;
use crate::diagnostic::{PageSection, Rule};
use crate::report::page;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: SarifText,
    full_description: SarifText,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
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
        help_uri: help_uri(env!("CARGO_PKG_REPOSITORY"), rule),
        help: help(rule, text),
        short_description: SarifText::new(short),
        default_configuration: Configuration { level: rule.severity.name() },
        properties: Properties { tags: vec!["upstart", "systemd", rule.category.tag()] },
    }
}

/// The address of the page of a rule, if the package has a repository.
fn help_uri(repository: &str, rule: &Rule) -> Option<String> {
    let repository = repository.trim_end_matches('/');
    (!repository.is_empty())
        .then(|| format!("{repository}/blob/main/docs/rules/{}-{}.md", rule.code, rule.name))
}

/// The page of a rule with its examples: as it is written, in Markdown, and as `explain` prints it.
fn help(rule: &Rule, text: &str) -> Help {
    let mut markdown = text.to_owned();
    for PageSection { kind, remarks, files } in &rule.page().sections {
        markdown.push_str(&format!("\n\n## {}", kind.title()));
        for remark in remarks {
            markdown.push_str(&format!("\n\n{remark}"));
        }
        for file in files {
            markdown.push_str(&format!("\n\n```\n{}\n```", file.text.trim_end()));
        }
    }
    let plain = page(rule);
    // The first line is the code, the name and the severity, which have fields of their own.
    let plain = plain.split_once("\n\n").map_or(plain.as_str(), |(_, rest)| rest).trim_end();
    let plain = if plain.is_empty() { text } else { plain };
    Help { text: plain.to_owned(), markdown }
}

#[cfg(test)]
mod tests {
    use super::help_uri;
    use crate::diagnostic::registry::SECRET_IN_ENV;

    #[test]
    fn the_page_of_a_rule_has_an_address_where_there_is_a_repository() {
        assert_eq!(help_uri("", &SECRET_IN_ENV), None);
        assert_eq!(
            help_uri("https://example.org/u/", &SECRET_IN_ENV).unwrap(),
            "https://example.org/u/blob/main/docs/rules/U145-secret-in-env.md"
        );
    }
}
