//! What was probably meant by a text that init refuses.

pub(super) mod conditions;
pub(super) mod keywords;
pub(super) mod values;
