//! Scripts in files of their own, which the unit runs as programs.

use super::reading::ScriptUse;
use crate::diagnostic::registry::{LONG_SCRIPT, SCRIPT_OUTSIDE_OF_ROOT};
use crate::lower::companion::Companion;
use crate::lower::companion_unit::made_for;
use crate::lower::lowering::Lowering;
use crate::lower::options::ScriptPlace;
use crate::lower::own_files;
use crate::lower::stanza::env;
use crate::systemd::layout::Output;
use crate::systemd::{Command, Value};

/// The most lines of a script that a unit shows.
const LINES_MAX: usize = 20;

/// The most columns of a line of the unit that stands for several lines of the script.
const UNBROKEN_MAX: usize = 100;

/// Whether the script of a phase goes to a file. `text` is the text of the phase, and `inline` the
/// command that has it in the unit.
pub(super) fn is_wanted(
    lowering: &Lowering<'_>,
    text: &str,
    inline: &Command,
    at_boot: bool,
) -> bool {
    // The file may not be there yet, or not within the root directory of the job. A script in a file
    // has another `$0`.
    let can = lowering.options.companions
        && !at_boot
        && lowering.job.chroot.is_none()
        && !["$0", "${0"].iter().any(|name| text.contains(name));
    can && match lowering.options.scripts {
        ScriptPlace::Inline => false,
        ScriptPlace::Files => true,
        ScriptPlace::Auto => {
            text.lines().count() > LINES_MAX
                || Value::command(inline).as_str().lines().any(is_unbroken)
        }
    }
}

/// Whether a physical line is long and stands for several lines of a script.
fn is_unbroken(line: &str) -> bool {
    let mut characters = line.chars();
    let mut ends = 0;
    while let Some(character) = characters.next() {
        let is_end = character == '\\' && characters.next() == Some('n');
        ends += usize::from(is_end && !matches!(characters.as_str(), "" | "\\" | "'" | "\""));
    }
    ends > 0 && line.chars().count() > UNBROKEN_MAX && !line.trim_start().starts_with('#')
}

/// Puts a script into a file, or reports that it needs one, and returns the command that runs it.
pub(super) fn written(lowering: &mut Lowering<'_>, reading: &ScriptUse<'_>, text: &str) -> Command {
    lowering.read_in_files.extend(env::OWN.iter().filter(|name| text.contains(**name)));
    let path = own_files::script(lowering.name.stem(), reading.phase.name());
    let absolute = format!("/{path}");
    let stanza = reading.stated.stanza;
    let span = lowering.job.stanzas[stanza.0].span;
    if lowering.options.companions {
        lowering.ledger.file(stanza, &path);
        if let Some(chroot) = &lowering.job.chroot {
            let diagnostic = SCRIPT_OUTSIDE_OF_ROOT
                .at(span, format!("the script goes to {absolute}, which the job does not see"))
                .related(chroot.span, "the job runs in this directory")
                .help("copy the file to the same path below that directory");
            lowering.manual(stanza, &[], diagnostic);
        }
        let header = made_for(lowering).comment();
        let text = format!("#!/bin/sh -e\n{header}\n{}\n", text.trim_end_matches('\n'));
        lowering.companion(Companion::File(Output { path, text }));
    } else {
        let diagnostic = LONG_SCRIPT
            .at(
                span,
                format!("a text of {} bytes for the shell does not fit into a unit", text.len()),
            )
            .label("needs a separate file")
            .help("give a directory to write to: `-o DIR`");
        lowering.manual(stanza, &[], diagnostic);
    }
    let program = Command::words([absolute.clone()]);
    // systemd refuses the names of some programs.
    match program.refusal() {
        None => program,
        Some(_) => Command::words(["/bin/sh", "-e", &absolute]),
    }
}

#[cfg(test)]
mod tests {
    use super::is_unbroken;

    #[test]
    fn only_lines_that_stand_for_several_are_unbroken() {
        let long = "x".repeat(100);
        for (line, expected) in [
            (format!("    echo {long}\\n\\"), false),
            (format!("    echo {long}\\n'"), false),
            (format!("    echo {long}\\\\n{long}\\n\\"), false),
            (format!("    echo {long}\\n{long}\\n\\"), true),
            ("    echo a\\nb\\n\\".to_owned(), false),
            (format!("    # {long}\\n{long}"), false),
        ] {
            assert_eq!(is_unbroken(&line), expected, "{line}");
        }
    }
}
