//! Releases of distributions, and the systemd that they have.

/// Distributions whose units have the same names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReleaseFamily {
    /// Ubuntu.
    #[default]
    Ubuntu,
    /// Debian.
    Debian,
    /// Red Hat Enterprise Linux and what is built from its sources.
    Rhel,
    /// Amazon Linux.
    Amazon,
}

impl ReleaseFamily {
    /// The name, as it begins the names of releases.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ubuntu => "ubuntu",
            Self::Debian => "debian",
            Self::Rhel => "rhel",
            Self::Amazon => "amazon",
        }
    }
}

/// A release of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// The name, such as `ubuntu-22.04`.
    pub name: &'static str,
    /// The distribution.
    pub family: ReleaseFamily,
    /// The version of systemd that the release came with.
    pub systemd: u32,
}

const fn release(name: &'static str, family: ReleaseFamily, systemd: u32) -> Release {
    Release { name, family, systemd }
}

/// The releases, with the version of the package `systemd` of each (packages.ubuntu.com,
/// packages.debian.org, the release notes of Red Hat and Amazon).
pub const RELEASES: [Release; 17] = [
    release("ubuntu-16.04", ReleaseFamily::Ubuntu, 229),
    release("ubuntu-18.04", ReleaseFamily::Ubuntu, 237),
    release("ubuntu-20.04", ReleaseFamily::Ubuntu, 245),
    release("ubuntu-22.04", ReleaseFamily::Ubuntu, 249),
    release("ubuntu-24.04", ReleaseFamily::Ubuntu, 255),
    release("ubuntu-26.04", ReleaseFamily::Ubuntu, 259),
    release("debian-9", ReleaseFamily::Debian, 232),
    release("debian-10", ReleaseFamily::Debian, 241),
    release("debian-11", ReleaseFamily::Debian, 247),
    release("debian-12", ReleaseFamily::Debian, 252),
    release("debian-13", ReleaseFamily::Debian, 257),
    release("rhel-7", ReleaseFamily::Rhel, 219),
    release("rhel-8", ReleaseFamily::Rhel, 239),
    release("rhel-9", ReleaseFamily::Rhel, 252),
    release("rhel-10", ReleaseFamily::Rhel, 257),
    release("amazon-2", ReleaseFamily::Amazon, 219),
    release("amazon-2023", ReleaseFamily::Amazon, 252),
];

impl Release {
    /// The release of this name.
    pub fn named(name: &str) -> Option<Self> {
        RELEASES.into_iter().find(|release| release.name == name)
    }
}
