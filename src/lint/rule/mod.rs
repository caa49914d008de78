//! The rules of the linter, one file for each rule.

mod any_network_interface;
mod background_at_end;
mod bash_redirection;
mod command_of_bash;
mod comment_in_command;
mod dead_status_check;
mod empty_script;
mod escaped_blank;
mod exec_of_builtin;
mod exit_of_respawning_job;
mod expect_of_foreground_program;
mod expect_of_script;
mod export_of_unset;
mod group_in_setuid;
mod indented_here_document;
mod job_of_run_level;
mod limit_of_other_phase;
mod literal_variable;
mod lost_by_restart;
mod misplaced_argument;
mod misplaced_negation;
mod missing_variable;
mod misspelt_device_event;
mod mixed_operators;
mod no_description;
mod no_stop_on;
mod one_shot_without_task;
mod operator_as_argument;
mod pattern_as_event;
mod privileges_by_hand;
mod processes_left_by_pre_start;
mod redirection_order;
mod refused_job_control;
mod refused_set_env;
mod relative_program;
mod respawn_at_shutdown;
mod respawn_of_task;
mod result_in_post_stop;
mod same_event_twice;
pub mod secret_in_env;
mod shebang_in_script;
mod shell_as_main_process;
mod sleep_in_post_start;
mod stop_without_exit;
mod test_at_end;
mod unclosed_here_document;
mod unlimited_respawn;
mod unlimited_wait;
mod unreached_runlevel;
mod unset_home;
mod user_switcher_as_main_process;
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
    &misplaced_negation::LINT,
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
    &group_in_setuid::LINT,
    &escaped_blank::LINT,
    &bash_redirection::LINT,
    &exec_of_builtin::LINT,
    &relative_program::LINT,
    &shebang_in_script::LINT,
    &unlimited_wait::LINT,
    &unlimited_respawn::LINT,
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
    &shell_as_main_process::LINT,
    &lost_by_restart::LINT,
    &respawn_at_shutdown::LINT,
    &refused_set_env::LINT,
    &refused_job_control::LINT,
    &any_network_interface::LINT,
    &dead_status_check::LINT,
    &test_at_end::LINT,
    &user_switcher_as_main_process::LINT,
    &redirection_order::LINT,
    &command_of_bash::LINT,
    &sleep_in_post_start::LINT,
    &unreached_runlevel::LINT,
    &export_of_unset::LINT,
    &one_shot_without_task::LINT,
    &exit_of_respawning_job::LINT,
    &limit_of_other_phase::LINT,
];
