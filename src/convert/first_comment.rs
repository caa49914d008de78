//! The comment at the top of a job file, which often says what the job is.

/// Words of comments that say something of the file, not of the job.
const OF_FILE: [&str; 20] = [
    "author",
    "copy",
    "copyright",
    "edit",
    "file",
    "generated",
    "http",
    "init",
    "install",
    "initctl",
    "licence",
    "license",
    "location",
    "managed",
    "script",
    "template",
    "todo",
    "upstart",
    "upstart2systemd",
    "vim",
];

/// The most bytes of a description that is still read at a glance.
const LONGEST: usize = 80;

/// The description of the job in the first comment of the file: `# NAME - DESCRIPTION`, or a comment
/// of one line that is about the job. `None` if there is none, or if a stanza comes first.
pub(super) fn description(text: &str) -> Option<String> {
    let mut lines = text.lines().map(str::trim).skip_while(|line| {
        line.trim_matches(['#', '=', '-', '*', ' ', '\t']).is_empty() || line.starts_with("#!")
    });
    let first = said(lines.next()?)?;
    let is_whole = lines.next().and_then(said).is_none_or(str::is_empty);
    let (name, rest) = first.split_once(" - ").unwrap_or(("", first));
    let is_named = !name.is_empty() && !name.contains(char::is_whitespace);
    // One word says little without the name.
    let is_sentence = is_named && rest.trim().contains(' ');
    let described = if is_sentence { rest } else { first }.trim().trim_end_matches('.');
    let is_of_file = described
        .split(|character: char| !character.is_alphanumeric())
        .any(|word| OF_FILE.contains(&word.to_lowercase().as_str()));
    let reads_well = described.starts_with(char::is_alphabetic)
        && described.contains(' ')
        && !described.ends_with([':', ',', ';'])
        && !described.contains(['/', '=', '`', '$', '<', '{'])
        && described.len() <= LONGEST;
    ((is_named || is_whole) && reads_well && !is_of_file).then(|| described.to_owned())
}

/// The text of a line that is a comment.
fn said(line: &str) -> Option<&str> {
    line.strip_prefix('#').map(|text| text.trim_matches(['#', ' ', '\t']))
}

#[cfg(test)]
mod tests {
    use super::description;

    #[test]
    fn first_comments_that_are_about_the_job_are_descriptions() {
        for (text, expected) in [
            ("# bells - rings the bells\n#\n# More.\nexec a\n", Some("rings the bells")),
            ("# bells - rings\n", Some("bells - rings")),
            ("\n#\n# Rings the bells.\nexec a\n", Some("Rings the bells")),
            ("#####\n# Rings bells #\n#####\nexec a\n", Some("Rings bells")),
            ("# Rings the bells each hour, and\n# at noon.\nexec a\n", None),
            ("# bells\nexec a\n", None),
            ("exec a # rings the bells\n", None),
            ("exec a\n# Rings the bells\n", None),
            ("# /etc/init/bells.conf\nexec a\n", None),
            ("# Managed by Puppet, do not touch\n", None),
            ("# Upstart script for the bells\n", None),
            ("# -*- mode: sh -*-\n", None),
            ("# Start when:\nexec a\n", None),
            ("#!upstart of bells\n# Rings the bells\n", Some("Rings the bells")),
            ("", None),
        ] {
            assert_eq!(description(text).as_deref(), expected, "{text:?}");
        }
    }
}
