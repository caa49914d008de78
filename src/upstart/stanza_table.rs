//! Every stanza of a job, one row each: its form, its versions, and its purpose (init(5); for the
//! versions the NEWS of Upstart).

use super::dialect::{Dialect, UpstartVersion};

/// Facts about a stanza.
#[derive(Clone, Copy, Debug)]
pub struct StanzaRow {
    /// The keywords as returned by [`Stanza::keyword`](crate::upstart::ast::Stanza::keyword): `kill
    /// timeout`.
    pub keyword: &'static str,
    /// The form, with arguments in upper case.
    pub form: &'static str,
    /// The versions that have it.
    pub origin: Availability,
    /// The purpose, in one line.
    pub help: &'static str,
}

/// The versions of Upstart that have a stanza.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// From this version up to the last. `UpstartVersion(0, 3, 0)` if the stanza is older than the
    /// NEWS.
    Since(UpstartVersion),
    /// Before 0.5 only.
    EventD,
    /// In the Upstart of ChromeOS only.
    ChromeOs,
}

impl StanzaRow {
    /// Whether the dialect has the stanza.
    #[must_use]
    pub fn is_of(&self, dialect: Dialect) -> bool {
        match self.origin {
            Availability::Since(since) => dialect.version().is_none_or(|version| since <= version),
            Availability::EventD => dialect == Dialect::Upstart03,
            Availability::ChromeOs => dialect == Dialect::ChromeOs,
        }
    }

    /// The first word of the stanza.
    #[must_use]
    pub fn first_word(&self) -> &'static str {
        self.keyword.split(' ').next().unwrap_or(self.keyword)
    }
}

const fn row(
    keyword: &'static str,
    form: &'static str,
    (major, minor, patch): (u8, u8, u8),
    help: &'static str,
) -> StanzaRow {
    StanzaRow {
        keyword,
        form,
        origin: Availability::Since(UpstartVersion(major, minor, patch)),
        help,
    }
}

const fn only(
    origin: Availability,
    keyword: &'static str,
    form: &'static str,
    help: &'static str,
) -> StanzaRow {
    StanzaRow { keyword, form, origin, help }
}

/// The version of stanzas that are older than the NEWS.
const OLDEST: (u8, u8, u8) = (0, 3, 0);

/// The stanzas of init 1.13.2, then those of other dialects. If a misspelt word is equally close to
/// two stanzas, the first is suggested.
pub static STANZAS: &[StanzaRow] = &[
    row("description", "description \"TEXT\"", OLDEST, "describes the job"),
    row("author", "author \"TEXT\"", OLDEST, "names the author of the job"),
    row("version", "version \"TEXT\"", OLDEST, "the version of the job"),
    row(
        "usage",
        "usage \"TEXT\"",
        (1, 5, 0),
        "the variables that `start` takes; `initctl usage` prints it",
    ),
    row("start on", "start on CONDITION", OLDEST, "the events that start the job"),
    row("stop on", "stop on CONDITION", OLDEST, "the events that stop the job"),
    row(
        "manual",
        "manual, alone on its line",
        (0, 6, 7),
        "ignores the `start on` that precedes it",
    ),
    row("emits", "emits EVENT...", (0, 3, 2), "the events that the job emits itself"),
    row("env", "env KEY=VALUE", OLDEST, "a variable of the environment, with its default"),
    row("export", "export KEY...", (0, 5, 0), "variables that the events of the job carry"),
    row(
        "instance",
        "instance PATTERN",
        (0, 5, 0),
        "runs one instance of the job for each value of the pattern",
    ),
    row("exec", "exec COMMAND", OLDEST, "the command of the main process"),
    row(
        "script",
        "script, on a line of its own",
        OLDEST,
        "the shell script of the main process, up to `end script`",
    ),
    row(
        "pre-start",
        "pre-start exec COMMAND, or pre-start script",
        (0, 3, 5),
        "runs before the main process",
    ),
    row(
        "post-start",
        "post-start exec COMMAND, or post-start script",
        (0, 3, 5),
        "runs beside the main process; the job is not started before it ends",
    ),
    row(
        "pre-stop",
        "pre-stop exec COMMAND, or pre-stop script",
        (0, 3, 5),
        "runs before the main process is killed",
    ),
    row(
        "post-stop",
        "post-stop exec COMMAND, or post-stop script",
        (0, 3, 5),
        "runs after the main process has ended",
    ),
    row(
        "expect",
        "expect fork|daemon|stop|none",
        (0, 5, 0),
        "how the main process shows that it is ready",
    ),
    row(
        "task",
        "task, alone on its line",
        (0, 5, 0),
        "the job is not started before its main process ends",
    ),
    row(
        "respawn",
        "respawn, alone on its line",
        OLDEST,
        "starts the main process again when it ends",
    ),
    row(
        "respawn limit",
        "respawn limit COUNT SECONDS, or respawn limit unlimited",
        OLDEST,
        "how often the main process may be started again within how many seconds",
    ),
    row(
        "normal exit",
        "normal exit STATUS|SIGNAL...",
        (0, 3, 7),
        "ends of the main process that are not failures",
    ),
    row(
        "kill timeout",
        "kill timeout SECONDS",
        OLDEST,
        "how long a process may take to end before it gets SIGKILL",
    ),
    row(
        "kill signal",
        "kill signal SIGNAL",
        (1, 3, 0),
        "the signal that stops the main process, in the place of SIGTERM",
    ),
    row(
        "reload signal",
        "reload signal SIGNAL",
        (1, 10, 0),
        "the signal of `initctl reload`, in the place of SIGHUP",
    ),
    row(
        "console",
        "console log|none|output|owner",
        OLDEST,
        "where the output of the processes goes",
    ),
    row(
        "umask",
        "umask OCTAL",
        OLDEST,
        "the permission bits that files of the processes do not get",
    ),
    row("nice", "nice LEVEL", OLDEST, "the scheduling priority of the processes"),
    row(
        "oom",
        "oom ADJUSTMENT|never, or oom score SCORE|never",
        (0, 5, 0),
        "how likely the kernel kills the processes when memory runs out",
    ),
    row("limit", "limit RESOURCE SOFT HARD", OLDEST, "a resource limit of the processes"),
    row(
        "cgroup",
        "cgroup CONTROLLER [NAME] [KEY VALUE]",
        (1, 13, 0),
        "puts the processes into a control group",
    ),
    row("chroot", "chroot VALUE", OLDEST, "the root directory of the processes"),
    row("chdir", "chdir VALUE", OLDEST, "the working directory of the processes"),
    row("setuid", "setuid VALUE", (1, 4, 0), "the user of the processes"),
    row("setgid", "setgid VALUE", (1, 4, 0), "the group of the processes"),
    row(
        "apparmor load",
        "apparmor load PATH",
        (1, 9, 0),
        "loads a profile of AppArmor before the job starts",
    ),
    row(
        "apparmor switch",
        "apparmor switch PROFILE",
        (1, 9, 0),
        "the profile of AppArmor that the main process runs in",
    ),
    row(
        "debug",
        "debug, alone on its line",
        (0, 6, 7),
        "stops each process before it runs, if init itself is debugged",
    ),
    only(
        Availability::ChromeOs,
        "import",
        "import VARIABLE...",
        "variables that the job takes from the event that starts it",
    ),
    only(
        Availability::ChromeOs,
        "tmpfiles",
        "tmpfiles PATH...",
        "files of tmpfiles.d(5) that are applied before the job starts",
    ),
    only(Availability::EventD, "service", "service, alone on its line", "the job is not a task"),
    only(
        Availability::EventD,
        "daemon",
        "daemon, alone on its line",
        "the main process forks, and its child goes on",
    ),
    only(
        Availability::EventD,
        "pid file",
        "pid file PATH",
        "where the daemon writes the number of its process",
    ),
    only(
        Availability::EventD,
        "pid binary",
        "pid binary PATH",
        "the program that the process of the daemon runs",
    ),
    only(
        Availability::EventD,
        "pid timeout",
        "pid timeout SECONDS",
        "how long init looks for the process of the daemon",
    ),
    only(
        Availability::EventD,
        "session leader",
        "session leader",
        "makes the process the leader of a session",
    ),
    only(
        Availability::EventD,
        "respawn script",
        "respawn script, on a line of its own",
        "runs before the main process is started again",
    ),
    only(
        Availability::EventD,
        "start script",
        "start script, on a line of its own",
        "runs before the main process",
    ),
    only(
        Availability::EventD,
        "stop script",
        "stop script, on a line of its own",
        "runs after the main process has ended",
    ),
];

/// The second form of `oom`, which was added later. It is a
/// [`Stanza::Oom`](crate::upstart::ast::Stanza::Oom) as well.
pub static OOM_SCORE: StanzaRow = row(
    "oom score",
    "oom score SCORE|never",
    (1, 3, 0),
    "how likely the kernel kills the processes, on its own scale of -1000 to 1000",
);

/// The row of a stanza by its keywords, `oom score` included.
#[must_use]
pub fn find(keyword: &str) -> Option<&'static StanzaRow> {
    STANZAS.iter().chain([&OOM_SCORE]).find(|row| row.keyword == keyword)
}

/// The stanzas of init 1.13.
pub fn stock() -> impl Iterator<Item = &'static StanzaRow> {
    STANZAS.iter().filter(|row| row.is_of(Dialect::Upstart113))
}

/// The stanzas that begin with a word. Stanzas of other dialects are included only if 1.13 has
/// none.
#[must_use]
pub fn beginning_with(word: &str) -> Vec<&'static StanzaRow> {
    let of_stock: Vec<_> = stock().filter(|row| row.first_word() == word).collect();
    if of_stock.is_empty() {
        STANZAS.iter().filter(|row| row.first_word() == word).collect()
    } else {
        of_stock
    }
}

/// The words that stanzas of 1.13 begin with. A word occurs once for each stanza that it begins.
pub fn first_words() -> impl Iterator<Item = &'static str> {
    stock().map(StanzaRow::first_word)
}

/// The same word, if a stanza of any dialect begins with it.
#[must_use]
pub fn first_word(word: &str) -> Option<&'static str> {
    STANZAS.iter().map(StanzaRow::first_word).find(|known| *known == word)
}
