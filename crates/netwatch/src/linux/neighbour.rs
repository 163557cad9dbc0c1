//! Neighbours on the link: `ndmsg` with its attributes.

use std::io;
use std::net::IpAddr;

use super::ask::{Kernel, unavailable};
use super::{uapi, wire};
use crate::Neighbour;

/// Size of `struct ndmsg`: family, pad (u8, u16), index (i32), state (u16), flags, type.
const HEADER: usize = 12;

/// See [`gateway_mac`](crate::gateway_mac).
pub(crate) fn gateway_mac(interface: u32, gateway: IpAddr) -> io::Result<Option<Neighbour>> {
    let mut kernel = Kernel::open()?;
    find(&mut kernel, interface, gateway).map_err(unavailable)
}

/// The whole table is dumped: older kernels answer for a single neighbour with an error. It has at most `gc_thresh3` entries, 1024 by default.
fn find(kernel: &mut Kernel, interface: u32, gateway: IpAddr) -> io::Result<Option<Neighbour>> {
    let mut question = vec![0; HEADER];
    if let Some(family) = question.first_mut() {
        *family = if gateway.is_ipv4() {
            uapi::AF_INET
        } else {
            uapi::AF_INET6
        };
    }
    let bodies = kernel.dump(uapi::RTM_GETNEIGH, uapi::RTM_NEWNEIGH, &question)?;
    let mut found = bodies.iter().filter_map(|body| parse(body));
    let wanted =
        |it: &Entry| (it.interface, it.address) == (interface, gateway) && it.state & KNOWN != 0;
    Ok(found.find(wanted).map(|it| Neighbour {
        mac: it.mac,
        confirmed: it.state & uapi::NUD_REACHABLE != 0,
    }))
}

/// States in which the kernel would send to it. A permanent entry was made by hand: it says the same in every network.
const KNOWN: u16 =
    uapi::NUD_REACHABLE | uapi::NUD_PERMANENT | uapi::NUD_STALE | uapi::NUD_DELAY | uapi::NUD_PROBE;

struct Entry {
    interface: u32,
    state: u16,
    address: IpAddr,
    mac: [u8; 6],
}

/// An entry with an Ethernet address.
fn parse(body: &[u8]) -> Option<Entry> {
    let (mut address, mut mac) = (None, None);
    for (kind, value) in wire::attributes(body.get(HEADER..)?) {
        match kind {
            uapi::NDA_DST => address = wire::address(value),
            uapi::NDA_LLADDR => mac = <[u8; 6]>::try_from(value).ok(),
            _ => {}
        }
    }
    Some(Entry {
        interface: wire::u32_at(body, 4)?,
        state: wire::u16_at(body, 8)?,
        address: address?,
        mac: mac?,
    })
}
