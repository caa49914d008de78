//! Tests of installing an overlay into a root, and of going back.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use crate::cli::arguments::{InstallArguments, UninstallArguments};
use crate::cli::overlay::manifest::sha256;

use super::{InstallOutcome, install_all, uninstall_all};

const UNITS: &str = "etc/systemd/system";
const STATE: &str = "var/lib/upstart2systemd";

/// A directory with an overlay `out` and a root `root`.
struct Machine(TempDir);

impl Machine {
    fn new(files: &[(&str, &str)]) -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        fs::create_dir(machine.at("root")).unwrap();
        machine.overlay(files);
        machine
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn put(&self, path: &str, text: &str) {
        fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
        fs::write(self.at(path), text).unwrap();
    }

    fn link(&self, target: &str, path: &str) {
        fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
        symlink(target, self.at(path)).unwrap();
    }

    /// Makes the overlay anew, with these files in its list.
    fn overlay(&self, files: &[(&str, &str)]) {
        let _ = fs::remove_dir_all(self.at("out"));
        let mut list = "{\"upstart2systemd\":1}\n".to_owned();
        fs::create_dir(self.at("out")).unwrap();
        for (path, text) in files {
            self.put(&format!("out/{path}"), text);
            let path = serde_json::to_string(path).unwrap();
            list += &format!("{{\"path\":{path},\"sha256\":\"{}\"}}\n", sha256(text.as_bytes()));
        }
        fs::write(self.at("out/.upstart2systemd"), list).unwrap();
    }

    fn install_with(&self, replace: bool, dry_run: bool) -> anyhow::Result<InstallOutcome> {
        let (overlay, root) = (self.at("out"), self.at("root"));
        install_all(&InstallArguments { overlay, root, dry_run, replace, prune: true })
    }

    #[track_caller]
    fn install(&self, replace: bool) -> String {
        done(self.install_with(replace, false))
    }

    /// Asserts that the installation is refused and changes nothing, and returns the reason.
    #[track_caller]
    fn refused(&self, replace: bool) -> String {
        let before = self.tree();
        let refused = |outcome| match outcome {
            Ok(InstallOutcome::Refused(why)) => why,
            Ok(InstallOutcome::Done(report)) => panic!("it is not refused: {}", report.text),
            Err(error) => panic!("{error:#}"),
        };
        let why = refused(self.install_with(replace, false));
        assert_eq!(self.tree(), before);
        assert_eq!(refused(self.install_with(replace, true)), why);
        why
    }

    fn uninstall_with(&self, discard_edits: bool) -> anyhow::Result<InstallOutcome> {
        let root = self.at("root");
        uninstall_all(&UninstallArguments { root, dry_run: false, discard_edits })
    }

    #[track_caller]
    fn uninstall(&self) -> String {
        done(self.uninstall_with(false))
    }

    /// Everything below the root.
    fn tree(&self) -> BTreeMap<PathBuf, Thing> {
        let (root, mut found) = (self.at("root"), BTreeMap::new());
        let mut open = vec![root.clone()];
        while let Some(directory) = open.pop() {
            for path in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
                let metadata = fs::symlink_metadata(&path).unwrap();
                let content = if metadata.is_symlink() {
                    fs::read_link(&path).unwrap().into_os_string().into_string().unwrap()
                } else if metadata.is_file() {
                    fs::read_to_string(&path).unwrap()
                } else {
                    open.push(path.clone());
                    String::new()
                };
                let modified = (!metadata.is_dir() && !metadata.is_symlink())
                    .then(|| (metadata.mtime(), metadata.mtime_nsec()));
                let owner = (metadata.uid(), metadata.gid());
                let place = path.strip_prefix(&root).unwrap().to_owned();
                found.insert(place, (content, metadata.mode(), owner, modified));
            }
        }
        found
    }

    fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.at("root").join(path)).ok()
    }
}

/// Content or target, mode, owner, time of the last change.
type Thing = (String, u32, (u32, u32), Option<(i64, i64)>);

#[track_caller]
fn done(outcome: anyhow::Result<InstallOutcome>) -> String {
    match outcome {
        Ok(InstallOutcome::Done(report)) => report.text + &report.notes,
        Ok(InstallOutcome::Refused(why)) => panic!("{why}"),
        Err(error) => panic!("{error:#}"),
    }
}

fn web() -> Machine {
    Machine::new(&[
        ("etc/systemd/system/web.service", "[Service]\n"),
        ("etc/systemd/system/other.service.d/50-web.conf", "[Unit]\n"),
        ("usr/local/lib/upstart2systemd/web/script", "#!/bin/sh\n"),
    ])
}

#[test]
fn an_overlay_is_installed_and_goes_without_a_trace() {
    let machine = web();
    let script = "usr/local/lib/upstart2systemd/web/script";
    fs::set_permissions(machine.at("out").join(script), Permissions::from_mode(0o4775)).unwrap();
    let dry = done(machine.install_with(false, true));
    assert_eq!(machine.tree().len(), 0, "{dry}");
    let said = machine.install(false);
    assert!(said.contains("new        etc/systemd/system/web.service\n"), "{said}");
    let tree = machine.tree();
    assert_eq!(machine.text("etc/systemd/system/web.service").unwrap(), "[Service]\n");
    assert_eq!(tree[Path::new("etc/systemd/system/web.service")].1 & 0o7777, 0o644);
    assert_eq!(tree[Path::new(script)].1 & 0o7777, 0o755);
    assert_eq!(tree[Path::new("usr/local")].1 & 0o7777, 0o755);
    assert!(!tree.contains_key(Path::new(".upstart2systemd")));
    // A second run changes nothing.
    let again = machine.install(false);
    assert!(again.contains("0 files changed; 3 files as before"), "{again}");
    assert_eq!(machine.tree(), tree);
    let said = machine.uninstall();
    assert!(said.contains("removed    etc/systemd/system/web.service\n"), "{said}");
    assert_eq!(machine.tree().len(), 0);
    assert!(machine.uninstall().contains("Nothing is installed"));
}

#[test]
fn what_is_in_the_way_is_refused_at_once_and_comes_back() {
    let unit = |name: &str| format!("{UNITS}/{name}.service");
    let names = ["mine", "alias", "masked", "package", "package-mask", "package-alias", "free"];
    let files: Vec<String> = names.iter().map(|name| unit(name)).collect();
    let files: Vec<(&str, &str)> =
        files.iter().map(|path| (path.as_str(), "[Service]\n")).collect();
    let machine = Machine::new(&files);
    machine.put(&format!("root/{}", unit("mine")), "by hand\n");
    let mine = machine.at(&format!("root/{}", unit("mine")));
    fs::set_permissions(&mine, Permissions::from_mode(0o600)).unwrap();
    machine.put("root/usr/lib/systemd/system/target.service", "a package's\n");
    machine.put("root/usr/lib/systemd/system/package.service", "a package's\n");
    machine.link("/dev/null", "root/usr/lib/systemd/system/package-mask.service");
    machine.link("target.service", "root/usr/lib/systemd/system/package-alias.service");
    machine.link("usr/lib", "root/lib");
    machine.link("/lib/systemd/system/target.service", &format!("root/{}", unit("alias")));
    machine.link("/dev/null", &format!("root/{}", unit("masked")));
    let before = machine.tree();
    let why = machine.refused(false);
    for said in [
        "error: 6 files or links are in the way, and nothing was changed",
        "`etc/systemd/system/mine.service` is a file that this program did not install",
        "`etc/systemd/system/alias.service` is a symbolic link to `/lib/systemd/system/target.service`",
        "`etc/systemd/system/masked.service` is a mask",
        "would hide `usr/lib/systemd/system/package.service`, which a package installed;",
        "would hide `usr/lib/systemd/system/package-mask.service`, by which a package masks the name",
        "`usr/lib/systemd/system/package-alias.service`, which a package installed, an alias of `target.service`",
    ] {
        assert!(why.contains(said), "{said}: {why}");
    }
    let said = machine.install(true);
    assert!(
        said.contains("replaced   etc/systemd/system/masked.service (it was a mask)"),
        "{said}"
    );
    for name in names {
        let path = format!("root/{}", unit(name));
        assert!(fs::symlink_metadata(machine.at(&path)).unwrap().is_file());
    }
    assert_eq!(machine.text("usr/lib/systemd/system/target.service").unwrap(), "a package's\n");
    // What was accepted once is not refused again.
    machine.install(false);
    machine.uninstall();
    assert_eq!(machine.tree(), before);
}

#[test]
fn a_newer_overlay_updates_and_the_first_state_comes_back() {
    let machine = web();
    machine.put("root/etc/systemd/system/web.service", "by hand\n");
    let before = machine.tree();
    machine.install(true);
    machine.overlay(&[
        ("etc/systemd/system/web.service", "[Service]\nnewer\n"),
        ("etc/udev/rules.d/new.rules", ""),
    ]);
    let said = machine.install(false);
    assert!(said.contains("changed    etc/systemd/system/web.service\n"), "{said}");
    assert!(said.contains("removed    etc/systemd/system/other.service.d/50-web.conf\n"), "{said}");
    assert!(!machine.at("root/etc/systemd/system/other.service.d").exists());
    assert!(!machine.at("root/usr").exists());
    // A file that the overlay no longer has is as it was at first.
    machine.overlay(&[("etc/udev/rules.d/new.rules", "")]);
    let said = machine.install(false);
    assert!(said.contains("restored   etc/systemd/system/web.service\n"), "{said}");
    assert_eq!(machine.text("etc/systemd/system/web.service").unwrap(), "by hand\n");
    machine.overlay(&[]);
    machine.install(false);
    assert_eq!(machine.tree(), before);
}

#[test]
fn another_overlay_is_installed_beside_the_first() {
    let machine = web();
    let before = machine.tree();
    machine.install(false);
    machine.overlay(&[("usr/local/sbin/start", "#!/bin/sh\n")]);
    let arguments = InstallArguments {
        overlay: machine.at("out"),
        root: machine.at("root"),
        dry_run: false,
        replace: false,
        prune: false,
    };
    let said = done(install_all(&arguments));
    assert!(said.contains("new        usr/local/sbin/start\n"), "{said}");
    assert!(said.contains("stay installed") && said.contains("`--prune`"), "{said}");
    for path in ["etc/systemd/system/web.service", "usr/local/lib/upstart2systemd/web/script"] {
        assert!(machine.at(&format!("root/{path}")).exists(), "{path}");
    }
    machine.uninstall();
    assert_eq!(machine.tree(), before);
}

#[test]
fn edits_are_neither_replaced_nor_removed() {
    let machine = web();
    machine.install(false);
    machine.put("root/etc/systemd/system/web.service", "edited\n");
    assert!(machine.refused(false).contains("web.service` was edited since it was installed"));
    let Ok(InstallOutcome::Refused(why)) = machine.uninstall_with(false) else {
        panic!("not refused")
    };
    assert!(why.contains("1 file was changed since the installation"), "{why}");
    // The overlay has it no more: it stays, and stays in the list.
    machine.overlay(&[("etc/systemd/system/other.service.d/50-web.conf", "[Unit]\n")]);
    let said = machine.install(false);
    assert!(said.contains("kept because they were edited"), "{said}");
    assert_eq!(machine.text("etc/systemd/system/web.service").unwrap(), "edited\n");
    assert!(matches!(machine.uninstall_with(false), Ok(InstallOutcome::Refused(_))));
    done(machine.uninstall_with(true));
    assert_eq!(machine.tree().len(), 0);
}

#[test]
fn an_edit_is_replaced_when_that_is_asked_for() {
    let machine = web();
    machine.install(false);
    machine.put("root/etc/systemd/system/web.service", "edited\n");
    machine.install(true);
    assert_eq!(machine.text("etc/systemd/system/web.service").unwrap(), "[Service]\n");
    machine.uninstall();
    assert_eq!(machine.tree().len(), 0);
}

#[test]
fn a_file_that_is_already_there_is_taken_over() {
    let machine = web();
    machine.put("root/etc/systemd/system/web.service", "[Service]\n");
    let before = machine.tree();
    machine.install(false);
    machine.overlay(&[("etc/systemd/system/web.service", "newer\n")]);
    machine.install(false);
    assert_eq!(machine.text("etc/systemd/system/web.service").unwrap(), "newer\n");
    machine.uninstall();
    assert_eq!(machine.tree(), before);
}

#[test]
fn files_of_the_operator_are_installed_where_they_belong() {
    let machine = web();
    machine.put("out/etc/systemd/system/web.service.d/50-local.conf", "[Service]\n");
    machine.put("out/etc/systemd/system/web.service~", "");
    machine.put("out/README", "");
    machine.put("out/.upstart2systemd-staging/new/etc/half", "");
    fs::remove_file(machine.at("out/usr/local/lib/upstart2systemd/web/script")).unwrap();
    let said = machine.install(false);
    assert!(said.contains("were added to the overlay, and are installed like the others: etc/systemd/system/web.service.d/50-local.conf\n"), "{said}");
    assert!(said.contains("are not where units, drop-ins, scripts or rules are: README, etc/systemd/system/web.service~\n"), "{said}");
    assert!(
        said.contains("no longer in the overlay: usr/local/lib/upstart2systemd/web/script\n"),
        "{said}"
    );
    assert!(machine.text("etc/systemd/system/web.service.d/50-local.conf").is_some());
    assert!(machine.tree().keys().all(|path| !path.ends_with("half") && !path.ends_with("README")));
    machine.uninstall();
    assert_eq!(machine.tree().len(), 0);
}

#[test]
fn units_that_go_and_are_still_enabled_are_named() {
    let machine = web();
    machine.install(false);
    let wants = format!("root/{UNITS}/multi-user.target.wants");
    machine.link("/etc/systemd/system/web.service", &format!("{wants}/web.service"));
    machine.link("/lib/systemd/system/cron.service", &format!("{wants}/cron.service"));
    let said = machine.uninstall();
    assert!(said.contains(" disable web.service\n"), "{said}");
}

#[test]
fn what_is_not_a_file_is_never_replaced() {
    for replace in [false, true] {
        let machine = web();
        fs::create_dir_all(machine.at("root/etc/systemd/system/web.service")).unwrap();
        assert!(machine.refused(replace).contains("web.service` is a directory: move it away"));
        let machine = web();
        machine.put("root/etc/systemd", "");
        assert!(machine.refused(replace).contains("`etc/systemd` is a file, not a directory"));
    }
}

#[test]
fn a_list_of_others_is_not_taken() {
    let machine = Machine::new(&[]);
    fs::remove_file(machine.at("out/.upstart2systemd")).unwrap();
    let Err(error) = machine.install_with(false, false) else { panic!("no error") };
    assert!(error.to_string().contains("is not a directory that `migrate -o` wrote"), "{error:#}");
    let machine = web();
    machine.put(&format!("root/{STATE}/installed"), "mine\n");
    let before = machine.tree();
    let Err(error) = machine.install_with(true, false) else { panic!("no error") };
    assert!(error.to_string().contains("is not the list of files"), "{error:#}");
    assert!(machine.uninstall_with(true).is_err());
    assert_eq!(machine.tree(), before);
}

/// What may be at a path before.
#[derive(Clone, Debug)]
enum Before {
    Nothing,
    File(String, u32),
    Link(String),
}

fn before() -> impl Strategy<Value = Before> {
    prop_oneof![
        Just(Before::Nothing),
        ("[a-c]{0,2}", prop_oneof![Just(0o644), Just(0o600), Just(0o755), Just(0o4711)])
            .prop_map(|(text, mode)| Before::File(text, mode)),
        prop_oneof![Just("/dev/null"), Just("a.service"), Just("/lib/x"), Just("..")]
            .prop_map(|target| Before::Link(target.to_owned())),
    ]
}

const PATHS: [&str; 6] = [
    "etc/systemd/system/a.service",
    "etc/systemd/system/b.service",
    "etc/systemd/system/b.service.d/c.conf",
    "etc/udev/rules.d/d.rules",
    "lib/systemd/system/e.service",
    "usr/local/lib/upstart2systemd/f/script",
];

type Texts = Vec<Option<String>>;

fn texts() -> impl Strategy<Value = Texts> {
    proptest::collection::vec(proptest::option::of("[a-c]{0,2}"), PATHS.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    /// Whatever was there, and however often an overlay is installed, all of it comes back.
    #[test]
    fn all_comes_back(
        befores in proptest::collection::vec(before(), PATHS.len()),
        usr_is_merged in any::<bool>(),
        overlays in proptest::collection::vec(texts(), 1..4),
    ) {
        let machine = Machine::new(&[]);
        if usr_is_merged {
            fs::create_dir_all(machine.at("root/usr/lib")).unwrap();
            machine.link("usr/lib", "root/lib");
        }
        for (path, before) in PATHS.iter().zip(&befores) {
            let path = format!("root/{path}");
            match before {
                Before::Nothing => {}
                Before::File(text, mode) => {
                    machine.put(&path, text);
                    fs::set_permissions(machine.at(&path), Permissions::from_mode(*mode)).unwrap();
                }
                Before::Link(target) => machine.link(target, &path),
            }
        }
        let before = machine.tree();
        for texts in &overlays {
            let files: Vec<(&str, &str)> = PATHS
                .iter()
                .zip(texts)
                .filter_map(|(path, text)| Some((*path, text.as_deref()?)))
                .collect();
            machine.overlay(&files);
            machine.install(true);
            for (path, text) in files {
                let installed = machine.text(path);
                prop_assert_eq!(installed.as_deref(), Some(text));
            }
        }
        machine.uninstall();
        prop_assert_eq!(machine.tree(), before);
    }
}
