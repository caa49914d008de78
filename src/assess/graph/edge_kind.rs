//! What an edge of a graph means.

/// The effect that one node has on another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    /// It starts with the other one and stops with it.
    Bound,
    /// It is started.
    Starts,
    /// It is started by a command in a script.
    StartsByScript,
    /// It is emitted.
    Emits,
    /// It is stopped.
    Stops,
    /// It is stopped by a command in a script.
    StopsByScript,
    /// It starts later, if both start.
    Orders,
}

impl EdgeKind {
    /// All kinds, in the order of the legend.
    pub const ALL: [Self; 7] = [
        Self::Starts,
        Self::Bound,
        Self::Stops,
        Self::Emits,
        Self::StartsByScript,
        Self::StopsByScript,
        Self::Orders,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bound => "bound",
            Self::Starts => "starts",
            Self::StartsByScript => "starts-by-script",
            Self::Emits => "emits",
            Self::Stops => "stops",
            Self::StopsByScript => "stops-by-script",
            Self::Orders => "orders",
        }
    }

    /// Whether it brings the other one about. What only stops it or orders it is less important.
    pub fn is_start(self) -> bool {
        match self {
            Self::Bound | Self::Starts | Self::StartsByScript | Self::Emits => true,
            Self::Stops | Self::StopsByScript | Self::Orders => false,
        }
    }
}
