//! The text of the shell functions that stand for Upstart's commands.

use indoc::indoc;

/// Finds the unit of a job if nothing is known of its instances.
pub(super) const UNIT: &str = indoc! {r#"
    # The unit of an Upstart job: JOB [KEY=VALUE...]
    upstart_unit() (
        name=$(printf %s "$1" | tr / -)
        shift
        if [ $# -gt 0 ] && systemctl cat "$name@.service" >/dev/null 2>&1; then
            values= between=
            for pair; do values=$values$between${pair#*=} between=:; done
            name=$name@$(systemd-escape -- "$values")
        fi
        echo "$name.service"
    )
"#};

/// The same if the directory shows which variables name an instance.
pub(super) const UNIT_OF_TEMPLATES: &str = indoc! {r#"
    # The unit of an Upstart job: JOB [KEY=VALUE...]
    upstart_unit() (
        name=$(printf %s "$1" | tr / -) keys= default=
        case $1 in
            @TEMPLATES@
        esac
        shift
        values= between= given=
        for key in $keys; do
            value=
            for pair; do
                case $pair in "$key="*) value=${pair#*=} given=1 ;; esac
            done
            values=$values$between$value between=:
        done
        if [ -n "$given" ]; then
            name=$name@$(systemd-escape -- "$values")
        elif [ -n "$default" ]; then
            name=$name@$default
        elif [ $# -gt 0 ] && systemctl cat "$name@.service" >/dev/null 2>&1; then
            values= between=
            for pair; do values=$values$between${pair#*=} between=:; done
            name=$name@$(systemd-escape -- "$values")
        fi
        echo "$name.service"
    )
"#};

/// Parses the options of a command.
pub(super) const OPTIONS: &str = indoc! {r"
    while :; do
        case ${1-} in
            -n | --no-wait) block=--no-block ;;
            -*) ;;
            *) break ;;
        esac
        shift
    done
"};

/// Calls systemctl for a job that is given with options.
pub(super) const JOB: &str = indoc! {r#"
    # VERB [--no-wait] JOB [KEY=VALUE...]
    upstart_job() (
        verb=$1 block=
        shift
        @OPTIONS@
        @VARIABLES@
        @SYSTEMCTL@ $block "$verb" "$(upstart_unit "$@")"
    )
"#};

/// Calls systemctl in a script that may run when the system goes down. systemd then refuses a start
/// that contradicts the shutdown, and what is started may have to wait for the end of the script,
/// unless the start ignores dependencies (systemctl(1), `--job-mode=`). What is stopped may have to
/// wait as well; init answers at once that it stops already (`init/job_class.c`, `job_class_stop`).
pub(super) const ANY_TIME: &str = indoc! {r#"
    # While the system goes down, other starts are refused, and a stop may wait for this script.
    upstart_systemctl() {
        if upstart_down; then
            case " $*" in
                *" stop "*) set -- --no-block "$@" ;;
                *) set -- --job-mode=ignore-dependencies "$@" ;;
            esac
        fi
        systemctl "$@"
    }
"#};

/// Whether the system goes down.
pub(super) const DOWN: &str = indoc! {r#"
    upstart_down() { [ "$(systemctl is-system-running)" = stopping ]; }
"#};

/// Prints a line like that of `status`.
pub(super) const STATUS: &str = indoc! {r#"
    # What `status` printed: JOB start/running, process N
    upstart_status() (
        unit=$(upstart_unit "$@")
        pid=$(systemctl show -p MainPID "$unit" | cut -d= -f2)
        case $pid/$(systemctl is-active "$unit") in
            0/activating) state=start/pre-start ;;
            */active | */activating) state=start/running ;;
            */deactivating) state=stop/killed ;;
            *) state=stop/waiting pid=0 ;;
        esac
        if [ "$pid" = 0 ]; then echo "$1 $state"; else echo "$1 $state, process $pid"; fi
    )
"#};

/// Starts the event units of an event.
pub(super) const EMIT: &str = indoc! {r#"
    # [--no-wait] EVENT [KEY=VALUE...]: an event is a unit that its followers hang on.
    upstart_emit() (
        block= units=
        @OPTIONS@
        event=$1
        shift
        @VARIABLES@
        for unit in "upstart-event-$event.service" $(for pair; do systemd-escape --template="upstart-event-$event@.service" -- "$pair"; done); do
            if systemctl cat "$unit" >/dev/null 2>&1; then units="$units $unit"; fi
        done
        @EMIT@
    )
"#};

/// Starts what event units want, in place of the event units, while the system goes down: a start
/// that ignores dependencies starts nothing else. What an event stops is stopped then in any case.
pub(super) const FOLLOWERS: &str = indoc! {r#"
    # What the event starts while the system goes down, when systemd refuses other starts.
    upstart_followers() {
        units=$(systemctl show -p Wants "$@" | cut -d= -f2-)
        [ -z "$units" ] || systemctl ${block-} --job-mode=ignore-dependencies start $units || :
    }
"#};

/// The same without options and variables.
pub(super) const EMIT_PLAIN: &str = indoc! {r#"
    # An event is a unit that its followers hang on; one without followers has none.
    upstart_emit() {
        @VARIABLES@
        if systemctl cat "upstart-event-$1.service" >/dev/null 2>&1; then
            @EMIT@
        fi
    }
"#};
