//! Expressions over `and` and `or`: no Upstart, no systemd.

/// A boolean expression. Its depth is bounded where it is built, so that walking it by recursion is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr<T> {
    Leaf(T),
    And(Box<Expr<T>>, Box<Expr<T>>),
    Or(Box<Expr<T>>, Box<Expr<T>>),
}

/// How deep an expression may nest. Real jobs reach 6.
pub const MAX_DEPTH: usize = 500;

impl<T> Expr<T> {
    /// The leaves from left to right.
    pub fn leaves(&self) -> Vec<&T> {
        let mut found = Vec::new();
        let mut open = vec![self];
        while let Some(expr) = open.pop() {
            match expr {
                Self::Leaf(leaf) => found.push(leaf),
                Self::And(left, right) | Self::Or(left, right) => open.extend([right.as_ref(), left.as_ref()]),
            }
        }
        found
    }
}
