//! `control-alt-delete`.

use super::trigger::{Classified, Side, Trigger};
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::CONTROL_ALT_DELETE;
use crate::lower::companion::Companion;
use crate::lower::lowering::Lowering;
use crate::lower::own_files;
use crate::systemd::layout::UNITS;
use crate::systemd::{Directive, Text, Unit, UnitName, Value};
use crate::upstart::ast::Phase;
use crate::upstart::condition::Event;
use crate::upstart::exec::direct_argv;

/// Turns `control-alt-delete`, which init emits at SIGINT (`init/main.c`, `cad_handler`), into
/// `ctrl-alt-del.target` (systemd.special(7)).
pub(super) fn control_alt_delete(lowering: &Lowering<'_>, event: &Event, side: Side) -> Classified {
    let keys = "ctrl-alt-del.target";
    if side == Side::Stop {
        return Classified::exact(Trigger::Unit(UnitName::known(keys)));
    }
    if reboots(lowering) {
        let diagnostic = CONTROL_ALT_DELETE
            .at(event.span(), "the keys reboot the system without this job")
            .note(format!("{keys} is an alias of reboot.target"))
            .help("delete the job");
        return Classified::with(Trigger::Companion, Disposition::Dropped, diagnostic);
    }
    if !lowering.options.companions {
        let diagnostic = CONTROL_ALT_DELETE
            .at(event.span(), "the keys start ctrl-alt-del.target, not this unit")
            .note("a job that only reboots is not needed: that is what the target does by default")
            .help(format!("write /{UNITS}/ctrl-alt-del.target with `Wants={}`", lowering.name));
        return Classified::with(Trigger::Companion, Disposition::Manual, diagnostic);
    }
    let mut target = Unit::new(UnitName::known(keys));
    target.header.push(Text::new(&own_files::made(
        "What Control-Alt-Delete starts, in the place of reboot.target.",
    )));
    target.add(Directive::Description, Value::keyword("Control-Alt-Delete"));
    Classified {
        companions: vec![Companion::Unit(target)],
        ..Classified::exact(Trigger::Unit(UnitName::known(keys)))
    }
}

/// Whether the job only reboots the system, which systemd does at these keys by default
/// (systemd.special(7), `ctrl-alt-del.target`).
fn reboots(lowering: &Lowering<'_>) -> bool {
    let job = lowering.job;
    let [(Phase::Main, stated)] =
        job.processes.iter().map(|(&phase, stated)| (phase, stated)).collect::<Vec<_>>()[..]
    else {
        return false;
    };
    let words = direct_argv(stated.value.text().value.trim()).unwrap_or_default();
    let program = words.first().and_then(|word| word.rsplit('/').next());
    match program {
        Some("reboot") => true,
        Some("shutdown") => words.contains(&"-r") && words.contains(&"now"),
        _ => false,
    }
}
