//! Job control in scripts: shell functions with the names of Upstart's commands, written before the
//! unchanged script.

use std::collections::BTreeSet;

use super::functions::{
    ANY_TIME, DOWN, EMIT, EMIT_PLAIN, FOLLOWERS, JOB, OPTIONS, STATUS, UNIT, UNIT_OF_TEMPLATES,
};
use super::variables::{Readers, before_event, before_start};
use crate::upstart::ast::Phase;
use crate::upstart::script::job_control::{JobControl, Verb, changes_environment, is_option};

/// Whether a script declines to run the job.
pub(in crate::lower) fn declines(phase: Phase, uses: &[JobControl]) -> bool {
    uses.iter().any(|usage| own(phase, usage.verb()) == Own::Decline && usage.is_bare())
}

/// The command by which a pre-stop cancels the stop.
pub(in crate::lower) fn vetoes(phase: Phase, uses: &[JobControl]) -> Option<&JobControl> {
    uses.iter()
        .find(|usage| phase == Phase::PreStop && usage.verb() == Verb::Start && usage.is_bare())
}

/// The meaning of a command without the name of a job in a phase. It concerns the job itself
/// (`util/initctl.c`, `start_action`, `stop_action`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Own {
    /// `stop` in pre-start: do not run the job.
    Decline,
    /// No effect: `start` in pre-start and pre-stop, and `stop` while the job stops.
    Nothing,
    /// A request to systemd without waiting for it. Upstart did not wait either.
    Ask,
}

/// What a command without the name of a job means in this phase.
fn own(phase: Phase, verb: Verb) -> Own {
    match (phase, verb) {
        (Phase::PreStart, Verb::Stop) => Own::Decline,
        (Phase::PreStart | Phase::PreStop, Verb::Start)
        | (Phase::PreStop | Phase::PostStop, Verb::Stop) => Own::Nothing,
        _ => Own::Ask,
    }
}

impl Named<'_> {
    /// The branch of `case` that finds the variables of this job.
    fn branch(&self) -> String {
        let default =
            self.default.map(|default| format!(" default='{default}'")).unwrap_or_default();
        format!("'{}') keys='{}'{default} ;;", self.job, self.variables.join(" "))
    }
}

/// The functions that the commands of a script need.
pub(in crate::lower) struct Prelude<'a> {
    /// The phase whose script calls the functions.
    pub(crate) phase: Phase,
    /// The name of the job's unit; for a template, shell text that yields it.
    pub(crate) own_unit: &'a str,
    /// The command that `stop` in pre-start becomes.
    pub(crate) decline: &'a str,
    /// The uses of job control in the script.
    pub(crate) uses: &'a [JobControl],
    /// The script must not wait for the units that it starts, because they wait for the script.
    pub(crate) no_wait: bool,
    /// The same for the units that it stops.
    pub(crate) no_wait_for_stop: bool,
    /// The script may run when the system goes down.
    pub(crate) at_shutdown: bool,
    /// The events whose variables no job matches.
    pub(crate) plain_events: Vec<&'a str>,
    /// The jobs whose instances are named by the one variable that the command gives.
    pub(crate) single: Vec<&'a str>,
    /// What the commands give variables to, by files.
    pub(crate) readers: Readers<'a>,
    /// The other jobs with instances, in the order of the text. The values after the name of the
    /// job do not directly form the name of the instance.
    pub(crate) templates: Vec<Named<'a>>,
}

/// A job with instances, and the variables that name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) struct Named<'a> {
    /// The name of the job.
    pub(crate) job: &'a str,
    /// The variables that name an instance, in the order of the `instance` stanza.
    pub(crate) variables: &'a [String],
    /// The escaped name of the instance that a command without variables refers to.
    pub(crate) default: Option<&'a str>,
}

impl Prelude<'_> {
    /// The text of the functions; empty if none is needed.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        if self.uses.iter().any(|usage| {
            !(usage.external || usage.is_bare() && own(self.phase, usage.verb()) != Own::Ask)
        }) {
            out.push_str("# The commands of Upstart, done by systemctl.\n");
        }
        let placed = || self.uses.iter().filter(|usage| !usage.external);
        let mut needs = Needs::new();
        let mut functions = Vec::new();
        for verb in [Verb::Start, Verb::Stop, Verb::Restart, Verb::Reload, Verb::Status] {
            let uses: Vec<_> = placed().filter(|usage| usage.command == verb).collect();
            if !uses.is_empty() {
                functions.push(self.function(verb, &uses, &mut needs));
            }
        }
        let initctl: Vec<_> = placed().filter(|usage| usage.command == Verb::Initctl).collect();
        if !initctl.is_empty() {
            functions.push(self.initctl(&initctl, &mut needs));
        }
        if self.at_shutdown && needs.contains(&Part::Job) {
            needs.extend([Part::Down, Part::AnyTime]);
        }
        if self.at_shutdown && (needs.contains(&Part::Emit) || needs.contains(&Part::EmitPlain)) {
            needs.extend([Part::Down, Part::Followers]);
        }
        for part in needs {
            out.push_str(&self.part(part));
        }
        for function in functions {
            out.push_str(&function);
        }
        out
    }

    /// The function for a verb.
    fn function(&self, verb: Verb, uses: &[&JobControl], needs: &mut Needs) -> String {
        let name = verb.name();
        let (bare, named): (Vec<&&JobControl>, Vec<&&JobControl>) =
            uses.iter().partition(|usage| usage.is_bare());
        let for_own = self.for_own(verb, needs);
        let for_named = if named.is_empty() {
            String::new()
        } else if verb == Verb::Status {
            needs.insert(Part::Status);
            needs.insert(Part::Unit);
            "upstart_status \"$@\"".to_owned()
        } else if verb == Verb::Start && named.iter().any(|usage| self.readers.has_job(usage)) {
            needs.insert(Part::Job);
            needs.insert(Part::Unit);
            format!("upstart_job {name} {}\"$@\"", self.option(verb))
        } else if named.iter().all(|usage| self.is_plain(usage)) {
            format!("{} {}{name} \"$1.service\"", self.systemctl(verb, needs), self.block(verb))
        } else if named.iter().all(|usage| self.is_single(usage)) {
            format!(
                "{} {}{name} \"$1@$(systemd-escape -- \"${{2#*=}}\").service\"",
                self.systemctl(verb, needs),
                self.block(verb)
            )
        } else if named.iter().all(|usage| has_no_options(usage)) {
            needs.insert(Part::Unit);
            let systemctl = self.systemctl(verb, needs);
            format!("{systemctl} {}{name} \"$(upstart_unit \"$@\")\"", self.block(verb))
        } else {
            needs.insert(Part::Job);
            needs.insert(Part::Unit);
            format!("upstart_job {name} {}\"$@\"", self.option(verb))
        };
        match (bare.is_empty(), named.is_empty()) {
            (false, true) => format!("{name}() {{ {for_own}; }}\n"),
            (true, _) => format!("{name}() {{ {for_named}; }}\n"),
            (false, false) => {
                format!("{name}() {{ if [ $# = 0 ]; then {for_own}; else {for_named}; fi; }}\n")
            }
        }
    }

    /// The text of a function that other functions call.
    fn part(&self, part: Part) -> String {
        let text = match part {
            Part::Unit if self.templates.is_empty() => UNIT,
            Part::Unit => UNIT_OF_TEMPLATES,
            Part::Job => JOB,
            Part::Status => STATUS,
            Part::Down => DOWN,
            Part::AnyTime => ANY_TIME,
            Part::Followers => FOLLOWERS,
            Part::Emit => EMIT,
            Part::EmitPlain => EMIT_PLAIN,
        };
        let systemctl = if self.at_shutdown { "upstart_systemctl" } else { "systemctl" };
        let emit = self.emit(part);
        let indented = |lines: &str, by: &str| {
            lines.lines().map(|line| format!("{by}{line}\n")).collect::<String>()
        };
        let branches: Vec<String> = self.templates.iter().map(Named::branch).collect();
        text.replace("    @OPTIONS@\n", &indented(OPTIONS, "    "))
            .replace("        @TEMPLATES@\n", &indented(&branches.join("\n"), "        "))
            .replace("    @SYSTEMCTL@", &format!("    {systemctl}"))
            .replace("    @VARIABLES@\n", &indented(&self.variables(part), "    "))
            .replace("@EMIT@", &emit)
    }

    /// The command that starts the event units.
    fn emit(&self, part: Part) -> String {
        let plain = "systemctl start \"upstart-event-$1.service\"";
        match (part, self.at_shutdown) {
            (Part::EmitPlain, false) => plain.to_owned(),
            (Part::EmitPlain, true) => format!(
                "if upstart_down; then upstart_followers \"upstart-event-$1.service\"; else {plain}; fi"
            ),
            (_, false) => "[ -z \"$units\" ] || systemctl $block start $units".to_owned(),
            (_, true) => "[ -z \"$units\" ] || if upstart_down; then upstart_followers $units; else systemctl $block start $units; fi".to_owned(),
        }
    }

    /// What is written before a function starts something.
    fn variables(&self, part: Part) -> String {
        let starts = || {
            self.uses.iter().any(|usage| usage.verb() == Verb::Start && self.readers.has_job(usage))
        };
        match part {
            Part::Job if starts() => before_start(),
            Part::Emit if self.readers.of_events => before_event("\"$event\" \"$@\""),
            Part::EmitPlain if self.readers.of_events => before_event("\"$@\""),
            _ => String::new(),
        }
    }

    /// The command that calls systemctl for another job.
    fn systemctl(&self, verb: Verb, needs: &mut Needs) -> &'static str {
        let waits = match verb {
            Verb::Start | Verb::Restart => true,
            Verb::Stop => !self.no_wait_for_stop,
            _ => false,
        };
        if self.at_shutdown && waits {
            needs.extend([Part::Down, Part::AnyTime]);
            "upstart_systemctl"
        } else {
            "systemctl"
        }
    }

    /// Whether the command has a single argument, a literal name that is also the stem of the unit.
    fn is_plain(&self, usage: &JobControl) -> bool {
        match usage.arguments.as_slice() {
            [Some(name)] => {
                is_unit_stem(name) && !self.templates.iter().any(|template| template.job == name)
            }
            _ => false,
        }
    }

    /// Whether the command is `emit` with a literal name that is also part of a unit name. No job
    /// matches the variables that follow.
    fn is_plain_emit(&self, usage: &JobControl) -> bool {
        match usage.arguments.as_slice() {
            [Some(verb), Some(event)] => verb == "emit" && is_unit_stem(event),
            [Some(verb), Some(event), rest @ ..] => {
                verb == "emit"
                    && is_unit_stem(event)
                    && self.plain_events.contains(&event.as_str())
                    && !rest.iter().flatten().any(|word| is_option(word))
            }
            _ => false,
        }
    }

    /// Whether the arguments are a literal name and the variable that names the instance.
    fn is_single(&self, usage: &JobControl) -> bool {
        matches!(usage.arguments.as_slice(), [Some(name), _] if is_unit_stem(name) && self.single.contains(&name.as_str()))
    }

    /// The option of systemctl that does not wait, if the script must not wait.
    fn block(&self, verb: Verb) -> &'static str {
        let no_wait = match verb {
            Verb::Start | Verb::Restart => self.no_wait,
            Verb::Stop => self.no_wait_for_stop,
            _ => false,
        };
        if no_wait { "--no-block " } else { "" }
    }

    /// The same as an option of the shell functions, which take options after the verb.
    fn option(&self, verb: Verb) -> &'static str {
        if self.block(verb).is_empty() { "" } else { "--no-wait " }
    }

    /// The command of a verb for the job itself.
    fn for_own(&self, verb: Verb, needs: &mut Needs) -> String {
        if verb == Verb::Status {
            needs.insert(Part::Status);
            needs.insert(Part::Unit);
            return "upstart_status \"$UPSTART_JOB\"".to_owned();
        }
        match own(self.phase, verb) {
            Own::Decline => self.decline.to_owned(),
            Own::Nothing => ":".to_owned(),
            Own::Ask => format!("systemctl --no-block {} {}", verb.name(), self.own_unit),
        }
    }

    /// The function `initctl`, with a branch for each subcommand that the script uses.
    fn initctl(&self, uses: &[&JobControl], needs: &mut Needs) -> String {
        let mut verbs: Vec<Option<String>> =
            uses.iter().map(|usage| usage.subcommand().map(str::to_owned)).collect();
        verbs.sort();
        verbs.dedup();
        let mut out = String::from("initctl() {\n");
        if uses.iter().any(|usage| {
            usage.arguments.first().is_some_and(|first| first.as_deref().is_none_or(is_option))
        }) {
            out.push_str("    while :; do case ${1-} in -*) shift ;; *) break ;; esac; done\n");
        }
        out.push_str("    case $1 in\n");
        // A subcommand that is only known at run time may be any of them.
        let unknown = verbs.contains(&None);
        let wants = |word: &str| unknown || verbs.iter().flatten().any(|verb| verb == word);
        let mut branch =
            |words: &str, does: &str| out.push_str(&format!("        {words}) {does} ;;\n"));
        for verb in [Verb::Start, Verb::Stop, Verb::Restart, Verb::Reload, Verb::Status] {
            let name = verb.name();
            if !wants(name) {
                continue;
            }
            let of_verb = |usage: &&&JobControl| usage.verb() == verb;
            let bare = uses.iter().filter(of_verb).any(|usage| usage.is_bare());
            let named = unknown || uses.iter().filter(of_verb).any(|usage| !usage.is_bare());
            let for_named = if verb == Verb::Status {
                needs.extend([Part::Unit, Part::Status]);
                "shift; upstart_status \"$@\""
            } else if named {
                needs.extend([Part::Unit, Part::Job]);
                match (self.block(verb).is_empty(), verb) {
                    (true, _) => "upstart_job \"$@\"",
                    (false, Verb::Start) => "shift; upstart_job start --no-wait \"$@\"",
                    (false, Verb::Stop) => "shift; upstart_job stop --no-wait \"$@\"",
                    (false, _) => "shift; upstart_job restart --no-wait \"$@\"",
                }
            } else {
                ":"
            };
            if bare {
                let for_own = self.for_own(verb, needs);
                if named {
                    branch(name, &format!("if [ $# = 1 ]; then {for_own}; else {for_named}; fi"));
                } else {
                    branch(name, &for_own);
                }
            } else {
                branch(name, for_named);
            }
        }
        if wants("emit") {
            let plain = !self.no_wait
                && uses
                    .iter()
                    .filter(|usage| usage.subcommand().is_none_or(|word| word == "emit"))
                    .all(|usage| self.is_plain_emit(usage));
            needs.insert(if plain { Part::EmitPlain } else { Part::Emit });
            branch(
                "emit",
                &format!(
                    "shift; upstart_emit {}\"$@\"",
                    if self.no_wait { "--no-wait " } else { "" }
                ),
            );
        }
        if wants("list") {
            branch("list", "systemctl list-units --all --type=service");
        }
        if wants("reload-configuration") {
            branch("reload-configuration", "systemctl daemon-reload");
        }
        if verbs.iter().flatten().any(|verb| is_notice(verb)) {
            branch("notify-*", ":");
        }
        if verbs.iter().flatten().any(|verb| changes_environment(verb)) {
            branch(
                "set-env | unset-env | reset-env",
                "echo \"initctl: Not permissible to modify PID 1 job environment\" >&2; return 1",
            );
        }
        let answered = |verb: &str| is_known(verb) || changes_environment(verb);
        if verbs.iter().any(|verb| verb.as_deref().is_none_or(|verb| !answered(verb))) {
            branch("*", "echo \"initctl $1: not available under systemd\" >&2; return 1");
        }
        out.push_str("    esac\n}\n");
        out
    }
}

/// The functions that other functions call, in the order in which they are written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Down,
    AnyTime,
    Followers,
    Unit,
    Job,
    Status,
    Emit,
    EmitPlain,
}

/// The parts that the functions of a script need.
type Needs = BTreeSet<Part>;

/// Whether the subcommand notifies init of something that systemd detects itself.
fn is_notice(verb: &str) -> bool {
    verb.starts_with("notify-")
}

/// Whether systemd has a counterpart for the subcommand.
fn is_known(verb: &str) -> bool {
    ["start", "stop", "restart", "reload", "status", "emit", "list", "reload-configuration"]
        .contains(&verb)
        || is_notice(verb)
}

/// The uses of `initctl` without a counterpart in systemd, with their subcommand.
pub(in crate::lower) fn unavailable(
    uses: &[JobControl],
) -> impl Iterator<Item = (&JobControl, String)> {
    uses.iter().filter(|usage| usage.command == Verb::Initctl && !usage.external).filter_map(
        |usage| {
            usage.subcommand().filter(|verb| !is_known(verb)).map(|verb| (usage, verb.to_owned()))
        },
    )
}

/// Whether the name of a unit is this name with a suffix.
fn is_unit_stem(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":_.-".contains(&byte))
        && !name.starts_with(['-', '.'])
}

/// Whether the command has no options, and its first argument is the literal name of a job.
fn has_no_options(usage: &JobControl) -> bool {
    usage
        .arguments
        .first()
        .is_some_and(|first| first.as_deref().is_some_and(|word| !is_option(word)))
        && !usage.arguments.iter().flatten().any(|word| is_option(word))
}
