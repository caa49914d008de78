//! The page of a rule as `explain` prints it.

use crate::diagnostic::{PageSection, Rule};

/// Formats the page of a rule. Each line ends with a newline.
pub fn page(rule: &Rule) -> String {
    let page = rule.page();
    let mut out =
        format!("{} {} ({})\n\n{}\n", rule.code, rule.name, rule.severity.name(), page.text);
    for PageSection { kind, remarks, files } in &page.sections {
        for remark in remarks {
            out.push_str(&format!("\n{remark}\n"));
        }
        for file in files {
            // The default name is shown only if there are other files.
            let name = if files.len() > 1 || file.name != "job.conf" {
                format!(", {}", file.name)
            } else {
                String::new()
            };
            let command =
                file.command().map_or(String::new(), |command| format!(" (with `{command}`)"));
            out.push_str(&format!("\n{}{name}{command}:\n\n", kind.title()));
            for line in file.text.lines() {
                out.push_str(format!("    {line}").trim_end());
                out.push('\n');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::page;
    use crate::diagnostic::registry::{CARRIAGE_RETURNS, RESPAWN_BEFORE_SYSTEMD_244, SHIPPED_UNIT};

    /// The lines that introduce the examples.
    fn headings(page: &str) -> Vec<&str> {
        page.lines()
            .filter(|line| ["Bad", "Good", "Example"].iter().any(|title| line.starts_with(title)))
            .collect()
    }

    #[test]
    fn an_example_shows_its_command_and_its_name_where_they_matter() {
        assert_eq!(headings(&page(&CARRIAGE_RETURNS)), ["Bad:", "Good:"]);
        assert_eq!(
            headings(&page(&RESPAWN_BEFORE_SYSTEMD_244)),
            ["Bad (with `convert --systemd-version 229`):", "Good:"]
        );
        assert_eq!(headings(&page(&SHIPPED_UNIT)), ["Example, cron.conf:"]);
    }
}
