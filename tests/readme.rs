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
    assert!(directory.path().join("overlay/etc/systemd/system/shop-web.service").is_file());
}

#[test]
fn every_format_has_a_row() {
    let manual = fs::read_to_string(root().join("docs/lint.md")).unwrap();
    for format in program::formats().into_iter().filter(|format| format != "text") {
        let row = format!("| `--format {format}` |");
        assert!(manual.contains(&row), "docs/lint.md has no row {row}");
    }
}

/// The text between single backticks; blocks of code are left out.
fn code_words(text: &str) -> Vec<&str> {
    let mut is_prose = true;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_prose ^= is_fence;
        is_prose && !is_fence
    });
    lines.flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

/// Whether a word is a path of the project: it begins with one of its folders, or with one of
/// `src/`, or is a file of a kind that the project has. One with a word in capitals names many.
fn is_path(word: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let extensions = [".rs", ".md", ".pest", ".toml", ".json"];
    let folder = word.split_once('/').map(|(first, _)| first);
    let is_ours = folder.is_some_and(|first| {
        !first.is_empty()
            && (root().join(first).is_dir() || root().join("src").join(first).is_dir())
    });
    word.chars().all(is_plain)
        && !["NAME", "CODE"].iter().any(|capitals| word.contains(capitals))
        && (is_ours || extensions.iter().any(|extension| word.ends_with(extension)))
}

/// What does not exist of the paths, the test targets and the tests that a text names. A word with
/// three underscores or more is the name of a test.
fn untrue(text: &str) -> Vec<String> {
    let exists = |word: &str| root().join(word).exists() || root().join("src").join(word).exists();
    let paths = code_words(text).into_iter().filter(|word| is_path(word) && !exists(word));
    let targets =
        text.split("--test ").skip(1).filter_map(|rest| rest.split([' ', '`', '\n']).next());
    let is_target = |name: &str| {
        exists(&format!("tests/{name}.rs")) || exists(&format!("tests/{name}/main.rs"))
    };
    let targets = targets.filter(|name| !is_target(name));
    let code = code();
    let is_test = |word: &&str| {
        word.matches('_').count() > 2 && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    let tests = code_words(text)
        .into_iter()
        .filter(is_test)
        .filter(|name| !code.contains(&format!("fn {name}(")));
    paths.chain(targets).chain(tests).map(str::to_owned).collect()
}

/// The text of all files of src/ and tests/.
fn code() -> String {
    let (mut text, mut open) = (String::new(), vec![root().join("src"), root().join("tests")]);
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text += &fs::read_to_string(path).unwrap();
            }
        }
    }
    text
}

#[test]
fn paths_and_tests_that_are_named_exist() {
    for file in ["CONTRIBUTING.md", "docs/ARCHITECTURE.md"] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        assert!(code_words(&text).into_iter().filter(|word| is_path(word)).count() > 10, "{file}");
        assert_eq!(untrue(&text), Vec::<String>::new(), "{file} names what does not exist");
    }
    let text = "`src/gone.rs`, `lower/gone/`, `cli/write_file.rs`, `init/job_process.c`, `/etc/init`,\n\
                `no_test_is_called_so`, `the_list_of_rules_is_up_to_date`\n\
                ```\n`src/new.rs`\n```\ncargo test --test gone\ncargo test --test readme";
    assert_eq!(untrue(text), ["src/gone.rs", "lower/gone/", "gone", "no_test_is_called_so"]);
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

#[test]
fn the_picture_of_the_graph_is_what_the_program_draws() {
    let output = program::program()
        .current_dir(root())
        .args(["graph", "--root", "fixtures/migrate/server/old", "--format", "svg"])
        .output()
        .unwrap();
    let drawn = String::from_utf8(output.stdout).unwrap();
    let path = root().join("docs/pictures/graph.svg");
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, &drawn).unwrap();
    }
    assert!(
        fs::read_to_string(&path).is_ok_and(|known| known == drawn),
        "UPDATE_README=1 cargo test --test readme draws {} anew",
        path.display()
    );
}
