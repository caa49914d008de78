//! From the stanzas of a conf and its override to the job that init has.
//!
//! init reads an override into the job that it has just read, so both are one sequence of stanzas
//! (`init/conf.c`, `conf_load_path_with_override`). Of a repeated stanza the last is used, but some
//! stanzas accumulate. Before 0.5 conditions accumulated as well.

use std::collections::HashMap;

use super::ast::{Cgroup, Expect, File, Historical, Phase, Process, Stanza};
use super::condition::Condition;
use super::dialect::{Dialect, modern};
use super::expression::Expr;
use super::job::{Job, JobName, StanzaId, StanzaRecord, Stated};
use crate::text::source::{Span, Spanned, SpannedWord};

/// The job of a conf with its override applied.
pub fn resolve(name: JobName, conf: File, overriding: Option<File>, dialect: Dialect) -> Job {
    let mut job = empty(name, dialect);
    let mut latest = Latest::default();
    for stanza in
        conf.stanzas.into_iter().chain(overriding.into_iter().flat_map(|file| file.stanzas))
    {
        apply(&mut job, &mut latest, stanza);
    }
    stand_by_half(&mut job);
    join(&mut job.start_on, latest.start_on);
    join(&mut job.stop_on, latest.stop_on);
    let is_service = job.respawn.is_some()
        || job.expect.is_some()
        || job.historical.iter().any(|stated| stated.value == Historical::Service);
    job.task_by_default =
        dialect.has_tasks_by_default() && job.processes.contains_key(&Phase::Main) && !is_service;
    job
}

/// `respawn COMMAND` sets both `respawn` and the main process. It is in effect as long as one of
/// the two is not replaced.
fn stand_by_half(job: &mut Job) {
    let halves = [
        job.process(Phase::Main).map(|process| process.stanza),
        job.respawn.as_ref().map(|respawn| respawn.stanza),
    ];
    for StanzaId(half) in halves.into_iter().flatten() {
        if let Some(record) = job.stanzas.get_mut(half) {
            record.replaced_by = None;
        }
    }
}

/// Finds the stanza that a later one of the same key replaces. A job may have thousands of stanzas,
/// so searching them each time would be too slow.
#[derive(Default)]
struct Latest {
    /// By the name of the variable.
    env: HashMap<String, StanzaId>,
    /// By controller, name and key: the index in [`Job::cgroups`].
    cgroups: HashMap<(String, String, Option<String>), usize>,
    /// The conditions to join, in a dialect that starts a job on any of several.
    start_on: Vec<Condition>,
    stop_on: Vec<Condition>,
}

fn empty(name: JobName, dialect: Dialect) -> Job {
    Job {
        name,
        dialect,
        description: None,
        author: None,
        version: None,
        usage: None,
        instance: None,
        start_on: None,
        stop_on: None,
        manual: None,
        emits: Vec::new(),
        env: Vec::new(),
        export: Vec::new(),
        processes: std::collections::BTreeMap::new(),
        expect: None,
        task: None,
        respawn: None,
        respawn_limit: None,
        kill_timeout: None,
        kill_signal: None,
        reload_signal: None,
        normal_exit: Vec::new(),
        console: None,
        umask: None,
        nice: None,
        oom: None,
        limits: std::collections::BTreeMap::new(),
        chroot: None,
        chdir: None,
        setuid: None,
        setgid: None,
        apparmor_load: None,
        apparmor_switch: None,
        cgroups: Vec::new(),
        debug: None,
        imports: Vec::new(),
        tmpfiles: Vec::new(),
        pid_file: None,
        historical: Vec::new(),
        first_comment: None,
        task_by_default: false,
        stanzas: Vec::new(),
    }
}

fn apply(job: &mut Job, latest: &mut Latest, stanza: Spanned<Stanza>) {
    let id = StanzaId(job.stanzas.len());
    let span = stanza.span;
    let records = &mut job.stanzas;
    records.push(StanzaRecord {
        keyword: stanza.value.keyword(),
        span,
        replaced_by: None,
        part_of: None,
    });
    match stanza.value {
        Stanza::Description(text) => state(&mut job.description, text, id, records),
        Stanza::Author(text) => state(&mut job.author, text, id, records),
        Stanza::Version(text) => state(&mut job.version, text, id, records),
        Stanza::Usage(text) => state(&mut job.usage, text, id, records),
        Stanza::Instance(text) => state(&mut job.instance, text, id, records),
        Stanza::StartOn(condition) if job.dialect.joins_conditions() => {
            let condition = Spanned::new(condition, span);
            one_of_several(&mut job.start_on, &mut latest.start_on, condition, id, records);
        }
        Stanza::StopOn(condition) if job.dialect.joins_conditions() => {
            let condition = Spanned::new(condition, span);
            one_of_several(&mut job.stop_on, &mut latest.stop_on, condition, id, records);
        }
        Stanza::StartOn(condition) => {
            // `manual` removes only a `start on` before it (`init/parse_job.c`, `stanza_manual`).
            replace(job.manual.take(), id, records);
            state(&mut job.start_on, whole(condition, span), id, records);
        }
        Stanza::StopOn(condition) => state(&mut job.stop_on, whole(condition, span), id, records),
        Stanza::Manual => {
            replace(job.start_on.take(), id, records);
            latest.start_on.clear();
            state(&mut job.manual, Spanned::new((), span), id, records);
        }
        Stanza::Emits(events) => job.emits.push(words(events, span, id)),
        Stanza::Env(variable) => {
            if let Some(earlier) = latest.env.insert(key(&variable.value).to_owned(), id) {
                mark(earlier, id, records);
            }
            job.env.push(stated(variable, id));
        }
        Stanza::Export(names) => job.export.push(words(names, span, id)),
        Stanza::Process(phase, process) => {
            let process: Process = process;
            let earlier = job.processes.insert(phase, Stated { value: process, span, stanza: id });
            replace(earlier, id, records);
        }
        Stanza::Expect(expect) => state(&mut job.expect, expect, id, records),
        Stanza::Task => state(&mut job.task, Spanned::new((), span), id, records),
        Stanza::Respawn => state(&mut job.respawn, Spanned::new((), span), id, records),
        Stanza::RespawnLimit(limit) => state(&mut job.respawn_limit, limit, id, records),
        Stanza::KillTimeout(seconds) => state(&mut job.kill_timeout, seconds, id, records),
        Stanza::KillSignal(signal) => state(&mut job.kill_signal, signal, id, records),
        Stanza::ReloadSignal(signal) => state(&mut job.reload_signal, signal, id, records),
        Stanza::NormalExit(statuses) => {
            job.normal_exit.extend(statuses.into_iter().map(|status| stated(status, id)));
        }
        Stanza::Console(console) => state(&mut job.console, console, id, records),
        Stanza::Umask(mask) => state(&mut job.umask, mask, id, records),
        Stanza::Nice(level) => state(&mut job.nice, level, id, records),
        Stanza::Oom(score) => state(&mut job.oom, score, id, records),
        Stanza::Limit(limit) => {
            let earlier = job.limits.insert(limit.value.resource, stated(limit, id));
            replace(earlier, id, records);
        }
        Stanza::Chroot(path) => state(&mut job.chroot, path, id, records),
        Stanza::Chdir(path) => state(&mut job.chdir, path, id, records),
        Stanza::Setuid(user) => state(&mut job.setuid, user, id, records),
        Stanza::Setgid(group) => state(&mut job.setgid, group, id, records),
        Stanza::ApparmorLoad(path) => state(&mut job.apparmor_load, path, id, records),
        Stanza::ApparmorSwitch(profile) => state(&mut job.apparmor_switch, profile, id, records),
        Stanza::Cgroup(cgroup) => {
            let place = *latest.cgroups.entry(setting_of(&cgroup)).or_insert(job.cgroups.len());
            let cgroup = Stated { value: cgroup, span, stanza: id };
            match job.cgroups.get_mut(place) {
                // It keeps the index, because settings are applied in the order in which they were
                // first named.
                Some(earlier) => replace(Some(std::mem::replace(earlier, cgroup)), id, records),
                None => job.cgroups.push(cgroup),
            }
        }
        Stanza::Debug => state(&mut job.debug, Spanned::new((), span), id, records),
        Stanza::Import(names) => job.imports.push(words(names, span, id)),
        Stanza::Tmpfiles(paths) => job.tmpfiles.push(words(paths, span, id)),
        Stanza::Daemon => state(&mut job.expect, Spanned::new(Expect::Daemon, span), id, records),
        Stanza::PidFile(path) => state(&mut job.pid_file, path, id, records),
        Stanza::RespawnCommand(process) => {
            let process = Stated { value: process, span, stanza: id };
            replace(job.processes.insert(Phase::Main, process), id, records);
            state(&mut job.respawn, Spanned::new((), span), id, records);
        }
        Stanza::OldScript(phase, process) => {
            let process = Stated { value: process, span, stanza: id };
            replace(job.processes.insert(phase, process), id, records);
        }
        Stanza::Historical(historical) => {
            job.historical.push(Stated { value: historical, span, stanza: id });
        }
    }
}

/// Adds a condition to the ones to be joined. The stanza of the first represents all of them.
fn one_of_several(
    field: &mut Option<Stated<Condition>>,
    all: &mut Vec<Condition>,
    condition: Spanned<Condition>,
    id: StanzaId,
    records: &mut [StanzaRecord],
) {
    let value = condition.value.map(&mut modern);
    all.push(value.clone());
    match field {
        Some(first) => {
            if let Some(record) = records.get_mut(id.0) {
                record.part_of = Some(first.stanza);
            }
        }
        None => *field = Some(Stated { value, span: condition.span, stanza: id }),
    }
}

/// Joins conditions with `or`. Pairs are joined first, then pairs of pairs, which keeps the tree
/// shallow.
fn join(field: &mut Option<Stated<Condition>>, mut all: Vec<Condition>) {
    while all.len() > 1 {
        let mut open = all.into_iter();
        all = Vec::new();
        while let Some(first) = open.next() {
            all.push(match open.next() {
                Some(second) => Expr::Or(Box::new(first), Box::new(second)),
                None => first,
            });
        }
    }
    if let (Some(stated), Some(condition)) = (field, all.pop()) {
        stated.value = condition;
    }
}

/// Sets a field. The stanza that set it before is recorded as replaced.
fn state<T>(
    field: &mut Option<Stated<T>>,
    value: Spanned<T>,
    id: StanzaId,
    records: &mut [StanzaRecord],
) {
    replace(field.replace(stated(value, id)), id, records);
}

fn stated<T>(value: Spanned<T>, id: StanzaId) -> Stated<T> {
    Stated { value: value.value, span: value.span, stanza: id }
}

fn replace<T>(earlier: Option<Stated<T>>, by: StanzaId, records: &mut [StanzaRecord]) {
    if let Some(earlier) = earlier {
        mark(earlier.stanza, by, records);
    }
}

fn mark(earlier: StanzaId, by: StanzaId, records: &mut [StanzaRecord]) {
    if let Some(record) = records.get_mut(earlier.0) {
        record.replaced_by = Some(by);
    }
}

fn whole(condition: Condition, span: Span) -> Spanned<Condition> {
    Spanned::new(condition, span)
}

fn words(words: Vec<SpannedWord>, span: Span, id: StanzaId) -> Stated<Vec<SpannedWord>> {
    Stated { value: words, span, stanza: id }
}

/// The name of the variable that an `env` sets or passes on.
fn key(variable: &str) -> &str {
    variable.split_once('=').map_or(variable, |(key, _)| key)
}

/// The key by which a later setting replaces an earlier one.
fn setting_of(cgroup: &Cgroup) -> (String, String, Option<String>) {
    let key = cgroup.setting.as_ref().map(|(key, _)| key.value.clone());
    (cgroup.controller.value.clone(), cgroup.name().to_owned(), key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::source::{Origin, Source};
    use crate::upstart::parse::parse;

    fn job(conf: &str, overriding: &str) -> Job {
        let read = |text: &str, origin| {
            parse(&Source::new("x", text.as_bytes().to_vec()), origin).unwrap()
        };
        resolve(
            JobName("x".to_owned()),
            read(conf, Origin::Conf),
            Some(read(overriding, Origin::Override)),
            Dialect::Upstart113,
        )
    }

    /// Each stanza with the number of the stanza that replaced it.
    fn records(job: &Job) -> String {
        let one = |record: &StanzaRecord| match record.replaced_by {
            Some(by) => format!("{} -> {}", record.keyword, by.0),
            None => record.keyword.to_owned(),
        };
        job.stanzas.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn the_later_stanza_counts_and_the_earlier_is_on_record() {
        for (conf, overriding, expected) in [
            (
                "exec a\nscript\nb\nend script\npre-start exec c",
                "exec d",
                "exec -> 1, script -> 3, pre-start, exec",
            ),
            ("start on a", "start on b", "start on -> 1, start on"),
            ("start on a", "manual", "start on -> 1, manual"),
            ("manual\nstart on a", "", "manual -> 1, start on"),
            ("start on a\nmanual", "start on b", "start on -> 1, manual -> 2, start on"),
            ("env A=1\nenv B=1\nenv A", "env A=2", "env -> 2, env, env -> 3, env"),
            ("limit nofile 1 2\nlimit core 1 2", "limit nofile 3 4", "limit -> 2, limit, limit"),
            (
                "cgroup cpu a k 1\ncgroup cpu a l 1\ncgroup cpu k 1",
                "cgroup cpu a k 2",
                "cgroup -> 3, cgroup, cgroup, cgroup",
            ),
            (
                "emits a\nexport A\nnormal exit 0",
                "emits a\nexport A\nnormal exit 0",
                "emits, export, normal exit, emits, export, normal exit",
            ),
            ("task\nrespawn", "task", "task -> 2, respawn, task"),
        ] {
            assert_eq!(records(&job(conf, overriding)), expected, "{conf:?} + {overriding:?}");
        }
    }

    #[test]
    fn manual_takes_away_what_stands_above_it_only() {
        let stopped = job("start on a", "manual");
        assert!(stopped.start_on.is_none() && stopped.manual.is_some());
        let again = job("start on a\nmanual", "start on b");
        assert!(again.start_on.is_some() && again.manual.is_none());
    }

    #[test]
    fn what_accumulates_keeps_its_order() {
        let job = job("env A=1\nnormal exit 0 TERM", "env A=2\nnormal exit 1");
        assert_eq!(
            job.env.iter().map(|variable| variable.value.as_str()).collect::<Vec<_>>(),
            ["A=1", "A=2"]
        );
        assert_eq!(job.normal_exit.len(), 3);
        assert_eq!(job.normal_exit[2].stanza, StanzaId(3));
    }
}
