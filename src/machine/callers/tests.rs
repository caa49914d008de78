use super::*;
use crate::lower::options::Options;
use crate::migrate::{FoundJob, Migration, plan};
use crate::text::source::Sources;
use crate::upstart::job::JobName;

fn planned() -> Migration {
    let jobs = [
        ("app", "start on runlevel [2345]\nexec app\n"),
        ("app-web", "start on started app\nexec web\n"),
        ("worker", "instance $QUEUE\nexec work $QUEUE\n"),
        ("caf\u{e9}", "exec cafe\n"),
        ("net/front", "exec front\n"),
        ("broken", "exec\n"),
        ("follower", "start on deployed KEY=v\nexec follow\n"),
        ("up", "start on net-device-up\nexec up\n"),
        ("procps", "start on virtual-filesystems\ntask\nexec sysctl -p\n"),
        ("mountall", "start on startup\nexec mountall --daemon\n"),
    ];
    let found = jobs.map(|(name, text)| FoundJob {
        name: JobName(name.to_owned()),
        sources: Sources {
            conf: Source::new(format!("{name}.conf"), text.as_bytes().to_vec()),
            overriding: None,
        }
        .into(),
    });
    plan(found.into(), &Options::default())
}

fn found(path: &str, text: &str) -> Vec<String> {
    let plan = planned();
    let table = JobTable::new(&plan.job_set, &plan.files, []);
    let source = Source::new(path, text.as_bytes().to_vec());
    let kind = FileKind::of(path, source.text());
    let Searched { callers, open } = search(&source, kind, &table);
    let shown = callers
        .into_iter()
        .map(|caller| format!("{} -> {}", caller.old, caller.new.as_deref().unwrap_or("nothing")));
    shown.chain(open.into_iter().map(|open| format!("open {}", open.text))).collect()
}

fn check(path: &str, cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(found(path, text), *expected, "{path}: {text:?}");
    }
}

#[test]
fn files_are_known_by_their_paths_and_first_lines() {
    for (path, head, expected) in [
        ("a/deploy", "#!/bin/bash -e\n", FileKind::Shell),
        ("a/deploy", "#! /usr/bin/env -S bash\n", FileKind::Shell),
        ("a/deploy.sh.j2", "", FileKind::Shell),
        ("etc/crontab", "", FileKind::Crontab { has_user: true }),
        ("etc/cron.d/app", "", FileKind::Crontab { has_user: true }),
        ("var/spool/cron/crontabs/www", "", FileKind::Crontab { has_user: false }),
        ("var/spool/cron/www", "", FileKind::Crontab { has_user: false }),
        ("etc/cron.daily/app", "", FileKind::Shell),
        ("etc/cron.daily/app", "#!/usr/bin/python3\n", FileKind::Python),
        ("etc/sudoers.d/app", "", FileKind::Sudoers),
        ("etc/logrotate.d/app", "", FileKind::Logrotate),
        ("etc/udev/rules.d/9-a.rules", "", FileKind::Udev),
        ("etc/network/if-up.d/a", "", FileKind::Shell),
        ("debian/app.postinst", "", FileKind::Shell),
        ("DEBIAN/prerm", "", FileKind::Shell),
        ("config/deploy.rb", "", FileKind::Ruby),
        ("fabfile.py", "", FileKind::Python),
        ("a/main.yml", "", FileKind::Yaml),
        ("Makefile", "", FileKind::Make),
        ("README.md", "", FileKind::Prose),
        ("etc/nrpe.cfg", "", FileKind::Other),
        ("x.pl", "#!/usr/bin/perl\n", FileKind::Other),
        ("", "", FileKind::Other),
    ] {
        assert_eq!(FileKind::of(path, head), expected, "{path} {head:?}");
    }
}

#[test]
fn commands_of_a_script_are_calls() {
    check(
        "x.sh",
        &[
            ("start app", &["start app -> systemctl start app.service"]),
            (
                "sudo -u x -- /sbin/stop app >x 2>&1 &",
                &["/sbin/stop app -> /bin/systemctl stop app.service"],
            ),
            (
                "start procps; start mountall",
                &[
                    "start procps -> systemctl restart systemd-sysctl.service",
                    "start mountall -> nothing",
                ],
            ),
            (
                "status app 2>&1 | grep -q running",
                &["status app -> systemctl is-active --quiet app.service"],
            ),
            ("status worker", &["status worker -> systemctl status 'worker@*.service'"]),
            (
                "start worker QUEUE=a-b",
                &["start worker QUEUE=a-b -> systemctl start 'worker@a\\x2db.service'"],
            ),
            ("start worker", &["start worker -> systemctl start worker@QUEUE.service"]),
            (
                "start worker \"QUEUE=$1\"",
                &[
                    "start worker \"QUEUE=$1\" -> systemctl start \"$(systemd-escape --template=worker@.service -- \"$1\")\"",
                ],
            ),
            (
                "q=mail; start worker QUEUE=$q",
                &["start worker QUEUE=$q -> systemctl start worker@mail.service"],
            ),
            ("restart net/front", &["restart net/front -> systemctl restart net-front.service"]),
            ("start broken", &["start broken -> nothing"]),
            (
                "restart caf\u{e9}",
                &["restart caf\u{e9} -> systemctl restart 'caf\\xc3\\xa9.service'"],
            ),
            (
                "service app restart; /etc/init.d/app status",
                &[
                    "service app restart -> systemctl restart app.service",
                    "/etc/init.d/app status -> /bin/systemctl status app.service",
                ],
            ),
            (
                "initctl --quiet start app",
                &["initctl --quiet start app -> systemctl start app.service"],
            ),
            (
                "initctl emit deployed KEY=v OTHER=w",
                &[
                    "initctl emit deployed KEY=v OTHER=w -> systemctl start 'upstart-event-deployed@KEY\\x3dv.service' 'upstart-event-deployed@OTHER\\x3dw.service'",
                ],
            ),
            (
                "initctl emit -n deployed KEY=$1",
                &[
                    "initctl emit -n deployed KEY=$1 -> systemctl --no-block start \"$(systemd-escape --template=upstart-event-deployed@.service -- \"KEY=$1\")\"",
                ],
            ),
            (
                "initctl emit net-device-up IFACE=$IFACE",
                &["initctl emit net-device-up IFACE=$IFACE -> nothing"],
            ),
            (
                "start wait-for-state WAIT_FOR=app WAITER=x",
                &["start wait-for-state WAIT_FOR=app WAITER=x -> systemctl start app.service"],
            ),
            (
                "sudo restart \"$1\"; for v in start stop; do sudo $v app; done",
                &["$v app -> systemctl $v app.service", "open restart \"$1\""],
            ),
        ],
    );
}

#[test]
fn text_for_other_shells_and_paths_are_calls() {
    check(
        "x.sh",
        &[
            ("$SUDO restart app", &["restart app -> systemctl restart app.service"]),
            (
                "a=(b c)\nstart app\nfunction f {\nstop app\n}\n[[ a =~ b ]] && reload app",
                &[
                    "start app -> systemctl start app.service",
                    "stop app -> systemctl stop app.service",
                    "reload app -> systemctl reload app.service",
                ],
            ),
            (
                "if ! ssh -p 2 h \"cd /x && sudo restart app\"; then :; fi",
                &["restart app -> systemctl restart app.service"],
            ),
            ("ssh h sudo stop app", &["stop app -> systemctl stop app.service"]),
            (
                "bash <<E\nstart app\nE\ntrap 'stop app; exit' EXIT",
                &[
                    "start app -> systemctl start app.service",
                    "stop app -> systemctl stop app.service",
                ],
            ),
            (
                "tail -f /var/log/upstart/app-web.log.1.gz",
                &["/var/log/upstart/app-web.log.1.gz -> journalctl -u app-web.service"],
            ),
            (
                "cat /var/log/upstart/worker-mail.log \"/var/log/upstart/worker-$q.log\"",
                &[
                    "/var/log/upstart/worker-mail.log -> journalctl -u worker@mail.service",
                    "/var/log/upstart/worker-$q.log -> journalctl -u 'worker@*.service'",
                ],
            ),
            (
                "cp x /etc/init/net/front.conf",
                &["/etc/init/net/front.conf -> /etc/systemd/system/net-front.service"],
            ),
            ("ln -s /lib/init/upstart-job /etc/init.d/app", &["/lib/init/upstart-job -> nothing"]),
        ],
    );
}

#[test]
fn what_only_looks_like_a_call_is_none() {
    check(
        "x.sh",
        &[
            ("# start app\necho start app 'stop app' \"/sbin/stop app\"", &[]),
            ("start() { :; }\nstart app", &[]),
            ("start other; service other restart; initctl emit other; initctl version", &[]),
            ("docker start app; supervisorctl restart app; systemctl restart app", &[]),
            ("start; stop; app start; x=start; start=app", &[]),
            ("start --session app; start-stop-daemon --start app", &[]),
            ("case start in app) ;; esac; cat <<E\nstart app\nE\n", &[]),
            ("cat /var/log/upstart/other.log /etc/init/other.conf /etc/init.d/app", &[]),
            ("# /var/log/upstart/app.log", &[]),
        ],
    );
}

#[test]
fn tables_and_rules_have_commands() {
    check(
        "etc/cron.d/x",
        &[(
            "# * * * * * root start app\n@daily root start app\n1 2 3 4 5 root a; stop app%start app\nstart app\n",
            &["start app -> systemctl start app.service", "stop app -> systemctl stop app.service"],
        )],
    );
    check(
        "etc/sudoers",
        &[
            (
                "a ALL=NOPASSWD:/sbin/start app,/sbin/stop app # /sbin/reload app",
                &[
                    "/sbin/start app -> /bin/systemctl start app.service",
                    "/sbin/stop app -> /bin/systemctl stop app.service",
                ],
            ),
            (
                "start ALL=(app) /bin/app\nDefaults!/sbin/start app, !requiretty",
                &["/sbin/start app -> /bin/systemctl start app.service"],
            ),
            (
                "a ALL=/sbin/restart app*",
                &["/sbin/restart app* -> /bin/systemctl restart app*.service"],
            ),
            (
                "a ALL=/sbin/initctl restart app",
                &["/sbin/initctl restart app -> /bin/systemctl restart app.service"],
            ),
        ],
    );
    check(
        "logrotate.d/x",
        &[(
            "/var/log/x {\n  start app\n  postrotate\n  reload app\n  endscript\n  stop app\n}\n",
            &["reload app -> systemctl reload app.service"],
        )],
    );
    check(
        "x.rules",
        &[
            (
                "ACTION==\"add\", PROGRAM=\"/bin/sh -c 'start app'\", SYMLINK+=\"start app\"",
                &["start app -> TAG+=\"systemd\", ENV{SYSTEMD_WANTS}+=\"app.service\""],
            ),
            (
                "RUN{program}+=\"/sbin/stop app\"",
                &["/sbin/stop app -> /bin/systemctl --no-block stop app.service"],
            ),
        ],
    );
    check(
        "Makefile",
        &[(
            "N = app\na: start app\n\t@-sudo stop $(N)\n\techo start app\n",
            &["stop $(N) -> systemctl stop app.service"],
        )],
    );
    check(
        "x.cfg",
        &[
            (
                "run=\"/sbin/start app\" start app; initctl stop app",
                &[
                    "/sbin/start app -> /bin/systemctl start app.service",
                    "initctl stop app -> systemctl stop app.service",
                ],
            ),
            ("# /sbin/start app\n", &[]),
        ],
    );
}

#[test]
fn strings_of_programs_are_commands_where_a_function_runs_them() {
    check(
        "x.rb",
        &[
            ("desc 'start app'\nputs \"start app\"\n# run 'start app'\n", &[]),
            ("run 'start app' # stop app", &["start app -> systemctl start app.service"]),
            ("execute :sudo, :stop, :app", &["stop, :app -> systemctl stop app.service"]),
            ("x = %x(status app)", &["status app -> systemctl status app.service"]),
            ("sudo \"restart #{name}\"", &["open restart #{name}"]),
        ],
    );
    check(
        "x.py",
        &[
            ("'''\nrun('start app')\n'''\nprint('start app')\n", &[]),
            (
                "run(\n  'start app',\n  warn_only=True)",
                &["start app -> systemctl start app.service"],
            ),
            (
                "call(['service', 'app', 'restart'])",
                &["'service', 'app', 'restart' -> systemctl restart app.service"],
            ),
            ("CMD = 'sudo stop app'", &["stop app -> systemctl stop app.service"]),
        ],
    );
}

#[test]
fn tasks_of_ansible_are_read() {
    check(
        "x.yml",
        &[
            ("- name: start app\n  notify: restart app\n", &[]),
            ("service:\n  name: app\n  url: x\n", &[]),
            (
                "- service: name=app state=started",
                &["service: name=app state=started -> systemd: name=app.service state=started"],
            ),
            (
                "- service:\n    state: stopped\n    name: app\n- debug: msg=x",
                &["service: name=app state=stopped -> systemd: name=app.service state=stopped"],
            ),
            (
                "- service: name=worker state=started args='QUEUE=a'",
                &[
                    "service: name=worker state=started args='QUEUE=a' -> systemd: name=worker@a.service state=started",
                ],
            ),
            ("- command: 'stop app' # start app", &["stop app -> systemctl stop app.service"]),
            (
                "- shell: |\n    # stop app\n    start app\n  when: start app",
                &["start app -> systemctl start app.service"],
            ),
            (
                "vars:\n  job: app\ntasks:\n- command: restart {{ job }}",
                &["restart {{ job }} -> systemctl restart app.service"],
            ),
            (
                "script:\n- sudo start app\nother:\n- sudo stop app",
                &["start app -> systemctl start app.service"],
            ),
        ],
    );
}

#[test]
fn a_link_in_the_place_of_a_script_is_found() {
    let plan = planned();
    let table = JobTable::new(&plan.job_set, &plan.files, []);
    let is_found = |path, target| link(path, target, &table).is_some();
    assert!(is_found("etc/init.d/app", "/lib/init/upstart-job"));
    assert!(!is_found("etc/init.d/other", "/lib/init/upstart-job"));
    assert!(!is_found("etc/init.d/app", "/opt/app/init"));
    assert!(!is_found("app", "upstart-job"));
}

/// Text of this length takes a moment, whatever is in it.
#[test]
fn nothing_takes_long_or_breaks() {
    let plan = planned();
    let table = JobTable::new(&plan.job_set, &plan.files, []);
    let paths = [
        "x.sh",
        "etc/crontab",
        "sudoers",
        "logrotate.conf",
        "x.rules",
        "Makefile",
        "x.rb",
        "x.py",
        "x.yml",
        "x",
    ];
    let pieces = [
        "/sbin/start app ",
        "'",
        "\"",
        "start app\n",
        "$(",
        "{{",
        "f'{",
        "run(",
        "%w[",
        "- ",
        "run:\n - ",
        "\\\n",
        "\t",
        "#",
        "(",
        "}",
        "postrotate\n",
        "a=(\n",
        "\u{10fe80}",
        "é",
        "sh -c 'start app'\n",
        "/var/log/upstart/app.log ",
        "RUN+=\"",
        "initctl ",
        "${",
        "`",
        "sh <<E\n",
        ":",
        "a: |\n  ",
        "{ name: ",
        "set :a, 'b'\n",
        "%x(",
        "f() { \"$@\"; }\n",
    ];
    for path in paths {
        let kind = FileKind::of(path, "");
        for piece in pieces {
            for text in [piece.repeat(3000), format!("start app {}", piece.repeat(40))] {
                let source = Source::new(path, text.into_bytes());
                let since = std::time::Instant::now();
                search(&source, kind, &table);
                assert!(since.elapsed().as_secs() < 20, "{path} {piece:?}");
            }
        }
        // Every end, and every pair of pieces.
        for one in pieces {
            for other in pieces {
                let source = Source::new(path, format!("{one}{other}start app{one}").into_bytes());
                search(&source, kind, &table);
            }
        }
    }
}
