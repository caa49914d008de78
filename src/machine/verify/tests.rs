use std::collections::BTreeMap;

use super::read_unit::read_unit;
use super::*;
use crate::convert::FileOrigin;
use crate::diagnostic::Severity;

struct FakeTree(BTreeMap<&'static str, SystemEntry>);

impl TreeView for FakeTree {
    fn entry(&self, path: &str) -> SystemEntry {
        if path.is_empty() {
            return SystemEntry::Directory;
        }
        self.0.get(path).cloned().unwrap_or(SystemEntry::Missing)
    }
}

#[test]
fn links_stay_below_the_root() {
    let link = |to: &str| SystemEntry::Link(to.to_owned());
    let program = SystemEntry::File { executable: true };
    let tree = FakeTree(BTreeMap::from([
        ("bin", link("usr/bin")),
        ("usr", SystemEntry::Directory),
        ("usr/bin", SystemEntry::Directory),
        ("usr/bin/sh", link("/bin/dash")),
        ("usr/bin/dash", program.clone()),
        ("usr/bin/up", link("../../../../bin/dash")),
        ("usr/bin/loop", link("loop")),
        ("jail", SystemEntry::Directory),
        ("jail/bin", link("/usr/bin")),
    ]));
    for (root, path, place, entry) in [
        ("", "/bin/sh", "usr/bin/dash", program.clone()),
        ("", "bin/../bin//./up", "usr/bin/dash", program.clone()),
        ("", "/bin/loop", "usr/bin/loop", SystemEntry::Missing),
        ("", "/bin/sh/x", "usr/bin/dash", SystemEntry::Missing),
        ("", "/", "", SystemEntry::Directory),
        ("jail", "/bin/sh", "jail/usr", SystemEntry::Missing),
        ("jail", "/../bin", "jail/usr", SystemEntry::Missing),
    ] {
        assert_eq!(resolve(&tree, root, path), (place.to_owned(), entry), "{root} {path}");
    }
}

#[test]
fn lines_are_counted_as_systemd_does() {
    let text = "[Unit]\n# a\nAfter = b \\\n; c\n  d\n\n[Service]\nExecStart=\\\n  /bin/e\n";
    let found: Vec<_> = read_unit(text)
        .into_iter()
        .map(|setting| {
            let directive = setting.directive();
            (directive, setting.value, setting.first_line, setting.last_line)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("Unit.After".to_owned(), "b  d".to_owned(), 3, 5),
            ("Service.ExecStart".to_owned(), "/bin/e".to_owned(), 8, 9)
        ]
    );
}

/// An overlay with the units a and b, which wait for each other, and the template t.
fn overlay() -> CheckedOverlay {
    let file = |text: &str| CheckedFile::Text { text: text.to_owned(), executable: false };
    let files = BTreeMap::from([
        (
            "etc/systemd/system/a.service".to_owned(),
            file("[Unit]\nAfter=b.service\n[Service]\nExecStart=/bin/a\nExecStart=/bin/b\n"),
        ),
        ("etc/systemd/system/b.service".to_owned(), file("[Unit]\nAfter=a.service\n")),
        ("etc/systemd/system/t@.service".to_owned(), file("[Service]\nRestart=always\n")),
    ]);
    let places = BTreeMap::from([
        ("Unit.After".to_owned(), vec!["a.conf:1".to_owned()]),
        ("Service.ExecStart".to_owned(), vec!["a.conf:2".to_owned(), "a.conf:3".to_owned()]),
    ]);
    let origin = FileOrigin { job: "a".to_owned(), places };
    CheckedOverlay::new(
        files,
        BTreeMap::from([("etc/systemd/system/a.service".to_owned(), origin)]),
    )
}

/// The findings in short: place, severity, message.
fn said(output: &str) -> Vec<String> {
    let SystemdOutput { found, other } = systemd_output(output, "/tmp/p", &overlay());
    let line = |trouble: &Trouble| {
        let TroublePlace { file, line, stanzas, job: _ } = &trouble.place;
        let at = stanzas.first().cloned().unwrap_or_else(|| format!("{file}:{line}"));
        format!("{at}: {}: {}", trouble.severity.name(), trouble.message)
    };
    found.iter().map(line).chain(other.into_iter().map(|line| format!("other: {line}"))).collect()
}

#[test]
fn a_line_is_that_of_the_job() {
    assert_eq!(
        said(
            "/tmp/p/etc/systemd/system/a.service:5: Unknown: 7: x\n/tmp/p/usr/lib/systemd/system/c.service:1: Bad\n"
        ),
        ["a.conf:3: warning: Unknown: 7: x"]
    );
    assert_eq!(
        said(
            "t@i.service: Service has Restart= set to always. Refusing.\nUnit t@i.service has a bad unit file setting.\n"
        ),
        ["etc/systemd/system/t@.service:2: error: Service has Restart= set to always. Refusing."]
    );
}

#[test]
fn a_refusal_raises_the_complaint_before_it() {
    assert_eq!(
        said(
            "/tmp/p/etc/systemd/system/a.service:4: Bad path\na.service: Unit configuration has fatal error, unit will not be started.\nUnit a.service has a bad unit file setting.\n"
        ),
        ["a.conf:2: error: Bad path; systemd does not start the unit"]
    );
}

#[test]
fn a_cycle_is_one_finding() {
    let old = "\
a.service: Found ordering cycle on b.service/start
a.service: Found dependency on a.service/start
a.service: Job b.service/start deleted to break ordering cycle starting with a.service/start
b.service: Found ordering cycle on a.service/start
b.service: Found dependency on b.service/start
b.service: Unable to break cycle starting with b.service/start
Requested transaction contains an unfixable cyclic ordering dependency: Transaction order is cyclic. See system logs for details.
b.service: Failed to create b.service/start: Transaction order is cyclic. See system logs for details.
c.service: Found ordering cycle on d.service/start
c.service: Found dependency on c.service/start
c.service: Unable to break cycle starting with c.service/start
";
    assert_eq!(
        said(old),
        ["a.conf:1: warning: Found ordering cycle: a.service, b.service, a.service"]
    );
    // systemd 257 and later.
    let new = "a.service: Found ordering cycle: a.service/start after b.service/start after a.service/start\n";
    assert_eq!(said(new).len(), 1);
}

#[test]
fn what_other_checks_report_is_left_out() {
    let output = "\
Accepting user/group name 'a.b', which does not match strict user/group name rules.
a.service: Command /bin/a is not executable: No such file or directory
a.service: Failed to create a.service/start: Unit gone.service not found.
Unit gone.service not found.
c.service: Something about the target
";
    assert_eq!(said(output), [""; 0]);
    assert_eq!(
        said("Failed to initialize manager: No\n"),
        ["other: Failed to initialize manager: No"]
    );
}

#[test]
fn hostile_output_is_only_text() {
    for output in [
        "",
        ":",
        "/tmp/p/",
        "/tmp/p/:1: x",
        "/tmp/p/etc/systemd/system/a.service:99999999999999999999: x",
        "a.service: ",
        "Unit  has a bad unit file setting.",
        "a.service: Found ordering cycle on",
        "a.service: Unable to break cycle",
    ] {
        let _ = said(output);
    }
}

#[test]
fn only_a_list_is_a_list() {
    let listed =
        unit_list("cron.service enabled enabled\n  x@.service static -\n\n3 unit files listed.\n")
            .unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed["cron.service"], "enabled");
    assert_eq!(unit_list("root:x:0:0\n"), None);
}

#[test]
fn places_that_say_the_same_are_one() {
    let trouble = |line, severity| {
        let place = overlay().place("etc/systemd/system/b.service", line);
        Trouble::new(severity, "user", "no user".to_owned(), place)
    };
    let found = merged(vec![
        trouble(3, Severity::Warning),
        trouble(1, Severity::Note),
        trouble(1, Severity::Note),
    ]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].place.line, found[0].also.len()), (1, 1));
    assert_eq!(found[0].severity, Severity::Warning);
}
