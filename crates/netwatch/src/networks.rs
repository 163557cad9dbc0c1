//! The picture: interfaces with their addresses, and whether one of them leads anywhere.

use std::net::IpAddr;

use ipnet::IpNet;

/// The networks of this machine at one instant. Two of them are equal when nothing that matters to a packet differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks {
    /// Every interface, ordered by [`Interface::index`], those that are down or have no address included.
    pub interfaces: Vec<Interface>,
}

impl Networks {
    /// Whether the machine can reach more than its own link: a default route over an interface with carrier and a usable address.
    #[must_use]
    pub fn online(&self) -> bool {
        self.interfaces.iter().any(|interface| {
            interface.carrier && interface.default_route && interface.has_usable_address()
        })
    }
}

/// One network interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// The name of the operating system, as in `wlan0`. Where the system does not tell it, the address of the interface.
    pub name: String,
    /// The index of the operating system; 0 where it does not tell it.
    pub index: u32,
    /// What kind of link it is, as far as the system tells.
    pub kind: InterfaceKind,
    /// Addresses of the machine on this interface, each with its network's prefix length, ordered. The local address of a point-to-point
    /// link, not the peer's. Left out: link-local addresses, and IPv6 addresses that are tentative, duplicate or deprecated.
    pub addresses: Vec<IpNet>,
    /// Administratively up, and the link carries packets.
    pub carrier: bool,
    /// How often the carrier was lost or found since the interface exists, as the kernel counts it (Linux, else 0). It tells a laptop that
    /// left one Wi-Fi for another with the same subnet and gateway address, even where nobody looked while it was between them.
    pub carrier_changes: u32,
    /// Whether a default route leads over this interface.
    pub default_route: bool,
    /// The next hops of the default routes over this interface, ordered by metric. Empty for default routes without a gateway.
    pub gateways: Vec<IpAddr>,
}

impl Interface {
    fn has_usable_address(&self) -> bool {
        self.addresses
            .iter()
            .any(|net| is_usable_source(net.addr()))
    }
}

/// What kind of link an interface is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum InterfaceKind {
    /// Wireless LAN.
    Wifi,
    /// Wired Ethernet, or what looks like it.
    Ethernet,
    /// A modem: WWAN.
    Mobile,
    /// A tunnel: WireGuard, TUN/TAP, IPsec, GRE and the like.
    Vpn,
    /// The machine itself.
    Loopback,
    /// Anything else.
    #[default]
    Other,
}

impl InterfaceKind {
    /// The word for it in status output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wifi => "wifi",
            Self::Ethernet => "ethernet",
            Self::Mobile => "mobile",
            Self::Vpn => "vpn",
            Self::Loopback => "loopback",
            Self::Other => "other",
        }
    }
}

/// Whether another host can answer to this source address: not loopback, link-local, multicast or unspecified.
pub(crate) fn is_usable_source(address: IpAddr) -> bool {
    !address.is_loopback()
        && !address.is_unspecified()
        && !address.is_multicast()
        && !is_link_local(address)
}

/// Link-local of either family.
pub(crate) fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wifi() -> Interface {
        Interface {
            name: "wlan0".into(),
            index: 2,
            kind: InterfaceKind::Wifi,
            addresses: vec!["192.168.1.20/24".parse().unwrap()],
            carrier: true,
            default_route: true,
            gateways: vec!["192.168.1.1".parse().unwrap()],
            ..Interface::default()
        }
    }

    fn online(interface: Interface) -> bool {
        Networks {
            interfaces: vec![interface],
        }
        .online()
    }

    #[test]
    fn online_needs_carrier_default_route_and_a_usable_address() {
        assert!(online(wifi()));
        assert!(!online(Interface {
            carrier: false,
            ..wifi()
        }));
        assert!(!online(Interface {
            default_route: false,
            ..wifi()
        }));
        assert!(!online(Interface {
            addresses: Vec::new(),
            ..wifi()
        }));
        assert!(!online(Interface {
            addresses: vec![
                "169.254.3.4/16".parse().unwrap(),
                "fe80::1/64".parse().unwrap()
            ],
            ..wifi()
        }));
        assert!(!Networks::default().online());
    }

    #[test]
    fn a_carrier_that_bounced_is_another_picture() {
        assert_ne!(
            wifi(),
            Interface {
                carrier_changes: 2,
                ..wifi()
            }
        );
    }
}
