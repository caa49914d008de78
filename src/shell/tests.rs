use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::{Context, Script, read, readable};

/// Scripts that use only builtins, so they can be run. `sh -n` accepts each of them.
const SCRIPTS: &[&str] = &[
    "",
    "\n\n",
    "echo a\necho b",
    "# it's a \"comment\" \\\necho a # don't\n\n  # `more` $( \\\n echo b\n",
    "f() {\n  echo \"in $1\"\n  # c\n}\n\ng ()\n# between\n{\n f x; }\nf a; g\n",
    "h() (\necho sub\n) >&2\nh 2>&1\n",
    "case abc in\n  # first\n  a*)\n    echo one\n    # two\n    ;;\n  (\"b c\" | 'd)') echo two ;;\n  *)\n    echo other\nesac\n",
    "case $# in 0) echo none;; esac\ncase x in\nesac\necho end\n",
    "for x in a \"b c\" 'd\ne'\n# before do\ndo\n  # body\n  echo \"<$x>\"\ndone\n",
    "set -- p q\nfor x\ndo echo $x; done\nfor y do echo $y\ndone\nfor z\nin 1 2; do\necho $z\ndone\n",
    "i=0\nwhile [ $i -lt 3 ]\ndo\n  i=$((i + 1))\n  # (i << 2)\n  echo $((i<<2)) $(( (i > 1) ? 10 : 20 ))\ndone\nuntil\n # x\n false || true\ndo :\ndone\n",
    "if true\nthen\n  # yes\n  echo yes\nelif false\n# c\nthen echo no\nelse\necho never\nfi >/dev/stdout\n",
    "true &&\n  # comment\n  echo and ||\n\n  echo or\necho x |\n  # pipe\n  while read l; do echo \"got $l\"; done\n",
    "cat <<EOF\nline one\n  # no comment $((1 + 1))\n\n`echo tick` ${HOME+set} \\$x it's \"quoted\nEOF\n# after\necho done\n",
    "cat <<-EOF\n\ttabs\n\t\tmore\n\tEOF\n  echo after\n",
    "cat <<'EOF'\n$x `y` ${z \\\n# no comment\nEOF \n  EOF\nEOF\n# x\necho after\n",
    "cat <<\"E F\" && echo \"both\n lines\"\nbody\n\nE F\n# c\necho z\n",
    "cat <<A; cat <<\\B\nfirst\nB\nA\nsecond $x\nA\nB\n# c\necho after\n",
    "if true; then cat <<EOF\n# body\nEOF\n# comment\nfi\nwhile true; do cat <<EOF; break\n# loop\nEOF\n# comment\ndone\ncase x in x) cat <<EOF\n# case\nEOF\n# comment\n;; esac\n",
    "x=$(cat <<EOF\n# kept\nit's\nEOF\n# dropped ' quote\n)\necho \"$x\"\n",
    "echo \"$(\n  # comment with ' and )\n  echo inner \"quoted $(\necho deeper\n)\"\n)\"\n",
    "x=`echo one; # it\\\\'s\n  echo two`\necho \"$x\" `echo \\`echo nested\\`` \"`echo \\\"a  b\\\"`\"\n",
    "cat <<EOF\n$(\n# in a here-document\necho a\n)\nEOF\necho end\n",
    "x=/a/b'}'c\necho ${x##*'}'} \"${x%/*}\" ${x#/} ${#x} $# ${#} ${y:-\"a b\"} \"${y:-it's}\" ${y-'}'} \"${y:-\"in ner\"}\" ${y:=z\nw}\necho a\n",
    "x=5\n  echo ${x:+\n# no comment\n} \"${x}\"\necho $x$x '\n# single\n'\n# real\necho \"\n# double\n\"\n",
    "echo a \\\n  b \\\n# this is a comment\necho c\\\nd e\\\n\n  echo f\n",
    "echo a\\\n# not a comment\necho b\n",
    "echo a#b '#c' \"#d\" \\#e ${x+#f} #g\n",
    "a=b c=d\necho $a $c\na=1 \\\nb=2\necho $a $b\n(a=3; echo $a; (echo deep)\n) ; echo $a\n",
    "{ echo one\necho two; } | { read a\nread b\necho $b $a\n}\n",
    "(echo bg\n# c\n) & wait\n{ echo x & } ; wait\n",
    "! false\n! { true\n} || echo no\nset +e\n! true\necho $?\n",
    "echo 1 2>&1 >/dev/null\necho 3 >&2 2>/dev/null\n2>/dev/null echo 4\n>/dev/null\n: <>/dev/null >|/dev/null 3>&-\n",
    "echo 'a\\' \"b\\\\\" \"c\\\"d\" '\"' \"'\"\n# x\necho $ \"$\" a$ \"a$\"\n",
    "if [ \"a\" = 'a' ] && [ ! -e /nonexistent ]\n\n# x\nthen { echo a; }\nfi\n",
    "done=1 if=2; echo done if then fi esac $done\necho {} { } ! }\n",
    "f() { case $1 in x) return 0 ;; esac; return 1; }\nf x && echo x\nf y || echo y\n",
    "eval 'echo a\n# kept for eval\necho b'\n",
    "do\\\nne=1\nwh\\\nile true; do\\\n echo a; break; done\n",
    "echo a;\n# c\necho b &&\n# d\necho c\r\n# e\r\n",
    "echo \"$(echo \")\" ')' \\) # )\n)\" \"$(case x in x) echo esac;; esac)\"\n",
    "x='a b'\nset -- $x \"$x\" \"$@\"\nfor i in \"$@\" $*; do printf '%s\\n' \"$i\"; done\n",
    "printf '%s\\n' a\u{e9}\u{10fee9} \"\u{e9}\" '\u{e9}' \\\u{e9} ${x:-\\\u{e9}} `printf %s \\\\\u{e9}`\n# \u{e9}\n",
    "trap 'echo bye\n# in the trap\n' EXIT\n# c\necho hi\n",
    "echo before\nexit 0\n# c\necho never\n",
    "echo a\nfalse\necho never\n",
];

/// The script with blanks at every break, and without the comment lines that follow a break.
fn laid_out(text: &str, reading: &Script) -> String {
    let mut result = String::new();
    let mut copied = 0;
    for &at in &reading.breaks {
        // It was removed with a comment line.
        if at < copied {
            continue;
        }
        result.push_str(&text[copied..at]);
        copied = at;
        let line = &text[at..];
        if line.trim_start_matches([' ', '\t']).starts_with('#') {
            copied += line.find('\n').map_or(line.len(), |newline| newline + 1);
        }
        if copied <= at || !reading.breaks.contains(&copied) {
            result.push_str("     ");
        }
    }
    result + &text[copied..]
}

fn accepted(text: &str) -> bool {
    Command::new("/bin/sh")
        .args(["-n", "-c", text])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
        .success()
}

fn behaviour(text: &str) -> (Option<i32>, String, String) {
    let output = Command::new("/bin/sh")
        .args(["-e", "-c", text])
        .env("HOME", "/")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn breaks_do_not_change_what_a_script_does() {
    for text in SCRIPTS {
        let reading = read(text);
        assert_eq!(reading.lost, None, "{text:?}");
        assert!(accepted(text), "{text:?}");
        let changed = laid_out(text, &reading);
        assert_eq!(behaviour(text), behaviour(&changed), "{text:?}\n{changed:?}");
        assert_eq!(behaviour(text), behaviour(&text[..reading.end]), "{text:?}");
        assert_eq!(behaviour(text), behaviour(&readable(text, &reading)), "{text:?}");
    }
}

/// In `marked`, `|` follows a newline that is a break, and `~` follows one that is not.
fn check_breaks(marked: &str) {
    let (mut text, mut expected) = (String::new(), Vec::new());
    for character in marked.chars() {
        match character {
            '|' => expected.push(text.len()),
            '~' => {}
            other => text.push(other),
        }
    }
    let reading = read(&text);
    assert_eq!((reading.breaks, reading.lost), (expected, None), "{text:?}");
}

#[test]
fn breaks_are_where_commands_comments_and_empty_lines_end() {
    for marked in [
        "a\n|b\n|",
        "a # x\n|# y \\\n|b",
        "a \\\n~b\n|",
        "if a\n|then\n|b\n|else\n|c\n|fi\n|",
        "case x in\n|a)\n|b\n|;;\n|*) c;;\n|esac\n|",
        "a &&\n|b &\n|",
        "f()\n|{\n|a\n|}\n|(\n|a\n|)\n|",
        "'a\n~' \"b\n~\" c\n|",
        "${a-\n~} $((1 +\n~1)) `b\n~` c\n|",
        "$(a\n|) \"$(b\n|)\" \"${x-$(c\n~)}\"\n|",
        "cat <<E\n~x\n~E\n|a\n|",
        "cat <<A <<B\n~x\n~A\n~y\n~B\n|a\n|",
        "cat <<E; $(x)\n~E\n|",
        "$(cat <<E\n~x\n~E\n|)\n|",
        "for x in a\n|do\n|b\n|done\n|for x\n|in b; do c; done\n|",
    ] {
        check_breaks(marked);
    }
}

#[test]
fn the_reader_knows_when_it_is_lost() {
    for (text, at) in [
        ("a 'b", 2),
        ("a \"b", 2),
        ("a\nb `c", 4),
        ("a\nb $(c", 4),
        ("a ${b", 2),
        ("a $((b", 2),
        ("a $((b) c)", 2),
        ("if a", 4),
        ("if a; then b; done", 14),
        ("{ a", 3),
        ("(a", 2),
        ("a)", 1),
        ("a; fi", 3),
        ("a;;", 1),
        ("; a", 0),
        ("a & ; b", 4),
        ("a || && b", 5),
        ("if ; then a; fi", 3),
        ("case a in b", 11),
        ("case a in b) c ;;& esac", 15),
        ("for 1 in a; do b; done", 4),
        ("a \\", 2),
        ("cat <<E\nx\n", 4),
        ("cat <<E\nx\nE", 4),
        ("cat <<$E\nx\n$E\n", 4),
        ("cat <<E\n$(x\nE\n)\nE\n", 4),
        ("cat <<E $(a\nb)\nE\n", 11),
        ("cat <<E\n\\\nE\nE\n", 4),
        // Only bash accepts these, or it reads them differently.
        ("((a))", 0),
        ("a=(b c)", 2),
        ("x\na[1 + 2]=3", 2),
        ("${x:${y:1}}", 0),
        ("a <(b)", 2),
        ("a <<<b", 2),
        ("a |& b", 2),
        ("function f { a; }", 16),
        ("a; exit() { b; }", 3),
        ("a $'b\\'", 2),
        ("$[1]", 0),
        ("\"${x:-\"}\"}\"", 6),
        ("a 12>b", 2),
        ("x\nalias a=b\na", 2),
        ("echo \"${x/'a'/b}\"", 6),
        ("a\nb\0", 2),
    ] {
        let reading = read(text);
        assert_eq!(reading.lost, Some(at), "{text:?}");
        assert_eq!(reading.end, text.len(), "{text:?}");
        assert!(reading.breaks.iter().all(|&offset| offset <= at), "{text:?}");
    }
}

#[test]
fn nesting_is_bounded() {
    for (open, close) in [
        ("(", ")"),
        ("{ ", "; }"),
        ("$(", ")"),
        ("\"$(", ")\""),
        ("${x-", "}"),
        ("$((", "))"),
        ("if a; then ", "; fi"),
        ("f() ", ""),
        ("a <<E\n$(", ""),
    ] {
        let spaced = if open == "(" { "( " } else { open };
        let deep = format!("{}a{}", spaced.repeat(50_000), close.repeat(50_000));
        assert!(read(&deep).lost.is_some(), "{open}");
        if !close.is_empty() {
            let shallow = format!("{}1{}", spaced.repeat(60), close.repeat(60));
            assert_eq!(read(&shallow).lost, None, "{open}");
        }
    }
}

#[test]
fn words_are_literal_when_nothing_can_change_them() {
    for (word, expected) in [
        ("abc", Some("abc")),
        ("'a b'\"c d\"e\\ f", Some("a bc de f")),
        ("\"\\a\\\\\\\"\\$\\`\\\nb\"", Some("\\a\\\"$`b")),
        ("a\\\nb", Some("ab")),
        ("\\*", Some("*")),
        ("'*?[~{a,b}'", Some("*?[~{a,b}")),
        ("[", Some("[")),
        ("]", Some("]")),
        ("!", Some("!")),
        ("{}", Some("{}")),
        ("a~", Some("a~")),
        ("$", Some("$")),
        ("a$/b", Some("a$/b")),
        ("\u{e9}'\u{e9}'", Some("\u{e9}\u{e9}")),
        ("*", None),
        ("a?", None),
        ("[a]", None),
        ("~", None),
        ("--x=~/y", None),
        ("a:~b", None),
        ("{a,b}", None),
        ("{1..2}", None),
        ("$a", None),
        ("\"$a\"", None),
        ("`a`", None),
        ("\"`a`\"", None),
        ("$(a)", None),
        ("$((1))", None),
        ("${a}", None),
        ("$'a'", None),
        ("$\"a\"", None),
        ("$1", None),
        ("$?", None),
    ] {
        let text = format!("x {word}");
        let reading = read(&text);
        let command = reading.commands.iter().find(|command| command.name() == Some("x")).unwrap();
        assert_eq!(command.words[1].literal.as_deref(), expected, "{word}");
        assert_eq!(&text[command.words[1].range.clone()], word);
        if let Some(expected) = expected {
            assert_eq!(behaviour(&format!("printf %s {word}")).1, expected, "{word}");
        }
    }
}

/// Every command in the form `context: text`.
#[test]
fn variables_that_may_change_a_word_are_known() {
    for (word, expected) in [
        ("$X", Some("[X]")),
        ("a${X}b\"c $Y\"'$Z'\\$", Some("a[X]bc \"[Y]$Z$")),
        ("\"\"$X", Some("[X]")),
        ("$X$Y/%", Some("[X][Y]/%")),
        ("{$X}", Some("{[X]}")),
        ("plain", None),
        ("$X*", None),
        ("~$X", None),
        ("a=~$X", None),
        ("{$X,b}", None),
        ("{1..$X}", None),
        ("${X:-a}", None),
        ("${#X}", None),
        ("$1$X", None),
        ("$(a)$X", None),
        ("`a`$X", None),
        ("$((X))", None),
        ("\"$@$X\"", None),
        ("$'a'$X", None),
    ] {
        let text = format!("exec {word}");
        let reading = read(&text);
        let shown = reading.commands.last().and_then(|command| {
            let found = command.words.get(1)?.expandable.as_ref()?;
            let mut shown = String::new();
            let mut end = 0;
            for expansion in &found.expansions {
                shown.push_str(&found.text[end..expansion.at]);
                let quote = if expansion.quoted { "\"" } else { "" };
                shown.push_str(&format!("{quote}[{}]", expansion.name));
                end = expansion.at;
            }
            Some(shown + &found.text[end..])
        });
        assert_eq!(shown.as_deref(), expected, "{word}");
    }
}

fn commands(text: &str) -> Vec<String> {
    let reading = read(text);
    reading
        .commands
        .iter()
        .map(|command| format!("{:?} {}", command.context, &text[command.range.clone()]))
        .collect()
}

#[test]
fn commands_know_how_they_stand() {
    for (text, expected) in [
        ("A=b c d >e; f", &["{} A=b c d >e", "{} f"][..]),
        (
            "a && b || c",
            &["{\"tested\"} a", "{\"conditional\", \"tested\"} b", "{\"conditional\"} c"],
        ),
        (
            "if a; then b; else c; fi",
            &["{\"tested\"} a", "{\"conditional\"} b", "{\"conditional\"} c"],
        ),
        ("while a; do b; done", &["{\"tested\", \"loop\"} a", "{\"conditional\", \"loop\"} b"]),
        ("case x in y) a;; esac; ! b", &["{\"conditional\"} a", "{\"tested\"} b"]),
        (
            "f() { a; }; (b) & c | d",
            &[
                "{\"function\"} a",
                "{\"subshell\", \"background\"} b",
                "{\"pipeline\"} c",
                "{\"pipeline\"} d",
            ],
        ),
        (
            "a $(b `c`) && { d; }",
            &[
                "{\"tested\"} a $(b `c`)",
                "{\"tested\", \"substitution\"} b `c`",
                "{\"tested\", \"substitution\"} c",
                "{\"conditional\"} d",
            ],
        ),
        (
            "a `b \\`c\\``",
            &["{} a `b \\`c\\``", "{\"substitution\"} b \\`c\\`", "{\"substitution\"} c"],
        ),
        ("cat <<E\n$(a)\nE\nb", &["{} cat <<E", "{\"substitution\"} a", "{} b"]),
    ] {
        assert_eq!(commands(text), expected, "{text:?}");
    }
    let reading = read("(a); b | c; d");
    let itself: Vec<bool> =
        reading.commands.iter().map(|command| command.context.is_in_the_shell_itself()).collect();
    assert_eq!(itself, [false, false, false, true]);
    assert!(reading.commands[0].context.has(Context::SUBSHELL));
}

#[test]
fn names_are_collected() {
    let text = "f() { :; }\necho $A \"${B:-$C}\" '$D' ${#E} $((F + 0xff + $G)) $1 `echo \\$H`\ncat <<X <<'Y'\n$I \\$J\nX\n$K\nY\nx & y";
    let reading = read(text);
    let names: Vec<&str> = reading.variables.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["A", "B", "C", "E", "F", "G", "H", "I"]);
    assert!(reading.variables.iter().all(|(name, range)| text[range.clone()] == *name));
    assert_eq!(reading.functions, ["f"]);
    assert_eq!(
        reading.background.iter().map(|range| &text[range.clone()]).collect::<Vec<_>>(),
        ["x &"]
    );
    assert_eq!(reading.lost, None);
}

#[test]
fn the_final_newline_counts_only_sometimes() {
    for (text, expected) in [
        ("a", ""),
        ("a\n", "\n"),
        ("a\n\n\n", "\n\n\n"),
        ("a # b\n", "\n"),
        ("", ""),
        ("\n\n", "\n\n"),
        ("a \\\n", ""),
        ("a \\\n\n\n", "\n\n"),
        ("a <<E\nE\n", ""),
        ("a <<E\nE\n\n", "\n"),
        ("a '\n\n", ""),
    ] {
        assert_eq!(&text[read(text).end..], expected, "{text:?}");
    }
}

fn check_offsets(text: &str) -> Result<(), TestCaseError> {
    let reading = read(text);
    let mut ranges = [reading.comments.clone(), reading.background.clone()].concat();
    ranges.extend(reading.variables.iter().map(|(_, range)| range.clone()));
    for command in &reading.commands {
        ranges.push(command.range.clone());
        ranges.extend(command.redirections.iter().cloned());
        ranges.extend(
            command.assignments.iter().chain(&command.words).map(|word| word.range.clone()),
        );
    }
    for range in ranges {
        prop_assert!(text.get(range.clone()).is_some(), "{:?}", range);
    }
    prop_assert!(reading.commands.is_sorted_by_key(|command| command.range.start));
    prop_assert!(reading.breaks.is_sorted());
    for at in reading.breaks {
        prop_assert!(at > 0 && text.is_char_boundary(at) && text.as_bytes()[at - 1] == b'\n');
    }
    let reading = read(text);
    crate::upstart::script::leading_guards::leading_guards(text, &reading);
    crate::upstart::script::job_control::find(text, &reading);
    crate::shell::words(text, &reading);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_panics_and_all_offsets_are_good(text in any::<String>()) {
        check_offsets(&text)?;
    }

    #[test]
    fn nothing_panics_on_what_looks_like_shell(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "a", "é", " ", "\n", "\t", "'", "\"", "`", "\\", "$", "$(", "${", "$((", "(", ")", "))", "{", "}", "x", "#", "<<E", "<<-'E'", "E", "\nE\n",
                "\n", ";", ";;", "&", "&&", "|", "||", "<", ">", "!", "if ", "then ", "fi", "case ", " in ", "esac", "for ", "do ", "done", "while ",
                "[ -x /a ]", "stop", "exit 0", "/sbin/initctl", "=", ":-", "%", "~", "*", "1",
            ]),
            0..40,
        )
    ) {
        check_offsets(&pieces.concat())?;
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// A script is read the same if other scripts precede or follow it, and the layout of scripts
    /// put together is certain.
    #[test]
    fn scripts_in_a_row_can_be_laid_out(indices in prop::collection::vec(0..SCRIPTS.len(), 1..4)) {
        let text: String = indices.iter().map(|&index| format!("(\n{}\n)\n", SCRIPTS[index])).filter(|script| accepted(script)).collect();
        let reading = read(&text);
        prop_assert_eq!(reading.lost, None);
        prop_assert!(accepted(&laid_out(&text, &reading)));
    }
}
