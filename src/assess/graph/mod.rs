//! Who starts and stops whom, as data: the jobs of a directory, or the units that they became.
//!
//! Most conditions name a point of the boot, and arrows from there would hide all others. So a point
//! of the boot is a column that its jobs are in, and only relations between jobs are edges.

mod condition_words;
mod edge_kind;
mod grouping;
mod implied_order;
mod job_columns;
mod job_relations;
mod milestone_column;
mod node_kind;
mod sketch;
mod topological;
mod trigger_source;
mod unit_view;
mod vicinity;

use crate::assess::effort::Effort;
use crate::migrate::{Migration, Read};

pub use condition_words::condition_words;
pub use edge_kind::EdgeKind;
pub use grouping::Groups;
pub use milestone_column::Column;
pub use node_kind::{Joining, NodeKind, OutsideKind};
pub use topological::{Precedence, topological};

/// A graph of jobs or of units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// What it is a graph of.
    pub view: GraphView,
    /// The jobs or units in the order of their names, then what else starts or stops them.
    pub nodes: Vec<GraphNode>,
    /// The relations, in the order of their ends. Of one kind there is one between two nodes.
    pub edges: Vec<GraphEdge>,
}

/// What a graph is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphView {
    /// The jobs, and what their conditions and scripts name.
    Upstart,
    /// The units that the jobs became, and what their directives name.
    Systemd,
}

/// A job, a unit, or what starts and stops them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphNode {
    /// Another text for each node. It depends only on the job, event or unit.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// The name of the job, event or unit.
    pub name: String,
    /// When it is there.
    pub column: Column,
    /// The job that the node is, or that the unit belongs to.
    pub job: Option<String>,
    /// The unit that the job became, or that the node is.
    pub unit: Option<String>,
    /// How much the job needs from people; `None` for what is not a job, and for a job that was not
    /// chosen for the migration.
    pub effort: Option<Effort>,
    /// Where the job begins.
    pub place: Option<SourcePlace>,
    /// When it starts, in words.
    pub starts: Option<String>,
    /// When it stops, in words.
    pub stops: Option<String>,
}

/// A relation between two nodes. What happens to the first one has an effect on the second one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphEdge {
    /// The index of the node where it begins.
    pub from: usize,
    /// The index of the node where it ends.
    pub to: usize,
    /// The effect.
    pub kind: EdgeKind,
    /// The events, commands or directives that it is made of, each once.
    pub words: Vec<String>,
    /// Where they are written.
    pub places: Vec<SourcePlace>,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourcePlace {
    /// The file, as it was given.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
}

impl Graph {
    /// The graph of jobs that were read. The migration has the class and the unit of those of them
    /// that are converted.
    pub fn upstart(jobs: &[Read], migration: &Migration) -> Self {
        job_relations::graph(jobs, migration)
    }

    /// The graph of the units of a migration.
    pub fn systemd(migration: &Migration) -> Self {
        unit_view::graph(migration)
    }

    /// The names of the jobs that are related to each other by anything but a point of the boot or
    /// something outside. The largest group is first. What starts another job is before it in its
    /// group, as far as there is no circle.
    pub fn components(&self) -> Vec<Vec<String>> {
        let name = |&node: &usize| {
            let node = self.nodes.get(node)?;
            node.job.clone().or_else(|| node.kind.is_box().then(|| node.name.clone()))
        };
        let named = |group: &Vec<usize>| group.iter().filter_map(name).collect();
        Groups::of(self).related.iter().map(named).collect()
    }

    /// The part of the graph around these jobs: those that are at most `depth` steps away, or all
    /// that are related to them. A name may be a pattern.
    #[must_use]
    pub fn only(&self, jobs: &[String], depth: Option<usize>) -> Self {
        vicinity::only(self, jobs, depth)
    }

    /// The graph as it is drawn: without orders between units that are related anyway.
    #[must_use]
    pub fn without_implied_orders(&self) -> Self {
        implied_order::without(self)
    }

    /// The nodes that are boxes: jobs, or the units of jobs.
    pub fn boxes(&self) -> impl Iterator<Item = &GraphNode> {
        self.nodes.iter().filter(|node| node.kind.is_box())
    }
}
