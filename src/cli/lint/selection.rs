//! Which rules are reported, and with which severity.

use crate::diagnostic::{Diagnostic, Rule, Severity, ShellCheckCode};
use crate::text::suggestion;
use crate::text::visible::visible;

/// An entry of a list of rules: a code, a name, or a prefix of codes; or a code of `ShellCheck`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Selector {
    /// A prefix of codes. For a single rule, its whole code.
    Prefix(String),
    ShellCheck(ShellCheckCode),
}

impl Selector {
    /// Parses an entry, ignoring case. `Err` is a message without a full stop.
    pub(crate) fn parse(text: &str, known: &[&'static Rule]) -> Result<Self, String> {
        if let Some(rule) = known.iter().find(|rule| rule.name.eq_ignore_ascii_case(text)) {
            return Ok(Self::Prefix(rule.code.to_owned()));
        }
        if let Some(code) = ShellCheckCode::parse(text) {
            return Ok(Self::ShellCheck(code));
        }
        let prefix = text.to_ascii_uppercase();
        if !prefix.is_empty() && known.iter().any(|rule| rule.code.starts_with(&prefix)) {
            return Ok(Self::Prefix(prefix));
        }
        if text.is_empty() {
            return Err("an empty text is not a rule: give codes or names of rules, or leave the option out".to_owned());
        }
        let meant = suggestion::closest(text, known.iter().map(|rule| rule.name));
        let meant = meant.map_or(";".to_owned(), |name| format!("; did you mean `{name}`?"));
        Err(format!("unknown rule `{}`{meant} `upstart2systemd explain` lists all", visible(text)))
    }

    /// Parses an entry of a list that disables rules or changes their severity. The rules about
    /// what init refuses cannot be changed.
    pub(crate) fn parse_changeable(text: &str, known: &[&'static Rule]) -> Result<Self, String> {
        let selector = Self::parse(text, known)?;
        if matches!(&selector, Self::Prefix(prefix) if prefix.starts_with("U0")) {
            return Err(format!("`{}` is for what init refuses: always an error", visible(text)));
        }
        Ok(selector)
    }

    /// Whether the rule is one of these.
    pub(crate) fn matches(&self, rule: &'static Rule) -> bool {
        self.exactness(FindingKind { rule, shellcheck: None }).is_some()
    }

    /// Whether the finding is one of these.
    pub(crate) fn matches_finding(&self, diagnostic: &Diagnostic) -> bool {
        self.exactness(FindingKind::of(diagnostic)).is_some()
    }

    /// How exactly it matches, otherwise `None`.
    fn exactness(&self, kind: FindingKind) -> Option<usize> {
        match self {
            Self::Prefix(prefix) => {
                kind.rule.code.starts_with(prefix.as_str()).then_some(prefix.len())
            }
            // More exact than any rule.
            Self::ShellCheck(code) => (kind.shellcheck == Some(*code)).then_some(usize::MAX),
        }
    }
}

/// What an entry of a list can select.
#[derive(Clone, Copy, Debug)]
struct FindingKind {
    rule: &'static Rule,
    shellcheck: Option<ShellCheckCode>,
}

impl FindingKind {
    fn of(diagnostic: &Diagnostic) -> Self {
        Self { rule: diagnostic.rule, shellcheck: ShellCheckCode::of(diagnostic) }
    }
}

/// The severity that a rule is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Level {
    Error,
    Warning,
    Note,
    Off,
}

impl Level {
    pub(crate) const ALL: [Self; 4] = [Self::Error, Self::Warning, Self::Note, Self::Off];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
            Self::Off => "off",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// The settings for rules from one source: a configuration file or the command line.
///
/// If several entries match a rule, the longest prefix wins. Between `select` and `ignore`, a tie
/// is decided for `ignore`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct Layer {
    /// The only rules to report. If empty, those of the previous layer; in the first layer, all.
    pub(crate) select: Vec<Selector>,
    pub(crate) ignore: Vec<Selector>,
    /// Changes the severity of rules; `Off` disables them. Does not select rules.
    pub(crate) severities: Vec<(Selector, Level)>,
}

impl Layer {
    /// A layer with the lists of the command line.
    pub(crate) fn new(
        select: &[String],
        ignore: &[String],
        known: &[&'static Rule],
    ) -> Result<Self, String> {
        Ok(Self {
            select: select
                .iter()
                .map(|text| Selector::parse(text, known))
                .collect::<Result<_, _>>()?,
            ignore: ignore
                .iter()
                .map(|text| Selector::parse_changeable(text, known))
                .collect::<Result<_, _>>()?,
            severities: Vec::new(),
        })
    }

    /// Applies this layer to the state of a rule after the previous layers.
    fn decide(
        &self,
        kind: FindingKind,
        (mut wanted, mut severity): (bool, Severity),
    ) -> (bool, Severity) {
        let most = |selectors: &[Selector]| {
            selectors.iter().filter_map(|selector| selector.exactness(kind)).max()
        };
        let (selected, ignored) = (most(&self.select), most(&self.ignore));
        if !self.select.is_empty() {
            wanted = selected.is_some();
        }
        if ignored.is_some() && ignored >= selected {
            wanted = false;
        }
        let levels = self
            .severities
            .iter()
            .filter_map(|(selector, level)| Some((selector.exactness(kind)?, *level)));
        match levels.max_by_key(|&(exactness, _)| exactness).map(|(_, level)| level) {
            None => {}
            Some(Level::Off) => wanted = false,
            Some(Level::Error) => severity = Severity::Error,
            Some(Level::Warning) => severity = Severity::Warning,
            Some(Level::Note) => severity = Severity::Note,
        }
        (wanted, severity)
    }
}

/// All settings for rules.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct Selection {
    layers: Vec<Layer>,
}

impl Selection {
    /// Combines layers. A later layer overrides the earlier ones; its `select` replaces theirs.
    pub(crate) fn new(layers: impl IntoIterator<Item = Layer>) -> Self {
        Self { layers: layers.into_iter().collect() }
    }

    /// The severity of findings of a rule, or `None` if they are not reported.
    pub(crate) fn keeps(&self, rule: &'static Rule) -> Option<Severity> {
        self.decide(FindingKind { rule, shellcheck: None }, rule.severity)
    }

    /// The severity of a finding, or `None` if it is not reported.
    pub(crate) fn keeps_finding(&self, diagnostic: &Diagnostic) -> Option<Severity> {
        self.decide(FindingKind::of(diagnostic), diagnostic.severity)
    }

    /// The severity after all layers, which begin with the finding's own.
    fn decide(&self, kind: FindingKind, own: Severity) -> Option<Severity> {
        let rule = kind.rule;
        if rule.is_of_refusal() {
            return Some(own);
        }
        let (wanted, severity) =
            self.layers.iter().fold((true, own), |so_far, layer| layer.decide(kind, so_far));
        wanted.then_some(severity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static REFUSED: Rule = Rule::sample("U003", "unknown-stanza", Severity::Error);
    static FIRST: Rule = Rule::sample("U105", "lost-environment", Severity::Warning);
    static SECOND: Rule = Rule::sample("U150", "shell-syntax-error", Severity::Warning);
    static THIRD: Rule = Rule::sample("U201", "changed", Severity::Note);
    static KNOWN: [&Rule; 4] = [&REFUSED, &FIRST, &SECOND, &THIRD];

    fn layer(select: &[&str], ignore: &[&str], severities: &[(&str, Level)]) -> Layer {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let severities = severities
            .iter()
            .map(|&(text, level)| (Selector::parse(text, &KNOWN).unwrap(), level))
            .collect();
        Layer { severities, ..Layer::new(&owned(select), &owned(ignore), &KNOWN).unwrap() }
    }

    fn kept(layers: &[Layer]) -> Vec<&'static str> {
        let selection = Selection::new(layers.iter().cloned());
        KNOWN.iter().filter(|rule| selection.keeps(rule).is_some()).map(|rule| rule.code).collect()
    }

    #[test]
    fn codes_prefixes_and_names_select() {
        assert_eq!(kept(&[]), ["U003", "U105", "U150", "U201"]);
        assert_eq!(kept(&[layer(&["U1"], &[], &[])]), ["U003", "U105", "U150"]);
        assert_eq!(kept(&[layer(&["u15", "Changed"], &[], &[])]), ["U003", "U150", "U201"]);
        assert_eq!(kept(&[layer(&[], &["shell-syntax-error"], &[])]), ["U003", "U105", "U201"]);
        assert_eq!(kept(&[layer(&[], &["U"], &[])]), ["U003"]);
    }

    #[test]
    fn the_more_exact_entry_counts_and_in_doubt_a_rule_is_left_out() {
        assert_eq!(kept(&[layer(&["U150"], &["U1"], &[])]), ["U003", "U150"]);
        assert_eq!(kept(&[layer(&["U1"], &["U15"], &[])]), ["U003", "U105"]);
        assert_eq!(kept(&[layer(&["U1"], &["U1"], &[])]), ["U003"]);
    }

    #[test]
    fn the_command_line_is_above_the_configuration() {
        let configured = layer(&["U1"], &["U105"], &[("U150", Level::Off)]);
        assert_eq!(kept(std::slice::from_ref(&configured)), ["U003"]);
        assert_eq!(
            kept(&[configured.clone(), layer(&["U105", "U150"], &[], &[])]),
            ["U003", "U105", "U150"]
        );
        assert_eq!(kept(&[layer(&["U1"], &[], &[]), layer(&[], &["U15"], &[])]), ["U003", "U105"]);
    }

    #[test]
    fn the_codes_of_shellcheck_select() {
        use crate::diagnostic::registry::SHELLCHECK;
        use crate::text::source::{Origin, Span};
        let at = Span::new(Origin::Conf, 0..0);
        let [quote, cd] = ["SC2086: quote", "SC2164: cd"].map(|said| SHELLCHECK.at(at, said));
        let kept = |layer: Layer| {
            let selection = Selection::new([layer]);
            [&quote, &cd].map(|found| selection.keeps_finding(found))
        };
        let warning = Some(Severity::Warning);
        assert_eq!(kept(layer(&[], &["sc2086"], &[])), [None, warning]);
        assert_eq!(kept(layer(&["SC2086"], &[], &[])), [warning, None]);
        assert_eq!(kept(layer(&["SC2086"], &["U1"], &[])), [warning, None]);
        let level = layer(&[], &[], &[("SC2164", Level::Note), ("U1", Level::Error)]);
        assert_eq!(kept(level), [Some(Severity::Error), Some(Severity::Note)]);
    }

    #[test]
    fn severities_change() {
        let selection = Selection::new([layer(
            &[],
            &[],
            &[("U1", Level::Error), ("U105", Level::Note), ("changed", Level::Off)],
        )]);
        let severities: Vec<_> = KNOWN.iter().map(|rule| selection.keeps(rule)).collect();
        assert_eq!(
            severities,
            [Some(Severity::Error), Some(Severity::Note), Some(Severity::Error), None]
        );
        let selection = Selection::new([layer(&["U2"], &[], &[("U1", Level::Error)])]);
        assert_eq!(selection.keeps(&FIRST), None);
    }

    #[test]
    fn what_is_not_known_is_wrong_usage() {
        let failed = |select: &str, ignore: &str| {
            let list =
                |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
            Layer::new(&list(select), &list(ignore), &KNOWN).unwrap_err()
        };
        assert_eq!(
            failed("shel-syntax-eror", ""),
            "unknown rule `shel-syntax-eror`; did you mean `shell-syntax-error`? `upstart2systemd explain` lists all"
        );
        assert_eq!(failed("", "U9\x1b"), "unknown rule `U9␛`; `upstart2systemd explain` lists all");
        assert_eq!(failed(" ", ""), "unknown rule ` `; `upstart2systemd explain` lists all");
        assert_eq!(failed("", "U00"), "`U00` is for what init refuses: always an error");
    }
}
