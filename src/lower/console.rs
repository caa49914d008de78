//! `console`: where the processes read from and write to.

use super::context::Lowering;
use crate::ast::Console;
use crate::diagnostic::{Rule, Severity};
use crate::systemd::{Directive, Feature, Section, Value};

pub(super) static RULES: [&Rule; 2] = [&LOG_FILE, &CONSOLE];

static LOG_FILE: Rule = Rule {
    code: "U246",
    name: "log-file",
    severity: Severity::Note,
    explanation: "Upstart wrote what a job prints to /var/log/upstart/NAME.log. systemd sends it to the journal: `journalctl -u NAME`. The program no \
longer writes to a terminal, so it may hold its output back longer than before (for Python, `PYTHONUNBUFFERED=1` helps). To keep a file, add \
`StandardOutput=append:/var/log/NAME.log` and have the file rotated with `copytruncate`, because systemd does not reopen it.",
};

static CONSOLE: Rule = Rule {
    code: "U247",
    name: "console-before-systemd-236",
    severity: Severity::Warning,
    explanation: "`console output` reads from and writes to /dev/console without owning it. systemd can say that since version 236; before, the nearest \
is `StandardOutput=tty` with `TTYPath=/dev/console`.",
};

pub(super) fn lower(lowering: &mut Lowering<'_>) {
    let Some(console) = &lowering.job.console else { return };
    let output = [Directive::StandardInput, Directive::StandardOutput, Directive::StandardError];
    match console.value {
        Console::Log => {
            let name = lowering.job.name.0.replace('/', "_");
            let diagnostic = LOG_FILE
                .at(console.span, "the output goes to the journal")
                .note(format!("it went to /var/log/upstart/{name}.log"))
                .help(format!("read it with `journalctl -u {}`", lowering.unit.name));
            lowering.approximate(console.stanza, &[], diagnostic);
        }
        Console::None => {
            lowering.set(Directive::StandardOutput, Value::keyword("null"));
            lowering.set(Directive::StandardError, Value::keyword("null"));
            lowering.exact(console.stanza, &output[1..]);
        }
        Console::Output if lowering.has(Feature::StandardOutputFile) => {
            lowering.set(Directive::StandardInput, Value::keyword("file:/dev/console"));
            lowering.set(Directive::StandardOutput, Value::keyword("file:/dev/console"));
            lowering.set(Directive::StandardError, Value::keyword("inherit"));
            lowering.exact(console.stanza, &output);
        }
        Console::Output => {
            lowering.set(Directive::StandardOutput, Value::keyword("tty"));
            lowering.set(Directive::TtyPath, Value::keyword("/dev/console"));
            let diagnostic =
                CONSOLE.at(console.span, "standard input is not the console here").note("`StandardInput=file:` needs systemd 236");
            lowering.remark(Section::Service, diagnostic.rule, "standard input is not the console; that needs systemd 236.");
            lowering.approximate(console.stanza, &[Directive::StandardOutput, Directive::TtyPath], diagnostic);
        }
        Console::Owner => {
            lowering.set(Directive::StandardInput, Value::keyword("tty-force"));
            lowering.set(Directive::StandardOutput, Value::keyword("inherit"));
            lowering.set(Directive::StandardError, Value::keyword("inherit"));
            lowering.set(Directive::TtyPath, Value::keyword("/dev/console"));
            lowering.exact(console.stanza, &[output[0], output[1], output[2], Directive::TtyPath]);
        }
    }
}
