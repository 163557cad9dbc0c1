//! Flows: sockets of the shell, seen from here as two addresses.

use std::net::SocketAddr;

use bellhop_sip::Transport;

/// Names a flow. Chosen by the caller and never reused by him while the flow is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FlowId(pub u64);

/// A socket and whom it speaks with (RFC 5626 §1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Written into the Via of what leaves.
    pub transport: Transport,
    /// The sent-by of what leaves, so an address a peer on this network could answer to.
    pub local: SocketAddr,
    /// Where requests go and where answers must come from; a listener has none and sends no requests.
    pub remote: Option<SocketAddr>,
}

impl Flow {
    /// Whether `source` is the flow's remote end. An IPv4 address mapped into IPv6 is the IPv4 address; scope and flow label do not count.
    pub(crate) fn is_remote(&self, source: SocketAddr) -> bool {
        self.remote.is_some_and(|remote| {
            remote.ip().to_canonical() == source.ip().to_canonical()
                && remote.port() == source.port()
        })
    }
}
