//! `console`: where the processes read from and write to.

use crate::diagnostic::registry::{CONSOLE_BEFORE_SYSTEMD_236, LOG_FILE, LOG_TO_FILE};
use crate::lower::companion::Companion;
use crate::lower::lowering::Lowering;
use crate::lower::options::Logs;
use crate::lower::own_files;
use crate::lower::process::direct::Streams;
use crate::systemd::layout::Output;
use crate::systemd::{Directive, Feature, Section, Value};
use crate::text::bytes::lossy;
use crate::upstart::ast::Console;
use crate::upstart::dialect::Dialect;

/// The directory of the log files of jobs (`init/job_process.c`, `job_process_log_path`).
const LOGS: &str = "/var/log/upstart";

/// The file that creates the directory of the logs (tmpfiles.d(5)).
fn tmpfiles() -> String {
    format!(
        "# {}\nd {LOGS} 0755 root root -\n",
        own_files::made("The directory of the log files of jobs.")
    )
}

/// The settings that rotate the logs (logrotate(8)). They copy and truncate a file, because systemd
/// keeps writing to the file that it has opened.
fn logrotate() -> String {
    let settings = ["daily", "missingok", "rotate 7", "compress", "notifempty", "copytruncate"]
        .map(|setting| format!("    {setting}\n"));
    format!(
        "# {}\n{LOGS}/*.log {{\n{}}}\n",
        own_files::made("The log files of jobs, kept as Upstart's own were."),
        settings.concat()
    )
}

/// Turns `console` into `StandardInput=`, `StandardOutput=` and `StandardError=` (systemd.exec(5),
/// "Logging and Standard Input/Output"). `streams` is where the main process redirects its output
/// to.
pub(in crate::lower) fn lower(lowering: &mut Lowering<'_>, streams: &Streams) {
    if lowering.options.logs == Logs::File
        && lowering.job.console() == Console::Log
        && !lowering.job.processes.is_empty()
        && !streams.leave_the_log()
    {
        log_file(lowering, streams);
        return;
    }
    if !streams.are_the_log() {
        redirect(lowering, streams, &Value::keyword("journal"));
    }
    if streams.leave_the_log() {
        // Nothing is left for the log.
        if let Some(console) = &lowering.job.console {
            lowering.exact(console.stanza, &[]);
        }
        return;
    }
    let Some(console) = &lowering.job.console else { return };
    let output = [Directive::StandardInput, Directive::StandardOutput, Directive::StandardError];
    match console.value {
        Console::Log => {
            let before = match lowering.job.dialect {
                Dialect::Upstart03 => "/var/log/boot".to_owned(),
                Dialect::Upstart113 | Dialect::Upstart06 | Dialect::ChromeOs => {
                    format!("{LOGS}/{}.log", lowering.job.name.0.replace('/', "_"))
                }
            };
            let diagnostic = LOG_FILE
                .at(console.span, "the output goes to the journal")
                .note(format!("it went to {before}"))
                .help(format!("read it with `journalctl -u {}`", lowering.name));
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
            let diagnostic = CONSOLE_BEFORE_SYSTEMD_236
                .at(console.span, "standard input is not the console here")
                .note("`StandardInput=file:` needs systemd 236");
            lowering.remark(
                Section::Service,
                diagnostic.rule,
                "standard input is not the console; that needs systemd 236.",
            );
            lowering.approximate(
                console.stanza,
                &[Directive::StandardOutput, Directive::TtyPath],
                diagnostic,
            );
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

/// Writes where the output goes.
fn redirect(lowering: &mut Lowering<'_>, streams: &Streams, log: &Value) {
    let (output, error) = streams.values(log);
    // This is the default.
    if output != Value::keyword("journal") {
        lowering.set(Directive::StandardOutput, output);
    }
    lowering.set(Directive::StandardError, error);
}

/// Appends the output to the file that Upstart wrote. In its name, every `/` of the name of the job
/// becomes `_` (`init/job_process.c`, `job_process_log_path`).
fn log_file(lowering: &mut Lowering<'_>, streams: &Streams) {
    let (place, stanza) = match &lowering.job.console {
        Some(console) => (console.span, Some(console.stanza)),
        None => (lowering.job.place(), None),
    };
    let directives = [Directive::StandardOutput, Directive::StandardError];
    let name = lossy(&lowering.job.name.0).replace('/', "_");
    let diagnostic = if lowering.has(Feature::StandardOutputAppend) {
        let before = format!("append:{LOGS}/{name}");
        let instance = if lowering.name.is_template() { "-%i" } else { "" };
        if let Some(value) = Value::instance_path(&before, instance, ".log") {
            redirect(lowering, streams, &value);
            if lowering.options.companions {
                for (path, text) in
                    [(own_files::tmpfiles(), tmpfiles()), (own_files::logrotate(), logrotate())]
                {
                    lowering.companion(Companion::File(Output { path, text }));
                }
            }
        }
        LOG_TO_FILE
            .at(
                place,
                format!(
                    "the output goes to {LOGS}/{name}{}.log",
                    instance.replace("%i", "INSTANCE")
                ),
            )
            .help("make the directory with tmpfiles.d, and rotate the file with `copytruncate`")
    } else {
        LOG_FILE
            .at(place, "the output goes to the journal")
            .note("`StandardOutput=append:` needs systemd 240")
    };
    match stanza {
        Some(stanza) => lowering.approximate(stanza, &directives, diagnostic),
        None => lowering.diagnostics.push(diagnostic),
    }
}
