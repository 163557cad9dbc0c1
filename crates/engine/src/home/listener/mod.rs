//! Where requests come in: UDP sockets, and streams over TCP, TLS and WebSocket.

pub(crate) mod connections;
pub(crate) mod entrance;
mod framed;
pub(crate) mod holder;
mod socket;
pub(crate) mod stream;
pub(crate) mod tls;
pub(crate) mod udp;
mod ws;

use std::net::{IpAddr, SocketAddr, UdpSocket};

use bellhop_sip::Transport;
use ipnet::IpNet;

pub(crate) use socket::free_port;

/// A listener that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Wanted {
    /// In the order in which they are shown.
    pub(crate) kind: Kind,
    pub(crate) place: Place,
}

/// Where it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) address: SocketAddr,
    /// The home network's; none on loopback.
    pub(crate) link: Option<Link>,
}

/// A home network: only who is in it is heard, by its interface only.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Link {
    pub(crate) interface: String,
    pub(crate) index: u32,
    pub(crate) subnet: IpNet,
}

/// The transports that there are listeners for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    Udp,
    Tcp,
    Tls,
    Ws,
    Wss,
}

impl Kind {
    pub(crate) fn of(transport: Transport) -> Option<Kind> {
        match transport {
            Transport::Udp => Some(Kind::Udp),
            Transport::Tcp => Some(Kind::Tcp),
            Transport::Tls => Some(Kind::Tls),
            Transport::Ws => Some(Kind::Ws),
            Transport::Wss => Some(Kind::Wss),
            Transport::Sctp | Transport::TlsSctp => None,
        }
    }

    pub(crate) fn transport(self) -> Transport {
        match self {
            Kind::Udp => Transport::Udp,
            Kind::Tcp => Transport::Tcp,
            Kind::Tls => Transport::Tls,
            Kind::Ws => Transport::Ws,
            Kind::Wss => Transport::Wss,
        }
    }

    pub(crate) fn is_tls(self) -> bool {
        matches!(self, Kind::Tls | Kind::Wss)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Kind::Udp => "udp",
            Kind::Tcp => "tcp",
            Kind::Tls => "tls",
            Kind::Ws => "ws",
            Kind::Wss => "wss",
        }
    }
}

impl Place {
    /// Whether somebody at `source` is heard here.
    pub(crate) fn hears(&self, source: SocketAddr) -> bool {
        match &self.link {
            None => is_of_this_machine(source.ip().to_canonical()),
            Some(link) => link.subnet.contains(&source.ip().to_canonical()),
        }
    }
}

/// A softphone on this machine may send from the address of its network. Nobody can bind an address of another machine.
fn is_of_this_machine(address: IpAddr) -> bool {
    address.is_loopback() || UdpSocket::bind((address, 0)).is_ok()
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.place.address)
    }
}
