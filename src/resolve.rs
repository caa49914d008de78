//! From the stanzas of a conf and its override to the job that init would believe.
//!
//! init reads an override into the job that it has just read, so both are one sequence of stanzas. Of a
//! stanza that stands twice the later one counts; some accumulate.

use crate::ast::{Cgroup, Condition, File, Process, Stanza, Word};
use crate::job::{Job, JobName, StanzaId, StanzaRecord, Stated};
use crate::source::{Span, Spanned};

/// The job of a conf, with its override applied.
pub fn resolve(name: JobName, conf: File, overriding: Option<File>) -> Job {
    let mut job = empty(name);
    for stanza in conf.stanzas.into_iter().chain(overriding.into_iter().flat_map(|file| file.stanzas)) {
        apply(&mut job, stanza);
    }
    job
}

fn empty(name: JobName) -> Job {
    Job {
        name,
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
        stanzas: Vec::new(),
    }
}

fn apply(job: &mut Job, stanza: Spanned<Stanza>) {
    let id = StanzaId(job.stanzas.len());
    let span = stanza.span;
    let records = &mut job.stanzas;
    records.push(StanzaRecord { keyword: stanza.value.keyword(), span, replaced_by: None });
    match stanza.value {
        Stanza::Description(text) => state(&mut job.description, text, id, records),
        Stanza::Author(text) => state(&mut job.author, text, id, records),
        Stanza::Version(text) => state(&mut job.version, text, id, records),
        Stanza::Usage(text) => state(&mut job.usage, text, id, records),
        Stanza::Instance(text) => state(&mut job.instance, text, id, records),
        Stanza::StartOn(condition) => {
            // A `manual` holds for what stands above it only.
            replace(job.manual.take(), id, records);
            state(&mut job.start_on, whole(condition, span), id, records);
        }
        Stanza::StopOn(condition) => state(&mut job.stop_on, whole(condition, span), id, records),
        Stanza::Manual => {
            replace(job.start_on.take(), id, records);
            state(&mut job.manual, Spanned::new((), span), id, records);
        }
        Stanza::Emits(events) => job.emits.push(words(events, span, id)),
        Stanza::Env(variable) => {
            let same_key = |other: &Stated<String>| key(&other.value) == key(&variable.value);
            if let Some(earlier) = job.env.iter().rfind(|other| same_key(other)) {
                mark(earlier.stanza, id, records);
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
        Stanza::NormalExit(statuses) => job.normal_exit.extend(statuses.into_iter().map(|status| stated(status, id))),
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
            let cgroup = Stated { value: cgroup, span, stanza: id };
            match job.cgroups.iter_mut().find(|other| is_same_setting(&other.value, &cgroup.value)) {
                // In its place, because the order of the settings is that in which they were first named.
                Some(earlier) => replace(Some(std::mem::replace(earlier, cgroup)), id, records),
                None => job.cgroups.push(cgroup),
            }
        }
        Stanza::Debug => state(&mut job.debug, Spanned::new((), span), id, records),
    }
}

/// Gives a field its value; the stanza that gave it one before is recorded as replaced.
fn state<T>(field: &mut Option<Stated<T>>, value: Spanned<T>, id: StanzaId, records: &mut [StanzaRecord]) {
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

fn words(words: Vec<Word>, span: Span, id: StanzaId) -> Stated<Vec<Word>> {
    Stated { value: words, span, stanza: id }
}

/// The name of the variable that an `env` sets or passes on.
fn key(variable: &str) -> &str {
    variable.split_once('=').map_or(variable, |(key, _)| key)
}

fn is_same_setting(one: &Cgroup, other: &Cgroup) -> bool {
    let key = |cgroup: &Cgroup| cgroup.setting.as_ref().map(|(key, _)| key.value.clone());
    one.controller.value == other.controller.value && one.name() == other.name() && key(one) == key(other)
}
