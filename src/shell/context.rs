//! The circumstances under which the shell runs a command.

use std::fmt;
use std::ops::BitOr;

/// A set of circumstances. It is empty for a command that the shell of the script runs exactly
/// once.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Context(u8);

impl Context {
    /// No circumstances.
    pub const TOP: Self = Self(0);
    /// The command may be skipped or run several times: in a branch of `if` or `case`, on the right
    /// side of `&&` or `||`, in the body of a loop.
    pub const CONDITIONAL: Self = Self(1);
    /// Its failure does not end the script: in a condition of `if`, `while` or `until`, on the left
    /// side of `&&` or `||`, after `!`.
    pub const TESTED: Self = Self(1 << 1);
    /// In the condition or the body of a loop.
    pub const LOOP: Self = Self(1 << 2);
    /// In the body of a function.
    pub const FUNCTION: Self = Self(1 << 3);
    /// Within `( )`.
    pub const SUBSHELL: Self = Self(1 << 4);
    /// Part of a pipeline of several commands.
    pub const PIPELINE: Self = Self(1 << 5);
    /// Within `$( )` or backquotes.
    pub const SUBSTITUTION: Self = Self(1 << 6);
    /// Run in the background.
    pub const BACKGROUND: Self = Self(1 << 7);

    const NAMES: [(Self, &'static str); 8] = [
        (Self::CONDITIONAL, "conditional"),
        (Self::TESTED, "tested"),
        (Self::LOOP, "loop"),
        (Self::FUNCTION, "function"),
        (Self::SUBSHELL, "subshell"),
        (Self::PIPELINE, "pipeline"),
        (Self::SUBSTITUTION, "substitution"),
        (Self::BACKGROUND, "background"),
    ];

    /// Whether any of these circumstances holds.
    pub fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    /// Whether its effects on the shell (`exit`, `cd`, assignments) apply to the shell of the
    /// script.
    pub fn is_in_the_shell_itself(self) -> bool {
        !self.has(Self::SUBSHELL | Self::PIPELINE | Self::SUBSTITUTION | Self::BACKGROUND)
    }
}

impl BitOr for Context {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(Self::NAMES.iter().filter(|(flag, _)| self.has(*flag)).map(|(_, name)| name))
            .finish()
    }
}
