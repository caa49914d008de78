//! Parses a configuration file.

use std::collections::BTreeMap;
use std::ops::Range;

use clap::ValueEnum;
use serde::Deserialize;
use toml::Spanned;

use super::{Configuration, MigrationSettings};
use crate::assess::minutes::{Minutes, TaskKind};
use crate::cli::arguments::release;
use crate::cli::lint::file_patterns::FilePatterns;
use crate::cli::lint::selection::{Layer, Level, Selector};
use crate::diagnostic::Rule;
use crate::lower::options::Options;
use crate::systemd::UnitName;
use crate::systemd::release::Release;
use crate::text::source::Source;
use crate::text::visible::visible;
use crate::text::{list, suggestion};
use crate::upstart::events::JobState;

/// All keys, for suggestions.
pub(super) const KEYS: [&str; 16] = [
    "select",
    "ignore",
    "severity",
    "fail-on",
    "dialect",
    "systemd-version",
    "migration",
    "shellcheck",
    "shellcheck-severity",
    "events",
    "jobs",
    "exclude",
    "per-file-ignores",
    "migrate",
    "map",
    "report",
];

/// The file as serde reads it. Values are checked later, because serde does not report the
/// positions of wrong values.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct WrittenSettings {
    select: Vec<Spanned<String>>,
    ignore: Vec<Spanned<String>>,
    severity: BTreeMap<Spanned<String>, Spanned<String>>,
    fail_on: Option<Spanned<String>>,
    dialect: Option<Spanned<String>>,
    systemd_version: Option<Spanned<i64>>,
    migration: Option<bool>,
    shellcheck: Option<Spanned<String>>,
    shellcheck_severity: Option<Spanned<String>>,
    events: Vec<Spanned<String>>,
    jobs: Vec<Spanned<String>>,
    exclude: Vec<Spanned<String>>,
    per_file_ignores: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    migrate: WrittenMigration,
    map: BTreeMap<Spanned<String>, Spanned<String>>,
    report: WrittenReport,
}

/// The table `migrate`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct WrittenMigration {
    style: Option<Spanned<String>>,
    target: Option<Spanned<String>>,
    only: Vec<Spanned<String>>,
    exclude: Vec<Spanned<String>>,
}

/// The table `report`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct WrittenReport {
    minutes: BTreeMap<Spanned<String>, Spanned<i64>>,
}

/// The types of units that a job can be ordered by (systemd.unit(5)).
const UNIT_SUFFIXES: [&str; 7] =
    ["service", "target", "socket", "mount", "path", "timer", "device"];

/// A mistake, and the bytes of the file that contain it.
struct Wrong {
    place: Range<usize>,
    message: String,
}

/// Parses the contents of the file `path`. `Err` is `path:line:column: message`.
pub(super) fn read(
    path: &str,
    bytes: Vec<u8>,
    known: &[&'static Rule],
) -> Result<Configuration, String> {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let wrong = Wrong { place: at..at + 1, message: "this is not UTF-8".to_owned() };
            return Err(wrong.told(&Source::new(path, error.into_bytes())));
        }
    };
    let read = match toml::from_str(&text) {
        Ok(written) => meant(written, known),
        Err(error) => Err(not_written(&error, &text)),
    };
    read.map_err(|wrong| wrong.told(&Source::new(path, text.into_bytes())))
}

impl Wrong {
    fn told(&self, source: &Source) -> String {
        // Replacement characters are longer than the bytes they replace, which affects only offsets
        // after the first of them.
        let position = source.position(self.place.start);
        format!(
            "{}:{}:{}: {}",
            visible(source.path()),
            position.line,
            position.column,
            visible(&self.message)
        )
    }
}

/// The mistake in a file that is not TOML, or has an unknown key or a value of the wrong type.
fn not_written(error: &toml::de::Error, text: &str) -> Wrong {
    let place = error.span().unwrap_or(0..0);
    let message = error.message();
    if !message.starts_with("unknown field") {
        return Wrong { place, message: message.trim_end().to_owned() };
    }
    let key = text.get(place.clone()).unwrap_or_default();
    let bare = key.trim_matches(['"', '\'']);
    let meant = suggestion::closest(bare, KEYS.into_iter());
    let message = match meant {
        Some(meant) => format!("unknown key `{bare}`; did you mean `{meant}`?"),
        None => format!("unknown key `{bare}`; the keys are {}", list::quoted(KEYS)),
    };
    Wrong { place, message }
}

fn meant(written: WrittenSettings, known: &[&'static Rule]) -> Result<Configuration, Wrong> {
    let WrittenSettings {
        select,
        ignore,
        severity,
        fail_on,
        dialect,
        systemd_version,
        migration,
        shellcheck,
        shellcheck_severity,
        events,
        jobs,
        exclude,
        per_file_ignores,
        migrate: WrittenMigration { style, target, only, exclude: not_converted },
        map,
        report: WrittenReport { minutes },
    } = written;
    let (mut units_of_jobs, mut units_of_events) = (BTreeMap::new(), BTreeMap::new());
    for (foreign, unit) in map {
        let unit = unit_of(&unit)?;
        match foreign_name(&foreign)? {
            ForeignName::Job(job) => units_of_jobs.insert(job, unit),
            ForeignName::Event(event) => units_of_events.insert(event, unit),
        };
    }
    let rules = Layer {
        select: select
            .iter()
            .map(|text| selector(text, Selector::parse(text.get_ref(), known)))
            .collect::<Result<_, _>>()?,
        ignore: ignore
            .iter()
            .map(|text| selector(text, Selector::parse_changeable(text.get_ref(), known)))
            .collect::<Result<_, _>>()?,
        severities: severities(&severity, known)?,
    };
    Ok(Configuration {
        rules,
        fail_on: fail_on.as_ref().map(word).transpose()?,
        dialect: dialect.as_ref().map(word).transpose()?,
        systemd_version: systemd_version.as_ref().map(version).transpose()?,
        migration,
        shellcheck: shellcheck.as_ref().map(word).transpose()?,
        shellcheck_severity: shellcheck_severity.as_ref().map(word).transpose()?,
        events: events.into_iter().map(name).collect::<Result<_, _>>()?,
        jobs: jobs.into_iter().map(name).collect::<Result<_, _>>()?,
        exclude: exclude
            .into_iter()
            .map(|text| pattern(&text).map(|()| text.into_inner()))
            .collect::<Result<_, _>>()?,
        per_file_ignores: per_file_ignores
            .into_iter()
            .map(|(text, rules)| {
                pattern(&text)?;
                let rules = rules
                    .iter()
                    .map(|rule| selector(rule, Selector::parse_changeable(rule.get_ref(), known)))
                    .collect::<Result<_, _>>()?;
                Ok((text.into_inner(), rules))
            })
            .collect::<Result<_, _>>()?,
        migrate: MigrationSettings {
            style: style.as_ref().map(word).transpose()?,
            target: target.as_ref().map(release_of).transpose()?,
            only: only.into_iter().map(name).collect::<Result<_, _>>()?,
            exclude: not_converted.into_iter().map(name).collect::<Result<_, _>>()?,
            minutes: minutes_of(&minutes)?,
            ..MigrationSettings::default()
        },
        units_of_jobs,
        units_of_events,
    })
}

fn selector(text: &Spanned<String>, parsed: Result<Selector, String>) -> Result<Selector, Wrong> {
    parsed.map_err(|message| Wrong { place: text.span(), message })
}

/// Returns the entries in the order of the text, which the map does not keep.
fn severities(
    table: &BTreeMap<Spanned<String>, Spanned<String>>,
    known: &[&'static Rule],
) -> Result<Vec<(Selector, Level)>, Wrong> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(rule, _)| rule.span().start);
    let entry = |(rule, level): (&Spanned<String>, &Spanned<String>)| {
        let selector = selector(rule, Selector::parse_changeable(rule.get_ref(), known))?;
        let known_level = Level::named(level.get_ref())
            .ok_or_else(|| no_such(level, &Level::ALL.map(Level::name)))?;
        Ok((selector, known_level))
    };
    entries.into_iter().map(entry).collect()
}

/// Parses a value with the same words as the option of the command line.
fn word<T: ValueEnum>(text: &Spanned<String>) -> Result<T, Wrong> {
    T::from_str(text.get_ref(), false).map_err(|_| {
        let values: Vec<_> =
            T::value_variants().iter().filter_map(ValueEnum::to_possible_value).collect();
        no_such(
            text,
            &values.iter().map(clap::builder::PossibleValue::get_name).collect::<Vec<_>>(),
        )
    })
}

fn no_such(text: &Spanned<String>, values: &[&str]) -> Wrong {
    let known = list::quoted(values);
    let message = match suggestion::closest(text.get_ref(), values.iter().copied()) {
        Some(meant) => format!("`{}` is none of {known}; did you mean `{meant}`?", text.get_ref()),
        None => format!("`{}` is none of {known}", text.get_ref()),
    };
    Wrong { place: text.span(), message }
}

/// The minutes of each kind of task.
fn minutes_of(table: &BTreeMap<Spanned<String>, Spanned<i64>>) -> Result<Minutes, Wrong> {
    let mut minutes = Minutes::default();
    for (key, number) in table {
        let kind = TaskKind::ALL.into_iter().find(|kind| kind.key() == key.get_ref());
        let kind = kind.ok_or_else(|| no_such(key, &TaskKind::ALL.map(TaskKind::key)))?;
        let number = u32::try_from(*number.get_ref()).map_err(|_| Wrong {
            place: number.span(),
            message: "this is not a number of minutes".to_owned(),
        })?;
        minutes.set(kind, number);
    }
    Ok(minutes)
}

fn version(number: &Spanned<i64>) -> Result<u32, Wrong> {
    let oldest = Options::OLDEST_SYSTEMD_VERSION;
    let version =
        u32::try_from(*number.get_ref()).ok().filter(|version| (oldest..=999).contains(version));
    version.ok_or_else(|| Wrong {
        place: number.span(),
        message: format!("this is not a version of systemd from {oldest} on"),
    })
}

/// What an entry of the table `map` is about.
enum ForeignName {
    /// `started NAME`
    Job(String),
    Event(String),
}

fn foreign_name(text: &Spanned<String>) -> Result<ForeignName, Wrong> {
    let words: Vec<&str> = text.get_ref().split_whitespace().collect();
    match words.as_slice() {
        [event] if JobState::named(event).is_none() => Ok(ForeignName::Event((*event).to_owned())),
        [state, job] if JobState::named(state).is_some() => Ok(ForeignName::Job((*job).to_owned())),
        _ => Err(Wrong {
            place: text.span(),
            message: "an entry is about a job, as `started NAME`, or about an event, as `NAME`"
                .to_owned(),
        }),
    }
}

fn unit_of(text: &Spanned<String>) -> Result<UnitName, Wrong> {
    let name = text.get_ref();
    let is_unit = name.rsplit_once('.').is_some_and(|(stem, suffix)| {
        let plain = |c: char| c.is_ascii_alphanumeric() || ":_.-@\\".contains(c);
        !stem.is_empty() && stem.chars().all(plain) && UNIT_SUFFIXES.contains(&suffix)
    });
    if !is_unit {
        return Err(Wrong {
            place: text.span(),
            message: format!("`{name}` is not the name of a unit, such as `ssh.service`"),
        });
    }
    Ok(UnitName::known(name.as_str()))
}

fn release_of(text: &Spanned<String>) -> Result<Release, Wrong> {
    release(text.get_ref()).map_err(|why| Wrong {
        place: text.span(),
        message: format!("`{}` is not a supported release: {why}", text.get_ref()),
    })
}

/// Checks a pattern of files.
fn pattern(text: &Spanned<String>) -> Result<(), Wrong> {
    FilePatterns::check(text.get_ref()).map_err(|message| Wrong { place: text.span(), message })
}

/// Checks the name of an event or a job.
fn name(text: Spanned<String>) -> Result<String, Wrong> {
    if text.get_ref().is_empty() || text.get_ref().contains(char::is_whitespace) {
        return Err(Wrong {
            place: text.span(),
            message: "a name is a word without blanks".to_owned(),
        });
    }
    Ok(text.into_inner())
}
