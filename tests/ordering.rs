//! Checks that systemd finds an ordering cycle exactly if this program does, and none after its
//! remedies. Skipped if there is no systemd.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod program;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::thread;

use program::distribution;
use upstart2systemd::systemd::ordering::{Cycle, Edge, Remedy, WaitOrigin, break_cycles};
use upstart2systemd::systemd::{Directive, Unit, UnitName, Value};

const SETS: u64 = 64;

/// Units that every systemd has, and whose order does not depend on units that may be missing.
const SHIPPED: [&str; 8] = [
    "basic.target",
    "local-fs-pre.target",
    "local-fs.target",
    "multi-user.target",
    "remote-fs.target",
    "sockets.target",
    "sysinit.target",
    "systemd-sysctl.service",
];

/// A pseudo-random sequence of numbers (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % limit
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

fn units(seed: u64) -> Vec<Unit> {
    let mut numbers = Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut names = vec!["a.service", "b.service", "c.service", "t.target"];
    names.extend(
        ["d.service", "s.socket", "s.service", "i@.service", "u.target", "srv-x.mount"]
            .iter()
            .filter(|_| numbers.one_in(2)),
    );
    if names.contains(&"s.socket") && !names.contains(&"s.service") {
        names.push("s.service");
    }
    let others: Vec<&str> =
        names.iter().map(|name| if *name == "i@.service" { "i@1.service" } else { name }).collect();
    let targets: Vec<&str> =
        others.iter().filter(|name| name.ends_with(".target")).copied().collect();
    let mut units = Vec::new();
    for name in names {
        let mut unit = Unit::new(UnitName::known(name));
        let mut add =
            |directive, value: &str| unit.add(directive, Value::unit(&UnitName::known(value)));
        for directive in [Directive::After, Directive::Before] {
            if numbers.one_in(2) {
                add(directive, numbers.pick(&others));
            }
            if numbers.one_in(6) {
                add(directive, numbers.pick(&SHIPPED));
            }
        }
        if numbers.one_in(3) {
            add(Directive::Wants, numbers.pick(&others));
        }
        if numbers.one_in(3) && name != "i@.service" {
            let from: &[&str] = if numbers.one_in(2) { &targets } else { &SHIPPED };
            add(Directive::WantedBy, numbers.pick(from));
        }
        if numbers.one_in(3) {
            add(Directive::DefaultDependencies, "no");
        }
        if numbers.one_in(4) && name.ends_with(".service") {
            unit.add(Directive::WorkingDirectory, Value::exact_line("/srv/x/y").unwrap());
        }
        units.push(unit);
    }
    units
}

/// Writes the units, and the links by which targets want them.
fn write(units: &[Unit], directory: &Path) {
    let mut all = "[Unit]\nWants=".to_owned() + &SHIPPED.join(" ");
    for unit in units {
        let name = unit.name.as_str();
        let rest = match name.rsplit_once('.').unwrap().1 {
            "service" => "[Service]\nExecStart=/bin/true\n",
            "socket" => "[Socket]\nListenStream=/run/s\n",
            "mount" => "[Mount]\nWhat=/opt\nWhere=/srv/x\nType=none\nOptions=bind\n",
            // An empty file would mask the unit.
            _ => "# A target.\n",
        };
        fs::write(directory.join(name), format!("{unit}{rest}")).unwrap();
        for target in unit.values(Directive::WantedBy) {
            let wants = directory.join(format!("{}.wants", target.as_str()));
            fs::create_dir_all(&wants).unwrap();
            symlink(directory.join(name), wants.join(name)).unwrap();
        }
        all += &format!(" {}", name.replace("@.", "@1."));
    }
    fs::write(directory.join("all.target"), all).unwrap();
}

/// The messages of systemd about cycles when it starts all units at once, or `None` if there is no
/// systemd.
fn verdict(units: &[Unit]) -> Option<String> {
    let directory = tempfile::tempdir().unwrap();
    write(units, directory.path());
    let said = String::from_utf8(
        distribution::verify(directory.path(), ["./all.target".to_owned()])?.stderr,
    )
    .unwrap();
    assert!(!said.contains("not found"), "{said}");
    let is_about_cycle =
        |line: &&str| line.contains("ordering cycle") || line.contains("Found dependency");
    Some(said.lines().filter(is_about_cycle).map(|line| format!("{line}\n")).collect())
}

fn cycles(units: &[Unit]) -> Vec<Cycle> {
    let weight = |edge: &Edge| Some(u32::try_from(edge.origins.len()).unwrap());
    break_cycles(&units.iter().collect::<Vec<_>>(), &[], &weight)
}

fn apply(cycle: &Cycle, units: &mut [Unit]) {
    match &cycle.remedy {
        Remedy::State { unit, directive, name } => {
            file(units, unit).add(*directive, Value::unit(name));
        }
        Remedy::Drop(index) => {
            for origin in &cycle.edges[*index].origins {
                let WaitOrigin::Stated { unit, directive, name } = origin else {
                    panic!("{origin:?}")
                };
                file(units, unit).remove_value(*directive, &Value::unit(name));
            }
        }
        Remedy::Unbreakable => panic!("{cycle:?}"),
    }
}

fn file<'a>(units: &'a mut [Unit], name: &UnitName) -> &'a mut Unit {
    units.iter_mut().find(|unit| unit.name == *name).unwrap()
}

/// Compares the results for one set of units. Returns which kinds of remedies were used, or `None`
/// if there is no systemd.
fn compare(seed: u64) -> Option<(bool, bool)> {
    let mut units = units(seed);
    let found = cycles(&units);
    let text = |units: &[Unit]| {
        units.iter().map(|unit| format!("# {}\n{unit}", unit.name)).collect::<String>()
    };
    let said = verdict(&units)?;
    assert_eq!(found.is_empty(), said.is_empty(), "{seed}\n{}\n{found:#?}\n{said}", text(&units));
    if !found.is_empty() {
        for cycle in &found {
            apply(cycle, &mut units);
        }
        assert_eq!(cycles(&units), [], "{seed}\n{}\n{found:#?}", text(&units));
        let said = verdict(&units)?;
        assert!(said.is_empty(), "{seed}\n{}\n{found:#?}\n{said}", text(&units));
    }
    let states = |cycle: &Cycle| matches!(cycle.remedy, Remedy::State { .. });
    Some((found.iter().any(states), found.iter().any(|cycle| !states(cycle))))
}

#[test]
fn systemd_finds_the_same_cycles() {
    let part = |first: u64| (first..SETS).step_by(4).map(compare).collect::<Option<Vec<_>>>();
    let compared: Option<Vec<_>> = thread::scope(|scope| {
        let parts: Vec<_> = (0..4).map(|first| scope.spawn(move || part(first))).collect();
        parts.into_iter().map(|part| part.join().unwrap()).collect()
    });
    let Some(compared) = compared.map(|parts| parts.concat()) else { return };
    // The sets include all combinations of remedies.
    for kind in [(false, false), (true, false), (false, true), (true, true)] {
        assert!(compared.contains(&kind), "{kind:?}: {compared:?}");
    }
}
