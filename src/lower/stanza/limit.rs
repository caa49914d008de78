//! `umask`, `nice`, `oom` and `limit`, which apply to all processes of a job.

use crate::diagnostic::registry::SOFT_LIMIT_ABOVE_HARD;
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, Section, Value};
use crate::upstart::ast::{Amount, Resource};

/// Turns the stanzas into `UMask=`, `Nice=`, `OOMScoreAdjust=` and `Limit...=` (systemd.exec(5),
/// "Process Properties").
pub(in crate::lower) fn lower(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    if let Some(umask) = &job.umask {
        // 022 is the default of Upstart and systemd.
        if umask.value != 0o022 {
            lowering.set(Directive::UMask, Value::measure(format_args!("{:04o}", umask.value)));
        }
        lowering.exact(umask.stanza, &[Directive::UMask]);
    }
    if let Some(nice) = &job.nice {
        lowering.set(Directive::Nice, Value::number(nice.value));
        lowering.exact(nice.stanza, &[Directive::Nice]);
    }
    if let Some(oom) = &job.oom {
        lowering.set(Directive::OomScoreAdjust, Value::number(oom.value));
        lowering.exact(oom.stanza, &[Directive::OomScoreAdjust]);
    }
    for limit in job.limits.values() {
        let directive = limit_directive(limit.value.resource);
        let (soft, hard) = (
            amount(limit.value.resource, limit.value.soft),
            amount(limit.value.resource, limit.value.hard),
        );
        if exceeds(limit.value.soft, limit.value.hard) {
            let diagnostic = SOFT_LIMIT_ABOVE_HARD
                .at(limit.span, format!("the soft limit {soft} is above the hard limit {hard}"))
                .note("the kernel refuses such a limit (setrlimit(2)), and the job does not start")
                .unit_note("systemd would ignore the limit")
                .help("write the smaller number first");
            lowering.remark(
                Section::Service,
                diagnostic.rule,
                &format!("{} is missing: its soft limit was above the hard one.", directive.name()),
            );
            lowering.manual(limit.stanza, &[], diagnostic);
            continue;
        }
        let value = if soft == hard {
            Value::measure(soft)
        } else {
            Value::measure(format_args!("{soft}:{hard}"))
        };
        lowering.set(directive, value);
        lowering.exact(limit.stanza, &[directive]);
    }
}

/// Whether a soft limit is above its hard limit. setrlimit(2) refuses that.
fn exceeds(soft: Amount, hard: Amount) -> bool {
    match (soft, hard) {
        (_, Amount::Unlimited) => false,
        (Amount::Unlimited, Amount::Value(_)) => true,
        (Amount::Value(soft), Amount::Value(hard)) => soft > hard,
    }
}

/// A limit as systemd accepts it. A number that systemd refuses becomes the one that the kernel
/// would use in its place.
fn amount(resource: Resource, amount: Amount) -> String {
    match (resource, amount) {
        // The limit covers 40 nice levels, and systemd refuses more.
        (Resource::Nice, Amount::Unlimited) => NICE_MAX.to_string(),
        (Resource::Nice, Amount::Value(value)) => value.min(NICE_MAX).to_string(),
        (Resource::Cpu, Amount::Value(CPU_ENDLESS..))
        | (_, Amount::Unlimited | Amount::Value(u64::MAX)) => "infinity".to_owned(),
        (_, Amount::Value(value)) => value.to_string(),
    }
}

/// The limit that allows nice level -20 (setrlimit(2), `RLIMIT_NICE`).
const NICE_MAX: u64 = 40;

/// The smallest CPU time, in seconds, that is too large for systemd, which counts in microseconds.
const CPU_ENDLESS: u64 = u64::MAX / 1_000_000;

/// The directive for the limit on a resource.
fn limit_directive(resource: Resource) -> Directive {
    match resource {
        Resource::As => Directive::LimitAs,
        Resource::Core => Directive::LimitCore,
        Resource::Cpu => Directive::LimitCpu,
        Resource::Data => Directive::LimitData,
        Resource::Fsize => Directive::LimitFsize,
        Resource::Memlock => Directive::LimitMemlock,
        Resource::Msgqueue => Directive::LimitMsgqueue,
        Resource::Nice => Directive::LimitNice,
        Resource::Nofile => Directive::LimitNofile,
        Resource::Nproc => Directive::LimitNproc,
        Resource::Rss => Directive::LimitRss,
        Resource::Rtprio => Directive::LimitRtprio,
        Resource::Sigpending => Directive::LimitSigpending,
        Resource::Stack => Directive::LimitStack,
    }
}
