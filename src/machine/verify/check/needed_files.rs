//! Programs, interpreters, files and directories that units need to start.

use std::collections::BTreeMap;

use super::needed_accounts::is_true;
use crate::diagnostic::Severity;
use crate::machine::verify::checked_overlay::{CheckedFile, CheckedOverlay};
use crate::machine::verify::command_line::{FIXED_PATH, StartedProgram, literal, programs, words};
use crate::machine::verify::private_root::UNIT_DIRECTORIES;
use crate::machine::verify::read_unit::{UnitSetting, read_unit};
use crate::machine::verify::target_system::{OverlaidTree, TargetFile, TargetSystem};
use crate::machine::verify::tree_view::SystemEntry;
use crate::machine::verify::trouble::{Trouble, TroublePlace};
use crate::text::glob;

/// Directories that are empty after each boot.
const VOLATILE: [&str; 6] = ["/run", "/var/run", "/tmp", "/dev", "/proc", "/sys"];

/// The settings that make systemd create directories, and below what (systemd.exec(5),
/// "Sandboxing").
const CREATING: [(&str, &str); 5] = [
    ("RuntimeDirectory", "/run"),
    ("StateDirectory", "/var/lib"),
    ("CacheDirectory", "/var/cache"),
    ("LogsDirectory", "/var/log"),
    ("ConfigurationDirectory", "/etc"),
];

pub(super) fn check(overlay: &CheckedOverlay, target: &TargetSystem<'_>, found: &mut Vec<Trouble>) {
    let Some(tree) = target.tree else { return };
    let installed = OverlaidTree { overlay, tree };
    for unit in overlay.concerned() {
        UnitOnTarget::new(unit, &installed, target).check(found);
    }
    for (path, file) in &overlay.files {
        if let CheckedFile::Text { text, .. } = file
            && let Some(line) = text.strip_prefix("#!")
        {
            interpreter(path, line.split('\n').next().unwrap_or_default(), &installed, found);
        }
    }
}

/// A unit as the target will have it, with the drop-ins of the overlay.
struct UnitOnTarget<'a> {
    installed: &'a OverlaidTree<'a>,
    target: &'a TargetSystem<'a>,
    /// With the path in the overlay, unless the target has the file.
    settings: Vec<(Option<&'a str>, UnitSetting)>,
}

impl<'a> UnitOnTarget<'a> {
    fn new(unit: &str, installed: &'a OverlaidTree<'a>, target: &'a TargetSystem<'a>) -> Self {
        let overlay = installed.overlay;
        let mut settings = Vec::new();
        if let Some(path) = overlay.path_of_unit(unit) {
            let of_file = overlay.settings_of(path);
            settings.extend(of_file.iter().map(|setting| (Some(path), setting.clone())));
        } else {
            let file = UNIT_DIRECTORIES
                .iter()
                .find_map(|directory| target.units.get(&format!("{directory}/{unit}")));
            if let Some(TargetFile::Text(text)) = file {
                settings.extend(read_unit(text).into_iter().map(|setting| (None, setting)));
            }
        }
        for path in overlay.drop_ins(unit) {
            let of_file = overlay.settings_of(path);
            settings.extend(of_file.iter().map(|setting| (Some(path.as_str()), setting.clone())));
        }
        // An empty value takes back the values before it.
        let mut resets: BTreeMap<String, usize> = BTreeMap::new();
        for (at, (_, setting)) in settings.iter().enumerate() {
            if setting.value.is_empty() {
                resets.insert(setting.key.clone(), at);
            }
        }
        let mut at = 0;
        settings.retain(|(_, setting)| {
            at += 1;
            resets.get(&setting.key).is_none_or(|reset| at - 1 > *reset)
        });
        Self { installed, target, settings }
    }

    fn value(&self, key: &str) -> Option<&str> {
        let mut settings = self.settings.iter().rev();
        settings.find(|(_, setting)| setting.key == key).map(|(_, setting)| setting.value.as_str())
    }

    fn check(&self, found: &mut Vec<Trouble>) {
        // What is in an image is not known.
        let in_image = self.value("RootImage").is_some();
        let root = match self.value("RootDirectory") {
            Some(root) => match literal(root.trim_start_matches(['-', '+'])) {
                Some(root) => root,
                None => return,
            },
            None => "/".to_owned(),
        };
        for (path, setting) in &self.settings {
            let Some(path) = path else { continue };
            let place = || self.installed.overlay.place_of(path, setting);
            let value = setting.value.as_str();
            match setting.key.as_str() {
                "ExecStart" | "ExecStartPre" | "ExecStartPost" | "ExecCondition" | "ExecReload"
                | "ExecStop" | "ExecStopPre" | "ExecStopPost"
                    if !in_image =>
                {
                    let start_only = self.value("RootDirectoryStartOnly").is_some_and(is_true);
                    let outside = start_only && setting.key != "ExecStart";
                    let root = if outside { "/" } else { root.as_str() };
                    let needed = programs(value).into_iter().filter(|program| !program.optional);
                    for program in needed {
                        found.extend(self.program(&program, root, &setting.key, place()));
                    }
                }
                "WorkingDirectory" if !in_image => {
                    if let Some(directory) = directory_of(value) {
                        found.extend(self.directory(&directory, &root, setting, place()));
                    }
                }
                "RootDirectory" => {
                    if let Some(directory) = directory_of(value) {
                        found.extend(self.directory(&directory, "/", setting, place()));
                    }
                }
                "EnvironmentFile" => found.extend(self.environment_file(value, place)),
                "StandardOutput" | "StandardError" => {
                    let file = ["append:", "file:", "truncate:"]
                        .iter()
                        .find_map(|kind| value.strip_prefix(kind));
                    if let Some(directory) = file.and_then(parent) {
                        found.extend(self.directory(&directory, "/", setting, place()));
                    }
                }
                "PIDFile" => {
                    if let Some(directory) = parent(value)
                        && !self.creates(&directory)
                    {
                        found.extend(self.directory(&directory, "/", setting, place()));
                    }
                }
                _ => {}
            }
        }
    }

    /// What is wrong with a program that the unit starts.
    fn program(
        &self,
        program: &StartedProgram,
        root: &str,
        key: &str,
        place: TroublePlace,
    ) -> Option<Trouble> {
        let name = &program.name;
        let within = if root == "/" { String::new() } else { format!(" below {root}") };
        let message = if name.starts_with('/') {
            let fault = fault_of(&self.installed.at(root, name))?;
            if is_volatile(name) {
                return None;
            }
            format!("`{name}` {fault} on the target{within}, so `{key}=` fails")
        } else if name.contains('/') {
            return None;
        } else {
            let path = program.path.clone().or_else(|| self.search_path())?;
            self.searched(name, root, &path)?;
            format!("`{name}` is not in {path} on the target{within}, so `{key}=` fails")
        };
        let base = name.rsplit('/').next().unwrap_or(name);
        let other = FIXED_PATH
            .split(':')
            .map(|directory| format!("{directory}/{base}"))
            .find(|path| path != name && fault_of(&self.installed.at(root, path)).is_none());
        let help = match other {
            Some(other) => format!("use `{other}`, which the target has"),
            None => "install the program on the target, or fix its path in the job".to_owned(),
        };
        Some(Trouble::new(Severity::Warning, "program", message, place).help(help))
    }

    /// The directories in which systemd looks for a bare name. They are also the usual `PATH` of
    /// the unit.
    fn search_path(&self) -> Option<String> {
        match self.value("ExecSearchPath") {
            Some(path) => literal(path),
            None => Some(FIXED_PATH.to_owned()),
        }
    }

    /// `Some` if no directory of a path has the program.
    fn searched(&self, name: &str, root: &str, path: &str) -> Option<()> {
        let mut directories = path.split(':').filter(|directory| directory.starts_with('/'));
        let has = |directory: &str| {
            let entry = self.installed.at(root, &format!("{directory}/{name}"));
            matches!(entry, SystemEntry::File { executable: true } | SystemEntry::Unknown)
        };
        (!directories.any(has)).then_some(())
    }

    fn environment_file(&self, value: &str, place: impl Fn() -> TroublePlace) -> Option<Trouble> {
        let file = literal(value).filter(|file| file.starts_with('/'))?;
        if glob::is_pattern(&file) || is_volatile(&file) {
            return None;
        }
        let fault = match self.installed.at("/", &file) {
            SystemEntry::File { .. } | SystemEntry::Unknown | SystemEntry::Link(_) => return None,
            SystemEntry::Directory => "is a directory",
            SystemEntry::Missing => "does not exist",
        };
        let message =
            format!("`EnvironmentFile={file}` {fault} on the target, so the unit cannot start");
        let help = format!(
            "create the file, or write `EnvironmentFile=-{file}` if the job works without it"
        );
        Some(Trouble::new(Severity::Warning, "file", message, place()).help(help))
    }

    /// Whether systemd, or a command of the unit, creates a directory.
    fn creates(&self, directory: &str) -> bool {
        let directory =
            directory.strip_prefix("/var").filter(|rest| is_volatile(rest)).unwrap_or(directory);
        let by_command = self.settings.iter().any(|(_, setting)| {
            setting.key.starts_with("Exec") && setting.value.contains(directory)
        });
        by_command || self.installed.overlay.mentions_in("usr", directory)
    }

    fn directory(
        &self,
        directory: &str,
        root: &str,
        setting: &UnitSetting,
        place: TroublePlace,
    ) -> Option<Trouble> {
        let fault = match self.installed.at(root, directory) {
            SystemEntry::Directory | SystemEntry::Unknown | SystemEntry::Link(_) => return None,
            SystemEntry::File { .. } => "is not a directory",
            SystemEntry::Missing => "does not exist",
        };
        let made = CREATING.iter().any(|(key, base)| {
            let of_key = self.settings.iter().filter(|(_, setting)| setting.key == *key);
            of_key.flat_map(|(_, setting)| words(&setting.value)).any(|name| {
                let name = name.split(':').next().unwrap_or_default().to_owned();
                let path = format!("{base}/{name}");
                directory == path
                    || directory.strip_prefix("/var") == Some(path.as_str())
                    || path.starts_with(&format!("{directory}/"))
            })
        });
        let at_boot = self.target.tmpfiles.contains(directory)
            || self.installed.overlay.mentions_in("etc/tmpfiles.d", directory)
            || self.installed.overlay.mentions_in("usr/lib/tmpfiles.d", directory);
        if made || at_boot || (is_volatile(directory) && VOLATILE.contains(&directory)) {
            return None;
        }
        let key = &setting.key;
        let within = if root == "/" { String::new() } else { format!(" below {root}") };
        if is_volatile(directory) {
            let message = format!(
                "nothing in the overlay creates `{directory}`, which `{key}=` needs, and it is empty after a boot"
            );
            let mut trouble = Trouble::new(Severity::Note, "directory", message, place);
            let name = directory.trim_start_matches("/var").strip_prefix("/run/");
            if let Some(name) = name {
                trouble = trouble.help(format!("add `RuntimeDirectory={name}` to the unit"));
            }
            return Some(trouble);
        }
        let message = format!(
            "`{directory}`, which `{key}=` needs, {fault} on the target{within}, so the unit fails"
        );
        let help = match CREATING
            .iter()
            .find_map(|(key, base)| Some((key, directory.strip_prefix(base)?.strip_prefix('/')?)))
        {
            Some((key, name)) if fault != "is not a directory" => {
                format!("create the directory, or add `{key}={name}` to the unit")
            }
            _ => "create the directory, or install the package that has it".to_owned(),
        };
        Some(Trouble::new(Severity::Warning, "directory", message, place).help(help))
    }
}

/// What is wrong with a program; `None` if it may be executed.
fn fault_of(entry: &SystemEntry) -> Option<&'static str> {
    match entry {
        SystemEntry::File { executable: true } | SystemEntry::Unknown | SystemEntry::Link(_) => {
            None
        }
        SystemEntry::File { executable: false } => Some("is not executable"),
        SystemEntry::Directory => Some("is a directory"),
        SystemEntry::Missing => Some("does not exist"),
    }
}

fn is_volatile(path: &str) -> bool {
    VOLATILE.iter().any(|directory| {
        path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// The directory in a value, unless a missing one is fine or it depends on the instance or user.
fn directory_of(value: &str) -> Option<String> {
    literal(value).filter(|directory| directory.starts_with('/'))
}

/// The directory of a file.
fn parent(file: &str) -> Option<String> {
    let file = literal(file).filter(|file| file.starts_with('/'))?;
    let (directory, _) = file.rsplit_once('/')?;
    (!directory.is_empty()).then(|| directory.to_owned())
}

/// Checks the interpreter of a script of the overlay.
fn interpreter(path: &str, line: &str, installed: &OverlaidTree<'_>, found: &mut Vec<Trouble>) {
    let line = line.trim_start_matches([' ', '\t']);
    let (program, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let Some(fault) = fault_of(&installed.at("/", program)) else {
        let rest = rest.trim().trim_start_matches("-S").trim_start();
        let name = rest.split([' ', '\t']).next().unwrap_or_default();
        let is_env = program.rsplit('/').next() == Some("env");
        if is_env && !name.is_empty() && !name.starts_with('-') && !name.contains(['=', '/']) {
            let has = |directory: &str| {
                fault_of(&installed.at("/", &format!("{directory}/{name}"))).is_none()
            };
            if !FIXED_PATH.split(':').any(has) {
                let message = format!(
                    "the interpreter `{name}` is not in {FIXED_PATH} on the target, so the script cannot run"
                );
                found.push(interpreter_trouble(message, installed.overlay.place(path, 1)));
            }
        }
        return;
    };
    let message =
        format!("the interpreter `{program}` {fault} on the target, so the script cannot run");
    found.push(interpreter_trouble(message, installed.overlay.place(path, 1)));
}

fn interpreter_trouble(message: String, place: TroublePlace) -> Trouble {
    Trouble::new(Severity::Warning, "interpreter", message, place)
        .help("install the interpreter on the target, or fix the first line of the script")
}
