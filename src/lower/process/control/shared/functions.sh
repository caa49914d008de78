#
# A script takes this file in with `.`. Then `start`, `stop`, `restart`, `reload`, `status` and
# `initctl` print what Upstart's commands printed, and fail where those failed; systemctl does the
# work. Before that, a script may set:
#
#   upstart_start=--no-block   what it starts, or what its events start, waits for the script
#   upstart_stop=--no-block    what it stops waits for the script
#   upstart_at_shutdown=yes    it may run while the system goes down
#
# The other functions are for this file. Below, JOB is the name of a job and UNIT that of a unit.

start() { upstart_job start "$@"; }
stop() { upstart_job stop "$@"; }
restart() { upstart_job restart "$@"; }
reload() { upstart_job reload "$@"; }
status() { upstart_job status "$@"; }

initctl() {
    while :; do case ${1-} in -*) shift ;; *) break ;; esac; done
    case ${1-} in
        start | stop | restart | reload | status) upstart_job "$@" ;;
        emit) shift; upstart_emit "$@" ;;
        list) upstart_list ;;
        reload-configuration) systemctl daemon-reload ;;
        notify-*) ;;
        set-env | unset-env | reset-env)
            echo "initctl: Not permissible to modify PID 1 job environment" >&2
            return 1
            ;;
        *) echo "initctl ${1-}: not available under systemd" >&2; return 1 ;;
    esac
}

# JOB [KEY=VALUE...]: sets `unit` to the unit of the job, or of the instance that the variables name.
# `lasting` is set for a task of the distribution whose unit stays active when its work is done.
upstart_find() {
    unit= keys= default= lasting=
    @TABLE@
    [ -z "$unit" ] || return 0
    unit=$(upstart_stem "$1")
    shift
    values= between= given=
    for key in $keys; do
        eval "value=\${upstart_default_$key-}"
        for pair; do
            case $pair in "$key="*) value=${pair#*=} given=1 ;; esac
        done
        values=$values$between$value between=:
    done
    if [ -n "$given" ]; then
        unit=$unit@$(systemd-escape -- "$values")
    elif [ -n "$default" ]; then
        unit=$unit@$default
    elif [ -z "$keys" ] && [ $# -gt 0 ] && systemctl cat "$unit@.service" >/dev/null 2>&1; then
        for pair; do values=$values$between${pair#*=} between=:; done
        unit=$unit@$(systemd-escape -- "$values")
    fi
    unit=$unit.service
}

# The name of a unit without its suffix, for a name as Upstart has it.
upstart_stem() {
    case $1 in
        .* | *[!A-Za-z0-9:_.-]*) systemd-escape -- "$1" | sed 's/\\x2d/-/g' ;;
        *) echo "$1" ;;
    esac
}

# VERB [--no-wait] JOB [KEY=VALUE...]
upstart_job() (
    set -f
    unset IFS
    verb=$1 block=
    shift
    case $verb in
        start | restart) block=${upstart_start-} ;;
        stop) block=${upstart_stop-} ;;
    esac
    @OPTIONS@
    [ $# -gt 0 ] || { echo "$verb: missing job name" >&2; exit 1; }
    if [ "$verb/$1" = start/wait-for-state ]; then
        upstart_wait "$@"
        exit
    fi
    upstart_find "$@"
    if [ "$verb" = status ]; then
        upstart_status "$unit" "$1"
        exit
    fi
    @GIVE@
    case $verb$lasting in
        start.service) systemctl restart "$unit"; exit ;;
        start.target) exit ;;
    esac
    # A unit that systemd starts again by itself is up: the goal of its job is to run.
    case $(systemctl is-active "$unit") in
        active | activating | reloading)
            [ "$verb" != start ] || { echo "start: Job is already running: $1" >&2; exit 1; }
            ;;
        *) [ "$verb" = start ] || { echo "$verb: Unknown instance: $1" >&2; exit 1; } ;;
    esac
    upstart_systemctl $block "$verb" "$unit"
)

# wait-for-state WAIT_FOR=JOB [TARGET_GOAL=stop]: brings the job there, and waits for it.
upstart_wait() {
    job= goal=start
    for pair; do
        case $pair in
            WAIT_FOR=*) job=${pair#*=} ;;
            TARGET_GOAL=*) goal=${pair#*=} ;;
        esac
    done
    upstart_find "$job"
    upstart_systemctl $block "$goal" "$unit" || :
}

# While the system goes down, systemd refuses other starts, and a stop may have to wait for the
# script.
upstart_systemctl() {
    if upstart_down; then
        case " $* " in
            *" stop "*) set -- --no-block "$@" ;;
            *) set -- --job-mode=ignore-dependencies "$@" ;;
        esac
    fi
    systemctl "$@"
}

upstart_down() {
    [ -n "${upstart_at_shutdown-}" ] && [ "$(systemctl is-system-running)" = stopping ]
}

# [--no-wait] EVENT [KEY=VALUE...]: starting the units of an event starts what waits for it. An event
# that nothing waits for has no unit.
upstart_emit() (
    set -f
    unset IFS
    block=${upstart_start-} units=
    @OPTIONS@
    [ $# -gt 0 ] || { echo "emit: missing event name" >&2; exit 1; }
    @EMIT@
    event=$(upstart_stem "upstart-event-$1")
    shift
    for unit in "$event.service" $(for pair; do systemd-escape --template="$event@.service" -- "$pair"; done); do
        if systemctl cat "$unit" >/dev/null 2>&1; then units="$units $unit"; fi
    done
    if [ -n "$units" ] && upstart_down; then
        # A start that ignores dependencies does not start what hangs on the unit.
        units=$(systemctl show -p Wants $units | cut -d= -f2-)
        [ -z "$units" ] || systemctl $block --job-mode=ignore-dependencies start $units || :
    elif [ -n "$units" ]; then
        systemctl $block start $units
    fi
)

