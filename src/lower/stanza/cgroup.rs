//! `cgroup`, and the call of `apparmor switch`.

use super::apparmor::switch;
use crate::diagnostic::registry::{
    RESCALED_CGROUP_SETTING, SHARED_CGROUP, UNSUPPORTED_CGROUP_SETTING,
};
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, Section, Value};
use crate::text::bytes::lossy;
use crate::upstart::ast::Cgroup;
use crate::upstart::job::Stated;

/// Turns `cgroup` into directives of resource control (systemd.resource-control(5)).
pub(in crate::lower) fn lower(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    switch(lowering);
    for stated in &job.cgroups {
        match &stated.value.setting {
            // Every unit has a group of its own in each controller that it needs.
            None => lowering.exact(stated.stanza, &[]),
            Some((key, value)) => setting(lowering, stated, &key.value, &value.value),
        }
        if let Some(name) =
            stated.value.name.as_ref().filter(|name| !name.value.contains("$UPSTART_CGROUP"))
        {
            let diagnostic = SHARED_CGROUP
                .at(
                    name.span,
                    format!("the group `{}` is not shared with other units", lossy(&name.value)),
                )
                .help("put the units that share it into one slice with `Slice=`");
            lowering.approximate(stated.stanza, &[], diagnostic);
        }
    }
}

/// What a setting of cgroup version 1 becomes in systemd.
enum Target {
    /// A directive with the same meaning.
    Same(Directive, String),
    /// A directive with another scale or a slightly different meaning.
    Rescaled(Directive, String),
    /// The directive of another setting includes it.
    Elsewhere,
    /// Nothing in systemd corresponds to it.
    Unknown,
}

/// Lowers one setting.
fn setting(lowering: &mut Lowering<'_>, stated: &Stated<Cgroup>, key: &str, value: &str) {
    let controller = stated.value.controller.value.as_str();
    let key = bare_key(controller, key);
    let sibling = |wanted: &str| {
        lowering
            .job
            .cgroups
            .iter()
            .filter(|other| other.value.controller.value == controller)
            .find_map(|other| {
                let (key, value) = other.value.setting.as_ref()?;
                (bare_key(controller, &key.value) == wanted).then_some(value.value.as_str())
            })
    };
    match target(controller, key, value, &sibling) {
        Target::Same(directive, value) => {
            lowering.add(directive, Value::measure(value));
            lowering.exact(stated.stanza, &[directive]);
        }
        Target::Rescaled(directive, new) => {
            let diagnostic = RESCALED_CGROUP_SETTING.at(
                stated.span,
                format!("`{controller} {key} {value}` becomes `{}={new}`", directive.name()),
            );
            lowering.add(directive, Value::measure(new));
            lowering.approximate(stated.stanza, &[directive], diagnostic);
        }
        Target::Elsewhere => lowering.exact(stated.stanza, &[]),
        Target::Unknown => {
            let diagnostic = UNSUPPORTED_CGROUP_SETTING
                .at(
                    stated.span,
                    format!("systemd has no directive for `{controller} {key} {value}`"),
                )
                .help("read systemd.resource-control(5)");
            lowering.remark(
                Section::Service,
                diagnostic.rule,
                &format!("cgroup {controller} {key} {value} has no directive."),
            );
            lowering.manual(stated.stanza, &[], diagnostic);
        }
    }
}

/// The name of a setting without the prefix of its controller.
fn bare_key<'k>(controller: &str, key: &'k str) -> &'k str {
    key.strip_prefix(controller).and_then(|rest| rest.strip_prefix('.')).unwrap_or(key)
}

/// A size in bytes, with the suffixes of the kernel: `k`, `m` and `g`.
fn size(text: &str) -> Option<u64> {
    let (digits, factor) = match text.as_bytes().last()? {
        b'k' | b'K' => (&text[..text.len() - 1], 1 << 10),
        b'm' | b'M' => (&text[..text.len() - 1], 1 << 20),
        b'g' | b'G' => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

/// The default period of a CPU quota in the kernel, in microseconds.
const CPU_PERIOD: u64 = 100_000;

/// The largest quota that systemd accepts, in percent of one CPU.
const CPU_QUOTA_MAX: u64 = 21_474_836;

/// The largest number of a CPU or a memory node that systemd accepts.
const CPU_MAX: u32 = 8191;

/// What a setting becomes. `sibling` finds the value of another setting of the same controller.
fn target<'v>(
    controller: &str,
    key: &str,
    value: &str,
    sibling: &dyn Fn(&str) -> Option<&'v str>,
) -> Target {
    // systemd refuses a limit of zero, and treats the largest number as no limit.
    let is_limit = |&limit: &u64| limit > 0 && limit < u64::MAX;
    let is_size = || size(value).as_ref().is_some_and(is_limit);
    match (controller, key) {
        ("memory", "limit_in_bytes") if value == "-1" => {
            Target::Same(Directive::MemoryMax, "infinity".to_owned())
        }
        ("memory", "limit_in_bytes") if is_size() => {
            Target::Same(Directive::MemoryMax, value.to_uppercase())
        }
        ("memory", "soft_limit_in_bytes") if is_size() => {
            Target::Rescaled(Directive::MemoryHigh, value.to_uppercase())
        }
        ("memory", "memsw.limit_in_bytes") => {
            // In version 1 the limit applies to memory and swap together, in systemd to swap alone.
            match (size(value), sibling("limit_in_bytes").and_then(size)) {
                (Some(both), Some(memory)) if both >= memory => {
                    Target::Rescaled(Directive::MemorySwapMax, (both - memory).to_string())
                }
                _ => Target::Unknown,
            }
        }
        ("cpu", "cfs_quota_us") => {
            let period = sibling("cfs_period_us")
                .map_or(Some(CPU_PERIOD), |period| period.parse().ok())
                .filter(|&period| period > 0);
            match (value.parse::<u64>(), period) {
                (Ok(quota), Some(period)) => Target::Same(
                    Directive::CpuQuota,
                    format!("{}%", (quota.saturating_mul(100) / period).clamp(1, CPU_QUOTA_MAX)),
                ),
                _ => Target::Unknown,
            }
        }
        // The quota includes the period, which has no effect without it.
        ("cpu", "cfs_period_us") if sibling("cfs_quota_us").is_some() => Target::Elsewhere,
        ("devices", "allow") => device_rule(value)
            .map_or(Target::Unknown, |rule| Target::Same(Directive::DeviceAllow, rule)),
        ("devices", "deny") if value == "a" => {
            Target::Same(Directive::DevicePolicy, "strict".to_owned())
        }
        ("cpu", "shares") => match value.parse::<u64>() {
            // 1024 shares are a weight of 100. A weight is from 1 to 10000
            // (systemd.resource-control(5), `CPUWeight=`).
            Ok(shares) => Target::Rescaled(
                Directive::CpuWeight,
                (shares * 100 / 1024).clamp(1, 10_000).to_string(),
            ),
            Err(_) => Target::Unknown,
        },
        ("cpuset", "cpus") if is_list(value) => {
            Target::Same(Directive::AllowedCpus, value.to_owned())
        }
        ("cpuset", "mems") if is_list(value) => {
            Target::Same(Directive::AllowedMemoryNodes, value.to_owned())
        }
        ("blkio", "weight") => match value.parse::<u64>() {
            // The weights of version 1 are from 10 to 1000 with a default of 500, those of systemd
            // from 1 to 10000 with a default of 100 (systemd.resource-control(5), `IOWeight=`).
            Ok(weight) => {
                Target::Rescaled(Directive::IoWeight, (weight / 5).clamp(1, 10_000).to_string())
            }
            Err(_) => Target::Unknown,
        },
        ("blkio", throttle) => {
            let directive = match throttle {
                "throttle.read_bps_device" => Directive::IoReadBandwidthMax,
                "throttle.write_bps_device" => Directive::IoWriteBandwidthMax,
                "throttle.read_iops_device" => Directive::IoReadIopsMax,
                "throttle.write_iops_device" => Directive::IoWriteIopsMax,
                _ => return Target::Unknown,
            };
            let rate = |text: &str| text.trim().parse().ok().filter(is_limit);
            match value.split_once(' ').map(|(device, text)| (device, rate(text))) {
                Some((device, Some(rate))) if is_device(device) => {
                    Target::Same(directive, format!("/dev/block/{device} {rate}"))
                }
                _ => Target::Unknown,
            }
        }
        ("pids", "max") if value == "max" => {
            Target::Same(Directive::TasksMax, "infinity".to_owned())
        }
        ("pids", "max") => {
            value.parse().ok().filter(is_limit).map_or(Target::Unknown, |limit: u64| {
                Target::Same(Directive::TasksMax, limit.to_string())
            })
        }
        _ => Target::Unknown,
    }
}

/// Whether the text is a list of numbers and ranges (cpuset(7), "List format").
fn is_list(text: &str) -> bool {
    let number = |text: &str| {
        text.parse::<u32>().ok().filter(|&number| number <= CPU_MAX && !text.starts_with('+'))
    };
    text.split(',').all(|part| match part.split_once('-') {
        None => number(part).is_some(),
        Some((first, last)) => {
            matches!((number(first), number(last)), (Some(first), Some(last)) if first <= last)
        }
    })
}

/// The value of `DeviceAllow=` for a rule such as `c 1:3 rwm` (systemd.resource-control(5),
/// `DeviceAllow=`).
fn device_rule(value: &str) -> Option<String> {
    let mut words = value.split_whitespace();
    let directory = match words.next()? {
        "c" => "char",
        "b" => "block",
        _ => return None,
    };
    let (device, access) = (words.next()?, words.next()?);
    let plain = is_device(device)
        && access.bytes().all(|byte| b"rwm".contains(&byte))
        && words.next().is_none();
    plain.then(|| format!("/dev/{directory}/{device} {access}"))
}

/// Whether the text is `MAJOR:MINOR`.
fn is_device(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(major, minor)| major.parse::<u32>().is_ok() && minor.parse::<u32>().is_ok())
}
