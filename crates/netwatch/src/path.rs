//! Where packets to one host leave.

use std::net::IpAddr;

/// The way that the kernel would send packets to a host. Two paths are equal when a flow opened on the one still works on the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The interface that packets leave by. Where the system does not tell it, the local address.
    pub interface: String,
    /// The interface's index; 0 where the system does not tell it, and then a socket cannot be bound to the interface.
    pub index: u32,
    /// The source address that the kernel prefers.
    pub local: IpAddr,
    /// The next hop; `None` where the host is on the link itself.
    pub gateway: Option<IpAddr>,
    /// [`Interface::carrier_changes`](crate::Interface::carrier_changes) of the interface: a link that was lost and came back with the same
    /// addresses and the same gateway is another path, since it may be another network.
    pub carrier_changes: u32,
}
