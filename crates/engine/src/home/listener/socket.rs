//! Sockets of listeners: at their exact address, and at home on their interface only.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Protocol, Socket, Type};

use super::Place;

/// What the system may keep for us while we are busy: about 10,000 REGISTERs.
const RECEIVE_BUFFER: usize = 8 * 1024 * 1024;
const SEND_BUFFER: usize = 4 * 1024 * 1024;
/// Connections that the system may hold for us.
const BACKLOG: i32 = 1024;

pub(super) fn udp(place: &Place) -> io::Result<tokio::net::UdpSocket> {
    let socket = open(place, Type::DGRAM, Protocol::UDP)?;
    // The system gives what it allows.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    let _ = socket.set_send_buffer_size(SEND_BUFFER);
    socket.bind(&place.address.into())?;
    tokio::net::UdpSocket::from_std(socket.into())
}

pub(super) fn tcp(place: &Place) -> io::Result<tokio::net::TcpListener> {
    let socket = open(place, Type::STREAM, Protocol::TCP)?;
    // Elsewhere it would let another program listen at the same port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&place.address.into())?;
    socket.listen(BACKLOG)?;
    tokio::net::TcpListener::from_std(socket.into())
}

/// A port that nobody has at that address, for what takes both, and none of these.
pub(crate) fn free_port(address: SocketAddr, spoken_for: &BTreeSet<u16>) -> Option<u16> {
    let mut beside = (1..=20)
        .filter_map(|step| address.port().checked_add(step * 2))
        .filter(|port| !spoken_for.contains(port));
    beside.find(|port| {
        let place = Place {
            address: SocketAddr::new(address.ip(), *port),
            link: None,
        };
        let is_free = |kind, protocol| {
            open(&place, kind, protocol).is_ok_and(|it| it.bind(&place.address.into()).is_ok())
        };
        is_free(Type::DGRAM, Protocol::UDP) && is_free(Type::STREAM, Protocol::TCP)
    })
}

fn open(place: &Place, kind: Type, protocol: Protocol) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(place.address), kind, Some(protocol))?;
    socket.set_nonblocking(true)?;
    if place.address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    if let Some(link) = &place.link {
        bind_to_interface(&socket, &link.interface, link.index, place.address)?;
    }
    Ok(socket)
}

/// Linux allows SO_BINDTODEVICE to everybody for a socket that is not bound yet (5.7 and later).
#[cfg(any(target_os = "linux", target_os = "android"))]
fn bind_to_interface(socket: &Socket, name: &str, _: u32, _: SocketAddr) -> io::Result<()> {
    socket.bind_device(Some(name.as_bytes()))
}

#[cfg(target_vendor = "apple")]
fn bind_to_interface(socket: &Socket, _: &str, index: u32, at: SocketAddr) -> io::Result<()> {
    let index = std::num::NonZeroU32::new(index);
    if at.is_ipv4() {
        socket.bind_device_by_index_v4(index)
    } else {
        socket.bind_device_by_index_v6(index)
    }
}

/// Windows: what comes in by another interface than the address's own is refused there (strong host model).
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
#[expect(clippy::unnecessary_wraps, reason = "other systems may refuse")]
fn bind_to_interface(_: &Socket, _: &str, _: u32, _: SocketAddr) -> io::Result<()> {
    Ok(())
}
