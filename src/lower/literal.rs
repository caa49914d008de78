//! Text that stands in a unit as it stands in the job.

use crate::source::lossy;
use crate::systemd::Value;

/// One line that systemd takes literally; `None` where it cannot ([`Value::exact_line`]), or where the text is not UTF-8.
pub(super) fn literal(text: &str) -> Option<Value> {
    Value::exact_line(text).filter(|_| lossy(text) == text)
}
