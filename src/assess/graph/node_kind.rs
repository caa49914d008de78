//! What a node of a graph is.

/// What a node of a graph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    /// A job of the directory, or its unit.
    Job,
    /// An event that jobs or people emit, or the unit that stands for it.
    Event,
    /// What is not in the directory.
    Outside(OutsideKind),
    /// Where several conditions meet.
    Join(Joining),
}

/// What is outside of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutsideKind {
    /// A socket that clients connect to.
    Socket,
    /// A file that changes.
    File,
    /// A device.
    Device,
    /// D-Bus.
    Bus,
    /// A job that is not in the directory, or any job.
    Job,
    /// A unit that no job became.
    Unit,
    /// Another event of the system, such as a key.
    Event,
}

/// How conditions meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Joining {
    /// All have to hold.
    And,
    /// One is enough.
    Or,
}

impl Joining {
    /// The operator of init.
    pub fn name(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

impl OutsideKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::File => "file",
            Self::Device => "device",
            Self::Bus => "bus",
            Self::Job => "other-job",
            Self::Unit => "unit",
            Self::Event => "system-event",
        }
    }
}

impl NodeKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Event => "event",
            Self::Outside(kind) => kind.name(),
            Self::Join(joining) => joining.name(),
        }
    }

    /// Whether it is a job or the unit of one.
    pub fn is_box(self) -> bool {
        self == Self::Job
    }

    /// Whether it is outside of the directory. Two jobs that follow the same socket or device have
    /// nothing else to do with each other.
    pub fn is_outside(self) -> bool {
        matches!(self, Self::Outside(_))
    }
}
