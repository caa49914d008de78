//! The place of `parse`, which is not merged yet.

use std::path::PathBuf;

use super::{Status, Streams};

pub(super) fn run(_: &[PathBuf], streams: &mut Streams<'_>) -> Status {
    streams.usage("this build cannot parse")
}
