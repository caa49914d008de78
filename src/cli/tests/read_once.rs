//! Tests that no job and no script is read twice.

use std::fs;

use crate::cli::{Colours, Status, Streams, run};
use crate::text::read_count;
use crate::text::read_count::TextReader;

/// A script whose first test becomes a condition of the unit, and one that goes to the shell
/// unchanged.
const GUARDED: &str = "\
start on runlevel [2345]
pre-start script
    [ -x /usr/sbin/lamp ] || { stop; exit 0; }
    mkdir -p /run/lamp
end script
script
    # upstart2systemd: allow(unset-home) the lamp knows where it lives
    cd \"$HOME\"
    exec /usr/sbin/lamp --foreground
end script
";

/// Commands and scripts in every phase, some of which control other jobs.
const SPOKEN: &str = "\
start on started lamp
stop on stopping lamp
emits lit
pre-start exec test -d /run/lamp && mkdir /run/lamp/oil
exec /usr/sbin/wick --oil \"a b\"
post-start script
initctl emit lit COLOUR=red
end script
pre-stop script
    start lamp
end script
post-stop exec rm -rf /run/lamp/oil
";

/// The texts that the phases of these jobs run.
const SCRIPTS: [&str; 7] = [
    "[ -x /usr/sbin/lamp ] || { stop; exit 0; }\nmkdir -p /run/lamp\n",
    "# upstart2systemd: allow(unset-home) the lamp knows where it lives\ncd \"$HOME\"\nexec /usr/sbin/lamp --foreground\n",
    "test -d /run/lamp && mkdir /run/lamp/oil",
    "/usr/sbin/wick --oil \"a b\"",
    "initctl emit lit COLOUR=red\n",
    "start lamp\n",
    "rm -rf /run/lamp/oil",
];

/// Runs the program over a directory with both jobs, which replaces `DIR` in the arguments. Returns
/// how often each job and each script was read.
fn readings(arguments: &[&str]) -> (Vec<usize>, Vec<usize>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap().to_owned();
    fs::write(directory.path().join("lamp.conf"), GUARDED).unwrap();
    fs::write(directory.path().join("wick.conf"), SPOKEN).unwrap();
    let arguments: Vec<String> =
        arguments.iter().map(|argument| argument.replace("DIR", &path)).collect();
    // Reads are counted for each thread, so use one thread only.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let texts = pool.install(|| {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let colours = Colours { stdout: false, stderr: false };
        let mut streams = Streams {
            stdin: &mut &b""[..],
            stdout: &mut stdout,
            stderr: &mut stderr,
            on_terminal: false,
            colours,
        };
        let status = run(
            std::iter::once("upstart2systemd".to_owned()).chain(arguments).map(Into::into),
            &mut streams,
        );
        assert!(
            matches!(status, Status::Done | Status::Findings),
            "{}",
            String::from_utf8_lossy(&stderr)
        );
        read_count::take()
    });
    let times =
        |reader, text: &str| texts.iter().filter(|read| read.0 == reader && read.1 == text).count();
    (
        [GUARDED, SPOKEN].map(|text| times(TextReader::Job, text)).to_vec(),
        SCRIPTS.map(|text| times(TextReader::Shell, text)).to_vec(),
    )
}

#[test]
fn jobs_and_scripts_are_read_once() {
    for arguments in [
        &["convert", "DIR/lamp.conf", "DIR/wick.conf", "-o", "DIR/out"][..],
        &["migrate", "DIR", "-o", "DIR/out"],
        &["lint", "DIR"],
        &["lint", "DIR", "--migration"],
        &["lint", "DIR/lamp.conf", "DIR/wick.conf", "--migration"],
    ] {
        assert_eq!(readings(arguments), (vec![1; 2], vec![1; 7]), "{arguments:?}");
    }
}
