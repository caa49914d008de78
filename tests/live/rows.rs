//! Checks that a case shows every row of the tables of docs/mapping.md.

use std::collections::BTreeSet;
use std::fs;

use libtest_mimic::Trial;

use crate::case::{Case, cases};

/// The header of each table.
const STANZAS: &str = "| stanza | what it is for |";
const OVERLAY: &str = "| in the jobs | in the overlay |";

/// These tests need no boot.
pub fn trials() -> Vec<Trial> {
    let tests: [(&str, fn()); 2] = [
        ("rows::every_row_is_shown_by_a_case", every_row_is_shown_by_a_case),
        ("rows::cases_that_show_a_stanza_have_it", cases_that_show_a_stanza_have_it),
    ];
    let trial = |(name, test): (&str, fn())| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    tests.map(trial).into()
}

/// The first cells of a table, without backticks.
fn first_cells(header: &str) -> BTreeSet<String> {
    let mapping = include_str!("../../docs/mapping.md");
    let rows = mapping
        .lines()
        .skip_while(|line| !line.starts_with(header))
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let cells: BTreeSet<_> =
        rows.map(|row| row.split('|').nth(1).unwrap().trim().replace('`', "")).collect();
    assert!(!cells.is_empty(), "docs/mapping.md has no table {header}");
    cells
}

fn has_stanza(case: &Case, stanza: &str) -> bool {
    let words: Vec<&str> = stanza.split(' ').collect();
    case.jobs.iter().any(|job| {
        let text = fs::read_to_string(case.directory.join(job)).unwrap();
        text.lines().any(|line| line.split_whitespace().take(words.len()).eq(words.iter().copied()))
    })
}

fn every_row_is_shown_by_a_case() {
    let cases = cases();
    let shown: BTreeSet<String> =
        cases.iter().flat_map(|case| case.shows.iter().cloned()).collect();
    let rows: BTreeSet<String> =
        first_cells(STANZAS).union(&first_cells(OVERLAY)).cloned().collect();
    let missing: Vec<_> = rows.difference(&shown).collect();
    assert!(missing.is_empty(), "no case in fixtures/live shows {missing:#?}");
    let unknown: Vec<_> = shown.difference(&rows).collect();
    assert!(unknown.is_empty(), "docs/mapping.md has no rows {unknown:#?}");
}

fn cases_that_show_a_stanza_have_it() {
    let stanzas = first_cells(STANZAS);
    for case in cases() {
        for stanza in case.shows.iter().filter(|row| stanzas.contains(*row)) {
            assert!(has_stanza(&case, stanza), "{} has no {stanza}", case.name);
        }
    }
}
