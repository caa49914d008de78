//! `convert --stdin-records`: a job on each line of standard input, a result on each line of standard
//! output, in the same order. Memory is bounded by the longest record.

mod job_record;
mod record_lines;

use rayon::prelude::*;

use crate::cli::arguments::ConvertArguments;
use crate::cli::panic::caught;
use crate::cli::reporting::{cannot_serialize, without_unusable_outputs};
use crate::cli::status::status_of;
use crate::cli::{Status, Streams};
use crate::convert::{Conversion, Converted, convert_in};
use crate::jobset::Outside;
use crate::lower::options::Options;
use crate::report::json_line;
use job_record::JobRecord;
use record_lines::{RecordLine, RecordLines};

/// Converts each record alone. A bad record has a result that reports what is wrong with it, and
/// stops no other.
pub(super) fn run(
    arguments: &ConvertArguments,
    (options, outside): (&Options, &Outside),
    streams: &mut Streams<'_>,
) -> Status {
    let mut lines = RecordLines::default();
    let mut status = Status::Done;
    loop {
        // The records that are there already: none waits for a later one.
        let batch = match lines.next_batch(streams.stdin) {
            Ok(batch) if batch.is_empty() => return status,
            Ok(batch) => batch,
            Err(error) => {
                streams.error(&format!("cannot read the records: {error}"));
                return status.max(Status::Refused);
            }
        };
        let results: Vec<_> =
            batch.into_par_iter().map(|line| result(arguments, (options, outside), line)).collect();
        for result in results {
            let (of_record, text) = match result {
                Ok(result) => result,
                Err(error) => return cannot_serialize(&error, streams),
            };
            status = status.max(of_record).max(streams.print(text.as_bytes()));
        }
    }
}

/// The status of a record, and its line.
fn result(
    arguments: &ConvertArguments,
    (options, outside): (&Options, &Outside),
    line: RecordLine,
) -> serde_json::Result<(Status, String)> {
    let number = line.number;
    let (host, mut status, converted) = match JobRecord::read(line) {
        Err(unreadable) => (None, Status::Done, *unreadable),
        Ok(JobRecord { name, sources, host }) => {
            let path = sources.conf.path().to_owned();
            let job = name.0.clone();
            match caught(|| convert_in(&sources, name, options, outside)) {
                Ok(conversion) => {
                    let conversion = without_unusable_outputs(Conversion { path, ..conversion });
                    (host, Status::Done, Converted { conversion, sources: sources.into() })
                }
                Err(bug) => (host, Status::Bug, job_record::not_converted(number, job, &bug)),
            }
        }
    };
    let reporting = &arguments.reporting;
    status = status.max(status_of(&converted.conversion, reporting.fail_on(), reporting.strict));
    Ok((status, json_line(host.as_deref(), &converted)? + "\n"))
}
