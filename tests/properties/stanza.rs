//! Stanzas as lists of words: valid ones for every keyword, and nearly valid ones.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::script;
use super::text;

/// The words of a stanza. The caller decides what is between them; a script is one word.
pub(crate) type Words = Vec<String>;

/// The form of an argument.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Assignment,
    Variables,
    Events,
    Pattern,
    Seconds,
    Signal,
    Statuses,
    Count,
    Amount,
    Resource,
    Path,
    User,
    Choice(&'static [&'static str]),
    Group,
    Condition,
    Command,
    Script,
}

/// Every stanza of 1.13.
#[rustfmt::skip]
const STANZAS: [(&str, &[Kind]); 50] = [
    ("description", &[Kind::Text]),
    ("author", &[Kind::Text]),
    ("version", &[Kind::Text]),
    ("usage", &[Kind::Text]),
    ("env", &[Kind::Assignment]),
    ("env", &[Kind::Assignment]),
    ("export", &[Kind::Variables]),
    ("emits", &[Kind::Events]),
    ("start on", &[Kind::Condition]),
    ("start on", &[Kind::Condition]),
    ("stop on", &[Kind::Condition]),
    ("manual", &[]),
    ("exec", &[Kind::Command]),
    ("exec", &[Kind::Command]),
    ("script", &[Kind::Script]),
    ("script", &[Kind::Script]),
    ("pre-start exec", &[Kind::Command]),
    ("pre-start script", &[Kind::Script]),
    ("post-start exec", &[Kind::Command]),
    ("post-start script", &[Kind::Script]),
    ("pre-stop exec", &[Kind::Command]),
    ("pre-stop script", &[Kind::Script]),
    ("post-stop exec", &[Kind::Command]),
    ("post-stop script", &[Kind::Script]),
    ("expect", &[Kind::Choice(&["fork", "daemon", "stop", "none"])]),
    ("task", &[]),
    ("kill timeout", &[Kind::Seconds]),
    ("kill signal", &[Kind::Signal]),
    ("reload signal", &[Kind::Signal]),
    ("respawn", &[]),
    ("respawn limit", &[Kind::Choice(&["unlimited"])]),
    ("respawn limit", &[Kind::Count, Kind::Count]),
    ("normal exit", &[Kind::Statuses]),
    ("instance", &[Kind::Pattern]),
    ("console", &[Kind::Choice(&["log", "output", "owner", "none"])]),
    ("umask", &[Kind::Choice(&["022", "0077", "0", "777", "002"])]),
    ("nice", &[Kind::Choice(&["-20", "-5", "0", "+5", "19"])]),
    ("oom", &[Kind::Choice(&["-17", "0", "15", "never"])]),
    ("oom score", &[Kind::Choice(&["-1000", "0", "999", "never"])]),
    ("limit", &[Kind::Resource, Kind::Amount, Kind::Amount]),
    ("chroot", &[Kind::Path]),
    ("chdir", &[Kind::Path]),
    ("setuid", &[Kind::User]),
    ("setgid", &[Kind::User]),
    ("apparmor load", &[Kind::Path]),
    ("apparmor switch", &[Kind::Path]),
    ("cgroup", &[Kind::Group]),
    ("cgroup", &[Kind::Group, Kind::Pattern]),
    ("cgroup", &[Kind::Group, Kind::Pattern, Kind::Choice(&["shares", "limit_in_bytes", "weight"]), Kind::Count]),
    ("debug", &[]),
];

/// Stanzas of other dialects, and some that no dialect has.
#[rustfmt::skip]
const FOREIGN: [(&str, &[Kind]); 13] = [
    ("import", &[Kind::Variables]),
    ("tmpfiles", &[Kind::Path]),
    ("service", &[]),
    ("daemon", &[]),
    ("pid file", &[Kind::Path]),
    ("pid timeout", &[Kind::Seconds]),
    ("session leader", &[]),
    ("respawn", &[Kind::Command]),
    ("start script", &[Kind::Script]),
    ("stop script", &[Kind::Script]),
    ("instance", &[]),
    ("end script", &[]),
    ("strat on", &[Kind::Condition]),
];

/// A stanza that init 1.13 accepts.
pub(crate) fn valid() -> impl Strategy<Value = Words> {
    select(&STANZAS[..]).prop_flat_map(|(keyword, kinds)| stanza(keyword, kinds))
}

/// A stanza with a word missing, added or wrong, or of another dialect.
pub(crate) fn nearly_valid() -> impl Strategy<Value = Words> {
    let changed = (valid(), hard(), any::<prop::sample::Index>(), 0..4);
    let mismatched = (select(&STANZAS[..]), select(&STANZAS[..]));
    prop_oneof![
        3 => changed.prop_map(|(mut words, word, index, what)| {
            let at = index.index(words.len());
            match what {
                0 => { words.remove(at); }
                1 => words.insert(at, word),
                2 => words[at] = word,
                _ => words.push(word),
            }
            words
        }),
        1 => mismatched.prop_flat_map(|((keyword, _), (_, kinds))| stanza(keyword, kinds)),
        1 => select(&FOREIGN[..]).prop_flat_map(|(keyword, kinds)| stanza(keyword, kinds)),
    ]
}

fn stanza(keyword: &'static str, kinds: &'static [Kind]) -> impl Strategy<Value = Words> {
    let arguments: Vec<BoxedStrategy<Words>> = kinds.iter().map(|kind| argument(*kind)).collect();
    arguments.prop_map(move |arguments| {
        keyword.split(' ').map(str::to_owned).chain(arguments.concat()).collect()
    })
}

fn argument(kind: Kind) -> BoxedStrategy<Words> {
    match kind {
        Kind::Text => one(
            prop_oneof![3 => word(&["web", "a web server", "it's", "50% of $A", "1.0", "Ann <ann@example.com>", "a # b", "(x)"]), 1 => quoted_text()],
        ),
        Kind::Assignment => one(prop_oneof![
            3 => word(&["A=1", "B=", "PATH=/usr/bin:/bin", "HOME=/var/lib/web", "A='x y'", "C=$A", "SECRET_KEY=abc", "TERM", "D=a=b", "E=100%", "PORT=80"]),
            1 => (select(&["A", "B", "LONG_NAME"][..]), text::string().prop_map(|text| clean(&text)))
                .prop_map(|(name, value)| format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\"'\"'\""))),
        ]),
        Kind::Variables => vec(word(&["A", "B", "PORT", "HOME"]), 1..4).boxed(),
        Kind::Events => {
            vec(word(&["web-ready", "cache-*", "net-device-up", "db", "a-b"]), 1..4).boxed()
        }
        Kind::Pattern => one(word(&[
            "$A",
            "${A}",
            "${A:-main}",
            "$A-$B",
            "web",
            "$TTY",
            "x/$A",
            "$UPSTART_CGROUP",
            "$UPSTART_CGROUP/web",
            "a b",
        ])),
        Kind::Seconds => {
            one(select(&["0", "1", "5", "30", "600", "+7", "4294967295"][..])
                .prop_map(str::to_owned))
        }
        Kind::Signal => one(select(
            &["TERM", "SIGTERM", "HUP", "INT", "SIGKILL", "USR1", "9", "0", "34", "64", "PWR"][..],
        )
        .prop_map(str::to_owned)),
        Kind::Statuses => vec(
            select(&["0", "1", "143", "TERM", "SIGHUP", "255", "2147483647"][..])
                .prop_map(str::to_owned),
            1..4,
        )
        .boxed(),
        Kind::Count => {
            one(select(&["0", "1", "10", "100", "2147483647"][..]).prop_map(str::to_owned))
        }
        Kind::Amount => one(select(
            &[
                "0",
                "1024",
                "unlimited",
                "-1",
                "65536",
                "18446744073709551615",
                "18446744073709551614",
            ][..],
        )
        .prop_map(str::to_owned)),
        Kind::Resource => one(select(&RESOURCES[..]).prop_map(str::to_owned)),
        Kind::Path => one(word(&[
            "/var/lib/web",
            "/",
            "/a b",
            "/etc/apparmor.d/usr.bin.web",
            "relative",
            "/x/../y/",
            "/$A",
            "/a%b",
            "/srv/\u{e9}",
        ])),
        Kind::User => one(word(&["www-data", "root", "1000", "no body", "$A", "web"])),
        Kind::Choice(words) => one(word(words)),
        Kind::Group => one(select(&["cpu", "memory", "cpuset", "blkio", "devices", "freezer"][..])
            .prop_map(str::to_owned)),
        Kind::Condition => condition(),
        Kind::Command => one(command()),
        Kind::Script => one(body()),
    }
}

#[rustfmt::skip]
const RESOURCES: [&str; 14] = [
    "as", "core", "cpu", "data", "fsize", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "sigpending", "stack",
];

fn one(word: impl Strategy<Value = String> + 'static) -> BoxedStrategy<Words> {
    word.prop_map(|word| vec![word]).boxed()
}

/// One of the texts, in one of the ways to write a word.
fn word(texts: &'static [&'static str]) -> impl Strategy<Value = String> + use<> {
    (select(texts), 0..8).prop_map(|(text, how)| {
        let is_plain = !text.contains([' ', '#', '"', '\'', '(', ')', '\\']);
        match how {
            0 if !text.contains('\'') => format!("'{text}'"),
            1 if !text.contains(['"', '\\']) => format!("\"{text}\""),
            2 if is_plain => text.replacen(
                |_: char| true,
                &format!("\"{}\"", &text[..text.chars().next().map_or(0, char::len_utf8)]),
                1,
            ),
            3 if !text.contains(['#', '"', '\'', '(', ')']) => text.replace(' ', "\\ "),
            _ if is_plain => text.to_owned(),
            _ => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\"'\"'\"")),
        }
    })
}

/// Text that is hard to quote, without characters that no argument can have.
fn quoted_text() -> impl Strategy<Value = String> {
    text::string().prop_map(|text| {
        format!("\"x{}\"", clean(&text).replace('\\', "\\\\").replace('"', "\"'\"'\""))
    })
}

/// The text without NUL and without constructs that nothing ends.
fn clean(text: &str) -> String {
    text.replace(['\n', '\0'], " ")
}

/// Any text, unchanged.
fn hard() -> impl Strategy<Value = String> {
    prop_oneof![2 => text::string(), 1 => select(&["\"", "'", "\\", "(", ")", "and", "or", "=", "#", "\0", "\u{feff}", "-1", "99999999999", "\u{10fe80}"][..]).prop_map(str::to_owned)]
}

const EVENTS: [&str; 30] = [
    "startup",
    "filesystem",
    "local-filesystems",
    "virtual-filesystems",
    "remote-filesystems",
    "all-swaps",
    "mounted",
    "mounting",
    "runlevel",
    "net-device-up",
    "net-device-added",
    "net-device-down",
    "static-network-up",
    "deconfiguring-networking",
    "started",
    "stopped",
    "starting",
    "stopping",
    "started",
    "socket",
    "file",
    "dbus",
    "control-alt-delete",
    "power-status-changed",
    "desktop-session-start",
    "tty-device-added",
    "block-device-added",
    "container",
    "web-ready",
    "*-ready",
];

const POSITIONAL: [&str; 14] = [
    "web", "db", "cache", "worker", "net/up", "tty1", "dbus", "$A", "[2345]", "[!2345]", "2", "S",
    "*", "/var",
];

const NAMED: [&str; 16] = [
    "RUNLEVEL=[016]",
    "RUNLEVEL!=0",
    "PREVLEVEL=N",
    "JOB=web",
    "JOB!=db",
    "RESULT=failed",
    "PROCESS=main",
    "EXIT_STATUS=1",
    "INTERFACE=eth0",
    "IFACE=lo",
    "MOUNTPOINT=/var",
    "TYPE=nfs",
    "PROTO=inet",
    "PORT=80",
    "FILE=/run/web.pid",
    "INSTANCE=$A",
];

fn condition() -> BoxedStrategy<Words> {
    let positional = vec(prop_oneof![6 => word(&POSITIONAL), 1 => quoted_text()], 0..2);
    let leaf = (select(&EVENTS[..]), positional, vec(word(&NAMED), 0..3)).prop_map(
        |(event, positional, named)| [vec![event.to_owned()], positional, named].concat(),
    );
    leaf.boxed()
        .prop_recursive(4, 12, 2, |inner| {
            let pair = (inner.clone(), select(&["and", "or"][..]), inner.clone(), any::<bool>());
            prop_oneof![
                4 => pair.prop_map(|(left, operator, right, parentheses)| {
                    let right = if parentheses { [vec!["(".to_owned()], right, vec![")".to_owned()]].concat() } else { right };
                    [left, vec![operator.to_owned()], right].concat()
                }),
                1 => inner.prop_map(|inner| [vec!["(".to_owned()], inner, vec![")".to_owned()]].concat()),
            ]
        })
        .boxed()
}

const COMMANDS: [&str; 18] = [
    "/usr/bin/web",
    "/usr/bin/web -d --config=/etc/web.conf",
    "web --port $PORT",
    "/usr/bin/web $A \"${B:-x y}\" '$C' >/dev/null 2>&1",
    "exec /usr/bin/web",
    "/bin/sh -c 'echo \"$0\" && exec web'",
    "su -s /bin/sh -c 'exec \"$0\" \"$@\"' www-data -- /usr/bin/web -x",
    "start-stop-daemon --start --chuid web:web --exec /usr/bin/web -- -d",
    "sudo -u web /usr/bin/web",
    "A=1 B=\"2 3\" /usr/bin/web",
    "initctl emit web-ready A=1",
    "stop",
    "start db || true",
    "/usr/bin/web & echo $!",
    "test -x /usr/bin/web && echo 50% done",
    "rm -f /run/web.pid; mkdir -p /run/web",
    "nice -n 5 ionice -c 3 /usr/bin/web",
    "/usr/bin/web \\\n    --more \\\n  \"and more\"",
];

fn command() -> impl Strategy<Value = String> {
    let argument = word(&[
        "a",
        "b c",
        "--d=%i",
        "$E",
        "it's",
        "$$",
        ";",
        "&&",
        "*.conf",
        "~",
        "\u{e9}\u{10400}",
    ]);
    prop_oneof![
        3 => select(&COMMANDS[..]).prop_map(str::to_owned),
        1 => vec(argument, 1..5).prop_map(|words| format!("/bin/x {}", words.join(" "))),
        1 => quoted_text().prop_map(|text| format!("/bin/x {text}")),
    ]
}

/// Lines that scripts of jobs contain.
const LINES: [&str; 34] = [
    "[ -x /usr/bin/web ] || { stop; exit 0; }",
    "test -f /etc/default/web && . /etc/default/web",
    ". /etc/default/web || true",
    "if [ \"$ENABLED\" != yes ]; then\n  stop\n  exit 0\nfi",
    "mkdir -p /run/web",
    "chown web:web /run/web",
    "exec /usr/bin/web $OPTIONS",
    "exec >/var/log/web.log 2>&1",
    "initctl emit --no-wait web-ready PORT=$PORT",
    "start db PORT=1 || :",
    "stop worker && restart cache",
    "status db | grep -q running && initctl stop --quiet tty1",
    "initctl set-env A=1",
    "initctl set-env --global B=2",
    "for i in 1 2 3; do\n  start worker N=$i\ndone",
    "while ! test -S /run/db.sock; do sleep 1; done",
    "cat <<EOF > /run/web.conf\n  port $PORT\n# kept\nEOF",
    "cat <<-'EOF'\n\ta\n\tEOF",
    "    cat <<EOF\n    indented\n    EOF",
    "case \"$RUNLEVEL\" in\n  [06]) exit 0 ;;\n  *) : ;;\nesac",
    "su -c 'x $Y' www-data",
    "/usr/bin/web &",
    "echo \"$JOB $INSTANCE $UPSTART_JOB $UPSTART_EVENTS $RESULT\"",
    "kill -TERM `cat /run/web.pid`",
    "ulimit -n 1024; umask 0; cd $HOME",
    "set -x",
    "trap 'rm -f /run/x' EXIT",
    "f() { echo \"$1\"; }",
    "a=$(cat /proc/version) b=\"$((1 + 2))\"",
    "echo 'open",
    "echo \"also open $(",
    "fi",
    "# upstart2systemd: allow(daemonising-program) it is meant",
    "e\u{301}cho \u{10400} `echo \\`x\\``",
];

/// A script, from after its keyword to its end.
fn body() -> impl Strategy<Value = String> {
    let script = prop_oneof![
        4 => vec(select(&LINES[..]), 0..6).prop_map(|lines| lines.iter().map(|line| format!("{line}\n")).collect()),
        1 => script::scripts().prop_map(|script| script.text),
        1 => text::string().prop_map(|text| text.replace('\0', "")),
    ];
    (script, select(&["", "    ", "\t", " \t"][..]), select(&["", "  "][..])).prop_map(
        |(script, indentation, end)| {
            let lines: String =
                script.lines().map(|line| format!("{indentation}{line}\n")).collect();
            format!("\n{lines}{end}end script")
        },
    )
}
