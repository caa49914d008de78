//! Lists the files of a configuration directory.

use std::fs::{FileType, Metadata};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::file_name::{Called, OVERRIDE, called, is_ignored};
use crate::cli::input::UnreadableJob;
use crate::cli::input::debhelper::Packages;
use crate::cli::input::root::resolve_below;

/// A file or directory that was found.
pub(in crate::cli::input) struct FoundFile {
    pub(in crate::cli::input) path: PathBuf,
    /// The path below the configuration directory. For a conf or an override, without the ending.
    pub(in crate::cli::input) name: Vec<u8>,
    pub(in crate::cli::input) what: What,
}

impl FoundFile {
    /// Whether init reads the file as a job.
    pub(in crate::cli::input) fn is_conf(&self) -> bool {
        matches!(self.what, What::Conf)
    }
}

pub(in crate::cli::input) enum What {
    Conf,
    Override,
    /// The name is, or resembles, that of a job or an override, but init does not read the file.
    NotRead(Remark),
    /// A sub-directory that cannot be listed, or a job whose metadata cannot be read.
    Unreadable(UnreadableJob),
}

/// Why init does not read a file.
pub(in crate::cli::input) struct Remark {
    pub(super) message: String,
    pub(super) note: String,
    pub(super) help: String,
}

/// Lists a configuration directory and its sub-directories as init does. The order is that of the
/// file system. `every_file` is for Upstart before 0.5, to which every file was a job. `system` is the root
/// of the system that the directory belongs to, if it is not this one. In
/// the source of a Debian package, the files that debhelper installs as jobs are listed as well.
pub(super) fn walk(
    (root, system): (&Path, Option<&Path>),
    with_override: bool,
    every_file: bool,
) -> io::Result<Vec<FoundFile>> {
    let mut walk =
        Walk { system: system.map(Path::to_owned), ..Walk::at(root, with_override, every_file)? };
    walk.list(root, b"")?;
    Ok(walk.found)
}

type Identity = (u64, u64);

fn identity(metadata: &Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

pub(in crate::cli::input) struct Walk {
    with_override: bool,
    every_file: bool,
    /// The packages whose source the directory has, if it is not one of configuration.
    packages: Option<Packages>,
    /// The directory that is being listed and its parents, to detect loops.
    within: Vec<Identity>,
    /// The root of the system whose links these are, if it is not this one.
    system: Option<PathBuf>,
    found: Vec<FoundFile>,
}

impl Walk {
    /// A walk that has not found anything yet.
    pub(in crate::cli::input) fn at(
        root: &Path,
        with_override: bool,
        every_file: bool,
    ) -> io::Result<Self> {
        Ok(Self {
            with_override,
            every_file,
            packages: Packages::of(root).filter(|_| !every_file),
            within: vec![identity(&fs::metadata(root)?)],
            system: None,
            found: Vec::new(),
        })
    }

    /// Whether the root is the source of a Debian package.
    pub(in crate::cli::input) fn is_of_package(&self) -> bool {
        self.packages.is_some()
    }

    /// What was found so far.
    pub(in crate::cli::input) fn into_found(self) -> Vec<FoundFile> {
        self.found
    }

    fn list(&mut self, directory: &Path, below: &[u8]) -> io::Result<()> {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let (path, file_name) = (entry.path(), entry.file_name());
            let whole = [below, file_name.as_bytes()].concat();
            self.look(path, below, file_name.as_bytes(), whole, entry.file_type()?);
        }
        Ok(())
    }

    /// Looks at an entry of the directory `below` the root, whose path below the root is `whole`.
    pub(in crate::cli::input) fn look(
        &mut self,
        path: PathBuf,
        below: &[u8],
        file_name: &[u8],
        whole: Vec<u8>,
        kind: FileType,
    ) {
        // init looks at the type of the entry, not of its target: it skips only real directories by
        // their names.
        if kind.is_dir() {
            if !is_ignored(file_name) {
                self.enter(path, file_name, whole);
            }
            return;
        }
        if self.every_file {
            // Upstart before 0.5 skipped files by the same names as directories.
            if !is_ignored(file_name) {
                self.conf(path, file_name, file_name, whole, kind);
            }
            return;
        }
        if below.is_empty()
            && let Some(job) = self.packages.as_ref().and_then(|packages| packages.job(file_name))
            && fs::metadata(&path).is_ok_and(|target| target.is_file())
        {
            let name = job.to_vec();
            self.add(path, name, What::Conf);
            return;
        }
        match called(file_name) {
            Called::Conf(stem) => self.conf(path, file_name, stem, whole, kind),
            Called::Override(_) | Called::Nearly { stem: _, ending: OVERRIDE }
                if !self.with_override => {}
            Called::Override(_) if kind.is_file() => {
                self.add(path, without(whole, OVERRIDE.len()), What::Override);
            }
            Called::Override(_) => self.not_read(path, whole, not_applied(kind)),
            Called::Nearly { stem, ending } => self.not_read(path, whole, misspelt(stem, ending)),
            Called::Nameless => self.not_read(path, whole, nameless()),
            Called::Other
                if kind.is_symlink() && fs::metadata(&path).is_ok_and(|target| target.is_dir()) =>
            {
                self.not_read(path, whole, linked_directory());
            }
            Called::Other => {}
        }
    }

    fn conf(
        &mut self,
        path: PathBuf,
        file_name: &[u8],
        stem: &[u8],
        whole: Vec<u8>,
        kind: FileType,
    ) {
        let path = self.target(path, kind);
        let target = if kind.is_symlink() {
            fs::metadata(&path).map(|target| target.file_type())
        } else {
            Ok(kind)
        };
        match target {
            Ok(kind) if kind.is_dir() => self.enter(path, file_name, whole),
            Ok(kind) if !kind.is_file() => self.not_read(path, whole, not_regular(kind)),
            Ok(_) if matches!(stem, b"." | b"..") => {
                let trouble = UnreadableJob::new(
                    "to init this is a job, but one of this name cannot be converted",
                    "rename the file",
                );
                self.add(path, whole, What::Unreadable(trouble));
            }
            Ok(_) => self.add(path, without(whole, file_name.len() - stem.len()), What::Conf),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.not_read(path, whole, dangling());
            }
            Err(error) => {
                let trouble = UnreadableJob::of(
                    &error,
                    "make the link point to a regular file that may be read, or remove it",
                );
                self.add(path, whole, What::Unreadable(trouble));
            }
        }
    }

    /// The path of a file, or of what a link of another system leads to there.
    fn target(&self, path: PathBuf, kind: FileType) -> PathBuf {
        let Some(system) = self.system.as_ref().filter(|_| kind.is_symlink()) else { return path };
        let below = path.strip_prefix(system).ok();
        below.and_then(|below| resolve_below(system, below).ok()).unwrap_or(path)
    }

    /// Lists a directory, or the target of a link that init opens because of its name.
    fn enter(&mut self, path: PathBuf, file_name: &[u8], whole: Vec<u8>) {
        let entered = fs::metadata(&path).and_then(|metadata| {
            let identity = identity(&metadata);
            if self.within.contains(&identity) {
                return Ok(false);
            }
            self.within.push(identity);
            let listed = self.list(&path, &[&whole, b"/".as_slice()].concat());
            self.within.pop();
            listed.map(|()| true)
        });
        match entered {
            Ok(true) if matches!(called(file_name), Called::Conf(_) | Called::Override(_)) => {
                self.not_read(path, whole, directory());
            }
            Ok(true) => {}
            Ok(false) => self.not_read(path, whole, endless()),
            Err(error) => {
                let help = "run this as a user who may list the directory, or take it out of the configuration directory";
                self.add(
                    path,
                    whole,
                    What::Unreadable(UnreadableJob::new(
                        &format!("cannot be listed: {error}"),
                        help,
                    )),
                );
            }
        }
    }

    fn not_read(&mut self, path: PathBuf, name: Vec<u8>, remark: Remark) {
        self.add(path, name, What::NotRead(remark));
    }

    pub(in crate::cli::input) fn add(&mut self, path: PathBuf, name: Vec<u8>, what: What) {
        self.found.push(FoundFile { path, name, what });
    }
}

fn without(mut name: Vec<u8>, ending: usize) -> Vec<u8> {
    name.truncate(name.len() - ending);
    name
}

fn misspelt(stem: &[u8], ending: &str) -> Remark {
    let meant = format!("{}{ending}", String::from_utf8_lossy(stem));
    Remark {
        message: format!("this is not read by init, whose files end in `{ending}`"),
        note: "capital letters and spaces count".to_owned(),
        help: format!("if it was to be read, call it `{meant}`"),
    }
}

fn nameless() -> Remark {
    Remark {
        message: "this is not read by init: there is no name before the ending".to_owned(),
        note: "the name of a job is that of its file without `.conf`".to_owned(),
        help: "if it is a job, call it `NAME.conf`".to_owned(),
    }
}

fn not_regular(kind: FileType) -> Remark {
    let what = if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    Remark {
        message: format!("this is not read by init: it is {what}"),
        note: "init reads regular files, and follows symbolic links to them".to_owned(),
        help: "put a regular file in its place, or remove it".to_owned(),
    }
}

fn not_applied(kind: FileType) -> Remark {
    if !kind.is_symlink() {
        return not_regular(kind);
    }
    Remark {
        message: "this override is not applied by init: it is a symbolic link".to_owned(),
        note: "init follows a link to a job, but not a link to an override".to_owned(),
        help: "copy what it points to if it is to be applied, or remove it".to_owned(),
    }
}

fn directory() -> Remark {
    Remark {
        message: "this is not a job: it is a directory".to_owned(),
        note: "init looks for jobs in it, whatever it is called; their names begin with the name of the directory".to_owned(),
        help: "give it a name that does not look like that of a job".to_owned(),
    }
}

fn linked_directory() -> Remark {
    Remark {
        message: "jobs in here are not read by init: this is a symbolic link to a directory"
            .to_owned(),
        note: "init goes into sub-directories, but follows links only to jobs".to_owned(),
        help: "name the directory itself on the command line if init reads it".to_owned(),
    }
}

fn endless() -> Remark {
    Remark {
        message: "this is not read by init: the link leads back to a directory that it lies in"
            .to_owned(),
        note: "going on would never end".to_owned(),
        help: "remove the link".to_owned(),
    }
}

fn dangling() -> Remark {
    Remark {
        message: "this is not read by init: the symbolic link points to nothing".to_owned(),
        note: "init follows a link to a job and finds no file".to_owned(),
        help: "restore what it points to, or remove it".to_owned(),
    }
}
