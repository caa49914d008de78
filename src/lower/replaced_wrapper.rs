//! The wrapper around the program of the main process that only changes who runs it and where, such
//! as `su` and `start-stop-daemon`. A plain unit states that itself.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::registry::REPLACED_WRAPPER;
use crate::lower::options::{Options, Style};
use crate::shell::{Context, SimpleCommand, Word};
use crate::systemd::Feature;
use crate::text::source::Spanned;
use crate::upstart::ast::{Body, Expect, Phase, Process};
use crate::upstart::job::{Job, Stated};
use crate::upstart::script::Scripts;

/// A job without the wrapper: with stanzas that say the same, for its main process alone.
pub(super) struct Unwrapped {
    /// The job.
    pub(super) job: Job,
    /// Its scripts.
    pub(super) scripts: Scripts,
    /// The finding that the wrapper is gone.
    pub(super) finding: Diagnostic,
}

/// What a wrapper states of the program that it runs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wrapped {
    user: String,
    group: Option<String>,
    directory: Option<String>,
    umask: Option<u16>,
    nice: Option<i8>,
    /// The pid file that it looks at, and whether it writes that.
    pid_file: Option<(String, bool)>,
    /// The program and its arguments as written.
    command: String,
}

/// The job without the wrapper of its main process. `None` if there is none, or if the wrapper does
/// more, or if the unit keeps it.
pub(super) fn unwrapped(job: &Job, scripts: &Scripts, options: &Options) -> Option<Unwrapped> {
    let states_account = job.setuid.is_some() || job.setgid.is_some() || job.chroot.is_some();
    let has_others = job.processes.keys().any(|phase| *phase != Phase::Main);
    if options.style == Style::Exact
        || states_account
        || job.expects() != Expect::None
        || has_others && options.systemd_version < Feature::FullPrivilegesPrefix.since()
    {
        return None;
    }
    let main = job.process(Phase::Main)?;
    let script = scripts.of(Phase::Main)?;
    let text = main.value.text();
    let [command] = script.shell.commands.as_slice() else { return None };
    let is_alone = command.context == Context::TOP
        && command.assignments.is_empty()
        && command.redirections.is_empty()
        && script.shell.comments.is_empty()
        && script.shell.lost.is_none()
        && script.shell.background.is_empty()
        && text.value.get(..command.range.start)?.trim().is_empty()
        && text.value.get(command.range.end..)?.trim().is_empty();
    let words = match main.value.body() {
        Body::Exec => command.words.as_slice(),
        Body::Script => behind(&command.words, "exec")?,
    };
    let (name, rest) = words.split_first()?;
    let name = name.literal.as_deref()?.rsplit('/').next()?;
    let wrapped = wrapped(name, rest, command, &text.value).filter(|_| is_alone)?;
    // The other phases run as before, and without what only the program gets.
    let applies_to_all =
        wrapped.directory.is_some() || wrapped.umask.is_some() || wrapped.nice.is_some();
    let needs_pid_file = wrapped.pid_file.as_ref().is_some_and(|(path, _)| {
        let others = job.processes.iter().filter(|(phase, _)| **phase != Phase::Main);
        others.map(|(_, process)| &process.value.text().value).any(|text| text.contains(path))
    });
    // The job says it of all of its processes, the wrapper of the program.
    let is_said_twice = wrapped.directory.is_some() && job.chdir.is_some()
        || wrapped.umask.is_some() && job.umask.is_some()
        || wrapped.nice.is_some() && job.nice.is_some();
    if has_others && applies_to_all || needs_pid_file || is_said_twice {
        return None;
    }
    let finding = finding(name, &wrapped, main);
    let mut job = job.clone();
    let (stanza, span) = (main.stanza, main.span);
    let stated = |value: String| Stated { value, span, stanza };
    job.setuid = Some(stated(wrapped.user));
    job.setgid = wrapped.group.map(stated);
    job.chdir = wrapped.directory.map(stated).or(job.chdir);
    job.umask = wrapped.umask.map(|value| Stated { value, span, stanza }).or(job.umask);
    job.nice = wrapped.nice.map(|value| Stated { value, span, stanza }).or(job.nice);
    let value = Process::Exec { text: Spanned::new(wrapped.command, text.span), folds: Vec::new() };
    let scripts = scripts.with(Phase::Main, &value);
    job.processes.insert(Phase::Main, Stated { value, span, stanza });
    Some(Unwrapped { job, scripts, finding })
}

/// The finding that the program is run without the wrapper.
fn finding(name: &str, wrapped: &Wrapped, main: &Stated<Process>) -> Diagnostic {
    let finding = REPLACED_WRAPPER.at(
        main.value.text().span,
        format!("the unit runs the program as `{}` itself, without `{name}`", wrapped.user),
    );
    match name {
        "su" | "sudo" | "runuser" => finding.note(format!(
            "`{name}` also applied the settings of PAM: limits, environment, session"
        )),
        "setuidgid" | "chpst" => {
            finding.note("the program also gets the supplementary groups of the user")
        }
        "start-stop-daemon" => {
            let finding = finding.note(
                "start-stop-daemon did nothing while the program already ran; systemd runs one of each unit",
            );
            match &wrapped.pid_file {
                Some((path, true)) => finding.note(format!("nothing writes {path} any more")),
                Some((_, false)) | None => finding,
            }
        }
        _ => finding,
    }
}

/// The words after this first one.
fn behind<'w>(words: &'w [Word], first: &str) -> Option<&'w [Word]> {
    let (word, rest) = words.split_first()?;
    (word.literal.as_deref() == Some(first)).then_some(rest)
}

/// What the wrapper `name` with these words states. `None` if it is no such wrapper, or if it does
/// anything else.
fn wrapped(name: &str, words: &[Word], command: &SimpleCommand, text: &str) -> Option<Wrapped> {
    let from = |word: &Word| text.get(word.range.start..command.range.end).map(str::to_owned);
    match name {
        "su" => su(words, from),
        "sudo" => by_option(words, &["-n", "-H", "-E"], &["-u", "--user"], from),
        "runuser" => by_option(words, &[], &["-u", "--user"], from),
        "chpst" => by_option(words, &[], &["-u"], from),
        "setuidgid" | "gosu" | "su-exec" => {
            let (account, rest) = words.split_first()?;
            let (user, group) = account_of(account.literal.as_deref()?)?;
            Some(Wrapped { user, group, command: from(program(rest)?)?, ..Wrapped::default() })
        }
        "start-stop-daemon" => start_stop_daemon(words, text, from),
        _ => None,
    }
}

/// `su [-s SHELL] -c 'exec "$0" "$@"' USER -- PROGRAM...`
fn su(words: &[Word], from: impl Fn(&Word) -> Option<String>) -> Option<Wrapped> {
    let (mut user, mut passes_on) = (None, false);
    let mut rest = words.iter();
    loop {
        match rest.next()?.literal.as_deref()? {
            "-s" | "--shell" => {
                rest.next()?;
            }
            "-c" | "--command" => {
                passes_on = rest.next()?.literal.as_deref() == Some("exec \"$0\" \"$@\"");
            }
            "--" => break,
            option if option.starts_with("--shell=") => {}
            option if option.starts_with('-') => return None,
            operand if user.is_none() => user = Some(account_of(operand)?),
            _ => return None,
        }
    }
    let (user, group) = user.filter(|(_, group)| passes_on && group.is_none())?;
    Some(Wrapped { user, group, command: from(program(rest.as_slice())?)?, ..Wrapped::default() })
}

/// `sudo -u USER [-g GROUP] [--] PROGRAM...` and its kin.
fn by_option(
    words: &[Word],
    alone: &[&str],
    of_user: &[&str],
    from: impl Fn(&Word) -> Option<String>,
) -> Option<Wrapped> {
    let (mut account, mut group) = (None, None);
    let mut rest = words;
    while let Some((word, next)) = rest.split_first() {
        let literal = word.literal.as_deref()?;
        let attached = literal.strip_prefix("--user=");
        if literal == "--" {
            rest = next;
            break;
        } else if let Some(user) = attached {
            account = Some(account_of(user)?);
            rest = next;
        } else if of_user.contains(&literal) {
            account = Some(account_of(next.first()?.literal.as_deref()?)?);
            rest = next.get(1..)?;
        } else if literal == "-g" && of_user.contains(&"--user") {
            group = Some(name_of(next.first()?.literal.as_deref()?)?);
            rest = next.get(1..)?;
        } else if alone.contains(&literal) {
            rest = next;
        } else if literal.starts_with('-') {
            return None;
        } else {
            break;
        }
    }
    let (user, of_account) = account?;
    let command = from(program(rest)?)?;
    Some(Wrapped { user, group: group.or(of_account), command, ..Wrapped::default() })
}

/// `start-stop-daemon --start --chuid USER[:GROUP] ... --exec PROGRAM -- ARGUMENT...`
/// (start-stop-daemon(8)), without `--background`.
fn start_stop_daemon(
    words: &[Word],
    text: &str,
    from: impl Fn(&Word) -> Option<String>,
) -> Option<Wrapped> {
    let mut found = Wrapped::default();
    let (mut starts, mut makes_pid_file, mut pid_file) = (false, false, None);
    let (mut exec, mut start_as) = (None, None);
    let mut rest = words;
    let mut arguments: &[Word] = &[];
    while let Some((word, next)) = rest.split_first() {
        let literal = word.literal.as_deref()?;
        let (option, attached) = match literal.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value)),
            _ => (literal, None),
        };
        rest = next;
        match option {
            "--" => {
                arguments = next;
                break;
            }
            "-S" | "--start" => starts = true,
            "-m" | "--make-pidfile" => makes_pid_file = true,
            "-q" | "--quiet" | "-o" | "--oknodo" | "-v" | "--verbose" => {}
            _ => {
                let (value, raw, next) = if let Some(value) = attached {
                    (value, value.to_owned(), next)
                } else {
                    let (value, next) = next.split_first()?;
                    let raw = text.get(value.range.clone())?.to_owned();
                    (value.literal.as_deref()?, raw, next)
                };
                rest = next;
                match option {
                    "-x" | "--exec" => exec = Some(raw),
                    "-a" | "--startas" => start_as = Some(raw),
                    "-c" | "--chuid" => (found.user, found.group) = account_of(value)?,
                    "-g" | "--group" => found.group = Some(name_of(value)?),
                    "-d" | "--chdir" => found.directory = Some(value.to_owned()),
                    "-N" | "--nicelevel" => found.nice = Some(value.parse().ok()?),
                    "-k" | "--umask" => found.umask = Some(u16::from_str_radix(value, 8).ok()?),
                    "-p" | "--pidfile" => pid_file = Some(value.to_owned()),
                    // They only say how a process that runs already is found.
                    "-n" | "--name" | "-u" | "--user" => {}
                    _ => return None,
                }
            }
        }
    }
    let is_absolute = found.directory.as_ref().is_none_or(|directory| directory.starts_with('/'));
    if !starts || found.user.is_empty() || !is_absolute || found.umask.is_some_and(|it| it > 0o777)
    {
        return None;
    }
    found.pid_file = pid_file.map(|path| (path, makes_pid_file));
    found.command = start_as.or(exec)?;
    if let Some(first) = arguments.first() {
        found.command = format!("{} {}", found.command, from(first)?);
    }
    Some(found)
}

/// The first word of the program, if it is one.
fn program(words: &[Word]) -> Option<&Word> {
    let word = words.first()?;
    let literal = word.literal.as_deref()?;
    (!literal.is_empty() && !literal.starts_with('-') && !literal.contains('=')).then_some(word)
}

/// `USER` and `USER:GROUP`, if the user is not root.
fn account_of(text: &str) -> Option<(String, Option<String>)> {
    let (user, group) = match text.split_once(':') {
        Some((user, group)) => (user, Some(name_of(group)?)),
        None => (text, None),
    };
    (user != "root").then_some((name_of(user)?, group))
}

/// The name of an account that is a name for every program.
fn name_of(text: &str) -> Option<String> {
    let is_name = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    is_name.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{behind, wrapped};
    use crate::shell::read;

    fn shown(text: &str) -> String {
        let script = read(text);
        let command = &script.commands[0];
        let words = command.words.as_slice();
        let words = behind(words, "exec").unwrap_or(words);
        let name = words[0].literal.as_deref().unwrap_or_default();
        wrapped(name, &words[1..], command, text).map_or_else(String::new, |found| {
            let mut parts = vec![found.user];
            parts.extend(found.group.map(|it| format!("group {it}")));
            parts.extend(found.directory.map(|it| format!("in {it}")));
            parts.extend(found.umask.map(|it| format!("umask {it:o}")));
            parts.extend(found.nice.map(|it| format!("nice {it}")));
            parts.extend(found.pid_file.map(|(path, makes)| format!("{path} {makes}")));
            parts.push(found.command);
            parts.join(", ")
        })
    }

    #[test]
    fn wrappers_that_only_change_the_account_are_taken_off() {
        for (text, expected) in [
            ("su -s /bin/sh -c 'exec \"$0\" \"$@\"' a -- /b \"$C\" d", "a, /b \"$C\" d"),
            ("exec su -c 'exec \"$0\" \"$@\"' --shell=/bin/sh a -- b", "a, b"),
            ("su - a -c 'b'", ""),
            ("su a -c 'exec \"$0\" \"$@\"' -- -b", ""),
            ("su -m -c 'exec \"$0\" \"$@\"' a -- b", ""),
            ("su -c 'exec \"$0\" \"$@\"' root -- b", ""),
            ("sudo -n -u a -g b -- /c -d", "a, group b, /c -d"),
            ("sudo --user=a c", "a, c"),
            ("sudo -u a B=c d", ""),
            ("sudo c", ""),
            ("sudo -i -u a b", ""),
            ("sudo -u $A b", ""),
            ("runuser -u a -- b 'c d'", "a, b 'c d'"),
            ("runuser -l a -c b", ""),
            ("setuidgid a b -c", "a, b -c"),
            ("chpst -u a:b c", "a, group b, c"),
            ("chpst -u a -n 5 c", ""),
            ("chpst -u :1:2 c", ""),
            ("gosu a:b c", "a, group b, c"),
            (
                "start-stop-daemon --start -q -c a:b -d /d -N 5 -k 027 -m --pidfile=/p --exec /x -- -y \"$Z\"",
                "a, group b, in /d, umask 27, nice 5, /p true, /x -y \"$Z\"",
            ),
            ("start-stop-daemon -S --chuid a --startas \"/x y\" --exec /x", "a, \"/x y\""),
            ("start-stop-daemon -S --background --chuid a --exec /x", ""),
            ("start-stop-daemon -S --exec /x", ""),
            ("start-stop-daemon --stop --chuid a --exec /x", ""),
            ("nice su a", ""),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }
}
