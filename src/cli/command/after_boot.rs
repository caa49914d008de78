//! `compare`: whether everything runs after the first boot that ran before the move.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

use serde::Serialize;

use super::planned_jobs;
use crate::cli::arguments::{CompareArguments, CompareFormat};
use crate::cli::input::{STDIN, shown};
use crate::cli::{Status, Streams, child};
use crate::jobset::JobSet;
use crate::machine::JobTable;
use crate::machine::after_boot;
use crate::machine::after_boot::{
    Expected, ExpectedUnit, JobBefore, PROPERTIES, UnitState, Verdict,
};
use crate::report::summary::counted;
use crate::report::write_json;
use crate::text::source::Source;
use crate::text::visible::visible;

/// The version of the JSON format. A version may gain fields but never loses or changes any.
const VERSION: u32 = 1;

/// The longest list that is read, in bytes.
const LONGEST: u64 = 16 << 20;

/// How many units one `systemctl` is asked about: the length of a command line is limited.
const UNITS_AT_ONCE: usize = 200;

/// How many lines of the journal are shown of each unit that is not up.
const JOURNAL_LINES: &str = "5";

/// How long another program may take.
const LIMIT: Duration = Duration::from_secs(60);

pub(in crate::cli) fn run(arguments: &CompareArguments, streams: &mut Streams<'_>) -> Status {
    let before = match read_before(&arguments.before, streams) {
        Ok(before) => before,
        Err(status) => return status,
    };
    let expected = match &arguments.init {
        Some(init) => match planned_jobs::plan(init, arguments.dialect, streams) {
            Ok((plan, _)) => after_boot::expected(before, &planned_jobs::table(&plan)),
            Err(status) => return status,
        },
        None => after_boot::expected(before, &JobTable::new(&JobSet::default(), &[], [])),
    };
    let units: Vec<String> = expected.iter().filter_map(unit_of).collect();
    let now = match ask(&units) {
        Ok(now) => now,
        Err(message) => {
            streams.error(&visible(&message));
            return Status::Refused;
        }
    };
    let results: Vec<Compared> = expected
        .iter()
        .map(|expected| {
            let state = unit_of(expected).and_then(|unit| now.get(&unit).cloned());
            let verdict = after_boot::verdict(expected, state.as_ref());
            let journal = match &verdict.unit {
                Some(unit) if !verdict.is_up => last_lines(unit),
                _ => Vec::new(),
            };
            Compared { verdict, journal }
        })
        .collect();
    let status = if results.iter().all(|result| result.verdict.is_up) {
        Status::Done
    } else {
        Status::Findings
    };
    let printed = match arguments.format {
        CompareFormat::Text => streams.print(table(&results).as_bytes()),
        CompareFormat::Json => match json(&results) {
            Ok(json) => streams.print(&json),
            Err(error) => {
                streams.error(&format!("cannot write JSON: {error}"));
                Status::Bug
            }
        },
    };
    status.max(printed)
}

/// The result for a job.
#[derive(Serialize)]
struct Compared {
    #[serde(flatten)]
    verdict: Verdict,
    /// The last lines of the journal, if the unit is not up.
    journal: Vec<String>,
}

/// The jobs of the list. An error has been reported.
fn read_before(path: &Path, streams: &mut Streams<'_>) -> Result<Vec<JobBefore>, Status> {
    let name = if path.as_os_str() == STDIN { "<stdin>".to_owned() } else { shown(path) };
    let read = if path.as_os_str() == STDIN { read_all(streams.stdin) } else { read_file(path) };
    let name = visible(&name);
    let bytes = read.map_err(|error| {
        streams.error(&format!("{name}: cannot be read: {error}"));
        Status::Refused
    })?;
    let source = Source::new(name.clone(), bytes);
    let listed = after_boot::read_list(source.text());
    if listed.jobs.is_empty() {
        streams.error(&format!("{name}: this is not the output of `initctl list`"));
        return Err(Status::Refused);
    }
    if let Some(first) = listed.strange.first() {
        streams.report(&format!(
            "note: {name}:{first}: not a line of `initctl list`; {} ignored\n",
            counted(listed.strange.len(), "line")
        ));
    }
    Ok(listed.jobs)
}

/// Reads a file, or a named pipe, which `<(ssh old initctl list)` of a shell is.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    read_all(&mut File::open(path)?)
}

fn read_all(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::other(format!("this has more than {} MiB", LONGEST >> 20)));
    }
    Ok(bytes)
}

fn unit_of(expected: &Expected) -> Option<String> {
    match &expected.unit {
        ExpectedUnit::Named(unit) => Some(unit.to_string()),
        ExpectedUnit::Nobody | ExpectedUnit::Unclear(_) => None,
    }
}

/// The states of the units.
fn ask(units: &[String]) -> Result<BTreeMap<String, UnitState>, String> {
    let mut states = BTreeMap::new();
    if units.is_empty() {
        return Ok(states);
    }
    let systemctl = child::installed("systemctl")
        .ok_or("`systemctl` not found in PATH: run this on the new machine, after it has booted")?;
    for some in units.chunks(UNITS_AT_ONCE) {
        let mut command = Command::new(&systemctl);
        command.args(["show", "--no-pager", "-p", PROPERTIES, "--"]).args(some);
        // Its messages and the names of the states are not translated then.
        command.env("LC_ALL", "C.UTF-8");
        let ended = child::run(&mut command, Vec::new(), LIMIT)
            .map_err(|error| format!("`systemctl show`: {error}"))?;
        let output = String::from_utf8_lossy(&ended.stdout);
        let found = after_boot::read_states(&output, some);
        if found.is_empty() {
            let said = String::from_utf8_lossy(&ended.stderr);
            let said = said.lines().next().unwrap_or("it printed no states").to_owned();
            return Err(format!("`systemctl show`: {said}"));
        }
        states.extend(found);
    }
    Ok(states)
}

/// The last lines of the journal of a unit.
fn last_lines(unit: &str) -> Vec<String> {
    let Some(journalctl) = child::installed("journalctl") else {
        return vec!["(`journalctl` not found in PATH)".to_owned()];
    };
    let mut command = Command::new(journalctl);
    command.args(["-u", unit, "-n", JOURNAL_LINES, "--no-pager", "-o", "cat"]);
    match child::run(&mut command, Vec::new(), LIMIT) {
        Ok(ended) => {
            let source = Source::new(unit, ended.stdout);
            source.text().lines().map(visible).collect()
        }
        Err(error) => vec![format!("(`journalctl`: {error})")],
    }
}

/// The state of a unit on one line.
fn state_text(state: &UnitState) -> String {
    let UnitState { load, active, sub, restarts, result: _ } = state;
    let load = if load == "loaded" || load.is_empty() { "" } else { &format!("{load} ") };
    let again = restarts.filter(|restarts| *restarts > 0);
    let again = again.map(|restarts| format!(", {restarts}x again")).unwrap_or_default();
    format!("{load}{active}/{sub}{again}")
}

/// The table of what ran before or is wrong, and the last lines of what is not up.
fn table(results: &[Compared]) -> String {
    let mut rows = vec![["JOB", "UNIT", "BEFORE", "NOW", "VERDICT"].map(str::to_owned)];
    let shown: Vec<&Compared> =
        results.iter().filter(|result| result.verdict.ran || !result.verdict.is_up).collect();
    for Compared { verdict, journal: _ } in &shown {
        let job = match &verdict.instance {
            Some(instance) => format!("{} ({instance})", verdict.job),
            None => verdict.job.clone(),
        };
        rows.push([
            visible(&job),
            verdict.unit.clone().unwrap_or_else(|| "-".to_owned()),
            verdict.before.clone(),
            verdict.now.as_ref().map_or("-".to_owned(), |state| visible(&state_text(state))),
            visible(&verdict.verdict),
        ]);
    }
    let mut widths = [0; 5];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    for Compared { verdict, journal } in shown.iter().filter(|result| !result.verdict.is_up) {
        let Some(unit) = &verdict.unit else { continue };
        out.push_str(&format!("\n{unit}: {}\n", visible(&verdict.verdict)));
        if journal.is_empty() {
            out.push_str("    (nothing in the journal)\n");
        }
        for line in journal {
            out.push_str(&format!("    {line}\n"));
        }
    }
    let ran = shown.iter().filter(|result| result.verdict.ran).count();
    let down = shown.iter().filter(|result| !result.verdict.is_up).count();
    let others = results.len() - shown.len();
    out.push_str(&format!(
        "\n{} ran before, {down} not as they have to be; {} did not run before and did not fail now\n",
        counted(ran, "job"),
        others
    ));
    out
}

#[derive(Serialize)]
struct JsonCompared<'a> {
    version: u32,
    jobs: &'a [Compared],
    summary: CompareCounts,
}

#[derive(Serialize)]
struct CompareCounts {
    jobs: usize,
    ran: usize,
    down: usize,
}

fn json(results: &[Compared]) -> serde_json::Result<Vec<u8>> {
    let count = |wanted: fn(&Verdict) -> bool| {
        results.iter().filter(|result| wanted(&result.verdict)).count()
    };
    let summary = CompareCounts {
        jobs: results.len(),
        ran: count(|verdict| verdict.ran),
        down: count(|verdict| !verdict.is_up),
    };
    let mut out = Vec::new();
    write_json(&mut out, &JsonCompared { version: VERSION, jobs: results, summary })?;
    out.push(b'\n');
    Ok(out)
}
