//! Where the home registrar listens, as it is written: `udp:127.0.0.1:5070`, and `udp:5070` for whatever address the machine has at home.

use std::fmt;
use std::net::SocketAddr;

/// What SIP is carried by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// A datagram a message.
    Udp,
    /// A stream.
    Tcp,
    /// A stream that nobody reads along.
    Tls,
    /// WebSocket (RFC 7118).
    Ws,
    /// WebSocket over TLS.
    Wss,
}

impl Transport {
    /// All of them.
    pub const ALL: [Transport; 5] = [
        Transport::Udp,
        Transport::Tcp,
        Transport::Tls,
        Transport::Ws,
        Transport::Wss,
    ];

    /// As the config and the status write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Transport::Udp => "udp",
            Transport::Tcp => "tcp",
            Transport::Tls => "tls",
            Transport::Ws => "ws",
            Transport::Wss => "wss",
        }
    }

    /// Whether two listeners of these can't share a port.
    pub(super) fn shares_ports_with(self, other: Transport) -> bool {
        (self == Transport::Udp) == (other == Transport::Udp)
    }

    /// As the config and the status write it.
    pub fn of(text: &str) -> Option<Transport> {
        Transport::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// A listener at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListenAt {
    /// What carries SIP there.
    pub transport: Transport,
    /// A loopback address.
    pub address: SocketAddr,
}

/// A listener at whatever address the machine has in a home network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListenOn {
    /// What carries SIP there.
    pub transport: Transport,
    /// Not 0.
    pub port: u16,
}

impl ListenAt {
    /// Where the config names none: loopback only, since anything else is for a home network, and 5060 is often taken.
    pub fn defaults() -> Vec<ListenAt> {
        [Transport::Udp, Transport::Tcp]
            .map(|transport| ListenAt {
                transport,
                address: SocketAddr::from(([127, 0, 0, 1], DEFAULT_PORT)),
            })
            .into()
    }

    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<ListenAt, &'static str> {
        let (transport, rest) = split(text).ok_or(LIKE)?;
        if port(rest).is_some() {
            return Err(
                "a port alone is for a [[home.network]]; here the address is needed, as \"udp:127.0.0.1:5070\"",
            );
        }
        let address: SocketAddr = rest.parse().map_err(|_| LIKE)?;
        if address.port() == 0 {
            return Err("must name a port that is not 0");
        }
        if !address.ip().is_loopback() {
            return Err(
                "must be a loopback address: phones elsewhere on the LAN are let in by a [[home.network]] with listen = [\"udp:5070\"]",
            );
        }
        Ok(ListenAt { transport, address })
    }
}

impl ListenOn {
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<ListenOn, &'static str> {
        const LIKE: &str = "must be like \"udp:5070\", with udp, tcp, tls, ws or wss and a port";
        let (transport, rest) = split(text).ok_or(LIKE)?;
        match port(rest) {
            Some(port) => Ok(ListenOn { transport, port }),
            None if rest.parse::<SocketAddr>().is_ok() => Err(
                "must not name an address: it is the one that this machine has in that network, as \"udp:5070\"",
            ),
            None => Err(LIKE),
        }
    }
}

impl fmt::Display for ListenAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.transport.as_str(), self.address)
    }
}

impl fmt::Display for ListenOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.transport.as_str(), self.port)
    }
}

/// The port of the first listeners.
pub const DEFAULT_PORT: u16 = 5070;

const LIKE: &str = "must be like \"udp:127.0.0.1:5070\", with udp, tcp, tls, ws or wss, an IP address (v6 in brackets) and a port";

fn split(text: &str) -> Option<(Transport, &str)> {
    let (transport, rest) = text.split_once(':')?;
    Some((Transport::of(transport)?, rest))
}

fn port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port != 0)
}
