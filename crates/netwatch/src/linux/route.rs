//! Routes: `rtmsg` with its attributes.

use std::net::IpAddr;

use super::{uapi, wire};

/// A route that packets may take out of the machine, one for each next hop.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) family: u8,
    pub(super) table: u32,
    /// Destination: the network's address (`None` for a default route) and prefix length.
    pub(super) destination: Option<IpAddr>,
    pub(super) prefix_length: u8,
    pub(super) metric: u32,
    pub(super) interface: u32,
    pub(super) gateway: Option<IpAddr>,
}

impl Route {
    pub(super) fn is_default(&self) -> bool {
        self.prefix_length == 0
    }

    /// Whether the destination's network contains the address.
    pub(super) fn leads_to(&self, address: IpAddr) -> bool {
        match (self.destination, address) {
            (None, IpAddr::V4(_)) => self.is_default() && self.family == uapi::AF_INET,
            (None, IpAddr::V6(_)) => self.is_default() && self.family == uapi::AF_INET6,
            (Some(network), _) => ipnet::IpNet::new(network, self.prefix_length)
                .is_ok_and(|net| net.contains(&address)),
        }
    }
}

/// Size of `struct rtmsg`: family, destination length, source length, tos, table, protocol, scope, type, flags (u32).
pub(super) const HEADER: usize = 12;

/// Whether a message of a route dump is a route that someone set (not the kernel's own for local and broadcast addresses, nor a cached
/// exception), of a family we know.
pub(super) fn is_of_interest(body: &[u8]) -> bool {
    let family = wire::u8_at(body, 0).unwrap_or_default();
    let flags = wire::u32_at(body, 8).unwrap_or_default();
    (family == uapi::AF_INET || family == uapi::AF_INET6)
        && table(body) != uapi::RT_TABLE_LOCAL
        && flags & uapi::RTM_F_CLONED == 0
}

/// The ways out that a route message describes: none for a prohibition or a dead route, several for a multipath route.
pub(super) fn parse(body: &[u8]) -> Vec<Route> {
    parse_some(body).unwrap_or_default()
}

fn parse_some(body: &[u8]) -> Option<Vec<Route>> {
    let flags = wire::u32_at(body, 8)?;
    if wire::u8_at(body, 7)? != uapi::RTN_UNICAST || flags & uapi::RTNH_F_DEAD != 0 {
        return Some(Vec::new());
    }
    let mut route = Route {
        family: wire::u8_at(body, 0)?,
        table: table(body),
        destination: None,
        prefix_length: wire::u8_at(body, 1)?,
        metric: 0,
        interface: 0,
        gateway: None,
    };
    let mut hops = None;
    for (kind, value) in wire::attributes(body.get(HEADER..)?) {
        match kind {
            uapi::RTA_DST => route.destination = wire::address(value),
            uapi::RTA_PRIORITY => route.metric = wire::u32_at(value, 0)?,
            uapi::RTA_OIF => route.interface = wire::u32_at(value, 0)?,
            uapi::RTA_GATEWAY | uapi::RTA_VIA => route.gateway = gateway(kind, value),
            uapi::RTA_MULTIPATH => hops = Some(value),
            _ => {}
        }
    }
    Some(match hops {
        Some(hops) => next_hops(hops, &route),
        None if route.interface == 0 => Vec::new(),
        None => vec![route],
    })
}

/// `struct rtnexthop`: length (u16), flags (u8), weight (u8), interface (i32), attributes.
fn next_hops(mut bytes: &[u8], route: &Route) -> Vec<Route> {
    let mut list = Vec::new();
    while let (Some(length), Some(flags), Some(interface)) = (
        wire::u16_at(bytes, 0),
        wire::u8_at(bytes, 2),
        wire::u32_at(bytes, 4),
    ) {
        let Some(attributes) = bytes.get(8..usize::from(length)) else {
            break;
        };
        if u32::from(flags) & uapi::RTNH_F_DEAD == 0 {
            let gateway =
                wire::attributes(attributes).find_map(|(kind, value)| gateway(kind, value));
            list.push(Route {
                interface,
                gateway,
                ..route.clone()
            });
        }
        bytes = bytes
            .get(usize::from(length).next_multiple_of(4)..)
            .unwrap_or_default();
    }
    list
}

/// The next hop in either of its two attributes; `RTA_VIA` (a hop of the other family) has a family (u16) before the address.
pub(super) fn gateway(kind: u16, value: &[u8]) -> Option<IpAddr> {
    match kind {
        uapi::RTA_GATEWAY => wire::address(value),
        uapi::RTA_VIA => value.get(2..).and_then(wire::address),
        _ => None,
    }
}

fn table(body: &[u8]) -> u32 {
    wire::attributes(body.get(HEADER..).unwrap_or_default())
        .find(|(kind, _)| *kind == uapi::RTA_TABLE)
        .and_then(|(_, value)| wire::u32_at(value, 0))
        .unwrap_or_else(|| wire::u8_at(body, 4).unwrap_or_default().into())
}
