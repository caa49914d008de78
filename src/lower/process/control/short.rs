//! Calls that one command or one line expresses: each becomes a systemctl command, or calls a
//! function that is one line long.

use super::Prelude;
use super::around::{can_become, is_ignored, is_unread, silence, stands_alone, test};
use super::functions::{UP, fails_missing, fails_running, is_unit_stem, job_word};
use super::own_job::{Own, own};
use super::subcommand::{is_known, is_notice};
use super::target::{Known, Target};
use crate::jobset::JobKind;
use crate::systemd::{UnitName, shell_word};
use crate::upstart::script::job_control::{JobControl, Rewrite, Verb, changes_environment};

/// How a call is expressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By this command, in the place of the text in the range.
    Command(Rewrite),
    /// By this command, which is none that `exec` could run.
    Compound(String),
    /// By a function of one line.
    Function {
        /// The name of the function.
        name: &'static str,
        /// The definition of the function.
        line: String,
        /// The call of it, unless that is as the script has it.
        call: Option<String>,
        /// Whether the line says more than that the command is one of systemctl.
        long: bool,
    },
    /// By several functions.
    Functions,
}

/// What the words behind the verb are for a function of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// The name of a unit without its suffix.
    Stem,
    /// The names of an instance and of the unit without instances, of which one exists.
    Either,
    /// The name of a job, and perhaps the variable that names an instance.
    Named,
}

/// Shell text that yields an option while the system goes down.
fn when_down(option: &str) -> String {
    format!("$([ \"$(systemctl is-system-running)\" != stopping ] || echo {option}) ")
}

impl Prelude<'_> {
    /// How each call of the script is expressed.
    pub(super) fn ways(&self) -> Vec<Way> {
        let mut ways: Vec<Way> = (0..self.uses.len()).map(|index| self.way(index)).collect();
        self.lines_of_events(&mut ways);
        for verb in [Verb::Start, Verb::Stop, Verb::Restart, Verb::Reload] {
            self.line_of_jobs(verb, &mut ways);
        }
        for (way, usage) in ways.iter_mut().zip(&self.uses) {
            let can = match &*way {
                Way::Command((_, text)) | Way::Function { call: Some(text), .. } => {
                    can_become(self, usage, text)
                }
                Way::Compound(text) => stands_alone(self, usage) && can_become(self, usage, text),
                Way::Function { call: None, .. } | Way::Functions => true,
            };
            if !can {
                *way = Way::Functions;
            }
        }
        // Two functions of one name exclude each other.
        let mut lines: Vec<(&'static str, String)> = Vec::new();
        for way in &mut ways {
            let Way::Function { name, line, .. } = way else { continue };
            match lines.iter().find(|(known, _)| known == name) {
                None => lines.push((*name, line.clone())),
                Some((_, known)) if known == line => {}
                Some(_) => *way = Way::Functions,
            }
        }
        ways
    }

    /// How a call is expressed, unless the other calls of the script matter to that.
    fn way(&self, index: usize) -> Way {
        let (usage, target) = (self.uses[index], &self.targets[index]);
        let in_place = |text: String| Way::Command((usage.range.clone(), text));
        let verb = usage.verb();
        match target {
            Target::Own => self.way_of_own(usage),
            Target::Awaited { goal, unit } => {
                let option = self.option_of(*goal, usage);
                let (goal, unit) = (goal.name(), shell_word(unit.as_str()));
                Way::Compound(format!("{{ systemctl {option}{goal} {unit} || :; }}"))
            }
            Target::Event { unit, exists: true, .. } if !self.circumstances.at_shutdown => {
                let block = self.block_of(usage);
                in_place(format!("systemctl {block}start {}", shell_word(unit.as_str())))
            }
            Target::Unit(known) if verb == Verb::Status => self.way_of_status(usage, known),
            Target::Either(instance, unit) if verb == Verb::Status => {
                self.tested(usage, &[instance, unit], None).unwrap_or(Way::Functions)
            }
            Target::Unit(Known { unit, lasting: true, .. }) if verb == Verb::Start => {
                let unit = unit.as_str();
                // A target that is reached stays so, and what it stands for was done at the boot.
                in_place(if unit.ends_with(".service") {
                    format!("systemctl restart {}", shell_word(unit))
                } else {
                    "true".to_owned()
                })
            }
            // systemctl also fails if the unit does not run.
            Target::Unit(known)
                if verb == Verb::Reload && !self.circumstances.at_shutdown && is_unread(usage) =>
            {
                in_place(format!("systemctl reload {}", shell_word(known.unit.as_str())))
            }
            Target::Unit(known)
                if self.is_plain_style
                    && !self.circumstances.at_shutdown
                    && is_ignored(self, usage) =>
            {
                let verb = if verb == Verb::Restart { "try-restart" } else { verb.name() };
                let block = self.block_of(usage);
                in_place(format!("systemctl {block}{verb} {}", shell_word(known.unit.as_str())))
            }
            Target::Unknown if usage.command == Verb::Initctl => Self::way_of_initctl(usage),
            _ => Way::Functions,
        }
    }

    /// A command without the name of a job.
    fn way_of_own(&self, usage: &JobControl) -> Way {
        let verb = usage.verb();
        if verb == Verb::Status {
            return Way::Functions;
        }
        let function = |does: &str| {
            let name = verb.name();
            let call = (usage.command != verb).then(|| name.to_owned());
            Way::Function { name, line: format!("{name}() {{ {does}; }}\n"), call, long: false }
        };
        match own(self.phase, verb) {
            Own::Decline => function(self.decline),
            Own::Nothing => function(":"),
            Own::Ask => Way::Command((
                usage.range.clone(),
                format!("systemctl --no-block {} {}", verb.name(), self.own_unit),
            )),
        }
    }

    /// A call of `status`, which a command can only replace where nothing reads its words.
    fn way_of_status(&self, usage: &JobControl, known: &Known) -> Way {
        if let Some(way) = self.tested(usage, &[&known.unit], known.kind) {
            return way;
        }
        let is_instance = known.unit.of_instance() != known.unit;
        match silence(self, usage).filter(|_| !is_instance) {
            None => Way::Functions,
            Some(to_nothing) => {
                let unit = shell_word(known.unit.as_str());
                Way::Command((usage.range.clone(), format!("systemctl cat {unit}{to_nothing}")))
            }
        }
    }

    /// `status JOB | grep -q running`, for the units that the job may be.
    fn tested(
        &self,
        usage: &JobControl,
        units: &[&UnitName],
        kind: Option<JobKind>,
    ) -> Option<Way> {
        let end = test(self, usage)?;
        let units: Vec<String> = units.iter().map(|unit| shell_word(unit.as_str())).collect();
        let units = units.join(" ");
        // A unit of type `oneshot` is at work while it is on its way up. Others are active also while
        // they are not `running` any more, for a moment.
        let states = match kind {
            Some(JobKind::Task) => "start",
            Some(_) => "(running|exited|reload.*)",
            None => "(start|running|exited|reload.*)",
        };
        let text = if self.is_plain_style && kind != Some(JobKind::Task) {
            format!("systemctl -q is-active {units}")
        } else {
            format!("systemctl show -p SubState {units} | grep -Eq '={states}$'")
        };
        Some(Way::Command((usage.range.start..end, text)))
    }

    /// A subcommand of `initctl` that is not about a job or an event.
    fn way_of_initctl(usage: &JobControl) -> Way {
        let in_place = |text: &str| Way::Command((usage.range.clone(), text.to_owned()));
        let refused = |says: &str| Way::Function {
            name: "initctl",
            line: format!("initctl() {{ echo \"{says}\" >&2; return 1; }}\n"),
            call: None,
            long: false,
        };
        match usage.subcommand() {
            Some(verb) if is_notice(verb) => in_place("true"),
            Some("reload-configuration") => in_place("systemctl daemon-reload"),
            Some(verb) if changes_environment(verb) => {
                refused("initctl: Not permissible to modify PID 1 job environment")
            }
            Some(verb) if !is_known(verb) => {
                refused(&format!("initctl {}: not available under systemd", plain(verb)))
            }
            _ => Way::Functions,
        }
    }

    /// The function that emits the events of the script.
    fn lines_of_events(&self, ways: &mut [Way]) {
        let events: Vec<usize> = (0..ways.len())
            .filter(|&index| {
                ways[index] == Way::Functions && matches!(self.targets[index], Target::Event { .. })
            })
            .collect();
        let Some(&first) = events.first() else { return };
        let block = self.block_of(self.uses[first]);
        if events.iter().any(|&index| self.block_of(self.uses[index]) != block) {
            return;
        }
        let is_same = |&index: &usize| {
            self.targets[index] == self.targets[first]
                && self.uses[index].command == Verb::Initctl
                && matches!(&self.targets[index], Target::Event { by_variable, .. } if by_variable.is_empty())
        };
        let others_call_it =
            ways.iter().any(|way| matches!(way, Way::Function { name, .. } if *name == "initctl"));
        if events.iter().all(is_same)
            && !others_call_it
            && let Target::Event { unit, .. } = &self.targets[first]
        {
            let line =
                event_line(&shell_word(unit.as_str()), block, self.circumstances.at_shutdown);
            for index in events {
                let (line, long) = (line.clone(), self.circumstances.at_shutdown);
                ways[index] = Way::Function { name: "initctl", line, call: None, long };
            }
            return;
        }
        let line = events_line(block, self.circumstances.at_shutdown);
        for index in events {
            let Target::Event { unit, by_variable, .. } = &self.targets[index] else { continue };
            let words: Vec<String> = ["upstart_emit".to_owned(), shell_word(unit.as_str())]
                .into_iter()
                .chain(by_variable.iter().cloned())
                .collect();
            ways[index] = Way::Function {
                name: "upstart_emit",
                line: line.clone(),
                call: Some(words.join(" ")),
                long: true,
            };
        }
    }

    /// The function that starts or stops the jobs of the script.
    fn line_of_jobs(&self, verb: Verb, ways: &mut [Way]) {
        let calls: Vec<usize> = (0..ways.len())
            .filter(|&index| {
                ways[index] == Way::Functions
                    && self.uses[index].verb() == verb
                    && matches!(
                        self.targets[index],
                        Target::Unit(_) | Target::Either(..) | Target::Named(..)
                    )
            })
            .collect();
        let Some(&first) = calls.first() else { return };
        let option = self.option_of(verb, self.uses[first]);
        if calls.iter().any(|&index| self.option_of(verb, self.uses[index]) != option) {
            return;
        }
        let form = calls.iter().map(|&index| self.form(index)).max().unwrap_or(Form::Stem);
        let words: Option<Vec<Vec<String>>> =
            calls.iter().map(|&index| self.words(index, form)).collect();
        let Some(words) = words else { return };
        let name = verb.name();
        let line = line(verb, form, &option);
        for (index, words) in calls.into_iter().zip(words) {
            let usage = self.uses[index];
            let is_same = usage.command == verb
                && usage.arguments.iter().zip(&words).all(|(word, new)| word.as_ref() == Some(new))
                && usage.arguments.len() == words.len();
            let call = (!is_same).then(|| format!("{name} {}", words.join(" ")));
            let long = self.circumstances.at_shutdown || form != Form::Stem;
            ways[index] = Way::Function { name, line: line.clone(), call, long };
        }
    }

    fn form(&self, index: usize) -> Form {
        match self.targets[index] {
            Target::Named(..) => Form::Named,
            Target::Either(..) => Form::Either,
            _ => Form::Stem,
        }
    }

    /// The words of a call of the function; `None` if the function cannot take them.
    fn words(&self, index: usize, form: Form) -> Option<Vec<String>> {
        let stem = |unit: &UnitName| unit.as_str().strip_suffix(".service").map(shell_word);
        match (&self.targets[index], form) {
            (Target::Unit(known), Form::Stem | Form::Either) => Some(vec![stem(&known.unit)?]),
            (Target::Either(instance, unit), Form::Either) => {
                Some(vec![stem(instance)?, stem(unit)?])
            }
            (Target::Named(job, place), Form::Named) => {
                Some(vec![job_word(job), self.text.get(place.clone())?.to_owned()])
            }
            (Target::Unit(_), Form::Named) => {
                let job = self.uses[index].job().filter(|job| is_unit_stem(job))?;
                let Target::Unit(known) = &self.targets[index] else { return None };
                (stem(&known.unit)? == job).then(|| vec![job.to_owned()])
            }
            _ => None,
        }
    }

    /// `--no-block` if the call must not or does not wait.
    fn block_of(&self, usage: &JobControl) -> &'static str {
        let verb = if usage.emits().is_some() { Verb::Start } else { usage.verb() };
        if usage.does_not_wait() && matches!(verb, Verb::Start | Verb::Stop | Verb::Restart) {
            "--no-block "
        } else {
            self.block(verb)
        }
    }

    /// The option of systemctl that does not wait, if the script must not wait.
    fn block(&self, verb: Verb) -> &'static str {
        let no_wait = match verb {
            Verb::Start | Verb::Restart => self.circumstances.no_wait,
            Verb::Stop => self.circumstances.no_wait_for_stop,
            _ => false,
        };
        if no_wait { "--no-block " } else { "" }
    }

    /// The options of systemctl for a call.
    fn option_of(&self, verb: Verb, usage: &JobControl) -> String {
        let block = self.block_of(usage);
        match verb {
            _ if !self.circumstances.at_shutdown => block.to_owned(),
            // A stop is not refused.
            Verb::Stop if block.is_empty() => when_down("--no-block"),
            Verb::Stop => block.to_owned(),
            _ => format!("{block}{}", when_down("--job-mode=ignore-dependencies")),
        }
    }
}

/// The definition of the function for a verb.
fn line(verb: Verb, form: Form, option: &str) -> String {
    let name = verb.name();
    let (before, unit) = match form {
        Form::Stem => ("", "\"$1.service\""),
        Form::Either => (
            "[ $# = 1 ] || systemctl cat \"$1.service\" >/dev/null 2>&1 || shift; ",
            "\"$1.service\"",
        ),
        Form::Named => ("set -- \"$1\" \"$(upstart_unit \"$@\")\"; ", "\"$2\""),
    };
    let check = if verb == Verb::Start {
        format!("{UP}) {} ;;", fails_running("$1"))
    } else {
        format!("{UP}) ;; *) {} ;;", fails_missing(name, "$1"))
    };
    let unit_of = if form == Form::Named { UNIT_OF_NAMED } else { "" };
    format!(
        "{unit_of}{name}() {{ {before}case $(systemctl is-active {unit}) in {check} esac; systemctl {option}{name} {unit}; }}\n"
    )
}

/// The definition of the function that emits one event.
fn event_line(unit: &str, block: &str, at_shutdown: bool) -> String {
    let (set, unit) =
        if at_shutdown { (format!("set -- {unit}; "), "\"$1\"") } else { (String::new(), unit) };
    let then = followers(unit, block, at_shutdown);
    format!(
        "initctl() {{ {set}! systemctl cat {unit} >/dev/null 2>&1 || systemctl {block}start {unit}{then}; }}\n"
    )
}

/// The definition of the function that emits events with variables, by the names of their units.
fn events_line(block: &str, at_shutdown: bool) -> String {
    let then = followers("\"$@\"", block, at_shutdown);
    format!(
        "upstart_emit() {{ for upstart_unit; do shift; ! systemctl cat \"$upstart_unit\" >/dev/null 2>&1 || set -- \"$@\" \"$upstart_unit\"; done; [ $# = 0 ] || systemctl {block}start \"$@\"{then}; }}\n"
    )
}

/// What starts the followers of an event in place of its units, which systemd refuses to start while
/// the system goes down.
fn followers(units: &str, block: &str, at_shutdown: bool) -> String {
    if !at_shutdown {
        return String::new();
    }
    format!(
        " || systemctl {block}--job-mode=ignore-dependencies start $(systemctl show -p Wants {units} | cut -d= -f2-) || :"
    )
}

/// The unit of a job with a variable that names the instance, if the job has instances.
const UNIT_OF_NAMED: &str = "upstart_unit() { if [ $# = 2 ] && systemctl cat \"$1@.service\" >/dev/null 2>&1; then systemd-escape --template=\"$1@.service\" -- \"${2#*=}\"; else echo \"$1.service\"; fi; }\n";

/// A subcommand as part of a text in double quotes.
fn plain(verb: &str) -> String {
    verb.chars()
        .filter(|character| character.is_ascii_alphanumeric() || *character == '-')
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::*;

    /// A systemctl that knows the units that are up and those that exist, and whether the system goes
    /// down. It notes what it is to do.
    const SYSTEMCTL: &str = "#!/bin/sh
        is_in() { case \" $1 \" in *\" $2 \"*) ;; *) return 1 ;; esac; }
        case $1 in
            is-active) if is_in \"$UP\" \"$2\"; then echo active; else echo inactive; exit 3; fi ;;
            is-system-running) echo \"$STATE\" ;;
            cat) is_in \"$THERE\" \"$2\" ;;
            show) echo 'Wants=a.service b.service' ;;
            *)
                echo \"$*\" >&3
                case $STATE/$* in stopping/*-dependencies*) ;; stopping/*start*) exit 1 ;; esac ;;
        esac\n";

    /// Escapes `*` only.
    const ESCAPE: &str = "#!/bin/sh
        template=${1#--template=}
        echo \"${template%.service}$(printf %s \"$3\" | sed 's/[*]/\\\\x2a/g').service\"\n";

    /// What systemctl is to do when `call` runs after the definition of a function, with whether the
    /// script goes on after it.
    fn called(line: &str, call: &str, (up, there, state): (&str, &str, &str)) -> Vec<String> {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in [("systemctl", SYSTEMCTL), ("systemd-escape", ESCAPE)] {
            let path = directory.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let output = Command::new("/bin/sh")
            .args(["-e", "-c", &format!("exec 3>&1 >&2\n{line}{call}\necho went on >&3\n")])
            .env("PATH", format!("{}:/usr/bin:/bin", directory.path().display()))
            .env("UP", up)
            .env("THERE", there)
            .env("STATE", state)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn functions_of_one_line_fail_where_the_commands_of_upstart_did() {
        let stem = |verb| line(verb, Form::Stem, "");
        let stop = line(Verb::Stop, Form::Stem, &when_down("--no-block"));
        let start = line(Verb::Start, Form::Stem, &when_down("--job-mode=ignore-dependencies"));
        for (line, call, state, expected) in [
            (&stem(Verb::Start), "start b", "running", &["start b.service", "went on"][..]),
            (&stem(Verb::Start), "start a", "running", &[]),
            (&stem(Verb::Start), "start a || :", "running", &["went on"]),
            (&stem(Verb::Stop), "stop a", "running", &["stop a.service", "went on"]),
            (&stem(Verb::Stop), "stop b", "running", &[]),
            (&stem(Verb::Restart), "restart b", "running", &[]),
            (&stop, "stop a", "running", &["stop a.service", "went on"]),
            (&stop, "stop a", "stopping", &["--no-block stop a.service", "went on"]),
            (&start, "start b", "running", &["start b.service", "went on"]),
            (
                &start,
                "start b",
                "stopping",
                &["--job-mode=ignore-dependencies start b.service", "went on"],
            ),
        ] {
            assert_eq!(called(line, call, ("a.service", "", state)), expected, "{call}");
        }
    }

    #[test]
    fn an_instance_is_taken_if_the_job_has_any() {
        let either = line(Verb::Start, Form::Either, "--no-block ");
        let named = line(Verb::Start, Form::Named, "");
        for (line, call, there, expected) in [
            (&either, "start a@1 a", "a@1.service", "--no-block start a@1.service"),
            (&either, "start a@1 a", "a.service", "--no-block start a.service"),
            (&either, "start a", "", "--no-block start a.service"),
            (&named, "start a ID='*'", "a@.service", "start a@\\x2a.service"),
            (&named, "start a ID='*'", "a.service", "start a.service"),
            (&named, "start a", "a@.service", "start a.service"),
        ] {
            assert_eq!(called(line, call, ("", there, "running")), [expected, "went on"], "{call}");
        }
    }

    #[test]
    fn an_event_starts_the_units_that_it_has() {
        let one = "e.service";
        let emits = |block| event_line(one, block, false);
        let at_shutdown = event_line(one, "", true);
        let several = events_line("--no-block ", false);
        let down = "--job-mode=ignore-dependencies start a.service b.service";
        for (line, call, there, state, expected) in [
            (emits(""), "initctl emit e", one, "running", &["start e.service", "went on"][..]),
            (emits("--no-block "), "initctl emit e", "", "running", &["went on"]),
            (
                at_shutdown.clone(),
                "initctl emit e",
                one,
                "running",
                &["start e.service", "went on"],
            ),
            (at_shutdown, "initctl emit e", one, "stopping", &["start e.service", down, "went on"]),
            (
                several.clone(),
                "upstart_emit e.service e@1.service",
                "e.service e@1.service",
                "running",
                &["--no-block start e.service e@1.service", "went on"],
            ),
            (
                several.clone(),
                "upstart_emit e.service e@1.service",
                "e@1.service",
                "running",
                &["--no-block start e@1.service", "went on"],
            ),
            (several, "upstart_emit e.service '*'", "", "running", &["went on"]),
        ] {
            assert_eq!(called(&line, call, ("", there, state)), expected, "{call} {there} {state}");
        }
    }
}
