//! A home network: a gateway that is also its switch, the laptop, and whoever else is there.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use bellhop_tests_lab::namespace::Namespace;

/// The gateway's Ethernet address, by which Bellhop knows the network.
pub(crate) const GATEWAY_MAC: &str = "02:00:00:00:00:01";
pub(crate) const SUBNET: &str = "192.168.77.0/24";
pub(crate) const GATEWAY: Ipv4Addr = Ipv4Addr::new(192, 168, 77, 1);
pub(crate) const LAPTOP: Ipv4Addr = Ipv4Addr::new(192, 168, 77, 20);
/// The laptop's interface.
pub(crate) const WLAN: &str = "wlan0";
/// The gateway's bridge.
const BRIDGE: &str = "lan0";

/// Ports of all networks, since one can be taken from one to the other.
static PORTS: AtomicU32 = AtomicU32::new(1);

/// See the module.
pub(crate) struct Lan {
    pub(crate) gateway: Namespace,
}

impl Lan {
    /// A network with nobody in it but the gateway.
    pub(crate) fn new(mac: &str) -> Result<Lan> {
        let gateway = Namespace::new("the gateway")?;
        gateway.set("ipv6/conf/all/disable_ipv6", "1")?;
        gateway.ip(&format!(
            "link add {BRIDGE} address {mac} type bridge\naddress add {GATEWAY}/24 dev {BRIDGE}\nlink set dev {BRIDGE} up\n"
        ))?;
        Ok(Lan { gateway })
    }

    /// A network that is home, and the laptop in it.
    pub(crate) fn with_laptop() -> Result<(Lan, Namespace)> {
        let (lan, laptop, _) = Lan::with_laptop_at_a_port()?;
        Ok((lan, laptop))
    }

    /// The same, with the laptop's port.
    pub(crate) fn with_laptop_at_a_port() -> Result<(Lan, Namespace, String)> {
        let lan = Lan::new(GATEWAY_MAC)?;
        let laptop = Namespace::new("the laptop")?;
        laptop.set("ipv6/conf/all/disable_ipv6", "1")?;
        let port = lan.plug(&laptop, WLAN, LAPTOP)?;
        Ok((lan, laptop, port))
    }

    /// A host with this last byte of its address.
    pub(crate) fn host(&self, name: &'static str, last: u8) -> Result<Namespace> {
        let host = Namespace::new(name)?;
        host.set("ipv6/conf/all/disable_ipv6", "1")?;
        self.plug(&host, "eth0", address(last))?;
        Ok(host)
    }

    /// Gives a host an interface in this network, with address and route. What is its port at the switch.
    pub(crate) fn plug(
        &self,
        host: &Namespace,
        interface: &str,
        address: Ipv4Addr,
    ) -> Result<String> {
        let port = self.cable(host, interface)?;
        host.ip(&format!(
            "link set dev {interface} up\naddress add {address}/24 dev {interface}\nroute add default via {GATEWAY} dev {interface}\n"
        ))?;
        host.wait_until_up(interface)?;
        Ok(port)
    }

    /// The interface alone.
    pub(crate) fn cable(&self, host: &Namespace, interface: &str) -> Result<String> {
        let number = PORTS.fetch_add(1, Ordering::Relaxed);
        // Unlike its peer's: where the two are equal, Linux tells of a veth's carrier up to a second late.
        let (port, index) = (format!("port{number}"), 1000 + number);
        self.gateway.ip(&format!(
            "link add name {port} index {index} type veth peer name {interface} netns {}\nlink set dev {port} master {BRIDGE}\nlink set dev {port} up\n",
            host.path()
        ))?;
        Ok(port)
    }

    /// Takes a host to another network: its carrier goes, and comes back there after `gap`. The host's own addresses and routes stay.
    pub(crate) fn hand_over(&self, port: &str, other: &Lan, gap: Duration) -> Result<()> {
        self.gateway.ip(&format!("link set dev {port} down\n"))?;
        thread::sleep(gap);
        self.gateway.ip(&format!(
            "link set dev {port} nomaster netns {}\n",
            other.gateway.path()
        ))?;
        other.gateway.ip(&format!(
            "link set dev {port} master {BRIDGE}\nlink set dev {port} up\n"
        ))
    }
}

/// The address of the home network that ends so.
pub(crate) fn address(last: u8) -> Ipv4Addr {
    let [a, b, c, _] = LAPTOP.octets();
    Ipv4Addr::new(a, b, c, last)
}
