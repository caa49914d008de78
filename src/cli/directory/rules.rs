//! What can be said about the files of a configuration directory.

use crate::diagnostic::{Rule, Severity};

pub(in crate::cli) static RULES: [&Rule; 3] = [&OVERRIDE_WITHOUT_CONF, &SHADOWED, &NOT_READ];

pub(super) static OVERRIDE_WITHOUT_CONF: Rule = Rule {
    code: "U301",
    name: "override-without-conf",
    severity: Severity::Warning,
    explanation: "\
An override changes a job; it is not one. init looks for `NAME.override` when it has read `NAME.conf`:
in the directory of the conf, and before that in the directories that go before it. An override whose
conf is not there, or only in a directory that goes before the one of the override, is never read. Most
often the job was removed or renamed, or the name of the override has a slip in it.

Remove the override, or give it the name of the job that it is for: the override of `foo.conf` is
`foo.override`, not `foo.conf.override`. Nothing is written for it.
",
};

pub(super) static SHADOWED: Rule = Rule {
    code: "U306",
    name: "shadowed-job",
    severity: Severity::Note,
    explanation: "\
Several of the directories have this file, and init takes that of the first directory: a job hides jobs
of the same name in the directories after its own, and an override hides other overrides of the same
job. The hidden file has no effect, and nothing is written for it.

If the other one was meant, give the directories in the order in which init has them: those of
`--prepend-confdir`, /etc/init, those of `--append-confdir`.
",
};

pub(super) static NOT_READ: Rule = Rule {
    code: "U309",
    name: "file-not-read",
    severity: Severity::Warning,
    explanation: "\
This looks like a job or an override, or like a place where jobs lie, and init does not read it. init
reads regular files whose name ends in `.conf` or `.override`, in small letters and with something
before it. It follows a symbolic link to a job, but not one to an override, nor one to a directory; of
a named pipe, a socket, a device or a directory it makes no job.

If it is a job, make it a regular file with the right name; under Upstart it never ran. If it is a
leftover, remove it. Nothing is written for it.
",
};
