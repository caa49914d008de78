//! Small scripts that do the same before and after systemd has read them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// A line of a script with its newline. `may_break` is true if a shell reads it in the same way
/// with blanks before it or, for a comment, without it.
#[derive(Clone, Debug)]
struct Line {
    text: String,
    may_break: bool,
}

/// A script, and the offsets of the lines that may break.
#[derive(Clone, Debug)]
pub struct Script {
    pub text: String,
    pub breaks: Vec<usize>,
    /// Offsets after escaped newlines between words.
    pub joins: Vec<usize>,
}

/// Statements of one line. Some are so long that the unit has them on several lines.
const LINES: [&str; 25] = [
    "if [ \"$x\" = 0 ]; then echo \"zero  it is:  $x  \" 'and  # not a comment  '   || echo \"no  zero\"; else echo other  ; fi  # long,  with $x  and so on",
    "long() { case $1 in a  |  'b  c') echo \"a,  or b  c: $1  $(echo   a   b)\" ;; *) echo \"else: $1  \" ;; esac; ! false  || echo; }; long 'b  c' &&  long x",
    "for i in one  \"two  three\"  ;  do printf '<%s>  ' \"$i  \" four\\  five `echo   six   seven` $((x  +  1)) \"${x:-  eight  }\"  >&2 2>/dev/null ; done; # the end",
    "x=$((x + 1))",
    "echo \"$x\" '$x' \\$x 50% \"a  b\" 'it'\\''s'",
    "printf '%s\\n' \"a\\\\b\tc\" '\\' \"${x:-none}\" `echo $$ | wc -l`",
    "false || echo no",
    "echo a; echo b # c",
    "\techo tab",
    "      echo indented",
    "# a comment; it's \"open",
    "    # an indented comment \\",
    "#!/bin/false",
    "",
    "    ",
    "\t",
    ": ; # nothing",
    "echo [Service] é \u{9B} #not a comment",
    "set -- 'a b' \"c\" && echo $# \"$@\"",
    "y=\"$x;\"",
    "echo $y*",
    "{ echo in a group; }",
    "( echo in a subshell; exit 3 ) || echo $?",
    "[ \"$x\" != 3 ]",
    "test -n \"$y\"",
];

/// A statement that continues over several lines.
const GOES_ON: &str = "echo one \\\n  two \\\n  three\n";

/// Statements whose later lines are part of a word or of a here-document.
const BLOCKS: [&str; 8] = [
    "cat <<EOF\n  $x\n# kept\n; kept\n\tEOF\nEOF\n",
    "cat <<-'EOF'\n\t$x\n\t# kept\n\tEOF\n",
    "echo 'one\n  two\n# three\n;; four'\n",
    "echo \"one\n\ttwo \\\n  $x\n# three\"\n",
    GOES_ON,
    "echo one &&\\\n# not a comment\n",
    "echo `echo one\n# gone\necho two`\n",
    "echo \"$(cat <<E\n# kept\nE\n)\"\n",
];

pub fn scripts() -> impl Strategy<Value = Script> {
    let line = prop_oneof![
        6 => select(&LINES[..]).prop_map(|text| vec![Line { text: format!("{text}\n"), may_break: true }]),
        1 => select(&BLOCKS[..]).prop_map(|text| {
            text.split_inclusive('\n').enumerate().map(|(index, text)| Line { text: text.to_owned(), may_break: index == 0 }).collect()
        }),
    ];
    let statements = line.prop_recursive(3, 24, 4, |inner| {
        let body = vec(inner, 1..4).prop_map(|statements| statements.concat());
        prop_oneof![
            body.clone(),
            (body.clone(), body.clone()).prop_map(|(yes, no)| lines(
                &["if [ $((x % 2)) = 0 ]; then"],
                yes,
                &["else"],
                no,
                &["fi"]
            )),
            (body.clone(), body.clone()).prop_map(|(one, other)| lines(
                &["case $x in", "1|2)"],
                one,
                &["  ;;", "# others", "*)"],
                other,
                &["# end", ";;", "esac"]
            )),
            (body.clone(), body.clone()).prop_map(|(one, other)| lines(
                &["for i in 1 '2 3'", "do", "# i"],
                one,
                &["echo $i", "done", "f() {"],
                other,
                &["}", "f"]
            )),
        ]
    });
    (vec(statements, 1..5), any::<bool>()).prop_map(|(statements, is_ended)| {
        let mut text = "x=0\n".to_owned();
        let mut breaks = Vec::new();
        for line in statements.concat() {
            if line.may_break {
                breaks.push(text.len());
            }
            text.push_str(&line.text);
        }
        if !is_ended {
            text.pop();
        }
        let joins = text
            .match_indices(GOES_ON)
            .flat_map(|(at, _)| [at + "echo one \\\n".len(), at + "echo one \\\n  two \\\n".len()])
            .filter(|&join| join < text.len())
            .collect();
        Script { text, breaks, joins }
    })
}

fn lines(
    head: &[&str],
    first: Vec<Line>,
    middle: &[&str],
    second: Vec<Line>,
    tail: &[&str],
) -> Vec<Line> {
    let keywords = |lines: &[&str]| -> Vec<Line> {
        lines.iter().map(|text| Line { text: format!("{text}\n"), may_break: true }).collect()
    };
    // A body of comments alone is a syntax error.
    [
        keywords(head),
        keywords(&[":"]),
        first,
        keywords(middle),
        keywords(&[":"]),
        second,
        keywords(tail),
    ]
    .concat()
}
