use super::apply;
use crate::diagnostic::registry::{MALFORMED_ALLOW, UNUSED_ALLOW};
use crate::diagnostic::{Category, Diagnostic, Rule, Severity};
use crate::text::bytes::encode;
use crate::text::source::{Origin, Source, Span};
use crate::upstart::parse::parse;
use crate::upstart::script::Scripts;

static ODD: Rule = Rule::sample("U190", "odd-word", Severity::Warning);

static PLAIN: Rule = Rule::sample("U191", "plain-word", Severity::Note);

static REFUSED: Rule = Rule::sample("U090", "refused-word", Severity::Error);

static KNOWN: [&Rule; 5] = [&REFUSED, &UNUSED_ALLOW, &MALFORMED_ALLOW, &ODD, &PLAIN];

/// Returns a finding for every `ODD`, `PLAIN` and `REFUSED` that is not in a comment of the test.
fn findings(source: &Source, origin: Origin) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (word, rule) in [("ODD", &ODD), ("PLAIN", &PLAIN), ("REFUSED", &REFUSED)] {
        found.extend(
            source
                .text()
                .match_indices(word)
                .map(|(at, _)| rule.at(Span::new(origin, at..at + word.len()), "found")),
        );
    }
    found.sort_by_key(|diagnostic| diagnostic.span.start);
    found
}

fn applied(source: &Source) -> Vec<Diagnostic> {
    let file = parse(source, Origin::Conf).unwrap();
    apply(
        source,
        Some((&file, &Scripts::default())),
        Origin::Conf,
        findings(source, Origin::Conf),
        &KNOWN,
        |_| true,
    )
}

/// `line:name` of the findings that remain, and the messages about allow comments.
fn left(text: &str) -> Vec<String> {
    let source = Source::new("x", text.as_bytes().to_vec());
    applied(&source)
        .iter()
        .map(|diagnostic| {
            let line = source.position(diagnostic.span.start).line;
            let message = if diagnostic.rule.category == Category::Allow {
                format!(" {}", diagnostic.message)
            } else {
                String::new()
            };
            format!("{line}:{}{message}", diagnostic.rule.name)
        })
        .collect()
}

/// The text after the edits of the findings about allow comments. Asserts that none remains.
fn mended(bytes: &[u8]) -> Vec<u8> {
    let source = Source::new("x", bytes.to_vec());
    let mut text = source.text().to_owned();
    let diagnostics = applied(&source);
    let mut edits: Vec<_> = diagnostics.iter().flat_map(|diagnostic| &diagnostic.edits).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    for edit in edits {
        text.replace_range(edit.span.range(), &edit.text);
    }
    let bytes = encode(&text).into_owned();
    let again = Source::new("x", bytes.clone());
    let left: Vec<&str> = applied(&again)
        .iter()
        .map(|diagnostic| diagnostic.rule.name)
        .filter(|name| name.ends_with("-allow"))
        .collect();
    assert_eq!(left, Vec::<&str>::new(), "{text}");
    bytes
}

#[test]
fn the_next_stanza_is_covered_and_no_other() {
    let text = "task\n# upstart2systemd: allow(odd-word) because\nexec ODD PLAIN\nenv A=ODD\n";
    assert_eq!(left(text), ["3:plain-word", "4:odd-word"]);
    let text = "task\n# upstart2systemd: allow(U190) because\n\n# é ODD\nscript\n  ODD\n\n  x é ODD\nend script\nenv A=ODD\n";
    assert_eq!(left(text), ["4:odd-word", "10:odd-word"]);
}

#[test]
fn before_the_first_stanza_the_file_is_covered() {
    assert_eq!(
        left(
            "# é\n# upstart2systemd: allow(odd-word) because\n\nenv A=ODD\nexec PLAIN\nenv B=ODD\n"
        ),
        ["5:plain-word"]
    );
    assert_eq!(
        left("# upstart2systemd: allow(odd-word) because"),
        ["1:unused-allow `odd-word`: nothing of the kind is found in this file"]
    );
}

#[test]
fn several_allows_add_up() {
    let text = "task\n# upstart2systemd: allow(odd-word) because\n# upstart2systemd: allow(plain-word) because\nexec ODD PLAIN\nenv A=ODD\n";
    assert_eq!(left(text), ["5:odd-word"]);
    assert_eq!(
        left("task\n# upstart2systemd: allow(odd-word, plain-word) because\nexec ODD PLAIN\n"),
        [""; 0]
    );
    assert_eq!(
        left(
            "# upstart2systemd: allow(odd-word) a\ntask\n# upstart2systemd: allow(odd-word) b\nexec ODD\n"
        ),
        [""; 0]
    );
    let script = "script\n  # upstart2systemd: allow(odd-word) a\n\n  # upstart2systemd: allow(plain-word) b\n  # c\n  ODD PLAIN\n  ODD\nend script\n";
    assert_eq!(left(script), ["7:odd-word"]);
}

#[test]
fn a_comment_on_the_line_of_a_stanza_is_about_it() {
    assert_eq!(left("exec ODD # upstart2systemd: allow(odd-word) a\nenv A=ODD\n"), ["2:odd-word"]);
    assert_eq!(
        left("exec ODD \\\n # upstart2systemd: allow(odd-word) a\nenv A=ODD\n"),
        ["3:odd-word"]
    );
    assert_eq!(
        left("task\nscript # upstart2systemd: allow(odd-word) a\nODD\nend script\nenv A=ODD\n"),
        ["5:odd-word"]
    );
    assert_eq!(
        left("task\nscript\nODD\nend script # upstart2systemd: allow(odd-word) a\nenv A=ODD\n"),
        ["5:odd-word"]
    );
    let condition = "task\nstart on (a ODD \"#\" # upstart2systemd: allow(odd-word) a\n  and ODD # upstart2systemd: allow(plain-word) a\n or PLAIN)\nexec PLAIN\n";
    assert_eq!(left(condition), ["5:plain-word"]);
}

#[test]
fn a_line_of_a_script_is_covered() {
    let text = "script\n  ODD\n  # upstart2systemd: allow(odd-word) a\n  é ODD \\\n    ODD \"\n ODD\"\n  ODD\n  ODD # upstart2systemd: allow(odd-word) a\n  ODD\nend script\n";
    assert_eq!(left(text), ["2:odd-word", "7:odd-word", "9:odd-word"]);
    let here = "script\ncat <<E # upstart2systemd: allow(odd-word) a\n# upstart2systemd: allow(plain-word) none\nODD\nE\nPLAIN ODD\nend script\n";
    assert_eq!(left(here), ["6:plain-word", "6:odd-word"]);
    let last = "script\n  ODD\n  # upstart2systemd: allow(odd-word) a\nend script\nenv A=ODD\n";
    assert_eq!(left(last)[..2], ["2:odd-word", "5:odd-word"]);
    assert_eq!(
        left(last)[2],
        "3:unused-allow `odd-word`: no stanza follows that this could be about"
    );
}

#[test]
fn what_is_no_comment_allows_nothing() {
    for text in [
        "task\nenv A=\"# upstart2systemd: allow(odd-word) a\"\nexec ODD\n",
        "task\nexec a '# upstart2systemd: allow(odd-word) a' ODD\n",
        "task\nscript\necho '\n# upstart2systemd: allow(odd-word) a\n'\nODD\nend script\n",
        "task\nscript\ncat <<E\n# upstart2systemd: allow(odd-word) a\nE\nODD\nend script\n",
        "task\nstart on a \"# upstart2systemd: allow(odd-word) a\"\nexec ODD\n",
    ] {
        assert_eq!(left(text).len(), 1, "{text}");
    }
}

#[test]
fn what_silences_nothing_is_reported_and_can_be_removed() {
    let text = "task\n# upstart2systemd: allow(odd-word, U191) a\nexec a\n# upstart2systemd: allow(odd-word) b";
    assert_eq!(
        left(text),
        [
            "2:unused-allow `odd-word`, `plain-word`: nothing of the kind is found where this allows it",
            "4:unused-allow `odd-word`: no stanza follows that this could be about"
        ]
    );
    for (text, expected) in [
        (
            "task\n# upstart2systemd: allow(odd-word, plain-word) a\nexec PLAIN\n",
            "task\n# upstart2systemd: allow(plain-word) a\nexec PLAIN\n",
        ),
        ("task\n  # upstart2systemd: allow(odd-word) a\nexec a\n", "task\nexec a\n"),
        ("task\r\n# upstart2systemd: allow(odd-word) a\r\nexec a\r\n", "task\r\nexec a\r\n"),
        ("exec a\t # upstart2systemd: allow(odd-word) é\r\ntask\r\n", "exec a\r\ntask\r\n"),
        ("exec a \\\n  # upstart2systemd: allow(odd-word) a\ntask\n", "exec a \\\n\ntask\n"),
        ("task\n# b \\\n  # upstart2systemd: allow(odd-word) a\nexec a", "task\n# b \\\nexec a"),
        (
            "script\n  a\n  # upstart2systemd: allow(odd-word) a\n  b\nend script\n",
            "script\n  a\n  b\nend script\n",
        ),
        (
            "script\n  a\n # upstart2systemd: allow(odd-word) a\n  b\nend script\n",
            "script\n  a\n \n  b\nend script\n",
        ),
        (
            "script\n  a \\  # upstart2systemd: allow(odd-word) a\n  b \\\n  # upstart2systemd: allow(odd-word) a\n  c\nend script\n",
            "script\n  a \\  \n  b \\\n  \n  c\nend script\n",
        ),
        ("start on (a # upstart2systemd: allow(odd-word) a\n and b)\n", "start on (a\n and b)\n"),
        ("script # upstart2systemd: allow(odd-word) a\na\nend script\n", "script\na\nend script\n"),
    ] {
        assert_eq!(String::from_utf8(mended(text.as_bytes())).unwrap(), expected, "{text}");
    }
    assert_eq!(
        mended(b"task\n# caf\xe9\n # upstart2systemd: allow(odd-word) \xe9a\nexec \xe9\n"),
        b"task\n# caf\xe9\nexec \xe9\n"
    );
}

#[test]
fn what_nobody_looked_for_is_not_called_unused() {
    let source = Source::new("x", b"task\n# upstart2systemd: allow(odd-word) a\nexec a\n".to_vec());
    let file = parse(&source, Origin::Conf).unwrap();
    assert_eq!(
        apply(
            &source,
            Some((&file, &Scripts::default())),
            Origin::Conf,
            Vec::new(),
            &KNOWN,
            |rule| rule.code != "U190"
        )
        .len(),
        0
    );
}

#[test]
fn mistakes_in_allows_are_reported() {
    for (comment, expected) in [
        ("allow(odd-wrod) a", &["2:malformed-allow unknown rule `odd-wrod`", "3:odd-word"][..]),
        ("allow(odd-word)", &["2:malformed-allow the `allow` has no reason"]),
        (
            "allow(odd-word, é, plain-word) a",
            &[
                "2:malformed-allow unknown rule `é`",
                "2:unused-allow `plain-word`: nothing of the kind is found where this allows it",
            ],
        ),
        ("allow(U090, odd-word) a", &["2:malformed-allow `refused-word` cannot be allowed"]),
        (
            "allow(odd-word, unused-allow) a",
            &["2:malformed-allow `unused-allow` cannot be allowed"],
        ),
        (
            "allow odd-word",
            &["2:malformed-allow the list of rules is missing after `allow`", "3:odd-word"],
        ),
    ] {
        let mut found = left(&format!("task\n# upstart2systemd: {comment}\nexec ODD\n"));
        found.sort();
        assert_eq!(found, expected, "{comment}");
    }
    let source =
        Source::new("x", b"task\n# upstart2systemd: allow(odd-wrod) a\nexec ODD\n".to_vec());
    let complaint = applied(&source).pop().unwrap();
    assert_eq!(
        (
            complaint.edits[0].text.as_str(),
            complaint.edits[0].safe,
            &source.text()[complaint.span.range()]
        ),
        ("odd-word", false, "odd-wrod")
    );
}

#[test]
fn what_init_refuses_stays_and_so_does_the_other_file() {
    let text = b"# upstart2systemd: allow(odd-word) a\nexec ODD REFUSED\n".to_vec();
    let source = Source::new("x", text);
    assert_eq!(
        applied(&source).iter().map(|diagnostic| diagnostic.rule.name).collect::<Vec<_>>(),
        ["refused-word"]
    );
    let file = parse(&source, Origin::Conf).unwrap();
    let others = findings(&source, Origin::Override);
    assert_eq!(
        apply(
            &source,
            Some((&file, &Scripts::default())),
            Origin::Conf,
            others.clone(),
            &KNOWN,
            |_| true
        )
        .len(),
        3
    );
    assert_eq!(apply(&source, None, Origin::Override, others, &KNOWN, |_| true).len(), 2);
}

#[test]
fn raw_bytes_and_carriage_returns_do_not_shift_places() {
    let source = Source::new("x", b"# \xe9\xe9\r\ntask\r\n# upstart2systemd: allow(odd-word) \xe9 a\r\nexec \xe9 ODD\r\nscript\r\n\t\xe9 ODD\r\n\t# upstart2systemd: allow(odd-word) a\r\n\t\xe9 ODD\r\nend script\r\n".to_vec());
    let lines: Vec<usize> = applied(&source)
        .iter()
        .map(|diagnostic| source.position(diagnostic.span.start).line)
        .collect();
    assert_eq!(lines, [6]);
}
