//! The other end of a line's UDP: what it answers is for the test to say.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::sip_text::response;

/// A socket on loopback that hears requests; it closes when dropped.
#[derive(Debug)]
pub struct Peer {
    address: SocketAddr,
    socket: UdpSocket,
    heard: Arc<Mutex<Vec<String>>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// A request, for who answers it.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    /// The whole message.
    pub message: &'a str,
    source: SocketAddr,
}

impl Heard<'_> {
    /// Where it came from.
    #[must_use]
    pub fn source(&self) -> SocketAddr {
        self.source
    }

    /// An answer with that status line's end (`403 Forbidden`) and these header lines, each with its line end.
    #[must_use]
    pub fn answer(&self, status: &str, extra: &str) -> String {
        response(self.message, self.source, status, extra)
    }
}

impl Peer {
    /// Listens on a free port of 127.0.0.1 and gives each request to `answer`; none is silence.
    ///
    /// # Errors
    /// If no socket is to be had.
    pub fn start(answer: impl FnMut(Heard<'_>) -> Option<String> + Send + 'static) -> Result<Peer> {
        Peer::start_at(Ipv4Addr::LOCALHOST, answer)
    }

    /// The same on another address of this machine.
    ///
    /// # Errors
    /// If it is none.
    pub fn start_at(
        address: Ipv4Addr,
        mut answer: impl FnMut(Heard<'_>) -> Option<String> + Send + 'static,
    ) -> Result<Peer> {
        let socket = UdpSocket::bind((address, 0)).context("a socket for the peer")?;
        socket.set_read_timeout(Some(Duration::from_millis(50)))?;
        let address = socket.local_addr()?;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let own = socket.try_clone()?;
        let thread = thread::spawn({
            let (heard, ended) = (Arc::clone(&heard), Arc::clone(&ended));
            move || {
                while !ended.load(Ordering::Relaxed) {
                    let Some((message, source)) = receive(&socket) else {
                        continue;
                    };
                    // Keep-alives begin with no letter, and answers are nothing to answer.
                    if message.starts_with(|c: char| c.is_ascii_alphabetic())
                        && !message.starts_with("SIP/2.0")
                    {
                        if let Some(text) = answer(Heard {
                            message: &message,
                            source,
                        }) {
                            let _ = socket.send_to(text.as_bytes(), source);
                        }
                        heard
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push(message);
                    }
                }
            }
        });
        Ok(Peer {
            address,
            socket: own,
            heard,
            ended,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends something unasked, from where it listens.
    ///
    /// # Errors
    /// When the system does not.
    pub fn say(&self, text: &str, to: SocketAddr) -> Result<()> {
        self.socket.send_to(text.as_bytes(), to)?;
        Ok(())
    }

    /// Every request so far.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn receive(socket: &UdpSocket) -> Option<(String, SocketAddr)> {
    let mut buffer = vec![0; 65_536];
    let (length, source) = socket.recv_from(&mut buffer).ok()?;
    let text = str::from_utf8(buffer.get(..length)?).ok()?;
    Some((text.to_owned(), source))
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
