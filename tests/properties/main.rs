//! Properties of every job, checked on random bytes, on random jobs, and on the fixtures with
//! random changes.
//!
//! `PROPERTIES_SEED` (a number) selects other cases, and `PROPERTIES_TIMES` multiplies their
//! number.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    unreachable_pub,
    reason = "a test fails by panicking, and says what hangs"
)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../program/mod.rs"]
mod program;
#[path = "../common/random.rs"]
mod random;
#[allow(dead_code, reason = "where a script may be broken is of no interest here")]
#[path = "../quoting/script.rs"]
mod script;
#[path = "../quoting/text.rs"]
mod text;
#[path = "../common/whole.rs"]
mod whole;

mod directory;
mod hold;
mod job;
mod lines;
mod mutate;
mod print;
mod stanza;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use upstart2systemd::convert::convert;
use upstart2systemd::convert::read::read;
use upstart2systemd::lower::options::{Logs, Options, ScriptPlace, Style};
use upstart2systemd::text::bytes::encode;
use upstart2systemd::text::source::Sources;
use upstart2systemd::upstart::dialect::Dialect;
use upstart2systemd::upstart::stanza_table;

use hold::{hold, times};
use job::Text;
use program::analyze;
use whole::{json, name, sources};

/// Options of a conversion.
fn options() -> impl Strategy<Value = Options> {
    let dialect = prop_oneof![4 => Just(None), 1 => select(&Dialect::ALL[..]).prop_map(Some)];
    let style = select(&[Style::Plain, Style::Exact][..]);
    let scripts = select(&[ScriptPlace::Inline, ScriptPlace::Files, ScriptPlace::Auto][..]);
    (
        select(&[229, 249, 255][..]),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        scripts,
        style,
        dialect,
    )
        .prop_map(
            |(systemd_version, full_env, to_files, companions, scripts, style, dialect)| Options {
                systemd_version,
                full_env,
                logs: if to_files { Logs::File } else { Logs::Journal },
                companions,
                scripts,
                style,
                dialect,
            },
        )
}

/// Checks a file as a job, as the override of a job, and as a job with an override.
fn check(text: &Text, beside: &Text, options: &Options) {
    whole::check(&sources(text.0.clone(), None), options);
    whole::check(&sources(beside.0.clone(), Some(text.0.clone())), options);
    whole::check(&sources(text.0.clone(), Some(beside.0.clone())), options);
}

#[test]
fn no_bytes_harm() {
    let bytes = prop_oneof![2 => vec(any::<u8>(), 0..200), 1 => vec(text::bytes(), 0..9).prop_map(|texts| texts.concat())];
    hold(400, &(bytes.prop_map(Text), job::doubtful(), options()), |(bytes, beside, options)| {
        check(&bytes, &beside, &options);
    });
}

#[test]
fn no_job_harms() {
    hold(300, &(job::doubtful(), job::doubtful(), options()), |(text, beside, options)| {
        check(&text, &beside, &options);
    });
}

#[test]
fn no_changed_fixture_harms() {
    hold(300, &(mutate::mutated(), mutate::mutated(), options()), |(text, beside, options)| {
        check(&text, &beside, &options);
    });
}

#[test]
fn no_line_more_or_less_harms() {
    let all = lines::changed();
    // A step that is coprime to the number of changes of a line.
    let step = (7 / times() as usize).max(1);
    for (sources, options) in all.iter().step_by(step) {
        whole::check(sources, options);
    }
    assert!(all.len() / step >= 500, "{}", all.len());
}

#[test]
fn no_directory_harms() {
    hold(60, &(directory::directories(), options()), |(directory, options)| {
        directory::planned(&directory, &options);
    });
}

#[test]
fn a_directory_settles() {
    hold(8, &directory::directories(), |directory| directory::settles(&directory));
}

/// The systemd of this machine accepts the units of random jobs. Skipped if there is no systemd.
#[test]
fn systemd_accepts_every_unit() {
    let directory = tempfile::tempdir().unwrap();
    let units = std::cell::RefCell::new(Vec::new());
    let names_on_the_bus = std::cell::RefCell::new(BTreeSet::new());
    let text = prop_oneof![3 => job::valid().boxed(), 1 => job::doubtful().boxed(), 1 => mutate::mutated().boxed()];
    hold(150, &(text, options()), |(text, options)| {
        let mut units = units.borrow_mut();
        let outputs = convert(&sources(text.0, None), name(), &options).outputs;
        // Each job is a case by itself, but two units must not have the same bus name.
        let on_the_bus = outputs.first().and_then(|unit| {
            unit.text.lines().find(|line| line.starts_with("BusName=")).map(str::to_owned)
        });
        if on_the_bus.is_some_and(|name| !names_on_the_bus.borrow_mut().insert(name)) {
            return;
        }
        // Additional units are written, but not started.
        for (number, output) in outputs.into_iter().enumerate() {
            let Some(unit) =
                output.path.strip_prefix("etc/systemd/system/").filter(|unit| !unit.contains('/'))
            else {
                continue;
            };
            let unit = unit.replacen("job", &format!("job{}", units.len()), 1);
            fs::write(directory.path().join(&unit), &*encode(&output.text)).unwrap();
            if number == 0 {
                units.push(unit);
            }
        }
    });
    let units = units.into_inner();
    let Some(said) = analyze::of(directory.path(), &units) else { return };
    assert!(said.is_empty(), "{} units:\n{}", units.len(), said.join("\n"));
}

#[test]
fn systemd_accepts_every_overlay() {
    hold(4, &(directory::directories(), options()), |(directory, options)| {
        let said = directory::verified(&directory, &options).unwrap_or_default();
        assert!(said.is_empty(), "{}", said.join("\n"));
    });
}

/// The random jobs are useful: most are accepted, and they contain every stanza.
#[test]
fn valid_jobs_are_valid() {
    let count = std::cell::RefCell::new((0, 0, BTreeMap::<&str, usize>::new()));
    hold(500, &job::valid(), |text| {
        let mut count = count.borrow_mut();
        count.0 += 1;
        if let Ok(reading) = read(&sources(text.0, None), name(), Some(Dialect::Upstart113)) {
            count.1 += 1;
            for stanza in reading.job.stanzas {
                *count.2.entry(stanza.keyword).or_default() += 1;
            }
        }
    });
    let (all, taken, stanzas) = count.into_inner();
    assert!(taken * 10 > all * 9, "{taken} of {all}");
    assert!(
        stanza_table::stock().all(|row| stanzas.get(row.keyword).is_some_and(|&count| count >= 5)),
        "{stanzas:?}"
    );
}

/// A job that is read, printed and read again is the same job.
#[test]
fn what_is_printed_is_read_as_the_same() {
    let text = prop_oneof![2 => job::valid().boxed(), 1 => job::doubtful().boxed(), 1 => mutate::mutated().boxed()];
    hold(1000, &(text, select(&Dialect::ALL[..])), |(Text(text), dialect)| {
        let again = |sources: &Sources| {
            let read = read(sources, name(), Some(dialect)).ok()?;
            Some((print::print(&read.files[0]), json(&read.job)))
        };
        let Some((printed, job)) = again(&sources(text, None)) else { return };
        let reread = again(&sources(encode(&printed).into_owned(), None));
        assert_eq!(reread, Some((printed, job)));
    });
}
