//! The generated parts of the README are what the program says: the example, the mapping table, the
//! rules. `UPDATE_README=1 cargo test --test readme` writes them anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use common::{converted, jobs};
use upstart2systemd::diagnostic::registry::RULES;
use upstart2systemd::diagnostic::{Category, Rule};
use upstart2systemd::lower::options::Options;
use upstart2systemd::report;
use upstart2systemd::report::Style;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A job, the command, and everything that the command prints.
fn example(file: &str) -> String {
    let path = root().join(file);
    let name = path.file_stem().unwrap().to_str().unwrap();
    let (sources, conversion) = converted(&path, &Options::default());
    let mut out = String::new();
    writeln!(out, "`{name}.conf`:\n\n```upstart\n{}```\n", fs::read_to_string(&path).unwrap())
        .unwrap();
    writeln!(
        out,
        "`upstart2systemd {name}.conf` writes `{name}.service`:\n\n```ini\n{}```\n",
        conversion.outputs[0].text
    )
    .unwrap();
    let said: String = conversion
        .diagnostics
        .iter()
        .map(|diagnostic| report::text(&sources, diagnostic, Style::Plain) + "\n")
        .collect();
    writeln!(out, "and says on standard error:\n\n```text\n{}\n```", said.trim_end()).unwrap();
    out
}

/// For each stanza the directives and dispositions that all fixtures together show.
fn mapping() -> String {
    let mut seen: BTreeMap<&str, (Vec<String>, BTreeSet<&str>)> = BTreeMap::new();
    for path in jobs("fixtures/convert") {
        for outcome in converted(&path, &Options::default()).1.stanzas {
            let (directives, dispositions) = seen.entry(outcome.stanza).or_default();
            for directive in outcome.directives {
                let short = format!("`{}=`", directive.rsplit('.').next().unwrap());
                if !directives.contains(&short) {
                    directives.push(short);
                }
            }
            dispositions.insert(outcome.disposition.name());
        }
    }
    let mut out = String::from("| stanza | becomes | can be |\n|---|---|---|\n");
    for (stanza, (mut directives, dispositions)) in seen {
        directives.sort();
        let directives = if directives.is_empty() {
            "a comment, or nothing".to_owned()
        } else {
            directives.join(" ")
        };
        writeln!(
            out,
            "| `{stanza}` | {directives} | {} |",
            dispositions.into_iter().collect::<Vec<_>>().join(", ")
        )
        .unwrap();
    }
    out
}

/// The list of all pages, by category.
fn index_of_rules() -> String {
    let mut out = String::from(
        "# Rules\n\nEverything that the program reports, by category. `upstart2systemd explain CODE` prints a page.\n\
         `UPDATE_README=1 cargo test --test readme` writes this list anew.\n",
    );
    for category in Category::ALL {
        let title = category.title();
        writeln!(
            out,
            "\n## {}{}\n\n| code | name | severity |\n|---|---|---|",
            title[..1].to_uppercase(),
            &title[1..]
        )
        .unwrap();
        for Rule { code, name, severity, .. } in
            RULES.iter().filter(|rule| rule.category == category)
        {
            writeln!(out, "| {code} | [`{name}`]({code}-{name}.md) | {} |", severity.name())
                .unwrap();
        }
    }
    out
}

#[test]
fn the_list_of_rules_is_up_to_date() {
    let path = root().join("docs/rules/README.md");
    let index = index_of_rules();
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, &index).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == index,
        "UPDATE_README=1 cargo test --test readme writes {} anew",
        path.display()
    );
}

#[test]
fn generated_parts_are_up_to_date() {
    let path = root().join("README.md");
    let before = fs::read_to_string(&path).unwrap();
    let mut after = before.clone();
    for (marker, text) in [
        ("<!-- example: fixtures/convert/phases.conf -->", example("fixtures/convert/phases.conf")),
        ("<!-- mapping -->", mapping()),
    ] {
        let start = after.find(marker).unwrap_or_else(|| panic!("README.md has no {marker}"))
            + marker.len();
        let end = after[start..].find("<!-- end -->").map(|end| start + end);
        let replaced = format!("\n\n{text}\n");
        match end {
            Some(end) => after.replace_range(start..end, &replaced),
            None => after.insert_str(start, &format!("{replaced}<!-- end -->")),
        }
    }
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, &after).unwrap();
        return;
    }
    same_or_panic(&before, &after);
}

fn same_or_panic(before: &str, after: &str) {
    for (number, (old, new)) in before.lines().zip(after.lines()).enumerate() {
        assert_eq!(
            old,
            new,
            "README.md line {}; UPDATE_README=1 cargo test --test readme writes it anew",
            number + 1
        );
    }
    assert_eq!(before.lines().count(), after.lines().count());
}
