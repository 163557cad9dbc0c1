//! What leaves a host: its SIP datagrams, with the kernel's own time of each.

use std::io::IoSliceMut;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};
use nix::cmsg_space;
use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType,
    recvmsg, setsockopt, socket, sockopt,
};
use nix::sys::time::{TimeSpec, TimeVal, TimeValLike as _};

use crate::namespace::Namespace;

/// The port that registrars listen at.
const SIP: u16 = 5060;
/// `PACKET_OUTGOING` of linux/if_packet.h.
const OUTGOING: u8 = 4;
const UDP: u8 = 17;
const LARGEST: usize = 2048;
/// How often the thread looks whether it is to end.
const LOOK: i64 = 100;

/// A datagram to a registrar.
#[derive(Clone, Debug)]
pub struct Sent {
    /// `CLOCK_REALTIME` when the kernel handed it to the interface.
    pub at: SystemTime,
    /// The interface's index.
    pub interface: usize,
    /// What was in it.
    pub payload: Vec<u8>,
}

impl Sent {
    fn is_register(&self) -> bool {
        self.payload.starts_with(b"REGISTER ")
    }

    /// Copies of one request are equal in this.
    fn cseq(&self) -> String {
        let text = String::from_utf8_lossy(&self.payload);
        let cseq = text.lines().find(|line| line.starts_with("CSeq:"));
        cseq.unwrap_or_default().to_owned()
    }
}

/// Writes down what leaves a host, over whatever interface, until it is dropped.
pub struct Capture {
    sent: Arc<Mutex<Vec<Sent>>>,
    ended: Arc<AtomicBool>,
}

impl Capture {
    /// Starts to capture on `host`.
    ///
    /// # Errors
    /// Without the right to.
    pub fn start(host: &Namespace) -> Result<Self> {
        let socket = host.inside(|| open().context("capturing packets"))?;
        let capture = Self {
            sent: Arc::default(),
            ended: Arc::default(),
        };
        let (sent, ended) = (Arc::clone(&capture.sent), Arc::clone(&capture.ended));
        thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                match receive(&socket) {
                    Ok(found) => sent
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .extend(found),
                    Err(Errno::EAGAIN | Errno::EINTR | Errno::ENETDOWN) => {}
                    Err(_) => return,
                }
            }
        });
        Ok(capture)
    }

    /// The REGISTERs since a moment, copies of one counted once, in the order of leaving.
    #[must_use]
    pub fn registers(&self, since: SystemTime) -> Vec<Sent> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<Sent> = sent
            .iter()
            .filter(|sent| sent.at >= since && sent.is_register())
            .cloned()
            .collect();
        found.dedup_by_key(|sent| sent.cseq());
        found
    }

    /// The first REGISTER since a moment.
    ///
    /// # Errors
    /// When none leaves within `timeout`.
    pub fn first_register(&self, since: SystemTime, timeout: Duration) -> Result<Sent> {
        let end = Instant::now() + timeout;
        loop {
            if let Some(first) = self.registers(since).into_iter().next() {
                return Ok(first);
            }
            if Instant::now() >= end {
                bail!("no REGISTER left within {timeout:?}");
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

/// Every packet of every interface, from its IP header on.
fn open() -> Result<OwnedFd> {
    let socket = socket(
        AddressFamily::Packet,
        SockType::Datagram,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::EthAll,
    )?;
    setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
    setsockopt(
        &socket,
        sockopt::ReceiveTimeout,
        &TimeVal::milliseconds(LOOK),
    )?;
    Ok(socket)
}

fn receive(socket: &OwnedFd) -> nix::Result<Option<Sent>> {
    let mut buffer = [0; LARGEST];
    let mut slices = [IoSliceMut::new(&mut buffer)];
    let mut space = cmsg_space!(TimeSpec);
    let message = recvmsg::<LinkAddr>(
        socket.as_raw_fd(),
        &mut slices,
        Some(&mut space),
        MsgFlags::empty(),
    )?;
    let at = message.cmsgs()?.find_map(|control| {
        if let ControlMessageOwned::ScmTimestampns(time) = control {
            Some(SystemTime::UNIX_EPOCH + Duration::from(time))
        } else {
            None
        }
    });
    let (length, link) = (message.bytes, message.address);
    let outgoing = link.filter(|link| link.pkttype() == OUTGOING);
    let packet = buffer.get(..length).unwrap_or_default();
    Ok(match (outgoing, at, to_registrar(packet)) {
        (Some(link), Some(at), Some(payload)) => Some(Sent {
            at,
            interface: link.ifindex(),
            payload: payload.to_vec(),
        }),
        _ => None,
    })
}

/// The payload of a UDP datagram to a registrar, over IPv4 or IPv6.
fn to_registrar(packet: &[u8]) -> Option<&[u8]> {
    let first = packet.first()?;
    let (protocol, header) = match first >> 4 {
        4 => (packet.get(9)?, usize::from(first & 0xf) * 4),
        6 => (packet.get(6)?, 40),
        _ => return None,
    };
    let datagram = packet.get(header..)?;
    let port = u16::from_be_bytes(datagram.get(2..)?.first_chunk().copied()?);
    (*protocol == UDP && port == SIP)
        .then(|| datagram.get(8..))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datagram_to_a_registrar_is_told_from_others() {
        let mut packet = vec![0x45; 20];
        packet[9] = UDP;
        packet.extend([0x9c, 0x40, 0x13, 0xc4, 0, 0, 0, 0]);
        packet.extend(b"REGISTER ");
        assert_eq!(to_registrar(&packet), Some(&b"REGISTER "[..]));
        let mut elsewhere = packet.clone();
        elsewhere[23] = 0xc5;
        assert_eq!(to_registrar(&elsewhere), None);
        packet[9] = 6;
        assert_eq!(to_registrar(&packet), None);
        assert_eq!(to_registrar(&[]), None);
    }
}
