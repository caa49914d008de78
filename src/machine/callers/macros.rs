//! Makefiles: the recipes, which a shell reads after make has replaced its variables.

use super::Search;
use super::cron_and_sudo::{assignment, lines};
use super::snippet::{Snippet, variable_of};

impl Search<'_> {
    /// The recipes of a makefile.
    pub(super) fn makefile(&mut self) {
        let text = self.text;
        let mut recipe: Option<Snippet> = None;
        for (place, line) in lines(text) {
            let goes_on = line.trim_end().ends_with('\\');
            let content = match (&recipe, line.strip_prefix('\t')) {
                (Some(_), _) => line,
                (None, Some(content)) => content,
                (None, None) => {
                    if let Some((name, value)) = variable(line) {
                        self.bind(name, value);
                    }
                    continue;
                }
            };
            let start = place.end - content.len();
            let snippet = recipe.get_or_insert_with(|| Snippet::new(start));
            // `@`, `-` and `+` are for make.
            let marks = if snippet.text.is_empty() {
                content.len() - content.trim_start_matches(['@', '-', '+', ' ', '\t']).len()
            } else {
                0
            };
            expand(content, marks, start, snippet);
            if goes_on {
                snippet.push("\n", place.end);
            } else if let Some(snippet) = recipe.take() {
                self.shell(&snippet, 0);
            }
        }
        if let Some(snippet) = recipe {
            self.shell(&snippet, 0);
        }
    }
}

/// A line that sets a variable of make.
fn variable(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end_matches([':', '?', '+', ' ', '\t']);
    let (_, value) = assignment(&line[line.len() - value.len() - 1..]).unwrap_or((name, value));
    let is_name =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then(|| (name, value.trim()))
}

/// Adds a line of a recipe from an offset on: `$$` is a `$` of the shell, and `$(NAME)` a variable
/// of make.
fn expand(line: &str, from: usize, start: usize, snippet: &mut Snippet) {
    let mut at = from;
    while let Some(dollar) = line.get(at..).and_then(|rest| rest.find('$')).map(|found| at + found)
    {
        snippet.push(&line[at..dollar], start + at);
        let rest = &line[dollar + 1..];
        let end = if rest.starts_with('$') {
            snippet.replace("$", start + dollar..start + dollar + 2);
            dollar + 2
        } else if let Some(close) =
            rest.starts_with(['(', '{']).then(|| rest.find([')', '}'])).flatten()
        {
            let end = dollar + close + 2;
            snippet.replace(&variable_of(&rest[1..close]), start + dollar..start + end);
            end
        } else {
            snippet.replace("$", start + dollar..start + dollar + 1);
            dollar + 1
        };
        at = end;
    }
    snippet.push(line.get(at..).unwrap_or_default(), start + at);
}
