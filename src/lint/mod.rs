//! What is wrong in a job, or better said otherwise, whether or not anybody converts it.
//!
//! A rule is a file with what finds it; the rule itself, with an example that it finds and one that it does not, is in
//! [`crate::diagnostic::registry`]. What the passes find on their way ([`crate::parse`], [`crate::lower`]) is not looked for here again.

mod background_at_end;
pub mod between;
mod comment_in_command;
mod daemonising_program;
mod daemons;
mod empty_script;
mod expect_of_foreground_program;
mod expect_of_script;
mod indented_here_document;
mod job_of_run_level;
mod literal_variable;
mod misplaced_argument;
mod missing_variable;
mod misspelt_device_event;
mod mixed_operators;
mod no_description;
mod no_stop_on;
mod operator_as_argument;
mod pattern_as_event;
mod privileges_by_hand;
mod processes_left_by_pre_start;
mod program;
mod respawn_of_task;
mod result_in_post_stop;
mod same_event_twice;
mod secret_in_env;
mod stop_without_exit;
mod subject;
mod unclosed_here_document;
mod unset_home;
mod variable_of_other_phase;
mod world_writable_umask;

use crate::deletion;
use crate::diagnostic::{Diagnostic, Rule};

pub use program::Program;
pub use subject::{Script, Subject};

/// A rule and what finds it.
pub struct Lint {
    pub rule: &'static Rule,
    check: fn(&Subject<'_>, &'static Rule, &mut Vec<Diagnostic>),
}

/// All rules of this pass, by code.
pub static LINTS: &[&Lint] = &[
    &expect_of_script::LINT,
    &expect_of_foreground_program::LINT,
    &comment_in_command::LINT,
    &operator_as_argument::LINT,
    &missing_variable::LINT,
    &misplaced_argument::LINT,
    &literal_variable::LINT,
    &unclosed_here_document::LINT,
    &indented_here_document::LINT,
    &no_description::LINT,
    &no_stop_on::LINT,
    &privileges_by_hand::LINT,
    &daemonising_program::LINT,
    &background_at_end::LINT,
    &secret_in_env::LINT,
    &world_writable_umask::LINT,
    &processes_left_by_pre_start::LINT,
    &empty_script::LINT,
    &mixed_operators::LINT,
    &job_of_run_level::LINT,
    &misspelt_device_event::LINT,
    &pattern_as_event::LINT,
    &result_in_post_stop::LINT,
    &unset_home::LINT,
    &same_event_twice::LINT,
    &stop_without_exit::LINT,
    &respawn_of_task::LINT,
    &variable_of_other_phase::LINT,
];

/// What the rules find in a job, in the order of the text.
pub fn lint(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for lint in LINTS {
        (lint.check)(subject, lint.rule, &mut found);
    }
    found.sort_by_key(|diagnostic| (diagnostic.span.origin, diagnostic.span.start, diagnostic.rule.code));
    deletion::widen(subject.sources, &mut found);
    found
}
