//! The forms of a report.

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Format {
    /// With the lines of the source, as rustc does it
    #[cfg(feature = "cli")]
    Text,
    /// `file:line:column: severity[CODE]: message`, one line each
    Concise,
    /// One object, units included
    Json,
    /// One object for each job, on a line of its own, written as soon as the job is converted
    JsonLines,
    /// SARIF 2.1.0, one object, as code scanning on GitHub takes it
    Sarif,
    /// Annotations for a workflow on GitHub, one line each
    Github,
    /// Code quality of GitLab, one list
    Gitlab,
    /// XML as of `JUnit`: a suite for each file, a test for each rule that has findings in it
    Junit,
}

impl Format {
    /// Whether the report is one document, so that nothing else may be written beside it.
    pub fn is_object(self) -> bool {
        match self {
            #[cfg(feature = "cli")]
            Self::Text => false,
            Self::Concise | Self::JsonLines | Self::Github => false,
            Self::Json | Self::Sarif | Self::Gitlab | Self::Junit => true,
        }
    }
}
