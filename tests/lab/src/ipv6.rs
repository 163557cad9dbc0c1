//! The same lab over IPv6: the routers only route, so the registrar sees the laptop's own address.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::laptop::Uplink;
use crate::nat::{INSIDE, Nat, OUTSIDE};
use crate::topology::{Lab, UPSTREAM_LINKS, WIRE, WIRE_ENDS};

/// The registrar's address.
pub const REGISTRAR: SocketAddr = SocketAddr::new(IpAddr::V6(COMPANY), 5060);
const COMPANY: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0xc, 0, 0, 0, 0, 0x10);
/// The internet's address at its end of the wire.
const INTERNET: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0xc, 0, 0, 0, 0, 1);
/// In networks whose routers are known: no address is doubted.
const SURE: &str = "nodad";

impl Uplink {
    /// The address that the laptop has there over IPv6.
    #[must_use]
    pub fn address6(self) -> Ipv6Addr {
        self.host6(0x23)
    }

    pub(crate) fn gateway6(self) -> Ipv6Addr {
        self.host6(1)
    }

    fn host6(self, host: u16) -> Ipv6Addr {
        let network = match self {
            Self::Wlan => 0xa,
            Self::Eth => 0xb,
        };
        Ipv6Addr::new(0x2001, 0xdb8, network, 0, 0, 0, 0, host)
    }

    /// The link between router and internet: its two ends.
    fn upstream6(self) -> [Ipv6Addr; 2] {
        [2, 1].map(|host| {
            let mut segments = self.host6(host).segments();
            segments[3] = 0xff;
            segments.into()
        })
    }
}

impl Lab {
    /// Gives every host but the laptop its IPv6.
    ///
    /// # Errors
    /// When the kernel has none.
    pub fn add_ipv6(&self) -> Result<()> {
        for host in [
            &self.nat_a.host,
            &self.nat_b.host,
            &self.inet,
            &self.company,
        ] {
            // Routers ask for their neighbours from link-local addresses, which must not be in doubt for the first two seconds.
            host.set("ipv6/conf/all/accept_dad", "0")?;
            host.set("ipv6/conf/all/disable_ipv6", "0")?;
            host.set("ipv6/conf/all/forwarding", "1")?;
        }
        for (uplink, link) in [Uplink::Wlan, Uplink::Eth].into_iter().zip(UPSTREAM_LINKS) {
            self.route_ipv6(uplink, self.nat(uplink), link)?;
        }
        let [left, right] = WIRE_ENDS;
        let end = |own, other, other_link| {
            format!(
                "address add {own}/64 dev {WIRE} {SURE}\nneighbor add {other} lladdr {other_link} dev {WIRE} nud permanent\n"
            )
        };
        self.inet.ip(&end(INTERNET, COMPANY, right))?;
        self.company.ip(&(end(COMPANY, INTERNET, left)
            + &format!("route add default via {INTERNET} dev {WIRE}\n")))
    }

    fn route_ipv6(&self, uplink: Uplink, router: &Nat, link: &str) -> Result<()> {
        let (gateway, [own, upstream]) = (uplink.gateway6(), uplink.upstream6());
        router.host.ip(&format!(
            "address add {gateway}/64 dev {INSIDE} {SURE}\naddress add {own}/64 dev {OUTSIDE} {SURE}\n\
             route add default via {upstream} dev {OUTSIDE}\n"
        ))?;
        self.inet.ip(&format!(
            "address add {upstream}/64 dev {link} {SURE}\nroute add {gateway}/128 via {own} dev {link}\n\
             route add {laptop}/128 via {own} dev {link}\n",
            laptop = uplink.address6()
        ))
    }

    /// Joins a network that has IPv6 only; its route comes when no address is tentative any more.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn join_ipv6(&self, uplink: Uplink, metric: u32) -> Result<()> {
        self.associate(uplink)?;
        let (interface, address, gateway) =
            (uplink.interface(), uplink.address6(), uplink.gateway6());
        self.laptop.ip(&format!(
            "address add {address}/64 dev {interface} {SURE}\n"
        ))?;
        self.laptop.wait_until_sure(interface)?;
        self.laptop.ip(&format!(
            "route add default via {gateway} dev {interface} metric {metric}\n"
        ))
    }

    /// Break before make, between networks that have IPv6 only.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn switch_ipv6(&self, to: Uplink, gap: Duration, metric: u32) -> Result<()> {
        self.leave(to.other())?;
        thread::sleep(gap);
        self.join_ipv6(to, metric)
    }
}
