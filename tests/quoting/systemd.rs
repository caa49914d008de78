//! Finds out how the systemd of this machine reads units: `systemd --test --user` loads them,
//! prints the result and exits, without a running systemd.

use std::collections::HashMap;
use std::fs;
use std::io::BufRead;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::Mode;
use tempfile::TempDir;
use upstart2systemd::text::bytes::encode;

/// The user and the group `nobody`, because systemd refuses to run as a user instance of root.
const NOBODY: u32 = 65534;

const PROGRAMS: [&str; 2] = ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"];

const MEMORY: &str = "/dev/shm";

pub struct Systemd {
    /// The command to change the user, if necessary, and then systemd.
    command: Vec<String>,
    runtime_directory: TempDir,
}

/// The output of systemd for some units.
pub struct Reading {
    /// The lines about each unit.
    units: HashMap<String, Vec<Vec<u8>>>,
    /// The messages, which include those about doubtful files.
    messages: String,
}

impl Systemd {
    /// `Err` has the missing requirement.
    pub fn find() -> Result<Self, String> {
        let program = PROGRAMS
            .into_iter()
            .find(|program| Path::new(program).exists())
            .ok_or("systemd is not installed")?;
        let runtime_directory = TempDir::new().expect("a temporary directory");
        // The other user reads the units.
        rustix::process::umask(Mode::from_raw_mode(0o022));
        let mut command = Vec::new();
        if fs::metadata(runtime_directory.path()).unwrap().uid() == 0 {
            chown(runtime_directory.path(), Some(NOBODY), Some(NOBODY))
                .map_err(|error| format!("cannot give a directory to nobody: {error}"))?;
            command = other_user()
                .ok_or("neither setpriv nor runuser works, to become another user than root")?;
        }
        command.push(program.to_owned());
        let systemd = Self { command, runtime_directory };
        let units = [(
            "probe.service".to_owned(),
            "[Service]\nType=oneshot\nEnvironment=A=b\nExecStart=:/bin/a \"$ \\t'\"\n".to_owned(),
        )];
        let reading = systemd.read(&units);
        let unit = reading.unit("probe.service").unwrap_or_default();
        if commands(unit, "ExecStart") == Ok(vec![vec![b"/bin/a".to_vec(), b"$ \t'".to_vec()]])
            && reading.messages_about("probe.service").is_empty()
        {
            Ok(systemd)
        } else {
            Err(format!(
                "`systemd --test --user` does not print what it has read: {}",
                reading.messages.trim_end()
            ))
        }
    }

    /// Loads units, given by file name and text, in systemd. The text is written as the program
    /// writes it.
    pub fn read(&self, units: &[(String, String)]) -> Reading {
        // Most of the time would be spent on creating files on a disk.
        let directory =
            TempDir::new_in(MEMORY).or_else(|_| TempDir::new()).expect("a temporary directory");
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let mut target = "[Unit]\nDefaultDependencies=no\n".to_owned();
        for (name, text) in units {
            fs::write(directory.path().join(name), &*encode(text))
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            target.push_str(&format!("Wants={name}\n"));
        }
        fs::write(directory.path().join("all.target"), target).unwrap();
        let output = Command::new(&self.command[0])
            .args(&self.command[1..])
            .args(["--test", "--user", "--unit=all.target"])
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("XDG_RUNTIME_DIR", self.runtime_directory.path())
            .env("SYSTEMD_UNIT_PATH", directory.path())
            .current_dir("/")
            .stdin(Stdio::null())
            .output()
            .expect("systemd was started a moment ago");
        Reading {
            units: split(&output.stdout),
            messages: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

fn other_user() -> Option<Vec<String>> {
    let id = NOBODY.to_string();
    let setpriv =
        ["setpriv", "--reuid", &id, "--regid", &id, "--clear-groups"].map(str::to_owned).to_vec();
    let runuser = ["runuser", "-u", "nobody", "--"].map(str::to_owned).to_vec();
    [setpriv, runuser].into_iter().find(|command| {
        Command::new(&command[0])
            .args(&command[1..])
            .arg("true")
            .status()
            .is_ok_and(|status| status.success())
    })
}

fn split(dump: &[u8]) -> HashMap<String, Vec<Vec<u8>>> {
    let mut units = HashMap::new();
    let mut unit: Option<(String, Vec<Vec<u8>>)> = None;
    for line in BufRead::split(dump, b'\n').map(Result::unwrap) {
        if let Some(head) = line.strip_prefix(b"\t-> Unit ") {
            units.extend(unit.take());
            unit = head
                .strip_suffix(b":")
                .map(|name| (String::from_utf8_lossy(name).into_owned(), Vec::new()));
        } else if let Some((_, lines)) = &mut unit {
            lines.push(line);
        }
    }
    units.extend(unit);
    units
}

impl Reading {
    /// The lines about a unit.
    pub fn unit(&self, name: &str) -> Option<&[Vec<u8>]> {
        self.units.get(name).map(Vec::as_slice)
    }

    pub fn messages_about(&self, name: &str) -> Vec<&str> {
        self.messages.lines().filter(|line| line.contains(name)).collect()
    }
}

/// The values of a key that may occur several times among the lines of a unit.
pub fn values<'a>(unit: &'a [Vec<u8>], key: &str) -> Vec<&'a [u8]> {
    let key = format!("\t\t{key}: ");
    unit.iter().filter_map(|line| line.strip_prefix(key.as_bytes())).collect()
}

/// The values of `Environment=`, each followed by a newline, exactly as printed. Values may contain
/// newlines, so only a comparison with the expected text can separate them.
pub fn environment(unit: &[Vec<u8>]) -> Vec<u8> {
    let is = |key: &'static [u8]| move |line: &Vec<u8>| line.starts_with(key);
    let Some(start) = unit.iter().position(is(b"\t\tEnvironment: ")) else { return Vec::new() };
    let end = unit[start..]
        .iter()
        .position(is(b"\t\tRuntimeDirectoryPreserve: "))
        .expect("the line after the environment");
    unit[start..start + end].iter().flat_map(|line| [line, &b"\n"[..]].concat()).collect()
}

/// The commands of an `Exec*=` directive.
pub fn commands(unit: &[Vec<u8>], directive: &str) -> Result<Vec<Vec<Vec<u8>>>, String> {
    let head = format!("\t\t-> {directive}:");
    let Some(start) = unit.iter().position(|line| line == head.as_bytes()) else {
        return Ok(Vec::new());
    };
    unit[start + 1..]
        .iter()
        .map_while(|line| line.strip_prefix(b"\t\t\tCommand Line: "))
        .map(|line| {
            words(line).ok_or_else(|| {
                format!("a command line that is not understood: {}", line.escape_ascii())
            })
        })
        .collect()
}

/// Reverses `quote_command_line()` of systemd: words are bare or in double quotes, with `\` before
/// characters that are special to a shell and C escapes for those that are not printable.
fn words(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        let (word, after) = if let Some(quoted) = rest.strip_prefix(b"\"") {
            unquoted(quoted)?
        } else {
            let end = rest.iter().position(|&byte| byte == b' ').unwrap_or(rest.len());
            (rest[..end].to_vec(), &rest[end..])
        };
        words.push(word);
        match after {
            [] => return Some(words),
            [b' ', after @ ..] => rest = after,
            _ => return None,
        }
    }
}

fn unquoted(mut rest: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut word = Vec::new();
    loop {
        let (byte, after) = match rest {
            [b'"', after @ ..] => return Some((word, after)),
            [b'\\', digits @ b'0'..=b'3', after @ ..] => {
                let [middle @ b'0'..=b'7', last @ b'0'..=b'7', after @ ..] = after else {
                    return None;
                };
                ((digits - b'0') * 64 + (middle - b'0') * 8 + (last - b'0'), after)
            }
            [b'\\', escaped, after @ ..] => {
                let byte = match escaped {
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    b'\\' | b'"' | b'$' | b'`' => *escaped,
                    _ => return None,
                };
                (byte, after)
            }
            [byte, after @ ..] => (*byte, after),
            [] => return None,
        };
        word.push(byte);
        rest = after;
    }
}

/// A program of systemd in the usual directories.
pub fn program(name: &str) -> Option<PathBuf> {
    ["/usr/bin", "/bin"]
        .into_iter()
        .map(|directory| Path::new(directory).join(name))
        .find(|path| path.exists())
}

pub fn same<T: PartialEq + std::fmt::Display>(
    what: &str,
    read: &T,
    written: &T,
) -> Result<(), String> {
    if read == written { Ok(()) } else { Err(format!("{what}: read {read}, written {written}")) }
}

pub fn same_text(what: &str, read: Option<&[u8]>, written: Option<&[u8]>) -> Result<(), String> {
    let shown = |text: Option<&[u8]>| {
        text.map_or("nothing".to_owned(), |text| format!("`{}`", text.escape_ascii()))
    };
    if read == written { Ok(()) } else { same(what, &shown(read), &shown(written)) }
}
