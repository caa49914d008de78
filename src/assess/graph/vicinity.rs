//! The part of a graph around some jobs.

use std::collections::VecDeque;

use super::{Graph, GraphEdge, NodeKind};
use crate::text::glob;

pub(super) fn only(graph: &Graph, jobs: &[String], depth: Option<usize>) -> Graph {
    let steps = steps(graph, jobs);
    let most = depth.unwrap_or(usize::MAX - 1);
    let mut near: Vec<bool> = steps.into_iter().map(|steps| steps <= most).collect();
    drop_parts_of_joins(graph, &mut near);
    let is_near = |node: usize| near[node];
    let mut places = vec![usize::MAX; graph.nodes.len()];
    let mut nodes = Vec::new();
    for (node, place) in places.iter_mut().enumerate() {
        if is_near(node) {
            *place = nodes.len();
            nodes.push(graph.nodes[node].clone());
        }
    }
    let edges = graph.edges.iter().filter(|edge| is_near(edge.from) && is_near(edge.to));
    let moved = |edge: &GraphEdge| GraphEdge {
        from: places[edge.from],
        to: places[edge.to],
        ..edge.clone()
    };
    Graph { view: graph.view, nodes, edges: edges.map(moved).collect() }
}

/// Leaves out a join if a node that leads to it is left out: it would be another condition.
fn drop_parts_of_joins(graph: &Graph, near: &mut [bool]) {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    for edge in &graph.edges {
        before[edge.to].push(edge.from);
    }
    // A join is after those that lead to it.
    for (node, before) in before.iter().enumerate() {
        if matches!(graph.nodes[node].kind, NodeKind::Join(_)) {
            near[node] &= before.iter().all(|&other| near[other]);
        }
    }
}

/// The number of jobs on the shortest way from one of the jobs to each node. Only jobs are steps:
/// what is between them belongs to the step before.
fn steps(graph: &Graph, jobs: &[String]) -> Vec<usize> {
    let mut beside: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    for edge in &graph.edges {
        beside[edge.from].push(edge.to);
        beside[edge.to].push(edge.from);
    }
    let mut steps = vec![usize::MAX; graph.nodes.len()];
    let mut open = VecDeque::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        let names = node.job.iter().chain(&node.unit).chain([&node.name]);
        let is_asked = |name: &String| jobs.iter().any(|job| glob::matches(job, name));
        if node.kind == NodeKind::Job && names.into_iter().any(is_asked) {
            steps[at] = 0;
            open.push_back(at);
        }
    }
    while let Some(node) = open.pop_front() {
        // Jobs that follow the same socket are not related.
        if graph.nodes[node].kind.is_outside() {
            continue;
        }
        for &other in &beside[node] {
            let is_step = graph.nodes[other].kind == NodeKind::Job;
            let there = steps[node] + usize::from(is_step);
            if there < steps[other] {
                steps[other] = there;
                if is_step { open.push_back(other) } else { open.push_front(other) }
            }
        }
    }
    steps
}
