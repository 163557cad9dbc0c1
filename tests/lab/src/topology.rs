//! The hosts and links of the lab, and what can happen to the laptop's networks.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::laptop::Uplink;
use crate::namespace::Namespace;
use crate::nat::{INSIDE, Nat, OUTSIDE};
use crate::wire::Wire;

/// The registrar's address.
pub const REGISTRAR: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10)), 5060);
/// The internet's address at its end of the wire.
pub const INTERNET: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 1);

/// The device at both ends of the wire.
pub(crate) const WIRE: &str = "wire";
/// Their hardware addresses: the internet's, the company's.
pub(crate) const WIRE_ENDS: [&str; 2] = ["02:00:00:00:00:01", "02:00:00:00:00:0a"];
/// The internet's links to the routers of `wlan0` and `eth0`.
pub(crate) const UPSTREAM_LINKS: [&str; 2] = ["to-a", "to-b"];

/// A lab, with the laptop on no network yet.
pub struct Lab {
    /// The host that Bellhop runs on.
    pub laptop: Namespace,
    /// The router of `wlan0`.
    pub nat_a: Nat,
    /// The router of `eth0`.
    pub nat_b: Nat,
    /// The host between the routers and the company.
    pub inet: Namespace,
    /// The registrar's host.
    pub company: Namespace,
    /// Files of this lab.
    pub folder: TempDir,
    pub(crate) wire: Option<Wire>,
    round_trip: Duration,
}

impl Lab {
    /// Builds hosts and links, with the company `round_trip` away: none where the machine allows no TAP device ([`Lab::round_trip`]).
    ///
    /// # Errors
    /// Without the right to make namespaces, or where a program is missing.
    pub fn build(round_trip: Duration, seed: u64) -> Result<Self> {
        let laptop = Namespace::new("the laptop")?;
        let nat_a = Nat::new(
            "NAT A",
            Ipv4Addr::new(198, 51, 100, 2),
            Ipv4Addr::new(198, 51, 100, 1),
            20_000..=29_999,
        )?;
        let nat_b = Nat::new(
            "NAT B",
            Ipv4Addr::new(198, 51, 100, 6),
            Ipv4Addr::new(198, 51, 100, 5),
            30_000..=39_999,
        )?;
        let inet = quiet("the internet")?;
        let company = quiet("the company")?;
        inet.set("ipv4/ip_forward", "1")?;
        let [to_a, to_b] = UPSTREAM_LINKS;
        for (uplink, nat, link) in [(Uplink::Wlan, &nat_a, to_a), (Uplink::Eth, &nat_b, to_b)] {
            lay_uplink(&laptop, uplink, nat)?;
            lay_upstream(nat, &inet, link)?;
        }
        let wire = lay_wire(&inet, &company, seed)?;
        let round_trip = if wire.is_some() {
            round_trip
        } else {
            Duration::ZERO
        };
        if let Some(wire) = &wire {
            wire.set_round_trip(round_trip);
        }
        let folder = tempfile::Builder::new().prefix("bellhop-lab-").tempdir()?;
        Ok(Self {
            laptop,
            nat_a,
            nat_b,
            inet,
            company,
            folder,
            wire,
            round_trip,
        })
    }

    /// The round trip between laptop and registrar that the wire makes.
    #[must_use]
    pub fn round_trip(&self) -> Duration {
        self.round_trip
    }

    /// The router of an uplink.
    #[must_use]
    pub fn nat(&self, uplink: Uplink) -> &Nat {
        match uplink {
            Uplink::Wlan => &self.nat_a,
            Uplink::Eth => &self.nat_b,
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if self.wire.is_some() {
            // The wire's threads end with their devices.
            let _ = self.inet.ip(&format!("link delete dev {WIRE}\n"));
            let _ = self.company.ip(&format!("link delete dev {WIRE}\n"));
        }
    }
}

/// A host without IPv6, whose start would put packets of its own on the links.
fn quiet(name: &'static str) -> Result<Namespace> {
    let host = Namespace::new(name)?;
    host.set("ipv6/conf/all/disable_ipv6", "1")?;
    Ok(host)
}

fn lay_uplink(laptop: &Namespace, uplink: Uplink, nat: &Nat) -> Result<()> {
    let (interface, index) = (uplink.interface(), uplink.index());
    let (gateway, prefix) = (uplink.gateway(), uplink.prefix());
    laptop.ip(&format!(
        "link add name {interface} index {index} type veth peer name {INSIDE} netns {}\n",
        nat.host.path()
    ))?;
    nat.host.ip(&format!(
        "address add {gateway}/{prefix} dev {INSIDE}\nlink set dev {INSIDE} up\n"
    ))
}

fn lay_upstream(nat: &Nat, inet: &Namespace, link: &str) -> Result<()> {
    let (public, upstream) = (nat.public, nat.upstream);
    inet.ip(&format!(
        "link add name {link} type veth peer name {OUTSIDE} netns {}\naddress add {upstream}/30 dev {link}\nlink set dev {link} up\n",
        nat.host.path()
    ))?;
    nat.host.ip(&format!(
        "address add {public}/30 dev {OUTSIDE}\nlink set dev {OUTSIDE} up\nroute add default via {upstream} dev {OUTSIDE}\n"
    ))
}

fn lay_wire(inet: &Namespace, company: &Namespace, seed: u64) -> Result<Option<Wire>> {
    let wire = Wire::lay(inet, company, WIRE, seed).ok();
    if wire.is_none() {
        inet.ip(&format!(
            "link add name {WIRE} type veth peer name {WIRE} netns {}\n",
            company.path()
        ))
        .context("laying a short wire")?;
    }
    let [left, right] = WIRE_ENDS;
    // The ends know each other: resolving addresses over the wire would add round trips that are not the laptop's.
    let end = |own, own_link, other, other_link| {
        format!(
            "link set dev {WIRE} address {own_link}\naddress add {own}/24 dev {WIRE}\nlink set dev {WIRE} up\n\
             neighbor add {other} lladdr {other_link} dev {WIRE} nud permanent\n"
        )
    };
    inet.ip(&end(INTERNET.into(), left, REGISTRAR.ip(), right))?;
    company.ip(&(end(REGISTRAR.ip(), right, INTERNET.into(), left)
        + &format!("route add default via {INTERNET} dev {WIRE}\n")))?;
    Ok(wire)
}
