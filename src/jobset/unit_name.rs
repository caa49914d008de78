//! The name of the unit that a job becomes.

use crate::systemd::{NameTooLong, UnitName};
use crate::text::bytes::encode;
use crate::upstart::instances::Instance;
use crate::upstart::job::Job;

/// The unit of the job: a template where the job has instances.
pub(crate) fn unit_name(job: &Job, instance: &Instance) -> Result<UnitName, NameTooLong> {
    let stem = encode(&job.name.0);
    if instance.is_template() {
        UnitName::template(&stem, "service")
    } else {
        UnitName::escaped(&stem, "service")
    }
}
