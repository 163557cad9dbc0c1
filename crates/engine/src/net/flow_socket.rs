//! One UDP socket of a flow: bound to its local address and interface, read by a task of its own.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bellhop_endpoint::FlowId;
use bytes::Bytes;
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::UdpSocket;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;

/// The largest UDP payload; a larger buffer would only cost memory.
const LARGEST: usize = 65_535;
/// Datagrams of all flows that wait for the driver.
pub(crate) const INBOX: usize = 256;
/// Of these, one flow's: a flood on one line must not shut out the others.
const INBOX_PER_FLOW: usize = 64;
/// After an error of the socket (its interface is down, say) reading pauses, so that a lasting error does not spin.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// A datagram on its way to the driver. It holds its flow's place in the inbox until it is dropped.
#[derive(Debug)]
pub(crate) struct Datagram {
    pub(crate) flow: FlowId,
    pub(crate) source: SocketAddr,
    pub(crate) payload: Bytes,
    _place: OwnedSemaphorePermit,
}

/// Where datagrams go, and how many found no place.
#[derive(Clone, Debug)]
pub(crate) struct Inbox {
    sender: mpsc::Sender<Datagram>,
    dropped: Arc<AtomicU64>,
}

impl Inbox {
    pub(crate) fn new() -> (Inbox, mpsc::Receiver<Datagram>) {
        let (sender, receiver) = mpsc::channel(INBOX);
        (
            Inbox {
                sender,
                dropped: Arc::default(),
            },
            receiver,
        )
    }

    /// Datagrams dropped since the start because the driver was too far behind.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// Where a flow leaves the machine.
#[derive(Clone, Debug)]
pub(crate) struct Leave<'a> {
    pub(crate) interface: &'a str,
    pub(crate) index: u32,
    pub(crate) local: IpAddr,
}

/// An open flow. Dropping it closes the socket and ends its task.
#[derive(Debug)]
pub(crate) struct FlowSocket {
    socket: Arc<UdpSocket>,
    local: SocketAddr,
    reader: JoinHandle<()>,
}

impl FlowSocket {
    /// Opens the socket and starts reading it.
    ///
    /// # Errors
    /// The address is gone or not yet usable (a tentative IPv6 address).
    pub(crate) fn open(id: FlowId, leave: &Leave<'_>, inbox: &Inbox) -> io::Result<FlowSocket> {
        let socket = Socket::new(
            Domain::for_address(SocketAddr::new(leave.local, 0)),
            Type::DGRAM,
            Some(Protocol::UDP),
        )?;
        socket.set_nonblocking(true)?;
        if leave.local.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        if !leave.local.is_loopback()
            && let Err(error) = bind_to_interface(&socket, leave)
        {
            tracing::debug!(%error, interface = leave.interface, "the flow is not bound to its interface");
        }
        socket.bind(&SocketAddr::new(leave.local, 0).into())?;
        let socket = Arc::new(UdpSocket::from_std(socket.into())?);
        let local = socket.local_addr()?;
        let reader = tokio::spawn(read(id, Arc::clone(&socket), inbox.clone()));
        Ok(FlowSocket {
            socket,
            local,
            reader,
        })
    }

    /// The address the socket is bound to.
    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    /// Sends at once.
    ///
    /// Past tokio on purpose: a fresh socket counts as writable there only after the reactor has run, and the REGISTER after a change of
    /// network does not wait for that.
    ///
    /// # Errors
    /// The OS refused the datagram; the transaction's next copy is the remedy.
    pub(crate) fn send(&self, destination: SocketAddr, payload: &[u8]) -> io::Result<()> {
        SockRef::from(&*self.socket)
            .send_to(payload, &destination.into())
            .map(|_| ())
    }
}

impl Drop for FlowSocket {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn read(flow: FlowId, socket: Arc<UdpSocket>, inbox: Inbox) {
    let places = Arc::new(Semaphore::new(INBOX_PER_FLOW));
    let mut buffer = vec![0; LARGEST];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((length, source)) => {
                let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                    inbox.dropped.fetch_add(1, Ordering::Relaxed);
                    // On a current-thread runtime the driver runs only when this task yields.
                    tokio::task::yield_now().await;
                    continue;
                };
                let payload = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
                if let Err(mpsc::error::TrySendError::Full(_)) = inbox.sender.try_send(Datagram {
                    flow,
                    source,
                    payload,
                    _place: place,
                }) {
                    inbox.dropped.fetch_add(1, Ordering::Relaxed);
                }
            }
            Err(error) => {
                // An ICMP error about an earlier datagram proves nothing: the transaction's timer decides.
                tracing::debug!(%error, "reading a flow");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
            }
        }
    }
}

/// Linux allows SO_BINDTODEVICE to everybody for a socket that is not bound yet (5.7 and later).
#[cfg(any(target_os = "linux", target_os = "android"))]
fn bind_to_interface(socket: &Socket, leave: &Leave<'_>) -> io::Result<()> {
    tracing::trace!(index = leave.index, "binding a flow to its interface");
    socket.bind_device(Some(leave.interface.as_bytes()))
}

#[cfg(target_vendor = "apple")]
fn bind_to_interface(socket: &Socket, leave: &Leave<'_>) -> io::Result<()> {
    let index = std::num::NonZeroU32::new(leave.index);
    if leave.local.is_ipv4() {
        socket.bind_device_by_index_v4(index)
    } else {
        socket.bind_device_by_index_v6(index)
    }
}

/// Windows: a socket bound to an address leaves by that address's interface (strong host model), so nothing is to be done.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn bind_to_interface(_socket: &Socket, leave: &Leave<'_>) -> io::Result<()> {
    tracing::trace!(
        interface = leave.interface,
        index = leave.index,
        "the strong host model binds this flow"
    );
    Ok(())
}

/// True for an address that no company can answer to: nothing, link-local; loopback only towards loopback.
pub(crate) fn unusable_towards(local: IpAddr, remote: IpAddr) -> bool {
    let link_local = match local {
        IpAddr::V4(ip) => ip.is_link_local() || ip == Ipv4Addr::BROADCAST,
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    local.is_unspecified()
        || local.is_multicast()
        || link_local
        || (local.is_loopback() && !remote.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loopback() -> Leave<'static> {
        Leave {
            interface: "lo",
            index: 1,
            local: IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }

    #[tokio::test]
    async fn a_fresh_flow_sends_at_once_and_reads_the_largest_datagram_whole() {
        let (inbox, mut datagrams) = Inbox::new();
        let a = FlowSocket::open(FlowId(1), &loopback(), &inbox).unwrap();
        let b = FlowSocket::open(FlowId(2), &loopback(), &inbox).unwrap();
        a.send(b.local(), &vec![7; 65_507]).unwrap();
        let datagram = datagrams.recv().await.unwrap();
        assert_eq!(
            (datagram.flow, datagram.source, datagram.payload.len()),
            (FlowId(2), a.local(), 65_507)
        );
    }

    #[tokio::test]
    async fn a_flood_is_dropped_and_counted_and_leaves_room_for_other_flows() {
        let (inbox, mut datagrams) = Inbox::new();
        let sender = FlowSocket::open(FlowId(1), &loopback(), &inbox).unwrap();
        let flooded = FlowSocket::open(FlowId(2), &loopback(), &inbox).unwrap();
        let other = FlowSocket::open(FlowId(3), &loopback(), &inbox).unwrap();
        for _ in 0..20 {
            for _ in 0..50 {
                let _ = sender.send(flooded.local(), b"flood");
            }
            tokio::task::yield_now().await;
        }
        while inbox.dropped() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        sender.send(other.local(), b"hello").unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        let mut seen = (0, 0);
        while let Ok(datagram) = datagrams.try_recv() {
            if datagram.flow == FlowId(3) {
                seen.1 += 1;
            } else {
                seen.0 += 1;
            }
        }
        assert!(seen.0 <= INBOX_PER_FLOW, "{seen:?}");
        assert_eq!(seen.1, 1);
    }

    #[tokio::test]
    async fn a_dropped_flow_gives_its_port_back() {
        let (inbox, _datagrams) = Inbox::new();
        let flow = FlowSocket::open(FlowId(1), &loopback(), &inbox).unwrap();
        let local = flow.local();
        drop(flow);
        tokio::task::yield_now().await;
        std::net::UdpSocket::bind(local).unwrap();
    }

    #[test]
    fn addresses_that_nobody_can_answer_to_are_told_apart() {
        let ip = |s: &str| s.parse::<IpAddr>().unwrap();
        let far = ip("192.0.2.1");
        for bad in [
            "0.0.0.0",
            "127.0.0.1",
            "169.254.3.4",
            "fe80::1",
            "::",
            "::1",
        ] {
            assert!(unusable_towards(ip(bad), far), "{bad}");
        }
        assert!(!unusable_towards(ip("127.0.0.2"), ip("127.0.0.1")));
        assert!(!unusable_towards(ip("10.0.0.2"), far));
    }
}
