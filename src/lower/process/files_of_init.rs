//! Files that only init and its scripts know: the configuration, the logs, the lists of processes
//! that survive the end.

use std::ops::Range;

use super::reading::ScriptUse;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::registry::{
    CHANGED_CONFIGURATION, LOG_NOT_WRITTEN, PROCESS_NOT_SPARED, PROFILE_LOADER,
};
use crate::lower::lowering::Lowering;
use crate::lower::options::Logs;
use crate::shell::{SimpleCommand, program};

/// The directory of the configuration.
const CONFIGURATION: &str = "/etc/init/";

/// The programs that change the files which they are given.
const WRITERS: [&str; 9] = ["rm", "unlink", "mv", "cp", "ln", "sed", "tee", "touch", "truncate"];

/// Reports the commands of a script that work on such files.
pub(in crate::lower) fn report(lowering: &mut Lowering<'_>, reading: &ScriptUse<'_>) {
    let mut found = Vec::new();
    for command in &reading.shell.commands {
        let range = &command.range;
        found.extend(changed_configuration(lowering, reading, command).map(|(file, help)| {
            CHANGED_CONFIGURATION
                .at(reading.span(range), format!("`{file}` does not decide any more what starts"))
                .note("systemd reads the unit, which this command leaves as it is")
                .help(help)
        }));
        found.extend(log(lowering, reading, command));
        found.extend(spared(reading, command));
        found.extend(profile(reading, command));
    }
    for diagnostic in found {
        lowering.approximate(reading.stated.stanza, &[], diagnostic);
    }
}

/// The file of a job that a command changes, and what to write instead.
fn changed_configuration(
    lowering: &Lowering<'_>,
    reading: &ScriptUse<'_>,
    command: &SimpleCommand,
) -> Option<(String, String)> {
    let program = program::chain(command).into_iter().last();
    let name = program.as_ref().map(|program| program.name).filter(|name| WRITERS.contains(name));
    let arguments = match (name, &program) {
        (Some("cp" | "ln"), Some(program)) => {
            program.arguments.last().copied().into_iter().collect()
        }
        (Some("sed"), Some(program)) if program.flag(&["-i", "-ri", "--in-place"]).is_none() => {
            Vec::new()
        }
        (Some(_), Some(program)) => program.arguments.clone(),
        _ => Vec::new(),
    };
    let words = arguments.iter().map(|word| &word.range);
    let written = command.redirections.iter().filter(|range| {
        reading.text_at(range).is_some_and(|text| text.contains('>') && !text.contains('<'))
    });
    let file = words.chain(written).find_map(|range| file_of_job(reading.text_at(range)?))?;
    let (job, kind) = file.rsplit_once('.')?;
    let unit = match job {
        "$UPSTART_JOB" | "${UPSTART_JOB}" => lowering.name.to_string(),
        job if job == lowering.job.name.0 => lowering.name.to_string(),
        job if job.contains(['$', '*', '`']) => "NAME.service".to_owned(),
        job => format!("{job}.service"),
    };
    let help = match (name, kind) {
        (Some("rm" | "unlink"), "override") => format!("write `systemctl enable {unit}`"),
        (Some("rm" | "unlink" | "mv"), _) | (_, "override") if name != Some("cp") => {
            format!("write `systemctl disable {unit}`, so that the next boot does not start it")
        }
        _ => format!("change the unit instead: `systemctl edit {unit}`"),
    };
    Some((format!("{CONFIGURATION}{file}"), help))
}

/// The name of the file of a job in a word or a redirection, relative to the directory of the
/// configuration.
fn file_of_job(text: &str) -> Option<&str> {
    let (_, file) = text.split_once(CONFIGURATION)?;
    let file = file.trim_end_matches(['"', '\'']);
    let (_, kind) = file.rsplit_once('.')?;
    matches!(kind, "conf" | "override").then_some(file)
}

/// The words and redirections of a command that has an effect.
fn places(command: &SimpleCommand) -> impl Iterator<Item = &Range<usize>> {
    let quiet = matches!(command.name(), Some("echo" | "printf" | "logger" | "mkdir"));
    let words = command.words.iter().filter(move |_| !quiet).map(|word| &word.range);
    words.chain(&command.redirections)
}

/// The finding about a log of init that a command uses.
fn log(
    lowering: &Lowering<'_>,
    reading: &ScriptUse<'_>,
    command: &SimpleCommand,
) -> Option<Diagnostic> {
    if lowering.options.logs != Logs::Journal {
        return None;
    }
    let is_log = |range: &&Range<usize>| {
        reading.text_at(range).is_some_and(|text| text.contains("/var/log/upstart/"))
    };
    places(command).find(is_log)?;
    Some(
        LOG_NOT_WRITTEN
            .at(reading.span(&command.range), "nothing writes files in /var/log/upstart any more")
            .note("what services write goes to the journal")
            .help("convert with `--logs file`, or read `journalctl -u NAME`"),
    )
}

/// The finding about a list of processes that survive the end of the system.
fn spared(reading: &ScriptUse<'_>, command: &SimpleCommand) -> Option<Diagnostic> {
    let is_list = |range: &&Range<usize>| {
        reading.text_at(range).is_some_and(|text| text.contains("/sendsigs.omit"))
    };
    places(command).find(is_list)?;
    Some(
        PROCESS_NOT_SPARED
            .at(reading.span(&command.range), "nothing reads the names in this directory")
            .note("systemd ends every process that is left when the system goes down")
            .help(
                "add `SurviveFinalKillSignal=yes` (systemd 255) if the process has to outlive that",
            ),
    )
}

/// The finding about the program that loads a profile of `AppArmor`.
fn profile(reading: &ScriptUse<'_>, command: &SimpleCommand) -> Option<Diagnostic> {
    let chain = program::chain(command);
    let loader = chain.iter().find(|program| {
        program.word.literal.as_deref() == Some("/lib/init/apparmor-profile-load")
    })?;
    let name = loader.arguments.first().and_then(|word| word.literal.as_deref());
    Some(
        PROFILE_LOADER
            .at(reading.span(&loader.word.range), "this program came with Upstart, and is gone")
            .note("apparmor.service loads all profiles of /etc/apparmor.d early in the boot")
            .help(format!(
                "remove the line, or write `apparmor_parser -r -W /etc/apparmor.d/{} || true`",
                name.unwrap_or("NAME")
            )),
    )
}
