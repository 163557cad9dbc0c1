//! Takes the picture: links, addresses, routes and rules, as they are now.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;

use ipnet::IpNet;

use super::ask::{Kernel, unavailable};
use super::link::{Link, links};
use super::route::{self, Route};
use super::{uapi, wire};
use crate::networks::is_link_local;
use crate::{Interface, Networks};

/// All that decides where packets go.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    networks: Networks,
    /// Routes and rules as the kernel wrote them, without what ages by itself: compared, not read.
    routing: Vec<u8>,
}

impl Picture {
    pub(crate) fn networks(&self) -> &Networks {
        &self.networks
    }
}

/// Enumerates anew.
pub(crate) fn look() -> io::Result<Picture> {
    let mut kernel = Kernel::open()?;
    enumerate(&mut kernel).map_err(unavailable)
}

fn enumerate(kernel: &mut Kernel) -> io::Result<Picture> {
    let links = links(kernel)?;
    let addresses = addresses(kernel)?;
    let bodies = route_bodies(kernel)?;
    let mut routing: Vec<u8> = bodies.iter().flat_map(|body| lasting(body)).collect();
    routing.extend(rule_bodies(kernel)?.into_iter().flatten());
    let routes: Vec<Route> = bodies.iter().flat_map(|body| route::parse(body)).collect();

    let mut interfaces: BTreeMap<u32, Interface> = links
        .into_iter()
        .map(|link| (link.index, interface(link)))
        .collect();
    for address in addresses.into_iter().filter(Address::is_usable) {
        if let Some(interface) = interfaces.get_mut(&address.interface) {
            interface.addresses.push(address.net);
        }
    }
    for interface in interfaces.values_mut() {
        interface.addresses.sort_unstable();
        add_default_routes(interface, &routes);
    }
    Ok(Picture {
        networks: Networks {
            interfaces: interfaces.into_values().collect(),
        },
        routing,
    })
}

/// The routes in the kernel's own order.
pub(super) fn routes(kernel: &mut Kernel) -> io::Result<Vec<Route>> {
    Ok(route_bodies(kernel)?
        .iter()
        .flat_map(|body| route::parse(body))
        .collect())
}

/// One address of an interface.
pub(super) struct Address {
    interface: u32,
    pub(super) net: IpNet,
    flags: u32,
}

impl Address {
    /// Whether packets to other networks may leave with it.
    pub(super) fn is_usable(&self) -> bool {
        let tentative =
            self.flags & uapi::IFA_F_TENTATIVE != 0 && self.flags & uapi::IFA_F_OPTIMISTIC == 0;
        !tentative
            && self.flags & (uapi::IFA_F_DADFAILED | uapi::IFA_F_DEPRECATED) == 0
            && !is_link_local(self.net.addr())
    }
}

/// All addresses of both families.
pub(super) fn addresses(kernel: &mut Kernel) -> io::Result<Vec<Address>> {
    // struct ifaddrmsg
    let bodies = kernel.dump(
        uapi::RTM_GETADDR,
        uapi::RTM_NEWADDR,
        &[uapi::AF_UNSPEC, 0, 0, 0, 0, 0, 0, 0],
    )?;
    Ok(bodies.iter().filter_map(|body| address(body)).collect())
}

fn address(body: &[u8]) -> Option<Address> {
    let prefix_length = wire::u8_at(body, 1)?;
    let mut flags = u32::from(wire::u8_at(body, 2)?);
    let (mut local, mut other) = (None, None);
    for (kind, value) in wire::attributes(body.get(8..)?) {
        match kind {
            uapi::IFA_LOCAL => local = wire::address(value),
            // The peer of a point-to-point link; where there is none, the address itself.
            uapi::IFA_ADDRESS => other = wire::address(value),
            uapi::IFA_FLAGS => flags = wire::u32_at(value, 0)?,
            _ => {}
        }
    }
    let net = IpNet::new(local.or(other)?, prefix_length).ok()?;
    Some(Address {
        interface: wire::u32_at(body, 4)?,
        net,
        flags,
    })
}

fn route_bodies(kernel: &mut Kernel) -> io::Result<Vec<Vec<u8>>> {
    let mut bodies = kernel.dump(uapi::RTM_GETROUTE, uapi::RTM_NEWROUTE, &[0; route::HEADER])?;
    bodies.retain(|body| route::is_of_interest(body));
    Ok(bodies)
}

fn rule_bodies(kernel: &mut Kernel) -> io::Result<Vec<Vec<u8>>> {
    match kernel.dump(uapi::RTM_GETRULE, uapi::RTM_NEWRULE, &[0; route::HEADER]) {
        // A kernel built without policy routing has no rules.
        Err(error) if error.raw_os_error() == Some(nix::libc::EOPNOTSUPP) => Ok(Vec::new()),
        other => other,
    }
}

/// A route message without its counters of age and use.
fn lasting(body: &[u8]) -> Vec<u8> {
    let (header, rest) = body.split_at(route::HEADER.min(body.len()));
    let mut bytes = header.to_vec();
    for (kind, value) in wire::attributes(rest).filter(|(kind, _)| *kind != uapi::RTA_CACHEINFO) {
        wire::push_attribute(&mut bytes, kind, value);
    }
    bytes
}

fn interface(link: Link) -> Interface {
    Interface {
        name: link.name,
        index: link.index,
        kind: link.kind,
        carrier: link.carrier,
        carrier_changes: link.carrier_changes,
        ..Interface::default()
    }
}

fn add_default_routes(interface: &mut Interface, routes: &[Route]) {
    // A router's advertisement alone brings an IPv6 default route that nothing can leave by.
    let has_v6 = interface
        .addresses
        .iter()
        .any(|net| matches!(net, IpNet::V6(_)));
    let mut defaults: Vec<&Route> = routes
        .iter()
        .filter(|route| {
            route.is_default()
                && route.interface == interface.index
                && (has_v6 || route.family == uapi::AF_INET)
        })
        .collect();
    defaults.sort_by_key(|route| route.metric);
    interface.default_route = !defaults.is_empty();
    let mut gateways: Vec<IpAddr> = Vec::new();
    for gateway in defaults.iter().filter_map(|route| route.gateway) {
        if !gateways.contains(&gateway) {
            gateways.push(gateway);
        }
    }
    interface.gateways = gateways;
}
