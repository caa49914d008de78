//! What shells and `ShellCheck` find.

use crate::diagnostic::{Rule, Severity};

/// The rules of this module, by code.
pub(in crate::cli) static RULES: [&Rule; 3] = [&SYNTAX, &SHELLCHECK, &UNCHECKED];

pub(super) static SYNTAX: Rule = Rule {
    code: "U150",
    name: "shell-syntax-error",
    severity: Severity::Warning,
    explanation: "\
The shell of this machine, /bin/sh, cannot read the script, or the command that init hands to a shell.
init itself does not look: it loads the job, and the shell fails when it comes to this place, with status 2,
having done all that stands before. The message is the shell's, as `sh -n` gives it.

Shells notice late that something was never closed: a quote, an `if`, a here-document. Where the place
that is pointed at looks right, look for what begins before it. Of an `exec`, init makes the script
`exec COMMAND`: `exec if`, `exec {` and the like are no commands.

Shells differ. A script that bash alone can read is a mistake where /bin/sh is dash, and is not reported
where it is bash.
",
};

pub(super) static SHELLCHECK: Rule = shellcheck(Severity::Warning);

/// The same rule for what `ShellCheck` calls info or style. One rule, because what it is about is the same.
pub(super) static SHELLCHECK_NOTE: Rule = shellcheck(Severity::Note);

const fn shellcheck(severity: Severity) -> Rule {
    Rule {
        code: "U151",
        name: "shellcheck",
        severity,
        explanation: "\
ShellCheck, where it is installed, says this about a script of the job. The code that the message begins
with is ShellCheck's; what it means is told at https://www.shellcheck.net/wiki/ followed by the code. Its
errors and warnings are warnings here; what it calls info or style are notes.

Scripts are checked as dash reads them with `-e`, because that is how init runs them. What makes no sense
for a job is left out: that the script has no `#!` line, that a sourced file is not looked at, and that
a variable in small letters is not set, which the job or an event may do.

A comment `# shellcheck disable=SC2086` before a command works as in every script. A .shellcheckrc is not
read, so that the findings depend on the job alone.
",
    }
}

pub(super) static UNCHECKED: Rule = Rule {
    code: "U152",
    name: "unchecked-script",
    severity: Severity::Note,
    explanation: "\
A program that was to check a script gave no answer: it took longer than five seconds, or it failed. There
may be findings in this script that nobody was told of.

Check the script by hand, with `sh -n FILE` or `shellcheck -s dash FILE`. ShellCheck takes long for
scripts of thousands of lines; versions before 0.7 do not know the options that are used here.
",
};
