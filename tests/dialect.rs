//! Jobs for versions of Upstart other than 1.13, named by an option or detected.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::converted;
use program::program;
use program::test_directory::TestDirectory;
use upstart2systemd::lower::options::Options;
use upstart2systemd::upstart::dialect::Dialect;

fn codes(path: &str, dialect: Option<Dialect>) -> BTreeSet<&'static str> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(path);
    converted(&path, &Options { dialect, ..Options::default() })
        .1
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.rule.code)
        .collect()
}

#[test]
fn rules_are_silent_where_they_have_nothing_to_say() {
    let (old, now) = (Some(Dialect::Upstart06), Some(Dialect::Upstart113));
    for (path, dialect, code, fires) in [
        ("dialect/chromeos/cameras.conf", None, "U180", true),
        ("dialect/chromeos/cameras.conf", Some(Dialect::ChromeOs), "U180", false),
        ("dialect/0.3/event.d/tty1", None, "U180", true),
        ("dialect/0.3/event.d/tty1", Some(Dialect::Upstart03), "U180", false),
        ("dialect/0.6/too-new.conf", None, "U180", false),
        ("dialect/chromeos/cameras.conf", None, "U181", true),
        ("dialect/chromeos/farewell.conf", None, "U181", false),
        ("dialect/0.6/too-new.conf", old, "U182", true),
        ("dialect/0.6/too-new.conf", now, "U182", false),
        ("dialect/0.6/collector.conf", old, "U182", false),
        ("dialect/0.3/event.d/new-words", None, "U182", true),
        ("dialect/0.3/event.d/spooler", None, "U182", false),
        ("dialect/0.6/too-new.conf", old, "U183", true),
        ("dialect/0.6/too-new.conf", now, "U183", false),
        ("dialect/0.6/collector.conf", old, "U183", false),
        ("dialect/0.3/event.d/spooler", None, "U184", true),
        ("dialect/0.3/event.d/tty1", None, "U184", false),
        ("dialect/0.3/event.d/once", None, "U185", true),
        ("dialect/0.3/event.d/spooler", None, "U185", false),
        // In Upstart before 0.5, all `start on` stanzas of a job apply.
        ("dialect/0.3/event.d/tty1", None, "U114", false),
        ("dialect/0.3/event.d/tty1", now, "U114", true),
    ] {
        assert_eq!(codes(path, dialect).contains(code), fires, "{code} in {path} as {dialect:?}");
    }
}

#[test]
fn a_diagnostic_shows_the_text_as_it_is_written() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dialect/chromeos/cameras.conf");
    let (sources, conversion) = converted(&path, &Options::default());
    let text = |code: &str| {
        let diagnostic =
            conversion.diagnostics.iter().find(|diagnostic| diagnostic.rule.code == code).unwrap();
        sources.conf.text()[diagnostic.span.range()].to_owned()
    };
    assert_eq!(text("U180"), "import");
    assert_eq!(text("U181"), "GUEST_USER");
    let stanzas: Vec<&str> = conversion
        .stanzas
        .iter()
        .map(|outcome| &sources.conf.text()[outcome.span.range()])
        .collect();
    assert!(stanzas.contains(&"import GUEST_MODE \\\n       GUEST_LOCALE"), "{stanzas:?}");
}

/// Several thousand lines do not overflow the stack, and every line has an outcome.
#[test]
fn any_number_of_conditions_is_joined() {
    use upstart2systemd::convert::convert;
    use upstart2systemd::convert::read::read;
    use upstart2systemd::text::source::{Source, Sources};
    use upstart2systemd::upstart::job::JobName;

    let conf: String = (0..20_000)
        .map(|number| format!("start on event-{number}\n"))
        .chain(["exec /bin/true\n".to_owned()])
        .collect();
    let sources =
        Sources { conf: Source::new("event.d/many", conf.into_bytes()), overriding: None };
    let reading = read(&sources, JobName("many".to_owned()), None).unwrap();
    assert_eq!(reading.job.start_on.unwrap().value.leaves().len(), 20_000);
    assert_eq!(
        convert(&sources, JobName("many".to_owned()), &Options::default()).stanzas.len(),
        20_001
    );
}

/// Runs a command in a directory with these files. Returns its status and output.
fn run(arguments: &[&str], files: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let directory = TestDirectory::new();
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let output = program().args(arguments).current_dir(directory.path()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn every_file_of_event_d_is_a_job() {
    let files = [
        ("image/etc/event.d/tty1", "start on stopped rc2\nrespawn /sbin/getty tty1\n"),
        ("image/etc/event.d/net/up.d", "start on startup\nexec /bin/up\n"),
        ("image/etc/event.d/tty1.dpkg-old", "respawn\n"),
        ("image/etc/event.d/tty1~", "respawn\n"),
        ("image/etc/event.d/tty1.override", "manual\n"),
        ("image/etc/event.d/.hidden", "manual\n"),
    ];
    for arguments in [
        &["migrate", "--root", "image", "--dry-run", "-q", "--all"][..],
        &["migrate", "image/etc/event.d", "--dry-run", "-q", "--all"],
        &["migrate", "--root", "image", "--dry-run", "-q", "--dialect", "0.3", "--all"],
    ] {
        let (status, stdout, stderr) = run(arguments, &files);
        assert_eq!(status, Some(0), "{stderr}");
        let units: Vec<&str> = stdout
            .lines()
            .filter_map(|line| line.strip_prefix("new        etc/systemd/system/"))
            .collect();
        assert_eq!(
            units,
            ["net-up.d.service", "tty1.override.service", "tty1.service"],
            "{stdout}"
        );
    }
    let (status, stdout, stderr) =
        run(&["lint", "image/etc/event.d", "--format", "concise"], &files);
    assert!(status.is_some_and(|status| status <= 1), "{stderr}");
    assert!(stderr.is_empty() && stdout.matches("[U180]").count() == 3, "{stdout}{stderr}");
}

#[test]
fn a_dialect_can_be_given_to_every_command() {
    let job = "import A\nexec /bin/echo $A\n";
    let files = [
        ("a.conf", job),
        ("b.conf", "service\nexec /bin/b\n"),
        ("c.conf", "setuid a\nexec /bin/c\n"),
        ("event.d/d", job),
    ];
    for (arguments, status, said) in [
        (&["convert", "a.conf"][..], 0, "note[U180]"),
        (&["convert", "a.conf", "--dialect", "upstart-1.13"], 3, "error[U003]"),
        (&["convert", "b.conf", "--dialect", "0.3"], 0, ""),
        (&["convert", "b.conf"], 3, "error[U003]"),
        (&["convert", "c.conf", "--dialect", "0.6"], 0, "warning[U182]"),
        (&["lint", "c.conf", "--dialect", "0.6", "--fail-on", "warning"], 1, "warning[U182]"),
        (&["lint", "a.conf", "--fail-on", "warning"], 0, "note[U180]"),
        (&["lint", "a.conf", "--fail-on", "warning", "--migration"], 1, "warning[U181]"),
        (&["convert", "event.d/d"], 3, "`import` belongs to the Upstart of ChromeOS"),
        (&["convert", "event.d/d", "--dialect", "chromeos"], 0, "warning[U181]"),
        (
            &["convert", "a.conf", "--dialect", "2.0"],
            2,
            "possible values: auto, upstart-1.13, 0.6, 0.3, chromeos",
        ),
    ] {
        let (code, stdout, stderr) = run(arguments, &files);
        assert_eq!(code, Some(status), "{arguments:?}: {stderr}");
        assert!(stderr.contains(said) || stdout.contains(said), "{arguments:?}: {stderr}{stdout}");
    }
}

/// `parse` reads a job as init 1.13 does, unless an option selects another dialect.
#[test]
fn parse_does_not_guess() {
    let files = [
        ("a.conf", "import A\ntmpfiles /x\nexec /bin/echo\n"),
        ("event.d/b", "service\nexec /bin/b\n"),
    ];
    let (status, stdout, _) = run(&["parse", "a.conf", "event.d/b"], &files);
    assert_eq!(status, Some(3));
    assert_eq!(stdout.matches("\"ok\":false").count(), 2);
    let (status, stdout, _) = run(&["parse", "a.conf", "event.d/b", "--dialect", "auto"], &files);
    assert_eq!(status, Some(0), "{stdout}");
    assert!(stdout.contains("\"import\":[\"A\"],\"tmpfiles\":[\"/x\"]"), "{stdout}");
    assert!(
        stdout
            .lines()
            .nth(1)
            .is_some_and(|line| line.contains("\"console\":\"none\"") && !line.contains("import")),
        "{stdout}"
    );
}
