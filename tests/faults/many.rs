//! A directory with very many files.

use std::fs;

use crate::program::system::System;
use crate::watched::run;

/// The environment variable `FAULTS_FILES` sets another number.
const FILES: usize = 3_000;

#[test]
fn very_many_jobs_are_converted() {
    let files = std::env::var("FAULTS_FILES").ok().map_or(FILES, |number| number.parse().unwrap());
    let system = System::new(&[("bad.conf", "exec\n")]);
    for index in 0..files {
        let text = if index % 10 == 0 {
            format!("start on started job{}\nexec /bin/x {index}\n", index / 2)
        } else {
            format!("exec /bin/x {index}\n")
        };
        fs::write(system.at(&format!("etc/init/job{index}.conf")), text).unwrap();
    }
    let ran = run(&mut system.command(&["etc/init", "-o", "out", "-q", "--format", "concise"]));
    ran.is(
        3,
        &[&format!("{} jobs", files + 1), "1 not converted"],
        &["etc/init/bad.conf:1:1: error[U001]"],
    );
    let units = fs::read_dir(system.at("out/etc/systemd/system"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(
        units.filter(|unit| unit.starts_with("job") && unit.ends_with(".service")).count(),
        files
    );
    let last = system.text(&format!("out/etc/systemd/system/job{}.service", files - 1)).unwrap();
    assert!(last.contains(&format!("ExecStart=/bin/x {}\n", files - 1)), "{last}");
    run(&mut system.command(&["etc/init", "-o", "out", "-q", "--check", "--format", "concise"]))
        .is(3, &[], &["bad.conf"]);
}
