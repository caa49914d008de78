use super::*;
use crate::jobset::JobSet;

fn shown(text: &str) -> Vec<String> {
    let Listed { jobs, strange } = read_list(text);
    jobs.iter()
        .map(|job| {
            format!("{}|{}|{}", job.job, job.instance.as_deref().unwrap_or("-"), job.state())
        })
        .chain(strange.iter().map(|line| format!("strange {line}")))
        .collect()
}

#[test]
fn lists_are_read() {
    for (text, expected) in [
        ("app start/running, process 120\n", &["app|-|start/running"][..]),
        ("tty1 stop/waiting", &["tty1|-|stop/waiting"]),
        ("worker (mail/high) start/running, process 207", &["worker|mail/high|start/running"]),
        ("worker (a (b) c) start/running", &["worker|a (b) c|start/running"]),
        (
            "net (eth0) start/pre-start, process 9\n\tpre-start process 10\n",
            &["net|eth0|start/pre-start"],
        ),
        ("net/front stop/pre-stop, process 1", &["net/front|-|stop/pre-stop"]),
        (
            "tty4 (start) running, process 81\nrc2 (stop) waiting",
            &["tty4|-|start/running", "rc2|-|stop/waiting"],
        ),
        ("a start/running\na start/running\n", &["a|-|start/running"]),
        ("\nhello\na b/c\n start/running\n x\n", &["strange 2", "strange 3"]),
        ("x maybe/running\ny start/soon", &["strange 1", "strange 2"]),
    ] {
        assert_eq!(shown(text), expected, "{text:?}");
    }
}

#[test]
fn states_are_read_by_their_order_or_by_their_names() {
    let text = "Id=a.service\nNames=a.service\nActiveState=active\nSubState=running\nNRestarts=3\n\nId=b.service\nNames=b.service alias.service\nActiveState=failed\nResult=exit-code\n";
    let units = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let by_order = read_states(text, &units(&["a.service", "alias.service"]));
    assert_eq!(by_order["a.service"].restarts, Some(3));
    assert_eq!(by_order["alias.service"].result, "exit-code");
    let by_name = read_states(text, &units(&["gone.service", "alias.service", "a.service"]));
    assert_eq!(by_name.keys().collect::<Vec<_>>(), ["a.service", "alias.service"]);
    assert!(read_states("", &units(&["a.service"])).is_empty());
}

fn verdict_of(
    list: &str,
    state: (&str, &str, &str, Option<u64>, &str),
) -> (Option<String>, bool, String) {
    let job_set = JobSet::default();
    let table = JobTable::new(&job_set, &[], []);
    let expected = expected(read_list(list).jobs, &table);
    let (load, active, sub, restarts, result) = state;
    let now = UnitState {
        load: load.to_owned(),
        active: active.to_owned(),
        sub: sub.to_owned(),
        restarts,
        result: result.to_owned(),
    };
    let Verdict { unit, is_up, verdict, .. } = verdict(&expected[0], Some(&now));
    (unit, is_up, verdict)
}

#[test]
fn what_ran_has_to_run() {
    let loaded = |active, sub, restarts, result| ("loaded", active, sub, restarts, result);
    for (list, state, unit, is_up, text) in [
        (
            "app start/running",
            loaded("active", "running", Some(0), "success"),
            "app.service",
            true,
            "up",
        ),
        (
            "app start/running",
            loaded("active", "running", Some(1), "success"),
            "app.service",
            true,
            "up",
        ),
        (
            "app start/running",
            loaded("active", "running", Some(2), "success"),
            "app.service",
            false,
            "started again 2 times",
        ),
        (
            "app start/running",
            loaded("inactive", "dead", Some(0), "success"),
            "app.service",
            false,
            "not active",
        ),
        (
            "app stop/waiting",
            loaded("inactive", "dead", None, "success"),
            "app.service",
            true,
            "did not run before",
        ),
        (
            "app stop/waiting",
            loaded("failed", "failed", None, "exit-code"),
            "app.service",
            false,
            "failed: exit-code",
        ),
        (
            "app start/running",
            loaded("activating", "auto-restart", Some(1), ""),
            "app.service",
            false,
            "ends again and again",
        ),
        (
            "w (mail/high) start/running",
            ("not-found", "inactive", "dead", None, ""),
            "w@mail-high.service",
            false,
            "no such unit",
        ),
        ("dbus start/running", loaded("active", "running", None, ""), "dbus.service", true, "up"),
        (
            "network-manager start/running",
            loaded("active", "running", None, ""),
            "NetworkManager.service",
            true,
            "up",
        ),
        (
            "tty1 start/running",
            loaded("active", "running", None, ""),
            "getty@tty1.service",
            true,
            "up",
        ),
        (
            "tty4 start/running",
            loaded("inactive", "dead", None, "success"),
            "getty@tty4.service",
            true,
            "starts when the console is used",
        ),
    ] {
        let expected = (Some(unit.to_owned()), is_up, text.to_owned());
        assert_eq!(verdict_of(list, state), expected, "{list} {state:?}");
    }
    let (unit, is_up, _) =
        verdict_of("upstart-udev-bridge start/running", loaded("inactive", "dead", None, ""));
    assert_eq!((unit, is_up), (None, true));
}
