//! The generated parts of the documentation are what the program does: the example of the README,
//! the table of stanzas, the list of rules. `UPDATE_README=1 cargo test --test readme` writes them anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use common::{converted, jobs};
use upstart2systemd::diagnostic::registry::RULES;
use upstart2systemd::diagnostic::{Category, Rule};
use upstart2systemd::lower::options::Options;
use upstart2systemd::upstart::stanza_table::STANZAS;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A job and its unit.
fn example(file: &str) -> String {
    let path = root().join(file);
    let name = path.file_stem().unwrap().to_str().unwrap();
    let (_, conversion) = converted(&path, &Options::default());
    let job = fs::read_to_string(&path).unwrap();
    let unit = &conversion.outputs[0].text;
    format!(
        "`{name}.conf`:\n\n```upstart\n{job}```\n\nbecomes `{name}.service`:\n\n```ini\n{unit}```\n"
    )
}

/// For each stanza, the directives and dispositions in all fixtures.
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
    let mut out =
        String::from("| stanza | what it is for | becomes | can be |\n|---|---|---|---|\n");
    for (stanza, (mut directives, dispositions)) in seen {
        directives.sort();
        let directives = if directives.is_empty() {
            "a comment, or nothing".to_owned()
        } else {
            directives.join(" ")
        };
        let help = STANZAS.iter().find(|row| row.keyword == stanza).unwrap().help;
        let dispositions = dispositions.into_iter().collect::<Vec<_>>().join(", ");
        writeln!(out, "| `{stanza}` | {help} | {directives} | {dispositions} |").unwrap();
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

/// Puts the text between a marker and the next `<!-- end -->`.
fn up_to_date(file: &str, marker: &str, text: &str) {
    let path = root().join(file);
    let before = fs::read_to_string(&path).unwrap();
    let start =
        before.find(marker).unwrap_or_else(|| panic!("{file} has no {marker}")) + marker.len();
    let end = start + before[start..].find("<!-- end -->").unwrap();
    let after = format!("{}\n\n{text}\n{}", &before[..start], &before[end..]);
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, &after).unwrap();
        return;
    }
    same_or_panic(file, &before, &after);
}

#[test]
fn the_example_of_the_readme_is_what_the_program_writes() {
    let gunicorn = "fixtures/convert/gunicorn.conf";
    up_to_date("README.md", &format!("<!-- example: {gunicorn} -->"), &example(gunicorn));
}

#[test]
fn the_table_of_stanzas_is_what_the_fixtures_show() {
    up_to_date("docs/mapping.md", "<!-- mapping -->", &mapping());
}

#[test]
fn the_readme_is_short() {
    let lines = fs::read_to_string(root().join("README.md")).unwrap().lines().count();
    assert!(lines < 200, "README.md has {lines} lines");
}

/// The commands that a reader can follow in a clone, which write nothing but an overlay.
#[test]
fn the_commands_of_the_readme_work() {
    let directory = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(root().join("fixtures"), directory.path().join("fixtures")).unwrap();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let is_one = |line: &&str| line.starts_with("upstart2systemd ") && line.contains("fixtures/");
    let commands: Vec<&str> = readme.lines().map(str::trim).filter(is_one).collect();
    assert!(commands.len() >= 2, "README.md has {commands:?}");
    for command in commands {
        let arguments = command.split(' ').skip(1);
        let program = env!("CARGO_BIN_EXE_upstart2systemd");
        let output =
            Command::new(program).args(arguments).current_dir(directory.path()).output().unwrap();
        let report = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {}\n{report}", output.status);
    }
    assert!(directory.path().join("overlay/etc/systemd/system/shop-app.service").is_file());
}

#[test]
fn the_page_about_the_linter_has_every_format() {
    let page = fs::read_to_string(root().join("docs/lint.md")).unwrap();
    for format in program::formats() {
        assert!(
            page.contains(&format!("`--format {format}`")),
            "docs/lint.md lacks --format {format}"
        );
    }
}

fn same_or_panic(file: &str, before: &str, after: &str) {
    for (number, (old, new)) in before.lines().zip(after.lines()).enumerate() {
        assert_eq!(
            old,
            new,
            "{file} line {}; UPDATE_README=1 cargo test --test readme writes it anew",
            number + 1
        );
    }
    assert_eq!(before.lines().count(), after.lines().count());
}
