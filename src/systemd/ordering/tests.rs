use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::shipped::SHIPPED;
use super::*;
use crate::systemd::Value;

/// Lines such as `a.service After=b.service c.service DefaultDependencies=no`.
fn units(text: &str) -> Vec<Unit> {
    let directives = [
        Directive::After,
        Directive::Before,
        Directive::Wants,
        Directive::BindsTo,
        Directive::WantedBy,
        Directive::DefaultDependencies,
        Directive::RequiresMountsFor,
        Directive::WorkingDirectory,
        Directive::StandardOutput,
        Directive::Type,
    ];
    let unit = |line: &str| {
        let mut words = line.split_whitespace();
        let mut unit = Unit::new(UnitName::known(words.next().unwrap()));
        let mut directive = directives[0];
        for word in words {
            let value = word.split_once('=').map_or(word, |(name, value)| {
                directive = *directives.iter().find(|known| known.name() == name).unwrap();
                value
            });
            unit.add(directive, Value::measure(value));
        }
        unit
    };
    text.lines().map(unit).collect()
}

/// For each edge `a < b`, where `a` waits for `b`, and then the remedy.
fn show(cycles: &[Cycle]) -> String {
    let origin = |origin: &WaitOrigin| match origin {
        WaitOrigin::Stated { directive, .. } => directive.name().to_lowercase(),
        WaitOrigin::Extra(index) => format!("extra {index}"),
        WaitOrigin::Shipped { .. } => "shipped".to_owned(),
        WaitOrigin::Default { .. } => "default".to_owned(),
        WaitOrigin::Wanted { .. } => "wanted".to_owned(),
        WaitOrigin::Triggered => "triggered".to_owned(),
        WaitOrigin::Journal => "journal".to_owned(),
        WaitOrigin::Bus => "bus".to_owned(),
        WaitOrigin::Mounts => "mounts".to_owned(),
    };
    let edge = |edge: &Edge| {
        let origins: Vec<_> = edge.origins.iter().map(origin).collect();
        format!("{} <{}", edge.later, origins.join("+"))
    };
    let mut out = String::new();
    for cycle in cycles {
        for (one, next) in cycle.edges.iter().zip(cycle.edges.iter().cycle().skip(1)) {
            assert_eq!(one.earlier, next.later);
        }
        let edges: Vec<_> = cycle.edges.iter().map(edge).collect();
        let remedy = match &cycle.remedy {
            Remedy::State { unit, directive, name } => {
                format!("{unit} {}={name}", directive.name())
            }
            Remedy::Drop(index) => format!("drop {index}"),
            Remedy::Unbreakable => "unbreakable".to_owned(),
        };
        out += &format!("{}: {remedy}\n", edges.join(" "));
    }
    out
}

/// `After=` weighs 1, `Before=` 2, an extra wait 3. Several origins weigh the sum.
fn weight(edge: &Edge) -> u32 {
    let of = |origin: &WaitOrigin| match origin {
        WaitOrigin::Stated { directive: Directive::After, .. } => 1,
        WaitOrigin::Stated { .. } => 2,
        _ => 3,
    };
    edge.origins.iter().map(of).sum()
}

fn found(text: &str, extra: &[(&str, &str)]) -> String {
    let units = units(text);
    let extra: Vec<_> = extra
        .iter()
        .map(|&(later, earlier)| (UnitName::known(later), UnitName::known(earlier)))
        .collect();
    let forwards =
        break_cycles(&units.iter().collect::<Vec<_>>(), &extra, &|edge| Some(weight(edge)));
    let backwards =
        break_cycles(&units.iter().rev().collect::<Vec<_>>(), &extra, &|edge| Some(weight(edge)));
    assert_eq!(forwards, backwards);
    show(&forwards)
}

#[test]
fn cycles_are_found_and_broken() {
    let cases = [
        ("", ""),
        ("a.service After=b.service\nb.service After=c.service", ""),
        ("a.service After=a.service", ""),
        (
            "a.service After=b.service\nb.service After=a.service",
            "a.service <after b.service <after: drop 0\n",
        ),
        (
            "a.service After=b.service Before=b.service",
            "a.service <after b.service <before: drop 0\n",
        ),
        // If an edge is stated twice, both statements have to be removed.
        (
            "a.service After=b.service\nb.service Before=a.service After=c.service\nc.service Before=a.service\nc.service After=a.service",
            "a.service <before c.service <after: drop 1\n",
        ),
        (
            "a.service After=b.service\nb.service Before=a.service\nc.service Before=b.service After=a.service",
            "a.service <after+before b.service <before c.service <after: drop 2\n",
        ),
        // A chord makes two cycles. Removing one edge breaks both.
        (
            "a.service After=b.service\nb.service After=c.service\nc.service Before=d.service After=a.service\nd.service After=b.service",
            "a.service <after b.service <after c.service <after: drop 0\n",
        ),
        // Default dependencies, also those of a unit of which only the name is known.
        (
            "a.service DefaultDependencies=no Before=sysinit.target After=b.service\nb.service",
            "a.service <after b.service <default sysinit.target <before: drop 0\n",
        ),
        (
            "a.service DefaultDependencies=no Before=sysinit.target After=b.service\nb.service DefaultDependencies=no",
            "",
        ),
        (
            "a.service DefaultDependencies=no Before=sysinit.target After=b.service",
            "a.service <after b.service <default sysinit.target <before: drop 0\n",
        ),
        ("a.service Before=sysinit.target", "a.service <default sysinit.target <before: drop 1\n"),
        // Units of systemd and of the distribution.
        (
            "a.service Before=systemd-udevd.service",
            "a.service <default sysinit.target <shipped systemd-udevd.service <before: drop 2\n",
        ),
        ("a.service Before=systemd-udevd.service\nsystemd-udevd.service", ""),
        (
            "a.service After=getty@tty1.service Before=getty@tty2.service",
            "a.service <after getty@.service <before: drop 0\n",
        ),
        // A template and its instances.
        ("a@.service After=a@%i.service\nb@.service After=b@1.service Before=b@2.service", ""),
        (
            "a@.service After=b@%i.service\nb@.service After=c.service\nc.service After=a@x.y.service",
            "a@.service <after b@.service <after c.service <after: drop 0\n",
        ),
        // Sockets, paths, mounts.
        (
            "a.socket\na.service DefaultDependencies=no Before=sysinit.target",
            "a.service <triggered a.socket <default sysinit.target <before: drop 2\n",
        ),
        ("a.path After=a.service\na.service", "a.path <after a.service <triggered: drop 0\n"),
        (
            "a.service DefaultDependencies=no After=x-y.mount Before=local-fs-pre.target",
            "a.service <after x-y.mount <default local-fs-pre.target <before: drop 0\n",
        ),
        ("a.service DefaultDependencies=no After=dev-shm.mount Before=local-fs-pre.target", ""),
        (
            "a.service DefaultDependencies=no RequiresMountsFor=/x/y%%/z Before=x-y\\x25.mount",
            "a.service <mounts x-y\\x25.mount <before: drop 1\n",
        ),
        (
            "a.service DefaultDependencies=no WorkingDirectory=/x/%i Before=x.mount",
            "a.service <mounts x.mount <before: drop 1\n",
        ),
        ("a.service DefaultDependencies=no WorkingDirectory=-/x Before=x.mount", ""),
        (
            "a.service DefaultDependencies=no After=x-y.mount\nb.service DefaultDependencies=no Before=x.mount After=a.service",
            "a.service <after x-y.mount <mounts x.mount <before b.service <after: drop 0\n",
        ),
        (
            "a.service DefaultDependencies=no Before=systemd-journald.socket",
            "a.service <journal systemd-journald.socket <before: drop 1\n",
        ),
        ("a.service DefaultDependencies=no StandardOutput=null Before=systemd-journald.socket", ""),
        (
            "a.service DefaultDependencies=no Type=dbus Before=dbus.socket",
            "a.service <bus dbus.socket <before: drop 1\n",
        ),
        ("a.service DefaultDependencies=no Type=exec Before=dbus.socket", ""),
        // Units of the shutdown.
        ("a.service\nb.service DefaultDependencies=no After=shutdown.target Before=a.service", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(found(text, &[]), expected, "{text}");
    }
}

#[test]
fn targets_wait_for_what_they_want() {
    let cases = [
        ("a.service WantedBy=multi-user.target After=multi-user.target", ""),
        ("a.service WantedBy=basic.target", ""),
        ("a.service WantedBy=b.service After=b.service", ""),
        (
            "a.service WantedBy=multi-user.target After=b.service\nb.service After=multi-user.target",
            "multi-user.target <wanted a.service <after b.service <after: a.service After=multi-user.target\n",
        ),
        (
            "a.service WantedBy=multi-user.target After=b.service\nb.service After=multi-user.target DefaultDependencies=no",
            "multi-user.target <wanted a.service <after b.service <after: a.service After=multi-user.target\n",
        ),
        (
            "a.service WantedBy=multi-user.target After=b.service DefaultDependencies=no\nb.service After=multi-user.target",
            "",
        ),
        (
            "t.target Wants=a.service DefaultDependencies=no\na.service After=b.service\nb.service After=t.target",
            "",
        ),
        (
            "t.target Wants=a.service\na.service After=b.service\nb.service After=t.target",
            "t.target <wanted a.service <after b.service <after: a.service After=t.target\n",
        ),
        (
            "t.target Wants=a.service\nb.service After=t.target Before=a.service",
            "t.target <wanted a.service <before b.service <after: t.target Before=a.service\n",
        ),
        (
            "t.target Wants=a@1.service\na@.service After=b.service\nb.service After=t.target",
            "t.target <wanted a@.service <after b.service <after: a@.service After=t.target\n",
        ),
        ("s.target Wants=t.target\nt.target Wants=s.target", ""),
        // Both are shipped.
        (
            "a.service After=multi-user.target Before=systemd-logind.service",
            "a.service <after multi-user.target <wanted systemd-logind.service <before: drop 0\n",
        ),
        // Stating it helps only if the target waits for no other reason.
        (
            "a.service WantedBy=t.target Before=t.target After=b.service\nb.service After=t.target",
            "a.service <after b.service <after t.target <before: drop 0\n",
        ),
        // Without `After=t.target` in a.service, t.target waits for it. That breaks the cycle as
        // well.
        (
            "t.target\na.service WantedBy=t.target After=t.target\nb.service DefaultDependencies=no After=a.service Before=t.target",
            "a.service <after t.target <before b.service <after: drop 0\n",
        ),
        // Only default dependencies.
        (
            "a.service WantedBy=local-fs-pre.target",
            "local-fs-pre.target <wanted a.service <default sysinit.target <shipped local-fs.target <shipped: \
             a.service After=local-fs-pre.target\n",
        ),
        // First the statement is removed, then what follows from it.
        (
            "a.service WantedBy=local-fs-pre.target Before=local-fs-pre.target",
            "a.service <default sysinit.target <shipped local-fs.target <shipped local-fs-pre.target <before: drop 3\n\
             local-fs-pre.target <wanted a.service <default sysinit.target <shipped local-fs.target <shipped: \
             a.service After=local-fs-pre.target\n",
        ),
        // Stating it does not help if the target waits for another reason as well.
        (
            "a.service WantedBy=t.target After=b.service Before=c.service\nb.service After=t.target\nt.target After=c.service",
            "a.service <after b.service <after t.target <after c.service <before: drop 0\n",
        ),
        (
            "a.service DefaultDependencies=no WantedBy=t.target Before=t.target After=u.target\nu.target After=t.target\nt.target Wants=u.target",
            "a.service <after u.target <after t.target <before: drop 0\n",
        ),
        (
            "a.service WantedBy=sysinit.target\nb.socket WantedBy=sysinit.target\nb.service WantedBy=sysinit.target",
            "",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(found(text, &[]), expected, "{text}");
    }
}

#[test]
fn extra_waits_count() {
    let text = "a.service After=b.service\nb.service Before=c.service\nt.target Wants=c.service";
    let waits = [("x.service", "y.service"), ("b.service", "a.service")];
    assert_eq!(found(text, &waits), "a.service <after b.service <extra 1: drop 0\n");
    // systemd does not know that c.service waits for the target.
    assert_eq!(
        found(text, &[("c.service", "t.target")]),
        "t.target <wanted c.service <extra 0: t.target Before=c.service\n"
    );
}

#[test]
fn what_has_no_weight_stays() {
    let units = units(
        "a.service After=b.service\nb.service After=a.service c.service\nc.service After=b.service",
    );
    let units: Vec<_> = units.iter().collect();
    let stays = |edge: &Edge| (edge.later.as_str() == "b.service").then_some(0);
    assert_eq!(
        show(&break_cycles(&units, &[], &stays)),
        "a.service <after b.service <after: drop 1\nb.service <after c.service <after: drop 0\n"
    );
    assert_eq!(
        show(&break_cycles(&units, &[], &|_| None)),
        "a.service <after b.service <after: unbreakable\nb.service <after c.service <after: unbreakable\n"
    );
}

#[test]
fn a_long_chain_needs_no_stack() {
    let chain = |len: usize| {
        let text: Vec<_> =
            (0..len).map(|at| format!("{at}.service After={}.service", (at + 1) % len)).collect();
        units(&text.join("\n"))
    };
    let units = chain(20_000);
    let cycles = break_cycles(&units.iter().collect::<Vec<_>>(), &[], &|edge| Some(weight(edge)));
    assert_eq!(cycles.iter().map(|cycle| cycle.edges.len()).collect::<Vec<_>>(), [20_000]);
}

#[test]
fn shipped_units_order_themselves_by_shipped_units_without_a_cycle() {
    let names: BTreeSet<_> = SHIPPED.iter().map(|shipped| shipped.name).collect();
    assert_eq!(names.len(), SHIPPED.len());
    for shipped in SHIPPED {
        for list in [shipped.after, shipped.before, shipped.wanted_by] {
            assert!(list.is_sorted(), "{}", shipped.name);
            assert!(list.iter().all(|name| names.contains(name)), "{}: {list:?}", shipped.name);
        }
    }
    assert_eq!(break_cycles(&[], &[], &|edge| Some(weight(edge))), []);
}

/// The units of a distribution: a comment with the version, and a line for each unit.
/// `.ci/shipped-units` writes it, and compares it with a machine.
const RECORDED: &str = include_str!("recorded/debian-12");

/// The directives of a unit and the words of their values.
type Recorded<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// The recorded units by name.
fn recorded() -> BTreeMap<&'static str, Recorded<'static>> {
    let unit = |line: &'static str| {
        let (name, rest) = line.split_once(':').unwrap();
        let mut directives = Recorded::new();
        let mut directive = "";
        for word in rest.split_whitespace() {
            let value = word.split_once('=').map_or(word, |(name, value)| {
                directive = name;
                value
            });
            directives.entry(directive).or_default().push(value);
        }
        (name, directives)
    };
    RECORDED.lines().filter(|line| !line.starts_with('#')).map(unit).collect()
}

#[test]
fn shipped_units_are_those_that_were_recorded() {
    let recorded = recorded();
    let names: HashSet<_> = SHIPPED.iter().map(|shipped| shipped.name).collect();
    // An alias that every display manager has is not the name of a file.
    assert_eq!(
        recorded.keys().copied().chain(["display-manager.service"]).collect::<HashSet<_>>(),
        names
    );
    // Debian adds these, and Ubuntu may not have them.
    let own = [
        ("resolvconf.service", "systemd-tmpfiles-setup.service"),
        ("rpcbind.service", "remote-fs-pre.target"),
    ];
    for shipped in SHIPPED.iter().filter(|shipped| recorded.contains_key(shipped.name)) {
        let words = |unit: &str, directive: &str| {
            recorded.get(unit).and_then(|unit| unit.get(directive)).cloned().unwrap_or_default()
        };
        let of = |directive| words(shipped.name, directive);
        let conflicts = of("Conflicts");
        let is_kept = |name: &&str| {
            names.contains(name)
                && !conflicts.contains(name)
                && !own.contains(&(shipped.name, *name))
        };
        let kept =
            |listed: Vec<&'static str>| listed.into_iter().filter(is_kept).collect::<Vec<_>>();
        assert_eq!(
            shipped.defaults,
            !of("DefaultDependencies").contains(&"no"),
            "{}",
            shipped.name
        );
        assert_eq!(shipped.after, kept(of("After")), "{}", shipped.name);
        assert_eq!(shipped.before, kept(of("Before")), "{}", shipped.name);
        for target in shipped.wanted_by {
            let is_wanted = of("WantedBy").contains(target)
                || words(target, "Wants").contains(&shipped.name)
                || words(target, "Requires").contains(&shipped.name);
            // Generators want rc-local.service, and getty.target wants one of the others.
            let is_made = ["rc-local.service", "getty@.service", "serial-getty@.service"]
                .contains(&shipped.name);
            assert!(is_wanted || is_made, "{target} {}", shipped.name);
        }
    }
}
