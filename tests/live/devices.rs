//! Checks that the device nodes of the guest are separate from those of this machine, because jobs
//! of the guest may change their modes.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Instant;

use crate::boot::Boot;

/// The nodes that the boot creates, with their device numbers (devices.txt of the kernel).
const NODES: [(&str, &str); 6] = [
    ("/dev/null", "1:3"),
    ("/dev/zero", "1:5"),
    ("/dev/full", "1:7"),
    ("/dev/random", "1:8"),
    ("/dev/urandom", "1:9"),
    ("/dev/tty", "5:0"),
];

/// Asserts that each node is the device of its name, in a different file than that of this machine.
pub fn are_those_of_the_guest(boot: &Boot, deadline: Instant) -> Result<(), String> {
    for (node, device) in NODES {
        let output = boot.run(&["stat", "--format=%d %i %Hr:%Lr %a", node], deadline)?;
        let shown = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        if !shown.ends_with(&format!(" {device} 666")) {
            return Err(format!("{node} is [{shown}]{}", String::from_utf8_lossy(&output.stderr)));
        }
        // This machine may lack the node.
        if fs::metadata(node)
            .is_ok_and(|here| shown.starts_with(&format!("{} {} ", here.dev(), here.ino())))
        {
            return Err(format!("{node} is the file of this machine"));
        }
    }
    Ok(())
}
