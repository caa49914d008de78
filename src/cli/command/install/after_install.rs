//! What `install` and `uninstall` print.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::InstallOutcome;
use super::install_plan::{ChangeWord, InstallPlan};
use super::obstacle::Obstacle;
use super::overlay_files::OverlayFiles;
use crate::cli::input::shown;
use crate::cli::migrate::next_steps::{commands_after, quoted};
use crate::cli::open_directory::OpenDirectory;
use crate::lower::own_files::preset;
use crate::report::summary::counted;
use crate::systemd::layout::UNITS;
use crate::text::list;
use crate::text::visible::visible;

/// The most files that a note names.
const NAMED: usize = 5;

/// What is printed.
pub(super) struct InstallReport {
    /// For standard output.
    pub(super) text: String,
    /// For standard error.
    pub(super) notes: String,
    overlay: String,
    /// The root, if it is not `/`.
    root: Option<String>,
}

impl InstallReport {
    /// An empty report.
    pub(super) fn about(overlay: &Path, at: &Path, root: &OpenDirectory) -> Self {
        let identity = |directory: &OpenDirectory| {
            rustix::fs::fstat(directory).ok().map(|found| (found.st_dev, found.st_ino))
        };
        let of_system = OpenDirectory::open(Path::new("/")).ok();
        let is_system = of_system.is_some_and(|system| identity(&system) == identity(root));
        let absolute = std::path::absolute(at).unwrap_or_else(|_| at.to_owned());
        Self {
            text: String::new(),
            notes: String::new(),
            overlay: shown(overlay),
            root: (!is_system).then(|| shown(&absolute)),
        }
    }

    fn note(&mut self, what: &str, paths: &[PathBuf]) {
        if !paths.is_empty() {
            let paths: Vec<String> = paths.iter().map(|path| visible(&shown(path))).collect();
            self.notes.push_str(&format!("note: {what}: {}\n", list::first(&paths, NAMED)));
        }
    }

    fn list(&mut self, plan: &InstallPlan, is_dry: bool) {
        let mut steps: Vec<_> = plan.steps.iter().collect();
        steps.sort_by(|one, other| one.path.cmp(&other.path));
        for step in steps {
            let note = step.replaced.as_ref().map(|replaced| format!(" ({})", replaced.note()));
            self.text.push_str(&format!(
                "{:<10} {}{}\n",
                step.word.as_str(),
                visible(&shown(&step.path)),
                note.unwrap_or_default()
            ));
        }
        let count = counted(plan.steps.len(), "file");
        let same = match plan.same.len() {
            0 => String::new(),
            same => format!("; {} as before", counted(same, "file")),
        };
        let would = if is_dry { "would be changed" } else { "changed" };
        self.text.push_str(&format!("{count} {would}{same}.\n"));
    }

    /// The report on an installation, with the commands to run after it.
    pub(super) fn installed(
        mut self,
        (plan, root): (&InstallPlan, &OpenDirectory),
        files: &OverlayFiles,
        is_dry: bool,
    ) -> Result<InstallOutcome> {
        self.list(plan, is_dry);
        self.note("these files are not installed, because no run wrote them and they are not where units, drop-ins, scripts or rules are", &files.left_out);
        self.note(
            "these files are not installed, because they are no longer in the overlay",
            &files.deleted,
        );
        self.note("the overlay no longer has these files, and they are kept because they were edited since they were installed", &plan.kept_edits);
        self.note(
            "these files stay installed although this overlay does not have them; `--prune` removes them and brings back what was there before",
            &plan.left_over,
        );
        let added: Vec<PathBuf> = files
            .files
            .iter()
            .filter(|(_, file)| file.is_added)
            .map(|(path, _)| path.clone())
            .collect();
        self.note(
            "these files were added to the overlay, and are installed like the others",
            &added,
        );
        let enabled = enabled(files)?;
        let enabled: Vec<&str> = enabled.iter().map(String::as_str).collect();
        let commands = disable(plan, root, self.root.as_deref())
            + &commands_after(&enabled, self.root.as_deref());
        if is_dry {
            self.text.push_str("\nTo install them, as root:\n\n");
            self.text.push_str(&format!(
                "    upstart2systemd install {}{}\n",
                quoted(&self.overlay),
                self.root_option()
            ));
        } else if !commands.is_empty() {
            self.text.push_str("\nTo load and enable them, as root:\n\n");
        }
        self.text.push_str(&commands);
        self.text.push_str(&format!(
            "\nTo bring back what was there before:\n\n    upstart2systemd uninstall{}\n",
            self.root_option()
        ));
        Ok(InstallOutcome::Done(self))
    }

    fn root_option(&self) -> String {
        self.root.as_ref().map_or(String::new(), |root| format!(" --root {}", quoted(root)))
    }

    /// The report on the return to what was there before.
    pub(super) fn uninstalled(
        mut self,
        plan: &InstallPlan,
        root: &OpenDirectory,
        is_dry: bool,
    ) -> InstallOutcome {
        self.list(plan, is_dry);
        let mut commands = disable(plan, root, self.root.as_deref());
        if self.root.is_none() {
            commands.push_str("    systemctl daemon-reload\n");
        }
        if !commands.is_empty() {
            self.text.push_str(&format!("\nThen, as root:\n\n{commands}"));
        }
        InstallOutcome::Done(self)
    }

    pub(super) fn nothing_installed(mut self) -> InstallOutcome {
        let root = self.root.as_deref().unwrap_or("/");
        self.text = format!("Nothing is installed below `{}`.\n", visible(root));
        InstallOutcome::Done(self)
    }
}

/// The units that the preset file of the overlay enables.
fn enabled(files: &OverlayFiles) -> Result<Vec<String>> {
    let preset = PathBuf::from(preset());
    if !files.files.contains_key(&preset) {
        return Ok(Vec::new());
    }
    let text = files.text(&preset)?;
    let units = text.lines().filter_map(|line| line.strip_prefix("enable "));
    Ok(units.map(|unit| unit.trim().to_owned()).collect())
}

/// The command that removes the links by which targets still want units that go.
fn disable(plan: &InstallPlan, root: &OpenDirectory, at: Option<&str>) -> String {
    let option = at.map_or(String::new(), |at| format!(" --root={}", quoted(at)));
    let units: Vec<String> = still_enabled(plan, root).iter().map(|unit| quoted(unit)).collect();
    if units.is_empty() {
        return String::new();
    }
    format!("    systemctl{option} disable {}\n", units.join(" "))
}

/// The units that go without another in their place, and that links still name in the directories
/// of what wants them.
fn still_enabled(plan: &InstallPlan, root: &OpenDirectory) -> BTreeSet<String> {
    let units = Path::new(UNITS);
    let goes = |name: &Path| {
        let is_hidden =
            || Obstacle::of_package(root, &units.join(name)).is_ok_and(|at| at.is_some());
        let steps = plan.steps.iter().filter(|step| step.word == ChangeWord::Removed);
        let mut names = steps.filter_map(|step| step.path.strip_prefix(UNITS).ok());
        names.any(|going| going == name) && !is_hidden()
    };
    let names =
        |path: &Path| root.below(path).and_then(|opened| opened.names()).unwrap_or_default();
    let mut found = BTreeSet::new();
    for directory in names(units) {
        let directory = units.join(directory);
        let extension = directory.extension().and_then(|extension| extension.to_str());
        if !matches!(extension, Some("wants" | "requires")) {
            continue;
        }
        for name in names(&directory) {
            let (name, link) = (Path::new(&name), root.read_link(&directory.join(&name)));
            // Links to units of packages were there before.
            let is_to_ours = |target: &Path| target.parent().is_some_and(|at| at.ends_with(units));
            if link.ok().flatten().is_some_and(|target| is_to_ours(&target)) && goes(name) {
                found.insert(shown(name));
            }
        }
    }
    found
}

/// The message about what must not be in an overlay.
pub(super) fn hostile(found: &[(String, String)], overlay: &Path) -> String {
    let mut out = format!(
        "error: {} of `{}` cannot be installed, and nothing was changed:\n",
        counted(found.len(), "file"),
        visible(&shown(overlay))
    );
    for (path, why) in found {
        out.push_str(&format!("  `{}` {}\n", visible(path), visible(why)));
    }
    out + "  = help: only regular files are installed; remove what is not one from the overlay\n"
}

/// The message about what is in the way of an installation.
pub(super) fn refusal(refused: &[&(PathBuf, Obstacle)], overlay: &Path) -> String {
    let mut out = in_the_way(refused);
    if refused.iter().any(|(_, obstacle)| obstacle.is_replaceable()) {
        out.push_str(&format!(
            "  = help: remove a file from `{}` to leave it out; or use `--replace`, and `uninstall` brings back what was there before\n",
            visible(&shown(overlay))
        ));
    }
    out
}

fn in_the_way(refused: &[&(PathBuf, Obstacle)]) -> String {
    let (something, is) = match refused.len() {
        1 => ("1 file or link".to_owned(), "is"),
        more => (format!("{more} files or links"), "are"),
    };
    let mut out = format!("error: {something} {is} in the way, and nothing was changed:\n");
    for (path, obstacle) in refused {
        out.push_str(&format!("  {}\n", obstacle.sentence(path)));
    }
    out
}

/// The message about what is in the way of a return.
pub(super) fn refused_return(refused: &[&(PathBuf, Obstacle)]) -> String {
    let mut out = format!(
        "error: {} changed since the installation, and nothing was changed now:\n",
        if refused.len() == 1 {
            "1 file was".to_owned()
        } else {
            format!("{} files were", refused.len())
        }
    );
    for (path, obstacle) in refused {
        let path = visible(&shown(path));
        match obstacle {
            Obstacle::Fixed(why) => out.push_str(&format!("  `{path}` {}\n", visible(why))),
            _ => out.push_str(&format!("  `{path}`\n")),
        }
    }
    out + "  = help: save your changes elsewhere, then use `--discard-edits` to replace these files as well\n"
}
