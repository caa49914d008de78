//! Where the lines of a unit come from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Converted;
use crate::text::bytes::lossy;

/// The job that a file was written for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOrigin {
    /// The name of the job.
    pub job: String,
    /// For each directive, such as `Service.ExecStart`, the places of the stanzas that it was made
    /// from: `app.conf:7`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub places: BTreeMap<String, Vec<String>>,
}

/// The origin of each file that was written for the job, by the path of the file. The unit of the
/// job comes first among the outputs, and only its lines have places.
pub fn file_origins(converted: &Converted) -> impl Iterator<Item = (&str, FileOrigin)> {
    let Converted { sources, conversion } = converted;
    conversion.outputs.iter().enumerate().map(move |(index, output)| {
        let mut origin = FileOrigin { job: conversion.job.clone(), ..FileOrigin::default() };
        if index == 0 {
            for outcome in &conversion.stanzas {
                let source = sources.get(outcome.span.origin);
                let file = source.path().rsplit('/').next().unwrap_or_default();
                let line = source.position(outcome.span.start).line;
                let place = format!("{}:{line}", lossy(file));
                for directive in &outcome.directives {
                    let places = origin.places.entry(directive.clone()).or_default();
                    if !places.contains(&place) {
                        places.push(place.clone());
                    }
                }
            }
        }
        (output.path.as_str(), origin)
    })
}
