//! Sets of run levels: what `runlevel [2345]` and `rc RUNLEVEL=[06]` match.

use crate::text::glob;

/// The run levels of System V, in the order of the bits of a set.
const LEVELS: [&str; 8] = ["0", "1", "2", "3", "4", "5", "6", "S"];

/// A set of run levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Runlevels(u8);

impl Runlevels {
    pub(crate) const ALL: Self = Self(0xFF);

    /// The run levels of a shutdown: 0 and 6.
    pub(crate) const DOWN: Self = Self(1 << 0 | 1 << 6);

    /// The levels that a pattern matches. `None` if it refers to a variable, whose value is unknown
    /// before the job runs.
    pub(crate) fn matching(pattern: &str, negated: bool) -> Option<Self> {
        if pattern.contains('$') {
            return None;
        }
        let bits = (0..8)
            .filter(|&bit| glob::matches(pattern, LEVELS[bit]) != negated)
            .fold(0, |bits, bit| bits | 1 << bit);
        Some(Self(bits))
    }

    /// The level that Debian and Ubuntu boot into (`debian/conf/rc-sysinit.conf`).
    pub(crate) const BOOT_OF_DEBIAN: Self = Self(1 << 2);

    /// The levels that Red Hat boots into, without and with a graphical login.
    pub(crate) const BOOT_OF_RED_HAT: Self = Self(1 << 3 | 1 << 5);

    /// Whether the sets have a level in common.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn any(self, levels: &[usize]) -> bool {
        levels.iter().any(|&bit| self.0 >> bit & 1 == 1)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the set has any level of a running system.
    pub(crate) fn running(self) -> bool {
        self.any(&[2, 3, 4, 5])
    }

    /// Whether the graphical level is the only level of a running system in the set.
    pub(crate) fn only_graphical(self) -> bool {
        self.any(&[5]) && !self.any(&[2, 3, 4])
    }

    /// Whether the set has some levels of a running system but not all. systemd does not
    /// distinguish these levels.
    pub(crate) fn tells_running_apart(self) -> bool {
        self.running() && !(self.any(&[2]) && self.any(&[3]) && self.any(&[4]) && self.any(&[5]))
    }

    pub(crate) fn rescue(self) -> bool {
        self.any(&[1, 7])
    }

    pub(crate) fn halt(self) -> bool {
        self.any(&[0])
    }

    pub(crate) fn reboot(self) -> bool {
        self.any(&[6])
    }

    pub(crate) fn down(self) -> bool {
        self.halt() || self.reboot()
    }
}

#[cfg(test)]
mod tests {
    use super::Runlevels;

    #[test]
    fn sets_are_read() {
        let set = |pattern| Runlevels::matching(pattern, false).unwrap();
        assert!(
            set("[2345]").running()
                && !set("[2345]").down()
                && !set("[2345]").tells_running_apart()
        );
        assert!(set("[!2345]").down() && set("[!2345]").rescue() && !set("[!2345]").running());
        assert!(set("5").only_graphical());
        assert!(set("[06]").halt() && set("[06]").reboot());
        assert!(set("2345").is_empty());
        assert!(set("[23]").tells_running_apart());
        assert_eq!(Runlevels::matching("[!$RUNLEVEL]", false), None);
        assert!(!Runlevels::matching("6", true).unwrap().reboot());
    }
}
