//! A home router or hotspot: masquerades into a port range of its own, and lets in only what belongs to something that went out.

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use anyhow::Result;

use crate::namespace::Namespace;

/// The link to the laptop.
pub const INSIDE: &str = "inside";
/// The link to the internet.
pub const OUTSIDE: &str = "outside";

/// One NAT.
#[derive(Debug)]
pub struct Nat {
    /// The router itself.
    pub host: Namespace,
    /// Its address on the internet.
    pub public: Ipv4Addr,
    /// Next hop of everything that leaves.
    pub upstream: Ipv4Addr,
    ports: RangeInclusive<u16>,
}

impl Nat {
    /// A router with its filter in place; its links are laid by the topology.
    ///
    /// # Errors
    /// Without the right to make namespaces, or where the kernel has no nf_tables.
    pub fn new(
        name: &'static str,
        public: Ipv4Addr,
        upstream: Ipv4Addr,
        ports: RangeInclusive<u16>,
    ) -> Result<Self> {
        let host = Namespace::new(name)?;
        host.set("ipv4/ip_forward", "1")?;
        host.set("ipv6/conf/all/disable_ipv6", "1")?;
        let mut nat = Self {
            host,
            public,
            upstream,
            ports,
        };
        nat.map_to(nat.ports.clone())?;
        Ok(nat)
    }

    /// The ports that the outside sees.
    #[must_use]
    pub fn ports(&self) -> &RangeInclusive<u16> {
        &self.ports
    }

    /// Forgets every mapping and maps to other ports from now on: the laptop's link and address stay as they are.
    ///
    /// # Errors
    /// When the router refuses.
    pub fn drop_mappings(&mut self, ports: RangeInclusive<u16>) -> Result<()> {
        self.map_to(ports)?;
        // Masquerading forgets the mappings of an interface that goes down; `conntrack -F` would need one more package.
        self.host.ip(&format!(
            "link set {OUTSIDE} down\nlink set {OUTSIDE} up\nroute replace default via {} dev {OUTSIDE}\n",
            self.upstream
        ))
    }

    fn map_to(&mut self, ports: RangeInclusive<u16>) -> Result<()> {
        let (first, last) = (ports.start(), ports.end());
        self.host.nft(&format!(
            "table ip router {{
                chain arriving {{
                    type filter hook input priority filter; policy accept;
                    iifname \"{OUTSIDE}\" ct state != {{ established, related }} drop
                }}
                chain passing {{
                    type filter hook forward priority filter; policy drop;
                    ct state established,related accept
                    iifname \"{INSIDE}\" accept
                }}
                chain leaving {{
                    type nat hook postrouting priority srcnat; policy accept;
                    oifname \"{OUTSIDE}\" meta l4proto {{ tcp, udp }} masquerade to :{first}-{last}
                    oifname \"{OUTSIDE}\" masquerade
                }}
            }}"
        ))?;
        self.ports = ports;
        Ok(())
    }
}
