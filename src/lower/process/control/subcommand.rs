//! The subcommands of `initctl`.

use crate::upstart::script::job_control::{JobControl, Verb};

/// Whether the subcommand notifies init of something that systemd detects itself.
pub(in crate::lower::process) fn is_notice(verb: &str) -> bool {
    verb.starts_with("notify-")
}

/// Whether systemd has a counterpart for the subcommand.
pub(in crate::lower::process) fn is_known(verb: &str) -> bool {
    ["start", "stop", "restart", "reload", "status", "emit", "list", "reload-configuration"]
        .contains(&verb)
        || is_notice(verb)
}

/// The uses of `initctl` without a counterpart in systemd, with their subcommand.
pub(in crate::lower) fn unavailable(
    uses: &[JobControl],
) -> impl Iterator<Item = (&JobControl, String)> {
    uses.iter().filter(|usage| usage.command == Verb::Initctl && !usage.external).filter_map(
        |usage| {
            usage.subcommand().filter(|verb| !is_known(verb)).map(|verb| (usage, verb.to_owned()))
        },
    )
}
