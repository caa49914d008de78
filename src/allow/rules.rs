//! What can be said about allows.

use crate::diagnostic::{Rule, Severity};

/// The rules of this module, by code.
pub static RULES: [&Rule; 2] = [&UNUSED_ALLOW, &MALFORMED_ALLOW];

/// An allow, or a name in it, that silences nothing.
pub static UNUSED_ALLOW: Rule = Rule {
    code: "U118",
    name: "unused-allow",
    severity: Severity::Warning,
    explanation: "\
A comment `# upstart2systemd: allow(NAME) reason` leaves a finding unsaid, and what it is about is not
there: the job was mended, or the comment stands in the wrong place. Such a comment tells readers of a
weakness that the job does not have, and would hide the finding if it came back.

An allow before the first stanza is for the whole file; elsewhere it is for the next stanza, or for the
stanza on whose line it stands; in a script it is for the next line, or for the line on which it stands.

Remove the comment, or the name that is not needed.
",
};

/// A comment to this program that it does not understand.
pub static MALFORMED_ALLOW: Rule = Rule {
    code: "U119",
    name: "malformed-allow",
    severity: Severity::Warning,
    explanation: "\
A comment that begins with `upstart2systemd:` says which findings are to be left unsaid. It has this form,
the names being names or codes of rules, which `upstart2systemd explain` lists:

    # upstart2systemd: allow(NAME, NAME) reason

The reason is required: whoever reads the job next has to know whether it still holds. What init refuses
(U0xx) cannot be allowed, because the job does not exist then, nor can the rules about allows themselves.
An allow without a reason works; names that are not understood have no effect.
",
};
