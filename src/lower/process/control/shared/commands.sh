
# From here on, the functions become commands. The file of each command takes this one in.

# VERB [WORD...]: leaves a line in the journal, once a day for each caller and call, with what to type
# instead. The values of variables are left out.
upstart_note() (
    upstart_caller
    call="$1 ${2-}"
    [ "$upstart_as" = "$1" ] || call="$upstart_as $call"
    instead=$(upstart_instead "$@")
    line=$(printf '%s calls "%s"; with systemd this is "%s"' "$caller" "${call% }" "$instead" | tr '[:cntrl:]' '?')
    directory=/run/upstart2systemd/compat
    if [ "$(id -u)" != 0 ]; then directory=${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/upstart2systemd; fi
    stamp=$directory/$(printf %s "$line" | cksum | tr ' ' -)
    today=$(date +%Y-%m-%d)
    [ "$(cat "$stamp" 2>/dev/null)" != "$today" ] || exit 0
    # Who has no such directory gets a line for each call.
    umask 077
    if mkdir -p "$directory"; then echo "$today" >"$stamp"; fi
    printf '%s\n' "$line" | systemd-cat -t upstart2systemd -p notice ||
        logger -t upstart2systemd -p user.notice -- "$line"
)

# JOB [KEY=VALUE...]: complains of variables that the unit does not get. It gets those that name the
# instance, and others only if it reads a file with them.
upstart_lost() {
    [ $# -gt 1 ] || return 0
    case $(systemctl show -p EnvironmentFiles -- "$unit") in */run/upstart2systemd/*) return 0 ;; esac
    shift
    for pair; do
        case " $keys " in
            *" ${pair%%=*} "*) ;;
            *) echo "$upstart_as: $unit does not get ${pair%%=*}" >&2 ;;
        esac
    done
}

# Sets `caller`: the program or the script that calls, and its path.
upstart_caller() {
    pid=$PPID comm='?'
    for _ in 1 2 3 4; do
        read -r comm <"/proc/$pid/comm" || break
        case $comm in sudo | su) ;; *) break ;; esac
        pid=$(sed -n 's/^PPid:[[:blank:]]*//p' "/proc/$pid/status")
    done
    path=$(readlink "/proc/$pid/exe")
    case ${path##*/} in
        *sh | busybox | python* | perl* | ruby* | php* | node*)
            # The first word after options is the script. Others may be secrets.
            script=$(tr '\0\n' '\n?' <"/proc/$pid/cmdline" | sed '1d; /^-/d' | head -n 1)
            case $script in
                '') ;;
                /*) [ ! -f "$script" ] || path=$script ;;
                *) [ ! -f "/proc/$pid/cwd/$script" ] || path=$(readlink "/proc/$pid/cwd")/$script ;;
            esac
            ;;
    esac
    caller="$comm${path:+ ($path)}"
}

# VERB [WORD...]: prints what to type instead.
upstart_instead() (
    verb= unit=
    case $1 in
        start | stop | restart | reload | status)
            verb=$1
            shift
            [ $# -eq 0 ] || upstart_find "$@"
            ;;
        emit) verb=start unit=$(upstart_stem "upstart-event-${2-}").service ;;
        list) echo "systemctl list-units --type=service" ;;
        reload-configuration) echo "systemctl daemon-reload" ;;
        version) echo "systemctl --version" ;;
        *) echo "man systemctl" ;;
    esac
    case $unit in *[!A-Za-z0-9:_.@-]*) unit="'$unit'" ;; esac
    [ -z "$verb" ] || echo "systemctl $verb ${unit:-UNIT}"
)

# COMMAND: fails where Upstart's own commands are, and where systemd does not run.
upstart_check() {
    for file in /sbin/initctl /usr/sbin/initctl; do
        if [ -e "$file" ] && ! head -n 2 "$file" | grep -q ' by upstart2systemd\.$'; then
            echo "$1: $file is here, which is Upstart's; remove Upstart, or the files of /usr/local/sbin that have its commands" >&2
            exit 1
        fi
    done
    if [ ! -d /run/systemd/system ]; then
        echo "$1: process 1 is not systemd, and these commands are for systemd" >&2
        exit 1
    fi
}

# COMMAND [WORD...]
upstart_command() {
    upstart_check "$1"
    for word; do
        case $word in
            --) break ;;
            --session | --user)
                echo "$1: $word: jobs of sessions have no commands; use systemctl --user" >&2
                exit 1
                ;;
            --help)
                case $1 in
                    initctl) echo "Usage: initctl [OPTION]... COMMAND [OPTION]... [WORD]..." ;;
                    *) echo "Usage: $1 [OPTION]... JOB [KEY=VALUE]..." ;;
                esac
                exit 0
                ;;
            --version)
                upstart_version
                exit 0
                ;;
        esac
    done
    case $1 in
        initctl) upstart_call "$@" ;;
        *) upstart_call "$1" "$@" ;;
    esac
}

case ${0##*/} in
    start | stop | restart | reload | status | initctl) upstart_command "${0##*/}" "$@" ;;
    *)
        echo "${0##*/}: not a command of Upstart" >&2
        exit 1
        ;;
esac
