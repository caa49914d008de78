//! The codes of `ShellCheck`, which are finer than the rules of this program.

use std::fmt;

use super::Diagnostic;
use super::registry::SHELLCHECK;

/// The number of a check of `ShellCheck`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShellCheckCode(pub u32);

impl ShellCheckCode {
    /// Parses `SC2086`, ignoring case.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.get(..2).filter(|head| head.eq_ignore_ascii_case("SC"))?;
        let digits = text.get(digits.len()..)?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { digits.parse().ok().map(Self) } else { None }
    }

    /// The code of a finding of `ShellCheck`, whose message begins with it.
    pub fn of(diagnostic: &Diagnostic) -> Option<Self> {
        if diagnostic.rule.code != SHELLCHECK.code {
            return None;
        }
        diagnostic.message.split_once(':').and_then(|(code, _)| Self::parse(code))
    }

    /// The address of the page that explains it.
    pub fn page(self) -> String {
        format!("https://www.shellcheck.net/wiki/{self}")
    }
}

/// `SC2086`
impl fmt::Display for ShellCheckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SC{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::source::{Origin, Span};

    #[test]
    fn a_code_is_read_where_there_is_one() {
        let parsed = ["SC2086", "sc1091", "SC", "SC20x", "U151", "\u{e9}", ""]
            .map(|text| ShellCheckCode::parse(text).map(|code| code.0));
        assert_eq!(parsed, [Some(2086), Some(1091), None, None, None, None, None]);
        let at = Span::new(Origin::Conf, 0..0);
        let of = |message: &str| ShellCheckCode::of(&SHELLCHECK.at(at, message));
        assert_eq!(of("SC2086: quote this").unwrap().to_string(), "SC2086");
        assert_eq!(of("no code: here"), None);
    }
}
