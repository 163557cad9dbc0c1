//! The laptop's two uplinks: how each is addressed, and the lines of `ip` that join and leave them.

use std::net::Ipv4Addr;

/// One of the laptop's two networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uplink {
    /// `wlan0`, behind NAT A.
    Wlan,
    /// `eth0`, behind NAT B.
    Eth,
}

impl Uplink {
    /// The interface's name.
    #[must_use]
    pub fn interface(self) -> &'static str {
        match self {
            Self::Wlan => "wlan0",
            Self::Eth => "eth0",
        }
    }

    /// The interface's number, unlike its peer's: where the two are equal, Linux takes a veth for a device of its own and tells of its
    /// carrier up to a second late (`linkwatch_urgent_event`).
    #[must_use]
    pub fn index(self) -> u32 {
        match self {
            Self::Wlan => 101,
            Self::Eth => 102,
        }
    }

    /// The address that the laptop is given there.
    #[must_use]
    pub fn address(self) -> Ipv4Addr {
        match self {
            Self::Wlan => Ipv4Addr::new(192, 168, 1, 23),
            Self::Eth => Ipv4Addr::new(172, 20, 10, 2),
        }
    }

    /// Another address of the same network, for a renumbering.
    #[must_use]
    pub fn other_address(self) -> Ipv4Addr {
        match self {
            Self::Wlan => Ipv4Addr::new(192, 168, 1, 77),
            Self::Eth => Ipv4Addr::new(172, 20, 10, 9),
        }
    }

    /// The NAT's address on this side.
    #[must_use]
    pub fn gateway(self) -> Ipv4Addr {
        match self {
            Self::Wlan => Ipv4Addr::new(192, 168, 1, 1),
            Self::Eth => Ipv4Addr::new(172, 20, 10, 1),
        }
    }

    /// Bits of the network's prefix.
    #[must_use]
    pub fn prefix(self) -> u8 {
        match self {
            Self::Wlan => 24,
            Self::Eth => 28,
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Wlan => Self::Eth,
            Self::Eth => Self::Wlan,
        }
    }

    pub(crate) fn up(self) -> String {
        format!("link set dev {} up\n", self.interface())
    }

    pub(crate) fn lease(self, address: Ipv4Addr) -> String {
        format!(
            "address add {address}/{} dev {}\n",
            self.prefix(),
            self.interface()
        )
    }

    pub(crate) fn route(self, metric: u32) -> String {
        let (interface, gateway) = (self.interface(), self.gateway());
        format!("route add default via {gateway} dev {interface} metric {metric}\n")
    }

    pub(crate) fn down(self) -> String {
        let interface = self.interface();
        format!("link set dev {interface} down\naddress flush dev {interface}\n")
    }

    /// As a DHCP client does it: the old address goes with its routes, then come the new one and its route.
    pub(crate) fn renumbered(self, address: Ipv4Addr, metric: u32) -> String {
        format!("address flush dev {}\n", self.interface())
            + &self.lease(address)
            + &self.route(metric)
    }
}
