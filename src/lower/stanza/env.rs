//! `env`, and the variables that init sets itself.

use crate::diagnostic::Severity;
use crate::diagnostic::registry::{SEVERAL_SOCKETS, UNBOUND_INSTANCE, UNUSABLE_VARIABLE};
use crate::lower::condition::event::socket_address;
use crate::lower::lowering::Lowering;
use crate::lower::process::Processes;
use crate::systemd::{Directive, Feature, Section, Value};
use crate::text::bytes::{encode, lossy};
use crate::upstart::condition::Event;
use crate::upstart::job::Stated;

/// The variables that init sets for every process (`init/job_process.c`, `job_process_start`).
pub(in crate::lower) const OWN: [&str; 2] = ["UPSTART_JOB", "UPSTART_INSTANCE"];

/// Turns `env` into `Environment=` and `PassEnvironment=` (systemd.exec(5), "Environment").
pub(in crate::lower) fn lower(lowering: &mut Lowering<'_>, processes: &Processes) {
    let job = lowering.job;
    for stated in job.env.iter().filter(|stated| job.stands(stated.stanza)) {
        let Some((name, value)) = stated.value.split_once('=') else {
            // init copies such a variable from its own environment, which has the variables of the
            // kernel command line.
            match Value::variable_name(&stated.value) {
                Some(name) => {
                    lowering.add(Directive::PassEnvironment, name);
                    lowering.exact(stated.stanza, &[Directive::PassEnvironment]);
                }
                None => unusable(lowering, stated, &stated.value),
            }
            continue;
        };
        if lowering.instance.sets(name) {
            // The name of the instance replaces this default. See `instance`.
            if lowering.instance.has_default() {
                lowering.exact(stated.stanza, &[Directive::DefaultInstance]);
            } else {
                without_default(lowering, stated, name);
            }
            continue;
        }
        if let Some(value) = assignment(lowering, name, value) {
            lowering.ledger.value(stated.stanza, Directive::Environment, &value);
            lowering.add(Directive::Environment, value);
            lowering.exact(stated.stanza, &[Directive::Environment]);
        } else {
            unusable(lowering, stated, name);
        }
    }
    if let Some(value) = lowering.instance.own_variable() {
        lowering.add(Directive::Environment, value);
    }
    own_variables(lowering, processes);
    // `env` precedes the default of init (`init/job_process.c`, `job_process_start`).
    let has_terminal = job.env.iter().any(|stated| stated.value.split('=').next() == Some("TERM"));
    if lowering.options.full_env && !has_terminal {
        lowering.add(Directive::Environment, Value::keyword("TERM=linux"));
    }
    let leaves = job.start_on.iter().flat_map(|condition| condition.value.leaves());
    let sockets: Vec<&Event> = leaves
        .filter(|event| event.name.value == "socket" && socket_address(event).is_some())
        .collect();
    if let (Some(first), Some(second), Some(condition)) =
        (sockets.first(), sockets.get(1), &job.start_on)
    {
        let diagnostic = SEVERAL_SOCKETS
            .at(
                second.span(),
                format!(
                    "the program gets all {} sockets, not only the one that was called",
                    sockets.len()
                ),
            )
            .related(first.span(), "the first of them, in UPSTART_FDS")
            .note("they are the descriptors from 3 on, in the order of the .socket unit")
            .help("let the program listen on all of them, or write a job for each");
        lowering.approximate(condition.stanza, &[], diagnostic);
    }
    if !sockets.is_empty() {
        // The first descriptor that systemd passes is 3 (sd_listen_fds(3)). It is not closed when
        // the program is executed.
        lowering.add(Directive::Environment, Value::keyword("UPSTART_FDS=3"));
        if lowering.options.full_env || lowering.mentions("UPSTART_EVENTS") {
            lowering.add(Directive::Environment, Value::keyword("UPSTART_EVENTS=socket"));
        }
    }
}

/// The variable with its value as a value of `Environment=`, if this version of systemd takes it.
pub(in crate::lower) fn assignment(
    lowering: &Lowering<'_>,
    name: &str,
    value: &str,
) -> Option<Value> {
    let bytes = encode(value);
    let is_readable = Feature::of_value(&bytes).is_none_or(|feature| lowering.has(feature));
    Value::environment(name, &bytes).filter(|_| is_readable)
}

/// Reports a default for a variable of the instance that names no unit: it is empty, or other
/// variables of the name have no default.
fn without_default(lowering: &mut Lowering<'_>, stated: &Stated<String>, name: &str) {
    let is_reported =
        lowering.diagnostics.iter().any(|finding| finding.rule.code == UNBOUND_INSTANCE.code);
    let mut diagnostic = UNBOUND_INSTANCE
        .at(stated.span, format!("the default of `{}` is in no name of a unit", lossy(name)))
        .note("a unit of systemd has no instance with an empty name, or with a part of a name")
        .help("name the instance each time that it is started");
    // The events that start the job give the variable.
    if lowering.job.start_on.is_some() {
        diagnostic.severity = Severity::Note;
    }
    lowering.approximate(stated.stanza, &[], diagnostic);
    // The start condition has the same finding if nothing says which instance it starts.
    if is_reported {
        lowering.diagnostics.pop();
    }
}

/// Reports a variable that systemd cannot set.
fn unusable(lowering: &mut Lowering<'_>, stated: &Stated<String>, name: &str) {
    let diagnostic = UNUSABLE_VARIABLE
        .at(stated.span, format!("systemd does not take the variable `{}`", lossy(name)))
        .help("set it in the command: `/usr/bin/env NAME=VALUE program`");
    lowering.remark(
        Section::Service,
        diagnostic.rule,
        &format!("the variable `{}` is missing: systemd does not take it.", lossy(name)),
    );
    lowering.manual(stated.stanza, &[], diagnostic);
}

/// Adds the variables that init sets for every process. `initctl` without the name of a job,
/// scripts and libraries read them. They are set last because they override `env`
/// (`init/job_process.c`, `job_process_start`).
fn own_variables(lowering: &mut Lowering<'_>, processes: &Processes) {
    if lowering.job.processes.is_empty() {
        return;
    }
    let is_read = |name: &str| {
        lowering.read_in_files.contains(name)
            || lowering.mentions(name)
            || processes.commands.mention(name)
            || lowering.job.env.iter().any(|env| env.value.contains(name))
    };
    let is_whole = lowering.is_exact() || lowering.options.full_env;
    let [reads_job, reads_instance] = OWN.map(|name| is_whole || is_read(name));
    if !reads_job && !reads_instance {
        return;
    }
    let name = Value::environment("UPSTART_JOB", &encode(&lowering.job.name.0));
    if name.is_none() && reads_job {
        let diagnostic = UNUSABLE_VARIABLE
            .at(
                lowering.job.place(),
                "systemd does not take the name of the job as the value of `UPSTART_JOB`",
            )
            .help("give the job a name that is valid UTF-8, if its processes read the variable");
        lowering.diagnostics.push(diagnostic);
    }
    let values: Vec<Value> = name
        .filter(|_| reads_job)
        .into_iter()
        .chain(lowering.instance.name_variable().filter(|_| reads_instance))
        .collect();
    if values.is_empty() {
        return;
    }
    lowering.add(Directive::Environment, Value::assignments(&values));
}
