//! How long the work takes that a migration leaves to people.

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskKind {
    /// Decide whether a difference matters.
    Look,
    /// Read the shell of a pre-start, which runs at other times now.
    PreStart,
    /// Find out who emits an event, and start its unit there.
    Event,
    /// Write what the unit lacks.
    Hand,
    /// Decide which instances of a template start.
    Template,
    /// Compare a job that was changed with the one of its package.
    PackageJob,
    /// Start the unit, use it, and stop it.
    Test,
}

impl TaskKind {
    /// All kinds, in their order.
    pub const ALL: [Self; 7] = [
        Self::Look,
        Self::PreStart,
        Self::Event,
        Self::Hand,
        Self::Template,
        Self::PackageJob,
        Self::Test,
    ];

    /// The key in the configuration and in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::PreStart => "pre-start",
            Self::Event => "event",
            Self::Hand => "hand",
            Self::Template => "template",
            Self::PackageJob => "package-job",
            Self::Test => "test",
        }
    }

    /// What a person does.
    pub fn work(self) -> &'static str {
        match self {
            Self::Look => "decide whether a difference matters",
            Self::PreStart => "read the shell of a pre-start",
            Self::Event => "find who emits an event",
            Self::Hand => "write what is missing",
            Self::Template => "decide which instances start",
            Self::PackageJob => "compare a changed job with that of its package",
            Self::Test => "start, use and stop the unit of a job",
        }
    }
}

/// How the time is estimated, for reports.
pub const ESTIMATE: &str = "Each kind of work takes the number of its tasks times the minutes of one. \
    The minutes are guesses: set your own in the table `[report.minutes]` of `upstart2systemd.toml`.";

/// The minutes that one task of each kind takes. The values without a configuration are guesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minutes([u32; TaskKind::ALL.len()]);

impl Default for Minutes {
    fn default() -> Self {
        Self([5, 5, 10, 20, 10, 10, 10])
    }
}

impl Minutes {
    /// The minutes of one task.
    pub fn of(&self, kind: TaskKind) -> u32 {
        self.0.get(kind as usize).copied().unwrap_or_default()
    }

    /// Sets the minutes of one task.
    pub fn set(&mut self, kind: TaskKind, minutes: u32) {
        if let Some(known) = self.0.get_mut(kind as usize) {
            *known = minutes;
        }
    }
}

/// A length of time for people: `25 minutes`, `about 3 hours`, `about 4 days`. A day has eight
/// hours.
pub fn duration(minutes: u64) -> String {
    const HOUR: u64 = 60;
    const DAY: u64 = 8 * HOUR;
    let about = |number: u64, unit: &str| {
        format!("about {number} {unit}{}", if number == 1 { "" } else { "s" })
    };
    match minutes {
        0 => "no time".to_owned(),
        1 => "1 minute".to_owned(),
        2..=50 => format!("{minutes} minutes"),
        51..1440 => about((minutes + HOUR / 2) / HOUR, "hour"),
        _ => about((minutes + DAY / 2) / DAY, "day"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Minutes, TaskKind, duration};

    #[test]
    fn each_kind_has_its_minutes() {
        let mut minutes = Minutes::default();
        minutes.set(TaskKind::Test, 3);
        assert_eq!(TaskKind::ALL.map(|kind| minutes.of(kind)), [5, 5, 10, 20, 10, 10, 3]);
    }

    #[test]
    fn time_is_rounded_as_people_do() {
        let shown = [0, 1, 50, 55, 100, 1439, 1440, 2400].map(duration);
        assert_eq!(
            shown,
            [
                "no time",
                "1 minute",
                "50 minutes",
                "about 1 hour",
                "about 2 hours",
                "about 24 hours",
                "about 3 days",
                "about 5 days"
            ]
        );
    }
}
