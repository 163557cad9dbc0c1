//! Datagrams, many at a time where the system has that (recvmmsg and sendmmsg on Linux).

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use bellhop_sip::Arena;
use bytes::Bytes;
use tokio::io::Interest;
use tokio::net::UdpSocket;

use super::{Place, socket};

/// The largest UDP payload.
const LARGEST: usize = 65_535;
/// How far apart the datagrams of a batch are received. At a power of two all of them would want the same few lines of the caches.
const SLOT: usize = LARGEST + 1 + 17 * 64;
/// Bytes of datagrams that share a piece of memory: a batch of REGISTERs.
const PIECE: usize = 32 * 1024;
/// Datagrams of one call.
pub(crate) const BATCH: usize = 32;

/// An open UDP listener.
#[derive(Debug)]
pub(crate) struct UdpListener {
    socket: UdpSocket,
    local: SocketAddr,
    incoming: batch::Headers,
    departing: batch::Headers,
    /// What leaves with the next [`flush`](UdpListener::flush).
    outgoing: Vec<(SocketAddr, Bytes)>,
}

/// Room for a batch, used by all sockets in turn.
#[derive(Debug)]
pub(crate) struct Room {
    /// What the system writes into. Pages that nothing was received into cost nothing.
    slots: Vec<u8>,
    /// What they are taken out into.
    arena: Arena,
}

impl Room {
    pub(crate) fn new() -> Room {
        Room {
            slots: vec![0; SLOT * BATCH],
            arena: Arena::with_pieces_of(PIECE),
        }
    }
}

/// Whether a socket was read until there was no more.
enum Drained {
    Yes,
    No,
}

impl UdpListener {
    /// # Errors
    /// The address is taken, or not this machine's.
    pub(crate) fn open(place: &Place) -> io::Result<UdpListener> {
        let socket = socket::udp(place)?;
        let local = socket.local_addr()?;
        Ok(UdpListener {
            socket,
            local,
            incoming: batch::Headers::new(),
            departing: batch::Headers::new(),
            outgoing: Vec::with_capacity(BATCH),
        })
    }

    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    /// Whether something can be read; else whoever polls is woken when it can.
    pub(crate) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.socket.poll_recv_ready(cx).map(drop)
    }

    /// What is there, up to [`BATCH`] datagrams; nothing if nothing is.
    pub(crate) fn receive(
        &mut self,
        room: &mut Room,
        into: &mut Vec<(SocketAddr, Bytes)>,
    ) -> usize {
        let before = into.len();
        let (socket, headers) = (&self.socket, &mut self.incoming);
        let received = socket.try_io(Interest::READABLE, || {
            match batch::receive(socket, headers, room, into)? {
                Drained::No => Ok(()),
                // The next one wakes us, without the system being asked for it once more.
                Drained::Yes => Err(io::ErrorKind::WouldBlock.into()),
            }
        });
        if let Err(error) = received
            && error.kind() != io::ErrorKind::WouldBlock
        {
            // Of an earlier datagram (ICMP): its receiver has gone.
            tracing::trace!(%error, "reading a listener");
        }
        into.len() - before
    }

    /// Sends with the next [`flush`](UdpListener::flush).
    pub(crate) fn send(&mut self, to: SocketAddr, payload: Bytes) {
        self.outgoing.push((to, payload));
        if self.outgoing.len() >= BATCH {
            self.flush();
        }
    }

    /// Sends what is waiting. What the system has no room for is lost, as datagrams are: whoever asked asks again.
    pub(crate) fn flush(&mut self) {
        let mut rest = self.outgoing.as_slice();
        while !rest.is_empty() {
            match batch::send(&self.socket, &mut self.departing, rest) {
                Ok(sent) => rest = rest.get(sent.max(1)..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => {
                    // One receiver that can't be reached stops no other.
                    tracing::trace!(%error, "sending from a listener");
                    rest = rest.get(1..).unwrap_or_default();
                }
            }
        }
        self.outgoing.clear();
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod batch {
    use std::io::{self, IoSlice, IoSliceMut};
    use std::net::{SocketAddr, SocketAddrV4, SocketAddrV6};
    use std::os::fd::AsRawFd;

    use bytes::Bytes;
    use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, sendmmsg};
    use tokio::net::UdpSocket;

    use super::{BATCH, Drained, Room, SLOT};

    /// What tells the system of each datagram, made once.
    pub(super) struct Headers(MultiHeaders<SockaddrStorage>);

    impl Headers {
        pub(super) fn new() -> Headers {
            Headers(MultiHeaders::preallocate(BATCH, None))
        }
    }

    impl std::fmt::Debug for Headers {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Headers")
        }
    }

    pub(super) fn receive(
        socket: &UdpSocket,
        headers: &mut Headers,
        room: &mut Room,
        into: &mut Vec<(SocketAddr, Bytes)>,
    ) -> io::Result<Drained> {
        let Room { slots, arena } = room;
        let mut slices: Vec<[IoSliceMut<'_>; 1]> = slots
            .chunks_exact_mut(SLOT)
            .map(|slot| [IoSliceMut::new(slot)])
            .collect();
        let received = recvmmsg(
            socket.as_raw_fd(),
            &mut headers.0,
            slices.iter_mut(),
            MsgFlags::MSG_DONTWAIT,
            None,
        )?;
        let mut count = 0;
        for it in received {
            count += 1;
            if let Some(source) = it.address.as_ref().and_then(address) {
                let payload = it.iovs().next().unwrap_or_default();
                into.push((source, arena.take_in(payload)));
            }
        }
        Ok(match count {
            BATCH => Drained::No,
            // The system stops early only where there is no more.
            _ => Drained::Yes,
        })
    }

    /// How many of them left.
    pub(super) fn send(
        socket: &UdpSocket,
        headers: &mut Headers,
        datagrams: &[(SocketAddr, Bytes)],
    ) -> io::Result<usize> {
        let datagrams = datagrams
            .get(..BATCH.min(datagrams.len()))
            .unwrap_or_default();
        let mut addresses = [const { None::<SockaddrStorage> }; BATCH];
        for (address, (to, _)) in addresses.iter_mut().zip(datagrams) {
            *address = Some(SockaddrStorage::from(*to));
        }
        let slices: Vec<[IoSlice<'_>; 1]> = datagrams
            .iter()
            .map(|(_, payload)| [IoSlice::new(payload)])
            .collect();
        let sent = sendmmsg(
            socket.as_raw_fd(),
            &mut headers.0,
            slices.iter(),
            addresses,
            [],
            MsgFlags::MSG_DONTWAIT,
        )?;
        Ok(sent.count())
    }

    fn address(storage: &SockaddrStorage) -> Option<SocketAddr> {
        if let Some(v4) = storage.as_sockaddr_in() {
            return Some(SocketAddrV4::from(*v4).into());
        }
        storage
            .as_sockaddr_in6()
            .map(|v6| SocketAddrV6::from(*v6).into())
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod batch {
    use std::io;
    use std::net::SocketAddr;

    use bytes::Bytes;
    use socket2::SockRef;
    use tokio::net::UdpSocket;

    use super::{BATCH, Drained, Room};

    #[derive(Debug)]
    pub(super) struct Headers;

    impl Headers {
        pub(super) fn new() -> Headers {
            Headers
        }
    }

    pub(super) fn receive(
        socket: &UdpSocket,
        _: &mut Headers,
        room: &mut Room,
        into: &mut Vec<(SocketAddr, Bytes)>,
    ) -> io::Result<Drained> {
        for _ in 0..BATCH {
            match socket.try_recv_from(&mut room.slots) {
                Ok((length, source)) => {
                    let payload = room.slots.get(..length).unwrap_or_default();
                    into.push((source, room.arena.take_in(payload)));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Drained::Yes),
                Err(error) if into.is_empty() => return Err(error),
                Err(_) => break,
            }
        }
        Ok(Drained::No)
    }

    pub(super) fn send(
        socket: &UdpSocket,
        _: &mut Headers,
        datagrams: &[(SocketAddr, Bytes)],
    ) -> io::Result<usize> {
        let Some((to, payload)) = datagrams.first() else {
            return Ok(0);
        };
        SockRef::from(socket).send_to(payload, &(*to).into())?;
        Ok(1)
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket as Plain;
    use std::time::Duration;

    use super::*;

    fn listener(address: &str) -> UdpListener {
        UdpListener::open(&Place {
            address: address.parse().unwrap(),
            link: None,
        })
        .unwrap()
    }

    async fn receive(listener: &mut UdpListener, wanted: usize) -> Vec<(SocketAddr, Bytes)> {
        let (mut room, mut all) = (Room::new(), Vec::new());
        while all.len() < wanted {
            let ready = std::future::poll_fn(|cx| listener.poll_readable(cx));
            tokio::time::timeout(Duration::from_secs(5), ready)
                .await
                .unwrap();
            listener.receive(&mut room, &mut all);
        }
        all
    }

    #[tokio::test]
    async fn many_datagrams_come_whole_and_in_order_with_their_sources() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let mut listener = listener(address);
            let phone = Plain::bind(address).unwrap();
            let mut sent = Vec::new();
            for number in 0..100_usize {
                let payload = vec![u8::try_from(number).unwrap(); 1 + number * 37];
                phone.send_to(&payload, listener.local()).unwrap();
                sent.push((phone.local_addr().unwrap(), Bytes::from(payload)));
            }
            assert_eq!(receive(&mut listener, 100).await, sent);
        }
    }

    #[tokio::test]
    async fn answers_leave_to_whom_they_belong_and_one_that_is_unreachable_stops_none() {
        let mut listener = listener("127.0.0.1:0");
        let phones: Vec<Plain> = (0..3)
            .map(|_| Plain::bind("127.0.0.1:0").unwrap())
            .collect();
        for round in 0..20_u8 {
            listener.send("192.0.2.1:0".parse().unwrap(), Bytes::from_static(b"lost"));
            for (at, phone) in (0_u8..).zip(&phones) {
                listener.send(phone.local_addr().unwrap(), Bytes::from(vec![round, at]));
            }
        }
        listener.flush();
        for (at, phone) in (0_u8..).zip(&phones) {
            phone
                .set_read_timeout(Some(Duration::from_secs(5)))
                .unwrap();
            for round in 0..20 {
                let mut buffer = [0; 8];
                let length = phone.recv(&mut buffer).unwrap();
                assert_eq!(buffer[..length], [round, at]);
            }
        }
    }

    #[tokio::test]
    async fn the_largest_datagram_comes_whole() {
        let mut listener = listener("127.0.0.1:0");
        let phone = Plain::bind("127.0.0.1:0").unwrap();
        phone.send_to(&[7; 65_507], listener.local()).unwrap();
        assert_eq!(receive(&mut listener, 1).await[0].1.len(), 65_507);
    }
}
