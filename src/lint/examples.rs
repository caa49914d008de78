//! Examples of the rules about single jobs that the passes find on their way.

use super::Example;
use crate::diagnostic::Rule;

/// By the names of the rules.
static OF_PASSES: &[(&str, Example)] = &[
    (
        "carriage-returns",
        Example {
            bad: include_str!("../../fixtures/lint-passes/carriage-returns/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/carriage-returns/good.conf"),
        },
    ),
    (
        "dead-event",
        Example {
            bad: include_str!("../../fixtures/lint-passes/dead-event/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/dead-event/good.conf"),
        },
    ),
    (
        "exec-of-assignment",
        Example {
            bad: include_str!("../../fixtures/lint-passes/exec-of-assignment/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/exec-of-assignment/good.conf"),
        },
    ),
    (
        "exec-of-compound-command",
        Example {
            bad: include_str!("../../fixtures/lint-passes/exec-of-compound-command/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/exec-of-compound-command/good.conf"),
        },
    ),
    (
        "impossible-exit-status",
        Example {
            bad: include_str!("../../fixtures/lint-passes/impossible-exit-status/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/impossible-exit-status/good.conf"),
        },
    ),
    (
        "impossible-runlevel",
        Example {
            bad: include_str!("../../fixtures/lint-passes/impossible-runlevel/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/impossible-runlevel/good.conf"),
        },
    ),
    (
        "impossible-signal",
        Example {
            bad: include_str!("../../fixtures/lint-passes/impossible-signal/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/impossible-signal/good.conf"),
        },
    ),
    (
        "kill-timeout-zero",
        Example {
            bad: include_str!("../../fixtures/lint-passes/kill-timeout-zero/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/kill-timeout-zero/good.conf"),
        },
    ),
    (
        "mangled-blank",
        Example {
            bad: include_str!("../../fixtures/lint-passes/mangled-blank/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/mangled-blank/good.conf"),
        },
    ),
    (
        "nothing-to-run",
        Example {
            bad: include_str!("../../fixtures/lint-passes/nothing-to-run/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/nothing-to-run/good.conf"),
        },
    ),
    (
        "numeric-user",
        Example {
            bad: include_str!("../../fixtures/lint-passes/numeric-user/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/numeric-user/good.conf"),
        },
    ),
    (
        "overwritten-stanza",
        Example {
            bad: include_str!("../../fixtures/lint-passes/overwritten-stanza/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/overwritten-stanza/good.conf"),
        },
    ),
    (
        "pre-stop-without-main",
        Example {
            bad: include_str!("../../fixtures/lint-passes/pre-stop-without-main/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/pre-stop-without-main/good.conf"),
        },
    ),
    (
        "relative-directory",
        Example {
            bad: include_str!("../../fixtures/lint-passes/relative-directory/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/relative-directory/good.conf"),
        },
    ),
    (
        "respawn-limit-without-respawn",
        Example {
            bad: include_str!("../../fixtures/lint-passes/respawn-limit-without-respawn/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/respawn-limit-without-respawn/good.conf"),
        },
    ),
    (
        "respawn-without-main",
        Example {
            bad: include_str!("../../fixtures/lint-passes/respawn-without-main/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/respawn-without-main/good.conf"),
        },
    ),
    (
        "signal-without-main",
        Example {
            bad: include_str!("../../fixtures/lint-passes/signal-without-main/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/signal-without-main/good.conf"),
        },
    ),
    (
        "soft-limit-above-hard",
        Example {
            bad: include_str!("../../fixtures/lint-passes/soft-limit-above-hard/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/soft-limit-above-hard/good.conf"),
        },
    ),
    (
        "task-without-main",
        Example {
            bad: include_str!("../../fixtures/lint-passes/task-without-main/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/task-without-main/good.conf"),
        },
    ),
    (
        "unknown-event",
        Example {
            bad: include_str!("../../fixtures/lint-passes/unknown-event/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/unknown-event/good.conf"),
        },
    ),
    (
        "variable-in-start-on",
        Example {
            bad: include_str!("../../fixtures/lint-passes/variable-in-start-on/bad.conf"),
            good: include_str!("../../fixtures/lint-passes/variable-in-start-on/good.conf"),
        },
    ),
];

/// The names of the rules of other passes that have an example here.
pub fn of_passes() -> impl Iterator<Item = (&'static str, Example)> {
    OF_PASSES.iter().copied()
}

/// The example of a rule, whichever pass it belongs to.
pub fn example(rule: &Rule) -> Option<Example> {
    let own = super::LINTS.iter().find(|lint| lint.rule.name == rule.name).map(|lint| lint.example);
    own.or_else(|| OF_PASSES.iter().find(|(name, _)| *name == rule.name).map(|(_, example)| *example))
}
