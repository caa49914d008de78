//! Collects from the jobs of a directory what each of them may know of the others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::distribution::is_of_distribution;
use super::parallel;
use super::travelling::{passed_on, travelling};
use super::unit_name::unit_name;
use super::{
    Emitter, Followers, JobKind, JobSet, Outside, Owner, Sibling, Survey, Traits, UntilStarted,
    UnusableJob, Variable,
};
use crate::text::source::{Place, Sources};
use crate::text::suggestion::near;
use crate::upstart::ast::Phase;
use crate::upstart::condition::{Condition, Event, EventArgument, NamedJob};
use crate::upstart::dialect::Dialect;
use crate::upstart::events;
use crate::upstart::events::{JobState, Meaning, event_carries};
use crate::upstart::expression::Expr;
use crate::upstart::instances::Instance;
use crate::upstart::job::Job;
use crate::upstart::runlevels::Runlevels;
use crate::upstart::script::Scripts;
use crate::upstart::script::job_control::{JobControl, Verb};
use crate::upstart::signal::ExitStatus;

/// A job that was read, with its sources.
#[derive(Clone, Copy, Debug)]
pub struct KnownJob<'a> {
    /// The files of the job.
    pub sources: &'a Arc<Sources>,
    /// The job that init makes of them.
    pub job: &'a Job,
    /// The scripts of the job, each parsed once.
    pub scripts: &'a Scripts,
}

/// Surveys the jobs of a directory. Their names must be distinct: of two jobs with one name, only
/// the last is kept. `lost` are the jobs without a unit.
pub fn survey<'a>(
    jobs: impl IntoIterator<Item = KnownJob<'a>>,
    lost: BTreeMap<String, UnusableJob>,
    outside: &Outside,
) -> JobSet {
    let boot_level = outside.boot_level.clone();
    let mut survey = Survey { lost, outside: outside.clone(), boot_level, ..Survey::default() };
    let (mut named, mut called) = (BTreeSet::<&str>::new(), BTreeSet::<&str>::new());
    let jobs: Vec<KnownJob<'a>> = jobs.into_iter().collect();
    let at_boot = at_boot(&jobs);
    let followed: BTreeSet<&str> =
        jobs.iter().flat_map(|known| followed_starts(known.job)).collect();
    let mut constants = Vec::new();
    let mut given: BTreeSet<(String, String)> = BTreeSet::new();
    for known in jobs.iter().copied() {
        survey.emitters.extend(emitters(known));
        given.extend(variables_given(known));
        let KnownJob { sources, job, scripts } = known;
        let instance = Instance::of(job);
        followers(job, &instance, &mut survey.followers);
        if let Some(name) = bus_name(job).filter(|_| !instance.is_template()) {
            // The file for the name is written for the first of several jobs.
            survey.bus_owners.entry(name.to_owned()).or_insert_with(|| job.name.0.clone());
        }
        named.extend(jobs_named(job));
        called.extend(
            scripts.iter().flat_map(|script| &script.control.commands).filter_map(JobControl::job),
        );
        survey.is_listed |=
            scripts.iter().flat_map(|script| &script.control.commands).any(may_list);
        survey.names_distributions |= job.dialect != Dialect::ChromeOs;
        survey.boot_level = level_of_boot(job).or(survey.boot_level);
        // A name that is too long for a unit is reported with the job itself.
        let Ok(unit) = unit_name(job, &instance) else { continue };
        let place = Place { sources: Arc::clone(sources), span: job.place() };
        survey.siblings.insert(
            job.name.0.clone(),
            Sibling {
                unit,
                kind: kind(job),
                exports: exports(job),
                fixed: BTreeMap::new(),
                travelling: BTreeSet::new(),
                instance,
                traits: traits(job, &at_boot, &followed),
                owner: if is_of_distribution(job, scripts) {
                    Owner::Distribution
                } else {
                    Owner::User
                },
                chrooted: job.chroot.is_some(),
                place,
            },
        );
        constants.extend(exported_constants(job).map(|(key, value)| (job, key, value)));
    }
    for (job, key, value) in constants {
        let is_given = given.contains(&(job.name.0.clone(), key.to_owned()))
            || Instance::of(job).sets(key)
            || job
                .start_on
                .iter()
                .flat_map(|condition| condition.value.leaves())
                .any(|event| may_carry(&survey, event, key));
        if let Some(sibling) = survey.siblings.get_mut(&job.name.0).filter(|_| !is_given) {
            sibling.fixed.insert(key.to_owned(), value.to_owned());
        }
    }
    survey.passed_on = passed_on(&jobs, &survey);
    for (name, variables) in travelling(&jobs, &survey, &given) {
        if let Some(sibling) = survey.siblings.get_mut(&name) {
            sibling.travelling = variables;
        }
    }
    for followers in survey.followers.values_mut() {
        let is_reader = |job: &String| {
            survey.siblings.get(job).is_some_and(|sibling| !sibling.travelling.is_empty())
        };
        followers.read = followers.started.iter().any(is_reader);
    }
    survey.named = named.iter().map(|&name| name.to_owned()).collect();
    // Each name is looked up once: many jobs may name the same missing job.
    let siblings = &survey.siblings;
    // If the given directory is above that of the configuration, the names of all jobs begin with a
    // path.
    let by_last_part: BTreeMap<&str, &str> = siblings
        .keys()
        .rev()
        .filter_map(|name| Some((name.rsplit_once('/')?.1, name.as_str())))
        .collect();
    survey.called = called.iter().map(|&name| name.to_owned()).collect();
    called.extend(named);
    let unknown = called.into_iter().filter(|name| !siblings.contains_key(*name)).collect();
    let meant = parallel::map(unknown, |name| {
        let meant = by_last_part.get(name).copied().or_else(|| {
            // `app-1` is a part of `app`, and not a misspelling of it.
            let is_part = |other: &&str| {
                other.strip_prefix(name).is_none_or(|rest| !rest.starts_with(['-', '.', '_']))
            };
            near(name, siblings.keys().map(String::as_str).filter(is_part))
        });
        Some((name.to_owned(), meant?.to_owned()))
    });
    survey.meant = meant.into_iter().flatten().collect();
    JobSet::whole(survey)
}

/// Whether the command asks for the list of the jobs, or may do so.
fn may_list(usage: &JobControl) -> bool {
    usage.command == Verb::Initctl && usage.subcommand().is_none_or(|verb| verb == "list")
}

/// The run level that the job boots into, if it is `rc-sysinit`.
pub(crate) fn level_of_boot(job: &Job) -> Option<String> {
    let mut values = job.env.iter().filter_map(|env| env.value.strip_prefix("DEFAULT_RUNLEVEL="));
    values.next_back().filter(|_| job.name.0 == "rc-sysinit").map(str::to_owned)
}

/// How the job behaves.
pub(crate) fn kind(job: &Job) -> JobKind {
    match (job.process(Phase::Main), job.is_task()) {
        // This includes tasks: without a main process, a task never ends (`init/job.c`,
        // `job_next_state`).
        (None, _) => JobKind::State,
        (Some(_), true) => JobKind::Task,
        (Some(_), false) => JobKind::Service,
    }
}

/// How the job behaves in detail. `at_boot` are the jobs that the boot starts, and `followed` those
/// whose start some job waits for.
fn traits(job: &Job, at_boot: &BTreeSet<&str>, followed: &BTreeSet<&str>) -> Traits {
    let name = job.name.0.as_str();
    let runs = |phase| job.process(phase).is_some();
    let until_started = if runs(Phase::PreStart) || runs(Phase::Main) {
        UntilStarted::Works
    } else if runs(Phase::PostStart) || followed.contains(name) {
        UntilStarted::Nothing
    } else {
        UntilStarted::OnlyGroups
    };
    Traits {
        respawns: job.respawn.is_some(),
        at_boot: at_boot.contains(name),
        until_started,
        prepares: runs(Phase::PreStart),
        normal_signals: normal_signals(job),
        kill_timeout: job.kill_timeout(),
    }
}

/// The jobs that the boot starts, whatever else happens.
fn at_boot<'a>(jobs: &[KnownJob<'a>]) -> BTreeSet<&'a str> {
    let all: BTreeMap<&str, &Job> =
        jobs.iter().map(|known| (known.job.name.0.as_str(), known.job)).collect();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    loop {
        let before = found.len();
        for (name, job) in &all {
            let condition = job.start_on.as_ref().filter(|_| job.manual.is_none());
            if condition.is_some_and(|condition| holds_at_boot(&condition.value, &all, &found)) {
                found.insert(name);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Whether the boot alone fulfils a condition. `found` are the jobs that are known to be started by
/// the boot.
fn holds_at_boot(
    condition: &Condition,
    all: &BTreeMap<&str, &Job>,
    found: &BTreeSet<&str>,
) -> bool {
    match condition {
        Expr::And(left, right) => {
            holds_at_boot(left, all, found) && holds_at_boot(right, all, found)
        }
        Expr::Or(left, right) => {
            holds_at_boot(left, all, found) || holds_at_boot(right, all, found)
        }
        Expr::Leaf(event) => match events::find(&event.name.value).map(|row| &row.meaning) {
            Some(
                Meaning::Given
                | Meaning::Reached(_)
                | Meaning::Mounted
                | Meaning::Mounting
                | Meaning::NetworkUp
                | Meaning::Container
                | Meaning::NotContainer
                | Meaning::Unit(_),
            ) => true,
            Some(Meaning::Runlevel) => event.arguments().next().is_none_or(|(argument, _)| {
                let levels = match argument {
                    EventArgument::Positional(pattern) | EventArgument::Equal(_, pattern) => {
                        Runlevels::matching(pattern, false)
                    }
                    EventArgument::Unequal(_, pattern) => Runlevels::matching(pattern, true),
                };
                levels.is_some_and(Runlevels::running)
            }),
            Some(Meaning::Job(state)) => match event.job() {
                Some((NamedJob::One(name), _)) => match (state, all.get(name)) {
                    (JobState::Stopping, _) => false,
                    // The jobs of the distribution start at boot.
                    (_, None) => true,
                    (JobState::Starting | JobState::Started, Some(_)) => found.contains(name),
                    (JobState::Stopped, Some(job)) => {
                        found.contains(name) && kind(job) == JobKind::Task
                    }
                },
                _ => false,
            },
            Some(
                Meaning::NetworkDown
                | Meaning::Socket
                | Meaning::File
                | Meaning::DbusActivation
                | Meaning::ControlAltDelete
                | Meaning::NetworkGoes
                | Meaning::RemoteFilesystemsGone
                | Meaning::Never(_)
                | Meaning::Beyond(_),
            )
            | None => false,
        },
    }
}

/// The jobs whose start a condition of the job waits for.
fn followed_starts(job: &Job) -> impl Iterator<Item = &str> {
    let events = [&job.start_on, &job.stop_on]
        .into_iter()
        .flatten()
        .flat_map(|condition| condition.value.leaves());
    events
        .filter(|event| event.name.value == JobState::Started.name())
        .filter_map(|event| event.job()?.0.one())
}

/// The signals of `normal exit`, without `SIG`.
fn normal_signals(job: &Job) -> Vec<&'static str> {
    let signals = job.normal_exit.iter().filter_map(|stated| match stated.value {
        ExitStatus::Signal(signal) => signal.name(),
        ExitStatus::Code(_) => None,
    });
    signals.collect()
}

/// The name on the system bus that starts the job.
fn bus_name(job: &Job) -> Option<&str> {
    let leaves = job.start_on.as_ref()?.value.leaves();
    let event = leaves.into_iter().find(|event| event.name.value == "dbus-activation")?;
    event.args.first().map(|word| word.value.as_str())
}

/// The jobs that the conditions of a job name.
pub(crate) fn jobs_named(job: &Job) -> impl Iterator<Item = &str> {
    let events = [&job.start_on, &job.stop_on]
        .into_iter()
        .flatten()
        .flat_map(|condition| condition.value.leaves());
    events.filter_map(|event| event.job()?.0.one())
}

/// Adds the job to the followers of the events of its conditions.
fn followers(job: &Job, instance: &Instance, found: &mut BTreeMap<String, Followers>) {
    for (condition, starts) in [(&job.start_on, true), (&job.stop_on, false)] {
        let is_joined = condition.as_ref().is_some_and(|condition| condition.value.joins());
        for event in condition.iter().flat_map(|condition| condition.value.leaves()) {
            let followers = found.entry(event.name.value.clone()).or_default();
            followers.by_variable |= !event.args.is_empty() || (starts && instance.is_template());
            if starts {
                followers.started.push(job.name.0.clone());
                let is_plain = event.args.is_empty() || event.one_value().is_some();
                if is_joined || instance.is_template() || !is_plain {
                    followers.not_alone.push(job.name.0.clone());
                }
            }
        }
    }
}

/// The names of the events that a job emits or declares.
pub fn emitted_events(job: &Job, scripts: &Scripts) -> Vec<String> {
    let declared = job.emits.iter().flat_map(|stated| &stated.value).map(|word| word.value.clone());
    let commands = scripts.iter().flat_map(|script| &script.control.commands);
    declared.chain(commands.filter_map(|usage| usage.emits().map(str::to_owned))).collect()
}

/// The places of a job that emit or declare events.
fn emitters(KnownJob { sources, job, scripts }: KnownJob<'_>) -> Vec<Emitter> {
    let place = |span| Place { sources: Arc::clone(sources), span };
    let declared = job.emits.iter().flat_map(|stated| &stated.value).map(|word| Emitter {
        job: job.name.0.clone(),
        event: word.value.clone(),
        variables: None,
        place: place(word.span),
    });
    let mut found: Vec<Emitter> = declared.collect();
    for script in scripts.iter() {
        let Some(stated) = job.process(script.phase) else { continue };
        for usage in &script.control.commands {
            if let Some(event) = usage.emits() {
                let variables = Some(variables(&stated.value.text().value, usage));
                found.push(Emitter {
                    job: job.name.0.clone(),
                    event: event.to_owned(),
                    variables,
                    place: place(stated.value.place(&usage.range)),
                });
            }
        }
    }
    found
}

/// The variables that a command gives after the event.
fn variables(text: &str, usage: &JobControl) -> Vec<Variable> {
    let behind = usage.operands().into_iter().skip(1);
    behind
        .filter_map(|(literal, place)| {
            let (name, _) = text.get(place.clone())?.split_once('=')?;
            let value =
                literal.and_then(|word| word.split_once('=')).map(|(_, value)| value.to_owned());
            Some(Variable { name: name.trim_matches(['"', '\'']).to_owned(), value })
        })
        .collect()
}

/// The variables that the job exports and that an `env` stanza sets, with their values.
fn exported_constants(job: &Job) -> impl Iterator<Item = (&str, &str)> {
    job.export.iter().flat_map(|stated| &stated.value).filter_map(|word| {
        let value = job.env.iter().rev().find_map(|env| {
            env.value.split_once('=').filter(|(key, _)| *key == word.value).map(|(_, value)| value)
        });
        Some((word.value.as_str(), value?))
    })
}

/// The variables that the scripts of a job give to jobs that they start: the name of the job, and
/// that of the variable. They override the `env` stanzas (`init/job_class.c`, `job_class_start`).
fn variables_given(KnownJob { scripts, job, .. }: KnownJob<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for script in scripts.iter() {
        let Some(stated) = job.process(script.phase) else { continue };
        let text = &stated.value.text().value;
        for usage in &script.control.commands {
            let Some((Some(other), _)) = usage.operands().first().copied() else { continue };
            if matches!(usage.verb(), Verb::Start | Verb::Restart) {
                let keys = variables(text, usage).into_iter().map(|variable| variable.name);
                found.extend(keys.map(|key| (other.to_owned(), key)));
            }
        }
    }
    found
}

/// Whether an event may carry a variable, which would override an `env` stanza of the job that it
/// starts (`init/event_operator.c`, `event_operator_environment`).
fn may_carry(survey: &Survey, event: &Event, variable: &str) -> bool {
    if JobState::named(&event.name.value).is_some() {
        let sibling = event.job().and_then(|(job, _)| survey.siblings.get(job.one()?));
        return sibling.is_none_or(|sibling| sibling.exports.iter().any(|name| name == variable));
    }
    if let Some(carries) = event_carries(&event.name.value, variable) {
        return carries;
    }
    let mut emitters =
        survey.emitters.iter().filter(|emitter| emitter.event == event.name.value).peekable();
    emitters.peek().is_none()
        || emitters.any(|emitter| {
            emitter
                .variables
                .as_ref()
                .is_none_or(|names| names.iter().any(|given| given.name == variable))
        })
}

/// The variables that the job exports to its events.
fn exports(job: &Job) -> Vec<String> {
    job.export.iter().flat_map(|stated| &stated.value).map(|word| word.value.clone()).collect()
}
