#!/bin/sh
# boot.sh DIRECTORY: boots the systemd of this machine as process 1 of separate namespaces, until
# standard input ends. If the process that holds the input is killed, the boot ends as well and
# leaves nothing. At the end, DIRECTORY is removed.
#
#   DIRECTORY/root     laid over the files of this machine
#   DIRECTORY/live     is /live in the guest
#   DIRECTORY/init     written: process 1, by its number outside
#   DIRECTORY/missing  written instead: what this machine lacks
#   DIRECTORY/ended    written once process 1 has ended
#   DIRECTORY/console  the messages of systemd before the journal runs
set -u
directory=$1 stage=${2-outside}

lacks() {
    echo "$1" >"$directory/missing.new"
    mv "$directory/missing.new" "$directory/missing"
    [ "$stage" = inside ] || hold
    exit 1
}

hold() { while read -r _; do :; done; }

outside() {
    # A separate cgroup, so that one write ends all processes.
    groups=$(awk '$3 == "cgroup2" {print $2; exit}' /proc/mounts)
    group=$groups/live-$$
    if [ -z "$groups" ] || ! mkdir "$group" 2>/dev/null; then
        groups=$directory/cgroup2 group=$directory/cgroup2/live-$$
        mkdir "$groups"
        { mount -t cgroup2 none "$groups" && mkdir "$group"; } 2>/dev/null || lacks 'cgroup2 (a hierarchy to write to)'
    fi
    booted=
    trap clean EXIT
    trap 'exit 1' TERM INT HUP
    {
        # shellcheck disable=SC2016 # expanded by the inner shell
        sh -c 'echo $$ >"$1/cgroup.procs" || exit; shift; exec "$@"' enter "$group" setpriv --pdeathsig KILL \
            unshare --mount --pid --fork --kill-child=KILL --uts --ipc --net --cgroup /bin/sh "$0" "$directory" inside
        : >"$directory/ended"
    } </dev/null &
    booted=$!
    hold
}

clean() {
    trap '' TERM INT HUP
    [ -z "$booted" ] || kill -KILL "$booted" 2>/dev/null
    [ ! -e "$group/cgroup.kill" ] || echo 1 >"$group/cgroup.kill"
    [ -z "$booted" ] || wait "$booted" 2>/dev/null
    tries=50
    while [ -d "$group" ] && [ $tries -gt 0 ]; do
        find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
        tries=$((tries - 1))
    done
    [ "$groups" != "$directory/cgroup2" ] || umount "$groups"
    rm -rf --one-file-system "$directory"
}

inside() {
    mount --make-rprivate /
    mkdir "$directory/memory"
    mount -t tmpfs -o mode=755 live "$directory/memory" || lacks 'tmpfs'
    upper=$directory/memory/upper work=$directory/memory/work root=$directory/memory/root
    mkdir "$upper" "$work" "$root"
    mount -t overlay -o "lowerdir=/,upperdir=$upper,workdir=$work" overlay "$root" || lacks 'overlayfs'
    for systemd in /usr/lib/systemd/systemd /lib/systemd/systemd ''; do
        [ ! -x "$root$systemd" ] || break
    done
    [ -n "$systemd" ] || lacks 'systemd on the file system of /'
    file_systems
    machine
    # Installs the files of all cases, without following links.
    cp -a --remove-destination "$directory/root/." "$root/"
    # Reads the number of this shell outside, through the old /proc.
    read -r init _ </proc/self/stat
    cd "$root" || exit
    mkdir -p old
    pivot_root . old || lacks 'pivot_root'
    echo "$init" >"old$directory/init.new"
    mv "old$directory/init.new" "old$directory/init"
    exec >"old$directory/console" 2>&1
    umount -l /old
    # PASSED is a variable as a kernel passes it to init from its command line.
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin container=live PASSED='by the kernel' \
        "$systemd" --system --unit=multi-user.target --show-status=0
}

file_systems() {
    mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/run" "$root/tmp" "$root/live"
    mount -t proc -o nosuid,nodev,noexec proc "$root/proc" || lacks 'proc (a mount of its own)'
    # Settings in these directories would apply to this machine as well.
    for shared in sys sysrq-trigger; do
        [ -e "$root/proc/$shared" ] || continue
        mount --bind "$root/proc/$shared" "$root/proc/$shared"
        mount -o remount,bind,ro "$root/proc/$shared" || lacks 'a part of /proc that cannot be written to'
    done
    mount -t sysfs -o nosuid,nodev,noexec,ro sysfs "$root/sys" || lacks 'sysfs (a mount of its own)'
    mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup" || lacks 'cgroup2 (a mount of its own)'
    mount -t tmpfs -o mode=755,nosuid devices "$root/dev"
    # Separate nodes: changing the mode of a node that is mounted from this machine would change it
    # there.
    while read -r node major minor; do
        { mknod -m 666 "$root/dev/$node" c "$major" "$minor" && (: <"$root/dev/$node"); } 2>/dev/null || lacks "mknod (a /dev/$node of its own)"
    done <<'END'
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
END
    # Only a process with a terminal can open it.
    mknod -m 666 "$root/dev/tty" c 5 0 || lacks 'mknod (a /dev/tty of its own)'
    mkdir "$root/dev/pts" "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts" || lacks 'devpts (a mount of its own)'
    ln -s pts/ptmx "$root/dev/ptmx"
    ln -s /proc/self/fd "$root/dev/fd"
    # `console output` writes to it.
    : >"$root/dev/console"
    mount -t tmpfs -o mode=1777,nosuid,nodev shared "$root/dev/shm"
    mount -t tmpfs -o mode=755,nosuid,nodev run "$root/run"
    mount -t tmpfs -o mode=1777,nosuid,nodev temporary "$root/tmp"
    mount --bind "$directory/live" "$root/live"
}

# Of the services of this machine, only journald runs.
machine() {
    rm -rf "$root"/etc/systemd/*.conf "$root"/etc/systemd/*.conf.d "$root"/usr/lib/systemd/*.conf.d "$root"/etc/systemd/system
    rm -rf "$root"/usr/lib/systemd/system/*.wants "$root"/lib/systemd/system/*.wants "$root"/usr/local/lib/systemd/system
    rm -rf "$root"/usr/lib/systemd/system-generators "$root"/lib/systemd/system-generators
    units=$root/etc/systemd/system
    mkdir -p "$units/sysinit.target.wants" "$root/etc/systemd/journald.conf.d" "$units/live.mount.d"
    for unit in systemd-journald.socket systemd-journald.service; do
        ln -s "/usr/lib/systemd/system/$unit" "$units/sysinit.target.wants/$unit"
    done
    printf '[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\nReadKMsg=no\nAudit=no\n' >"$root/etc/systemd/journald.conf.d/live.conf"
    # Keeps the records readable until the end of the shutdown.
    printf '[Unit]\nDefaultDependencies=no\n' >"$units/live.mount.d/stays.conf"
    {
        printf '[Unit]\nDefaultDependencies=no\nRequires=shutdown.target umount.target final.target\n'
        printf 'After=shutdown.target umount.target final.target\n[Service]\nType=oneshot\nExecStart=/bin/true\n'
    } >"$units/systemd-poweroff.service"
    : >"$root/etc/fstab"
    rm -f "$root/etc/machine-id"
    echo 00000000000000000000000000000001 >"$root/etc/machine-id"
    hostname live
}

$stage
