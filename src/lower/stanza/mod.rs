//! What single stanzas become. Each file has a stanza or a group of similar stanzas.

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
