//! The registry declares each rule of the program once, with code, name, severity and category. The
//! explanation and the examples are in the page of the rule, `docs/rules/CODE-NAME.md`. A rule
//! without a page does not compile.

use super::{Category, Rule, Severity};

/// Declares rules: the name of the constant, the code, the name, the severity and the category.
macro_rules! registry {
    ($($constant:ident: $code:literal $name:literal $severity:ident $category:ident,)*) => {
        $(
            #[doc = concat!("`", $code, " ", $name, "`")]
            pub static $constant: Rule = Rule::new(
                $code,
                $name,
                Severity::$severity,
                Category::$category,
                include_str!(concat!("../../docs/rules/", $code, "-", $name, ".md")),
            );
        )*

        /// All rules, ordered by code.
        pub static RULES: &[&Rule] = &[$(&$constant),*];

        /// The names of the constants, in the same order.
        #[cfg(test)]
        const CONSTANTS: &[&str] = &[$(stringify!($constant)),*];
    };
}

registry! {
    UNREADABLE_INPUT: "U000" "unreadable-input" Error Refused,
    EXPECTED_TOKEN: "U001" "expected-token" Error Refused,
    UNEXPECTED_TOKEN: "U002" "unexpected-token" Error Refused,
    UNKNOWN_STANZA: "U003" "unknown-stanza" Error Refused,
    UNTERMINATED_QUOTE: "U004" "unterminated-quote" Error Refused,
    UNTERMINATED_BLOCK: "U005" "unterminated-block" Error Refused,
    TRAILING_BACKSLASH: "U006" "trailing-backslash" Error Refused,
    EXPECTED_EVENT: "U007" "expected-event" Error Refused,
    EXPECTED_OPERATOR: "U008" "expected-operator" Error Refused,
    EXPECTED_VARIABLE: "U009" "expected-variable" Error Refused,
    MISMATCHED_PARENTHESES: "U010" "mismatched-parentheses" Error Refused,
    ILLEGAL_INTERVAL: "U011" "illegal-interval" Error Refused,
    ILLEGAL_EXIT_STATUS: "U012" "illegal-exit-status" Error Refused,
    ILLEGAL_SIGNAL: "U013" "illegal-signal" Error Refused,
    ILLEGAL_UMASK: "U014" "illegal-umask" Error Refused,
    ILLEGAL_NICE: "U015" "illegal-nice" Error Refused,
    ILLEGAL_OOM: "U016" "illegal-oom" Error Refused,
    ILLEGAL_LIMIT: "U017" "illegal-limit" Error Refused,
    UNREADABLE: "U018" "unreadable" Error Refused,
    EXEC_OF_COMPOUND_COMMAND: "U101" "exec-of-compound-command" Warning Mistake,
    EXEC_OF_ASSIGNMENT: "U102" "exec-of-assignment" Warning Mistake,
    RESPAWN_LIMIT_WITHOUT_RESPAWN: "U103" "respawn-limit-without-respawn" Warning Mistake,
    RESPAWN_WITHOUT_MAIN: "U104" "respawn-without-main" Warning Mistake,
    IMPOSSIBLE_EXIT_STATUS: "U105" "impossible-exit-status" Warning Mistake,
    KILL_TIMEOUT_ZERO: "U106" "kill-timeout-zero" Warning Mistake,
    SIGNAL_WITHOUT_MAIN: "U107" "signal-without-main" Note Mistake,
    IMPOSSIBLE_SIGNAL: "U108" "impossible-signal" Warning Mistake,
    PRE_STOP_WITHOUT_MAIN: "U109" "pre-stop-without-main" Note Mistake,
    NOTHING_TO_RUN: "U110" "nothing-to-run" Note Mistake,
    RELATIVE_DIRECTORY: "U111" "relative-directory" Warning Mistake,
    NUMERIC_USER: "U112" "numeric-user" Warning Mistake,
    TASK_WITHOUT_MAIN: "U113" "task-without-main" Warning Mistake,
    OVERWRITTEN_STANZA: "U114" "overwritten-stanza" Warning Mistake,
    MANGLED_BLANK: "U115" "mangled-blank" Warning Mistake,
    SOFT_LIMIT_ABOVE_HARD: "U116" "soft-limit-above-hard" Warning Mistake,
    CARRIAGE_RETURNS: "U117" "carriage-returns" Warning Mistake,
    UNUSED_ALLOW: "U118" "unused-allow" Warning Allow,
    MALFORMED_ALLOW: "U119" "malformed-allow" Warning Allow,
    DEAD_EVENT: "U120" "dead-event" Warning Mistake,
    UNKNOWN_EVENT: "U121" "unknown-event" Warning Mistake,
    IMPOSSIBLE_RUNLEVEL: "U122" "impossible-runlevel" Warning Mistake,
    VARIABLE_IN_START_ON: "U123" "variable-in-start-on" Warning Mistake,
    EXPECT_OF_SCRIPT: "U130" "expect-of-script" Warning Mistake,
    EXPECT_OF_FOREGROUND_PROGRAM: "U131" "expect-of-foreground-program" Warning Mistake,
    COMMENT_IN_COMMAND: "U132" "comment-in-command" Warning Mistake,
    OPERATOR_AS_ARGUMENT: "U133" "operator-as-argument" Warning Mistake,
    MISSING_VARIABLE: "U134" "missing-variable" Warning Mistake,
    MISPLACED_ARGUMENT: "U135" "misplaced-argument" Warning Mistake,
    MISPLACED_NEGATION: "U136" "misplaced-negation" Warning Mistake,
    LITERAL_VARIABLE: "U137" "literal-variable" Warning Mistake,
    UNCLOSED_HERE_DOCUMENT: "U138" "unclosed-here-document" Warning Mistake,
    INDENTED_HERE_DOCUMENT: "U139" "indented-here-document" Warning Mistake,
    NO_DESCRIPTION: "U140" "no-description" Note Mistake,
    NO_STOP_ON: "U141" "no-stop-on" Note Mistake,
    PRIVILEGES_BY_HAND: "U142" "privileges-by-hand" Note Mistake,
    DAEMONISING_PROGRAM: "U143" "daemonising-program" Warning Mistake,
    BACKGROUND_AT_END: "U144" "background-at-end" Warning Mistake,
    SECRET_IN_ENV: "U145" "secret-in-env" Warning Mistake,
    WORLD_WRITABLE_UMASK: "U146" "world-writable-umask" Warning Mistake,
    PROCESSES_LEFT_BY_PRE_START: "U147" "processes-left-by-pre-start" Warning Mistake,
    EMPTY_SCRIPT: "U148" "empty-script" Warning Mistake,
    GROUP_IN_SETUID: "U149" "group-in-setuid" Warning Mistake,
    SHELL_SYNTAX_ERROR: "U150" "shell-syntax-error" Warning Script,
    SHELLCHECK: "U151" "shellcheck" Warning Script,
    UNCHECKED_SCRIPT: "U152" "unchecked-script" Note Script,
    ESCAPED_BLANK: "U153" "escaped-blank" Warning Mistake,
    BASH_REDIRECTION: "U154" "bash-redirection" Warning Mistake,
    EXEC_OF_BUILTIN: "U155" "exec-of-builtin" Warning Mistake,
    RELATIVE_PROGRAM: "U156" "relative-program" Warning Mistake,
    SHEBANG_IN_SCRIPT: "U157" "shebang-in-script" Warning Mistake,
    UNLIMITED_WAIT: "U158" "unlimited-wait" Note Mistake,
    UNLIMITED_RESPAWN: "U159" "unlimited-respawn" Note Mistake,
    MIXED_OPERATORS: "U160" "mixed-operators" Warning Mistake,
    JOB_OF_RUN_LEVEL: "U161" "job-of-run-level" Warning Mistake,
    MISSPELT_DEVICE_EVENT: "U162" "misspelt-device-event" Warning Mistake,
    PATTERN_AS_EVENT: "U163" "pattern-as-event" Warning Mistake,
    RESULT_IN_POST_STOP: "U164" "result-in-post-stop" Warning Mistake,
    UNSET_HOME: "U165" "unset-home" Warning Mistake,
    SAME_EVENT_TWICE: "U166" "same-event-twice" Warning Mistake,
    STOP_WITHOUT_EXIT: "U167" "stop-without-exit" Warning Mistake,
    RESPAWN_OF_TASK: "U168" "respawn-of-task" Note Mistake,
    VARIABLE_OF_OTHER_PHASE: "U169" "variable-of-other-phase" Warning Mistake,
    SHELL_AS_MAIN_PROCESS: "U170" "shell-as-main-process" Warning Mistake,
    LOST_BY_RESTART: "U171" "lost-by-restart" Warning Mistake,
    RESPAWN_AT_SHUTDOWN: "U172" "respawn-at-shutdown" Warning Mistake,
    REFUSED_SET_ENV: "U173" "refused-set-env" Warning Mistake,
    REFUSED_JOB_CONTROL: "U174" "refused-job-control" Warning Mistake,
    ANY_NETWORK_INTERFACE: "U175" "any-network-interface" Warning Mistake,
    DEAD_STATUS_CHECK: "U176" "dead-status-check" Warning Mistake,
    TEST_AT_END: "U177" "test-at-end" Warning Mistake,
    USER_SWITCHER_AS_MAIN_PROCESS: "U178" "user-switcher-as-main-process" Note Mistake,
    DETECTED_DIALECT: "U180" "detected-dialect" Note Dialect,
    IMPORTED_VARIABLE: "U181" "imported-variable" Warning Dialect,
    NEWER_STANZA: "U182" "newer-stanza" Warning Dialect,
    EVENT_OF_ANOTHER_SYSTEM: "U183" "event-of-another-system" Warning Dialect,
    HISTORICAL_STANZA: "U184" "historical-stanza" Warning Dialect,
    TASK_BY_DEFAULT: "U185" "task-by-default" Note Dialect,
    REDIRECTION_ORDER: "U188" "redirection-order" Warning Mistake,
    COMMAND_OF_BASH: "U189" "command-of-bash" Warning Mistake,
    SLEEP_IN_POST_START: "U194" "sleep-in-post-start" Note Mistake,
    UNREACHED_RUNLEVEL: "U195" "unreached-runlevel" Warning Mistake,
    EXPORT_OF_UNSET: "U196" "export-of-unset" Note Mistake,
    ONE_SHOT_WITHOUT_TASK: "U197" "one-shot-without-task" Note Mistake,
    EXIT_OF_RESPAWNING_JOB: "U198" "exit-of-respawning-job" Warning Mistake,
    LIMIT_OF_OTHER_PHASE: "U199" "limit-of-other-phase" Warning Mistake,
    RETRIED_PRE_START: "U201" "retried-pre-start" Note Translation,
    RESPAWN_BEFORE_SYSTEMD_244: "U202" "respawn-before-systemd-244" Warning Translation,
    RESPAWN_OF_SHUTDOWN_JOB: "U203" "respawn-of-shutdown-job" Warning Translation,
    SHARED_STOP_TIMEOUT: "U204" "shared-stop-timeout" Note Translation,
    RELOAD_WITHOUT_MAIN_PID: "U205" "reload-without-main-pid" Warning Translation,
    NAME_TOO_LONG: "U208" "name-too-long" Error Translation,
    SHIPPED_UNIT: "U209" "shipped-unit" Warning Translation,
    LONG_SCRIPT: "U210" "long-script" Error Translation,
    HIDDEN_JOB_CONTROL: "U211" "hidden-job-control" Warning Translation,
    JOB_CONTROL_BY_PROGRAM: "U212" "job-control-by-program" Warning Translation,
    EMIT_WITH_VARIABLES: "U213" "emit-with-variables" Warning Translation,
    BACKGROUND_IN_PRE_START: "U214" "background-in-pre-start" Warning Translation,
    POST_START_OF_TASK: "U215" "post-start-of-task" Warning Translation,
    VETO_IN_PRE_STOP: "U216" "veto-in-pre-stop" Warning Translation,
    PRE_STOP_OF_TASK: "U217" "pre-stop-of-task" Warning Translation,
    PROCESS_GROUP_KILL: "U218" "process-group-kill" Note Translation,
    EXPECTED_FORK: "U219" "expected-fork" Note Translation,
    EXPECTED_STOP: "U220" "expected-stop" Note Translation,
    START_GUARD_BEFORE_SYSTEMD_243: "U221" "start-guard-before-systemd-243" Warning Translation,
    UNTRANSLATABLE_EVENT: "U222" "untranslatable-event" Warning Translation,
    UNMATCHED_VARIABLE: "U223" "unmatched-variable" Warning Translation,
    NETWORK_INTERFACE_EVENT: "U224" "network-interface-event" Warning Translation,
    CONTROL_ALT_DELETE: "U225" "control-alt-delete" Warning Translation,
    EARLY_EVENT: "U226" "early-event" Warning Translation,
    EVENT_VARIABLE: "U227" "event-variable" Warning Translation,
    NEWER_DIRECTIVE: "U228" "newer-directive" Warning Translation,
    LONG_LINE: "U229" "long-line" Error Translation,
    COMPANION_NEEDED: "U230" "companion-needed" Warning Translation,
    FOLLOWS_FAILED_JOB: "U231" "follows-failed-job" Note Translation,
    END_OF_UNKNOWN_JOB: "U232" "end-of-unknown-job" Warning Translation,
    JOINED_JOBS: "U233" "joined-jobs" Note Translation,
    LATCHED_EVENT: "U234" "latched-event" Note Translation,
    JOINED_EVENTS: "U235" "joined-events" Warning Translation,
    MUTUAL_CONFLICT: "U236" "mutual-conflict" Warning Translation,
    DISTINGUISHED_RUNLEVELS: "U237" "distinguished-runlevels" Warning Translation,
    CONDITION_OF_ONE_ALTERNATIVE: "U238" "condition-of-one-alternative" Warning Translation,
    SPRAWLING_CONDITION: "U239" "sprawling-condition" Warning Translation,
    JOINED_STOP_CONDITION: "U240" "joined-stop-condition" Warning Translation,
    EXPORTED_VARIABLE: "U241" "exported-variable" Note Translation,
    DEBUG_STANZA: "U242" "debug-stanza" Note Translation,
    CHROOT_USER_LOOKUP: "U243" "chroot-user-lookup" Note Translation,
    UNUSABLE_DIRECTORY: "U244" "unusable-directory" Warning Translation,
    UNUSABLE_USER_NAME: "U245" "unusable-user-name" Warning Translation,
    LOG_FILE: "U246" "log-file" Note Translation,
    CONSOLE_BEFORE_SYSTEMD_236: "U247" "console-before-systemd-236" Warning Translation,
    UNUSABLE_VARIABLE: "U248" "unusable-variable" Warning Translation,
    STOP_AT_MILESTONE: "U249" "stop-at-milestone" Warning Translation,
    COMPOSITE_INSTANCE: "U250" "composite-instance" Warning Translation,
    DECORATED_INSTANCE: "U251" "decorated-instance" Note Translation,
    RESCALED_CGROUP_SETTING: "U252" "rescaled-cgroup-setting" Note Translation,
    UNSUPPORTED_CGROUP_SETTING: "U253" "unsupported-cgroup-setting" Warning Translation,
    SHARED_CGROUP: "U254" "shared-cgroup" Note Translation,
    PROFILE_OF_ALL_PHASES: "U255" "profile-of-all-phases" Warning Translation,
    SHUTDOWN_JOB: "U256" "shutdown-job" Note Translation,
    UNBOUND_INSTANCE: "U257" "unbound-instance" Warning Translation,
    SHARED_NOBODY: "U258" "shared-nobody" Note Translation,
    UNBOUND_CRASH: "U259" "unbound-crash" Warning Translation,
    START_AND_STOP_BY_ONE_JOB: "U260" "start-and-stop-by-one-job" Warning Translation,
    LOG_TO_FILE: "U261" "log-to-file" Note Translation,
    EARLY_UNIT: "U262" "early-unit" Note Translation,
    UNAVAILABLE_INITCTL: "U263" "unavailable-initctl" Warning Translation,
    SCRIPT_OUTSIDE_OF_ROOT: "U264" "script-outside-of-root" Warning Translation,
    LEVEL_TRIGGERED_PATH: "U265" "level-triggered-path" Note Translation,
    FOLLOWS_END: "U266" "follows-end" Note Translation,
    SEVERAL_SOCKETS: "U267" "several-sockets" Warning Translation,
    BRINGS_UP_JOB: "U268" "brings-up-job" Note Translation,
    PRIVATE_FILE: "U270" "private-file" Warning Translation,
    EVERY_UNIT: "U271" "every-unit" Note Translation,
    UNBOOTED_RUNLEVEL: "U275" "unbooted-runlevel" Warning Translation,
    EMITTED_SYSTEM_EVENT: "U276" "emitted-system-event" Warning Translation,
    RUNS_AT_SHUTDOWN: "U277" "runs-at-shutdown" Warning Translation,
    LEAVES_THE_UNIT: "U281" "leaves-the-unit" Warning Translation,
    COUNTED_STARTS: "U282" "counted-starts" Note Translation,
    ENDLESS_WAIT: "U283" "endless-wait" Warning Translation,
    CHANGED_CONFIGURATION: "U285" "changed-configuration" Warning Translation,
    LOG_NOT_WRITTEN: "U286" "log-not-written" Warning Translation,
    PROCESS_NOT_SPARED: "U287" "process-not-spared" Warning Translation,
    PROFILE_LOADER: "U288" "profile-loader" Warning Translation,
    PLAIN_UNIT: "U289" "plain-unit" Note Translation,
    REPLACED_WRAPPER: "U290" "replaced-wrapper" Note Translation,
    NAME_OF_INIT: "U291" "name-of-init" Note Translation,
    STOPPED_TASK: "U292" "stopped-task" Note Translation,
    OVERRIDE_WITHOUT_CONF: "U301" "override-without-conf" Warning BetweenJobs,
    ONE_UNIT_FOR_TWO_JOBS: "U302" "one-unit-for-two-jobs" Error BetweenJobs,
    UNKNOWN_JOB: "U303" "unknown-job" Warning BetweenJobs,
    UNEMITTED_EVENT: "U304" "unemitted-event" Warning BetweenJobs,
    ORDERING_CYCLE: "U305" "ordering-cycle" Warning BetweenUnits,
    SHADOWED_JOB: "U306" "shadowed-job" Note BetweenJobs,
    INSTANCES_NAMED_AT_RUN_TIME: "U307" "instances-named-at-run-time" Note BetweenUnits,
    START_WITHOUT_WAITING: "U308" "start-without-waiting" Note BetweenUnits,
    FILE_NOT_READ: "U309" "file-not-read" Warning BetweenJobs,
    NEVER_STARTED_JOB: "U310" "never-started-job" Warning BetweenJobs,
    UNSTARTED_INSTANCE: "U311" "unstarted-instance" Warning BetweenJobs,
    CIRCULAR_START: "U312" "circular-start" Warning BetweenJobs,
    DECLARED_EVENT_NOT_EMITTED: "U313" "declared-event-not-emitted" Note BetweenJobs,
    EMITTED_EVENT_NOT_DECLARED: "U314" "emitted-event-not-declared" Note BetweenJobs,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::{CONSTANTS, RULES};
    use crate::diagnostic::Category;

    #[test]
    fn rules_are_in_the_order_of_their_codes_and_have_names_of_their_own() {
        assert!(RULES.is_sorted_by(|one, next| one.code < next.code));
        let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn constants_are_called_as_their_rules() {
        for (rule, constant) in RULES.iter().zip(CONSTANTS) {
            assert_eq!(rule.name.replace('-', "_").to_uppercase(), *constant, "{}", rule.code);
        }
    }

    #[test]
    fn codes_begin_with_the_digit_of_their_category() {
        for rule in RULES {
            let digit = match rule.category {
                Category::Refused => '0',
                Category::Mistake | Category::Allow | Category::Script | Category::Dialect => '1',
                Category::Translation => '2',
                Category::BetweenJobs | Category::BetweenUnits => '3',
            };
            assert!(
                rule.code.len() == 4
                    && rule.code.starts_with(['U'])
                    && rule.code[1..].starts_with(digit),
                "{}",
                rule.code
            );
        }
    }

    #[test]
    fn every_page_says_what_its_rule_is_called_and_how_much_it_matters() {
        for rule in RULES {
            let head = format!(
                "# {} ({})\n\nSeverity: {}. Category: {}.\n\n",
                rule.name,
                rule.code,
                rule.severity.name(),
                rule.category.title()
            );
            assert!(
                rule.source().starts_with(&head),
                "docs/rules/{}-{}.md begins with\n{head}",
                rule.code,
                rule.name
            );
            assert!(rule.page().text.len() > 60, "{} explains nothing", rule.code);
        }
    }

    #[test]
    fn every_page_is_of_a_rule() {
        let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
        let found: BTreeSet<String> = fs::read_dir(pages)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let known = RULES
            .iter()
            .map(|rule| format!("{}-{}.md", rule.code, rule.name))
            .chain(["README.md".to_owned()]);
        assert_eq!(found, known.collect());
    }
}
