//! Runs a program with a time limit.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::program::system::Ran;

/// All tests need less than a hundredth of this time.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a program that must end by itself.
pub(crate) fn run(command: &mut Command) -> Ran {
    let shown = format!("{command:?}");
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (said, heard) = channel();
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let reader = thread::spawn(move || text(&mut stderr));
    thread::spawn(move || said.send((text(&mut stdout), reader.join().unwrap())));
    match heard.recv_timeout(PATIENCE) {
        Ok((stdout, stderr)) => Ran { status: child.wait().unwrap().code(), stdout, stderr },
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            end(&mut child);
            panic!("it does not end: {shown}");
        }
    }
}

fn text(stream: &mut dyn Read) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

pub(crate) fn end(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}
