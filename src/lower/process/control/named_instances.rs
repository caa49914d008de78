//! How the functions of scripts find the instance that a command names.

use std::collections::BTreeMap;

/// A job with instances, and the variables that name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) struct Named<'a> {
    /// The name of the job.
    pub(crate) job: &'a str,
    /// The variables that name an instance, in the order of the `instance` stanza.
    pub(crate) variables: &'a [String],
    /// The escaped name of the instance that a command without variables refers to.
    pub(crate) default: Option<&'a str>,
    /// The values of the variables that a command leaves out.
    pub(crate) defaults: &'a BTreeMap<String, String>,
}

impl Named<'_> {
    /// The branch of `case` that finds the variables of this job.
    pub(super) fn branch(&self) -> String {
        let default =
            self.default.map(|default| format!(" default='{default}'")).unwrap_or_default();
        let values: String = self
            .values()
            .map(|(name, value)| {
                let value = value.replace('\'', "'\\''");
                format!(" upstart_default_{name}='{value}'")
            })
            .collect();
        format!("'{}') keys='{}'{default}{values} ;;", self.job, self.variables.join(" "))
    }

    /// The values of single variables that a command may leave out although it gives others.
    pub(super) fn values(&self) -> impl Iterator<Item = (&String, &String)> {
        self.defaults.iter().filter(|_| self.variables.len() > 1)
    }
}
