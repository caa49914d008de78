//! Sources with secrets: a unit that is made from them can be read by every user.

use crate::diagnostic::registry::PRIVATE_FILE;
use crate::diagnostic::{Diagnostic, Outcome};
use crate::text::source::{Origin, Sources, Span};

/// Reports each source that not every user may read. The unit is readable by every user.
pub(crate) fn check(sources: &Sources, stanzas: &[Outcome]) -> Vec<Diagnostic> {
    let files = std::iter::once((Origin::Conf, &sources.conf))
        .chain(sources.overriding.iter().map(|file| (Origin::Override, file)));
    files
        .filter(|(_, file)| file.is_private())
        .map(|(origin, _)| {
            let first = stanzas.iter().find(|outcome| outcome.span.origin == origin);
            let place = first.map_or(Span::new(origin, 0..0), |outcome| outcome.span);
            PRIVATE_FILE
                .at(place, "some users may not read this file, but every user may read the unit")
                .note("`systemctl show` shows every user the variables and commands of a unit, whatever the mode of its file")
                .help("put the secret into a file of mode 0600 that `EnvironmentFile=` or `LoadCredential=` names; if nothing is secret, run `chmod o+r` on this file")
        })
        .collect()
}
