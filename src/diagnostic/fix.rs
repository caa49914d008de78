//! Applies the edits that diagnostics propose.

use std::collections::BTreeMap;

use super::{Diagnostic, Edit, Rule, Severity};
use crate::text::bytes::encode;
use crate::text::source::{Origin, Source, Sources};

/// Extends each edit that deletes the beginning of a line over the continuations after it. init
/// refuses a line that consists of a backslash only (`nih/config.c`, `nih_config_parse_stanza`).
pub(crate) fn widen(sources: &Sources, diagnostics: &mut [Diagnostic]) {
    for edit in diagnostics
        .iter_mut()
        .flat_map(|diagnostic| &mut diagnostic.edits)
        .filter(|edit| edit.text.is_empty())
    {
        if let Some(joined) = joined_lines(sources, edit) {
            edit.span.end += joined;
        }
    }
}

/// The length of the blanks and continuations after the edit, if the deletion would leave a
/// continuation with nothing before it.
fn joined_lines(sources: &Sources, edit: &Edit) -> Option<usize> {
    let text = sources.get(edit.span.origin).text();
    let (before, behind) = (text.get(..edit.span.start)?, text.get(edit.span.end..)?);
    let blank = [' ', '\t', '\r'];
    let is_first =
        before.trim_end_matches(blank).ends_with('\n') || before.trim_end_matches(blank).is_empty();
    let mut rest = behind;
    while let Some(next) = rest.trim_start_matches(blank).strip_prefix("\\\n") {
        rest = next;
    }
    (is_first && rest.len() < behind.len()).then_some(behind.len() - rest.len())
}

/// One round is not enough if fixes overlap, or if one fix reveals the next finding. More rounds
/// than this would mean that rules undo each other's work.
const ROUNDS: usize = 10;

/// The changed sources, and the edits that were applied or left out.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// The sources with the applied edits.
    pub sources: Sources,
    /// Indices of the groups that were applied, in the order of the text.
    pub applied: Vec<usize>,
    /// Indices of the groups that cannot be applied, because they overlap another one, or that
    /// change nothing.
    pub skipped: Vec<usize>,
    /// Indices of the groups that change what the job does and were not asked for.
    pub withheld: Vec<usize>,
}

/// Applies edits; all other bytes stay unchanged.
///
/// A group is the edits of one diagnostic. Either all of them are applied or none. Of overlapping
/// groups, the first in the order of the text is applied; the others have to wait for the next
/// round. Groups with an unsafe edit are applied only if `unsafe_too` is set.
pub fn fix(sources: &Sources, groups: &[&[Edit]], unsafe_too: bool) -> Fixed {
    let mut fixed = Fixed {
        sources: sources.clone(),
        applied: Vec::new(),
        skipped: Vec::new(),
        withheld: Vec::new(),
    };
    let mut candidates: Vec<(Vec<EditPlace>, usize)> = Vec::new();
    for (number, group) in groups.iter().enumerate().filter(|(_, group)| !group.is_empty()) {
        match places(sources, group) {
            None => fixed.skipped.push(number),
            Some(_) if !unsafe_too && group.iter().any(|edit| !edit.safe) => {
                fixed.withheld.push(number);
            }
            Some(places) => candidates.push((places, number)),
        }
    }
    candidates.sort();
    let mut accepted = Accepted::default();
    for (places, number) in candidates {
        if places.iter().any(|place| accepted.is_in_the_way(*place)) {
            fixed.skipped.push(number);
        } else {
            let group = groups.get(number).copied().unwrap_or_default();
            accepted.0.extend(group.iter().map(|edit| (place(edit), edit)));
            fixed.applied.push(number);
        }
    }
    fixed.skipped.sort_unstable();
    fixed.sources.conf = accepted.apply(&sources.conf, Origin::Conf);
    fixed.sources.overriding =
        sources.overriding.as_ref().map(|source| accepted.apply(source, Origin::Override));
    fixed
}

/// The place of an edit: origin, start, end.
type EditPlace = (Origin, usize, usize);

fn place(edit: &Edit) -> EditPlace {
    (edit.span.origin, edit.span.start, edit.span.end)
}

/// The places of a group in the order of the text. `None` if the group cannot be applied or changes
/// nothing.
fn places(sources: &Sources, group: &[Edit]) -> Option<Vec<EditPlace>> {
    let mut changes = false;
    for edit in group {
        let source = match edit.span.origin {
            Origin::Conf => &sources.conf,
            Origin::Override => sources.overriding.as_ref()?,
        };
        changes |= source.text().get(edit.span.range())? != edit.text;
    }
    let mut places: Vec<EditPlace> = group.iter().map(place).collect();
    places.sort_unstable();
    let apart =
        places.iter().zip(places.iter().skip(1)).all(|(first, second)| !clash(*first, *second));
    (changes && apart).then_some(places)
}

/// Whether two edits exclude each other. An insertion excludes an edit that it touches, because the
/// order of the two would be ambiguous.
fn clash(first: EditPlace, second: EditPlace) -> bool {
    let touching = first.1 == first.2 || second.1 == second.2;
    let overlap = if touching {
        first.1 <= second.2 && second.1 <= first.2
    } else {
        first.1 < second.2 && second.1 < first.2
    };
    first.0 == second.0 && overlap
}

/// Edits that do not overlap.
#[derive(Default)]
struct Accepted<'a>(BTreeMap<EditPlace, &'a Edit>);

impl Accepted<'_> {
    fn is_in_the_way(&self, place: EditPlace) -> bool {
        // Accepted edits do not overlap, so checking the two neighbours is enough.
        let before = self.0.range(..=place).next_back();
        let after = self.0.range(place..).next();
        before.into_iter().chain(after).any(|(other, _)| clash(*other, place))
    }

    fn apply(&self, source: &Source, origin: Origin) -> Source {
        let mut text = String::with_capacity(source.text().len());
        let mut done = 0;
        for (&(_, start, end), edit) in self.0.iter().filter(|((of, ..), _)| *of == origin) {
            text.push_str(source.text().get(done..start).unwrap_or_default());
            text.push_str(&edit.text);
            done = end;
        }
        text.push_str(source.text().get(done..).unwrap_or_default());
        Source::new(source.path(), encode(&text).into_owned()).with_privacy(source.is_private())
    }
}

/// The result of [`fix_all`].
#[derive(Clone, Debug)]
pub struct AllFixed {
    /// The sources after the last round.
    pub sources: Sources,
    /// The rules whose findings were fixed, one entry for each finding.
    pub applied: Vec<&'static Rule>,
    /// The findings in the sources as they are now.
    pub left: Vec<Diagnostic>,
    /// Why there was no further round.
    pub ending: Ending,
}

/// Why fixing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// No finding is left that can be fixed.
    Settled,
    /// The limit of rounds was reached.
    Exhausted,
    /// init would refuse the result of the last round, so that round was undone.
    TakenBack,
}

/// Applies fixes until nothing changes any more. `diagnose` returns the findings in the given
/// sources.
pub fn fix_all(
    sources: Sources,
    unsafe_too: bool,
    mut diagnose: impl FnMut(&Sources) -> Vec<Diagnostic>,
) -> AllFixed {
    let left = diagnose(&sources);
    let mut all = AllFixed { sources, applied: Vec::new(), left, ending: Ending::Exhausted };
    for _ in 0..ROUNDS {
        let groups: Vec<&[Edit]> =
            all.left.iter().map(|diagnostic| diagnostic.edits.as_slice()).collect();
        let Fixed { sources, applied, skipped: _, withheld: _ } =
            fix(&all.sources, &groups, unsafe_too);
        if applied.is_empty() {
            all.ending = Ending::Settled;
            break;
        }
        let found = diagnose(&sources);
        if is_refused(&found) && !is_refused(&all.left) {
            all.ending = Ending::TakenBack;
            break;
        }
        all.applied.extend(
            applied
                .iter()
                .filter_map(|&number| all.left.get(number))
                .map(|diagnostic| diagnostic.rule),
        );
        (all.sources, all.left) = (sources, found);
    }
    all
}

fn is_refused(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error && diagnostic.rule.is_of_refusal())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::source::Span;

    static RULE: Rule = Rule::sample("U190", "mended", Severity::Warning);
    static REFUSED: Rule = Rule::sample("U090", "refused", Severity::Error);

    fn sources(conf: &[u8]) -> Sources {
        Sources { conf: Source::new("a.conf", conf.to_vec()), overriding: None }
    }

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { span: Span::new(Origin::Conf, start..end), text: text.to_owned(), safe: true }
    }

    fn bytes(source: &Source) -> Vec<u8> {
        encode(source.text()).into_owned()
    }

    fn fixed(text: &str, groups: &[&[Edit]]) -> (String, Vec<usize>, Vec<usize>) {
        let Fixed { sources, applied, skipped, withheld } =
            fix(&sources(text.as_bytes()), groups, false);
        assert_eq!(withheld, Vec::<usize>::new());
        (sources.conf.text().to_owned(), applied, skipped)
    }

    #[test]
    fn the_first_in_the_text_wins() {
        let (late, early) = ([edit(2, 5, "x")], [edit(0, 3, "y")]);
        assert_eq!(fixed("abcdef", &[&late, &early]), ("ydef".to_owned(), vec![1], vec![0]));
        let beside = [edit(3, 4, "x")];
        assert_eq!(fixed("abcdef", &[&beside, &early]), ("yxef".to_owned(), vec![1, 0], vec![]));
    }

    #[test]
    fn an_insertion_is_in_the_way_of_what_it_touches() {
        for other in [edit(3, 3, "y"), edit(1, 3, "y"), edit(3, 4, "y"), edit(2, 4, "y")] {
            let (groups, insertion) = ([other], [edit(3, 3, "x")]);
            assert_eq!(fixed("abcdef", &[&insertion, &groups]).2.len(), 1, "{groups:?}");
        }
        let (insertion, apart) = ([edit(3, 3, "x")], [edit(4, 5, "y")]);
        assert_eq!(fixed("abcdef", &[&insertion, &apart]).0, "abcxdyf");
    }

    #[test]
    fn a_group_is_applied_wholly_or_not_at_all() {
        let (first, torn) = ([edit(0, 1, "x")], [edit(0, 2, "y"), edit(4, 5, "y")]);
        assert_eq!(fixed("abcdef", &[&first, &torn]), ("xbcdef".to_owned(), vec![0], vec![1]));
        let in_its_own_way = [edit(0, 2, "y"), edit(1, 3, "y")];
        assert_eq!(fixed("abcdef", &[&in_its_own_way]), ("abcdef".to_owned(), vec![], vec![0]));
        let (outside, nothing) = ([edit(0, 1, "x"), edit(6, 7, "y")], [edit(0, 1, "a")]);
        assert_eq!(
            fixed("abcdef", &[&outside, &[], &nothing]),
            ("abcdef".to_owned(), vec![], vec![0, 2])
        );
    }

    #[test]
    fn a_group_may_be_in_both_files() {
        let both =
            [edit(0, 1, "x"), Edit { span: Span::new(Origin::Override, 0..1), ..edit(0, 0, "y") }];
        let conf = sources(b"abc");
        assert_eq!(fix(&conf, &[&both], false).skipped, [0]);
        let with_override =
            Sources { overriding: Some(Source::new("a.override", b"abc".to_vec())), ..conf };
        let Fixed { sources, applied, .. } = fix(&with_override, &[&both], false);
        assert_eq!(
            (sources.conf.text(), sources.overriding.unwrap().text(), applied),
            ("xbc", "ybc", vec![0])
        );
    }

    #[test]
    fn what_changes_the_job_is_asked_for() {
        let group = [edit(0, 1, "x"), Edit { safe: false, ..edit(2, 3, "y") }];
        let kept = fix(&sources(b"abc"), &[&group], false);
        assert_eq!((kept.sources.conf.text(), kept.withheld), ("abc", vec![0]));
        assert_eq!(fix(&sources(b"abc"), &[&group], true).sources.conf.text(), "xby");
    }

    #[test]
    fn raw_bytes_stay() {
        let source = sources(b"\xe9a\xffb\r\n");
        let at = source.conf.text().find('a').unwrap();
        let fixed = fix(&source, &[&[edit(at, at + 1, "x")]], false);
        assert_eq!(bytes(&fixed.sources.conf), b"\xe9x\xffb\r\n");
    }

    /// Two rules that undo each other: `aa` becomes `b`, and `ab` becomes `a`.
    fn shorten(sources: &Sources) -> Vec<Diagnostic> {
        let text = sources.conf.text();
        let of = |word, instead: &str| {
            let at = (0..text.len())
                .filter(move |&at| text.get(at..).is_some_and(|rest| rest.starts_with(word)));
            let span = |at| Span::new(Origin::Conf, at..at + 2);
            at.map(|at| RULE.at(span(at), "").edit(span(at), instead)).collect::<Vec<_>>()
        };
        [of("aa", "b"), of("ab", "a")].concat()
    }

    #[test]
    fn rounds_go_on_until_nothing_is_left() {
        let AllFixed { sources, applied, left, ending } =
            fix_all(sources(b"aaab-aa"), false, shorten);
        assert_eq!(
            (sources.conf.text(), applied.len(), left.len(), ending),
            ("ba-b", 3, 0, Ending::Settled)
        );
    }

    #[test]
    fn rules_that_undo_each_other_come_to_an_end() {
        let swap = |sources: &Sources| {
            let span = Span::new(Origin::Conf, 0..1);
            vec![RULE.at(span, "").edit(span, if sources.conf.text() == "a" { "b" } else { "a" })]
        };
        let all = fix_all(sources(b"a"), false, swap);
        assert_eq!((all.ending, all.applied.len(), all.left.len()), (Ending::Exhausted, ROUNDS, 1));
    }

    #[test]
    fn a_round_that_does_harm_is_taken_back() {
        let harmful = |sources: &Sources| {
            let span = Span::new(Origin::Conf, 0..1);
            if sources.conf.text() == "a" {
                vec![RULE.at(span, "").edit(span, "")]
            } else {
                vec![REFUSED.at(span, "")]
            }
        };
        let all = fix_all(sources(b"a"), false, harmful);
        assert_eq!(
            (all.sources.conf.text(), all.ending, all.applied, all.left.len()),
            ("a", Ending::TakenBack, vec![], 1)
        );
    }

    fn any_groups() -> impl Strategy<Value = Vec<Vec<Edit>>> {
        let edit = (any::<bool>(), 0..40usize, 0..8usize, "[xé\n]{0,3}", any::<bool>()).prop_map(
            |(conf, start, length, text, safe)| Edit {
                span: Span::new(
                    if conf { Origin::Conf } else { Origin::Override },
                    start..start + length,
                ),
                text,
                safe,
            },
        );
        proptest::collection::vec(proptest::collection::vec(edit, 0..3), 0..12)
    }

    fn any_sources() -> impl Strategy<Value = Sources> {
        let bytes = || {
            prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..40),
                "[a-cé\n]{0,30}".prop_map(String::into_bytes)
            ]
        };
        (bytes(), proptest::option::of(bytes())).prop_map(|(conf, overriding)| Sources {
            overriding: overriding.map(|bytes| Source::new("a.override", bytes)),
            ..sources(&conf)
        })
    }

    proptest! {
        #[test]
        fn only_what_is_applied_changes(sources in any_sources(), groups in any_groups(), unsafe_too in any::<bool>()) {
            let groups: Vec<&[Edit]> = groups.iter().map(Vec::as_slice).collect();
            let Fixed { sources: after, applied, skipped, withheld } = fix(&sources, &groups, unsafe_too);
            let mut numbers = [applied.clone(), skipped, withheld].concat();
            numbers.sort_unstable();
            prop_assert_eq!(numbers, (0..groups.len()).filter(|&number| !groups[number].is_empty()).collect::<Vec<_>>());

            let mut edits: Vec<&Edit> = applied.iter().flat_map(|&number| groups[number]).collect();
            prop_assert!(unsafe_too || edits.iter().all(|edit| edit.safe));
            edits.sort_by_key(|edit| (edit.span.origin, edit.span.start, edit.span.end));
            for pair in edits.windows(2) {
                prop_assert!(pair[0].span.origin != pair[1].span.origin || pair[0].span.end <= pair[1].span.start, "{:?}", pair);
                prop_assert!(pair[0].span != pair[1].span);
            }
            // From the end, so that earlier offsets stay valid.
            let mut expected = (sources.conf.text().to_owned(), sources.overriding.as_ref().map(|source| source.text().to_owned()));
            for edit in edits.iter().rev() {
                let text = match edit.span.origin {
                    Origin::Conf => &mut expected.0,
                    Origin::Override => expected.1.as_mut().unwrap(),
                };
                text.replace_range(edit.span.range(), &edit.text);
            }
            prop_assert_eq!(bytes(&after.conf), encode(&expected.0).into_owned());
            prop_assert_eq!(after.overriding.as_ref().map(bytes), expected.1.map(|text| encode(&text).into_owned()));
            if applied.is_empty() {
                prop_assert_eq!(bytes(&after.conf), bytes(&sources.conf));
            }
        }

        #[test]
        fn what_has_settled_stays(text in "[ab\\-é]{0,40}") {
            let all = fix_all(sources(text.as_bytes()), false, shorten);
            prop_assume!(all.ending == Ending::Settled);
            prop_assert!(all.left.is_empty());
            let again = fix_all(all.sources.clone(), false, shorten);
            prop_assert_eq!((again.sources.conf.text(), again.applied.len(), again.ending), (all.sources.conf.text(), 0, Ending::Settled));
        }
    }
}
