//! Features that are newer than the directive that they belong to: values, prefixes, and how files
//! are read.

/// A feature that not every systemd has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// `ExecStart=+...`.
    FullPrivilegesPrefix,
    /// `$EXIT_CODE` and `$SERVICE_RESULT` in `ExecStopPost=`.
    ExitCodeVariable,
    /// Physical lines of 2048 bytes and more. Older systemd cuts such a line and reads the rest as
    /// another line.
    LongLine,
    /// `file:` in `StandardInput=`, `StandardOutput=` and `StandardError=`.
    StandardOutputFile,
    /// Programs without a path.
    ProgramWithoutPath,
    /// Line ends in the values of `Environment=`.
    EnvironmentLineEnd,
    /// `ExecCondition=`.
    ExecCondition,
    /// `Type=exec`.
    TypeExec,
    /// `append:` in `StandardOutput=` and `StandardError=`.
    StandardOutputAppend,
    /// `ExecStart=:...`.
    LiteralDollarPrefix,
    /// `Restart=on-failure` with `Type=oneshot`.
    RestartOneshot,
    /// Names of accounts with blanks, backslashes, or letters that are not ASCII. Older systemd
    /// ignores the setting, and runs the service as root.
    AnyAccountName,
    /// `systemd-notify EXTEND_TIMEOUT_USEC=...` that has arrived when the command ends.
    ExtendedTimeout,
    /// Comment lines within a value that goes on over several physical lines. Older systemd reads them
    /// as a part of the value.
    CommentWithinValue,
    /// Control characters other than tab and line end in the values of `Environment=`.
    EnvironmentControlCharacter,
    /// `truncate:` in `StandardOutput=` and `StandardError=`.
    StandardOutputTruncate,
}

impl Feature {
    /// The first systemd version that has it.
    pub fn since(self) -> u32 {
        match self {
            // NEWS of 231.
            Self::FullPrivilegesPrefix => 231,
            // github.com/systemd/systemd/pull/3818, between 231 and 232.
            Self::ExitCodeVariable => 232,
            // systemd commit e6dde451a51d; github.com/systemd/systemd/issues/3302.
            Self::LongLine => 235,
            // NEWS of 236.
            Self::StandardOutputFile => 236,
            // github.com/systemd/systemd/pull/8471, between 238 and 239; NEWS of 239: programs are
            // looked up in a fixed path.
            Self::EnvironmentLineEnd | Self::ProgramWithoutPath => 239,
            // NEWS of 240; github.com/systemd/systemd/pull/10651, between 239 and 240.
            Self::TypeExec | Self::StandardOutputAppend | Self::CommentWithinValue => 240,
            // systemd.service(5), "Added in version 243".
            Self::ExecCondition => 243,
            // NEWS of 242; github.com/systemd/systemd/pull/11705.
            Self::LiteralDollarPrefix => 242,
            // github.com/systemd/systemd/pull/13754, between 243 and 244.
            Self::RestartOneshot => 244,
            // github.com/systemd/systemd/pull/15352, between 245 and 246; NEWS of 246:
            // systemd-notify waits until the message has been read.
            Self::AnyAccountName | Self::ExtendedTimeout => 246,
            // github.com/systemd/systemd/pull/18129, between 247 and 248.
            // NEWS of 248 has `truncate:` as well.
            Self::EnvironmentControlCharacter | Self::StandardOutputTruncate => 248,
        }
    }

    /// The feature that a value of `Environment=` needs, if it needs one.
    pub fn of_value(value: &[u8]) -> Option<Self> {
        let is_line_end = |byte: &u8| *byte == b'\n';
        if value.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t' && !is_line_end(byte))
        {
            Some(Self::EnvironmentControlCharacter)
        } else if value.iter().any(is_line_end) {
            Some(Self::EnvironmentLineEnd)
        } else {
            None
        }
    }
}
