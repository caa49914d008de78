//! Converts Upstart jobs to systemd units, and reports everything that systemd does differently.
//!
//! ```
//! let job = "\
//! description \"web shop\"
//! start on runlevel [2345]
//! stop on runlevel [!2345]
//! respawn
//! exec /usr/bin/shop --port 8080
//! ";
//! let conversion = upstart2systemd::convert("shop", job);
//! let unit = conversion.unit().expect("init accepts this job");
//! assert!(unit.contains("ExecStart=/usr/bin/shop --port 8080\n"));
//! assert!(unit.contains("Restart=always\n"));
//! assert_eq!(conversion.findings(), []);
//! ```
//!
//! Six functions are the library: [`convert`] and [`migrate`] make units, of one job and of all
//! jobs of a machine; [`lint`] finds mistakes in a job; [`parse`] answers what init makes of it;
//! [`report`] renders findings; [`explain`] explains a rule. Nothing here reads or writes files,
//! and the same input gives the same output. The program `upstart2systemd` is this library with a
//! command line, which the feature `cli` (on by default) adds; without it the library needs
//! neither clap, indicatif, annotate-snippets, toml nor rayon.
//!
//! The parts below are documented for those who change them.
//!
#![doc = include_str!("../docs/ARCHITECTURE.md")]
#![cfg_attr(not(feature = "cli"), allow(dead_code, reason = "the command line uses it"))]

use std::fmt;
use std::sync::Arc;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod assess;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod convert;
#[doc(hidden)]
pub mod diagnostic;
#[doc(hidden)]
pub mod jobset;
#[doc(hidden)]
pub mod lint;
#[doc(hidden)]
pub mod lower;
#[doc(hidden)]
pub mod machine;
#[doc(hidden)]
pub mod migrate;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod shell;
#[doc(hidden)]
pub mod systemd;
#[doc(hidden)]
pub mod text;
#[doc(hidden)]
pub mod upstart;

/// The examples of the page about the library are run with the others.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
struct LibraryPage;

use diagnostic::{Diagnostic, registry};
use lint::{Subject, allow};
use text::source::{Origin, Source, Sources};
use text::visible::visible;
use upstart::job::JobName;

#[doc(inline)]
pub use convert::Converted as Conversion;
#[doc(inline)]
pub use diagnostic::{Disposition, Outcome, Severity};
#[doc(inline)]
pub use jobset::{JobSet, Outside};
#[doc(inline)]
pub use lower::options::{Logs, Options, Style};
#[doc(inline)]
pub use migrate::Migration;
#[doc(inline)]
pub use report::format::Format;
#[doc(inline)]
pub use systemd::layout::Output;
#[doc(inline)]
pub use upstart::dialect::Dialect;
#[doc(inline)]
pub use upstart::job::Job;

/// A job file for [`migrate`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFile {
    /// The name of the job: the path below the configuration directory, without `.conf`.
    pub name: String,
    /// The bytes of `NAME.conf`.
    pub conf: Vec<u8>,
    /// The bytes of `NAME.override`, if there is one.
    pub overriding: Option<Vec<u8>>,
}

/// One finding, with its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The code of the rule, such as `U204`; [`explain`] takes it.
    pub code: &'static str,
    /// The name of the rule, such as `shared-stop-timeout`.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The file that it is about: `NAME.conf` or `NAME.override`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong, or different.
    pub message: String,
    /// Why, and what will happen.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Finding {
    fn new(sources: &Sources, diagnostic: &Diagnostic) -> Self {
        let source = sources.get(diagnostic.span.origin);
        let position = source.position(diagnostic.span.start);
        Self {
            code: diagnostic.rule.code,
            rule: diagnostic.rule.name,
            severity: diagnostic.severity,
            file: source.path().to_owned(),
            line: position.line,
            column: position.column,
            message: visible(&diagnostic.message),
            notes: diagnostic.notes.iter().map(|note| visible(note)).collect(),
            help: diagnostic.help.as_deref().map(visible),
        }
    }

    fn of(sources: &Sources, diagnostics: &[Diagnostic]) -> Vec<Self> {
        diagnostics.iter().map(|diagnostic| Self::new(sources, diagnostic)).collect()
    }
}

/// `file:line:column: severity[CODE]: message`
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, severity, file, line, column, message, .. } = self;
        write!(f, "{file}:{line}:{column}: {}[{code}]: {message}", severity.name())
    }
}

impl Conversion {
    /// The text of the unit; `None` if init refuses the job or systemd cannot have such a unit, and
    /// a finding of severity error says why.
    pub fn unit(&self) -> Option<&str> {
        self.files().first().map(|unit| unit.text.as_str())
    }

    /// The unit, then the files that it needs besides.
    pub fn files(&self) -> &[Output] {
        &self.conversion.outputs
    }

    /// What became of each stanza, in the order of the text.
    pub fn stanzas(&self) -> &[Outcome] {
        &self.conversion.stanzas
    }

    /// What is lost or different, in the order of the text.
    pub fn findings(&self) -> Vec<Finding> {
        Finding::of(&self.sources, &self.conversion.diagnostics)
    }
}

fn sources(name: &str, text: &str) -> Sources {
    let conf = Source::new(format!("{name}.conf"), text.as_bytes().to_vec());
    Sources { conf, overriding: None }
}

/// Converts one job. `name` is what `start NAME` takes, `text` what `NAME.conf` holds.
///
/// ```
/// let conversion = upstart2systemd::convert("shop", "exec shop\nrespawn limit 5 60\n");
/// assert_eq!(conversion.findings()[0].rule, "respawn-limit-without-respawn");
/// ```
pub fn convert(name: &str, text: &str) -> Conversion {
    convert_with(name, text, &Options::default())
}

/// The same with options: another version of systemd, another Upstart.
///
/// ```
/// use upstart2systemd::{Options, convert_with};
///
/// let old = Options { systemd_version: 229, ..Options::default() };
/// let unit = convert_with("shop", "exec /usr/bin/shop\n", &old);
/// // `Type=exec` came with systemd 240.
/// assert!(!unit.unit().unwrap().contains("Type=exec"));
/// ```
pub fn convert_with(name: &str, text: &str, options: &Options) -> Conversion {
    let sources = sources(name, text);
    let conversion = convert::convert(&sources, JobName(name.to_owned()), options);
    Conversion { sources: Arc::new(sources), conversion }
}

/// Converts all jobs of a machine together: what one job needs to know of another, it knows.
///
/// ```
/// use upstart2systemd::{JobFile, Options, migrate};
///
/// let job = |name: &str, text: &str| JobFile {
///     name: name.to_owned(),
///     conf: text.as_bytes().to_vec(),
///     overriding: None,
/// };
/// let jobs = [
///     job("db", "start on runlevel [2345]\nexec /usr/bin/db\n"),
///     job("shop", "start on started db\nstop on stopping db\nexec /usr/bin/shop\n"),
/// ];
/// let migration = migrate(jobs, &Options::default());
/// let shop = &migration.jobs[1];
/// assert!(shop.unit().unwrap().contains("After=db.service\n"));
/// ```
pub fn migrate(jobs: impl IntoIterator<Item = JobFile>, options: &Options) -> Migration {
    let found = jobs.into_iter().map(|JobFile { name, conf, overriding }| {
        let sources = Sources {
            conf: Source::new(format!("{name}.conf"), conf),
            overriding: overriding.map(|text| Source::new(format!("{name}.override"), text)),
        };
        migrate::FoundJob { name: JobName(name), sources: sources.into() }
    });
    migrate::plan(found.collect(), options)
}

/// Finds mistakes in a job, whether or not it is to be converted. `allow` comments are honoured.
/// Scripts are not given to a shell; the program does that.
///
/// ```
/// let findings = upstart2systemd::lint("shop", "start on runlevel 2345\nexec /usr/bin/shop\n");
/// assert!(findings.iter().any(|finding| finding.rule == "impossible-runlevel"));
/// ```
pub fn lint(name: &str, text: &str) -> Vec<Finding> {
    let sources = sources(name, text);
    let read = match convert::read::read(&sources, JobName(name.to_owned()), None) {
        Ok(read) => read,
        Err(refusal) => return vec![Finding::new(&sources, &refusal.diagnostic)],
    };
    let mut found =
        convert::convert_read(&sources, &read, &Options::default(), &Outside::default())
            .diagnostics;
    found.extend(lint::lint(&Subject::new(&sources, &read.files, &read.job, &read.scripts)));
    found.retain(|diagnostic| !diagnostic.rule.category.is_about_units());
    for file in &read.files {
        let written = Some((file, &read.scripts));
        found =
            allow::apply(&sources.conf, written, Origin::Conf, found, registry::RULES, |rule| {
                let category = rule.category;
                !category.is_about_units() && !category.is_between() && !category.needs_a_shell()
            });
    }
    found.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.rule.code));
    Finding::of(&sources, &found)
}

/// What init makes of a job file: defaults filled in, later stanzas in the place of earlier ones.
///
/// # Errors
///
/// The finding says why init would refuse the file.
///
/// ```
/// let job = upstart2systemd::parse("shop", "respawn\nexec /usr/bin/shop\n").unwrap();
/// assert!(job.respawn.is_some() && !job.is_task());
/// let refused = upstart2systemd::parse("shop", "task twice\n").unwrap_err();
/// assert_eq!((refused.rule, refused.line), ("unexpected-token", 1));
/// ```
pub fn parse(name: &str, text: &str) -> Result<Job, Box<Finding>> {
    let sources = sources(name, text);
    convert::read::read_job(&sources, JobName(name.to_owned()), None)
        .map_err(|refusal| Box::new(Finding::new(&sources, &refusal.diagnostic)))
}

/// Renders the findings of conversions; JSON also has the units.
///
/// # Errors
///
/// Those of writing JSON.
///
/// ```
/// use upstart2systemd::{Format, convert, report};
///
/// let conversion = convert("shop", "exec shop && echo done\n");
/// let report = report(&[conversion], Format::Concise).unwrap();
/// assert!(report.starts_with("shop.conf:1:10: warning[U101]: "));
/// ```
pub fn report(conversions: &[Conversion], format: Format) -> serde_json::Result<String> {
    let each = |render: &dyn Fn(&Sources, &Diagnostic) -> String| {
        let of = |one: &Conversion| {
            one.conversion
                .diagnostics
                .iter()
                .map(|diagnostic| render(&one.sources, diagnostic) + "\n")
                .collect::<String>()
        };
        Ok(conversions.iter().map(of).collect())
    };
    match format {
        #[cfg(feature = "cli")]
        Format::Text => {
            each(&|sources, diagnostic| report::text(sources, diagnostic, report::Paint::Plain))
        }
        Format::Concise => each(&report::concise),
        Format::Github => each(&report::github),
        Format::Json => report::json(conversions),
        Format::JsonLines => {
            conversions.iter().map(|one| Ok(report::json_line(None, one)? + "\n")).collect()
        }
        Format::Sarif => report::sarif(conversions, registry::RULES),
        Format::Gitlab => report::gitlab(conversions),
        Format::Junit => Ok(report::junit(conversions)),
    }
}

/// The page of a rule, by its code or its name: what it is, why it matters, what to do, and
/// examples. `None` if no rule is called so.
///
/// ```
/// let page = upstart2systemd::explain("U103").unwrap();
/// assert!(page.starts_with("U103 respawn-limit-without-respawn (warning)\n"));
/// assert_eq!(upstart2systemd::explain("respawn-limit-without-respawn"), Some(page));
/// ```
pub fn explain(rule: &str) -> Option<String> {
    let is_called = |known: &&&diagnostic::Rule| {
        known.code.eq_ignore_ascii_case(rule) || known.name.eq_ignore_ascii_case(rule)
    };
    registry::RULES.iter().find(is_called).map(|found| report::page(found))
}
