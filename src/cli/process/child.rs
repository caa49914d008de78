//! Runs another program on a text, with a time limit.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

/// The maximal length of the output, in bytes.
const MOST: u64 = 64 << 20;

/// The output of a program that has ended.
pub(in crate::cli) struct Ended {
    /// `None` if a signal ended the program.
    pub(in crate::cli) status: Option<i32>,
    pub(in crate::cli) stdout: Vec<u8>,
    pub(in crate::cli) stderr: Vec<u8>,
}

/// Runs a program with this standard input. `Err` has the reason if there is no result; the program
/// has been killed in that case.
pub(in crate::cli) fn run(
    command: &mut Command,
    input: Vec<u8>,
    limit: Duration,
) -> Result<Ended, String> {
    let deadline = Instant::now() + limit;
    let spawned =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|error| format!("it cannot be started: {error}"))?;
    let ended = talk(&mut child, input, deadline);
    if ended.is_err() {
        // If the program has already ended, killing it fails, which does not matter.
        let _ = child.kill();
        let _ = child.wait();
    }
    ended.map_err(|trouble| match trouble {
        ChildFailure::TooLate => format!("it took longer than {} seconds", limit.as_secs_f32()),
        ChildFailure::Io(error) => error.to_string(),
    })
}

enum ChildFailure {
    TooLate,
    Io(io::Error),
}

impl From<io::Error> for ChildFailure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn talk(child: &mut Child, input: Vec<u8>, deadline: Instant) -> Result<Ended, ChildFailure> {
    if let Some(mut stdin) = child.stdin.take() {
        // Writing fails if the program closes its input early, which is not an error.
        thread::Builder::new().spawn(move || drop(stdin.write_all(&input)))?;
    }
    let stdout = reading(child.stdout.take())?;
    let stderr = reading(child.stderr.take())?;
    let (stdout, stderr) = (received(&stdout, deadline)?, received(&stderr, deadline)?);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ended { status: status.code(), stdout, stderr });
        }
        if Instant::now() >= deadline {
            return Err(ChildFailure::TooLate);
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Reads to the end of a pipe in a separate thread, because a process that the program has started
/// may keep the pipe open beyond the time limit.
fn reading(pipe: Option<impl Read + Send + 'static>) -> io::Result<Receiver<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new().spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe
            && pipe.take(MOST).read_to_end(&mut bytes).is_ok()
        {
            // After the time limit, the receiver is gone.
            let _ = sender.send(bytes);
        }
    })?;
    Ok(receiver)
}

fn received(receiver: &Receiver<Vec<u8>>, deadline: Instant) -> Result<Vec<u8>, ChildFailure> {
    receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())).map_err(|error| {
        match error {
            RecvTimeoutError::Timeout => ChildFailure::TooLate,
            RecvTimeoutError::Disconnected => {
                ChildFailure::Io(io::Error::other("its output cannot be read"))
            }
        }
    })
}

/// The program of this name in the directories of PATH. Relative directories are skipped, because
/// their meaning changes with the working directory.
pub(in crate::cli) fn installed(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(name))
        .find(|program| is_program(program))
}

pub(in crate::cli) fn is_program(path: &Path) -> bool {
    fs::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, input: Vec<u8>, limit: Duration) -> Result<Ended, String> {
        run(Command::new("/bin/sh").args(["-c", script]), input, limit)
    }

    #[test]
    fn what_goes_in_comes_out_however_much_it_is() {
        let input = vec![b'x'; 1 << 20];
        let Ended { status, stdout, stderr } =
            sh("cat; echo no >&2; exit 3", input.clone(), Duration::from_secs(20)).unwrap();
        assert_eq!(
            (status, stdout.len(), stderr.as_slice()),
            (Some(3), input.len(), b"no\n".as_slice())
        );
        assert_eq!(sh("exit 0", input, Duration::from_secs(20)).unwrap().status, Some(0));
        assert_eq!(sh("kill -9 $$", Vec::new(), Duration::from_secs(20)).unwrap().status, None);
    }

    #[test]
    fn nobody_waits_for_ever() {
        for script in ["exec sleep 60", "sleep 60 & exit 0", "exec >&- 2>&-; exec sleep 60"] {
            assert_eq!(
                sh(script, Vec::new(), Duration::from_millis(300)).err().unwrap(),
                "it took longer than 0.3 seconds",
                "{script}"
            );
        }
        assert!(
            run(&mut Command::new("/nonexistent"), Vec::new(), LIMIT)
                .err()
                .unwrap()
                .starts_with("it cannot be started: ")
        );
    }

    const LIMIT: Duration = Duration::from_secs(20);
}
