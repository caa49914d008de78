//! Reads the arguments and runs what they ask for.

use std::io::{BufWriter, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    let files: Vec<PathBuf> = std::env::args_os().skip(2).map(PathBuf::from).collect();
    let all_good = upstart2systemd::cli::parse::run(&files, true, &mut BufWriter::with_capacity(1 << 16, stdout().lock()))?;
    Ok(if all_good { ExitCode::SUCCESS } else { ExitCode::from(3) })
}
