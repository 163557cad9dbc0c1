//! What a line is told about itself and about the way to its registrar.

use std::net::{IpAddr, SocketAddr};

use bellhop_sip::Uri;

/// A line as resolved from the configuration.
#[derive(Clone, Debug)]
pub struct LineConfig {
    /// The address-of-record: To and From of every REGISTER (RFC 3261 §10.2).
    pub aor: Uri,
    /// The registrar's domain: Request-URI of every REGISTER, without user and transport.
    pub registrar: Uri,
    /// A preloaded Route (RFC 3261 §8.1.1.1), where the company has an edge proxy.
    pub outbound_proxy: Option<Uri>,
    /// The digest username.
    pub auth_username: String,
    /// The expiry asked for, seconds.
    pub expires: u32,
    /// The User-Agent header: some PBXes allow only listed ones.
    pub user_agent: String,
}

/// Where packets to one registrar address leave this machine.
///
/// Two equal paths are the same way: a change of any field (gateway included) is a change of network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The interface's name.
    pub interface: String,
    /// The interface's index: a renamed interface keeps it, a new one of the same name does not.
    pub index: u32,
    /// The source address.
    pub local: IpAddr,
    /// The next hop, if there is one.
    pub gateway: Option<IpAddr>,
    /// The registrar's (or outbound proxy's) address.
    pub registrar: SocketAddr,
}

impl Path {
    /// Whether a Contact with this local address could be reached by the registrar at all.
    ///
    /// Unspecified and link-local addresses never can; a loopback address only by a registrar on the same machine.
    #[must_use]
    pub fn is_bindable(&self) -> bool {
        let link_local = match self.local {
            IpAddr::V4(v4) => v4.is_link_local(),
            IpAddr::V6(v6) => v6.is_unicast_link_local(),
        };
        let astray = self.local.is_loopback() && !self.registrar.ip().is_loopback();
        !self.local.is_unspecified() && !self.local.is_multicast() && !link_local && !astray
    }
}

/// The network as one line sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// No network leads to the registrar.
    Offline,
    /// There is a network, but the registrar's name has no address (yet).
    Unresolved {
        /// The resolver's reason, for the diagnostics.
        why: String,
    },
    /// The ways to the registrar's addresses, best first.
    Paths(Vec<Path>),
}

impl Network {
    /// Whether there is anything to try that was not there before.
    pub(crate) fn offers_more_than(&self, before: &Network) -> bool {
        match (self, before) {
            (Network::Paths(now), Network::Paths(before)) => {
                now.iter().any(|path| !before.contains(path))
            }
            // The resolver's words differ, no more.
            (Network::Unresolved { .. }, Network::Unresolved { .. }) => false,
            _ => true,
        }
    }
}
