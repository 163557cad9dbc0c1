//! What can happen to the laptop's networks.

use std::net::Ipv4Addr;
use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::laptop::Uplink;
use crate::nat::INSIDE;
use crate::topology::Lab;

/// Route metric of a network that the laptop prefers.
pub const PREFERRED: u32 = 100;
/// Route metric of a network that it uses when nothing better is there.
pub const SPARE: u32 = 600;
/// Between link and address. A lease takes longer than this anywhere.
pub(crate) const LEASE: Duration = Duration::from_millis(50);

impl Lab {
    /// Joins a network: link, and a lease's time later address and default route at once.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn join(&self, uplink: Uplink, metric: u32) -> Result<()> {
        self.associate(uplink)?;
        self.laptop
            .ip(&(uplink.lease(uplink.address()) + &uplink.route(metric)))
    }

    /// Link and address come up, but no route: a network that leads nowhere (yet).
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn join_without_route(&self, uplink: Uplink) -> Result<()> {
        self.associate(uplink)?;
        self.laptop.ip(&uplink.lease(uplink.address()))
    }

    pub(crate) fn associate(&self, uplink: Uplink) -> Result<()> {
        self.laptop.ip(&uplink.up())?;
        thread::sleep(LEASE);
        self.laptop.wait_until_up(uplink.interface())?;
        self.nat(uplink).host.wait_until_up(INSIDE)
    }

    /// The default route comes.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn add_route(&self, uplink: Uplink, metric: u32) -> Result<()> {
        self.laptop.ip(&uplink.route(metric))
    }

    /// Replaces an uplink's spare route by a preferred one: the only route, so what is used stays the same.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn prefer(&self, uplink: Uplink) -> Result<()> {
        let (interface, gateway) = (uplink.interface(), uplink.gateway());
        let old = format!("route delete default via {gateway} dev {interface} metric {SPARE}\n");
        self.laptop.ip(&(uplink.route(PREFERRED) + &old))
    }

    /// Leaves a network: link down, address and routes gone.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn leave(&self, uplink: Uplink) -> Result<()> {
        self.laptop.ip(&uplink.down())
    }

    /// Break before make: leaves one network, and after `gap` joins the other.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn switch(&self, to: Uplink, gap: Duration) -> Result<()> {
        self.leave(to.other())?;
        thread::sleep(gap);
        self.join(to, PREFERRED)
    }

    /// The same network gives the laptop another address.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn renumber(&self, uplink: Uplink, address: Ipv4Addr) -> Result<()> {
        self.laptop.ip(&uplink.renumbered(address, PREFERRED))
    }

    /// The carrier goes; address and route stay.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn fade(&self, uplink: Uplink) -> Result<()> {
        self.nat(uplink)
            .host
            .ip(&format!("link set dev {INSIDE} down\n"))
    }

    /// The carrier comes back.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn reappear(&self, uplink: Uplink) -> Result<()> {
        self.nat(uplink)
            .host
            .ip(&format!("link set dev {INSIDE} up\n"))
    }

    /// Sets the share of packets that get lost in each direction: by the wire, else by the internet's packet filter, which no seed
    /// decides for.
    ///
    /// # Errors
    /// Where there is no wire, and the kernel's packet filter throws no dice.
    pub fn lose(&self, share: f64) -> Result<()> {
        if let Some(wire) = &self.wire {
            wire.set_loss(share);
            return Ok(());
        }
        let percent = share.clamp(0.0, 1.0) * 100.0;
        self.inet.nft(&format!(
            "table ip loss {{
                chain passing {{
                    type filter hook forward priority filter; policy accept;
                    numgen random mod 100 < {percent:.0} drop
                }}
            }}"
        ))
    }
}
