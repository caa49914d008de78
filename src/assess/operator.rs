//! What an operator types and reads from now on.

use crate::migrate::Service;
use crate::systemd::shell_word;
use crate::text::visible::visible;
use crate::upstart::instances::Instance;

/// The commands for a job, before and now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorCommands {
    /// `start foo`.
    pub start_before: String,
    /// `systemctl start foo`.
    pub start: String,
    /// `journalctl -u foo`.
    pub log: String,
    /// `systemctl reload foo`; `None` if the unit cannot be reloaded.
    pub reload: Option<String>,
}

/// The commands for a job.
pub fn commands(service: &Service) -> OperatorCommands {
    let Service { job, unit, instance, reloads } = service;
    let (given, unit) = match instance {
        Instance::Singleton { .. } => (String::new(), unit.stem().to_owned()),
        Instance::Template { variables, .. } => (
            variables.iter().map(|variable| format!(" {variable}=…")).collect(),
            format!("{}@{}", unit.stem(), vec!["…"; variables.len()].join(":")),
        ),
    };
    let (job, unit) = (visible(job), shell_word(&unit));
    OperatorCommands {
        start_before: format!("start {job}{given}"),
        start: format!("systemctl start {unit}"),
        log: format!("journalctl -u {unit}"),
        reload: reloads.then(|| format!("systemctl reload {unit}")),
    }
}
