//! What is in the way of an installation, in words.

use std::path::{Path, PathBuf};

use super::former::Former;
use super::within::{Within, resolve};
use crate::cli::input::shown;
use crate::cli::open_directory::OpenDirectory;
use crate::systemd::layout::UNITS;
use crate::text::visible::visible;

/// Where packages install units.
const PACKAGES: [&str; 2] = ["usr/lib/systemd/system", "lib/systemd/system"];

/// The target of a link that masks a unit.
const MASK: &str = "/dev/null";

/// What is in the way of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// A file that no run has installed.
    Foreign,
    /// A file that was edited since a run installed it.
    Edited,
    /// A symbolic link.
    Link { target: String },
    /// A package has a unit with the name. `target` is that of its link.
    Hidden { at: PathBuf, target: Option<String> },
    /// What `--replace` does not replace.
    Fixed(String),
}

impl Obstacle {
    pub(super) fn is_replaceable(&self) -> bool {
        !matches!(self, Self::Fixed(_))
    }

    /// The obstacle of a package that has a unit at the path.
    pub(super) fn of_package(root: &OpenDirectory, path: &Path) -> anyhow::Result<Option<Self>> {
        let Some(name) = path.strip_prefix(UNITS).ok().filter(|name| name.iter().count() == 1)
        else {
            return Ok(None);
        };
        for directory in PACKAGES {
            let logical = Path::new(directory).join(name);
            let Within::At(at) = resolve(root, &logical)? else { continue };
            let target = match Former::at(root, &at)? {
                Former::Nothing => continue,
                Former::Link { target, .. } => Some(target),
                Former::File(_) | Former::Other(_) => None,
            };
            return Ok(Some(Self::Hidden { at: logical, target }));
        }
        Ok(None)
    }

    /// One sentence: what is there, and what `--replace` does.
    pub(super) fn sentence(&self, path: &Path) -> String {
        let name = path.file_name().map(|name| visible(&shown(Path::new(name))));
        let (name, path) = (name.unwrap_or_default(), visible(&shown(path)));
        match self {
            Self::Foreign => format!(
                "`{path}` is a file that this program did not install; `--replace` keeps a copy and replaces it"
            ),
            Self::Edited => {
                format!("`{path}` was edited since it was installed; `--replace` discards the edit")
            }
            Self::Link { target } if target == MASK => format!(
                "`{path}` is a mask, a symbolic link to {MASK}; `--replace` removes the mask, so that `{name}` can be started again"
            ),
            Self::Link { target } => format!(
                "`{path}` is a symbolic link to `{}`, as an enabled alias is; `--replace` removes the link, so that `{name}` no longer means that file",
                visible(target)
            ),
            Self::Hidden { at, target: Some(target) } if target == MASK => format!(
                "`{path}` would hide `{}`, by which a package masks the name; with `--replace` `{name}` can be started again",
                visible(&shown(at))
            ),
            Self::Hidden { at, target } => format!(
                "`{path}` would hide `{}`, which a package installed{}; with `--replace` `{name}` is the converted job",
                visible(&shown(at)),
                target
                    .as_ref()
                    .map_or(String::new(), |target| format!(", an alias of `{}`", visible(target)))
            ),
            Self::Fixed(why) => format!("`{path}` {}", visible(why)),
        }
    }

    /// What a list of changes adds to the path.
    pub(super) fn note(&self) -> String {
        match self {
            Self::Foreign => "this program did not install it".to_owned(),
            Self::Edited => "it was edited".to_owned(),
            Self::Link { target } if target == MASK => "it was a mask".to_owned(),
            Self::Link { target } => format!("it was a symbolic link to {}", visible(target)),
            Self::Hidden { at, .. } => format!("hides {}", visible(&shown(at))),
            Self::Fixed(why) => visible(why),
        }
    }
}
