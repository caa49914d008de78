//! The text of the shell functions that stand for Upstart's commands.

use indoc::indoc;

/// The name of a unit without its suffix, escaped as that of a converted job.
pub(super) const STEM: &str = indoc! {r#"
    upstart_stem() { systemd-escape -- "$1" | sed 's/\\x2d/-/g'; }
"#};

/// Finds the unit of a job if nothing is known of its instances.
pub(super) const UNIT: &str = indoc! {r#"
    # The unit of an Upstart job: JOB [KEY=VALUE...]
    upstart_unit() (
        @NAMES@
        name=$(upstart_stem "$1")
        shift
        if [ $# -gt 0 ] && systemctl cat "$name@.service" >/dev/null 2>&1; then
            values= between=
            for pair; do values=$values$between${pair#*=} between=:; done
            name=$name@$(systemd-escape -- "$values")
        fi
        echo "$name.service"
    )
"#};

/// Takes the options out of the words of a command. init's commands take them at any place.
pub(super) const OPTIONS: &str = indoc! {r#"
    for word; do
        shift
        case $word in
            -n | --no-wait) block=--no-block ;;
            -*) ;;
            *) set -- "$@" "$word" ;;
        esac
    done
"#};

/// Calls systemctl for a job. `start` of what runs fails, and everything else of what does not run
/// (`init/job_class.c`, `job_class_start`, `job_class_stop`, `job_class_restart`). What is up is
/// what systemd holds or brings up; an automatic restart counts as up, because init keeps the goal.
pub(super) const DO: &str = indoc! {r#"
    # VERB UNIT JOB [OPTION]: fails where Upstart's command does.
    upstart_do() {
        @CHECKS@
        @SYSTEMCTL@ ${4-} "$1" "$2"
    }
"#};

/// Calls systemctl for a job that is given with options.
pub(super) const JOB: &str = indoc! {r#"
    # VERB [--no-wait] JOB [KEY=VALUE...]
    upstart_job() (
        verb=$1 block=
        shift
        @OPTIONS@
        upstart_do "$verb" "$(upstart_unit "$@")" "$1" $block
    )
"#};

/// What Ubuntu's job `wait-for-state` does.
pub(super) const WAIT: &str = indoc! {r#"
    # wait-for-state WAIT_FOR=JOB [TARGET_GOAL=stop]: brings the job there, and waits for it.
    upstart_wait() (
        job= goal=start
        for pair; do
            case $pair in
                WAIT_FOR=*) job=${pair#*=} ;;
                TARGET_GOAL=*) goal=${pair#*=} ;;
            esac
        done
        @SYSTEMCTL@ "$goal" "$(upstart_unit "$job")" || :
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

/// The line of [`STATUS`] that only the shared functions need.
pub(super) const INSTANCE: &str =
    "            [ -z \"${upstart_pattern-}\" ] || of=$(upstart_instance \"$of\")\n";

/// Prints a line like that of `status` (`util/initctl.c`, `job_status`). The states of a unit are
/// those of systemctl(1), `--state=help`. `eval` reads words and numbers of systemd only.
pub(super) const STATUS: &str = indoc! {r#"
    # UNIT JOB [KNOWN]: prints what `status` printed: JOB start/running, process N. An instance that
    # is down is unknown, unless the last word is there.
    upstart_status() (
        goal=start name=$2 of= MainPID=0 ControlPID=0 Type= Restart=no RemainAfterExit=
        LoadState=not-found ActiveState=inactive SubState=
        eval "$(systemctl show -p LoadState,ActiveState,SubState,MainPID,ControlPID,Type,Restart,RemainAfterExit -- "$1")"
        case $1 in *@*)
            if [ "${1%%@*}" = "$(systemd-escape -- "$2" | sed 's/\\x2d/-/g')" ]; then
                of=${1#*@}
                of=$(systemd-escape -u -- "${of%.service}")
                [ -z "${upstart_pattern-}" ] || of=$(upstart_instance "$of")
                name="$2 ($of)"
            fi ;;
        esac
        case $ActiveState/$LoadState in
            inactive/not-found) echo "${upstart_as-status}: Unknown job: $2" >&2; exit 1 ;;
            inactive/* | failed/*)
                if [ -n "$of" ] && [ -z "${3-}" ]; then echo "${upstart_as-status}: Unknown instance: $of" >&2; exit 1; fi
                echo "$2 stop/waiting"
                exit ;;
            deactivating/*)
                case $(systemctl list-jobs --no-legend | grep -F -- " $1 ") in
                    *" restart "* | *" start "*) ;;
                    *) goal=stop ;;
                esac ;;
        esac
        pid=$MainPID second=
        case $SubState/$Type/$RemainAfterExit in
            start/oneshot/yes) state=pre-start ;;
            start/oneshot/* | start/exec/* | start/simple/*) state=running ;;
            start/*) state=spawned ;;
            condition/* | start-pre/*) state=pre-start pid=$ControlPID ;;
            start-post/*)
                state=post-start second="post-start process $ControlPID"
                case $MainPID/$Type/$Restart in */oneshot/* | */no) ;; 0/*) goal=respawn ;; esac ;;
            stop/*) state=pre-stop second="pre-stop process $ControlPID" ;;
            stop-post/* | final-*) state=post-stop pid=$ControlPID ;;
            stop-*) state=killed ;;
            auto-restart*) state=starting pid=0 ;;
            *) state=running ;;
        esac
        if [ "$pid" = 0 ]; then echo "$name $goal/$state"; else echo "$name $goal/$state, process $pid"; fi
        [ -z "$second" ] || printf '\t%s\n' "$second"
    )
"#};

/// Prints a line for each job and instance, like `initctl list`. Units that are not up are asked
/// for nothing, because that takes a call of systemctl each.
pub(super) const LIST: &str = indoc! {r#"
    # JOB...: prints what `initctl list` printed.
    upstart_list() {
        up=$(systemctl list-units --no-legend --plain --type=service) || exit
        up=$(echo "$up" | cut -d ' ' -f 1)
        for job; do
            upstart_row "$job"
            found=
            for other in $up; do
                case $keys/$other in
                    /"$unit" | ?*/"$stem@"*)
                        if upstart_status "$other" "$job" 2>/dev/null; then found=yes; fi ;;
                esac
            done
            [ -n "$found" ] || echo "$job stop/waiting"
        done
    }
"#};

/// The same for all services, if the jobs are not known.
pub(super) const LIST_OF_SERVICES: &str = indoc! {r#"
    # Prints what `initctl list` printed, also for services that were no jobs.
    upstart_list() (
        set -f
        unset IFS
        up=" $(systemctl list-units --no-legend --plain --type=service | cut -d ' ' -f 1 | tr '\n' ' ')"
        files=$(systemctl list-unit-files --no-legend --type=service | cut -d ' ' -f 1)
        for unit in $up; do
            job=${unit%.service}
            upstart_status "$unit" "${job%%@*}" 2>/dev/null || :
        done
        for unit in $files; do
            job=${unit%.service}
            job=${job%%@*}
            case $up in *" $job.service "* | *" $job@"*) ;; *) echo "$job stop/waiting" ;; esac
        done
    )
"#};

/// Starts the event units of an event.
pub(super) const EMIT: &str = indoc! {r#"
    # [--no-wait] EVENT [KEY=VALUE...]: an event is a unit that starts its followers.
    upstart_emit() (
        set -f
        unset IFS
        block= units=
        @OPTIONS@
        event=$(upstart_stem "upstart-event-$1")
        shift
        for unit in "$event.service" $(for pair; do systemd-escape --template="$event@.service" -- "$pair"; done); do
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
    # An event is a unit that starts its followers; without followers there is no unit.
    upstart_emit() {
        if systemctl cat "upstart-event-$1.service" >/dev/null 2>&1; then
            @EMIT@
        fi
    }
"#};

/// The states of a unit that systemd holds or brings up, as a pattern.
pub(super) const UP: &str = "active | activating | reloading";

/// What `start` does for a job that runs.
pub(super) fn fails_running(job: &str) -> String {
    format!("echo \"start: Job is already running: {job}\" >&2; return 1")
}

/// What other commands do for a job that does not run.
pub(super) fn fails_missing(verb: &str, job: &str) -> String {
    format!("echo \"{verb}: Unknown instance: {job}\" >&2; return 1")
}

/// Whether the name of a unit is this name with a suffix.
pub(super) fn is_unit_stem(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":_.-".contains(&byte))
        && !name.starts_with(['-', '.'])
}

/// A job's name as a word of the shell.
pub(in crate::lower::process) fn job_word(job: &str) -> String {
    if is_unit_stem(job) { job.to_owned() } else { format!("'{}'", job.replace('\'', "'\\''")) }
}
