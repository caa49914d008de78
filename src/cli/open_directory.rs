//! A directory that is open. Files below it are reached by handles and never through a symbolic
//! link, so nobody can lead a write out of it by swapping a directory for a link.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata, Permissions};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Gid, Mode, OFlags, RenameFlags, ResolveFlags, Stat, Uid,
};
use rustix::io::Errno;

/// An open directory. All paths are relative to it.
#[derive(Debug)]
pub(super) struct OpenDirectory(OwnedFd);

const OPENED: OFlags =
    OFlags::DIRECTORY.union(OFlags::RDONLY).union(OFlags::CLOEXEC).union(OFlags::NOFOLLOW);

/// More files than are open at once in any step of a change.
const SPARE: usize = 8;

impl OpenDirectory {
    /// Opens a directory that the user named: it may be a link.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let flags = OPENED.difference(OFlags::NOFOLLOW);
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Ok(Self(rustix::fs::openat(CWD, path, flags, Mode::empty())?))
    }

    /// Opens a directory below this one.
    pub(super) fn below(&self, path: &Path) -> io::Result<Self> {
        if path.as_os_str().is_empty() {
            return Ok(Self(self.0.try_clone()?));
        }
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        match rustix::fs::openat2(&self.0, path, OPENED, Mode::empty(), resolve) {
            Ok(opened) => Ok(Self(opened)),
            // Linux before 5.6, and sandboxes that do not know the call.
            Err(Errno::NOSYS | Errno::PERM) => self.walk(path),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens a directory below this one, step by step.
    fn walk(&self, path: &Path) -> io::Result<Self> {
        let mut reached = self.0.try_clone()?;
        for part in path {
            reached = rustix::fs::openat(&reached, part, OPENED, Mode::empty())?;
        }
        Ok(Self(reached))
    }

    /// The directory of a file, and the name of the file in it.
    fn around<'a>(&self, file: &'a Path) -> io::Result<(Self, &'a OsStr)> {
        let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        Ok((self.below(file.parent().unwrap_or(Path::new("")))?, name))
    }

    /// Creates a directory with this mode, whatever the umask is.
    pub(super) fn create_directory(&self, path: &Path, mode: u32) -> io::Result<()> {
        let (around, name) = self.around(path)?;
        rustix::fs::mkdirat(&around.0, name, Mode::RWXU)?;
        let opened = rustix::fs::openat(&around.0, name, OPENED, Mode::empty());
        let set = opened
            .map_err(io::Error::from)
            .and_then(|created| set_mode(&File::from(created), mode));
        if set.is_err() {
            // Report the first error, not that of the cleanup.
            let _ = rustix::fs::unlinkat(&around.0, name, AtFlags::REMOVEDIR);
        }
        set
    }

    /// Creates a file, which must not exist. Only the user may read it until [`set_mode`] is
    /// called.
    pub(super) fn create_file(&self, path: &Path) -> io::Result<File> {
        let (around, name) = self.around(path)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        Ok(File::from(rustix::fs::openat(&around.0, name, flags, mode)?))
    }

    /// Opens an existing regular file to read it.
    pub(super) fn open_file(&self, path: &Path) -> io::Result<File> {
        let (around, name) = self.around(path)?;
        // Without NONBLOCK a FIFO would wait for a writer.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = File::from(rustix::fs::openat(&around.0, name, flags, Mode::empty())?);
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        Ok(file)
    }

    /// Creates a symbolic link.
    pub(super) fn create_link(&self, target: &Path, path: &Path) -> io::Result<()> {
        let (around, name) = self.around(path)?;
        Ok(rustix::fs::symlinkat(target, &around.0, name)?)
    }

    /// The target of a symbolic link; `None` if it is no link.
    pub(super) fn read_link(&self, path: &Path) -> io::Result<Option<PathBuf>> {
        let (around, name) = self.around(path)?;
        match rustix::fs::readlinkat(&around.0, name, Vec::new()) {
            Ok(target) => Ok(Some(OsString::from_vec(target.into_bytes()).into())),
            Err(Errno::INVAL) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives a file a second name, in another directory.
    pub(super) fn link(&self, from: &Path, to: (&Self, &Path)) -> io::Result<()> {
        let ((from, name), (around, new)) = (self.around(from)?, to.0.around(to.1)?);
        Ok(rustix::fs::linkat(&from.0, name, &around.0, new, AtFlags::empty())?)
    }

    /// Moves a file or directory to another directory. A file there is replaced in one step.
    pub(super) fn rename(&self, from: &Path, to: (&Self, &Path)) -> io::Result<()> {
        let ((from, name), (around, new)) = (self.around(from)?, to.0.around(to.1)?);
        Ok(rustix::fs::renameat(&from.0, name, &around.0, new)?)
    }

    /// Moves a file or directory to a place where nothing is.
    pub(super) fn rename_to_nothing(&self, from: &Path, to: (&Self, &Path)) -> io::Result<()> {
        let ((from, name), (around, new)) = (self.around(from)?, to.0.around(to.1)?);
        match rustix::fs::renameat_with(&from.0, name, &around.0, new, RenameFlags::NOREPLACE) {
            // Linux before 3.15, and some file systems.
            Err(Errno::INVAL | Errno::NOSYS) => {
                Ok(rustix::fs::renameat(&from.0, name, &around.0, new)?)
            }
            moved => Ok(moved?),
        }
    }

    /// Removes an empty directory.
    pub(super) fn remove_directory(&self, path: &Path) -> io::Result<()> {
        let (around, name) = self.around(path)?;
        Ok(rustix::fs::unlinkat(&around.0, name, AtFlags::REMOVEDIR)?)
    }

    /// What has this name, without following a link. `None` if nothing has it.
    pub(super) fn look(&self, path: &Path) -> io::Result<Option<Stat>> {
        let looked = self.around(path).and_then(|(around, name)| {
            Ok(rustix::fs::statat(&around.0, name, AtFlags::SYMLINK_NOFOLLOW)?)
        });
        match looked {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            looked => looked.map(Some),
        }
    }

    /// The names in the directory, in no order.
    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name != "." && name != ".." {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// Fails where fewer files can be opened than any one step of a change needs at once. Asked
    /// before the first step, so that a change and its cleanup do not end half-way for that.
    pub(super) fn can_open_more(&self) -> io::Result<()> {
        let opened: io::Result<Vec<OwnedFd>> = (0..SPARE).map(|_| self.0.try_clone()).collect();
        opened.map(drop)
    }

    /// Removes a directory with everything in it; the file with the name `last` goes last. Two
    /// files are open at a time, however deep the directory is.
    pub(super) fn remove_tree(&self, path: &Path, last: &str) -> io::Result<()> {
        let mut names = self.below(path)?.names()?;
        names.sort_by_key(|name| name == last);
        for name in names {
            let inner = path.join(name);
            let Some(found) = self.look(&inner)? else { continue };
            if FileType::from_raw_mode(found.st_mode) == FileType::Directory {
                self.remove_tree(&inner, last)?;
            } else {
                self.remove_file(&inner)?;
            }
        }
        self.remove_directory(path)
    }

    /// Removes a file or a symbolic link.
    pub(super) fn remove_file(&self, path: &Path) -> io::Result<()> {
        let (around, name) = self.around(path)?;
        Ok(rustix::fs::unlinkat(&around.0, name, AtFlags::empty())?)
    }

    /// Gives a file, or a symbolic link itself, to a user and a group.
    pub(super) fn set_owner(&self, path: &Path, (user, group): (u32, u32)) -> io::Result<()> {
        let (around, name) = self.around(path)?;
        let (user, group) = (Uid::from_raw(user), Gid::from_raw(group));
        let flags = AtFlags::SYMLINK_NOFOLLOW;
        Ok(rustix::fs::chownat(&around.0, name, Some(user), Some(group), flags)?)
    }

    /// Waits until the names in the directory are on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        match rustix::fs::fsync(&self.0) {
            // Some file systems cannot synchronize directories.
            Err(Errno::INVAL) => Ok(()),
            synced => Ok(synced?),
        }
    }

    /// Locks the directory itself, against other runs.
    pub(super) fn into_file(self) -> File {
        File::from(self.0)
    }
}

impl AsFd for OpenDirectory {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Gives an open file or directory this mode, whatever the umask is. Some file systems, such as
/// vfat, have modes of their own and refuse others, which is fine if theirs allow as much.
pub(super) fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    let allows = |metadata: Metadata| metadata.permissions().mode() & mode == mode;
    match file.set_permissions(Permissions::from_mode(mode)) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            file.metadata().is_ok_and(allows).then_some(()).ok_or(error)
        }
        set => set,
    }
}

#[cfg(test)]
mod tests {
    use super::OpenDirectory;
    use std::fs;
    use std::io::{Read, Write};
    use std::os::unix::fs::symlink;
    use std::path::Path;

    #[test]
    fn nothing_is_reached_through_a_link() {
        let (root, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(root.path().join("real")).unwrap();
        symlink(other.path(), root.path().join("link")).unwrap();
        symlink(other.path().join("file"), root.path().join("real/file")).unwrap();
        fs::write(other.path().join("file"), "outside").unwrap();
        let directory = OpenDirectory::open(root.path()).unwrap();
        for walked in [OpenDirectory::below, OpenDirectory::walk] {
            assert!(walked(&directory, Path::new("real")).is_ok());
            assert!(walked(&directory, Path::new("link")).is_err());
        }
        assert!(directory.below(Path::new("..")).is_err());
        assert!(directory.create_file(Path::new("link/new")).is_err());
        assert!(directory.create_file(Path::new("real/file")).is_err());
        assert!(directory.open_file(Path::new("real/file")).is_err());
        assert!(directory.open_file(Path::new("real")).is_err());
        directory.create_file(Path::new("new")).unwrap().write_all(b"text").unwrap();
        directory.rename(Path::new("new"), (&directory, Path::new("real/file"))).unwrap();
        let mut text = String::new();
        directory.open_file(Path::new("real/file")).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "text");
        assert_eq!(fs::read_to_string(other.path().join("file")).unwrap(), "outside");
    }
}
