//! What a shell has of its own: the variables that it sets itself, and the commands that it is.

/// The variables that dash or bash sets when it starts, or reads in a way of its own, whatever the
/// environment has (dash(1) and bash(1), "Shell Variables").
const VARIABLES: [&str; 45] = [
    "_",
    "COLUMNS",
    "COMPREPLY",
    "COMP_WORDBREAKS",
    "DIRSTACK",
    "ENV",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "EUID",
    "FUNCNAME",
    "GROUPS",
    "HISTCMD",
    "HISTCONTROL",
    "HISTFILE",
    "HISTSIZE",
    "HOSTNAME",
    "HOSTTYPE",
    "IFS",
    "LINENO",
    "LINES",
    "MACHTYPE",
    "MAIL",
    "MAILCHECK",
    "MAILPATH",
    "MAPFILE",
    "OLDPWD",
    "OPTARG",
    "OPTERR",
    "OPTIND",
    "OSTYPE",
    "PIPESTATUS",
    "POSIXLY_CORRECT",
    "PPID",
    "PS1",
    "PS2",
    "PS3",
    "PS4",
    "PWD",
    "RANDOM",
    "REPLY",
    "SECONDS",
    "SHELLOPTS",
    "SHLVL",
    "SRANDOM",
    "UID",
];

/// The commands that dash or bash runs without a program, and bash's word `time` (dash(1),
/// "Builtins"; bash(1), "Shell Builtin Commands" and "Pipelines").
const COMMANDS: [&str; 63] = [
    ".",
    ":",
    "[",
    "alias",
    "bg",
    "bind",
    "break",
    "builtin",
    "caller",
    "cd",
    "chdir",
    "command",
    "compgen",
    "complete",
    "compopt",
    "continue",
    "declare",
    "dirs",
    "disown",
    "echo",
    "enable",
    "eval",
    "exec",
    "exit",
    "export",
    "false",
    "fc",
    "fg",
    "getopts",
    "hash",
    "help",
    "history",
    "jobs",
    "kill",
    "let",
    "local",
    "logout",
    "mapfile",
    "popd",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readonly",
    "return",
    "set",
    "shift",
    "shopt",
    "source",
    "suspend",
    "test",
    "time",
    "times",
    "trap",
    "true",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unset",
    "wait",
];

/// Whether the variable may have another value in a shell than in its environment.
pub fn is_own_variable(name: &str) -> bool {
    VARIABLES.contains(&name) || name.starts_with("BASH")
}

/// Whether a shell runs a command of this name itself.
pub fn is_builtin(name: &str) -> bool {
    COMMANDS.contains(&name)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{is_builtin, is_own_variable};

    #[test]
    fn the_shells_of_this_machine_have_no_others() {
        for shell in ["bash", "dash"] {
            let output = |script: &str| {
                let output = Command::new(shell).args(["-c", script]).env_clear().output();
                output.map(|output| output.stdout).unwrap_or_default()
            };
            for name in String::from_utf8_lossy(&output("compgen -b 2>/dev/null")).lines() {
                assert!(is_builtin(name), "{name} of {shell}");
            }
            for line in String::from_utf8_lossy(&output("set")).lines() {
                let Some((name, _)) = line.split_once('=') else { continue };
                // The shell keeps these if the environment has them.
                let is_kept = ["PATH", "TERM", "SHELL"].contains(&name);
                assert!(is_kept || is_own_variable(name), "{name} of {shell}");
            }
        }
    }
}
