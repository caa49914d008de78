//! Reads jobs.

mod debhelper;
pub(super) mod directory;
pub(super) mod root;
pub(super) mod tree;

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use crate::convert::{Conversion, Converted};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::registry::UNREADABLE_INPUT;
use crate::text::bytes::carry;
use crate::text::source::{Origin, Source, Sources, Span};
use crate::upstart::dialect::{Dialect, Sign};
use crate::upstart::job::JobName;

/// The argument that means standard input.
pub(super) const STDIN: &str = "-";

/// The longest file that is read, in bytes. The whole file is held in memory, and its conversion
/// needs a hundred times as much memory if each line is a stanza.
pub(super) const LONGEST: u64 = 16 << 20;

/// A job that was read.
pub(super) struct Input {
    /// As given on the command line.
    pub(super) path: String,
    pub(super) name: JobName,
    pub(super) sources: Sources,
}

/// Reads a job and, if `with_override`, its override. If a file cannot be read, returns a
/// conversion with the error.
pub(super) fn read(
    path: &Path,
    name: Option<&OsStr>,
    with_override: bool,
    dialect: Option<Dialect>,
) -> Result<Input, Box<Converted>> {
    let name = name.map_or_else(|| name_of(path, dialect), OsStr::to_owned);
    let (shown, job) = (shown(path), JobName(carry(name.as_bytes())));
    let conf = match read_file(path) {
        Ok(source) => source,
        Err(trouble) => return Err(unreadable(shown, job, None, trouble)),
    };
    let overriding =
        read_override_beside(path, with_override, dialect).map_err(|(beside, trouble)| {
            unreadable(shown.clone(), job.clone(), Some(beside), trouble)
        })?;
    Ok(Input { path: shown, name: job, sources: Sources { conf, overriding } })
}

/// The name of the job in a file.
fn name_of(path: &Path, dialect: Option<Dialect>) -> OsString {
    let is_old = is_old(path, dialect);
    let of_package = if is_old { None } else { debhelper::job_name(path) };
    of_package.unwrap_or_else(|| match path.file_name() {
        // Before 0.5, the whole file name was the name of the job.
        Some(whole) if is_old && Sign::of_path(path).is_some() => whole.to_owned(),
        _ => job_name(path).to_owned(),
    })
}

/// The override of the job in a file. `Err` has its path and why it cannot be read.
fn read_override_beside(
    path: &Path,
    with_override: bool,
    dialect: Option<Dialect>,
) -> Result<Option<Source>, (String, UnreadableJob)> {
    if !with_override || is_old(path, dialect) {
        return Ok(None);
    }
    let beside = override_of(path);
    read_override(&beside).map_err(|trouble| (shown(&beside), trouble))
}

/// Whether the files at a path are jobs of Upstart before 0.5, whose names have no ending and which
/// have no overrides.
pub(super) fn is_old(path: &Path, dialect: Option<Dialect>) -> bool {
    dialect.or_else(|| Sign::of_path(path).map(Sign::dialect)) == Some(Dialect::Upstart03)
}

/// Reads a job and the override that init would apply to it, which were both found in a
/// configuration directory.
pub(super) fn read_found(
    path: &Path,
    name: JobName,
    overriding: Option<&Path>,
) -> Result<Input, Box<Converted>> {
    let shown = shown(path);
    let conf = match read_file(path) {
        Ok(source) => source,
        Err(trouble) => return Err(unreadable(shown, name, None, trouble)),
    };
    let overriding = match overriding.map(|path| (path, read_file(path).map_err(or_without))) {
        None => None,
        Some((_, Ok(source))) => Some(source),
        Some((path, Err(trouble))) => {
            return Err(unreadable(shown, name, Some(self::shown(path)), trouble));
        }
    };
    Ok(Input { path: shown, name, sources: Sources { conf, overriding } })
}

/// A path in the form that messages use.
pub(super) fn shown(path: &Path) -> String {
    carry(path.as_os_str().as_bytes())
}

/// The error for an override that was given instead of a job. `None` for other files.
pub(super) fn refuse_override(path: &Path) -> Option<Box<Converted>> {
    path.extension().filter(|extension| *extension == "override")?;
    let (shown, job) = (shown(path), JobName(carry(job_name(path).as_bytes())));
    let trouble = UnreadableJob::new(
        "this is an override, not a job",
        "give the `.conf` beside it: the override is applied to it",
    );
    Some(unreadable(shown, job, None, trouble))
}

/// Reads a job from standard input.
pub(super) fn read_stdin(stdin: &mut dyn Read, name: &OsStr) -> Result<Input, Box<Converted>> {
    let (shown, name) = ("<stdin>".to_owned(), JobName(carry(name.as_bytes())));
    match read_stream(stdin, &shown) {
        Ok(conf) => Ok(Input { sources: Sources { conf, overriding: None }, path: shown, name }),
        Err(trouble) => Err(unreadable(shown, name, None, trouble)),
    }
}

/// Reads from standard input what an editor is about to write to a file; its override is read from
/// the disk.
pub(super) fn read_stdin_as(
    stdin: &mut dyn Read,
    path: &Path,
    with_override: bool,
    dialect: Option<Dialect>,
) -> Result<Input, Box<Converted>> {
    if let Some(refused) = refuse_override(path) {
        return Err(refused);
    }
    let (shown, name) = (shown(path), JobName(carry(name_of(path, dialect).as_bytes())));
    let conf = match read_stream(stdin, &shown) {
        Ok(conf) => conf,
        Err(trouble) => return Err(unreadable(shown, name, None, trouble)),
    };
    let overriding =
        read_override_beside(path, with_override, dialect).map_err(|(beside, trouble)| {
            unreadable(shown.clone(), name.clone(), Some(beside), trouble)
        })?;
    Ok(Input { path: shown, name, sources: Sources { conf, overriding } })
}

fn read_stream(stdin: &mut dyn Read, shown: &str) -> Result<Source, UnreadableJob> {
    let mut bytes = Vec::new();
    match stdin.take(LONGEST + 1).read_to_end(&mut bytes) {
        Ok(_) if is_too_long(&bytes) => Err(too_long()),
        Ok(_) => Ok(Source::new(shown, bytes)),
        Err(error) => Err(UnreadableJob::of(&error, "give the name of a file")),
    }
}

/// Whether a name is a path below the configuration directory, as the names of jobs are.
pub(super) fn is_job_name(name: &[u8]) -> bool {
    name.split(|&byte| byte == b'/')
        .all(|part| !matches!(part, b"" | b"." | b"..") && !part.contains(&0))
}

/// The file name without a `.conf` or `.upstart` at its end.
fn job_name(path: &Path) -> &OsStr {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let stem = [".conf", ".upstart"]
        .iter()
        .find_map(|ending| name.as_bytes().strip_suffix(ending.as_bytes()));
    stem.filter(|stem| !stem.is_empty()).map_or(name, OsStr::from_bytes)
}

/// The name of the override follows the file name of the conf, whatever name the job was given.
fn override_of(path: &Path) -> PathBuf {
    let mut name = job_name(path).to_owned();
    name.push(".override");
    path.with_file_name(name)
}

/// Why a file cannot be read, and what the user can do.
pub(super) struct UnreadableJob {
    message: String,
    help: String,
}

impl UnreadableJob {
    pub(super) fn new(message: &str, help: impl Into<String>) -> Self {
        Self { message: message.to_owned(), help: help.into() }
    }

    pub(super) fn of(error: &io::Error, help: impl Into<String>) -> Self {
        Self { message: format!("cannot be read: {error}"), help: help.into() }
    }
}

fn read_file(path: &Path) -> Result<Source, UnreadableJob> {
    let read = || {
        check_kind(&fs::metadata(path)?)?;
        let file = File::open(path)?;
        // Check the file that was opened, because the path may now lead to another one.
        let metadata = file.metadata()?;
        check_kind(&metadata)?;
        let mut bytes =
            Vec::with_capacity(usize::try_from(metadata.len().min(LONGEST)).unwrap_or_default());
        // Limits the length, because the file may be growing while it is read.
        (&file).take(LONGEST + 1).read_to_end(&mut bytes)?;
        if is_too_long(&bytes) {
            return Err(Unread::Trouble(too_long()));
        }
        let after = file.metadata()?;
        if after.len() != metadata.len() || after.modified()? != metadata.modified()? {
            return Err(Unread::Trouble(changing()));
        }
        Ok(Source::new(shown(path), bytes).with_privacy(metadata.permissions().mode() & 0o004 == 0))
    };
    read().map_err(|unread| match unread {
        Unread::Error(error) => explained(path, &error),
        Unread::Trouble(trouble) => trouble,
    })
}

/// Why a file was not read.
enum Unread {
    Error(io::Error),
    Trouble(UnreadableJob),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Error(error)
    }
}

impl From<UnreadableJob> for Unread {
    fn from(trouble: UnreadableJob) -> Self {
        Self::Trouble(trouble)
    }
}

fn is_too_long(bytes: &[u8]) -> bool {
    bytes.len() as u64 > LONGEST
}

/// The trouble with a file that is too long.
pub(super) fn too_long() -> UnreadableJob {
    UnreadableJob::new(
        &format!("this has more than {} MiB, and is not read", LONGEST >> 20),
        "jobs have some thousand bytes: see what the file is, and put a long script into a file of its own that the job runs",
    )
}

fn changing() -> UnreadableJob {
    UnreadableJob::new(
        "this changed while it was read, and half of a job is another job",
        "run this again when nobody writes to the file",
    )
}

/// Returns `None` if there is no override, or if it is a symbolic link, which init does not follow.
fn read_override(path: &Path) -> Result<Option<Source>, UnreadableJob> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => Ok(None),
        Ok(_) => read_file(path).map(Some).map_err(or_without),
        // If the name of the conf has the maximal length, the override cannot exist.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(or_without(explained(path, &error))),
    }
}

fn or_without(trouble: UnreadableJob) -> UnreadableJob {
    UnreadableJob {
        help: format!("{}, or ignore it with `--no-override`", trouble.help),
        ..trouble
    }
}

fn check_kind(metadata: &Metadata) -> Result<(), UnreadableJob> {
    let kind = metadata.file_type();
    let through_stdin =
        "give its contents on standard input: `upstart2systemd - --name NAME < FILE`";
    if kind.is_file() {
        Ok(())
    } else if kind.is_dir() {
        Err(UnreadableJob::new(
            "this is a directory",
            "name the files in it: `upstart2systemd convert DIR/*.conf -o OUT`",
        ))
    } else if kind.is_fifo() {
        Err(UnreadableJob::new("this is a named pipe", through_stdin))
    } else {
        Err(UnreadableJob::new("this is not a regular file", through_stdin))
    }
}

fn explained(path: &Path, error: &io::Error) -> UnreadableJob {
    let help = match error.kind() {
        ErrorKind::NotFound if is_pattern(path) => {
            "check the pattern: it matched no file, so the shell passed it as it is".to_owned()
        }
        ErrorKind::NotFound => {
            let mut with_ending: OsString = path.as_os_str().to_owned();
            with_ending.push(".conf");
            if Path::new(&with_ending).is_file() {
                format!("there is a `{}`", Path::new(&with_ending).display())
            } else {
                "give the path of the job's file, such as `/etc/init/foo.conf`".to_owned()
            }
        }
        ErrorKind::PermissionDenied => "run this as a user who may read it".to_owned(),
        _ => "look at the file and the file system that it is on".to_owned(),
    };
    UnreadableJob::of(error, help)
}

/// Whether a path has characters that a shell replaces if a file matches.
fn is_pattern(path: &Path) -> bool {
    path.as_os_str().as_bytes().iter().any(|byte| b"*?[".contains(byte))
}

/// The result for a file that cannot be read.
#[expect(clippy::unnecessary_box_returns, reason = "it is the error of a result")]
pub(super) fn unreadable(
    path: String,
    name: JobName,
    override_path: Option<String>,
    trouble: UnreadableJob,
) -> Box<Converted> {
    let origin = if override_path.is_some() { Origin::Override } else { Origin::Conf };
    let diagnostic =
        UNREADABLE_INPUT.at(Span::new(origin, 0..0), trouble.message).help(trouble.help);
    Box::new(not_converted(path, name, override_path, diagnostic))
}

/// A conversion that has only a diagnostic.
pub(super) fn not_converted(
    path: String,
    name: JobName,
    override_path: Option<String>,
    diagnostic: Diagnostic,
) -> Converted {
    let empty = |path| Source::new(path, Vec::new());
    Converted {
        sources: Arc::new(Sources {
            conf: empty(path.clone()),
            overriding: override_path.map(empty),
        }),
        conversion: Conversion {
            path,
            job: name.0,
            outputs: Vec::new(),
            stanzas: Vec::new(),
            diagnostics: vec![diagnostic],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_named_for_its_file() {
        for (path, name) in [
            ("/etc/init/foo.conf", "foo"),
            ("foo.conf.conf", "foo.conf"),
            ("debian/foo.upstart", "foo"),
            ("foo", "foo"),
            ("a.b/foo.txt", "foo.txt"),
            (".conf", ".conf"),
        ] {
            assert_eq!(job_name(Path::new(path)), name, "{path}");
        }
        assert_eq!(
            override_of(Path::new("/etc/init/foo.conf")),
            Path::new("/etc/init/foo.override")
        );
        assert_eq!(override_of(Path::new("foo.conf")), Path::new("foo.override"));
    }
}
