//! The program that writes and removes the files with the variables of units. It is one file of the
//! system, which scripts and units call.

use indoc::indoc;

use crate::lower::companion::Companion;
use crate::lower::own_files;
use crate::systemd::Text;
use crate::systemd::layout::Output;

/// The program as a companion. It is the same for every job.
pub(super) fn companion() -> Companion {
    let header = Text::new(&own_files::made("Hands variables to units that start.")).comment();
    Companion::File(Output { path: own_files::variables(), text: format!("{header}\n{PROGRAM}") })
}

/// The words of a shell command that calls the program.
pub(super) fn call() -> String {
    format!("/bin/sh /{}", own_files::variables())
}

/// init gives the variables of the events to the job that they start, and keeps them until the next
/// start (`init/event.c`, `event_pending_handle_jobs`). It ignores events while the goal of the job
/// is to run; a job that stops starts again with the new ones. A value is quoted as the manual wants it (systemd.exec(5), `EnvironmentFile=`).
const PROGRAM: &str = indoc! {r##"
    #   give UNIT [KEY=VALUE...]           before UNIT is started
    #   emit EVENT [KEY=VALUE...]          before EVENT is emitted
    #   export [--join=EVENT] KEYS READER  from the environment of the caller
    #   forget UNIT                        when UNIT has ended
    # A READER is a unit, or TEMPLATE/KEY,KEY/DEFAULT. A file in `readers` has a line for each
    # event: EVENT READER plain|join|restart [KEY=PATTERN...]
    set -f
    PATH=/usr/sbin:/usr/bin:/sbin:/bin
    directory=/run/upstart2systemd

    # UNIT MODE EVENT [KEY=VALUE...]: writes the file, in one step.
    write() (
        umask 077
        unit=$1 mode=$2 event=$3 file=$directory/$1
        shift 3
        case $mode:$(systemctl show -p ActiveState "$unit") in
            restart:* | *=inactive | *=failed | *=deactivating) ;;
            *) exit 0 ;;
        esac
        kept=
        if [ "$mode" = join ] && [ -e "$file" ]; then
            # The first of several events of one name counts.
            if grep -qxF "# $event" "$file"; then exit 0; fi
            kept=$file
        fi
        mkdir -p "$directory"
        {
            [ -z "$kept" ] || cat "$kept"
            printf '# %s\n' "$event"
            for pair; do
                key=${pair%%=*}
                case $key in "$pair" | '' | [0-9]* | *[!A-Za-z0-9_]*) continue ;; esac
                value=$(printf %s. "${pair#*=}" | sed 's/[\\"`$]/\\&/g')
                printf '%s="%s"\n' "$key" "${value%.}"
            done
        } >"$directory/.$unit.$$"
        mv -f "$directory/.$unit.$$" "$file"
    )

    # READER [KEY=VALUE...]: prints the unit.
    unit_of() (
        reader=$1
        shift
        case $reader in
            */*/*) ;;
            *) printf '%s\n' "$reader"; exit ;;
        esac
        template=${reader%%/*} keys=${reader#*/}
        default=${keys#*/} keys=${keys%%/*} values='' between='' given='' IFS=,
        for key in $keys; do
            value=
            for pair; do
                case $pair in "$key="*) value=${pair#*=} given=1 ;; esac
            done
            values=$values$between$value between=:
        done
        if [ -n "$given" ]; then
            systemd-escape --template="$template" -- "$values"
        elif [ -n "$default" ]; then
            printf '%s\n' "${template%@.service}@$default.service"
        fi
    )

    # PATTERNS [KEY=VALUE...]: whether the values match the patterns KEY=PATTERN and KEY!=PATTERN.
    passes() (
        patterns=$1
        shift
        for pattern in $patterns; do
            key=${pattern%%=*} pattern=${pattern#*=} found=''
            for pair; do
                case $pair in "${key%!}="*) found=1 value=${pair#*=} ;; esac
            done
            [ -n "$found" ] || exit 1
            # shellcheck disable=SC2254 # a pattern, and not its text
            case $value in
                $pattern) [ "${key%!}" = "$key" ] || exit 1 ;;
                *) [ "${key%!}" != "$key" ] || exit 1 ;;
            esac
        done
    )

    case $1 in
        give)
            unit=$2
            shift 2
            write "$unit" plain start "$@"
            ;;
        emit)
            emitted=$2
            shift 2
            while read -r event reader mode patterns; do
                if [ "$event" != "$emitted" ] || ! passes "$patterns" "$@"; then continue; fi
                unit=$(unit_of "$reader" "$@")
                [ -z "$unit" ] || write "$unit" "$mode" "$emitted" "$@"
            done <<END
    $(set +f; cat "${0%/*}"/readers/*)
    END
            ;;
        export)
            shift
            mode=plain event=job
            case $1 in --join=*) mode=join event=${1#*=}; shift ;; esac
            keys=$1 reader=$2
            set --
            IFS=,
            for key in $keys; do
                eval "[ -z \"\${$key+set}\" ] || set -- \"\$@\" \"$key=\$$key\""
            done
            unset IFS
            unit=$(unit_of "$reader" "$@")
            [ -z "$unit" ] || write "$unit" "$mode" "$event" "$@"
            ;;
        forget)
            # A unit that starts again keeps its variables.
            case $(systemctl list-jobs --no-legend "$2"):$(systemctl show -p Restart "$2"):${SERVICE_RESULT-} in
                *' restart '* | *' start '*waiting*) ;;
                *' stop '* | *:Restart=no:* | *:Restart=on-failure:success)
                    rm -f "$directory/$2"
                    ;;
            esac
            ;;
    esac
"##};
