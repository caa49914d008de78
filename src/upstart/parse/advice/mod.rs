//! Advice about text that init refuses: what probably was intended.

pub(super) mod conditions;
pub(super) mod keywords;
pub(super) mod values;
