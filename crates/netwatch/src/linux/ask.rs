//! Questions to the kernel and their answers.

use std::io;

use netlink_packet_core::{NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR};
use netlink_sys::Socket;
use netlink_sys::protocols::NETLINK_ROUTE;
use nix::sys::socket::{setsockopt, sockopt};
use nix::sys::time::TimeVal;

use super::wire;

/// A dump that a change interrupted is repeated; where changes do not cease the last one must do, for each of them rings the alarm anyway.
const DUMP_ATTEMPTS: usize = 4;
/// The kernel writes at most this much into one datagram.
const DATAGRAM: usize = 64 * 1024;
/// The kernel answers while it is asked; the limit is for what only looks like a kernel.
const ANSWER_SECONDS: i64 = 2;

/// A socket for questions: ask, read, drop.
pub(super) struct Kernel {
    socket: Socket,
    sequence: u32,
    buffer: Vec<u8>,
}

impl Kernel {
    /// Opens the socket.
    pub(super) fn open() -> io::Result<Kernel> {
        Self::socket().map_err(unavailable)
    }

    fn socket() -> io::Result<Kernel> {
        let mut socket = Socket::new(NETLINK_ROUTE)?;
        socket.bind_auto()?;
        setsockopt(
            &socket,
            sockopt::ReceiveTimeout,
            &TimeVal::new(ANSWER_SECONDS, 0),
        )?;
        Ok(Kernel {
            socket,
            sequence: 0,
            buffer: Vec::with_capacity(DATAGRAM),
        })
    }

    /// The bodies of all messages of type `answer` in the dump that `kind` asks for.
    pub(super) fn dump(&mut self, kind: u16, answer: u16, body: &[u8]) -> io::Result<Vec<Vec<u8>>> {
        let mut list = Vec::new();
        for _ in 0..DUMP_ATTEMPTS {
            list.clear();
            if self.ask(kind, NLM_F_DUMP, answer, body, &mut list)? {
                break;
            }
        }
        Ok(list)
    }

    /// The body of the one message that answers.
    pub(super) fn get(
        &mut self,
        kind: u16,
        answer: u16,
        body: &[u8],
    ) -> io::Result<Option<Vec<u8>>> {
        let mut list = Vec::new();
        self.ask(kind, 0, answer, body, &mut list)?;
        Ok(list.pop())
    }

    /// Asks and appends the answers; false: a change interrupted the dump.
    fn ask(
        &mut self,
        kind: u16,
        flags: u16,
        answer: u16,
        body: &[u8],
        list: &mut Vec<Vec<u8>>,
    ) -> io::Result<bool> {
        self.sequence += 1;
        self.socket.send(
            &wire::request(kind, NLM_F_REQUEST | flags, self.sequence, body),
            0,
        )?;
        let mut whole = true;
        loop {
            self.buffer.clear();
            if let Err(error) = self.socket.recv(&mut self.buffer, 0) {
                if error.kind() == io::ErrorKind::Interrupted {
                    continue;
                }
                return Err(error);
            }
            for message in wire::messages(&self.buffer) {
                if message.sequence != self.sequence {
                    continue;
                }
                whole &= message.flags & NLM_F_DUMP_INTR == 0;
                if message.kind == answer {
                    list.push(message.body.to_vec());
                    if flags & NLM_F_DUMP == 0 {
                        return Ok(whole);
                    }
                } else if message.kind == NLMSG_DONE || message.kind == NLMSG_ERROR {
                    // Both carry a negative error number, or zero.
                    return match wire::u32_at(message.body, 0).map(u32::cast_signed) {
                        Some(code) if code < 0 => {
                            Err(io::Error::from_raw_os_error(code.saturating_neg()))
                        }
                        _ => Ok(whole),
                    };
                }
            }
        }
    }
}

/// Says which door is closed: some sandboxes have no routing socket.
pub(super) fn unavailable(error: io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!(
            "the kernel's routing socket (netlink) cannot be used, so networks cannot be watched: {error}"
        ),
    )
}
