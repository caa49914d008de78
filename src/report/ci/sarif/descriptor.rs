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
    help_uri: String,
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
        help_uri: help_uri(rule),
        help: help(rule, text),
        short_description: SarifText::new(short),
        default_configuration: Configuration { level: rule.severity.name() },
        properties: Properties { tags: vec!["upstart", "systemd", rule.category.tag()] },
    }
}

/// The address of the page of a rule: the sources of each version of a package are there.
fn help_uri(rule: &Rule) -> String {
    const SOURCES: &str = concat!(
        "https://docs.rs/crate/",
        env!("CARGO_PKG_NAME"),
        "/",
        env!("CARGO_PKG_VERSION"),
        "/source/docs/rules/"
    );
    format!("{SOURCES}{}-{}.md", rule.code, rule.name)
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
    fn the_page_of_a_rule_is_a_file_of_the_package() {
        let uri = help_uri(&SECRET_IN_ENV);
        let (_, path) = uri.split_once("/source/").unwrap();
        assert_eq!(path, "docs/rules/U145-secret-in-env.md");
    }
}
