//! Programs that can run as daemons, and the options that keep them in the foreground or send them
//! to the background.

mod launch;

use crate::shell::Word;
use crate::shell::program::Program;

pub use launch::never_leaves;

struct Daemon {
    names: &'static [&'static str],
    /// With one of these options, the program does not fork.
    stays: &'static [&'static str],
    /// With one of these options, the program forks and the first process exits.
    leaves: &'static [&'static str],
}

const fn daemon(
    names: &'static [&'static str],
    stays: &'static [&'static str],
    leaves: &'static [&'static str],
) -> Daemon {
    Daemon { names, stays, leaves }
}

/// Only options that the manual of the program documents. Long options that mean the same in all
/// programs are in `STAYS` and `LEAVES`.
static DAEMONS: &[Daemon] = &[
    daemon(&["acpid"], &["-f", "-d"], &[]),
    daemon(
        &["apache2", "apache2ctl", "apachectl", "httpd"],
        &["-DFOREGROUND", "FOREGROUND", "-X"],
        &[],
    ),
    daemon(&["atd"], &["-f", "-d"], &[]),
    daemon(&["automount"], &["-f"], &[]),
    daemon(&["autossh"], &[], &["-f"]),
    daemon(&["avahi-daemon", "avahi-dnsconfd"], &[], &["-D"]),
    daemon(&["bitlbee"], &["-n"], &["-F", "-D"]),
    daemon(&["bluetoothd"], &["-n"], &[]),
    daemon(&["ceph-mon", "ceph-osd", "ceph-mds", "radosgw"], &["-f", "-d"], &[]),
    daemon(&["chronyd"], &["-n", "-d"], &[]),
    daemon(&["collectd"], &["-f"], &[]),
    daemon(&["cron"], &["-f"], &[]),
    daemon(&["crond"], &["-n"], &[]),
    daemon(&["cupsd"], &["-f", "-F"], &[]),
    daemon(&["dbus-daemon"], &["--nofork"], &["--fork"]),
    daemon(&["dhclient"], &["-d"], &[]),
    daemon(&["dnsmasq"], &["-k", "-d"], &[]),
    daemon(&["dovecot"], &["-F"], &[]),
    daemon(&["exim", "exim4"], &["-bdf"], &["-bd"]),
    daemon(&["glusterd"], &["-N"], &[]),
    daemon(&["haproxy"], &["-db"], &["-D"]),
    daemon(&["hostapd", "wpa_supplicant"], &[], &["-B"]),
    daemon(&["inetd", "openbsd-inetd"], &["-i"], &[]),
    daemon(&["keepalived"], &["-n", "--dont-fork"], &[]),
    daemon(&["klogd", "syslogd"], &["-n"], &[]),
    daemon(&["libvirtd", "virtlockd", "virtlogd"], &[], &["-d", "--daemon"]),
    daemon(&["lighttpd"], &["-D"], &[]),
    daemon(&["lldpd"], &["-d"], &[]),
    daemon(&["memcached"], &[], &["-d"]),
    daemon(&["mongod", "mongos"], &[], &["--fork"]),
    daemon(&["monit"], &["-I"], &[]),
    daemon(&["munged"], &["-F"], &[]),
    daemon(&["named"], &["-f", "-g"], &[]),
    daemon(&["mountall"], &[], &["--daemon"]),
    daemon(&["NetworkManager"], &["-n", "-d"], &[]),
    daemon(&["nginx"], &[], &[]),
    daemon(&["nscd"], &["-F", "-d"], &[]),
    daemon(&["ntpd"], &["-n", "-d"], &[]),
    daemon(&["openvpn"], &[], &["--daemon"]),
    daemon(&["php-fpm", "php5-fpm"], &["-F"], &["-D"]),
    daemon(&["proftpd"], &["-n"], &[]),
    daemon(&["ptpd"], &["-C"], &[]),
    daemon(&["rabbitmq-server"], &[], &["-detached"]),
    daemon(&["rsync"], &[], &["--daemon"]),
    daemon(&["rpc.gssd", "rpc.idmapd", "rpc.svcgssd", "rpcbind"], &["-f"], &[]),
    daemon(&["rpc.mountd", "rpc.statd"], &["-F"], &[]),
    daemon(&["rsyslogd"], &["-n", "-d"], &[]),
    daemon(&["slapd"], &["-d"], &[]),
    daemon(&["smartd"], &["-n", "-d"], &[]),
    daemon(&["smbd", "nmbd", "winbindd"], &["-F", "-i"], &["-D"]),
    daemon(&["snmpd", "snmptrapd"], &["-f"], &[]),
    daemon(&["squid", "squid3"], &["-N"], &[]),
    daemon(&["sshd"], &["-D", "-d"], &[]),
    daemon(&["supervisord"], &["-n"], &[]),
    daemon(&["syslog-ng"], &["-F"], &[]),
    daemon(&["transmission-daemon"], &["-f"], &[]),
    daemon(&["twistd"], &["-n"], &[]),
    daemon(&["udevd", "systemd-udevd"], &[], &["-d", "--daemon"]),
    daemon(&["ulogd"], &[], &["-d", "--daemon"]),
    daemon(
        &[
            "upstart-udev-bridge",
            "upstart-socket-bridge",
            "upstart-file-bridge",
            "upstart-dbus-bridge",
        ],
        &[],
        &["--daemon"],
    ),
    daemon(&["xinetd"], &["-dontfork"], &[]),
    daemon(&["ypbind"], &["-n", "-foreground"], &[]),
    daemon(&["zabbix_agentd", "zabbix_server", "zabbix_proxy"], &["-f"], &[]),
];

const STAYS: [&str; 10] = [
    "--foreground",
    "--keep-in-foreground",
    "--no-daemon",
    "--nodaemon",
    "--no-daemonize",
    "--nodaemonize",
    "--no-detach",
    "--nodetach",
    "--no-fork",
    "--nofork",
];

/// Without `--daemon`, which makes some programs serve without going to the background.
const LEAVES: [&str; 2] = ["--daemonize", "--daemonise"];

/// The argument that keeps the program in the foreground.
pub fn stays<'p>(program: &'p Program<'_>) -> Option<&'p Word> {
    let configured =
        |word: &&Word| word.literal.as_deref().is_some_and(|text| text.contains("daemon off"));
    program.flag(&STAYS).or_else(|| program.flag(known(program)?.stays)).or_else(|| {
        program.arguments.iter().copied().find(|word| program.name == "nginx" && configured(word))
    })
}

/// The argument that sends the program to the background.
pub fn leaves<'p>(program: &'p Program<'_>) -> Option<&'p Word> {
    if stays(program).is_some() {
        return None;
    }
    let said = program.flag(&LEAVES).filter(|word| {
        // `--daemonize no` means the opposite.
        let at = program.arguments.iter().position(|argument| argument.range == word.range);
        let value = at
            .and_then(|at| program.arguments.get(at + 1))
            .and_then(|value| value.literal.as_deref());
        !matches!(value, Some("no" | "false" | "0" | "off"))
    });
    said.or_else(|| program.flag(known(program)?.leaves))
        .or_else(|| launch::launch(program))
        .or_else(|| {
            // They run in the foreground only with an option, whatever their configuration says.
            let once = [
                "-t",
                "-T",
                "-V",
                "-v",
                "-h",
                "-i",
                "-N1",
                "-n",
                "-q",
                "-r",
                "-z",
                "-k",
                "--help",
                "--quit",
                "--version",
            ];
            let goes = BY_DEFAULT.contains(&program.name)
                && program.arguments.iter().all(|word| word.literal.is_some())
                && program.flag(&once).is_none();
            goes.then_some(program.word)
        })
}

/// Whether the program serves until it is stopped, and stays in the foreground.
pub fn serves(program: &Program<'_>) -> bool {
    leaves(program).is_none()
        && (stays(program).is_some() || known(program).is_some() || never_leaves(program).is_some())
}

/// Whether what the program leaves in the background is not a child of it, or is to outlive it.
pub fn leaves_elsewhere(program: &Program<'_>) -> bool {
    leaves_terminal(program)
        || matches!(program.name, "docker" | "docker.io" | "docker-compose" | "podman")
}

/// Programs that go to the background unless an option of `DAEMONS` or `STAYS` keeps them, by their
/// manuals.
const BY_DEFAULT: [&str; 41] = [
    "acpid",
    "apache2",
    "atd",
    "automount",
    "chronyd",
    "collectd",
    "cron",
    "crond",
    "cupsd",
    "dhclient",
    "dnsmasq",
    "dovecot",
    "glusterd",
    "httpd",
    "inetd",
    "keepalived",
    "klogd",
    "lighttpd",
    "lldpd",
    "munged",
    "named",
    "nscd",
    "ntpd",
    "openbsd-inetd",
    "rpc.gssd",
    "rpc.idmapd",
    "rpc.mountd",
    "rpc.statd",
    "rpcbind",
    "rsyslogd",
    "slapd",
    "smartd",
    "snmpd",
    "snmptrapd",
    "squid",
    "squid3",
    "sshd",
    "syslog-ng",
    "syslogd",
    "transmission-daemon",
    "xinetd",
];

/// The argument that makes start-stop-daemon leave its program in the background.
pub fn left_by_start_stop_daemon<'p>(program: &'p Program<'_>) -> Option<&'p Word> {
    if program.name != "start-stop-daemon" {
        return None;
    }
    let own =
        program.arguments.iter().copied().take_while(|word| word.literal.as_deref() != Some("--"));
    own.into_iter().find(|word| matches!(word.literal.as_deref(), Some("-b" | "--background")))
}

/// An option that keeps the program in the foreground, if one is known.
pub fn way_to_stay(program: &Program<'_>) -> Option<&'static str> {
    known(program)?.stays.first().copied()
}

/// Programs whose children are to outlive them: logins, the jobs of a scheduler, containers,
/// virtual machines and terminals. The units that their projects ship say `KillMode=process`, or
/// leave the children to another unit.
const OUTLIVED: [&str; 7] =
    ["amazon-ssm-agent", "atd", "containerd", "cron", "crond", "dockerd", "libvirtd"];

/// Whether children of the program are to live on when it ends.
pub fn is_outlived(program: &Program<'_>) -> bool {
    match program.name {
        "docker" | "docker.io" => program.flag(&["-d", "--daemon", "daemon"]).is_some(),
        // With `-d` it serves one login and ends (sshd(8)).
        "sshd" => program.flag(&["-d", "-t", "-T"]).is_none(),
        name => OUTLIVED.contains(&name),
    }
}

/// The same, by the name of the program alone.
pub fn is_outlived_by_name(name: &str) -> bool {
    name == "sshd" || OUTLIVED.contains(&name)
}

/// Whether the program leaves a terminal in the background and ends (screen(1), tmux(1)).
pub fn leaves_terminal(program: &Program<'_>) -> bool {
    let has = |letter: char| {
        program.arguments.iter().any(|word| {
            let text = word.literal.as_deref().unwrap_or_default();
            !text.starts_with("--") && text.starts_with('-') && text.contains(letter)
        })
    };
    match program.name {
        // With `-D -m` it stays in the foreground.
        "screen" => has('d') && has('m'),
        "tmux" => program.flag(&["new", "new-session"]).is_some() && has('d'),
        _ => false,
    }
}

/// Commands that leave no process behind when they have ended, besides those of the shell.
const LEAVE_NOTHING: [&str; 44] = [
    "[",
    "awk",
    "cat",
    "chgrp",
    "chmod",
    "chown",
    "cp",
    "cut",
    "date",
    "depmod",
    "echo",
    "expr",
    "find",
    "grep",
    "hostname",
    "id",
    "ifconfig",
    "install",
    "ip",
    "ip6tables",
    "iptables",
    "ln",
    "logger",
    "ls",
    "mkdir",
    "mkfifo",
    "mknod",
    "modprobe",
    "mount",
    "mountpoint",
    "mv",
    "printf",
    "pidof",
    "restorecon",
    "rm",
    "rmdir",
    "rmmod",
    "sed",
    "sleep",
    "sysctl",
    "test",
    "touch",
    "umount",
    "wc",
];

/// Commands of the shell itself, and those of init.
const OF_THE_SHELL: [&str; 22] = [
    ".", ":", "break", "cd", "continue", "emit", "eval", "exit", "export", "false", "initctl",
    "local", "read", "return", "set", "shift", "start", "stop", "trap", "true", "ulimit", "unset",
];

/// Whether a command may leave a process behind when it has ended.
pub fn may_leave_process(name: Option<&str>) -> bool {
    let Some(name) = name else { return true };
    let name = name.rsplit('/').next().unwrap_or(name);
    !LEAVE_NOTHING.contains(&name) && !OF_THE_SHELL.contains(&name)
}

fn known(program: &Program<'_>) -> Option<&'static Daemon> {
    DAEMONS.iter().find(|daemon| daemon.names.contains(&program.name))
}
