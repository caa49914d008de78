//! Boolean expressions of `and` and `or` over any type of leaf.

/// A boolean expression. Parsing limits its depth to [`MAX_DEPTH`], so recursion over it is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr<T> {
    /// A fact that may hold or not.
    Leaf(T),
    /// Both sides hold.
    And(Box<Expr<T>>, Box<Expr<T>>),
    /// At least one side holds.
    Or(Box<Expr<T>>, Box<Expr<T>>),
}

/// The maximum depth of an expression. Real jobs reach 6.
pub const MAX_DEPTH: usize = 500;

impl<T> Expr<T> {
    /// The leaves from left to right.
    pub fn leaves(&self) -> Vec<&T> {
        let mut found = Vec::new();
        let mut open = vec![self];
        while let Some(expr) = open.pop() {
            match expr {
                Self::Leaf(leaf) => found.push(leaf),
                Self::And(left, right) | Self::Or(left, right) => {
                    open.extend([right.as_ref(), left.as_ref()]);
                }
            }
        }
        found
    }

    /// Whether the expression has an `and`.
    pub fn joins(&self) -> bool {
        match self {
            Self::Leaf(_) => false,
            Self::And(..) => true,
            Self::Or(left, right) => left.joins() || right.joins(),
        }
    }

    /// The leaves of the first alternative, from left to right.
    pub fn first_alternative(&self) -> Vec<&T> {
        match self {
            Self::Leaf(leaf) => vec![leaf],
            Self::And(left, right) => {
                let mut leaves = left.first_alternative();
                leaves.extend(right.first_alternative());
                leaves
            }
            Self::Or(left, _) => left.first_alternative(),
        }
    }

    /// The same expression with each leaf changed.
    #[must_use]
    pub fn map<U>(self, change: &mut impl FnMut(T) -> U) -> Expr<U> {
        match self {
            Self::Leaf(leaf) => Expr::Leaf(change(leaf)),
            Self::And(left, right) => {
                Expr::And(Box::new(left.map(change)), Box::new(right.map(change)))
            }
            Self::Or(left, right) => {
                Expr::Or(Box::new(left.map(change)), Box::new(right.map(change)))
            }
        }
    }
}

/// Alternatives ("paths"). One path has to hold, and a path holds if all of its leaves do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dnf<T>(pub Vec<Vec<T>>);

/// The expression has more than [`MAX_PATHS`] alternatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyPaths;

/// The maximum number of alternatives of a condition. Real jobs reach 6.
pub const MAX_PATHS: usize = 64;

impl<T: Clone + PartialEq> Expr<T> {
    /// The disjunctive normal form. Leaves are in source order, none twice in a path, and no path
    /// is made redundant by another (`A or A and B` is `A`).
    pub fn normalize(&self) -> Result<Dnf<T>, TooManyPaths> {
        self.paths().map(|paths| Dnf(absorb(paths)))
    }

    fn paths(&self) -> Result<Vec<Vec<T>>, TooManyPaths> {
        let paths = match self {
            Self::Leaf(leaf) => vec![vec![leaf.clone()]],
            Self::Or(left, right) => {
                let mut paths = left.paths()?;
                paths.extend(right.paths()?);
                paths
            }
            Self::And(left, right) => {
                let (left, right) = (left.paths()?, right.paths()?);
                if left.len() * right.len() > MAX_PATHS {
                    return Err(TooManyPaths);
                }
                left.iter()
                    .flat_map(|first| right.iter().map(|second| union(first, second)))
                    .collect()
            }
        };
        if paths.len() > MAX_PATHS { Err(TooManyPaths) } else { Ok(paths) }
    }
}

fn union<T: Clone + PartialEq>(first: &[T], second: &[T]) -> Vec<T> {
    let mut all = first.to_vec();
    all.extend(second.iter().filter(|leaf| !first.contains(leaf)).cloned());
    all
}

fn absorb<T: PartialEq>(mut paths: Vec<Vec<T>>) -> Vec<Vec<T>> {
    let mut index = 0;
    while index < paths.len() {
        let needless = paths.iter().enumerate().any(|(other, path)| {
            let weaker = path.iter().all(|leaf| paths[index].contains(leaf));
            // The first of two equal paths is kept.
            other != index && weaker && (path.len() < paths[index].len() || other < index)
        });
        if needless {
            paths.remove(index);
        } else {
            index += 1;
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(number: usize) -> Expr<usize> {
        Expr::Leaf(number)
    }

    fn and(left: Expr<usize>, right: Expr<usize>) -> Expr<usize> {
        Expr::And(Box::new(left), Box::new(right))
    }

    fn or(left: Expr<usize>, right: Expr<usize>) -> Expr<usize> {
        Expr::Or(Box::new(left), Box::new(right))
    }

    fn holds(expr: &Expr<usize>, facts: usize) -> bool {
        match expr {
            Expr::Leaf(number) => facts >> number & 1 == 1,
            Expr::And(left, right) => holds(left, facts) && holds(right, facts),
            Expr::Or(left, right) => holds(left, facts) || holds(right, facts),
        }
    }

    #[test]
    fn the_normal_form_says_the_same() {
        // Every tree of up to four leaves over four facts, built from trees of two leaves.
        let pairs: Vec<_> = (0..4)
            .flat_map(|a| (0..4).flat_map(move |b| [and(leaf(a), leaf(b)), or(leaf(a), leaf(b))]))
            .collect();
        for left in &pairs {
            for right in &pairs {
                for expr in [and(left.clone(), right.clone()), or(left.clone(), right.clone())] {
                    let Dnf(paths) = expr.normalize().unwrap();
                    for facts in 0..16 {
                        let normal = paths
                            .iter()
                            .any(|path| path.iter().all(|number| facts >> number & 1 == 1));
                        assert_eq!(normal, holds(&expr, facts), "{expr:?} with {facts:04b}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_path_that_adds_nothing_goes() {
        assert_eq!(or(leaf(0), and(leaf(0), leaf(1))).normalize().unwrap().0, [[0]]);
        assert_eq!(or(leaf(0), leaf(0)).normalize().unwrap().0, [[0]]);
    }

    #[test]
    fn too_many_alternatives_are_refused() {
        let pair = |number| or(leaf(number), leaf(number + 1));
        let expr = (0..8).map(|number| pair(2 * number)).reduce(and).unwrap();
        assert_eq!(expr.normalize(), Err(TooManyPaths));
    }
}
