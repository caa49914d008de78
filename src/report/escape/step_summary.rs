//! What is common to all Markdown that a step of a workflow on GitHub writes to
//! `$GITHUB_STEP_SUMMARY`.

/// The most that GitHub takes for a step: 1 MiB.
const MOST_BYTES: usize = 1 << 20;

/// The beginning and the end of what is folded up. GitHub shows these elements of HTML; all else of
/// a summary is Markdown.
const FOLD: &str = "<details>";
const FOLD_END: &str = "</details>";

/// The last lines of a summary that was cut.
const CUT: &str = "\n**The rest is cut: GitHub takes 1 MiB from a step.**\n";

/// Begins what is folded up below a title, which is not text of a job.
pub(in crate::report) fn fold(title: &'static str, out: &mut String) {
    out.push_str(&format!("\n{FOLD}<summary>{title}</summary>\n\n"));
}

/// Ends what is folded up.
pub(in crate::report) fn unfold(out: &mut String) {
    out.push_str(&format!("\n{FOLD_END}\n"));
}

/// A summary that GitHub takes: the first lines of one that is too long, and a note.
pub(in crate::report) fn shortened(text: String) -> String {
    cut(text, MOST_BYTES)
}

fn cut(mut text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    let (mut fence, mut is_folded) = (None, false);
    let (mut kept, mut kept_end) = (0, String::new());
    for line in text.split_inclusive('\n') {
        let length = line.trim_start_matches('`').len();
        let ticks = &line[..line.len() - length];
        match fence {
            None if ticks.len() >= 3 => fence = Some(ticks),
            Some(open) if ticks == open => fence = None,
            None | Some(_) => {}
        }
        if fence.is_none() {
            is_folded = (is_folded || line.starts_with(FOLD)) && !line.starts_with(FOLD_END);
        }
        let end = format!(
            "{}{}{CUT}",
            fence.map_or_else(String::new, |fence| format!("{fence}\n")),
            if is_folded { format!("\n{FOLD_END}\n") } else { String::new() }
        );
        if kept + line.len() + end.len() > most {
            break;
        }
        kept += line.len();
        kept_end = end;
    }
    text.truncate(kept);
    text + if kept == 0 { CUT } else { &kept_end }
}

#[cfg(test)]
mod tests {
    use super::{CUT, cut, fold, unfold};
    use crate::report::escape::inline_markdown::code_block;

    #[test]
    fn a_text_is_cut_at_a_line_and_what_is_open_is_closed() {
        let mut text = "first line\n".to_owned();
        fold("Files", &mut text);
        text.push_str(&code_block(&["a".repeat(40), "b".repeat(40), "c".repeat(40)]));
        unfold(&mut text);
        assert_eq!(cut(text.clone(), text.len()), text);
        for most in CUT.len()..text.len() {
            let shorter = cut(text.clone(), most);
            assert!(shorter.len() <= most, "{most}: {shorter}");
            let begin = shorter.strip_suffix(CUT).unwrap();
            let count = |word: &str| begin.matches(word).count();
            assert_eq!(count("```") % 2, 0, "{shorter}");
            assert_eq!(count("<details>"), count("</details>"), "{shorter}");
            assert!(begin.is_empty() || begin.ends_with('\n'), "{shorter}");
        }
    }
}
