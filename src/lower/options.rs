//! What the user may choose about a translation.

use crate::upstart::dialect::Dialect;

/// What the user may choose about a translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The version of systemd that the units are for; directives that came later are not written.
    pub systemd_version: u32,
    /// Whether to write the whole environment that init gives a job, also `TERM`, which a job
    /// hardly ever reads.
    pub full_env: bool,
    /// Where the output of a job goes that Upstart logged.
    pub logs: Logs,
    /// Files beside the unit may be written, so that a script which is too long for a unit can go
    /// to one.
    pub companions: bool,
    /// The language of the jobs; found out for each where nothing is said.
    pub dialect: Option<Dialect>,
}

/// What takes the place of /var/log/upstart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Logs {
    /// The journal.
    #[default]
    Journal,
    /// The same file as before. The directory has to exist, and rotation has to copy and truncate.
    File,
}

impl Options {
    /// The version of systemd that units are for where nothing is said: the one of Ubuntu 22.04.
    pub const DEFAULT_SYSTEMD_VERSION: u32 = 249;
    /// Units for an older systemd cannot be written: 229 is that of Ubuntu 16.04, the first release
    /// on which systemd took the place of Upstart.
    pub const OLDEST_SYSTEMD_VERSION: u32 = 229;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            systemd_version: Self::DEFAULT_SYSTEMD_VERSION,
            full_env: false,
            logs: Logs::Journal,
            companions: false,
            dialect: None,
        }
    }
}
