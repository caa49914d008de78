//! The directives that this program writes: the section of each, and the systemd version that
//! introduced it.

/// A section of a unit file. The order is that in which sections are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// `[Unit]`
    Unit,
    /// `[Service]`
    Service,
    /// `[Socket]`
    Socket,
    /// `[Path]`
    Path,
    /// `[Install]`
    Install,
}

impl Section {
    /// All sections, in the order in which they are written.
    pub const ALL: [Self; 5] = [Self::Unit, Self::Service, Self::Socket, Self::Path, Self::Install];

    /// The name without brackets.
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

/// A directive. The order is that in which a person reads a unit: what it follows, what it stops
/// with, when it starts; who runs what, where and with which environment; the commands as they run;
/// restarts, timeouts, streams and limits. The manual pages define the meaning: systemd.unit(5),
/// systemd.service(5), systemd.exec(5), systemd.kill(5), systemd.resource-control(5),
/// systemd.socket(5), systemd.path(5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Directive {
    /// A title for people.
    Description,
    /// Units to start along with this one.
    Wants,
    /// Units that have to be active already.
    Requisite,
    /// Units that this one waits for.
    After,
    /// Units that wait for this one.
    Before,
    /// Paths whose mounts this unit needs.
    RequiresMountsFor,
    /// Units that are started with this one, and without which it stops.
    BindsTo,
    /// Units whose stop and restart apply to this one.
    PartOf,
    /// Units whose stop applies to this one.
    StopPropagatedFrom,
    /// Units that cannot be active at the same time.
    Conflicts,
    /// Units to start when this one becomes inactive without a failure.
    OnSuccess,
    /// Units to start when this one fails.
    OnFailure,
    /// Whether the unit is ordered within boot and shutdown by default.
    DefaultDependencies,
    /// Starts the unit only in this kind of virtualization, or outside of it.
    ConditionVirtualization,
    /// Starts the unit only if the path exists.
    ConditionPathExists,
    /// Starts the unit only if the path is a directory.
    ConditionPathIsDirectory,
    /// Starts the unit only if the path is an executable file.
    ConditionFileIsExecutable,
    /// The interval of `StartLimitBurst=`, in seconds; 0 means no limit.
    StartLimitIntervalSec,
    /// The name of `StartLimitIntervalSec=` before systemd 230.
    StartLimitInterval,
    /// The number of starts within the interval, the first included.
    StartLimitBurst,

    /// How systemd finds out that the service has started.
    Type,
    /// Whether the service stays active after its processes have exited.
    RemainAfterExit,
    /// Whether systemd guesses the main process of a forking service.
    GuessMainPid,
    /// The file with the number of the main process.
    PidFile,
    /// Which processes may send messages about the service.
    NotifyAccess,
    /// The D-Bus name that the service takes.
    BusName,
    /// The user that the processes run as.
    User,
    /// The group that the processes run as.
    Group,
    /// The working directory of the processes.
    WorkingDirectory,
    /// The root directory of the processes.
    RootDirectory,
    /// The permission bits to remove from new files, in octal.
    UMask,
    /// Environment variables with their values.
    Environment,
    /// Files with environment variables.
    EnvironmentFile,
    /// Environment variables to copy from the manager.
    PassEnvironment,
    /// A command that decides whether to start the service.
    ExecCondition,
    /// A command before the main process.
    ExecStartPre,
    /// The command of the main process.
    ExecStart,
    /// A command after the main process was started.
    ExecStartPost,
    /// A command that reloads the configuration.
    ExecReload,
    /// A command that stops the service.
    ExecStop,
    /// A command after the service has stopped, for whatever reason.
    ExecStopPost,
    /// When the service is restarted.
    Restart,
    /// The pause before a restart, in seconds.
    RestartSec,
    /// Exit statuses and signals that are not failures.
    SuccessExitStatus,
    /// Exit statuses and signals that prevent a restart.
    RestartPreventExitStatus,
    /// The maximum time to start, in seconds.
    TimeoutStartSec,
    /// The time between the kill signal and SIGKILL, in seconds.
    TimeoutStopSec,
    /// Which processes are killed when the service stops.
    KillMode,
    /// The signal that stops the service.
    KillSignal,
    /// What standard input is connected to.
    StandardInput,
    /// What standard output is connected to.
    StandardOutput,
    /// What standard error is connected to.
    StandardError,
    /// The name before each line in the journal.
    SyslogIdentifier,
    /// The terminal for standard streams.
    TtyPath,
    /// Whether the processes ignore SIGPIPE.
    IgnoreSigpipe,

    /// The `AppArmor` profile of the processes.
    AppArmorProfile,
    /// The limit of processor time, in seconds.
    LimitCpu,
    /// The limit of the size of a file, in bytes.
    LimitFsize,
    /// The limit of the data segment, in bytes.
    LimitData,
    /// The limit of the stack, in bytes.
    LimitStack,
    /// The limit of a core file, in bytes.
    LimitCore,
    /// The limit of resident memory, in bytes.
    LimitRss,
    /// One more than the highest file descriptor.
    LimitNofile,
    /// The limit of the address space, in bytes.
    LimitAs,
    /// The limit of processes of the user.
    LimitNproc,
    /// The limit of locked memory, in bytes.
    LimitMemlock,
    /// The limit of queued signals.
    LimitSigpending,
    /// The limit of POSIX message queues, in bytes.
    LimitMsgqueue,
    /// The limit of the priority, as a nice value or as 20 minus a nice value.
    LimitNice,
    /// The limit of the real-time priority.
    LimitRtprio,
    /// How likely the kernel kills the processes when out of memory, -1000 to 1000.
    OomScoreAdjust,
    /// The scheduling priority, -20 to 19.
    Nice,

    /// The share of processor time, 1 to 10000.
    CpuWeight,
    /// The limit of processor time, in percent of one processor.
    CpuQuota,
    /// The processors that may be used.
    AllowedCpus,
    /// The NUMA nodes whose memory may be used.
    AllowedMemoryNodes,
    /// The amount of memory above which processes are slowed down, in bytes.
    MemoryHigh,
    /// The limit of memory, in bytes.
    MemoryMax,
    /// The limit of swap space, in bytes.
    MemorySwapMax,
    /// The limit of tasks.
    TasksMax,
    /// The share of block input and output, 1 to 10000.
    IoWeight,
    /// The limit of reading from a device, in bytes per second.
    IoReadBandwidthMax,
    /// The limit of writing to a device, in bytes per second.
    IoWriteBandwidthMax,
    /// The limit of read operations on a device, per second.
    IoReadIopsMax,
    /// The limit of write operations on a device, per second.
    IoWriteIopsMax,
    /// A device that may be used.
    DeviceAllow,
    /// Which devices may be used by default.
    DevicePolicy,

    /// The address of a stream socket.
    ListenStream,
    /// Whether an IPv6 socket accepts IPv4 as well.
    BindIpv6Only,

    /// Starts the unit when the path exists.
    PathExists,
    /// Starts the unit when a path matches the pattern.
    PathExistsGlob,
    /// Starts the unit when the path changes; a written file only when it is closed.
    PathChanged,
    /// Starts the unit when the path changes, also on each write.
    PathModified,

    /// Units that start this one once it is enabled.
    WantedBy,
    /// The instance that is enabled if a template is enabled.
    DefaultInstance,
}

impl Directive {
    /// The name as written in a unit file, without `=`.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The section that it belongs to.
    pub fn section(self) -> Section {
        self.row().0
    }

    /// The first systemd version that has it ("Added in version" in the manual pages; the NEWS of
    /// systemd).
    pub fn since(self) -> u32 {
        self.row().2
    }

    /// Section and name: `Service.ExecStart`
    pub fn path(self) -> String {
        format!("{}.{}", self.section().name(), self.name())
    }

    /// Whether one line has several values, separated by blanks.
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
        // The version is 0 for directives that every systemd in use has.
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
            Self::NotifyAccess => (Service, "NotifyAccess", 0),
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
            Self::EnvironmentFile => (Service, "EnvironmentFile", 0),
            Self::PassEnvironment => (Service, "PassEnvironment", 228),
            Self::StandardInput => (Service, "StandardInput", 0),
            Self::StandardOutput => (Service, "StandardOutput", 0),
            Self::StandardError => (Service, "StandardError", 0),
            Self::SyslogIdentifier => (Service, "SyslogIdentifier", 0),
            Self::TtyPath => (Service, "TTYPath", 0),
            Self::KillMode => (Service, "KillMode", 0),
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
