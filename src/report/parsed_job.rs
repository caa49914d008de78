//! A job as one JSON object: what init knows after reading its files.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::text::bytes::lossy;
use crate::text::source::SpannedWord;
use crate::upstart::ast::{Amount, Console, Expect, Limit, Phase, Process, RespawnLimit};
use crate::upstart::condition::Condition;
use crate::upstart::exec::direct_argv;
use crate::upstart::expression::Expr;
use crate::upstart::job::{Job, Stated};
use crate::upstart::signal::{ExitStatus, Signal};

/// The job with the defaults of init filled in. Bytes that are not UTF-8 appear as U+FFFD.
pub fn parsed_job(job: &Job) -> impl Serialize + '_ {
    // Every field, so that a stanza is not left out unseen. What has a default, or is not in the
    // object, is `_`.
    let Job {
        name,
        dialect: _,
        description,
        author,
        version,
        usage,
        instance,
        start_on,
        stop_on,
        manual: _,
        emits,
        env,
        export,
        processes,
        expect: _,
        task: _,
        respawn,
        respawn_limit: _,
        kill_timeout: _,
        kill_signal: _,
        reload_signal: _,
        normal_exit,
        console: _,
        umask,
        nice,
        oom,
        limits,
        chroot,
        chdir,
        setuid,
        setgid,
        apparmor_load,
        apparmor_switch,
        cgroups: _,
        debug,
        imports,
        tmpfiles,
        pid_file: _,
        historical: _,
        first_comment: _,
        task_by_default: _,
        stanzas: _,
    } = job;
    let (respawn_limit, respawn_interval) = match job.respawn_limit() {
        RespawnLimit::Unlimited => (0, 0),
        RespawnLimit::Within { count, interval } => (count, interval),
    };
    ParsedJob {
        name: LossyText(&name.0),
        description: text(description.as_ref()),
        author: text(author.as_ref()),
        version: text(version.as_ref()),
        usage: text(usage.as_ref()),
        instance: text(instance.as_ref()),
        start_on: start_on.as_ref().map(|condition| Tree(&condition.value)),
        stop_on: stop_on.as_ref().map(|condition| Tree(&condition.value)),
        emits: emits.iter().flat_map(|events| texts(&events.value)).collect(),
        env: env.iter().map(|variable| LossyText(&variable.value)).collect(),
        export: export.iter().flat_map(|names| texts(&names.value)).collect(),
        processes: ParsedProcesses(processes),
        expect: match job.expects() {
            Expect::None => "none",
            Expect::Stop => "stop",
            Expect::Fork => "fork",
            Expect::Daemon => "daemon",
        },
        task: job.is_task(),
        respawn: respawn.is_some(),
        respawn_limit,
        respawn_interval,
        kill_timeout: job.kill_timeout(),
        kill_signal: SignalName(job.kill_signal()),
        reload_signal: SignalName(job.reload_signal()),
        normal_exit: normal_exit.iter().map(|status| exit_status(status.value)).collect(),
        console: match job.console() {
            Console::None => "none",
            Console::Log => "log",
            Console::Output => "output",
            Console::Owner => "owner",
        },
        umask: format!("{:04o}", umask.as_ref().map_or(0o022, |mask| mask.value)),
        nice: nice.as_ref().map(|level| level.value),
        oom_score_adjust: oom.as_ref().map_or(0, |score| score.value),
        limits: limits
            .iter()
            .map(|(resource, limit)| (resource.name(), amounts(&limit.value)))
            .collect(),
        chroot: text(chroot.as_ref()),
        chdir: text(chdir.as_ref()),
        setuid: text(setuid.as_ref()),
        setgid: text(setgid.as_ref()),
        apparmor_load: text(apparmor_load.as_ref()),
        apparmor_switch: text(apparmor_switch.as_ref()),
        cgroups: cgroups(job),
        debug: debug.is_some(),
        import: imports.iter().flat_map(|names| texts(&names.value)).collect(),
        tmpfiles: tmpfiles.iter().flat_map(|paths| texts(&paths.value)).collect(),
    }
}

#[derive(serde::Serialize)]
struct ParsedJob<'a> {
    name: LossyText<'a>,
    description: Option<LossyText<'a>>,
    author: Option<LossyText<'a>>,
    version: Option<LossyText<'a>>,
    usage: Option<LossyText<'a>>,
    instance: Option<LossyText<'a>>,
    start_on: Option<Tree<'a>>,
    stop_on: Option<Tree<'a>>,
    emits: Vec<LossyText<'a>>,
    env: Vec<LossyText<'a>>,
    export: Vec<LossyText<'a>>,
    processes: ParsedProcesses<'a>,
    expect: &'static str,
    task: bool,
    respawn: bool,
    respawn_limit: i32,
    respawn_interval: i32,
    kill_timeout: u32,
    kill_signal: SignalName,
    reload_signal: SignalName,
    normal_exit: Vec<String>,
    console: &'static str,
    umask: String,
    nice: Option<i8>,
    oom_score_adjust: i16,
    limits: BTreeMap<&'static str, [LimitAmount; 2]>,
    chroot: Option<LossyText<'a>>,
    chdir: Option<LossyText<'a>>,
    setuid: Option<LossyText<'a>>,
    setgid: Option<LossyText<'a>>,
    apparmor_load: Option<LossyText<'a>>,
    apparmor_switch: Option<LossyText<'a>>,
    cgroups: Vec<Group<'a>>,
    debug: bool,
    /// Only if the dialect has the stanza.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    import: Vec<LossyText<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tmpfiles: Vec<LossyText<'a>>,
}

struct LossyText<'a>(&'a str);

impl Serialize for LossyText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&lossy(self.0))
    }
}

fn text(stated: Option<&Stated<String>>) -> Option<LossyText<'_>> {
    stated.map(|stated| LossyText(&stated.value))
}

fn texts(words: &[SpannedWord]) -> impl Iterator<Item = LossyText<'_>> {
    words.iter().map(|word| LossyText(&word.value))
}

struct Tree<'a>(&'a Condition);

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.0 {
            Expr::Leaf(event) => {
                map.serialize_entry("event", &LossyText(&event.name.value))?;
                map.serialize_entry("args", &texts(&event.args).collect::<Vec<_>>())?;
            }
            Expr::And(left, right) => map.serialize_entry("and", &[Tree(left), Tree(right)])?,
            Expr::Or(left, right) => map.serialize_entry("or", &[Tree(left), Tree(right)])?,
        }
        map.end()
    }
}

struct ParsedProcesses<'a>(&'a BTreeMap<Phase, Stated<Process>>);

impl Serialize for ParsedProcesses<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for phase in
            [Phase::Main, Phase::PreStart, Phase::PostStart, Phase::PreStop, Phase::PostStop]
        {
            if let Some(process) = self.0.get(&phase) {
                map.serialize_entry(phase.name(), &running(&process.value))?;
            }
        }
        map.end()
    }
}

#[derive(serde::Serialize)]
struct Running<'a> {
    script: bool,
    command: LossyText<'a>,
    shell: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    argv: Option<Vec<LossyText<'a>>>,
}

fn running(process: &Process) -> Running<'_> {
    let (script, argv) = match process {
        Process::Exec { text, .. } => (false, direct_argv(&text.value)),
        Process::Script { .. } => (true, None),
    };
    Running {
        script,
        command: LossyText(&process.text().value),
        shell: argv.is_none(),
        argv: argv.map(|words| words.into_iter().map(LossyText).collect()),
    }
}

/// Serialized as the name of the signal, or as its number if it has no name.
struct SignalName(Signal);

impl Serialize for SignalName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.name() {
            Some(name) => serializer.serialize_str(name),
            None => serializer.serialize_i32(self.0.0),
        }
    }
}

fn exit_status(status: ExitStatus) -> String {
    match status {
        ExitStatus::Code(code) => code.to_string(),
        ExitStatus::Signal(signal) => {
            signal.name().map_or_else(|| signal.0.to_string(), str::to_owned)
        }
    }
}

struct LimitAmount(Amount);

impl Serialize for LimitAmount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Amount::Unlimited => serializer.serialize_str("unlimited"),
            Amount::Value(value) => serializer.serialize_u64(value),
        }
    }
}

fn amounts(limit: &Limit) -> [LimitAmount; 2] {
    [LimitAmount(limit.soft), LimitAmount(limit.hard)]
}

#[derive(serde::Serialize)]
struct Group<'a> {
    controller: LossyText<'a>,
    name: LossyText<'a>,
    settings: Vec<[LossyText<'a>; 2]>,
}

/// Collects the settings of each group, in the order in which the groups first occur.
fn cgroups(job: &Job) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for cgroup in &job.cgroups {
        let (controller, name) = (cgroup.value.controller.value.as_str(), cgroup.value.name());
        let setting = cgroup
            .value
            .setting
            .as_ref()
            .map(|(key, value)| [LossyText(&key.value), LossyText(&value.value)]);
        match groups
            .iter_mut()
            .find(|group| group.controller.0 == controller && group.name.0 == name)
        {
            Some(group) => group.settings.extend(setting),
            None => {
                groups.push(Group {
                    controller: LossyText(controller),
                    name: LossyText(name),
                    settings: setting.into_iter().collect(),
                });
            }
        }
    }
    groups
}
