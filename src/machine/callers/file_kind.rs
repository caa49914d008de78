//! What a file is, by its path and its first line.

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A script for a shell.
    Shell,
    /// A table of cron.
    Crontab {
        /// Whether its lines name the user.
        has_user: bool,
    },
    /// The rules of sudo.
    Sudoers,
    /// The configuration of logrotate, which has scripts in it.
    Logrotate,
    /// The rules of udev.
    Udev,
    /// A makefile.
    Make,
    /// Ruby: Capistrano and Rake.
    Ruby,
    /// Python: Fabric.
    Python,
    /// YAML: Ansible, and the scripts of build servers.
    Yaml,
    /// Text for people, which calls nothing.
    Prose,
    /// Any other text: only what cannot be anything else is found in it.
    Other,
}

/// The endings of names that only show that the file is made from a template.
const TEMPLATE_ENDINGS: [&str; 6] = [".j2", ".erb", ".in", ".tmpl", ".tpl", ".dist"];

/// The directories in which files without a first line for the kernel are shell scripts: those that
/// another script takes in, or that programs run as such.
const SHELL_DIRECTORIES: [&str; 15] = [
    "init.d",
    "cron.hourly",
    "cron.daily",
    "cron.weekly",
    "cron.monthly",
    "if-up.d",
    "if-down.d",
    "if-pre-up.d",
    "if-post-down.d",
    "dhclient-enter-hooks.d",
    "dhclient-exit-hooks.d",
    "profile.d",
    "default",
    "sysconfig",
    "rc.d",
];

/// The names of shell scripts, and the scripts of a Debian package.
const SHELL_NAMES: [&str; 14] = [
    "rc.local",
    "preinst",
    "postinst",
    "prerm",
    "postrm",
    "config",
    ".bashrc",
    ".profile",
    ".bash_profile",
    ".bash_login",
    ".bash_logout",
    ".bash_aliases",
    "profile",
    "bash.bashrc",
];

impl FileKind {
    /// The kind of the file at a path whose text begins with `head`.
    pub fn of(path: &str, head: &str) -> Self {
        let mut path = path;
        while let Some(rest) = TEMPLATE_ENDINGS.iter().find_map(|end| path.strip_suffix(end)) {
            path = rest;
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut above = path.rsplit('/').skip(1);
        let (directory, outer) = (above.next().unwrap_or(""), above.next().unwrap_or(""));
        if let Some(kind) = interpreted(head) {
            return kind;
        }
        let ending = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty());
        let ending = ending.map_or("", |(_, ending)| ending);
        match (directory, name) {
            ("cron.d", _) | (_, "crontab") => return Self::Crontab { has_user: true },
            ("crontabs", _) => return Self::Crontab { has_user: false },
            // Red Hat has the tables of users here.
            ("cron", _) if outer == "spool" => return Self::Crontab { has_user: false },
            ("sudoers.d", _) | (_, "sudoers") => return Self::Sudoers,
            ("logrotate.d", _) | (_, "logrotate.conf") => return Self::Logrotate,
            (_, "Makefile" | "makefile" | "GNUmakefile") => return Self::Make,
            (_, "Capfile" | "Rakefile" | "Vagrantfile" | "Guardfile") => return Self::Ruby,
            _ => {}
        }
        match ending {
            "sh" | "bash" | "dash" | "ksh" | "preinst" | "postinst" | "prerm" | "postrm" => {
                return Self::Shell;
            }
            "d" if directory == "debian" && name.ends_with(".cron.d") => {
                return Self::Crontab { has_user: true };
            }
            "sudoers" => return Self::Sudoers,
            "logrotate" => return Self::Logrotate,
            "rules" => return Self::Udev,
            "mk" | "mak" => return Self::Make,
            "rb" | "rake" | "cap" | "ru" => return Self::Ruby,
            "py" => return Self::Python,
            "yml" | "yaml" => return Self::Yaml,
            "md" | "markdown" | "rst" | "adoc" | "html" | "htm" | "tex" | "po" | "pot" => {
                return Self::Prose;
            }
            _ => {}
        }
        let is_prose = ["README", "NEWS", "LICENSE", "COPYING", "AUTHORS", "CHANGELOG"]
            .iter()
            .any(|word| name.split('.').next().is_some_and(|stem| stem.eq_ignore_ascii_case(word)))
            || matches!(name, "copyright" | "changelog");
        if is_prose {
            Self::Prose
        } else if SHELL_DIRECTORIES.contains(&directory) || SHELL_NAMES.contains(&name) {
            Self::Shell
        } else {
            Self::Other
        }
    }
}

/// The kind that the first line names, if it names an interpreter.
fn interpreted(head: &str) -> Option<FileKind> {
    let line = head.strip_prefix("#!")?.lines().next()?;
    let mut words = line.split_whitespace();
    let mut program = words.next()?;
    if program.rsplit('/').next() == Some("env") {
        program = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
    }
    let name = program.rsplit('/').next()?;
    let stem = name.trim_end_matches(|last: char| last.is_ascii_digit() || last == '.');
    Some(match stem {
        "sh" | "bash" | "dash" | "ksh" | "ash" | "mksh" | "zsh" => FileKind::Shell,
        "ruby" | "rake" => FileKind::Ruby,
        "python" | "fab" => FileKind::Python,
        "make" => FileKind::Make,
        // `#!/sbin/openrc-run` and the like, and other languages.
        _ => FileKind::Other,
    })
}
