//! What a person may choose about the translation.

/// The oldest systemd that units can be written for.
pub const OLDEST_SYSTEMD: u32 = 229;

/// Settings of a conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The systemd that the units must work with.
    pub systemd_version: u32,
    /// Write out the whole environment that Upstart gave a job, whether or not it is referred to.
    pub full_env: bool,
    /// Files beside the unit may be written, so that a script which is too long for a unit can go to one.
    pub companions: bool,
}

impl Default for Options {
    /// systemd 249 is that of the oldest Ubuntu LTS that is still supported.
    fn default() -> Self {
        Self { systemd_version: 249, full_env: false, companions: false }
    }
}
