//! Job control in scripts: shell functions with the names of Upstart's commands, put in front of the
//! untouched script.

use std::collections::BTreeSet;

use indoc::indoc;

use crate::ast::Phase;
use crate::shell::job_control::{JobControl, Verb};

/// Whether a script declines to run the job.
pub(super) fn declines(phase: Phase, uses: &[JobControl]) -> bool {
    uses.iter().any(|usage| own(phase, verb_of(usage)) == Own::Decline && is_bare(usage))
}

/// The command by which a pre-stop calls the stop off.
pub(super) fn vetoes(phase: Phase, uses: &[JobControl]) -> Option<&JobControl> {
    uses.iter().find(|usage| phase == Phase::PreStop && verb_of(usage) == Verb::Start && is_bare(usage))
}

/// What a command without the name of a job means in a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Own {
    /// `stop` in pre-start: do not run the job.
    Decline,
    /// `start` in pre-stop, and `stop` while the job stops anyway.
    Nothing,
    /// Asked of systemd without waiting, as Upstart did not wait.
    Ask,
}

fn own(phase: Phase, verb: Verb) -> Own {
    match (phase, verb) {
        (Phase::PreStart, Verb::Stop) => Own::Decline,
        (Phase::PreStart | Phase::PreStop, Verb::Start) | (Phase::PreStop | Phase::PostStop, Verb::Stop) => Own::Nothing,
        _ => Own::Ask,
    }
}

/// The functions that the commands of a script need.
pub(super) struct Prelude<'a> {
    pub(super) phase: Phase,
    /// The unit's own name; for a template the shell text that finds it out.
    pub(super) own_unit: &'a str,
    /// What `stop` in pre-start does.
    pub(super) decline: &'a str,
    pub(super) uses: &'a [JobControl],
}

const UNIT: &str = indoc! {r#"
    # The unit of an Upstart job: JOB [KEY=VALUE...]
    upstart_unit() (
        name=$(printf %s "$1" | tr / -)
        shift
        if [ $# -gt 0 ] && systemctl cat "$name@.service" >/dev/null 2>&1; then
            values=
            for pair; do values=${values:+$values:}${pair#*=}; done
            name=$name@$(systemd-escape -- "$values")
        fi
        echo "$name.service"
    )
"#};

/// Takes options from the arguments: whether to wait.
const OPTIONS: &str = indoc! {r"
    while :; do
        case ${1-} in
            -n | --no-wait) block=--no-block ;;
            -*) ;;
            *) break ;;
        esac
        shift
    done
"};

const JOB: &str = indoc! {r#"
    # VERB [--no-wait] JOB [KEY=VALUE...]
    upstart_job() (
        verb=$1 block=
        shift
        @OPTIONS@
        systemctl $block "$verb" "$(upstart_unit "$@")"
    )
"#};

const STATUS: &str = indoc! {r#"
    # What `status` printed: JOB start/running, process N
    upstart_status() (
        unit=$(upstart_unit "$@")
        if systemctl -q is-active "$unit"; then
            echo "$1 start/running, process $(systemctl show -p MainPID "$unit" | cut -d= -f2)"
        else
            echo "$1 stop/waiting"
        fi
    )
"#};

const EMIT: &str = indoc! {r#"
    # [--no-wait] EVENT [KEY=VALUE...]: an event is a unit that its followers hang on.
    upstart_emit() (
        block= units=
        @OPTIONS@
        event=$1
        shift
        for unit in "upstart-event-$event.service" $(for pair; do systemd-escape --template="upstart-event-$event@.service" -- "$pair"; done); do
            if systemctl cat "$unit" >/dev/null 2>&1; then units="$units $unit"; fi
        done
        [ -z "$units" ] || systemctl $block start $units
    )
"#};

/// For events without options and variables.
const EMIT_PLAIN: &str = indoc! {r#"
    # An event is a unit that its followers hang on; one without followers has none.
    upstart_emit() {
        if systemctl cat "upstart-event-$1.service" >/dev/null 2>&1; then
            systemctl start "upstart-event-$1.service"
        fi
    }
"#};

impl Prelude<'_> {
    /// The text of the functions; empty where none is needed.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        if self.uses.iter().any(|usage| !(usage.external || is_bare(usage) && own(self.phase, verb_of(usage)) != Own::Ask)) {
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
        for part in needs {
            out.push_str(&part.text());
        }
        for function in functions {
            out.push_str(&function);
        }
        out
    }

    fn function(&self, verb: Verb, uses: &[&JobControl], needs: &mut Needs) -> String {
        let name = verb.name();
        let (bare, named): (Vec<&&JobControl>, Vec<&&JobControl>) = uses.iter().partition(|usage| is_bare(usage));
        let for_own = self.for_own(verb, needs);
        let for_named = if verb == Verb::Status {
            needs.insert(Part::Status);
            needs.insert(Part::Unit);
            "upstart_status \"$@\"".to_owned()
        } else if named.iter().all(|usage| is_plain(usage)) {
            format!("systemctl {name} \"$1.service\"")
        } else if named.iter().all(|usage| has_no_options(usage)) {
            needs.insert(Part::Unit);
            format!("systemctl {name} \"$(upstart_unit \"$@\")\"")
        } else {
            needs.insert(Part::Job);
            needs.insert(Part::Unit);
            format!("upstart_job {name} \"$@\"")
        };
        match (bare.is_empty(), named.is_empty()) {
            (false, true) => format!("{name}() {{ {for_own}; }}\n"),
            (true, _) => format!("{name}() {{ {for_named}; }}\n"),
            (false, false) => format!("{name}() {{ if [ $# = 0 ]; then {for_own}; else {for_named}; fi; }}\n"),
        }
    }

    /// What a verb does to the job itself.
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

    fn initctl(&self, uses: &[&JobControl], needs: &mut Needs) -> String {
        let mut verbs: Vec<Option<String>> = uses.iter().map(|usage| subcommand(usage)).collect();
        verbs.sort();
        verbs.dedup();
        let mut out = String::from("initctl() {\n");
        if uses.iter().any(|usage| usage.arguments.first().is_some_and(|first| first.as_deref().is_none_or(is_option))) {
            out.push_str("    while :; do case ${1-} in -*) shift ;; *) break ;; esac; done\n");
        }
        out.push_str("    case $1 in\n");
        // A verb that only shows when the script runs may be any of them.
        let unknown = verbs.contains(&None);
        let wants = |word: &str| unknown || verbs.iter().flatten().any(|verb| verb == word);
        let mut branch = |words: &str, does: &str| out.push_str(&format!("        {words}) {does} ;;\n"));
        for verb in [Verb::Start, Verb::Stop, Verb::Restart, Verb::Reload, Verb::Status] {
            let name = verb.name();
            if !wants(name) {
                continue;
            }
            let of_verb = |usage: &&&JobControl| verb_of(usage) == verb;
            let bare = uses.iter().filter(of_verb).any(|usage| is_bare(usage));
            let named = unknown || uses.iter().filter(of_verb).any(|usage| !is_bare(usage));
            let for_named = if verb == Verb::Status {
                needs.extend([Part::Unit, Part::Status]);
                "shift; upstart_status \"$@\""
            } else if named {
                needs.extend([Part::Unit, Part::Job]);
                "upstart_job \"$@\""
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
            let plain = uses.iter().filter(|usage| subcommand(usage).is_none_or(|word| word == "emit")).all(|usage| is_plain_emit(usage));
            needs.insert(if plain { Part::EmitPlain } else { Part::Emit });
            branch("emit", "shift; upstart_emit \"$@\"");
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
        if verbs.iter().any(|verb| verb.as_deref().is_none_or(|verb| !is_known(verb))) {
            branch("*", "echo \"initctl $1: not available under systemd\" >&2; return 1");
        }
        out.push_str("    esac\n}\n");
        out
    }
}

/// The functions that others are made of, in the order in which they are written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Unit,
    Job,
    Status,
    Emit,
    EmitPlain,
}

impl Part {
    fn text(self) -> String {
        let text = match self {
            Self::Unit => UNIT,
            Self::Job => JOB,
            Self::Status => STATUS,
            Self::Emit => EMIT,
            Self::EmitPlain => EMIT_PLAIN,
        };
        text.replace("    @OPTIONS@\n", &OPTIONS.lines().map(|line| format!("    {line}\n")).collect::<String>())
    }
}

type Needs = BTreeSet<Part>;

/// Tells init of something that systemd knows by itself.
fn is_notice(verb: &str) -> bool {
    verb.starts_with("notify-")
}

fn is_known(verb: &str) -> bool {
    ["start", "stop", "restart", "reload", "status", "emit", "list", "reload-configuration"].contains(&verb) || is_notice(verb)
}

/// The uses of `initctl` that systemd has nothing for, with their subcommand.
pub(super) fn unavailable(uses: &[JobControl]) -> impl Iterator<Item = (&JobControl, String)> {
    uses.iter()
        .filter(|usage| usage.command == Verb::Initctl && !usage.external)
        .filter_map(|usage| subcommand(usage).filter(|verb| !is_known(verb)).map(|verb| (usage, verb)))
}

/// The verb, also where it is behind `initctl`.
fn verb_of(usage: &JobControl) -> Verb {
    match usage.command {
        Verb::Initctl => subcommand(usage).and_then(|word| Verb::of(&word)).unwrap_or(Verb::Initctl),
        verb => verb,
    }
}

/// No job is named, so the job itself is meant.
fn is_bare(usage: &JobControl) -> bool {
    operands(usage).is_empty()
}

/// The first argument of `initctl` that is no option.
fn subcommand(usage: &JobControl) -> Option<String> {
    usage.arguments.iter().find(|word| !word.as_deref().is_some_and(is_option)).cloned().flatten()
}

/// The arguments without options, and without the subcommand of `initctl`.
pub(super) fn operands(usage: &JobControl) -> Vec<Option<&str>> {
    let skip = usize::from(usage.command == Verb::Initctl);
    usage.arguments.iter().map(Option::as_deref).filter(|word| !word.is_some_and(is_option)).skip(skip).collect()
}

fn is_option(word: &str) -> bool {
    word.starts_with('-')
}

/// One literal name that is its own unit name, and nothing else.
fn is_plain(usage: &JobControl) -> bool {
    match usage.arguments.as_slice() {
        [Some(name)] => is_unit_stem(name),
        _ => false,
    }
}

fn is_unit_stem(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":_.-".contains(&byte)) && !name.starts_with(['-', '.'])
}

/// The name of the job comes first.
fn has_no_options(usage: &JobControl) -> bool {
    usage.arguments.first().is_some_and(|first| first.as_deref().is_some_and(|word| !is_option(word)))
        && !usage.arguments.iter().flatten().any(|word| is_option(word))
}

/// `emit` and one literal name that is its own unit name.
fn is_plain_emit(usage: &JobControl) -> bool {
    match usage.arguments.as_slice() {
        [Some(verb), Some(event)] => verb == "emit" && is_unit_stem(event),
        _ => false,
    }
}

/// The events that the commands emit, with whether variables go with them.
pub(super) fn emitted(uses: &[JobControl]) -> impl Iterator<Item = (&JobControl, &str, bool)> {
    uses.iter().filter(|usage| usage.command == Verb::Initctl && subcommand(usage).as_deref() == Some("emit")).filter_map(|usage| {
        let operands = operands(usage);
        let event = operands.first().copied().flatten()?;
        Some((usage, event, operands.len() > 1))
    })
}
