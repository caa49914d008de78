//! `started X`, told by X itself.

use crate::job::StanzaId;
use crate::lower::context::Lowering;
use crate::lower::names::Peer;
use crate::lower::node::Node;
use crate::world::Kind;

/// What stands for the start of a job. None where the job cannot tell of it, or where nobody knows whether it is there. A task is over
/// when systemd counts it as started.
pub(super) fn of(lowering: &Lowering<'_>, peer: &Peer) -> Option<Node> {
    let stays = matches!(peer.kind, Some(Kind::Service | Kind::State));
    let can = stays && peer.present() && !peer.early && peer.can_call(lowering);
    can.then(|| Node::started(&peer.unit).ok())?
}

/// Writes it, and has the job start it.
pub(super) fn write(lowering: &mut Lowering<'_>, stanza: StanzaId, node: &Node) {
    for companion in std::iter::once(node.companion(lowering)).chain(node.starter()) {
        lowering.ledger.file(stanza, &companion.output().path);
        lowering.companion(companion);
    }
}
