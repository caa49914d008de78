//! Values and prefixes with the systemd that introduced them.

/// Something that a unit can say only from a certain version on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    TypeExec,
    LiteralDollarPrefix,
    FullPrivilegesPrefix,
    RestartOneshot,
    StandardOutputFile,
    BareProgramName,
    ExecCondition,
}

impl Feature {
    pub fn since(self) -> u32 {
        match self {
            Self::TypeExec => 240,
            Self::LiteralDollarPrefix => 244,
            Self::FullPrivilegesPrefix => 231,
            Self::RestartOneshot => 244,
            Self::StandardOutputFile => 236,
            Self::BareProgramName => 239,
            Self::ExecCondition => 243,
        }
    }
}
