//! Where packets to one host leave: the kernel's own answer, past links that are lost.

use std::io;
use std::net::IpAddr;

use nix::libc;

use super::ask::{Kernel, unavailable};
use super::link::{Link, link, links};
use super::look::{Address, addresses, routes};
use super::{route, uapi, wire};
use crate::Path;
use crate::networks::is_usable_source;

/// The kernel's answer for one host.
struct Answer {
    kind: u8,
    interface: u32,
    local: Option<IpAddr>,
    gateway: Option<IpAddr>,
}

/// See [`Watch::path_to`](crate::Watch::path_to).
pub(crate) fn path_to(remote: IpAddr) -> io::Result<Option<Path>> {
    let mut kernel = Kernel::open()?;
    find(&mut kernel, remote).map_err(unavailable)
}

fn find(kernel: &mut Kernel, remote: IpAddr) -> io::Result<Option<Path>> {
    let Some(answer) = ask(kernel, remote, None)? else {
        return Ok(None);
    };
    let first = answer.interface;
    let Some(link) = link(kernel, first)? else {
        return Ok(None);
    };
    if answer.kind == uapi::RTN_LOCAL {
        return Ok(path(link, &answer));
    }
    if link.carrier && leaves(kernel, &answer)? {
        return Ok(path(link, &answer));
    }
    for link in others(kernel, remote, first)? {
        if let Some(answer) = ask(kernel, remote, Some(link.index))?
            && answer.kind == uapi::RTN_UNICAST
            && answer.interface == link.index
            && leaves(kernel, &answer)?
        {
            return Ok(path(link, &answer));
        }
    }
    Ok(None)
}

/// Interfaces with carrier, other than `dead`, that have a route to `remote` in the main table: the most specific first, then by metric.
/// An interface without such a route must not be asked about, since for IPv4 the kernel then takes the host to be on the link.
fn others(kernel: &mut Kernel, remote: IpAddr, dead: u32) -> io::Result<Vec<Link>> {
    let mut ways = routes(kernel)?;
    ways.retain(|way| {
        way.table == uapi::RT_TABLE_MAIN && way.interface != dead && way.leads_to(remote)
    });
    ways.sort_by_key(|way| (u8::MAX - way.prefix_length, way.metric));
    let links = links(kernel)?;
    let mut list: Vec<Link> = Vec::new();
    for way in ways {
        let alive = links
            .iter()
            .find(|link| link.index == way.interface && link.carrier);
        if let Some(link) = alive.filter(|link| list.iter().all(|known| known.index != link.index))
        {
            list.push(link.clone());
        }
    }
    Ok(list)
}

/// Whether another host can answer to the source address that the kernel chose.
fn leaves(kernel: &mut Kernel, answer: &Answer) -> io::Result<bool> {
    let Some(local) = answer.local.filter(|local| is_usable_source(*local)) else {
        return Ok(false);
    };
    // The kernel falls back to a deprecated IPv6 address, and the answer does not say so.
    Ok(local.is_ipv4()
        || addresses(kernel)?
            .iter()
            .any(|address| address.net.addr() == local && Address::is_usable(address)))
}

fn path(link: Link, answer: &Answer) -> Option<Path> {
    Some(Path {
        interface: link.name,
        index: link.index,
        local: answer.local?,
        gateway: answer.gateway,
        carrier_changes: link.carrier_changes,
    })
}

/// Asks for the route to `remote`, over one interface if given; `None`: unreachable.
fn ask(kernel: &mut Kernel, remote: IpAddr, interface: Option<u32>) -> io::Result<Option<Answer>> {
    match kernel.get(
        uapi::RTM_GETROUTE,
        uapi::RTM_NEWROUTE,
        &question(remote, interface),
    ) {
        Ok(body) => Ok(body
            .as_deref()
            .and_then(parse)
            .filter(|answer| matches!(answer.kind, uapi::RTN_UNICAST | uapi::RTN_LOCAL))),
        Err(error) if error.raw_os_error().is_some_and(is_unreachable) => Ok(None),
        Err(error) => Err(error),
    }
}

/// How the kernel says that there is no way: no route, an unreachable, prohibit or blackhole route, an interface that went, a family that
/// is switched off.
fn is_unreachable(code: i32) -> bool {
    const NO_WAY: [i32; 9] = [
        libc::ENETUNREACH,
        libc::EHOSTUNREACH,
        libc::EACCES,
        libc::EINVAL,
        libc::ENETDOWN,
        libc::ENODEV,
        libc::EADDRNOTAVAIL,
        libc::EAFNOSUPPORT,
        libc::EOPNOTSUPP,
    ];
    NO_WAY.contains(&code)
}

fn question(remote: IpAddr, interface: Option<u32>) -> Vec<u8> {
    let (family, bytes) = match remote {
        IpAddr::V4(v4) => (uapi::AF_INET, v4.octets().to_vec()),
        IpAddr::V6(v6) => (uapi::AF_INET6, v6.octets().to_vec()),
    };
    let bits = if family == uapi::AF_INET { 32 } else { 128 };
    let mut body = vec![family, bits];
    body.resize(route::HEADER, 0);
    wire::push_attribute(&mut body, uapi::RTA_DST, &bytes);
    if let Some(index) = interface {
        wire::push_attribute(&mut body, uapi::RTA_OIF, &index.to_ne_bytes());
    }
    body
}

fn parse(body: &[u8]) -> Option<Answer> {
    let mut answer = Answer {
        kind: wire::u8_at(body, 7)?,
        interface: 0,
        local: None,
        gateway: None,
    };
    for (kind, value) in wire::attributes(body.get(route::HEADER..)?) {
        match kind {
            uapi::RTA_OIF => answer.interface = wire::u32_at(value, 0)?,
            uapi::RTA_PREFSRC => answer.local = wire::address(value),
            uapi::RTA_GATEWAY | uapi::RTA_VIA => answer.gateway = route::gateway(kind, value),
            _ => {}
        }
    }
    Some(answer)
}
