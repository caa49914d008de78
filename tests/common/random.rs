//! Random cases. They are the same in each run, unless an environment variable asks for others.

use proptest::test_runner::{RngAlgorithm, TestRng};

/// The number in an environment variable.
pub(crate) fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

/// Random numbers that depend only on the environment variable, which is usually unset.
pub(crate) fn numbers(seed: &str) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number(seed).unwrap_or_default().to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}
