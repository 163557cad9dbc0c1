//! Links: `ifinfomsg` with its attributes.

use std::io;

use super::ask::Kernel;
use super::kind::kind_of;
use super::{uapi, wire};
use crate::InterfaceKind;

/// What the kernel says of one interface.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) index: u32,
    pub(super) name: String,
    pub(super) kind: InterfaceKind,
    /// Up, has a carrier, and its operational state lets packets pass (a Wi-Fi before its key exchange is dormant).
    pub(super) carrier: bool,
    pub(super) carrier_changes: u32,
}

/// Size of `struct ifinfomsg`: family, pad, type (u16), index (i32), flags (u32), change mask.
const HEADER: usize = 16;

/// All links.
pub(super) fn links(kernel: &mut Kernel) -> io::Result<Vec<Link>> {
    let bodies = kernel.dump(uapi::RTM_GETLINK, uapi::RTM_NEWLINK, &question(0))?;
    Ok(bodies.iter().filter_map(|body| parse(body)).collect())
}

/// The link with this index, if it still exists.
pub(super) fn link(kernel: &mut Kernel, index: u32) -> io::Result<Option<Link>> {
    match kernel.get(uapi::RTM_GETLINK, uapi::RTM_NEWLINK, &question(index)) {
        Ok(body) => Ok(body.as_deref().and_then(parse)),
        Err(error) if error.raw_os_error() == Some(nix::libc::ENODEV) => Ok(None),
        Err(error) => Err(error),
    }
}

fn question(index: u32) -> Vec<u8> {
    let mut body = vec![0; 4];
    body.extend_from_slice(&index.to_ne_bytes());
    body.resize(HEADER, 0);
    wire::push_attribute(
        &mut body,
        uapi::IFLA_EXT_MASK,
        &uapi::RTEXT_FILTER_SKIP_STATS.to_ne_bytes(),
    );
    body
}

fn parse(body: &[u8]) -> Option<Link> {
    let hardware = wire::u16_at(body, 2)?;
    let index = wire::u32_at(body, 4)?;
    let flags = wire::u32_at(body, 8)?;
    let mut name = String::new();
    let mut carrier_changes = 0;
    let mut link_kind = None;
    for (kind, value) in wire::attributes(body.get(HEADER..)?) {
        match kind {
            uapi::IFLA_IFNAME => name = wire::text(value),
            uapi::IFLA_CARRIER_CHANGES => carrier_changes = wire::u32_at(value, 0)?,
            uapi::IFLA_LINKINFO => {
                link_kind = wire::attributes(value)
                    .find(|(kind, _)| *kind == uapi::IFLA_INFO_KIND)
                    .map(|(_, value)| wire::text(value));
            }
            _ => {}
        }
    }
    let passes = uapi::IFF_UP | uapi::IFF_LOWER_UP | uapi::IFF_RUNNING;
    let kind = kind_of(&name, hardware, link_kind.as_deref());
    Some(Link {
        index,
        kind,
        carrier: flags & passes == passes,
        carrier_changes,
        name,
    })
}
