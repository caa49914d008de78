//! Secrets that leave a file which not everybody may read.

use crate::diagnostic::{Diagnostic, Outcome, Rule, Severity};
use crate::source::{Origin, Sources, Span};

pub(crate) static RULES: [&Rule; 1] = [&PRIVATE_FILE];

static PRIVATE_FILE: Rule = Rule {
    code: "U270",
    name: "private-file",
    severity: Severity::Warning,
    explanation: "\
Not every user of the system may read the file of this job, or its override: perhaps because of a
password in it. init told nobody what was in there. The unit that is written can be read by everybody, and
a mode of 0600 would not help: systemd tells every user the variables and the commands of a unit
(`systemctl show`; systemd.exec(5), `Environment=`).

Put what is secret into a file of its own that only root may read, without quotes around it and without
`export`, and take it out of the job:

    install -m 0600 /dev/null /etc/foo.secret
    echo PASSWORD=... > /etc/foo.secret

    [Service]
    EnvironmentFile=/etc/foo.secret

systemd reads that file before it gives up its privileges, and tells nobody. From systemd 247 on
`LoadCredential=` hands a file to the program itself, which is better still where the program can read a
file. If nothing in the job is secret, let everybody read it: `chmod o+r`.
",
};

/// What there is to say where a unit, which everybody may read, was made of sources that not everybody may read.
pub(crate) fn check(sources: &Sources, stanzas: &[Outcome]) -> Vec<Diagnostic> {
    let files = std::iter::once((Origin::Conf, &sources.conf)).chain(sources.overriding.iter().map(|file| (Origin::Override, file)));
    files
        .filter(|(_, file)| file.is_private())
        .map(|(origin, _)| {
            let first = stanzas.iter().find(|outcome| outcome.span.origin == origin);
            let place = first.map_or(Span::new(origin, 0..0), |outcome| outcome.span);
            PRIVATE_FILE
                .at(place, "not everybody may read this file, but everybody may read the unit")
                .note("`systemctl show` tells every user the variables and commands of a unit, whatever the mode of its file")
                .help("put what is secret into a file of mode 0600 that `EnvironmentFile=` or `LoadCredential=` names; if nothing is, `chmod o+r` this one")
        })
        .collect()
}
