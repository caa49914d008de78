//! Tests the parser with small texts, and checks that no text harms it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::expect_used, reason = "what is not as expected fails the test")]

use std::fmt::Write as _;

use proptest::prelude::*;
use upstart2systemd::report::parsed_job::parsed_job;
use upstart2systemd::text::source::{Origin, Source, Span};
use upstart2systemd::upstart::ast::{Process, Stanza};
use upstart2systemd::upstart::condition::Condition;
use upstart2systemd::upstart::dialect::Dialect;
use upstart2systemd::upstart::expression::{Expr, MAX_DEPTH};
use upstart2systemd::upstart::job::JobName;
use upstart2systemd::upstart::parse::{ErrorKind, Refusal, parse};
use upstart2systemd::upstart::resolve::resolve;

fn source(text: &str) -> Source {
    Source::new("test.conf", text.as_bytes().to_vec())
}

fn stanzas(text: &str) -> Result<Vec<Stanza>, Refusal> {
    parse(&source(text), Origin::Conf)
        .map(|file| file.stanzas.into_iter().map(|stanza| stanza.value).collect())
}

fn first(text: &str) -> Result<Stanza, ErrorKind> {
    stanzas(text)
        .map(|stanzas| stanzas.into_iter().next().expect("a stanza"))
        .map_err(|refusal| refusal.kind)
}

/// The words of an `emits`, each in brackets, or the name of the error.
fn words(arguments: &str) -> String {
    match first(&format!("emits {arguments}")) {
        Ok(Stanza::Emits(words)) => {
            words.iter().map(|word| format!("[{}]", word.value)).collect::<Vec<_>>().concat()
        }
        Ok(other) => format!("{other:?}"),
        Err(kind) => kind.name().to_owned(),
    }
}

fn command(text: &str) -> String {
    match first(&format!("exec {text}")) {
        Ok(Stanza::Process(_, Process::Exec { text, .. })) => text.value,
        other => format!("{other:?}"),
    }
}

fn script(lines: &str) -> String {
    match first(&format!("script\n{lines}")) {
        Ok(Stanza::Process(_, Process::Script { text, .. })) => text.value,
        other => format!("{other:?}"),
    }
}

/// The condition with all parentheses, or the name of the error.
fn condition(text: &str) -> String {
    fn write(condition: &Condition, out: &mut String) {
        match condition {
            Expr::Leaf(event) => {
                out.push_str(&event.name.value);
                for arg in &event.args {
                    let _ = write!(out, " {}", arg.value);
                }
            }
            Expr::And(left, right) | Expr::Or(left, right) => {
                out.push('(');
                write(left, out);
                out.push_str(if matches!(condition, Expr::And(..)) { " and " } else { " or " });
                write(right, out);
                out.push(')');
            }
        }
    }
    match first(&format!("start on {text}")) {
        Ok(Stanza::StartOn(condition)) => {
            let mut out = String::new();
            write(&condition, &mut out);
            out
        }
        Ok(other) => format!("{other:?}"),
        Err(kind) => kind.name().to_owned(),
    }
}

#[test]
fn words_lose_their_quotes() {
    for (text, expected) in [
        ("a\\\nb", "[a b]"),
        ("a \\\n  b", "[a][b]"),
        ("a\\\n b", "[a][b]"),
        ("\"a b\" 'c d'", "[a b][c d]"),
        ("a\"b c\"d", "[ab cd]"),
        ("\"a\\\"b\"", "[a\\\"b]"),
        ("\\\"a\\\" b", "[\\\"a\\\"][b]"),
        ("a\\ b", "[a b]"),
        ("a\\\\b", "[a\\b]"),
        ("a\\nb", "[a\\nb]"),
        ("a#b", "[a]"),
        ("a\\#b", "[a\\#b]"),
        ("\"a#b\"", "[a#b]"),
        ("\"a\n   b\"", "[a b]"),
        ("\"a  \n\n b\"", "[a b]"),
        ("\"\"", "expected-token"),
        ("a ''", "expected-token"),
        ("\" \"", "[ ]"),
        ("it's", "unterminated-quote"),
        ("\"  a  \"", "[  a  ]"),
        ("a\\", "trailing-backslash"),
        ("'a\\'", "unterminated-quote"),
        ("'a\\\\'", "[a\\]"),
        ("\"a\\\nb\"", "[a b]"),
        ("a \\\n# c", "[a]"),
        ("FOO=\"bar baz\"", "[FOO=bar baz]"),
        ("\"\\\n\" x", "[ ][x]"),
        ("'a\"b' \"c'd\"", "[a\"b][c'd]"),
        ("caf\u{e9}\\\u{20ac} \"\u{1f600}\\x\"", "[caf\u{e9}\\\u{20ac}][\u{1f600}\\x]"),
    ] {
        assert_eq!(words(text), expected, "{text:?}");
        let followed = format!("{text}\r\n");
        if !text.ends_with('\\') {
            assert_eq!(words(&followed), expected, "{followed:?}");
        }
    }
}

#[test]
fn commands_keep_their_quotes() {
    for (text, expected) in [
        ("foo  bar  ", "foo  bar"),
        ("foo#x", "foo"),
        ("foo \"#\" x", "foo \"#\" x"),
        ("foo \\\n  bar", "foo bar"),
        ("foo\\\nbar", "foo bar"),
        ("foo \"a\n b\" c", "foo \"a b\" c"),
        ("foo \\\n", "foo"),
        ("foo $((1#2))", "foo $((1"),
        ("foo \\ ", "foo \\ "),
        ("foo \\\\ # c", "foo \\\\"),
        ("a 'b  c'\t", "a 'b  c'"),
    ] {
        assert_eq!(command(text), expected, "{text:?}");
    }
}

/// init corrupts blanks before a backslash that escapes nothing (`nih/config.c`,
/// `nih_config_token`). This parser keeps them.
#[test]
fn garbled_blanks_are_kept_and_reported() {
    for (text, value, places) in [
        ("exec echo  \\$x", "echo  \\$x", vec!["  \\"]),
        ("exec sh -c \"a \\\"b\\\" c\"", "sh -c \"a \\\"b\\\" c\"", vec![" \\"]),
        ("exec a \\\\ b", "a \\\\ b", vec![]),
        ("description \"x \\a\"", "x \\a", vec![" \\"]),
    ] {
        let source = source(text);
        let file = parse(&source, Origin::Conf).expect("init loads it");
        let found: Vec<&str> =
            file.mangled.iter().map(|span| &source.text()[span.range()]).collect();
        assert_eq!(found, places, "{text}");
        let got = match &file.stanzas[0].value {
            Stanza::Description(word) => &word.value,
            Stanza::Process(_, process) => &process.text().value,
            other => panic!("{other:?}"),
        };
        assert_eq!(got, value);
    }
}

#[test]
fn scripts_lose_their_common_indentation() {
    for (lines, expected) in [
        ("  a\n    b\nend script\n", "a\n  b\n"),
        ("  a\n\n  b\nend script\n", "  a\n\n  b\n"),
        ("\n  a\nend script\n", "\n  a\n"),
        ("\ta\n  b\nend script\n", "\ta\n  b\n"),
        ("    a\n  b\n      c\nend script\n", "  a\nb\n    c\n"),
        ("a\n end  script #x\n", "a\n"),
        ("end script", ""),
        ("  a\r\n  b\r\n  end script\r\n", "a\r\nb\r\n"),
        ("cat <<E\nend scripts\nendscript\nend script", "cat <<E\nend scripts\nendscript\n"),
        ("  'it\n\\end script\n  end\tscript\n", "  'it\n\\end script\n"),
    ] {
        assert_eq!(script(lines), expected, "{lines:?}");
    }
}

#[test]
fn operators_bind_equally_and_to_the_left() {
    for (text, expected) in [
        ("a or b and c or d", "(((a or b) and c) or d)"),
        ("a and (b or c) X=1", "expected-operator"),
        ("(a\n# c\nor b)", "expected-token"),
        ("()", "expected-event"),
        ("a)", "mismatched-parentheses"),
        ("(a", "mismatched-parentheses"),
        ("(a or\n", "mismatched-parentheses"),
        ("\"and\" x \"or\"", "and x or"),
        ("a X=1 b", "expected-variable"),
        ("((a) or ((b and c)))", "(a or (b and c))"),
        ("(a # one\n  or b)and(c) # two", "((a or b) and c)"),
        ("a or\\\n b", "(a or b)"),
        ("a or\\\nb", "a or b"),
        ("(a\n b)", "a b"),
        ("runlevel [!2345] X!=\"y z\"", "runlevel [!2345] X!=y z"),
        ("", "expected-token"),
        ("# c", "expected-token"),
        ("a ''", "expected-token"),
        ("a 'b", "unterminated-quote"),
    ] {
        assert_eq!(condition(text), expected, "{text:?}");
    }
}

#[test]
fn whole_files() {
    for (text, expected) in [
        ("", ""),
        ("# nothing", ""),
        ("  \n\t\r\n#c", ""),
        ("manual exec foo", "manual, exec"),
        ("debug manual # c\ntask#c", "debug, manual, task"),
        ("kill \\\n signal \\\n INT", "kill signal"),
        ("respawn limit unlimited\nrespawn\n", "respawn limit, respawn"),
        ("limit nofile -1 unlimited", "limit"),
        ("respawn limit 5", "expected-token"),
        ("respawn limit unlimited 5", "unexpected-token"),
        ("respawn limit -1 5", "illegal-limit"),
        ("normal exit -1", "illegal-exit-status"),
        ("limit nofile 1", "expected-token"),
        ("umask 1777", "illegal-umask"),
        ("env A=1 B=2", "unexpected-token"),
        ("env A 'x", "unexpected-token"),
        ("manual foo", "unknown-stanza"),
        ("pre-start\nexec true", "expected-token"),
        ("exec# a", "expected-token"),
        ("exec=a", "unknown-stanza"),
        ("\\\nexec a", "unknown-stanza"),
        ("\\\n exec a", "expected-token"),
        ("\\", "trailing-backslash"),
        ("\"exec\" a", "unknown-stanza"),
        ("script\n a", "unterminated-block"),
        ("script", "unterminated-block"),
        ("script a", "unexpected-token"),
        ("# \0\nexec a # \0", "exec"),
        ("exec a\0b", "unexpected-token"),
        ("\0", "unexpected-token"),
    ] {
        let got = match stanzas(text) {
            Ok(stanzas) => stanzas.iter().map(Stanza::keyword).collect::<Vec<_>>().join(", "),
            Err(refusal) => refusal.kind.name().to_owned(),
        };
        assert_eq!(got, expected, "{text:?}");
    }
}

#[test]
fn a_refusal_points_at_its_cause_and_mends_it_where_it_can() {
    for (text, place, mended) in [
        ("exec a\ndescription it's mine\n", "'", Some("exec a\ndescription \"it's mine\"\n")),
        ("exec a 'b\ntask\n", "'", None),
        ("author Foo Bar <a@b> \n", "Bar", Some("author \"Foo Bar <a@b>\" \n")),
        ("env A=1 B=2\n", "B=2", Some("env A=1\nenv B=2\n")),
        ("env A=hello world\n", "world", Some("env A=\"hello world\"\n")),
        ("decription x\n", "decription", Some("description x\n")),
        ("kill timout 5\n", "timout", Some("kill timeout 5\n")),
        ("kill signal SIGTREM\n", "SIGTREM", Some("kill signal TERM\n")),
        ("limit nofile 1024\n", "limit nofile 1024", None),
        ("respawn /sbin/foo\n", "/sbin/foo", Some("respawn\nexec /sbin/foo\n")),
        ("start on (a or (b\nexec foo\n", "(", None),
        ("start on (a or (b)\nexec foo\n", "exec", None),
        ("start on (a\n\nexec foo\n", "\n", None),
        ("start on (a\n\nor b)\n", "\n", Some("start on (a\nor b)\n")),
        ("start on (a) OR b\n", "OR", Some("start on (a) or b\n")),
        ("script\necho\nend scripts\n", "script", Some("script\necho\nend script\n")),
        ("\u{feff}exec a\n", "\u{feff}exec", Some("exec a\n")),
    ] {
        let source = source(text);
        let refusal = parse(&source, Origin::Conf).expect_err(text);
        let diagnostic = refusal.diagnostic;
        assert_eq!(&source.text()[diagnostic.span.range()], place, "{text:?}");
        assert!(diagnostic.help.is_some(), "{text:?}");
        let mut changed = text.to_owned();
        for edit in &diagnostic.edits {
            changed.replace_range(edit.span.range(), &edit.text);
        }
        assert_eq!((!diagnostic.edits.is_empty()).then_some(changed.as_str()), mended, "{text:?}");
        assert!(mended.is_none() || stanzas(&changed).is_ok(), "{changed:?}");
    }
}

/// Parses, resolves and renders a job, and checks all spans.
fn survey(bytes: Vec<u8>) {
    let source = Source::new("test.conf", bytes);
    let text = source.text();
    let check = |span: Span| assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
    match parse(&source, Origin::Conf) {
        Ok(file) => {
            file.mangled.iter().copied().for_each(check);
            let mut end = 0;
            for stanza in &file.stanzas {
                check(stanza.span);
                assert!(end <= stanza.span.start, "stanzas overlap in {text:?}");
                end = stanza.span.end;
                assert!(
                    !text[stanza.span.range()].ends_with([' ', '\n'])
                        || text[..end].ends_with("\\ "),
                    "{text:?}"
                );
            }
            let job = resolve(JobName("test".to_owned()), file, None, Dialect::Upstart113);
            serde_json::to_string(&parsed_job(&job)).expect("a job is always JSON");
        }
        Err(refusal) => {
            let diagnostic = refusal.diagnostic;
            check(diagnostic.span);
            diagnostic.related.iter().for_each(|&(span, _)| check(span));
            diagnostic.edits.iter().for_each(|edit| check(edit.span));
            source.position(diagnostic.span.start);
        }
    }
}

/// Fragments of valid and invalid job files.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "\n",
        "\n",
        " ",
        " ",
        "\t",
        "\r\n",
        "\\\n",
        "\\",
        "\"",
        "'",
        "#",
        "(",
        ")",
        "=",
        "a",
        "b",
        "-1",
        "7",
        "\0",
        "\u{e9}",
        "and",
        "or",
        "start on ",
        "stop on",
        "exec ",
        "script\n",
        "end script\n",
        "pre-start ",
        "description ",
        "author ",
        "env ",
        "kill timeout ",
        "kill signal",
        "respawn limit ",
        "normal exit",
        "limit nofile ",
        "oom score ",
        "cgroup cpu ",
        "manual ",
        "umask ",
        "{{",
        "end ",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_bytes_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survey(bytes);
    }

    #[test]
    fn no_job_harms(text in pieces()) {
        survey(text.into_bytes());
    }
}

#[test]
fn parentheses_without_end_are_no_burden() {
    let deep = |count: usize| format!("{}a{}", "(".repeat(count), ")".repeat(count));
    assert_eq!(condition(&deep(100_000)), "a");
    assert_eq!(condition(&"(".repeat(100_000)), "mismatched-parentheses");
    assert_eq!(condition(&")".repeat(100_000)), "mismatched-parentheses");
}

#[test]
fn the_depth_of_a_condition_is_bounded() {
    let chain = |operands: usize| vec!["a"; operands].join(" or ");
    let nested = |operands: usize| {
        format!("{}a{}", "a and (".repeat(operands - 1), ")".repeat(operands - 1))
    };
    for text in [chain(MAX_DEPTH), nested(MAX_DEPTH)] {
        assert!(condition(&text).starts_with('('));
    }
    for text in [chain(MAX_DEPTH + 1), nested(MAX_DEPTH + 1), chain(20_000), nested(20_000)] {
        assert_eq!(condition(&text), "unreadable");
    }
}

#[test]
fn long_files_are_read_to_their_end() {
    for text in [
        format!(
            "script\n{}end script\n",
            "    echo \"a line of a script\" # with a comment\n".repeat(20_000)
        ),
        format!("description {}\n", "a".repeat(500_000)),
        format!("exec foo {}\n", "\"a\\\"\" ".repeat(100_000)),
        format!("emits {}\n", "a ".repeat(100_000)),
        format!("emits {}'", "\"a\"'b'".repeat(50_000)),
        format!("emits {}'", "\"a\" ".repeat(50_000)),
        "# a comment\n\n".repeat(50_000),
        format!("description a{}b\n", "\\\n".repeat(100_000)),
        format!("{}task\n", "\\\n".repeat(100_000)),
        "end ".repeat(100_000),
        format!("script\n{}", "end scrip\n".repeat(50_000)),
    ] {
        survey(text.into_bytes());
    }
}
