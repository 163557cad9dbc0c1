//! How a request came in.

use std::net::SocketAddr;

use bellhop_sip::Transport;

/// Names a stream (a TCP, TLS or WebSocket connection) of the shell. Never used twice in the life of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId(pub u64);

/// How a request arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Who sent it, as the socket says.
    pub source: SocketAddr,
    /// What carried it.
    pub transport: Transport,
    /// The stream it came on; `None` for datagrams.
    pub stream: Option<StreamId>,
}

impl Arrival {
    /// A datagram from `source`.
    #[must_use]
    pub fn udp(source: SocketAddr) -> Arrival {
        Arrival {
            source,
            transport: Transport::Udp,
            stream: None,
        }
    }
}
