//! Objects that may be in the place of a file.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use crate::program::system::System;
use crate::watched::run;

/// Each object, the message if it is named, and the message if it is in a directory of jobs.
const FOUND: [(&str, &str, &str); 9] = [
    ("fifo.conf", "this is a named pipe", "it is a named pipe"),
    ("socket.conf", "this is not a regular file", "it is a socket"),
    ("device.conf", "this is not a regular file", "it is a device"),
    ("directory.conf", "this is a directory", "it is a directory"),
    ("loop.conf", "Too many levels of symbolic links", "Too many levels of symbolic links"),
    ("loop-a.conf", "Too many levels of symbolic links", "Too many levels of symbolic links"),
    ("dangling.conf", "No such file or directory", "the symbolic link points to nothing"),
    ("to-fifo.conf", "this is a named pipe", "it is a named pipe"),
    ("up.conf", "this is a directory", "it is a directory"),
];

fn system() -> System {
    let system = System::new(&[("web.conf", "exec /usr/bin/web\n")]);
    let at = |name: &str| system.at(&format!("etc/init/{name}"));
    assert!(
        Command::new("mkfifo")
            .args([at("fifo.conf"), at("web.override"), at("fifo.override")])
            .status()
            .unwrap()
            .success()
    );
    drop(UnixListener::bind(at("socket.conf")).unwrap());
    symlink("/dev/zero", at("device.conf")).unwrap();
    DirBuilder::new().create(at("directory.conf")).unwrap();
    for (name, target) in [
        ("loop.conf", "loop.conf"),
        ("loop-a.conf", "loop-b"),
        ("loop-b", "loop-a.conf"),
        ("dangling.conf", "nowhere"),
        ("to-fifo.conf", "fifo.conf"),
        ("up.conf", ".."),
    ] {
        symlink(target, at(name)).unwrap();
    }
    system
}

#[test]
fn what_is_no_file_is_told_where_it_is_named() {
    let system = system();
    for (name, said, _) in FOUND {
        let path = format!("etc/init/{name}");
        for command in ["convert", "lint"] {
            // `lint` accepts a directory.
            if command == "lint" && said.contains("directory") && !said.contains("such") {
                continue;
            }
            let report = ["error[U000]", said, &path, "help: "];
            let ran = run(&mut system.program(&[command, &path, "--no-override"]));
            if command == "lint" {
                ran.is(3, &report, &[]);
            } else {
                ran.is(3, &[], &report);
            }
        }
        run(&mut system.program(&["parse", &path])).is(
            3,
            &[r#""ok":false,"error":{"kind":"unreadable""#],
            &[],
        );
        if name != "directory.conf" && name != "up.conf" {
            let ran = run(&mut system.command(&[&path, "-o", "out"]));
            ran.is(3, &[], &["error: ", name]);
        }
    }
    // The same object beside a valid job.
    run(&mut system.program(&["convert", "etc/init/web.conf"])).is(
        3,
        &[],
        &[
            "error[U000] unreadable-input: this is a named pipe",
            "etc/init/web.override",
            "--no-override",
        ],
    );
    run(&mut system.program(&["convert", "etc/init/web.conf", "--no-override"])).is(
        0,
        &["ExecStart=/usr/bin/web"],
        &[],
    );
    for path in ["/dev/zero", "/dev/tty", "/dev/null", "/proc/self/mem"] {
        let ran = run(&mut system.program(&["convert", path]));
        ran.is(3, &[], &["error[U000]", path, "help: "]);
    }
}

#[test]
fn what_is_no_file_is_told_in_a_directory_of_jobs() {
    let system = system();
    let ran = run(&mut system.command(&["etc/init", "-o", "out"]));
    // The metadata of two of them cannot be read.
    ran.is(3, &[], &["loop.conf", "U000", "web.override"]);
    for (name, _, said) in FOUND {
        let lines = ran
            .stderr
            .split("\n\n")
            .find(|lines| lines.contains(&format!("etc/init/{name}")))
            .unwrap_or_else(|| panic!("{name}: {ran:?}"));
        assert!(lines.contains(said) && lines.contains("help: "), "{lines}");
    }
    assert!(system.text("out/etc/systemd/system/web.service").unwrap().contains("/usr/bin/web"));
    assert_eq!(fs::read_dir(system.at("out/etc/systemd/system")).unwrap().count(), 1);
}

#[test]
fn a_name_may_have_any_bytes() {
    let system = System::new(&[]);
    let names: [&[u8]; 5] = [b"a\nb", b"caf\xe9", b" ", b"-rf", b"\xf0\x9f\x98\x80"];
    for name in names {
        let path = system
            .directory
            .path()
            .join("etc/init")
            .join(OsStr::from_bytes(&[name, b".conf"].concat()));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "exec /bin/x\n").unwrap();
        run(&mut system.program(&[OsStr::new("convert"), path.as_os_str()])).is(
            0,
            &["ExecStart=/bin/x\n"],
            &[],
        );
    }
    run(&mut system.command(&["etc/init", "-o", "out"])).is(0, &["5 jobs"], &[]);
    let expected = ["a\\x0ab", "caf\\xe9", "\\x20", "-rf", "\\xf0\\x9f\\x98\\x80"];
    for name in expected {
        let text = system.text(&format!("out/etc/systemd/system/{name}.service")).unwrap();
        assert!(text.starts_with("# Converted from ") && text.lines().nth(1) == Some(""), "{text}");
    }
    run(&mut system.program(&["lint", "etc/init", "-q"])).is(0, &[], &[]);
}

#[test]
fn a_file_without_end_is_not_read_for_ever() {
    let system = System::new(&[]);
    let long = system.at("etc/init/long.conf");
    system.put("etc/init/web.conf", "exec /usr/bin/web\n");
    // The file is sparse and takes no space on the disk.
    fs::File::create(&long).unwrap().set_len(1 << 40).unwrap();
    let said = [
        "error[U000] unreadable-input: this has more than 16 MiB, and is not read",
        "etc/init/long.conf",
        "help: jobs have some thousand bytes",
    ];
    run(&mut system.program(&["etc/init/long.conf"])).is(3, &[], &said);
    run(&mut system.command(&["etc/init", "-o", "out"])).is(3, &[], &said);
    assert!(system.at("out/etc/systemd/system/web.service").exists());
    let endless = Command::new("sh")
        .args(["-c", &format!("cat /dev/zero | {} - --name x", crate::program::PROGRAM)])
        .output()
        .unwrap();
    let stderr = String::from_utf8(endless.stderr).unwrap();
    assert!(
        endless.status.code() == Some(3)
            && stderr.contains("this has more than 16 MiB")
            && stderr.contains("<stdin>"),
        "{stderr}"
    );
}
