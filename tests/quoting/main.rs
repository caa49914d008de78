//! Checks that systemd reads exactly what was written into a unit, to the byte: random text, read
//! by the systemd of this machine. Skipped if there is no systemd.
//!
//! `QUOTING_SEED` (a number) selects other cases, and `QUOTING_TIMES` multiplies their number.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    unreachable_pub,
    reason = "a test"
)]

#[path = "../common/random.rs"]
mod random;
#[path = "../../src/cli/tests/skipped.rs"]
mod skipped;

mod expansion;
mod hidden;
mod job;
mod name;
mod paths;
mod script;
mod statement;
mod systemd;
mod text;
mod unit;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Debug;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rayon::prelude::*;
use upstart2systemd::systemd::{
    Argument, Directive, Prefix, Unit, UnitName, Value, escape_instance, escape_path,
};

use random::{number, numbers};
use skipped::skipped;
use systemd::{Systemd, commands, program};

/// The number of cases that one systemd process reads.
const BATCH: usize = 150;

/// The number of attempts to simplify a failing case.
const SIMPLIFICATIONS: usize = 300;

#[test]
fn systemd_reads_what_was_written() {
    let Some(systemd) = found(Systemd::find()) else { return };
    let placements = hold(20, unit::cases, |cases| {
        let mut units = Vec::new();
        for (index, case) in cases.iter().enumerate() {
            let name = file(index);
            units.push((name.clone(), case.render(&name)));
            units.extend(case.beside(&name));
        }
        let reading = systemd.read(&units);
        cases.iter().enumerate().map(|(index, case)| case.check(&file(index), &reading)).collect()
    });
    let mut counts = BTreeMap::new();
    for placement in placements.iter().flatten() {
        *counts.entry(*placement).or_insert(0_usize) += 1;
    }
    println!("read as written: {counts:?}");
    let commands: usize = counts
        .iter()
        .filter(|(placement, _)| placement.starts_with("Exec"))
        .map(|(_, count)| count)
        .sum();
    assert!(commands >= 20_000 * times(), "only {commands} argument lists");
    assert!(
        counts["Environment"] >= 6_000 * times(),
        "only {} values of variables",
        counts["Environment"]
    );
    for placement in
        unit::PLACEMENTS.into_iter().chain(paths::PLACES.map(|(directive, ..)| directive.name()))
    {
        let count = counts.get(placement).copied().unwrap_or_default();
        assert!(count >= 2_000 * times(), "only {count} {placement}");
    }
}

/// The factor for the number of cases.
fn times() -> usize {
    number("QUOTING_TIMES").map_or(1, |times| usize::try_from(times).unwrap())
}

#[test]
fn scripts_do_what_they_did() {
    let Some(systemd) = found(Systemd::find()) else { return };
    hold(1, script::scripts, |scripts| {
        let literal_dollar = |index: usize| index.is_multiple_of(2);
        let units: Vec<_> = scripts
            .iter()
            .enumerate()
            .map(|(index, script)| {
                let text = Argument::Script {
                    text: script.text.clone().into_bytes(),
                    breaks: script.breaks.clone(),
                    joins: script.joins.clone(),
                    ignored_comments: index % 4 < 2,
                };
                let argv = ["/bin/sh", "-e", "-c"]
                    .map(|word| Argument::Word(word.into()))
                    .into_iter()
                    .chain([text])
                    .collect();
                let prefix = Prefix { literal_dollar: literal_dollar(index), ..Prefix::default() };
                let mut unit = Unit::new(UnitName::known(file(index)));
                unit.set(Directive::DefaultDependencies, Value::keyword("no"));
                unit.add(
                    Directive::ExecStart,
                    Value::command(&upstart2systemd::systemd::Command {
                        prefix,
                        argv,
                        folds: Vec::new(),
                    }),
                );
                (file(index), unit.to_string())
            })
            .collect();
        let reading = systemd.read(&units);
        scripts
            .iter()
            .enumerate()
            .map(|(index, script)| {
                let commands =
                    commands(reading.unit(&file(index)).ok_or("not loaded")?, "ExecStart")?;
                let read = commands.first().and_then(|argv| argv.get(3)).ok_or("no script")?;
                let read =
                    if literal_dollar(index) { read.clone() } else { unit::single_dollars(read)? };
                let (before, after) = (run(script.text.as_bytes()), run(&read));
                if before == after {
                    Ok(())
                } else {
                    Err(format!("{before:?} before, {after:?} after: {}", read.escape_ascii()))
                }
            })
            .collect()
    });
}

/// The output of a shell for a script, and its exit status.
fn run(script: &[u8]) -> (Option<i32>, String) {
    let output = Command::new("/bin/sh")
        .args(["-e", "-c"])
        .arg(OsStr::from_bytes(script))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (output.status.code(), output.stdout.escape_ascii().to_string())
}

#[test]
fn units_do_what_the_scripts_of_their_jobs_did() {
    let Some(systemd) = found(Systemd::find()) else { return };
    let successes = hold(1, job::cases, |cases| {
        let directory = tempfile::TempDir::new().unwrap();
        let job = |index: usize| {
            format!("job{index}{}", if index.is_multiple_of(2) { "+é %n" } else { "" })
        };
        let files: Vec<_> =
            cases.iter().enumerate().map(|(index, case)| case.files(&job(index))).collect();
        let units: Vec<_> = files
            .iter()
            .map(|files| (job::unit_name(&files[0].0).to_owned(), files[0].1.clone()))
            .collect();
        let reading = systemd.read(&units);
        cases
            .iter()
            .zip(&files)
            .enumerate()
            .map(|(index, (case, files))| {
                case.check(&job(index), files, &reading, directory.path())
            })
            .collect()
    });
    let successes = successes.concat();
    let failed = successes.iter().filter(|succeeded| !**succeeded).count();
    println!("scripts run: {}, of them failed: {failed}", successes.len());
    assert!(successes.len() >= 200 * times(), "only {} scripts", successes.len());
    assert!(
        failed >= 40 * times() && successes.len() - failed >= 100 * times(),
        "{failed} of {} scripts fail",
        successes.len()
    );
}

#[test]
fn variables_are_what_the_shell_made_of_them() {
    let Some(systemd) = found(Systemd::find()) else { return };
    let held = hold(8, expansion::cases, |cases| {
        let directory = tempfile::TempDir::new().unwrap();
        let units: Vec<_> = cases
            .iter()
            .enumerate()
            .map(|(index, case)| case.unit(&format!("case{index}")))
            .collect();
        let reading = systemd.read(&units);
        cases
            .iter()
            .zip(&units)
            .map(|(case, unit)| case.check(unit, &reading, directory.path()))
            .collect()
    });
    let direct = held.iter().filter(|&&direct| direct).count();
    println!("commands: {}, of them without a shell: {direct}", held.len());
    assert!(
        direct >= 200 * times() && held.len() - direct >= 200 * times(),
        "{direct} of {} commands have no shell",
        held.len()
    );
}

#[test]
fn names_are_accepted_by_systemd() {
    let Some(systemd) = found(Systemd::find()) else { return };
    let counted = hold(40, name::cases, |cases| {
        let names: Vec<_> = cases.iter().map(name::Case::name).collect();
        let units: BTreeMap<_, _> =
            names.iter().flatten().map(|name| (name.to_string(), name::unit(name))).collect();
        let reading = systemd.read(&units.into_iter().collect::<Vec<_>>());
        cases.iter().zip(names).map(|(case, name)| case.check(name, &reading)).collect()
    });
    for kind in [name::Kind::Refused, name::Kind::Plain, name::Kind::Instance] {
        let least = if kind == name::Kind::Refused { 20 } else { 2_000 };
        let count = counted.iter().filter(|counted| **counted == kind).count();
        assert!(count >= least * times(), "only {count} names are {kind:?}");
    }
}

#[test]
fn escaping_is_that_of_systemd_escape() {
    let Some(program) =
        found(program("systemd-escape").ok_or("systemd-escape is not installed".to_owned()))
    else {
        return;
    };
    let texts =
        || prop_oneof![3 => text::bytes(), 1 => "[-a-z./]{0,12}".prop_map(String::into_bytes)];
    let escaped = |options: &[&str], texts: &[Vec<u8>]| {
        let output = Command::new(&program)
            .args(options)
            .arg("--")
            .args(texts.iter().map(|text| OsStr::from_bytes(text)))
            .output()
            .unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    };
    let verdict = |escaped: String, expected: &str| {
        if escaped == expected { Ok(()) } else { Err(format!("{escaped}, not {expected}")) }
    };
    let held = hold(40, texts, |texts| {
        // Escaped text has no blanks.
        let expected = escaped(&[], texts).unwrap();
        let expected: Vec<_> = expected.trim_end_matches('\n').split(' ').collect();
        assert_eq!(expected.len(), texts.len());
        texts
            .iter()
            .zip(expected)
            .map(|(text, expected)| verdict(escape_instance(text), expected))
            .collect()
    });
    assert!(held.len() >= 6_000 * times());
    // `systemd-escape` refuses all texts if it refuses one.
    hold(1, texts, |texts| {
        let expected = texts.iter().map(|text| escaped(&["--path"], std::slice::from_ref(text)));
        texts
            .iter()
            .zip(expected)
            .map(|(text, expected)| {
                expected.map_or(Ok(()), |expected| {
                    verdict(escape_path(text), expected.trim_end_matches('\n'))
                })
            })
            .collect()
    });
}

fn file(index: usize) -> String {
    format!("case{index}.service")
}

/// Returns a requirement of a test, or reports that it is missing.
fn found<T>(what: Result<T, String>) -> Option<T> {
    what.inspect_err(|missing| skipped(missing)).ok()
}

/// Makes batches of cases, checks them in parallel, and reports a simplified case of the first
/// failing batch.
fn hold<S, T>(
    batches: usize,
    strategy: impl Fn() -> S + Sync,
    judge: impl Fn(&[S::Value]) -> Vec<Result<T, String>> + Sync,
) -> Vec<T>
where
    S: Strategy,
    S::Value: Clone + Debug,
    T: Send,
{
    let mut numbers = numbers("QUOTING_SEED");
    let mut seed = || {
        let mut seed = [0; 16];
        numbers.fill_bytes(&mut seed);
        seed
    };
    let seeds: Vec<_> = (0..batches * times()).map(|_| seed()).collect();
    // Each thread needs a strategy of its own.
    seeds.par_iter().flat_map_iter(|seed| hold_batch(seed, &strategy(), &judge)).collect()
}

fn hold_batch<S, T>(
    seed: &[u8; 16],
    strategy: &S,
    judge: impl Fn(&[S::Value]) -> Vec<Result<T, String>>,
) -> Vec<T>
where
    S: Strategy,
    S::Value: Clone + Debug,
{
    // This generator is less random than others, but many times as fast.
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::from_seed(RngAlgorithm::XorShift, seed),
    );
    let trees: Vec<_> = (0..BATCH).map(|_| strategy.new_tree(&mut runner).unwrap()).collect();
    let cases: Vec<_> = trees.iter().map(ValueTree::current).collect();
    let verdicts = judge(&cases);
    let shown = |(mut tree, verdict): (S::Tree, Result<T, String>)| {
        verdict.unwrap_or_else(|fault| show_smallest(&mut tree, fault, &judge))
    };
    trees.into_iter().zip(verdicts).map(shown).collect()
}

fn show_smallest<V, T>(
    tree: &mut V,
    mut fault: String,
    judge: impl Fn(&[V::Value]) -> Vec<Result<T, String>>,
) -> !
where
    V: ValueTree,
    V::Value: Clone + Debug,
{
    let mut smallest = tree.current();
    let mut changed = tree.simplify();
    for _ in 0..SIMPLIFICATIONS {
        if !changed {
            break;
        }
        let case = tree.current();
        match judge(std::slice::from_ref(&case)).remove(0) {
            Ok(_) => changed = tree.complicate(),
            Err(other) => {
                (smallest, fault) = (case, other);
                changed = tree.simplify();
            }
        }
    }
    panic!("{smallest:?}\n{fault}")
}
