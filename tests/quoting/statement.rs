//! Scripts of random statements: everything that a shell quotes, expands and continues, around text
//! of any bytes.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::text;

/// Text that a shell expands in double quotes and in here-documents. None of it ends in `$`,
/// because `$$` would be the process number, which differs between runs and may become part of an
/// octal number for `echo`.
#[rustfmt::skip]
const EXPANSIONS: [&str; 27] = [
    "$x", "${x}", "${y}", "${z:-a 'b'}", "${z:=set}", "${y%o*}", "${y##*/}", "${#y}", "${x:+yes}", "${UPSTART_JOB}", "$UPSTART_INSTANCE", "$V", "${V#a}",
    "$((x * 2))", "$?", "$#", "$*", "$(echo 'a)b')", "`echo c`", "$(echo $(echo d))", "\\$x", "\\\\", "\\`", "\\a", "\\\n", "$.", "$%",
];

/// Text with a special meaning outside of quotes.
#[rustfmt::skip]
const BARE: [&str; 24] = [
    "a", "%i", "%%", "50%", "\\ ", "\\$", "\\;", "\\#", "\\\"", "\\'", "\\\\", "\\%n", "é", "a#b", "*.none", "$x", "${x}", "\"$@\"", "$(($$ > 1))x", "{a,b}", "=", "~", "!", "\\\n",
];

/// Statements that end a script, or may end it.
const ENDS: [&str; 8] = [
    "false\n",
    "exit 7\n",
    "(exit 5)\n",
    "no-such-command 2>&1 | wc -l\n",
    "no-such-command\n",
    "${nothing:?}\n",
    "[ $x = 1 ]\n",
    "! true\n",
];

/// Statements after which a script continues.
const STEPS: [&str; 9] = [
    "x=$((x + 1))\n",
    "y=one/two\n",
    "set -- 'a  b' \"c\"\n",
    "kill -0 $$ && echo \"$$\" | tr -d 0-9\n",
    "false || echo \"no: $?\"\n",
    "if ! false; then echo yes; fi\n",
    "\t \techo a; \techo b;\n",
    "set +e; false; echo $?; set -e\n",
    "trap 'echo \"bye $?\"' EXIT\n",
];

/// Scripts that do not begin with a blank.
pub fn scripts() -> impl Strategy<Value = Vec<u8>> {
    let simple = prop_oneof![
        2 => words().prop_map(|words| [b"printf '[%s]' ", words.as_slice(), b"\n"].concat()),
        2 => words().prop_map(|words| [b"echo ", words.as_slice(), b"\n"].concat()),
        1 => word().prop_map(|word| [b"y=", word.as_slice(), b"; echo \"$y\"\n"].concat()),
        2 => (select(vec!["EOF", "E\\OF", "'EOF'", "\"EOF\""]), any::<bool>(), text::bytes(), expanded()).prop_map(here_document),
        2 => (select(vec!["", "    ", "\t", "echo a ", "x=1;"]), text::bytes()).prop_map(|(before, comment)| {
            let comment = without(b"\n", comment);
            [before.as_bytes(), b"# ", &comment, b"\n"].concat()
        }),
        2 => (vec(word(), 1..4), select(vec!["\tend\n", "# the end\n", "  # the end\n", "; echo end\n", " ;\n"])).prop_map(|(words, end)| {
            [b"printf '%s,' \\\n", words.join(&b" \\\n  "[..]).as_slice(), b" \\\n", end.as_bytes()].concat()
        }),
        3 => select(&STEPS[..]).prop_map(|step| step.as_bytes().to_vec()),
        1 => select(&ENDS[..]).prop_map(|end| end.as_bytes().to_vec()),
    ];
    let statement = simple.prop_recursive(2, 8, 3, |inner| {
        let body = vec(inner, 1..4).prop_map(|statements| statements.concat());
        let around = select(vec![
            ("for i in 1 '2  3'; do\n:\n", "done\n"),
            ("if [ -n \"$x\" ]; then\n:\n", "else\n  echo no\nfi\n"),
            ("case $x in\n0|*)\n:\n", ";;\nesac\n"),
            ("(\n:\n", ") || echo \"failed: $?\"\n"),
            ("{\n:\n", "} | cat\n"),
            ("f() {\n:\n", "}\nf a 'b c'\n"),
            ("echo \"$(\n:\n", ")\"\n"),
        ]);
        (around, body).prop_map(|((before, after), body)| {
            [before.as_bytes(), &body, after.as_bytes()].concat()
        })
    });
    vec(statement, 0..9)
        .prop_map(|statements| [b"x=0; y='a  b'\n".to_vec(), statements.concat()].concat())
}

fn words() -> impl Strategy<Value = Vec<u8>> {
    (vec(word(), 0..4), select(vec![" ", "  ", "\t", " \\\n"]))
        .prop_map(|(words, between)| words.join(between.as_bytes()))
}

fn word() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        text::bytes().prop_map(|text| [b"'", without(b"'", text).as_slice(), b"'"].concat()),
        expanded().prop_map(|text| [b"\"", text.as_slice(), b"\""].concat()),
        select(&BARE[..]).prop_map(|text| text.as_bytes().to_vec()),
    ];
    vec(part, 1..3).prop_map(|parts| parts.concat())
}

/// Text that is valid in double quotes and in a here-document.
fn expanded() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        select(&EXPANSIONS[..]).prop_map(|text| text.as_bytes().to_vec()),
        text::bytes().prop_map(|text| without(b"\"$`\\", text)),
    ];
    (vec(part, 0..4), select(vec!["", "", "$"]))
        .prop_map(|(parts, end)| [parts.concat(), end.into()].concat())
}

fn here_document((word, with_tabs, literal, expanded): (&str, bool, Vec<u8>, Vec<u8>)) -> Vec<u8> {
    let text = if word == "EOF" { expanded } else { literal };
    let mut lines = Vec::new();
    for line in text.split(|&byte| byte == b'\n').filter(|line| line.trim_ascii() != b"EOF") {
        lines.extend([if with_tabs { b"\t" } else { &b""[..] }, line, b"\n"].concat());
    }
    // An escaped newline would join the last line and the end.
    lines.extend(b".\n");
    let (sign, end) = if with_tabs { ("<<-", "\tEOF\n") } else { ("<<", "EOF\n") };
    [format!("cat {sign}{word}\n").as_bytes(), &lines, end.as_bytes()].concat()
}

fn without(bytes: &[u8], mut text: Vec<u8>) -> Vec<u8> {
    text.retain(|byte| !bytes.contains(byte));
    text
}
