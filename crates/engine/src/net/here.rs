//! The network that this machine is in, as a home network is written: by its gateway's Ethernet address and its subnet.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use bellhop_control::config::{ListenOn, WrittenNetwork, mac_text};
use bellhop_control::error::{Code, Error};
use bellhop_control::snapshot::HomeNetwork;
use bellhop_netwatch::{Interface, InterfaceKind, Networks, gateway_mac};
use ipnet::IpNet;

/// A gateway on the link answers within milliseconds. One that the kernel knows of old it asks only 5 s after the first packet to it (delay_first_probe_time, arp(7)).
const PATIENCE: Duration = Duration::from_secs(6);
const GLANCE: Duration = Duration::from_millis(50);
/// Discard, RFC 863: whatever the gateway does with it, it has to be found first.
const DISCARD: u16 = 9;

/// A way out of this machine that may be through a home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gateway {
    interface: String,
    index: u32,
    address: IpAddr,
    /// This machine's address there.
    local: IpNet,
}

/// A home network with where this machine stands in it.
#[derive(Clone, Debug)]
pub(crate) struct Here {
    pub(crate) written: WrittenNetwork,
    pub(crate) shown: HomeNetwork,
}

/// The gateways of links that can be a home's, IPv4 first: tunnels and modems lead elsewhere, whatever they look like.
pub(crate) fn gateways(networks: &Networks) -> Vec<Gateway> {
    let can_be_home = |interface: &&Interface| match interface.kind {
        InterfaceKind::Wifi | InterfaceKind::Ethernet | InterfaceKind::Other => {
            interface.carrier && interface.default_route
        }
        InterfaceKind::Mobile | InterfaceKind::Vpn | InterfaceKind::Loopback => false,
    };
    let mut found = Vec::new();
    for interface in networks.interfaces.iter().filter(can_be_home) {
        for address in &interface.gateways {
            let local = interface.addresses.iter();
            // A router's IPv6 address is one of the link, which is the same everywhere.
            let Some(local) = local.clone().find(|net| net.contains(address)) else {
                continue;
            };
            found.push(Gateway {
                interface: interface.name.clone(),
                index: interface.index,
                address: *address,
                local: *local,
            });
        }
    }
    found.sort_by_key(|gateway| gateway.address.is_ipv6());
    found
}

/// Asks the first gateway for its Ethernet address, and believes nothing but its answer: what the system remembers may be of the network before, or entered by
/// hand. Blocks for [`PATIENCE`] at most.
///
/// # Errors
/// [`Code::HomeUnknown`], or [`Code::NotInThisVersion`].
pub(crate) fn find(gateways: &[Gateway]) -> Result<Here, Error> {
    let unknown = |why: &str| Error::new(Code::HomeUnknown, [("why", why)]);
    let gateway = gateways
        .first()
        .ok_or_else(|| unknown("it has no gateway that can be recognised"))?;
    let begun = Instant::now();
    loop {
        match gateway_mac(gateway.index, gateway.address) {
            Ok(Some(found)) if found.confirmed => return Ok(here(gateway, found.mac)),
            Ok(_) if begun.elapsed() >= PATIENCE => {
                return Err(unknown("its gateway does not answer"));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                let what = [("what", "home networks on this system")];
                return Err(Error::new(Code::NotInThisVersion, what));
            }
            Err(error) => return Err(unknown(&error.to_string())),
        }
        if let Err(error) = nudge(gateway) {
            tracing::debug!(%error, "a gateway can't be asked for");
        }
        thread::sleep(GLANCE);
    }
}

/// Has the system ask who the gateway is.
fn nudge(gateway: &Gateway) -> io::Result<()> {
    let socket = UdpSocket::bind(SocketAddr::new(gateway.local.addr(), 0))?;
    socket.send_to(&[], SocketAddr::new(gateway.address, DISCARD))?;
    Ok(())
}

fn here(gateway: &Gateway, mac: [u8; 6]) -> Here {
    let written = WrittenNetwork {
        line: 0,
        gateway_mac: mac,
        subnet: gateway.local.trunc(),
        listen: ListenOn::defaults(),
    };
    Here {
        shown: HomeNetwork {
            subnet: written.subnet.to_string(),
            gateway_mac: mac_text(mac),
            interface: Some(gateway.interface.clone()),
            address: Some(gateway.local.addr().to_string()),
        },
        written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(kind: InterfaceKind, address: &str, gateway: &str) -> Interface {
        Interface {
            name: format!("{kind:?}"),
            kind,
            addresses: vec![address.parse().unwrap()],
            carrier: true,
            default_route: true,
            gateways: vec![gateway.parse().unwrap()],
            ..Interface::default()
        }
    }

    #[test]
    fn tunnels_and_modems_are_no_way_out_of_a_home() {
        let networks = Networks {
            interfaces: vec![
                interface(InterfaceKind::Vpn, "10.8.0.2/24", "10.8.0.1"),
                interface(InterfaceKind::Mobile, "100.64.0.2/24", "100.64.0.1"),
                interface(InterfaceKind::Ethernet, "2001:db8::2/64", "2001:db8::1"),
                interface(InterfaceKind::Wifi, "192.168.1.20/24", "192.168.1.1"),
                interface(InterfaceKind::Ethernet, "10.0.0.2/24", "192.168.7.1"),
            ],
        };
        let found: Vec<String> = gateways(&networks)
            .into_iter()
            .map(|it| it.address.to_string())
            .collect();
        assert_eq!(found, ["192.168.1.1", "2001:db8::1"]);
    }

    #[test]
    fn without_a_gateway_a_network_is_like_any_other() {
        assert_eq!(find(&[]).unwrap_err().code, Code::HomeUnknown);
    }

    #[test]
    fn a_network_is_written_by_its_subnet() {
        let networks = Networks {
            interfaces: vec![interface(
                InterfaceKind::Wifi,
                "192.168.1.20/24",
                "192.168.1.1",
            )],
        };
        let here = here(gateways(&networks).first().unwrap(), [2, 0, 0, 0, 0, 1]);
        assert_eq!(here.written.subnet.to_string(), "192.168.1.0/24");
        assert_eq!(here.shown.address.as_deref(), Some("192.168.1.20"));
        assert_eq!(here.shown.gateway_mac, "02:00:00:00:00:01");
    }
}
