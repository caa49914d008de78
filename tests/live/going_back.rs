//! Installs an overlay into a system that runs, which has an alias, a mask and a file in the way,
//! and goes back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use libtest_mimic::{Completion, Failed, Trial};

use crate::boot::Boot;
use crate::skipped::skipped;

const PROGRAM: &str = env!("CARGO_BIN_EXE_upstart2systemd");

/// The time limit.
const GUARD: Duration = Duration::from_secs(90);

const JOBS: [&str; 4] = ["depot", "ledger", "clerk", "porter"];

/// The unit of a package, and an alias that its administrator enables.
const PACKAGE: &str = "[Service]\nExecStart=/bin/sleep 1001\n[Install]\nAlias=depot.service\n";

/// All that an installation may change: paths, modes, owners, targets and hashes. The list is too
/// long for a pipe.
const LIST: &str = "cd / && { \
    find etc usr/lib/systemd/system usr/local/lib -printf '%p %y %m %U:%G %l\\n' | sort; \
    find etc usr/lib/systemd/system usr/local/lib -type f -exec sha256sum {} + | sort; \
    ls -d var/lib/upstart2systemd; } >/live/list 2>/dev/null; true";

pub fn trial() -> Trial {
    Trial::ignorable_test("live::an_overlay_is_installed_and_goes", || {
        let outcome = Boot::missing().map_or(Ok(()), Err).and_then(|()| {
            let deadline = Instant::now() + GUARD;
            Boot::start(prepare, deadline).map(|boot| Guest { boot, deadline })
        });
        match outcome {
            Ok(guest) => {
                guest.play();
                Ok::<_, Failed>(Completion::Completed)
            }
            Err(what) => {
                skipped(&format!("live: this machine lacks {what}"));
                Ok(Completion::ignored_with(format!("this machine lacks {what}")))
            }
        }
    })
}

fn prepare(root: &Path, live: &Path) {
    let units = root.join("usr/lib/systemd/system");
    fs::create_dir_all(&units).unwrap();
    fs::write(units.join("depot-server.service"), PACKAGE).unwrap();
    let init = live.join("init");
    fs::create_dir(&init).unwrap();
    for job in JOBS {
        let text = format!("start on runlevel [2345]\nexec /bin/sleep 1000 # {job}\n");
        fs::write(init.join(format!("{job}.conf")), text).unwrap();
    }
    // What `initctl list` printed on the old machine.
    let before = "depot start/running, process 812\nledger start/running, process 813\nclerk start/running, process 815\nporter stop/waiting\n";
    fs::write(live.join("before"), before).unwrap();
    let mut migrate = Command::new(PROGRAM);
    migrate.arg("migrate").arg(&init).arg("-o").arg(live.join("out"));
    assert!(migrate.output().unwrap().status.success());
    fs::copy(PROGRAM, live.join("program")).unwrap();
    fs::set_permissions(live.join("program"), fs::Permissions::from_mode(0o755)).unwrap();
}

struct Guest {
    boot: Boot,
    deadline: Instant,
}

impl Guest {
    fn run(&self, words: &[&str]) -> Output {
        self.boot.run(words, self.deadline).unwrap()
    }

    /// The output of a command that succeeds.
    #[track_caller]
    fn said(&self, command: &str) -> String {
        let output = self.run(&["/bin/sh", "-c", command]);
        let text = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {text}{errors}");
        text
    }

    fn list(&self) -> String {
        self.said(LIST);
        let list = fs::read_to_string(self.boot.live().join("list")).unwrap();
        assert!(list.contains("etc/systemd/system/depot.service"), "{list}");
        list
    }

    /// The check before the installation names the units that are in the way, at the job.
    fn verify(&self) {
        let found = self.run(&["/live/program", "verify", "/live/out"]);
        let text = String::from_utf8(found.stdout).unwrap();
        assert_eq!(found.status.code(), Some(1), "{text}");
        for said in ["`depot.service` is an alias", "`ledger.service` is masked"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("porter"), "{text}");
    }

    /// All that ran before runs now, and what is stopped is missed.
    fn compare(&self) {
        const COMPARE: [&str; 6] =
            ["/live/program", "compare", "--before", "/live/before", "--init", "/live/init"];
        let all = self.run(&COMPARE);
        assert_eq!(all.status.code(), Some(0), "{all:?}");
        self.said("systemctl stop ledger.service");
        let missing = self.run(&COMPARE);
        let text = String::from_utf8_lossy(&missing.stdout);
        assert_eq!(missing.status.code(), Some(1), "{missing:?}");
        assert!(
            text.lines().any(|line| line.contains("ledger") && line.contains("inactive")),
            "{text}"
        );
        self.said("systemctl start ledger.service");
    }

    fn play(&self) {
        self.said("mkdir -p /etc/systemd/system && systemctl daemon-reload");
        self.said("systemctl enable depot-server.service && systemctl mask ledger.service");
        self.said("echo '# by hand' >/etc/systemd/system/clerk.service");
        self.said("chmod 640 /etc/systemd/system/clerk.service && systemctl daemon-reload");
        self.said("systemctl start depot.service");
        let before = self.list();
        // Nothing is written through the alias or the mask.
        let refused = self.run(&["/live/program", "install", "/live/out"]);
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        let why = String::from_utf8(refused.stderr).unwrap();
        for said in [
            "depot.service` is a symbolic link to `/",
            "ledger.service` is a mask",
            "clerk.service` is a file",
        ] {
            assert!(why.contains(said), "{said}: {why}");
        }
        assert!(!why.contains("porter"), "{why}");
        assert!(self.list() == before, "something was changed");
        self.verify();
        let said = self.said("/live/program install /live/out --replace");
        // The commands that it prints work.
        let commands: String = said
            .lines()
            .skip_while(|line| !line.starts_with("To load and enable"))
            .take_while(|line| !line.starts_with("They start"))
            .filter(|line| line.starts_with("    "))
            .map(|line| format!("{line}\n"))
            .collect();
        assert!(commands.contains("systemctl enable"), "{said}");
        self.said(&format!("set -e\n{commands}"));
        for job in JOBS {
            let shown = self.said(&format!(
                "systemctl restart {job}.service && systemctl show -p Id,FragmentPath,ActiveState,UnitFileState {job}.service"
            ));
            for line in [
                format!("Id={job}.service"),
                format!("FragmentPath=/etc/systemd/system/{job}.service"),
                "ActiveState=active".to_owned(),
                "UnitFileState=enabled".to_owned(),
            ] {
                assert!(shown.lines().any(|shown| shown == line), "{line}: {shown}");
            }
        }
        self.compare();
        assert_eq!(self.said("cat /usr/lib/systemd/system/depot-server.service"), PACKAGE);
        let null = self.said("stat -c '%F %a' /dev/null");
        assert_eq!(null, "character special file 666\n");
        // What it prints afterwards disables the units that are gone.
        self.said("systemctl stop depot ledger clerk porter");
        let said = self.said("/live/program uninstall");
        let commands: String = said
            .lines()
            .filter(|line| line.starts_with("    "))
            .map(|line| format!("{line}\n"))
            .collect();
        assert!(commands.contains("disable porter.service"), "{said}");
        self.said(&commands);
        // Units that have another file now may have been enabled before: that is for the operator.
        for job in ["depot", "ledger", "clerk"] {
            self.said(&format!("rm -f /etc/systemd/system/multi-user.target.wants/{job}.service"));
        }
        self.said("rmdir /etc/systemd/system/multi-user.target.wants; systemctl daemon-reload");
        let after = self.list();
        for (was, is) in before.lines().zip(after.lines()) {
            assert_eq!(was, is);
        }
        assert_eq!(before.lines().count(), after.lines().count());
        let shown = self.said("systemctl show -p Id,LoadState depot.service ledger.service");
        assert!(shown.contains("Id=depot-server.service"), "{shown}");
        assert!(shown.contains("LoadState=masked"), "{shown}");
    }
}
