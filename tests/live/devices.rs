//! The device nodes of the guest are not those of this machine: what the guest does to the mode of
//! one is gone with it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Instant;

use crate::boot::Boot;

/// Nodes that the boot makes, with their devices (devices.txt of the kernel).
const NODES: [(&str, &str); 6] = [
    ("/dev/null", "1:3"),
    ("/dev/zero", "1:5"),
    ("/dev/full", "1:7"),
    ("/dev/random", "1:8"),
    ("/dev/urandom", "1:9"),
    ("/dev/tty", "5:0"),
];

/// Each is the device of its name, in a file that is not the one of this machine.
pub fn are_those_of_the_guest(boot: &Boot, deadline: Instant) -> Result<(), String> {
    for (node, device) in NODES {
        let output = boot.run(&["stat", "--format=%d %i %Hr:%Lr %a", node], deadline)?;
        let shown = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        if !shown.ends_with(&format!(" {device} 666")) {
            return Err(format!("{node} is [{shown}]{}", String::from_utf8_lossy(&output.stderr)));
        }
        // This machine may lack one.
        if fs::metadata(node)
            .is_ok_and(|here| shown.starts_with(&format!("{} {} ", here.dev(), here.ino())))
        {
            return Err(format!("{node} is the file of this machine"));
        }
    }
    Ok(())
}
