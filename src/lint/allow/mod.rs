//! Comments in a job file that suppress findings.
//!
//! ```text
//! # upstart2systemd: allow(NAME[, NAME...]) reason
//! ```
//!
//! NAME is the name or the code of a rule, or a code of `ShellCheck` such as SC2086. The position of the comment decides what it covers:
//!
//! * before the first stanza: the whole file, which is either the conf or the override;
//! * on a line of its own between two stanzas: the next stanza from its keyword to its end,
//!   including all lines of a script;
//! * after a stanza on the same line, within a condition, or after `script`: that stanza;
//! * on a line of its own in a script: the next line of that script that is neither blank nor a
//!   comment, with its continuation lines (a here-document, an open quote, a backslash at the end);
//! * after a command in a script: that line.
//!
//! Blank lines and other comments may come between the comment and what it covers. If several
//! comments cover the same stanza or line, each of them applies as if it were the only one, and a
//! finding that two of them allow marks both as used. If the reader of shell text cannot follow a
//! script to its end, only the comments before that point are found. Neither errors of init (U0xx)
//! nor findings about allow comments can be allowed.

mod allow_list;
mod comments;

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::diagnostic::registry::{MALFORMED_ALLOW, SHELLCHECK, UNUSED_ALLOW};
use crate::diagnostic::{Category, Diagnostic, Edit, Rule, ShellCheckCode};
use crate::text::source::{Origin, Source, Span};
use crate::text::{list, suggestion};
use crate::upstart::ast;
use crate::upstart::script::Scripts;
use allow_list::AllowList;
use comments::{AllowScope, Comment};

/// Removes the diagnostics that the file allows, and appends the findings about its allow comments.
/// Diagnostics of the other file of the job are kept. `read` is `None` for a file that init
/// refuses; nothing can be allowed in such a file.
///
/// `known` lists all rules. An allow comment is not reported as unused if its rule was not
/// `looked_for`, because it may be needed in a run that looks for the rule.
pub fn apply(
    source: &Source,
    read: Option<(&ast::File, &Scripts)>,
    origin: Origin,
    diagnostics: Vec<Diagnostic>,
    known: &[&'static Rule],
    looked_for: impl Fn(&'static Rule) -> bool,
) -> Vec<Diagnostic> {
    let text = source.text();
    let Some((file, scripts)) = read.filter(|_| text.contains(allow_list::TOOL)) else {
        return diagnostics;
    };
    let mut complaints = Vec::new();
    let mut allows: Vec<Allow> = comments::comments(text, file, scripts)
        .into_iter()
        .filter_map(|comment| Allow::read(text, origin, comment, known, &mut complaints))
        .collect();
    let mut left: Vec<Diagnostic> = diagnostics
        .into_iter()
        .filter(|diagnostic| {
            diagnostic.span.origin != origin || !is_allowed(&mut allows, diagnostic)
        })
        .collect();
    complaints.extend(allows.iter().filter_map(|allow| allow.unused(text, origin, &looked_for)));
    complaints.sort_by_key(|complaint| complaint.span.start);
    left.extend(complaints);
    left
}

/// Whether any comment allows the diagnostic. Marks all comments that do as used.
fn is_allowed(allows: &mut [Allow], diagnostic: &Diagnostic) -> bool {
    let mut allowed = false;
    for allow in allows.iter_mut().filter(|allow| allow.comment.reach.covers(diagnostic.span.start))
    {
        for name in allow.names.iter_mut().filter(|name| name.allows(diagnostic)) {
            name.used = true;
            allowed = true;
        }
    }
    allowed
}

/// An allow comment, with those of its names that are names of rules.
struct Allow {
    comment: Comment,
    /// All names as written, including those of no rule.
    list: Vec<Range<usize>>,
    names: Vec<Name>,
}

struct Name {
    place: Range<usize>,
    rule: &'static Rule,
    /// The only code of `ShellCheck` that is allowed, if the name is one.
    shellcheck: Option<ShellCheckCode>,
    used: bool,
}

impl Name {
    /// The severity may differ between findings of one rule, so this compares codes.
    fn allows(&self, diagnostic: &Diagnostic) -> bool {
        self.rule.code == diagnostic.rule.code
            && self.shellcheck.is_none_or(|code| ShellCheckCode::of(diagnostic) == Some(code))
    }
}

impl Allow {
    /// Returns `None` if the comment is not addressed to this program or is malformed. An allow
    /// comment without a reason is reported but still applies, so that it causes only one finding.
    fn read(
        text: &str,
        origin: Origin,
        comment: Comment,
        known: &[&'static Rule],
        complaints: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let whole = Span::new(origin, comment.range.clone());
        let AllowList { names: list, has_reason } =
            match allow_list::read(text.get(comment.range.clone())?)? {
                Ok(directive) => directive,
                Err(message) => {
                    complaints.push(
                        MALFORMED_ALLOW
                            .at(whole, message)
                            .help("write `# upstart2systemd: allow(NAME) reason`"),
                    );
                    return None;
                }
            };
        let list: Vec<Range<usize>> = list
            .into_iter()
            .map(|name| comment.range.start + name.start..comment.range.start + name.end)
            .collect();
        let mut names = Vec::new();
        for place in &list {
            let span = Span::new(origin, place.clone());
            let shellcheck = ShellCheckCode::parse(text.get(place.clone())?);
            let name =
                if shellcheck.is_some() { SHELLCHECK.code } else { text.get(place.clone())? };
            match find(name, known) {
                Ok(rule) if rule.is_of_refusal() || rule.category == Category::Allow => {
                    complaints.push(not_to_be_allowed(span, rule));
                }
                Ok(rule) => {
                    names.push(Name { place: place.clone(), rule, shellcheck, used: false });
                }
                Err(meant) => complaints.push(unknown(span, text.get(place.clone())?, meant)),
            }
        }
        if !has_reason {
            complaints.push(
                MALFORMED_ALLOW
                    .at(whole, "the `allow` has no reason")
                    .help("add one after the `)`"),
            );
        }
        Some(Self { comment, list, names })
    }

    /// The finding about names that allowed nothing, if there are any.
    fn unused(
        &self,
        text: &str,
        origin: Origin,
        looked_for: impl Fn(&'static Rule) -> bool,
    ) -> Option<Diagnostic> {
        let unused: Vec<&Name> = self
            .names
            .iter()
            // What `ShellCheck` finds depends on its version, so absence proves nothing.
            .filter(|name| !name.used && name.shellcheck.is_none() && looked_for(name.rule))
            .collect();
        let first = unused.first()?;
        let names = list::quoted(unused.iter().map(|name| name.rule.name));
        let place = match &self.comment.reach {
            AllowScope::File => "nothing of the kind is found in this file",
            AllowScope::Part(_) => "nothing of the kind is found where this allows it",
            AllowScope::Nothing => "no stanza follows that this could be about",
        };
        let message = format!("{names}: {place}");
        if unused.len() == self.list.len() {
            let whole = Span::new(origin, self.comment.range.clone());
            return Some(
                UNUSED_ALLOW
                    .at(whole, message)
                    .help("remove the comment")
                    .edit(Span::new(origin, self.comment.deletion.clone()), ""),
            );
        }
        let kept = self.list.iter().filter(|place| unused.iter().all(|name| name.place != **place));
        let kept = kept.filter_map(|place| text.get(place.clone())).collect::<Vec<_>>().join(", ");
        let list = self.list.first()?.start..self.list.last()?.end;
        let diagnostic = UNUSED_ALLOW.at(Span::new(origin, first.place.clone()), message);
        Some(
            diagnostic
                .help("remove from the list what is not needed")
                .edit(Span::new(origin, list), kept),
        )
    }
}

/// Finds a rule by its name or code. `Err` has the most similar name of a rule, if any.
fn find(name: &str, known: &[&'static Rule]) -> Result<&'static Rule, Option<&'static str>> {
    let is_it = |rule: &&&'static Rule| {
        [rule.code, rule.name].iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    known
        .iter()
        .find(is_it)
        .copied()
        .ok_or_else(|| suggestion::closest(name, known.iter().map(|rule| rule.name)))
}

fn unknown(span: Span, name: &str, meant: Option<&'static str>) -> Diagnostic {
    let mut diagnostic = MALFORMED_ALLOW.at(span, format!("unknown rule `{name}`"));
    match meant {
        Some(meant) => {
            diagnostic.edits.push(Edit { span, text: meant.to_owned(), safe: false });
            diagnostic.help(format!("did you mean `{meant}`?"))
        }
        None => diagnostic.help("use `upstart2systemd explain` to list all rules"),
    }
}

fn not_to_be_allowed(span: Span, rule: &Rule) -> Diagnostic {
    let diagnostic = MALFORMED_ALLOW.at(span, format!("`{}` cannot be allowed", rule.name));
    if rule.is_of_refusal() {
        diagnostic.note("init refuses such a job, whatever its comments say")
    } else {
        diagnostic.help("fix or remove the allow that is reported; `[severity]` in upstart2systemd.toml turns the rule off")
    }
}
