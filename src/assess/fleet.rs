//! The jobs of several hosts, compared by their text.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use crate::migrate::FoundJob;
use crate::text::source::{Source, Sources};

/// The jobs of one host.
#[derive(Clone, Debug, Default)]
pub struct HostJobs {
    /// The name of the host.
    pub host: String,
    /// The jobs that were read, in any order.
    pub jobs: Vec<FoundJob>,
    /// The names of the jobs that the host has, but whose files could not be read.
    pub unreadable: Vec<String>,
}

/// Which job is on which host, and in which text.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    /// The names of the hosts, in their order.
    pub hosts: Vec<String>,
    /// The jobs, in the order of their names.
    pub jobs: Vec<FleetJob>,
}

/// A job of at least one host.
#[derive(Clone, Debug)]
pub struct FleetJob {
    /// The name of the job.
    pub name: String,
    /// Its texts. The one that most hosts have comes first; of two that as many hosts have, the one
    /// of the host that comes first.
    pub variants: Vec<JobVariant>,
    /// What each host has, in the order of [`Fleet::hosts`].
    pub presence: Vec<Presence>,
}

/// A text of a job, the override included.
#[derive(Clone, Debug)]
pub struct JobVariant {
    /// The files of the job on the first of the hosts.
    pub sources: Arc<Sources>,
    /// The hosts with this text: indices of [`Fleet::hosts`], in ascending order.
    pub hosts: Vec<usize>,
}

/// What a host has of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The text that most hosts have.
    Same,
    /// Another text, by its index in [`FleetJob::variants`].
    Differs(usize),
    /// No such job.
    Absent,
    /// The job, in a file that could not be read.
    Unreadable,
}

impl Presence {
    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differs(_) => "differs",
            Self::Absent => "absent",
            Self::Unreadable => "unreadable",
        }
    }
}

impl Fleet {
    /// Compares the jobs of hosts, whose names differ. Neither the order of the hosts nor that of
    /// the jobs has an influence on the result.
    pub fn of<'a>(hosts: impl IntoIterator<Item = &'a HostJobs>) -> Self {
        let mut hosts: Vec<&HostJobs> = hosts.into_iter().collect();
        hosts.sort_by(|first, second| first.host.cmp(&second.host));
        let mut jobs: BTreeMap<&str, FoundJobs<'_>> = BTreeMap::new();
        for (index, host) in hosts.iter().enumerate() {
            for FoundJob { name, sources } in &host.jobs {
                jobs.entry(&name.0).or_default().add(sources, index);
            }
            for name in &host.unreadable {
                jobs.entry(name).or_default().unreadable.push(index);
            }
        }
        let count = hosts.len();
        Self {
            hosts: hosts.into_iter().map(|host| host.host.clone()).collect(),
            jobs: jobs.into_iter().map(|(name, found)| found.finish(name, count)).collect(),
        }
    }

    /// The jobs with more than one text, in the order of their names.
    pub fn drifted(&self) -> impl Iterator<Item = &FleetJob> {
        self.jobs.iter().filter(|job| job.variants.len() > 1)
    }

    /// The names of hosts, by their indices.
    pub fn names<'a>(&'a self, hosts: &'a [usize]) -> impl Iterator<Item = &'a str> {
        hosts.iter().filter_map(|&host| self.hosts.get(host)).map(String::as_str)
    }
}

impl FleetJob {
    /// Whether all hosts have the job in the same text.
    pub fn is_everywhere_the_same(&self) -> bool {
        self.presence.iter().all(|presence| *presence == Presence::Same)
    }

    /// The hosts that have this of the job.
    pub fn hosts_with(&self, wanted: Presence) -> Vec<usize> {
        let of_wanted = self.presence.iter().enumerate().filter(|(_, found)| **found == wanted);
        of_wanted.map(|(host, _)| host).collect()
    }
}

/// What is compared of a job: the text of the conf, and that of the override.
type JobText<'a> = (&'a str, Option<&'a str>);

/// What has been found of a job.
#[derive(Default)]
struct FoundJobs<'a> {
    /// The index of each text in `variants`.
    texts: BTreeMap<JobText<'a>, usize>,
    variants: Vec<JobVariant>,
    unreadable: Vec<usize>,
}

impl<'a> FoundJobs<'a> {
    fn add(&mut self, sources: &'a Arc<Sources>, host: usize) {
        let text = (sources.conf.text(), sources.overriding.as_ref().map(Source::text));
        match self.texts.entry(text) {
            Entry::Occupied(known) => {
                if let Some(variant) = self.variants.get_mut(*known.get()) {
                    variant.hosts.push(host);
                }
            }
            Entry::Vacant(new) => {
                new.insert(self.variants.len());
                self.variants.push(JobVariant { sources: Arc::clone(sources), hosts: vec![host] });
            }
        }
    }

    /// `hosts` is the number of all hosts.
    fn finish(self, name: &str, hosts: usize) -> FleetJob {
        let Self { texts: _, mut variants, unreadable } = self;
        // Stable: variants with as many hosts stay in the order of their first hosts.
        variants.sort_by_key(|variant| std::cmp::Reverse(variant.hosts.len()));
        let mut presence = vec![Presence::Absent; hosts];
        let mut set = |host: usize, found| {
            if let Some(place) = presence.get_mut(host) {
                *place = found;
            }
        };
        for host in unreadable {
            set(host, Presence::Unreadable);
        }
        for (index, variant) in variants.iter().enumerate() {
            let found = if index == 0 { Presence::Same } else { Presence::Differs(index) };
            variant.hosts.iter().for_each(|&host| set(host, found));
        }
        FleetJob { name: name.to_owned(), variants, presence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstart::job::JobName;

    fn host(name: &str, jobs: &[(&str, &str, Option<&str>)], unreadable: &[&str]) -> HostJobs {
        let source = |path: String, text: &str| Source::new(path, text.as_bytes().to_vec());
        let found = |(job, conf, overriding): &(&str, &str, Option<&str>)| FoundJob {
            name: JobName((*job).to_owned()),
            sources: Arc::new(Sources {
                conf: source(format!("{name}/{job}.conf"), conf),
                overriding: overriding.map(|text| source(format!("{name}/{job}.override"), text)),
            }),
        };
        HostJobs {
            host: name.to_owned(),
            jobs: jobs.iter().map(found).collect(),
            unreadable: unreadable.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn jobs_are_compared_with_what_most_hosts_have() {
        let hosts = [
            host("web3", &[("app", "exec b\n", None), ("db", "exec d\n", None)], &[]),
            host("web1", &[("app", "exec a\n", None)], &["db"]),
            host("web2", &[("app", "exec b\n", None), ("db", "exec d\n", Some("manual\n"))], &[]),
        ];
        let fleet = Fleet::of(&hosts);
        assert_eq!(fleet.hosts, ["web1", "web2", "web3"]);
        let [app, db] = fleet.jobs.as_slice() else { panic!("{fleet:#?}") };
        assert_eq!(app.presence, [Presence::Differs(1), Presence::Same, Presence::Same]);
        assert_eq!(app.variants[0].hosts, [1, 2]);
        assert_eq!(app.variants[0].sources.conf.path(), "web2/app.conf");
        // One host each: that of the first host is the usual one.
        assert_eq!(db.presence, [Presence::Unreadable, Presence::Same, Presence::Differs(1)]);
        assert!(db.variants[0].sources.overriding.is_some());
        assert_eq!(fleet.drifted().count(), 2);
        assert!(!app.is_everywhere_the_same());
    }

    #[test]
    fn the_order_of_hosts_has_no_influence() {
        let job = |text| [("app", text, None)];
        let mut hosts = vec![
            host("a", &job("exec a\n"), &[]),
            host("b", &job("exec b\n"), &[]),
            host("c", &[], &[]),
        ];
        let before = format!("{:?}", Fleet::of(&hosts));
        hosts.reverse();
        let fleet = Fleet::of(&hosts);
        assert_eq!(format!("{fleet:?}"), before);
        assert_eq!(fleet.jobs[0].hosts_with(Presence::Absent), [2]);
        assert_eq!(fleet.names(&[0, 2]).collect::<Vec<_>>(), ["a", "c"]);
    }
}
