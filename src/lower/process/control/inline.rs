//! The functions for a script of a single file, whose directory is not known: what the calls of this
//! script need, and no more.

use std::collections::BTreeSet;

use super::Prelude;
use super::functions::{
    ANY_TIME, DO, DOWN, EMIT, EMIT_PLAIN, FOLLOWERS, INSTANCE, JOB, LIST_OF_SERVICES, OPTIONS,
    STATUS, STEM, UNIT, UP, WAIT, fails_missing, fails_running, is_unit_stem,
};
use super::own_job::{Own, own};
use super::subcommand::{is_known, is_notice};
use crate::lower::own_files::EVENT;
use crate::systemd::shell_word;
use crate::upstart::script::job_control::{JobControl, Verb, changes_environment, is_option};

impl Prelude<'_> {
    /// The text of the functions.
    pub(super) fn functions(&self) -> String {
        let mut out = String::new();
        if self
            .uses
            .iter()
            .any(|usage| !usage.is_bare() || own(self.phase, usage.verb()) == Own::Ask)
        {
            out.push_str("# The commands of Upstart, done by systemctl.\n");
        }
        let placed = || self.uses.iter().copied();
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
        if self.circumstances.at_shutdown
            && (needs.contains(&Part::Do) || needs.contains(&Part::Wait))
        {
            needs.extend([Part::Down, Part::AnyTime]);
        }
        if self.circumstances.at_shutdown
            && (needs.contains(&Part::Emit) || needs.contains(&Part::EmitPlain))
        {
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
        } else if named.iter().all(|usage| usage.is_wait_for_state()) {
            wait(needs)
        } else {
            let others: Vec<&JobControl> = named
                .iter()
                .filter(|usage| !usage.is_wait_for_state())
                .map(|usage| **usage)
                .collect();
            let does = self.for_others(verb, &others, needs);
            if others.len() == named.len() {
                does
            } else {
                let wait = wait(needs);
                format!("case $1 in wait-for-state) {wait} ;; *) {does} ;; esac")
            }
        };
        match (bare.is_empty(), named.is_empty()) {
            (false, true) => format!("{name}() {{ {for_own}; }}\n"),
            (true, _) => format!("{name}() {{ {for_named}; }}\n"),
            (false, false) => {
                format!("{name}() {{ if [ $# = 0 ]; then {for_own}; else {for_named}; fi; }}\n")
            }
        }
    }

    /// The command for jobs that are named, with `"$@"` as the arguments of the command.
    fn for_others(&self, verb: Verb, uses: &[&JobControl], needs: &mut Needs) -> String {
        let name = verb.name();
        let with_options =
            uses.iter().any(|usage| usage.arguments.iter().flatten().any(|word| is_option(word)));
        let unknown = uses.iter().any(|usage| usage.arguments.first().is_some_and(Option::is_none));
        if verb != Verb::Status && (with_options || unknown) {
            needs.extend([Part::Stem, Part::Unit, Part::Do, Part::Job]);
            return format!("upstart_job {name} \"$@\"");
        }
        let unit = if uses.iter().all(|usage| self.is_plain(usage)) {
            "\"$1.service\""
        } else {
            needs.extend([Part::Stem, Part::Unit]);
            "\"$(upstart_unit \"$@\")\""
        };
        if verb == Verb::Status {
            needs.insert(Part::Status);
            let shift = if with_options { SKIP_OPTIONS } else { "" };
            return format!("{shift}upstart_status {unit} \"$1\"");
        }
        let plain = uses.iter().all(|usage| self.is_plain(usage));
        if plain
            && self.is_only_verb(verb)
            && !self.circumstances.at_shutdown
            && self.lasting.is_empty()
        {
            let check = if verb == Verb::Start {
                format!("{UP}) {} ;;", fails_running("$1"))
            } else {
                format!("{UP}) ;; *) {} ;;", fails_missing(name, "$1"))
            };
            return format!(
                "case $(systemctl is-active {unit}) in {check} esac; systemctl {name} {unit}"
            );
        }
        needs.insert(Part::Do);
        format!("upstart_do {name} {unit} \"$1\"")
    }

    /// The verbs that the script uses with the name of a job. A subcommand that is only known at run
    /// time may be any of them.
    fn uses_verb(&self, wanted: &[Verb]) -> bool {
        self.uses.iter().any(|usage| {
            let unknown = usage.command == Verb::Initctl && usage.subcommand().is_none();
            unknown || wanted.contains(&usage.verb()) && !usage.is_bare()
        })
    }

    /// Whether no other verb is used with the name of a job, and this one not through `initctl`.
    fn is_only_verb(&self, verb: Verb) -> bool {
        let mut uses = self.uses.iter();
        uses.all(|usage| {
            usage.command == verb
                || usage.command == Verb::Status
                || usage.is_bare() && usage.command != Verb::Initctl
                || usage.subcommand() == Some("emit")
        })
    }

    /// The function `initctl` in one line, if the script only emits one event, with nothing that is
    /// known when it runs.
    fn emits_one(&self, uses: &[&JobControl]) -> Option<String> {
        let event = uses.first()?.emits()?;
        let is_same = |usage: &&JobControl| {
            usage.emits() == Some(event)
                && usage.operands().len() == 1
                && usage.does_not_wait() == uses[0].does_not_wait()
        };
        if self.circumstances.at_shutdown || !is_unit_stem(event) || !uses.iter().all(is_same) {
            return None;
        }
        let block = if uses[0].does_not_wait() { "--no-block " } else { "" };
        let unit = format!("{EVENT}{event}.service");
        Some(format!(
            "# An event is a unit that starts its followers; without followers there is no unit.\ninitctl() {{ ! systemctl cat {unit} >/dev/null 2>&1 || systemctl {block}start {unit}; }}\n"
        ))
    }

    /// What `upstart_do` asks of the unit first.
    fn checks(&self) -> String {
        let lasting = |suffix: &str| -> Vec<String> {
            let units = self.lasting.iter().map(|unit| shell_word(unit.as_str()));
            units
                .filter(|unit| unit.ends_with(suffix))
                .map(|unit| format!("start/{unit}"))
                .collect()
        };
        let mut out = Vec::new();
        // The unit of a task that was done at boot is still active.
        let (again, done) = (lasting(".service"), lasting(".target"));
        if !again.is_empty() {
            let units = again.join(" | ");
            out.push(format!("case $1/$2 in {units}) systemctl restart \"$2\"; return ;; esac"));
        }
        if !done.is_empty() {
            out.push(format!("case $1/$2 in {}) return ;; esac", done.join(" | ")));
        }
        let (running, missing) = (fails_running("$3"), fails_missing("$1", "$3"));
        let starts = self.uses_verb(&[Verb::Start]);
        let others = self.uses_verb(&[Verb::Stop, Verb::Restart, Verb::Reload]);
        out.push("case $(systemctl is-active \"$2\") in".to_owned());
        out.push(match (starts, others) {
            (true, true) => {
                format!("    {UP}) [ \"$1\" != start ] || {{ {running}; }} ;;")
            }
            (true, false) => format!("    {UP}) {running} ;;"),
            (false, _) => format!("    {UP}) ;;"),
        });
        if others {
            let unless = if starts { "[ \"$1\" = start ] || " } else { "" };
            let does = if starts { format!("{{ {missing}; }}") } else { missing };
            out.push(format!("    *) {unless}{does} ;;"));
        }
        out.push("esac".to_owned());
        out.join("\n")
    }

    /// The text of a function that other functions call.
    fn part(&self, part: Part) -> String {
        let text = match part {
            Part::Unit => UNIT,
            Part::Stem => STEM,
            Part::Do => DO,
            Part::Job => JOB,
            Part::Wait => WAIT,
            Part::List => LIST_OF_SERVICES,
            Part::Status => STATUS,
            Part::Down => DOWN,
            Part::AnyTime => ANY_TIME,
            Part::Followers => FOLLOWERS,
            Part::Emit => EMIT,
            Part::EmitPlain => EMIT_PLAIN,
        };
        let systemctl =
            if self.circumstances.at_shutdown { "upstart_systemctl" } else { "systemctl" };
        let emit = self.emit(part);
        let indented = |lines: &str, by: &str| {
            lines.lines().map(|line| format!("{by}{line}\n")).collect::<String>()
        };
        let mut renamed: Vec<String> = self
            .renamed
            .iter()
            .map(|(job, unit)| format!("    '{job}') echo {}; exit ;;", shell_word(unit.as_str())))
            .collect();
        if !renamed.is_empty() {
            renamed.insert(0, "case $1 in".to_owned());
            renamed.push("esac".to_owned());
        }
        text.replace("    @OPTIONS@\n", &indented(OPTIONS, "    "))
            .replace("    @NAMES@\n", &indented(&renamed.join("\n"), "    "))
            .replace("    @CHECKS@\n", &indented(&self.checks(), "    "))
            .replace("    @SYSTEMCTL@", &format!("    {systemctl}"))
            .replace(INSTANCE, "")
            .replace("@EMIT@", &emit)
    }

    /// The command that starts the event units.
    fn emit(&self, part: Part) -> String {
        let plain = "systemctl start \"upstart-event-$1.service\"";
        match (part, self.circumstances.at_shutdown) {
            (Part::EmitPlain, false) => plain.to_owned(),
            (Part::EmitPlain, true) => format!(
                "if upstart_down; then upstart_followers \"upstart-event-$1.service\"; else {plain}; fi"
            ),
            (_, false) => "[ -z \"$units\" ] || systemctl $block start $units".to_owned(),
            (_, true) => "[ -z \"$units\" ] || if upstart_down; then upstart_followers $units; else systemctl $block start $units; fi".to_owned(),
        }
    }

    /// Whether the command has a single argument, a literal name that is also the stem of the unit.
    fn is_plain(&self, usage: &JobControl) -> bool {
        match usage.arguments.as_slice() {
            [Some(name)] => is_unit_stem(name) && !self.renamed.iter().any(|(job, _)| job == name),
            _ => false,
        }
    }

    /// Whether the command is `emit` with a literal name that is also part of a unit name, and with
    /// no variables.
    fn is_plain_emit(usage: &JobControl) -> bool {
        matches!(usage.arguments.as_slice(), [Some(verb), Some(event)] if verb == "emit" && is_unit_stem(event))
    }

    /// The command of a verb for the job itself.
    fn for_own(&self, verb: Verb, needs: &mut Needs) -> String {
        if verb == Verb::Status {
            needs.insert(Part::Status);
            return format!("upstart_status {} \"$UPSTART_JOB\"", self.own_unit);
        }
        match own(self.phase, verb) {
            Own::Decline => self.decline.to_owned(),
            Own::Nothing => ":".to_owned(),
            Own::Ask => format!("systemctl --no-block {} {}", verb.name(), self.own_unit),
        }
    }

    /// The function `initctl`, with a branch for each subcommand that the script uses.
    fn initctl(&self, uses: &[&JobControl], needs: &mut Needs) -> String {
        if let Some(function) = self.emits_one(uses) {
            return function;
        }
        let mut verbs: Vec<Option<String>> =
            uses.iter().map(|usage| usage.subcommand().map(str::to_owned)).collect();
        verbs.sort();
        verbs.dedup();
        let mut out = String::from("initctl() {\n");
        if uses.iter().any(|usage| {
            usage.arguments.first().is_some_and(|first| first.as_deref().is_none_or(is_option))
        }) {
            out.push_str(&format!("    {}\n", SKIP_OPTIONS.trim_end_matches("; ")));
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
                needs.extend([Part::Stem, Part::Unit, Part::Status]);
                "shift; upstart_status \"$(upstart_unit \"$@\")\" \"$1\"".to_owned()
            } else if named {
                needs.extend([Part::Stem, Part::Unit, Part::Do, Part::Job]);
                let does = "upstart_job \"$@\"".to_owned();
                if uses.iter().filter(of_verb).any(|usage| usage.is_wait_for_state()) {
                    let wait = wait(needs);
                    format!("case ${{2-}} in wait-for-state) {wait} ;; *) {does} ;; esac")
                } else {
                    does
                }
            } else {
                ":".to_owned()
            };
            if bare {
                let for_own = self.for_own(verb, needs);
                if named {
                    branch(name, &format!("if [ $# = 1 ]; then {for_own}; else {for_named}; fi"));
                } else {
                    branch(name, &for_own);
                }
            } else {
                branch(name, &for_named);
            }
        }
        if wants("emit") {
            let plain = uses
                .iter()
                .filter(|usage| usage.subcommand().is_none_or(|word| word == "emit"))
                .all(|usage| Self::is_plain_emit(usage));
            needs.extend(if plain { vec![Part::EmitPlain] } else { vec![Part::Stem, Part::Emit] });
            branch("emit", "shift; upstart_emit \"$@\"");
        }
        if wants("list") {
            needs.extend([Part::Status, Part::List]);
            branch("list", "upstart_list");
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
    Stem,
    Unit,
    Do,
    Job,
    Wait,
    Status,
    List,
    Emit,
    EmitPlain,
}

/// The command that does what the job `wait-for-state` does.
fn wait(needs: &mut Needs) -> String {
    needs.extend([Part::Stem, Part::Unit, Part::Wait]);
    "upstart_wait \"$@\"".to_owned()
}

/// The parts that the functions of a script need.
type Needs = BTreeSet<Part>;

/// Shell text that leaves the words after the options of a command.
const SKIP_OPTIONS: &str = "while :; do case ${1-} in -*) shift ;; *) break ;; esac; done; ";
