//! Who is at the other end of the link.

use std::io;
use std::net::IpAddr;

/// A machine on the same link, as the system knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Its Ethernet address. It identifies and proves nothing: whoever is on the link can claim it.
    pub mac: [u8; 6],
    /// It answered lately. What is not confirmed may be of the network before, or was entered by hand.
    pub confirmed: bool,
}

/// The Ethernet address of a gateway on the link of the interface with this index, out of the system's table: nothing is sent, so a gateway that no packet
/// went to yet is not known. `None`: not known.
///
/// # Errors
/// The system could not be asked; [`io::ErrorKind::Unsupported`] where this version can't.
pub fn gateway_mac(interface: u32, gateway: IpAddr) -> io::Result<Option<Neighbour>> {
    crate::os::gateway_mac(interface, gateway.to_canonical())
}
