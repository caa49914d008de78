//! The name of the unit that a job becomes.

use crate::systemd::{NameTooLong, UnitName};
use crate::text::bytes::encode;
use crate::upstart::instances::Instance;
use crate::upstart::job::Job;

/// The name of the unit that a job becomes: a template if the job has instances. An error means
/// that systemd refuses a name of that length.
pub(crate) fn unit_name(job: &Job, instance: &Instance) -> Result<UnitName, NameTooLong> {
    let stem = encode(&job.name.0);
    if instance.is_template() {
        UnitName::template(&stem, "service")
    } else {
        UnitName::escaped(&stem, "service")
    }
}
