use serde_json::Value;

use super::toml_file::{KEYS, read};
use super::*;
use crate::cli::lint::selection::Selection;
use crate::diagnostic::Severity;

const SCHEMA: &str = include_str!("configuration.schema.json");

/// A file with every key.
const COMPLETE: &str = r#"
select = ["U1", "changed-word"]
ignore = ["shell-syntax-error", "u15"]
fail-on = "note"
dialect = "chromeos"
systemd-version = 252
migration = true
shellcheck = "never"
shellcheck-severity = "info"
events = ["deploy-done", "café"]
jobs = ["a/b", "lab-*"]
exclude = ["vendor/", "!vendor/own"]

[severity]
lost-environment = "error"
U15 = "off"

[per-file-ignores]
"vendor/*" = ["U1", "changed-word"]

[migrate]
style = "exact"
target = "debian-12"
only = ["shop*"]
exclude = ["shop-test"]
[map]
"started openssh-server" = "ssh.service"
"nas.ready" = "network-online.target"
"#;

/// Files with a mistake that the schema rejects as well.
const WRONG: [(&str, &str); 18] = [
    (
        "[migrate]\nstyle = \"exakt\"\n",
        "x.toml:2:9: `exakt` is none of `plain`, `exact`; did you mean `exact`?",
    ),
    ("exclude = [\"a\", \" \"]\n", "x.toml:1:17: a pattern of files is not empty"),
    (
        "[per-file-ignores]\n\"a.conf\" = [\"U003\"]\n",
        "x.toml:2:13: `U003` is for what init refuses: always an error",
    ),
    ("[map]\na = \"b\"\n", "x.toml:2:5: `b` is not the name of a unit, such as `ssh.service`"),
    ("# é\nselct = []\n", "x.toml:2:1: unknown key `selct`; did you mean `select`?"),
    ("fail_on = \"error\"\n", "x.toml:1:1: unknown key `fail_on`; did you mean `fail-on`?"),
    (
        "migration = true\r\n\"what ever\" = 1\r\n",
        "x.toml:2:1: unknown key `what ever`; the keys are `select`, `ignore`, `severity`, `fail-on`, `dialect`, `systemd-version`, `migration`, \
         `shellcheck`, `shellcheck-severity`, `events`, `jobs`, `exclude`, `per-file-ignores`, `migrate`, `map`, `report`",
    ),
    (
        "fail-on = \"warnings\"\n",
        "x.toml:1:11: `warnings` is none of `error`, `warning`, `note`, `never`; did you mean `warning`?",
    ),
    ("events = [\"é\", \"a b\"]\n", "x.toml:1:16: a name is a word without blanks"),
    ("migration = \"yes\"\n", "x.toml:1:13: invalid type: string \"yes\", expected a boolean"),
    ("systemd-version = 12\n", "x.toml:1:19: this is not a version of systemd from 229 on"),
    ("systemd-version = \"252\"\n", "x.toml:1:19: invalid type: string \"252\", expected i64"),
    ("select = \"U1\"\n", "x.toml:1:10: invalid type: string \"U1\", expected a sequence"),
    (
        "[severity]\nU15 = \"fatal\"\n",
        "x.toml:2:7: `fatal` is none of `error`, `warning`, `note`, `off`",
    ),
    (
        "severity = { U00 = \"off\" }\n",
        "x.toml:1:14: `U00` is for what init refuses: always an error",
    ),
    ("ignore = [\"U003\"]\n", "x.toml:1:11: `U003` is for what init refuses: always an error"),
    (
        "dialect = \"ubuntu\"\n",
        "x.toml:1:11: `ubuntu` is none of `auto`, `upstart-1.13`, `0.6`, `0.3`, `chromeos`",
    ),
    ("[shellcheck]\nwanted = true\n", "x.toml:1:1: invalid type: map, expected a string"),
];

static REFUSED: Rule = Rule::sample("U003", "unknown-stanza", Severity::Warning);

static FIRST: Rule = Rule::sample("U105", "lost-environment", Severity::Warning);

static SECOND: Rule = Rule::sample("U150", "shell-syntax-error", Severity::Warning);

static THIRD: Rule = Rule::sample("U201", "changed-word", Severity::Warning);

static KNOWN: [&Rule; 4] = [&REFUSED, &FIRST, &SECOND, &THIRD];

fn parsed(text: &str) -> Result<Configuration, String> {
    read("x.toml", text.as_bytes().to_vec(), &KNOWN)
}

#[test]
fn everything_can_be_said() {
    let Configuration {
        rules,
        fail_on,
        dialect,
        systemd_version,
        migration,
        shellcheck,
        shellcheck_severity,
        events,
        jobs,
        exclude,
        per_file_ignores,
        migrate,
        units_of_jobs,
        units_of_events,
    } = parsed(COMPLETE).unwrap();
    let selection = Selection::new([rules]);
    assert_eq!(
        [&FIRST, &SECOND, &THIRD].map(|rule| selection.keeps(rule)),
        [Some(Severity::Error), None, Some(Severity::Warning)]
    );
    assert_eq!(
        (fail_on, dialect, systemd_version),
        (Some(FailOn::Note), Some(DialectOf::ChromeOs), Some(252))
    );
    assert_eq!((migration, shellcheck), (Some(true), Some(Wanted::Never)));
    assert_eq!(shellcheck_severity, Some(ShellCheckLevel::Info));
    let map = (&units_of_jobs["openssh-server"], &units_of_events["nas.ready"]);
    assert_eq!((map.0.as_str(), map.1.as_str()), ("ssh.service", "network-online.target"));
    assert_eq!(migrate.style(None), Style::Exact);
    assert_eq!(migrate.target.map(|release| release.systemd), Some(252));
    assert_eq!(
        (migrate.only, migrate.exclude),
        (vec!["shop*".to_owned()], vec!["shop-test".to_owned()])
    );
    assert_eq!(
        (events, jobs),
        (
            vec!["deploy-done".to_owned(), "café".to_owned()],
            vec!["a/b".to_owned(), "lab-*".to_owned()]
        )
    );
    assert_eq!(exclude, ["vendor/", "!vendor/own"]);
    let [(pattern, ignored)] = per_file_ignores.as_slice() else { panic!("{per_file_ignores:?}") };
    assert_eq!(
        (pattern.as_str(), ignored.len(), ignored[0].matches(&FIRST), ignored[0].matches(&THIRD)),
        ("vendor/*", 2, true, false)
    );
    let nothing = parsed("# nothing\r\n").unwrap();
    assert_eq!((nothing.rules, nothing.fail_on, nothing.events.len()), (Layer::default(), None, 0));
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (text, expected) in WRONG {
        assert_eq!(parsed(text).unwrap_err(), expected, "{text}");
    }
    for (text, expected) in [
        (
            "select = [\"shell-sintax-error\"]\n",
            "x.toml:1:11: unknown rule `shell-sintax-error`; did you mean `shell-syntax-error`? `upstart2systemd explain` lists all",
        ),
        (
            "[severity]\nU9 = \"off\"\n",
            "x.toml:2:1: unknown rule `U9`; `upstart2systemd explain` lists all",
        ),
        ("jobs = []\njobs = []\n", "x.toml:2:1: duplicate key"),
    ] {
        assert_eq!(parsed(text).unwrap_err(), expected, "{text}");
    }
    assert!(parsed("select = [\n").unwrap_err().starts_with("x.toml:"));
    assert_eq!(
        read("x.toml", b"# caf\xc3\xa9 \xe9\n".to_vec(), &KNOWN).unwrap_err(),
        "x.toml:1:8: this is not UTF-8"
    );
    assert!(!parsed("migration = \"\\u001b[31m\"\n").unwrap_err().contains('\x1b'));
}

fn schema() -> (Value, jsonschema::Validator) {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    (schema, validator)
}

#[test]
fn the_schema_says_the_same() {
    let (schema, validator) = schema();
    let accepts = |text: &str| validator.is_valid(&toml::from_str::<Value>(text).unwrap());
    assert!(accepts(COMPLETE) && accepts(""));
    for (text, _) in WRONG {
        assert!(!accepts(text), "{text}");
    }
    let mut keys: Vec<&str> =
        schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    let mut known = KEYS;
    known.sort_unstable();
    assert_eq!(keys, known);
}

#[test]
fn the_schema_takes_every_rule() {
    let (_, validator) = schema();
    for rule in RULES {
        let list = |key: &str, text: &str| validator.is_valid(&serde_json::json!({ key: [text] }));
        assert!(list("select", rule.code) && list("select", rule.name), "{}", rule.code);
        assert_eq!(list("ignore", rule.code), !rule.is_of_refusal(), "{}", rule.code);
    }
}

#[test]
fn files_are_loaded_from_where_they_are() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join(".git")).unwrap();
    assert_eq!(Configuration::of(root.path(), &KNOWN).unwrap().migration, None);
    let file = root.path().join("upstart2systemd.toml");
    std::fs::write(&file, "migration = false\n").unwrap();
    assert_eq!(
        Configuration::of(&root.path().join("a.conf"), &KNOWN).unwrap().migration,
        Some(false)
    );
    std::fs::write(&file, "migrations = false\n").unwrap();
    let message = Configuration::of(root.path(), &KNOWN).unwrap_err();
    assert!(
        message.ends_with(
            "upstart2systemd.toml:1:1: unknown key `migrations`; did you mean `migration`?"
        ) || message.contains("the keys are"),
        "{message}"
    );
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert!(
        Configuration::of(root.path(), &KNOWN)
            .unwrap_err()
            .ends_with("upstart2systemd.toml: this is not a regular file")
    );
}
