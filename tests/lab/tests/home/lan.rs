//! A home network: a gateway that is also its switch, the laptop, and whoever else is there.

use std::net::Ipv4Addr;

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

/// See the module.
pub(crate) struct Lan {
    pub(crate) gateway: Namespace,
    ports: std::cell::Cell<u32>,
}

impl Lan {
    /// A network with nobody in it but the gateway.
    pub(crate) fn new(mac: &str) -> Result<Lan> {
        let gateway = Namespace::new("the gateway")?;
        gateway.set("ipv6/conf/all/disable_ipv6", "1")?;
        gateway.ip(&format!(
            "link add {BRIDGE} address {mac} type bridge\naddress add {GATEWAY}/24 dev {BRIDGE}\nlink set dev {BRIDGE} up\n"
        ))?;
        Ok(Lan {
            gateway,
            ports: std::cell::Cell::new(0),
        })
    }

    /// A network that is home, and the laptop in it.
    pub(crate) fn with_laptop() -> Result<(Lan, Namespace)> {
        let lan = Lan::new(GATEWAY_MAC)?;
        let laptop = Namespace::new("the laptop")?;
        laptop.set("ipv6/conf/all/disable_ipv6", "1")?;
        lan.plug(&laptop, WLAN, LAPTOP)?;
        Ok((lan, laptop))
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
        self.ports.set(self.ports.get() + 1);
        let port = format!("port{}", self.ports.get());
        self.gateway.ip(&format!(
            "link add name {port} type veth peer name {interface} netns {}\nlink set dev {port} master {BRIDGE}\nlink set dev {port} up\n",
            host.path()
        ))?;
        Ok(port)
    }
}

/// The address of the home network that ends so.
pub(crate) fn address(last: u8) -> Ipv4Addr {
    let [a, b, c, _] = LAPTOP.octets();
    Ipv4Addr::new(a, b, c, last)
}
