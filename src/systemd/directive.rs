//! The directives that this program writes: their section, and the systemd that introduced them.

/// A section of a unit file, in the order in which they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    Unit,
    Service,
    Socket,
    Path,
    Install,
}

impl Section {
    pub const ALL: [Self; 5] = [Self::Unit, Self::Service, Self::Socket, Self::Path, Self::Install];

    pub fn name(self) -> &'static str {
        match self {
            Self::Unit => "Unit",
            Self::Service => "Service",
            Self::Socket => "Socket",
            Self::Path => "Path",
            Self::Install => "Install",
        }
    }
}

/// A directive. The order is that of the manuals: systemd.unit(5), systemd.service(5),
/// systemd.exec(5), systemd.kill(5), systemd.resource-control(5), systemd.socket(5),
/// systemd.path(5), and `[Install]` of systemd.unit(5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Directive {
    Description,
    Wants,
    Requisite,
    BindsTo,
    PartOf,
    StopPropagatedFrom,
    Conflicts,
    Before,
    After,
    OnSuccess,
    OnFailure,
    RequiresMountsFor,
    DefaultDependencies,
    StartLimitIntervalSec,
    /// Its name before systemd 230.
    StartLimitInterval,
    StartLimitBurst,
    ConditionVirtualization,
    ConditionPathExists,
    ConditionPathIsDirectory,
    ConditionFileIsExecutable,

    Type,
    RemainAfterExit,
    GuessMainPid,
    PidFile,
    BusName,
    ExecStart,
    ExecStartPre,
    ExecStartPost,
    ExecCondition,
    ExecReload,
    ExecStop,
    ExecStopPost,
    RestartSec,
    TimeoutStartSec,
    TimeoutStopSec,
    Restart,
    SuccessExitStatus,
    RestartPreventExitStatus,

    WorkingDirectory,
    RootDirectory,
    User,
    Group,
    AppArmorProfile,
    LimitCpu,
    LimitFsize,
    LimitData,
    LimitStack,
    LimitCore,
    LimitRss,
    LimitNofile,
    LimitAs,
    LimitNproc,
    LimitMemlock,
    LimitSigpending,
    LimitMsgqueue,
    LimitNice,
    LimitRtprio,
    UMask,
    OomScoreAdjust,
    IgnoreSigpipe,
    Nice,
    Environment,
    PassEnvironment,
    StandardInput,
    StandardOutput,
    StandardError,
    TtyPath,

    KillSignal,

    CpuWeight,
    CpuQuota,
    AllowedCpus,
    AllowedMemoryNodes,
    MemoryHigh,
    MemoryMax,
    MemorySwapMax,
    TasksMax,
    IoWeight,
    IoReadBandwidthMax,
    IoWriteBandwidthMax,
    IoReadIopsMax,
    IoWriteIopsMax,
    DeviceAllow,
    DevicePolicy,

    ListenStream,
    BindIpv6Only,

    PathExists,
    PathExistsGlob,
    PathChanged,
    PathModified,

    WantedBy,
    DefaultInstance,
}

impl Directive {
    pub fn name(self) -> &'static str {
        self.row().1
    }

    pub fn section(self) -> Section {
        self.row().0
    }

    /// The first systemd that knows it (`Version added` of the manuals, and systemd's NEWS).
    pub fn since(self) -> u32 {
        self.row().2
    }

    /// `Service.ExecStart`
    pub fn path(self) -> String {
        format!("{}.{}", self.section().name(), self.name())
    }

    /// Whether several values stand on one line, separated by blanks.
    pub fn is_list(self) -> bool {
        matches!(
            self,
            Self::Wants
                | Self::Requisite
                | Self::BindsTo
                | Self::PartOf
                | Self::StopPropagatedFrom
                | Self::Conflicts
                | Self::Before
                | Self::After
                | Self::OnSuccess
                | Self::OnFailure
                | Self::RequiresMountsFor
                | Self::SuccessExitStatus
                | Self::RestartPreventExitStatus
                | Self::PassEnvironment
                | Self::WantedBy
        )
    }

    fn row(self) -> (Section, &'static str, u32) {
        use Section::{Install, Path, Service, Socket, Unit};
        // What is older than the oldest systemd that anybody converts for has 0.
        match self {
            Self::Description => (Unit, "Description", 0),
            Self::Wants => (Unit, "Wants", 0),
            Self::Requisite => (Unit, "Requisite", 0),
            Self::BindsTo => (Unit, "BindsTo", 0),
            Self::PartOf => (Unit, "PartOf", 0),
            Self::StopPropagatedFrom => (Unit, "StopPropagatedFrom", 249),
            Self::Conflicts => (Unit, "Conflicts", 0),
            Self::Before => (Unit, "Before", 0),
            Self::After => (Unit, "After", 0),
            Self::OnSuccess => (Unit, "OnSuccess", 249),
            Self::OnFailure => (Unit, "OnFailure", 0),
            Self::RequiresMountsFor => (Unit, "RequiresMountsFor", 0),
            Self::DefaultDependencies => (Unit, "DefaultDependencies", 0),
            Self::StartLimitIntervalSec => (Unit, "StartLimitIntervalSec", 230),
            Self::StartLimitInterval => (Unit, "StartLimitInterval", 229),
            Self::StartLimitBurst => (Unit, "StartLimitBurst", 229),
            Self::ConditionVirtualization => (Unit, "ConditionVirtualization", 0),
            Self::ConditionPathExists => (Unit, "ConditionPathExists", 0),
            Self::ConditionPathIsDirectory => (Unit, "ConditionPathIsDirectory", 0),
            Self::ConditionFileIsExecutable => (Unit, "ConditionFileIsExecutable", 0),
            Self::Type => (Service, "Type", 0),
            Self::RemainAfterExit => (Service, "RemainAfterExit", 0),
            Self::GuessMainPid => (Service, "GuessMainPID", 0),
            Self::PidFile => (Service, "PIDFile", 0),
            Self::BusName => (Service, "BusName", 0),
            Self::ExecStart => (Service, "ExecStart", 0),
            Self::ExecStartPre => (Service, "ExecStartPre", 0),
            Self::ExecStartPost => (Service, "ExecStartPost", 0),
            Self::ExecCondition => (Service, "ExecCondition", 243),
            Self::ExecReload => (Service, "ExecReload", 0),
            Self::ExecStop => (Service, "ExecStop", 0),
            Self::ExecStopPost => (Service, "ExecStopPost", 0),
            Self::RestartSec => (Service, "RestartSec", 0),
            Self::TimeoutStartSec => (Service, "TimeoutStartSec", 0),
            Self::TimeoutStopSec => (Service, "TimeoutStopSec", 0),
            Self::Restart => (Service, "Restart", 0),
            Self::SuccessExitStatus => (Service, "SuccessExitStatus", 0),
            Self::RestartPreventExitStatus => (Service, "RestartPreventExitStatus", 0),
            Self::WorkingDirectory => (Service, "WorkingDirectory", 0),
            Self::RootDirectory => (Service, "RootDirectory", 0),
            Self::User => (Service, "User", 0),
            Self::Group => (Service, "Group", 0),
            Self::AppArmorProfile => (Service, "AppArmorProfile", 0),
            Self::LimitCpu => (Service, "LimitCPU", 0),
            Self::LimitFsize => (Service, "LimitFSIZE", 0),
            Self::LimitData => (Service, "LimitDATA", 0),
            Self::LimitStack => (Service, "LimitSTACK", 0),
            Self::LimitCore => (Service, "LimitCORE", 0),
            Self::LimitRss => (Service, "LimitRSS", 0),
            Self::LimitNofile => (Service, "LimitNOFILE", 0),
            Self::LimitAs => (Service, "LimitAS", 0),
            Self::LimitNproc => (Service, "LimitNPROC", 0),
            Self::LimitMemlock => (Service, "LimitMEMLOCK", 0),
            Self::LimitSigpending => (Service, "LimitSIGPENDING", 0),
            Self::LimitMsgqueue => (Service, "LimitMSGQUEUE", 0),
            Self::LimitNice => (Service, "LimitNICE", 0),
            Self::LimitRtprio => (Service, "LimitRTPRIO", 0),
            Self::UMask => (Service, "UMask", 0),
            Self::OomScoreAdjust => (Service, "OOMScoreAdjust", 0),
            Self::IgnoreSigpipe => (Service, "IgnoreSIGPIPE", 0),
            Self::Nice => (Service, "Nice", 0),
            Self::Environment => (Service, "Environment", 0),
            Self::PassEnvironment => (Service, "PassEnvironment", 228),
            Self::StandardInput => (Service, "StandardInput", 0),
            Self::StandardOutput => (Service, "StandardOutput", 0),
            Self::StandardError => (Service, "StandardError", 0),
            Self::TtyPath => (Service, "TTYPath", 0),
            Self::KillSignal => (Service, "KillSignal", 0),
            Self::CpuWeight => (Service, "CPUWeight", 232),
            Self::CpuQuota => (Service, "CPUQuota", 0),
            Self::AllowedCpus => (Service, "AllowedCPUs", 244),
            Self::AllowedMemoryNodes => (Service, "AllowedMemoryNodes", 244),
            Self::MemoryHigh => (Service, "MemoryHigh", 231),
            Self::MemoryMax => (Service, "MemoryMax", 231),
            Self::MemorySwapMax => (Service, "MemorySwapMax", 232),
            Self::TasksMax => (Service, "TasksMax", 227),
            Self::IoWeight => (Service, "IOWeight", 230),
            Self::IoReadBandwidthMax => (Service, "IOReadBandwidthMax", 230),
            Self::IoWriteBandwidthMax => (Service, "IOWriteBandwidthMax", 230),
            Self::IoReadIopsMax => (Service, "IOReadIOPSMax", 230),
            Self::IoWriteIopsMax => (Service, "IOWriteIOPSMax", 230),
            Self::DeviceAllow => (Service, "DeviceAllow", 0),
            Self::DevicePolicy => (Service, "DevicePolicy", 0),
            Self::ListenStream => (Socket, "ListenStream", 0),
            Self::BindIpv6Only => (Socket, "BindIPv6Only", 0),
            Self::PathExists => (Path, "PathExists", 0),
            Self::PathExistsGlob => (Path, "PathExistsGlob", 0),
            Self::PathChanged => (Path, "PathChanged", 0),
            Self::PathModified => (Path, "PathModified", 0),
            Self::WantedBy => (Install, "WantedBy", 0),
            Self::DefaultInstance => (Install, "DefaultInstance", 215),
        }
    }
}
