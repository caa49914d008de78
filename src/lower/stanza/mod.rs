//! What single stanzas become, a file a stanza or a group of stanzas that are alike.

pub(super) mod account;
pub(super) mod apparmor;
pub(super) mod cgroup;
pub(super) mod console;
pub(super) mod description;
pub(super) mod directory;
pub(super) mod env;
pub(super) mod expect;
pub(super) mod import;
pub(super) mod instance;
pub(super) mod kill;
pub(super) mod limit;
pub(super) mod old;
pub(super) mod respawn;
pub(super) mod tmpfiles;
