//! Which stanza of which job a line of an overlay was made from.

use std::collections::BTreeMap;

use super::read_unit::UnitSetting;
use super::trouble::TroublePlace;
use crate::convert::FileOrigin;

/// The jobs of the files of an overlay.
#[derive(Debug, Default)]
pub(super) struct Blame {
    origins: BTreeMap<String, FileOrigin>,
    /// The stanzas that a companion was made for: the list of files has them with the unit.
    companions: BTreeMap<String, Vec<String>>,
}

impl Blame {
    pub(super) fn new(origins: BTreeMap<String, FileOrigin>) -> Self {
        let mut companions: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for origin in origins.values() {
            for (directive, places) in &origin.places {
                if directive.contains('/') {
                    companions.entry(directive.clone()).or_default().extend(places.iter().cloned());
                }
            }
        }
        Self { origins, companions }
    }

    /// The place of a line of a file that has these settings; 0 is the file as a whole.
    pub(super) fn place(&self, path: &str, settings: &[UnitSetting], line: usize) -> TroublePlace {
        let origin = self.origins.get(path);
        let at = settings
            .iter()
            .position(|setting| (setting.first_line..=setting.last_line).contains(&line));
        let stanzas = at.and_then(|at| {
            let directive = settings[at].directive();
            let places = origin?.places.get(&directive)?;
            let same = |setting: &&UnitSetting| setting.directive() == directive;
            // Where each line has a stanza of its own, they are in the same order.
            if settings.iter().filter(same).count() == places.len() {
                let before = settings[..at].iter().filter(same).count();
                return places.get(before).map(|place| vec![place.clone()]);
            }
            Some(places.clone())
        });
        TroublePlace {
            file: path.to_owned(),
            line,
            stanzas: stanzas.or_else(|| self.companions.get(path).cloned()).unwrap_or_default(),
            job: origin.map(|origin| origin.job.clone()),
        }
    }
}
