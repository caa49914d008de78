//! Reads the lines of a unit file as systemd does (systemd.syntax(7)).

/// An assignment in a unit file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UnitSetting {
    pub(super) section: String,
    pub(super) key: String,
    /// With continued lines joined by blanks.
    pub(super) value: String,
    pub(super) first_line: usize,
    /// systemd reports a complaint about a value at the last of its lines.
    pub(super) last_line: usize,
}

impl UnitSetting {
    /// The name in the list of files: `Service.ExecStart`.
    pub(super) fn directive(&self) -> String {
        format!("{}.{}", self.section, self.key)
    }
}

/// The assignments of a unit file, in order.
pub(super) fn read_unit(text: &str) -> Vec<UnitSetting> {
    let mut settings = Vec::new();
    let mut section = String::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.starts_with(['#', ';']) || (line.is_empty() && open.is_none()) {
            continue;
        }
        let (first, mut joined) = match open.take() {
            Some((first, joined)) => (first, joined + " "),
            None => (number, String::new()),
        };
        if let Some(part) = line.strip_suffix('\\') {
            joined.push_str(part);
            open = Some((first, joined));
            continue;
        }
        joined.push_str(line);
        if let Some(name) = joined.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((key, value)) = joined.split_once('=') {
            settings.push(UnitSetting {
                section: section.clone(),
                key: key.trim().to_owned(),
                value: value.trim().to_owned(),
                first_line: first,
                last_line: number,
            });
        }
    }
    settings
}
