//! Properties of all processes of a job: identity, directory, masks, priorities, limits.

use super::context::Lowering;
use super::literal::literal;
use crate::ast::{Amount, Resource};
use crate::diagnostic::registry::{
    CHROOT_USER_LOOKUP, NUMERIC_USER, RELATIVE_DIRECTORY, SHARED_NOBODY, SOFT_LIMIT_ABOVE_HARD, UNUSABLE_DIRECTORY, UNUSABLE_USER_NAME,
};
use crate::job::Stated;
use crate::source::{Span, lossy};
use crate::systemd::{Directive, Section, Value};

pub(super) fn lower(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    for (stated, directive) in [(&job.chdir, Directive::WorkingDirectory), (&job.chroot, Directive::RootDirectory)] {
        if let Some(stated) = stated {
            directory(lowering, stated, directive);
        }
    }
    if let Some(chroot) = &job.chroot
        && (job.setuid.is_some() || job.setgid.is_some())
    {
        let diagnostic = CHROOT_USER_LOOKUP
            .at(chroot.span, "users and groups are looked up on the host, not in the new root")
            .help("make sure that they have the same ids in both");
        lowering.approximate(chroot.stanza, &[], diagnostic);
    }
    for (stated, directive) in [(&job.setuid, Directive::User), (&job.setgid, Directive::Group)] {
        if let Some(stated) = stated {
            account(lowering, stated, directive);
        }
    }
    if let Some(umask) = &job.umask {
        // 022 is the default of both.
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
        let (soft, hard) = (amount(limit.value.resource, limit.value.soft), amount(limit.value.resource, limit.value.hard));
        if exceeds(limit.value.soft, limit.value.hard) {
            let diagnostic = SOFT_LIMIT_ABOVE_HARD
                .at(limit.span, format!("the soft limit {soft} is above the hard limit {hard}"))
                .note("the job cannot start under Upstart; systemd would ignore the limit")
                .help("give the smaller number first");
            lowering.remark(
                Section::Service,
                diagnostic.rule,
                &format!("{} is missing: its soft limit was above the hard one.", directive.name()),
            );
            lowering.manual(limit.stanza, &[], diagnostic);
            continue;
        }
        let value = if soft == hard { Value::measure(soft) } else { Value::measure(format_args!("{soft}:{hard}")) };
        lowering.set(directive, value);
        lowering.exact(limit.stanza, &[directive]);
    }
}

fn exceeds(soft: Amount, hard: Amount) -> bool {
    match (soft, hard) {
        (_, Amount::Unlimited) => false,
        (Amount::Unlimited, Amount::Value(_)) => true,
        (Amount::Value(soft), Amount::Value(hard)) => soft > hard,
    }
}

/// As systemd takes it: what it refuses is written as what the kernel makes of it.
fn amount(resource: Resource, amount: Amount) -> String {
    match (resource, amount) {
        // A process of any nice level may have all of them; systemd takes nothing beyond.
        (Resource::Nice, Amount::Unlimited) => NICE_MAX.to_string(),
        (Resource::Nice, Amount::Value(value)) => value.min(NICE_MAX).to_string(),
        (Resource::Cpu, Amount::Value(CPU_ENDLESS..)) | (_, Amount::Unlimited | Amount::Value(u64::MAX)) => "infinity".to_owned(),
        (_, Amount::Value(value)) => value.to_string(),
    }
}

/// The limit that allows nice level -20 (setrlimit(2), `RLIMIT_NICE`).
const NICE_MAX: u64 = 40;

/// In seconds. systemd counts microseconds, and this has too many.
const CPU_ENDLESS: u64 = u64::MAX / 1_000_000;

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

fn directory(lowering: &mut Lowering<'_>, stated: &Stated<String>, directive: Directive) {
    let path = lossy(&stated.value);
    let absolute = if stated.value.starts_with('/') { stated.value.clone() } else { format!("/{}", stated.value) };
    let Some(value) = literal(&absolute).filter(|_| !stated.value.split('/').any(|part| part == "..")) else {
        let diagnostic = UNUSABLE_DIRECTORY
            .at(stated.span, format!("systemd does not accept the directory `{path}`"))
            .note("its path holds `..`, or characters that a unit cannot hold")
            .help(format!("write the directory that it stands for into `{}=`", directive.name()));
        lowering.remark(Section::Service, diagnostic.rule, &format!("{}={path} is missing: systemd does not accept it.", directive.name()));
        lowering.manual(stated.stanza, &[], diagnostic);
        return;
    };
    if path.starts_with('/') {
        // `/` is the default.
        if path != "/" {
            lowering.set(directive, value);
        }
        lowering.exact(stated.stanza, &[directive]);
    } else {
        lowering.set(directive, value);
        let diagnostic = RELATIVE_DIRECTORY
            .at(stated.span, format!("`{path}` is taken from `/`"))
            .help("write the path from `/`")
            .changing_edit(Span { end: stated.span.start, ..stated.span }, "/");
        lowering.approximate(stated.stanza, &[directive], diagnostic);
    }
}

fn account(lowering: &mut Lowering<'_>, stated: &Stated<String>, directive: Directive) {
    let name = lossy(&stated.value);
    if !is_account_name(&name) {
        let diagnostic = UNUSABLE_USER_NAME
            .at(stated.span, format!("systemd does not accept `{name}` as the name of an account"))
            .help(format!("rename the account, and write it into `{}=`", directive.name()));
        lowering.remark(
            Section::Service,
            diagnostic.rule,
            &format!("{}= is missing: `{name}` is no name of an account for systemd.", directive.name()),
        );
        lowering.manual(stated.stanza, &[], diagnostic);
        return;
    }
    if directive == Directive::User && name == "nobody" {
        lowering.set(directive, Value::number(65534));
        lowering.comment(directive, &SHARED_NOBODY, "nobody, by its number because systemd warns of the name.");
        let diagnostic = SHARED_NOBODY
            .at(stated.span, "several services share the user `nobody`")
            .help("give the service a user of its own, for example with `DynamicUser=yes`");
        lowering.approximate(stated.stanza, &[directive], diagnostic);
        return;
    }
    lowering.set(directive, Value::line(&name));
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        let diagnostic = NUMERIC_USER
            .at(stated.span, format!("Upstart looks for an account with the name `{name}`"))
            .note("systemd takes a number for the id itself, which is probably what was meant")
            .help("write the name of the account");
        lowering.approximate(stated.stanza, &[directive], diagnostic);
    } else {
        lowering.exact(stated.stanza, &[directive]);
    }
}

/// `valid_user_group_name()` of systemd in its strict form, which every version takes, and numbers.
fn is_account_name(name: &str) -> bool {
    let body = name.strip_suffix('$').unwrap_or(name);
    !body.is_empty()
        && name.len() <= 31
        && !body.starts_with(['-', '.'])
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}
