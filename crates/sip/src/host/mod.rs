//! Host and port (RFC 3261 §25.1, RFC 5118 for IPv6).

mod borrowed;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

pub use self::borrowed::HostRef;
pub(crate) use self::borrowed::split;
use crate::Text;

/// A host: a name or an address. Displayed as it is written in a URI or Via, with brackets around IPv6.
#[derive(Clone, Debug)]
pub enum Host {
    /// A domain name. Compared without regard to case.
    Name(Text),
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address.
    V6(Ipv6Addr),
}

impl Host {
    /// The address, where the host is one.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.borrowed().ip()
    }

    /// The same without a share in the text.
    #[must_use]
    pub fn borrowed(&self) -> HostRef<'_> {
        match self {
            Host::Name(name) => HostRef::Name(name),
            Host::V4(address) => HostRef::V4(*address),
            Host::V6(address) => HostRef::V6(*address),
        }
    }
}

impl PartialEq for Host {
    fn eq(&self, other: &Self) -> bool {
        self.borrowed() == other.borrowed()
    }
}

impl Eq for Host {}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Host::V4(address),
            IpAddr::V6(address) => Host::V6(address),
        }
    }
}

impl FromStr for Host {
    type Err = HostError;

    /// Reads a name, an IPv4 address, or an IPv6 address with or without brackets.
    fn from_str(text: &str) -> Result<Self, HostError> {
        if let Ok(address) = text.parse() {
            return Ok(Host::V6(address));
        }
        HostRef::parse(text)
            .map(|host| host.to_host())
            .ok_or(HostError)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.borrowed(), f)
    }
}

/// A host and, where one is written, its port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// The host.
    pub host: Host,
    /// The port, where it is written; no default is filled in.
    pub port: Option<u16>,
}

impl From<SocketAddr> for HostPort {
    fn from(address: SocketAddr) -> Self {
        HostPort {
            host: address.ip().into(),
            port: Some(address.port()),
        }
    }
}

impl FromStr for HostPort {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        let (host, port) = split(text).ok_or(HostError)?;
        let host = HostRef::of_split(host).ok_or(HostError)?.to_host();
        Ok(HostPort { host, port })
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.host),
            None => write!(f, "{}", self.host),
        }
    }
}

/// Neither a name nor an address, or a port that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a host with an optional port")]
pub struct HostError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipv6_is_bracketed_when_written() {
        let host: HostPort = "[2001:DB8::1]:5061".parse().unwrap();
        assert_eq!(host.to_string(), "[2001:db8::1]:5061");
        assert_eq!(
            "2001:db8::1".parse::<Host>().unwrap().to_string(),
            "[2001:db8::1]"
        );
    }

    #[test]
    fn an_unbracketed_ipv6_with_port_is_refused() {
        assert!("2001:db8::9:1".parse::<HostPort>().is_err());
        assert!("[2001:db8::1".parse::<HostPort>().is_err());
        assert!("host:99999".parse::<HostPort>().is_err());
        assert!("host:".parse::<HostPort>().is_err());
        assert!("".parse::<HostPort>().is_err());
    }
}
