#!/bin/sh
# probe LABEL WORD...: runs the words one after the other, and appends lines that begin with LABEL
# to /live/trace. Without words it records that it ran. The label is the name of a job; a part after
# a dot distinguishes its processes.
#
#   say=TEXT print=TEXT          records or prints TEXT
#   args WORD...                 records the remaining words
#   env=NAME named               records a variable; records those that init adds
#   cwd umask nice oom user limit=NAME session pipe    records the process settings
#   stdin stdout stderr fd=N     records where these lead
#   read file=PATH               records the lines of its input; of a file
#   for=SECONDS                  waits
#   child=LABEL fork daemon stop starts another probe that runs; continues as a child, or a
#                                grandchild; stops itself
#   exit=STATUS kill=SIGNAL      ends
#   ignore=SIGNAL dies-of=SIGNAL run    runs until a signal, and records each signal; HUP, USR1
#                                and USR2 do not end it
label=$1
shift
self=$$

record() { printf '%s %s\n' "$label" "$*" >>/live/trace; }

# Records the number of a main process, so that a step can send signals to it.
known() { echo $self >"/live/pids/$label"; }

death() {
    trap - "$1"
    kill -s "$1" $self
}

caught() {
    record "got $1"
    case " $ignored " in *" $1 "*) return ;; esac
    case $1 in HUP | USR1 | USR2) case " $deadly " in *" $1 "*) death "$1" ;; esac ;; *) death "$1" ;; esac
}

descriptor() {
    case $(readlink "/proc/$self/fd/$1") in
        /dev/null) record "$2 is null" ;;
        socket:*) record "$2 is a socket" ;;
        '') record "$2 is closed" ;;
        *) record "$2 is $(readlink "/proc/$self/fd/$1")" ;;
    esac
}

status() { sed -n "s/^$1:[[:blank:]]*//p" "/proc/$self/status"; }

ignored='' deadly=''
[ $# -gt 0 ] || record ran
while [ $# -gt 0 ]; do
    word=$1
    shift
    case $word in
        say=*) record "says ${word#*=}" ;;
        args)
            for argument; do record "argument [$argument]"; done
            exit ;;
        env=*)
            name=${word#*=}
            if value=$(printenv "$name"); then record "$name=$value"; else record "$name is not set"; fi ;;
        named) # Without a mention of the variables in the job.
            record "job $UPSTART_JOB, instance $UPSTART_INSTANCE" ;;
        cwd) record "in $(pwd -P)" ;;
        umask) record "umask $(umask)" ;;
        nice) record "nice $(nice)" ;;
        oom) record "oom $(cat /proc/$self/oom_score_adj)" ;;
        user) record "user $(id -un) group $(id -gn)" ;;
        session) [ "$(cut -d ' ' -f 6 /proc/$self/stat)" = $self ] && record 'leads its session' ;;
        limit=*) record "limit $(grep "^Max ${word#*=} " /proc/$self/limits | sed 's/  */ /g; s/^Max //; s/ [a-z]* *$//')" ;;
        pipe) # SIGPIPE is signal 13
            if [ $((0x$(status SigIgn) >> 12 & 1)) = 1 ]; then record 'ignores PIPE'; else record 'does not ignore PIPE'; fi ;;
        stdin | stdout | stderr)
            case $word in stdin) descriptor 0 stdin ;; stdout) descriptor 1 stdout ;; stderr) descriptor 2 stderr ;; esac ;;
        fd=*) descriptor "${word#*=}" "descriptor ${word#*=}" ;;
        read) while IFS= read -r line; do record "reads [$line]"; done ;;
        print=*) printf '%s\n' "${word#*=}" ;;
        file=*) record "finds $(cat "${word#*=}")" ;;
        for=*) sleep "${word#*=}" ;;
        child=*) "$0" "${word#*=}" run & ;;
        fork) "$0" "$label" "$@" & exit 0 ;;
        daemon) "$0" "$label" fork "$@" & exit 0 ;;
        stop)
            kill -s STOP $self
            record 'was continued' ;;
        ignore=*) ignored="$ignored ${word#*=}" ;;
        dies-of=*) deadly="$deadly ${word#*=}" ;;
        exit=*)
            record "exits ${word#*=}"
            exit "${word#*=}" ;;
        kill=*)
            record "dies of ${word#*=}"
            kill -s "${word#*=}" $self ;;
        run)
            for signal in HUP INT QUIT TERM USR1 USR2; do
                # shellcheck disable=SC2064 # the name of now
                trap "caught $signal" $signal
            done
            known
            record runs
            while :; do
                # A signal that arrives just before `wait` is handled when `sleep` ends.
                sleep 1 &
                wait $!
            done ;;
        *) record "does not know $word" ;;
    esac
done
