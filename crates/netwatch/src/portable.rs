//! What every system offers: if-watch as the alarm, its list of addresses taken anew, and the source address of a connected UDP socket for
//! the route. A change of the default route that touches no address is seen at the next alarm only, and gateways are not known.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::task::{Context, Poll};

use if_addrs::{IfAddr, get_if_addrs};
use ipnet::IpNet;

use crate::address_alarm::AddressAlarm;
use crate::networks::{is_link_local, is_usable_source};
use crate::{Interface, InterfaceKind, Networks, Path};

/// Hosts beyond any link (TEST-NET-1 of RFC 5737, RFC 3849): the default route is the way there. Nothing is sent.
const BEYOND: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
];
/// A connected socket must name a port: discard, RFC 863.
const DISCARD: u16 = 9;

/// if-watch alone.
pub(crate) struct Alarm {
    addresses: AddressAlarm,
}

impl Alarm {
    pub(crate) fn open() -> io::Result<Alarm> {
        let mut alarm = Alarm {
            addresses: AddressAlarm::default(),
        };
        alarm.reopen()?;
        Ok(alarm)
    }

    /// Opens what failed.
    pub(crate) fn reopen(&mut self) -> io::Result<()> {
        self.addresses.reopen().map_err(unavailable)
    }

    /// Ready when something may have changed.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.addresses.poll(cx) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

/// All that decides where packets go, as far as it is known here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    networks: Networks,
}

impl Picture {
    pub(crate) fn networks(&self) -> &Networks {
        &self.networks
    }
}

/// Enumerates anew.
pub(crate) fn look() -> io::Result<Picture> {
    let mut interfaces = interfaces()?;
    for beyond in BEYOND {
        if let Some(source) = source_for(beyond)?.filter(|source| is_usable_source(*source))
            && let Some(interface) = interfaces
                .iter_mut()
                .find(|interface| has(interface, source))
        {
            interface.default_route = true;
        }
    }
    Ok(Picture {
        networks: Networks { interfaces },
    })
}

/// See [`Watch::path_to`](crate::Watch::path_to).
pub(crate) fn path_to(remote: IpAddr) -> io::Result<Option<Path>> {
    let interfaces = interfaces()?;
    let own = remote.is_loopback() || interfaces.iter().any(|interface| has(interface, remote));
    if own {
        let loopback = interfaces
            .iter()
            .find(|interface| interface.kind == InterfaceKind::Loopback);
        return Ok(loopback.map(|interface| path(interface, remote)));
    }
    let Some(source) = source_for(remote)?.filter(|source| is_usable_source(*source)) else {
        return Ok(None);
    };
    let interface = interfaces
        .iter()
        .find(|interface| interface.carrier && has(interface, source));
    Ok(interface.map(|interface| path(interface, source)))
}

fn path(interface: &Interface, local: IpAddr) -> Path {
    Path {
        interface: interface.name.clone(),
        index: interface.index,
        local,
        gateway: None,
        carrier_changes: 0,
    }
}

fn has(interface: &Interface, address: IpAddr) -> bool {
    interface.addresses.iter().any(|net| net.addr() == address)
}

fn interfaces() -> io::Result<Vec<Interface>> {
    let mut interfaces: BTreeMap<String, Interface> = BTreeMap::new();
    for found in get_if_addrs().map_err(unavailable)? {
        let carrier = found.is_oper_up();
        let kind = if found.is_loopback() {
            InterfaceKind::Loopback
        } else {
            InterfaceKind::Other
        };
        let interface = interfaces
            .entry(found.name.clone())
            .or_insert_with(|| Interface {
                name: found.name,
                kind,
                carrier,
                ..Interface::default()
            });
        // An address may come without the index that another address of the same interface has.
        interface.index = interface.index.max(found.index.unwrap_or_default());
        interface
            .addresses
            .extend(net(&found.addr).filter(|net| !is_link_local(net.addr())));
    }
    let mut list: Vec<Interface> = interfaces.into_values().collect();
    list.sort_by_key(|interface| interface.index);
    for interface in &mut list {
        interface.addresses.sort_unstable();
    }
    Ok(list)
}

fn net(address: &IfAddr) -> Option<IpNet> {
    let (ip, prefix_length) = match address {
        IfAddr::V4(v4) => (IpAddr::V4(v4.ip), v4.prefixlen),
        IfAddr::V6(v6) => (IpAddr::V6(v6.ip), v6.prefixlen),
    };
    IpNet::new(ip, prefix_length).ok()
}

/// The source address that the system chooses for a host; `None`: unreachable.
fn source_for(remote: IpAddr) -> io::Result<Option<IpAddr>> {
    let any: IpAddr = if remote.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    // A family that is switched off lets nothing bind; a host without a route lets nothing connect.
    let Ok(socket) = UdpSocket::bind((any, 0)) else {
        return Ok(None);
    };
    if socket.connect((remote, DISCARD)).is_err() {
        return Ok(None);
    }
    Ok(Some(socket.local_addr()?.ip()))
}

/// To come: `SIOCGARP` and `GetIpNetTable2`.
pub(crate) fn gateway_mac(
    _interface: u32,
    _gateway: IpAddr,
) -> io::Result<Option<crate::Neighbour>> {
    Err(io::ErrorKind::Unsupported.into())
}

fn unavailable(error: io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("the system does not tell its networks: {error}"),
    )
}
