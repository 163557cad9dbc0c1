//! The floor: what a client reaches that knows only one thing, namely that a new default route or a lost link means REGISTER.
//!
//! It listens to the kernel, and at such a change sends the prepared REGISTER with the live nonce from a fresh socket, and once more if
//! the registrar wants another nonce. Nothing that also has to look after errors, secrets and people can be faster on the same machine.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use crate::company::DOMAIN;
use crate::digest::Challenge;
use crate::kernel::{Change, Listener};
use crate::namespace::Namespace;

/// The floor's own account, beside Bellhop's.
pub const USER: &str = "floor";
/// Longest wait for an answer: after that the next change is listened for.
const PATIENCE: Duration = Duration::from_millis(500);

/// A running floor; ended when dropped.
pub struct Floor {
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Floor {
    /// Registers [`USER`] once, to have a live nonce, then follows the kernel.
    ///
    /// # Errors
    /// When the registrar does not let it in.
    pub fn start(host: &Namespace, registrar: SocketAddr, password: &str) -> Result<Self> {
        let mut client = Client::new(USER, registrar, password);
        client.log_in(host)?;
        Self::follow(host, client)
    }

    /// The same for another account, which may wait for its first network and then has no nonce yet.
    ///
    /// # Errors
    /// When the registrar does not let it in.
    pub fn start_as(
        user: &'static str,
        has_network: bool,
        host: &Namespace,
        registrar: SocketAddr,
        password: &str,
    ) -> Result<Self> {
        let mut client = Client::new(user, registrar, password);
        if has_network {
            client.log_in(host)?;
        }
        Self::follow(host, client)
    }

    fn follow(host: &Namespace, mut client: Client) -> Result<Self> {
        let listener = Listener::new(host)?;
        let ended = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&ended);
        let thread = host.inside(|| Ok(thread::spawn(move || client.follow(&listener, &until))))?;
        Ok(Self {
            ended,
            thread: Some(thread),
        })
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

struct Client {
    user: &'static str,
    /// Makes it another client than any before.
    born: u128,
    registrar: SocketAddr,
    password: String,
    challenge: Option<Challenge>,
    /// How often the challenge was answered.
    used: u32,
    sent: u32,
}

impl Client {
    fn new(user: &'static str, registrar: SocketAddr, password: &str) -> Self {
        let born = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self {
            user,
            born: born.map_or(0, |since| since.as_micros()),
            registrar,
            password: password.to_owned(),
            challenge: None,
            used: 0,
            sent: 0,
        }
    }

    fn log_in(&mut self, host: &Namespace) -> Result<()> {
        let socket = host.inside(|| self.socket())?;
        let answer = self.register(&socket)?;
        if !answer.starts_with("SIP/2.0 200 ") {
            bail!(
                "the registrar refused: {}",
                answer.lines().next().unwrap_or_default()
            );
        }
        Ok(())
    }

    fn follow(&mut self, listener: &Listener, ended: &AtomicBool) -> Result<()> {
        while !ended.load(Ordering::Relaxed) {
            let news = listener.next(Duration::from_millis(100))?;
            if news.iter().any(|heard| is_a_reason(&heard.change)) {
                // Without a network, or with one that leads nowhere, there is nothing to do until the next change.
                let _ = self.socket().and_then(|socket| self.register(&socket));
            }
        }
        Ok(())
    }

    fn socket(&self) -> Result<UdpSocket> {
        let socket = UdpSocket::bind(("0.0.0.0", 0))?;
        socket.connect(self.registrar)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        Ok(socket)
    }

    /// Registers, with a new nonce if the registrar wants one; the last answer.
    fn register(&mut self, socket: &UdpSocket) -> Result<String> {
        self.send(socket)?;
        let answer = receive(socket)?;
        let Some(challenge) = Challenge::of(&answer) else {
            return Ok(answer);
        };
        (self.challenge, self.used) = (Some(challenge), 0);
        self.send(socket)?;
        receive(socket)
    }

    fn send(&mut self, socket: &UdpSocket) -> Result<()> {
        self.sent += 1;
        self.used += 1;
        let (local, uri, number) = (
            socket.local_addr()?,
            format!("sip:{}", self.registrar),
            self.sent,
        );
        let (user, born) = (self.user, self.born);
        let challenge = self.challenge.as_ref();
        let authorization = challenge
            .map(|challenge| challenge.answer(user, &self.password, &uri, self.used) + "\r\n")
            .unwrap_or_default();
        let request = format!(
            "REGISTER {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bK-floor-{born}-{number};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:{user}@{DOMAIN}>;tag=floor\r\nTo: <sip:{user}@{DOMAIN}>\r\nCall-ID: floor-{born}\r\nCSeq: {number} REGISTER\r\n\
             Contact: <sip:{user}@{local}>;+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-000000000001>\"\r\nExpires: 3600\r\n\
             {authorization}Content-Length: 0\r\n\r\n"
        );
        socket.send(request.as_bytes())?;
        Ok(())
    }
}

fn is_a_reason(change: &Change) -> bool {
    matches!(change, Change::RouteAdded(_) | Change::LinkDown(_))
}

fn receive(socket: &UdpSocket) -> Result<String> {
    let mut buffer = [0; 4096];
    let length = socket
        .recv(&mut buffer)
        .context("waiting for the registrar")?;
    Ok(String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned())
}
