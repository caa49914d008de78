//! The rules of the linter, one file for each rule.

mod background_at_end;
mod comment_in_command;
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
mod refused_set_env;
mod respawn_of_task;
mod result_in_post_stop;
mod same_event_twice;
mod secret_in_env;
mod stop_without_exit;
mod unclosed_here_document;
mod unset_home;
mod variable_of_other_phase;
mod world_writable_umask;

use super::check::Lint;

/// All rules of this pass, in the order of their codes.
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
    &refused_set_env::LINT,
];
