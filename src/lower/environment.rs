//! `env`, and what Upstart put into the environment by itself.

use super::context::Lowering;
use super::instance::Instance;
use crate::diagnostic::{Rule, Severity};
use crate::source::{encode, lossy};
use crate::systemd::{Directive, Feature, Section, Value};

pub(super) static RULES: [&Rule; 1] = [&UNUSABLE];

static UNUSABLE: Rule = Rule {
    code: "U248",
    name: "unusable-variable",
    severity: Severity::Warning,
    explanation: "systemd drops an environment variable whose name is not made of letters, digits and `_`, or whose value is not valid UTF-8; \
below version 248 also one whose value holds control characters. \
Upstart passed it on. Set it in a script before the program is called, for example with env(1).",
};

pub(super) fn lower(lowering: &mut Lowering<'_>, instance: &Instance) {
    let job = lowering.job;
    for stated in job.env.iter().filter(|stated| job.stands(stated.stanza)) {
        let Some((name, value)) = stated.value.split_once('=') else {
            // Copied from init's own environment, which holds what the kernel command line set.
            lowering.add(Directive::PassEnvironment, Value::line(&stated.value));
            lowering.exact(stated.stanza, &[Directive::PassEnvironment]);
            continue;
        };
        if instance.sets(name) {
            // The name of the instance takes the place of this default, see `instance`.
            lowering.exact(stated.stanza, &[Directive::DefaultInstance]);
            continue;
        }
        let readable = Feature::of_value(&encode(value)).is_none_or(|feature| lowering.has(feature));
        if let Some(value) = Value::environment(name, &encode(value)).filter(|_| readable) {
            lowering.add(Directive::Environment, value);
            lowering.exact(stated.stanza, &[Directive::Environment]);
        } else {
            let diagnostic = UNUSABLE
                .at(stated.span, format!("systemd does not take the variable `{}`", lossy(name)))
                .help("set it in the command: `/usr/bin/env NAME=VALUE program`");
            lowering.remark(
                Section::Service,
                diagnostic.rule,
                &format!("the variable `{}` is missing: systemd does not take it.", lossy(name)),
            );
            lowering.manual(stated.stanza, &[], diagnostic);
        }
    }
    let full = lowering.options.full_env;
    if (full || lowering.mentions("UPSTART_JOB"))
        && let Some(value) = Value::environment("UPSTART_JOB", &encode(&job.name.0))
    {
        lowering.add(Directive::Environment, value);
    }
    if full {
        lowering.add(Directive::Environment, Value::keyword("TERM=linux"));
    }
    let on_socket =
        job.start_on.as_ref().is_some_and(|condition| condition.value.leaves().iter().any(|event| event.name.value == "socket"));
    if on_socket {
        // The first descriptor that systemd passes is 3, and it is not closed when the program is executed.
        lowering.add(Directive::Environment, Value::keyword("UPSTART_FDS=3"));
        if full || lowering.mentions("UPSTART_EVENTS") {
            lowering.add(Directive::Environment, Value::keyword("UPSTART_EVENTS=socket"));
        }
    }
    instance.environment(lowering, full);
}
