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

start() (upstart_call start start "$@")
stop() (upstart_call stop stop "$@")
restart() (upstart_call restart restart "$@")
reload() (upstart_call reload reload "$@")
status() (upstart_call status status "$@")
initctl() (upstart_call initctl "$@")

# COMMAND VERB [WORD...], with options at any place. Messages begin with COMMAND.
upstart_call() {
    set -f
    unset IFS
    upstart_as=$1 block= quiet= no_more=
    shift
    for word; do
        shift
        case $no_more$word in
            --) no_more=yes ;;
            -n | --no-wait) block=--no-block ;;
            -q | --quiet) quiet=yes ;;
            -v | --verbose | --system | --session | --user | --dest=*) ;;
            -?*) upstart_error "invalid option: $word" ;;
            *) set -- "$@" "$word" ;;
        esac
    done
    verb=${1-}
    [ $# -eq 0 ] || shift
    @NOTE@
    case $verb in
        start | stop | restart | reload | status) upstart_job "$@" ;;
        emit) upstart_emit "$@" ;;
        list) upstart_list ;;
        reload-configuration) systemctl daemon-reload ;;
        version) upstart_version ;;
        notify-*) ;;
        set-env | unset-env | reset-env)
            upstart_error "Not permissible to modify PID 1 job environment"
            ;;
        check-config) upstart_error "systemd has no $verb; use systemd-analyze verify UNIT" ;;
        show-config | usage) upstart_error "systemd has no $verb; use systemctl cat UNIT" ;;
        log-priority) upstart_error "systemd has no $verb; use systemctl log-level LEVEL" ;;
        get-env | list-env) upstart_error "systemd has no $verb; use systemctl show-environment" ;;
        list-sessions) upstart_error "systemd has no $verb; use loginctl list-sessions" ;;
        '') upstart_error "missing command" ;;
        *) upstart_error "invalid command: $verb" ;;
    esac
}

upstart_error() {
    printf '%s: %s\n' "$upstart_as" "$1" >&2
    exit 1
}

# The line must not have the name of the old init, because that is what programs look for in it.
upstart_version() { systemctl --version | sed -n '1s/^\(systemd [0-9]*\).*/init (\1)/p'; }

# JOB: sets `unit` to the unit of the job. If the job has instances, `unit` is empty, and `stem` and
# `keys` are set; so is `upstart_pattern`, if the names of instances are more than the value of a
# variable. `lasting` is set for a task of the distribution whose unit stays active when its work is
# done.
upstart_row() {
    unit= stem= keys= upstart_pattern= default= lasting=
    @TABLE@
    [ -z "$unit" ] || return 0
    stem=$(upstart_stem "$1")
    [ -n "$keys" ] || unit=$stem.service
}

# JOB [KEY=VALUE...]: sets `unit` to the unit of the job, or of the instance that the variables name.
# `instance` is the name of the instance.
upstart_find() {
    instance= values= between= given=
    upstart_row "$1"
    shift
    for key in $keys; do
        eval "value=\${upstart_default_$key-}"
        found=$value$default
        for pair; do
            case $pair in "$key="*) value=${pair#*=} given=yes found=yes ;; esac
        done
        [ -n "$found" ] || upstart_error "Unknown parameter: $key"
        values=$values$between$value between=:
    done
    if [ -z "$keys" ]; then
        if [ $# -eq 0 ] || [ -z "$stem" ] || ! systemctl cat -- "$stem@.service" >/dev/null 2>&1; then
            return 0
        fi
        for pair; do values=$values$between${pair#*=} between=:; done
        given=yes
    fi
    if [ -n "$given" ]; then
        unit=$stem@$(systemd-escape -- "$values").service
    else
        values=$(systemd-escape -u -- "$default") unit=$stem@$default.service
    fi
    instance=$(upstart_instance "$values")
}

# VALUES, with `:` between them: prints the name of the instance.
upstart_instance() {
    if [ -z "$upstart_pattern" ]; then
        printf '%s\n' "$1"
        return
    fi
    values=$1:
    set --
    for key in $keys; do
        set -- "$@" "${values%%:*}"
        values=${values#*:}
    done
    # shellcheck disable=SC2059 # it is a format
    printf "$upstart_pattern\n" "$@"
}

# The name of a unit without its suffix, for a name as Upstart has it.
upstart_stem() {
    case $1 in
        .* | *[!A-Za-z0-9:_.-]*) systemd-escape -- "$1" | sed 's/\\x2d/-/g' ;;
        *) echo "$1" ;;
    esac
}

# NAME [KEY=VALUE...]: fails for other words.
upstart_pairs() {
    shift
    for pair; do
        case $pair in
            *=*) ;;
            *) upstart_error "Env must be KEY=VALUE pairs" ;;
        esac
    done
}

# JOB [KEY=VALUE...], with `verb`
upstart_job() {
    case $verb in
        start | restart) block=${block:-${upstart_start-}} ;;
        stop) block=${block:-${upstart_stop-}} ;;
        *) block= ;;
    esac
    [ $# -gt 0 ] || upstart_error "missing job name"
    upstart_pairs "$@"
    if [ "$verb/$1" = start/wait-for-state ]; then
        upstart_wait "$@"
        upstart_print "$1 stop/waiting"
        exit
    fi
    upstart_find "$@"
    LoadState= ActiveState=
    eval "$(systemctl show -p LoadState,ActiveState -- "$unit")"
    case $LoadState in
        '' | not-found)
            upstart_reach
            upstart_error "Unknown job: $1"
            ;;
    esac
    case $verb$lasting in
        start.service)
            systemctl restart -- "$unit" || upstart_failed
            upstart_print "$1 stop/waiting"
            exit
            ;;
        # The work of the task is done once the target is active. Other jobs need the target.
        start.target | status.target)
            upstart_print "$1 stop/waiting"
            exit
            ;;
        *.target) ActiveState=inactive ;;
    esac
    if [ "$verb" = status ]; then
        if [ $# -gt 1 ]; then known=; else known=yes; fi
        line=$(upstart_status "$unit" "$1" $known) || exit
        upstart_print "$line"
        exit
    fi
    # A unit that systemd starts again by itself is up: the goal of its job is to run.
    case $verb/$ActiveState in
        start/active | start/activating | start/reloading)
            upstart_error "Job is already running: $1${instance:+ ($instance)}"
            ;;
        start/* | */active | */activating | */reloading) ;;
        *) upstart_error "Unknown instance: $instance" ;;
    esac
    @GIVE@
    upstart_systemctl $block "$verb" -- "$unit" || upstart_failed
    [ "$verb" != reload ] || exit 0
    line=$(upstart_status "$unit" "$1" known) || line="$1 stop/waiting"
    case $verb$block in
        # systemd may not have begun yet, and the goal is to stop.
        stop--no-block) line=$(printf '%s\n' "$line" | sed 's|^\(.*\) start/|\1 stop/|') ;;
        start--no-block)
            # It may wait for something, such as the end of this script.
            Job=
            eval "$(systemctl show -p ActiveState,Job -- "$unit")"
            case $ActiveState/$Job in
                inactive/?* | failed/?*) line="$1${instance:+ ($instance)} start/starting" ;;
            esac
            ;;
    esac
    upstart_print "$line"
}

# Prints what a command printed on success.
upstart_print() { [ -n "$quiet" ] || printf '%s\n' "$1"; }

# Ends as a command did whose job failed. systemctl has printed the reason.
upstart_failed() {
    case $verb in
        start) what="Job failed to start" ;;
        restart) what="Job failed to restart" ;;
        stop) what="Job failed while stopping" ;;
        emit) what="Event failed" ;;
        *) exit 1 ;;
    esac
    [ "$(id -u)" = 0 ] || what="$what, or only root may do this; use sudo"
    upstart_error "$what"
}

# Ends if systemd cannot be asked. systemctl prints the reason.
upstart_reach() {
    systemctl show -p Version >/dev/null || upstart_error "systemd cannot be asked"
}

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
    upstart_systemctl $block "$goal" -- "$unit" || :
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

# EVENT [KEY=VALUE...]: starting the units of an event starts what waits for it. An event that nothing
# waits for has no unit.
upstart_emit() {
    block=${block:-${upstart_start-}} units=
    [ $# -gt 0 ] || upstart_error "missing event name"
    upstart_pairs "$@"
    @EMIT@
    event=$(upstart_stem "upstart-event-$1")
    shift
    for unit in "$event.service" $(for pair; do systemd-escape --template="$event@.service" -- "$pair"; done); do
        if systemctl cat "$unit" >/dev/null 2>&1; then units="$units $unit"; fi
    done
    [ -n "$units" ] || upstart_reach
    if [ -n "$units" ] && upstart_down; then
        # A start that ignores dependencies does not start what hangs on the unit.
        units=$(systemctl show -p Wants $units | cut -d= -f2-)
        [ -z "$units" ] || systemctl $block --job-mode=ignore-dependencies start $units || :
    elif [ -n "$units" ]; then
        systemctl $block start $units || upstart_failed
    fi
}

