//! The page of a rule as `explain` prints it.

use crate::diagnostic::{File, Rule, Section};

/// The page, each line ended by a newline.
pub fn page(rule: &Rule) -> String {
    let page = rule.page();
    let mut out = format!("{} {} ({})\n\n{}\n", rule.code, rule.name, rule.severity.name(), page.text);
    for Section { kind, remarks, files } in &page.sections {
        for remark in remarks {
            out.push_str(&format!("\n{remark}\n"));
        }
        for File { name, options, text } in files {
            let name = if files.len() > 1 { format!(", {name}") } else { String::new() };
            let options = if options.starts_with('-') { format!(" (with {options})") } else { String::new() };
            out.push_str(&format!("\n{}{name}{options}:\n\n", kind.title()));
            for line in text.lines() {
                out.push_str(format!("    {line}").trim_end());
                out.push('\n');
            }
        }
    }
    out
}
