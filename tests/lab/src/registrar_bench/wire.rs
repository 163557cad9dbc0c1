//! Many datagrams with one call to the system, each way: `sendmmsg` and `recvmmsg`.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd as _, AsRawFd as _};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{MsgFlags, MultiHeaders, recvmmsg, sendmmsg, setsockopt, sockopt};

/// Datagrams taken or given with one call.
const BATCH: usize = 64;
/// Longest answer that is read.
const LONGEST: usize = 2048;
/// Room for what has arrived and is not yet read: as much as the system allows.
const ROOM: usize = 8 << 20;

/// A UDP socket with one other end.
pub(super) struct Wire {
    socket: UdpSocket,
    headers: MultiHeaders<()>,
    buffers: Vec<Vec<u8>>,
}

impl Wire {
    /// From a free port of loopback to `peer`.
    ///
    /// # Errors
    /// When the system has no port.
    pub(super) fn to(peer: SocketAddr) -> io::Result<Self> {
        Self::from_to(Ipv4Addr::LOCALHOST, peer)
    }

    /// From a free port of another of loopback's addresses.
    ///
    /// # Errors
    /// When the system has no port.
    pub(super) fn from_to(own: Ipv4Addr, peer: SocketAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind((own, 0))?;
        socket.connect(peer)?;
        Self::of(socket)
    }

    /// Over a socket that is connected.
    ///
    /// # Errors
    /// When it can't be set up.
    pub(super) fn of(socket: UdpSocket) -> io::Result<Self> {
        // The system takes less, if it allows no more.
        let _ = setsockopt(&socket, sockopt::RcvBuf, &ROOM);
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            headers: MultiHeaders::preallocate(BATCH, None),
            buffers: vec![vec![0; LONGEST]; BATCH],
        })
    }

    pub(super) fn local(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Sends all of `messages`, waiting for room where there is none.
    ///
    /// # Errors
    /// What the system says; that nobody listens there, for one.
    pub(super) fn send(&mut self, messages: &[&[u8]]) -> io::Result<()> {
        let slices: Vec<_> = messages.iter().map(|bytes| [IoSlice::new(bytes)]).collect();
        let mut rest = slices.as_slice();
        while !rest.is_empty() {
            let wanted = rest.len().min(BATCH);
            let (batch, later) = rest.split_at(wanted);
            let addresses = [None; BATCH];
            let sent = sendmmsg(
                self.socket.as_raw_fd(),
                &mut self.headers,
                batch,
                addresses,
                [],
                MsgFlags::empty(),
            )
            .map(Iterator::count);
            match sent {
                Ok(sent) if sent == wanted => rest = later,
                Ok(sent) => rest = rest.get(sent..).unwrap_or_default(),
                Err(Errno::EAGAIN) => self.wait(PollFlags::POLLOUT, PollTimeout::MAX)?,
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Hands what has arrived to `take`, a batch at most, and says how many there were. Does not wait.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn receive(&mut self, mut take: impl FnMut(&[u8])) -> io::Result<usize> {
        let mut slices: Vec<_> = self
            .buffers
            .iter_mut()
            .map(|buffer| [IoSliceMut::new(buffer)])
            .collect();
        let received = recvmmsg(
            self.socket.as_raw_fd(),
            &mut self.headers,
            slices.iter_mut(),
            MsgFlags::MSG_DONTWAIT,
            None,
        );
        match received {
            Ok(messages) => {
                let mut count = 0;
                for message in messages {
                    count += 1;
                    take(message.iovs().next().unwrap_or_default());
                }
                Ok(count)
            }
            Err(Errno::EAGAIN | Errno::EINTR) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until something has arrived.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn wait_for_some(&self, milliseconds: u16) -> io::Result<()> {
        self.wait(PollFlags::POLLIN, PollTimeout::from(milliseconds))
    }

    fn wait(&self, what: PollFlags, limit: PollTimeout) -> io::Result<()> {
        match poll(&mut [PollFd::new(self.socket.as_fd(), what)], limit) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_a_batch_arrives_in_order() {
        let far = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut near = Wire::to(far.local_addr().unwrap()).unwrap();
        far.connect(near.local().unwrap()).unwrap();
        let mut far = Wire::of(far).unwrap();
        let texts: Vec<_> = (0..100).map(|number: u8| [number; 3]).collect();
        near.send(&texts.iter().map(<[u8; 3]>::as_slice).collect::<Vec<_>>())
            .unwrap();
        let mut heard = Vec::new();
        while heard.len() < texts.len() {
            far.wait_for_some(1000).unwrap();
            let count = far.receive(|bytes| heard.push(bytes.to_vec())).unwrap();
            assert!(count > 0);
        }
        assert_eq!(heard, texts);
    }
}
