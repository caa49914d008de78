//! The place of the passes that are not merged yet.

use crate::conversion::{Conversion, Options};
use crate::diagnostic::{Rule, Severity};
use crate::job::JobName;
use crate::source::{Origin, Sources, Span};

static ABSENT: Rule = Rule {
    code: "U299",
    name: "no-translator",
    severity: Severity::Error,
    explanation: "The passes that translate are not part of this build.",
};

pub fn convert(sources: &Sources, name: JobName, _: &Options) -> Conversion {
    let refusal = ABSENT.at(Span::new(Origin::Conf, 0..0), "this build cannot translate");
    Conversion { path: sources.conf.path().to_owned(), job: name.0, outputs: Vec::new(), stanzas: Vec::new(), diagnostics: vec![refusal] }
}

pub fn rules() -> Vec<&'static Rule> {
    crate::lower::rules()
}
