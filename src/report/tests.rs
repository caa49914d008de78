//! Tests of the renderings, with examples and with random input.

use std::sync::{Arc, LazyLock};

use jsonschema::Validator;
use proptest::prelude::*;

use super::{Counting, Paint, SCHEMA, Summary, concise, json, text};
use crate::convert::{Conversion, Converted};
use crate::diagnostic::{Diagnostic, Disposition, Edit, Outcome, Rule, Severity, WithoutUnit};
use crate::systemd::layout::Output;
use crate::text::source::{Origin, Place, Source, Sources, Span};

static ERROR: Rule = Rule::sample("U003", "unknown-word", Severity::Error);

static WARNING: Rule = Rule::sample("U207", "console-output", Severity::Warning);

static NOTE: Rule = Rule::sample("U210", "author-dropped", Severity::Note);

static OBJECT: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap());

fn sources(conf: impl Into<Vec<u8>>) -> Sources {
    Sources { conf: Source::new("demo.conf", conf.into()), overriding: None }
}

fn with_override(conf: &str, overriding: &str) -> Sources {
    Sources { overriding: Some(Source::new("demo.override", overriding.into())), ..sources(conf) }
}

/// The span of the first occurrence of `what` in the conf.
fn conf(sources: &Sources, what: &str) -> Span {
    span(&sources.conf, Origin::Conf, what)
}

fn overriding(sources: &Sources, what: &str) -> Span {
    span(sources.overriding.as_ref().unwrap(), Origin::Override, what)
}

fn span(source: &Source, origin: Origin, what: &str) -> Span {
    let start = source.text().find(what).unwrap();
    Span::new(origin, start..start + what.len())
}

fn plain(sources: &Sources, diagnostic: &Diagnostic) -> String {
    text(sources, diagnostic, Paint::Plain)
}

#[test]
fn a_word_that_init_does_not_know() {
    let sources =
        sources("start on runlevel [2345]\nrespawn\n\nexpect deamon\nexec /usr/bin/demo\n");
    let word = conf(&sources, "deamon");
    let diagnostic = ERROR
        .at(word, "unknown `expect` mode `deamon`")
        .label("expected `fork`, `daemon`, `stop` or `none`")
        .related(conf(&sources, "expect"), "in this stanza")
        .note("init refuses the whole job on this error\nand says so only in its log")
        .help("write `daemon`")
        .edit(word, "daemon");
    insta::assert_snapshot!(plain(&sources, &diagnostic));
    assert_eq!(
        concise(&sources, &diagnostic),
        "demo.conf:4:8: error[U003]: unknown `expect` mode `deamon`"
    );
}

#[test]
fn a_place_in_the_override_and_one_in_the_conf() {
    let lines = "# a comment\n".repeat(120);
    let sources = with_override(&format!("{lines}console output\n"), "console log\nmanual\n");
    let diagnostic = WARNING
        .at(
            overriding(&sources, "console log"),
            "`console log` takes the place of `console output`",
        )
        .related(conf(&sources, "console output"), "replaced")
        .help("remove one of them");
    insta::assert_snapshot!(plain(&sources, &diagnostic));
}

#[test]
fn a_script_of_many_lines() {
    let body = "    do something\n".repeat(500);
    let short =
        sources("script\n    one\n    two\n    three\n    four\n    five\n    six\nend script\n");
    let long = sources(format!("task\nscript\n{body}end script\n"));
    let whole = |sources: &Sources| {
        let start = sources.conf.text().find("script").unwrap();
        Span::new(Origin::Conf, start..sources.conf.text().len())
    };
    let diagnostic = |sources: &Sources| {
        WARNING
            .at(whole(sources), "the script forks")
            .label("this one")
            .note("systemd will not notice")
    };
    insta::assert_snapshot!(format!(
        "{}\n{}",
        plain(&short, &diagnostic(&short)),
        plain(&long, &diagnostic(&long))
    ));
}

#[test]
fn a_very_long_line() {
    let sources = sources(format!("exec {} --wrong {}\n", "x".repeat(4000), "y".repeat(4000)));
    let wrong = conf(&sources, "--wrong");
    let diagnostic =
        WARNING.at(wrong, "no such option").label("this").help("leave it out").edit(wrong, "");
    insta::assert_snapshot!(plain(&sources, &diagnostic));
}

#[test]
fn edits_of_several_lines() {
    let sources = sources("author \"me\"\nstart on foo\nstop on bar\nrespawn\nrespawn\n");
    let (start, stop) = (conf(&sources, "foo"), conf(&sources, "bar"));
    let twice = Span::new(Origin::Conf, sources.conf.text().len() - 8..sources.conf.text().len());
    let mut diagnostic = NOTE
        .at(twice, "`respawn` is here twice")
        .help("say it once")
        .edit(twice, "")
        .edit(start, "started foo")
        .edit(stop, "stopped\tfoo");
    diagnostic.edits[0].safe = false;
    insta::assert_snapshot!(plain(&sources, &diagnostic));
}

#[test]
fn bytes_that_do_not_print() {
    let sources = sources(b"description \"caf\xe9\x1b[31m \xe2\x80\xae\"\r\nexec x\n".to_vec());
    let diagnostic = WARNING
        .at(conf(&sources, "[31m"), "an escape \x1b[31m and\na newline")
        .label("\x1b[0mhere\r");
    insta::assert_snapshot!(plain(&sources, &diagnostic));
}

#[test]
fn the_end_of_the_file() {
    let sources = sources("script\n    one\n");
    let end = Span::new(Origin::Conf, sources.conf.text().len()..sources.conf.text().len());
    let diagnostic = ERROR
        .at(end, "the script does not end")
        .label("`end script` is missing")
        .related(conf(&sources, "script"), "begins here");
    insta::assert_snapshot!(plain(&sources, &diagnostic));
}

#[test]
fn a_source_without_a_line() {
    let sources = sources("");
    let diagnostic = ERROR
        .at(Span::new(Origin::Conf, 0..0), "cannot be read")
        .note("it is a directory")
        .help("name a file");
    insta::assert_snapshot!(plain(&sources, &diagnostic));
}

#[test]
fn colours_do_not_change_the_words() {
    let sources = with_override("expect deamon\n", "respawn\n");
    let word = conf(&sources, "deamon");
    let diagnostic = ERROR
        .at(word, "unknown")
        .related(overriding(&sources, "respawn"), "there")
        .note("a note")
        .help("write `daemon`")
        .edit(word, "daemon");
    let coloured = text(&sources, &diagnostic, Paint::Coloured);
    assert!(coloured.contains('\x1b'));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain(&sources, &diagnostic));
}

#[test]
fn of_ten_megabytes_little_is_shown() {
    let script = "echo 0123456789\n".repeat(700_000);
    let one_line = "x".repeat(10_000_000);
    for sources in
        [sources(format!("script\n{script}end script\n")), sources(format!("exec {one_line}\n"))]
    {
        let diagnostic = WARNING
            .at(Span::new(Origin::Conf, 0..sources.conf.text().len()), "long")
            .edit(Span::new(Origin::Conf, 3..3), "?");
        let shown = plain(&sources, &diagnostic);
        assert!(shown.len() < 3000, "{shown}");
    }
}

pub(super) fn converted() -> Vec<Converted> {
    let good = with_override("author \"me\"\nexec caf\tx\n", "console log\n");
    let bad = sources(b"\xe9xpect deamon\n".to_vec());
    let exec = conf(&good, "exec caf\tx");
    let word = conf(&bad, "deamon");
    let outcome = |stanza, span, disposition, directives: &[&str], code| Outcome {
        stanza,
        span,
        disposition,
        directives: directives.iter().map(|&name| name.to_owned()).collect(),
        values: Vec::new(),
        code,
    };
    vec![
        Converted {
            conversion: Conversion {
                path: "demo.conf".to_owned(),
                job: "demo".to_owned(),
                outputs: vec![Output {
                    path: "etc/systemd/system/demo.service".to_owned(),
                    text: "[Service]\nExecStart=caf x\n".to_owned(),
                }],
                stanzas: vec![
                    outcome(
                        "author",
                        conf(&good, "author \"me\""),
                        Disposition::Dropped,
                        &[],
                        None,
                    ),
                    outcome("exec", exec, Disposition::Exact, &["Service.ExecStart"], None),
                    outcome(
                        "console",
                        overriding(&good, "console log"),
                        Disposition::Manual,
                        &[],
                        Some("U207"),
                    ),
                ],
                diagnostics: vec![
                    WARNING.at(overriding(&good, "log"), "logs").related(exec, "of this"),
                    NOTE.at(exec, "a note").note("why"),
                ],
            },
            sources: Arc::new(good),
        },
        Converted {
            conversion: Conversion {
                path: "bad.conf".to_owned(),
                job: "bad".to_owned(),
                outputs: Vec::new(),
                stanzas: Vec::new(),
                diagnostics: vec![
                    ERROR
                        .at(word, "unknown")
                        .label("this")
                        .help("write `daemon`")
                        .edit(word, "daemon"),
                ],
            },
            sources: Arc::new(bad),
        },
    ]
}

#[test]
fn the_object() {
    let value: serde_json::Value = serde_json::from_str(&json(&converted()).unwrap()).unwrap();
    insta::assert_snapshot!(
        serde_json::to_string_pretty(&value).unwrap().replace(env!("CARGO_PKG_VERSION"), "VERSION")
    );
}

#[test]
fn the_object_is_what_the_schema_says() {
    jsonschema::meta::validate(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let whole: serde_json::Value = serde_json::from_str(&json(&converted()).unwrap()).unwrap();
    let complaints: Vec<String> = OBJECT
        .iter_errors(&whole)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(complaints, Vec::<String>::new());
    assert!(OBJECT.is_valid(&serde_json::from_str(&json(&[]).unwrap()).unwrap()));

    // The schema rejects an unknown field in every object of the report, and requires every field.
    let mut objects = Vec::new();
    collect_objects(&whole, String::new(), &mut objects);
    assert!(objects.len() > 20);
    for at in objects {
        let mut strange = whole.clone();
        strange
            .pointer_mut(&at)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .insert("stranger".into(), 1.into());
        assert!(!OBJECT.is_valid(&strange), "a stranger at {at:?}");
        for field in whole.pointer(&at).unwrap().as_object().unwrap().keys() {
            let mut damaged = whole.clone();
            damaged.pointer_mut(&at).unwrap().as_object_mut().unwrap().remove(field);
            assert!(!OBJECT.is_valid(&damaged), "{field} is missing at {at:?}");
        }
    }
    for (at, wrong) in [
        ("/diagnostics/0/severity", "info".into()),
        ("/files/0/stanzas/0/span/start/line", 0.into()),
        ("/version", 2.into()),
    ] {
        let mut damaged = whole.clone();
        *damaged.pointer_mut(at).unwrap() = wrong;
        assert!(!OBJECT.is_valid(&damaged), "{at}");
    }
}

fn collect_objects(value: &serde_json::Value, at: String, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                collect_objects(value, format!("{at}/{name}"), found);
            }
            found.push(at);
        }
        serde_json::Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect_objects(value, format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_summary_says_what_there_is_to_say() {
    let line =
        |files: &[Converted]| Summary::of(files).line(files, Counting { notes: true, units: true });
    let files = converted();
    assert_eq!(
        line(&files[..1]).unwrap(),
        "demo.conf: 1 warning, 1 note, 1 stanza left to do by hand"
    );
    assert_eq!(line(&files[1..]).unwrap(), "bad.conf: not converted, 1 error");
    assert_eq!(
        line(&files).unwrap(),
        "2 files: 1 not converted, 1 error, 1 warning, 1 note, 1 stanza left to do by hand"
    );
    let mut quiet = files[0].clone();
    quiet.conversion.diagnostics.clear();
    quiet.conversion.stanzas.clear();
    assert_eq!(line(&[quiet]), None);
}

pub(super) fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\t".to_owned()),
        Just("exec".to_owned()),
        Just("\x1b[31m".to_owned()),
        Just("\u{202e}".to_owned()),
        Just("e\u{301}漢👩\u{200d}🚀".to_owned()),
        "\\PC{0,9}",
        any::<char>().prop_map(String::from),
        (1..400usize).prop_map(|width| "w".repeat(width)),
        (1..300usize).prop_map(|height| "\n".repeat(height)),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any_text().prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..60),
        (any_text(), proptest::collection::vec(0x80u8.., 0..4), any_text())
            .prop_map(|(a, b, c)| [a.into_bytes(), b, c.into_bytes()].concat()),
    ]
}

fn any_span() -> impl Strategy<Value = Span> {
    let offset = || prop_oneof![8 => 0..80usize, 3 => 0..2000usize, 1 => Just(usize::MAX)];
    (any::<bool>(), offset(), offset()).prop_map(|(conf, start, end)| Span {
        origin: if conf { Origin::Conf } else { Origin::Override },
        start,
        end,
    })
}

pub(super) fn any_diagnostic() -> impl Strategy<Value = Diagnostic> {
    (
        any_span(),
        any_text(),
        proptest::option::of(any_text()),
        proptest::collection::vec((any_span(), any_text()), 0..4),
        proptest::collection::vec(any_text(), 0..3),
        proptest::option::of(any_text()),
        proptest::collection::vec(
            (any_span(), any_text(), any::<bool>()).prop_map(|(span, text, safe)| Edit {
                span,
                text,
                safe,
            }),
            0..3,
        ),
        prop_oneof![Just(&ERROR), Just(&WARNING), Just(&NOTE)],
        proptest::collection::vec((any_sources(), any_span(), any_text()), 0..2),
    )
        .prop_map(|(span, message, label, related, notes, help, edits, rule, elsewhere)| {
            Diagnostic {
                rule,
                severity: rule.severity,
                span,
                message,
                label,
                related,
                elsewhere: elsewhere
                    .into_iter()
                    .map(|(sources, span, label)| {
                        (Place { sources: Arc::new(sources), span }, label)
                    })
                    .collect(),
                notes,
                help,
                edits,
                without_unit: WithoutUnit::default(),
            }
        })
}

pub(super) fn any_sources() -> impl Strategy<Value = Sources> {
    (any_text(), any_bytes(), proptest::option::of((any_text(), any_bytes()))).prop_map(
        |(path, bytes, overriding)| Sources {
            conf: Source::new(path, bytes),
            overriding: overriding.map(|(path, bytes)| Source::new(path, bytes)),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn anything_can_be_shown(sources in any_sources(), diagnostic in any_diagnostic()) {
        let shown = plain(&sources, &diagnostic);
        let head =
            format!("{}[{}] {}: ", diagnostic.severity.name(), diagnostic.rule.code, diagnostic.rule.name);
        prop_assert!(shown.starts_with(&head));
        for line in shown.lines() {
            prop_assert_eq!(crate::text::visible::line(line), line, "a character that does something is left");
            prop_assert!(line.chars().count() < 12_000);
        }
        prop_assert!(shown.ends_with('\n'));
        let coloured = text(&sources, &diagnostic, Paint::Coloured);
        prop_assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), shown);
        let line = concise(&sources, &diagnostic);
        prop_assert_eq!(&crate::text::visible::line(&line), &line);
    }

    #[test]
    fn anything_can_be_said_in_json(sources in any_sources(), diagnostic in any_diagnostic(), job in any_text()) {
        let conversion = Conversion { path: sources.conf.path().to_owned(), job, outputs: Vec::new(), stanzas: Vec::new(), diagnostics: vec![diagnostic] };
        let said = json(&[Converted { sources: Arc::new(sources), conversion }]).unwrap();
        let value: serde_json::Value = serde_json::from_str(&said).unwrap();
        prop_assert!(OBJECT.is_valid(&value));
    }
}
