//! The choices of the user for a translation.

use crate::upstart::dialect::Dialect;

/// The choices of the user for a translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The version of systemd that the units are for. Later directives are not written.
    pub systemd_version: u32,
    /// Whether to write the whole environment that init gives a job, including `TERM`, which jobs
    /// rarely read.
    pub full_env: bool,
    /// Where the output of a job goes that Upstart wrote to a log file.
    pub logs: Logs,
    /// Whether companions may be written. A script then may go to a file.
    pub companions: bool,
    /// Where the scripts of jobs go.
    pub scripts: ScriptPlace,
    /// Which corner cases of Upstart the units keep.
    pub style: Style,
    /// The dialect of the jobs. `None` detects it for each job.
    pub dialect: Option<Dialect>,
}

/// The replacement of the log files below `/var/log/upstart`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Logs {
    /// The journal.
    #[default]
    Journal,
    /// The log file that Upstart wrote. Its directory must exist, and log rotation must copy and
    /// truncate it.
    File,
}

/// Where the scripts of jobs go. Those that are too long for a unit always go to files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScriptPlace {
    /// Into the units.
    Inline,
    /// Into files of their own, if companions may be written and the job can see the file.
    Files,
    /// Into the units if they are easy to read there.
    #[default]
    Auto,
}

/// Which corner cases of Upstart a unit keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// None that only show when something fails or a program looks closely: the unit is what a
    /// person would write for the job.
    #[default]
    Plain,
    /// All that systemd can keep.
    Exact,
}

impl Options {
    /// The version of systemd that units are for by default: that of Ubuntu 22.04.
    pub const DEFAULT_SYSTEMD_VERSION: u32 = 249;
    /// The oldest version of systemd that units can be written for: that of Ubuntu 16.04, the first
    /// release that booted with systemd instead of Upstart.
    pub const OLDEST_SYSTEMD_VERSION: u32 = 229;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            systemd_version: Self::DEFAULT_SYSTEMD_VERSION,
            full_env: false,
            logs: Logs::Journal,
            companions: false,
            scripts: ScriptPlace::Auto,
            style: Style::Plain,
            dialect: None,
        }
    }
}
