//! How a command stands in its script.

use std::fmt;
use std::ops::BitOr;

/// A set of circumstances; empty for a command that is run once, when its turn comes, by the shell
/// of the script itself.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Context(u8);

impl Context {
    pub const TOP: Self = Self(0);
    /// It may not be run, or not once: a branch of `if` or `case`, the right side of `&&` or `||`,
    /// the body of a loop.
    pub const CONDITIONAL: Self = Self(1);
    /// Its failure does not end the script: a condition of `if`, `while` or `until`, the left side
    /// of `&&` or `||`, behind `!`.
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
    /// Sent to the background.
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

    /// Whether what it does to the shell (`exit`, `cd`, assignments) is done to the shell of the
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
