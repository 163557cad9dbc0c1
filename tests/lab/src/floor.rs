//! The floor: what a client reaches that knows only one thing, namely that a new default route means REGISTER.
//!
//! It listens to the kernel, and at a new default route sends the prepared REGISTER with the live nonce from a fresh socket. Nothing
//! that also has to look after errors, secrets and people can be faster on the same machine.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::company::DOMAIN;
use crate::digest::Challenge;
use crate::kernel::{Change, Listener};
use crate::namespace::Namespace;

/// The floor's own account, beside Bellhop's.
pub const USER: &str = "floor";

/// A running floor; ended when dropped.
pub struct Floor {
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Floor {
    /// Registers once, to have a live nonce, then follows the kernel.
    ///
    /// # Errors
    /// When the registrar does not let it in.
    pub fn start(host: &Namespace, registrar: SocketAddr, password: &str) -> Result<Self> {
        let listener = Listener::new(host)?;
        let mut client = Client {
            registrar,
            password: password.to_owned(),
            challenge: None,
            sent: 0,
        };
        client.log_in(host)?;
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
    registrar: SocketAddr,
    password: String,
    challenge: Option<Challenge>,
    sent: u32,
}

impl Client {
    fn log_in(&mut self, host: &Namespace) -> Result<()> {
        let socket = host.inside(|| self.socket())?;
        socket.set_read_timeout(Some(Duration::from_secs(2)))?;
        self.register(&socket)?;
        let answer = receive(&socket)?;
        self.challenge = Some(Challenge::of(&answer).context("the registrar did not challenge")?);
        self.register(&socket)?;
        let answer = receive(&socket)?;
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
            if news
                .iter()
                .any(|heard| matches!(heard.change, Change::RouteAdded(_)))
            {
                self.register(&self.socket()?)?;
            }
        }
        Ok(())
    }

    fn socket(&self) -> Result<UdpSocket> {
        let socket = UdpSocket::bind(("0.0.0.0", 0))?;
        socket.connect(self.registrar)?;
        Ok(socket)
    }

    fn register(&mut self, socket: &UdpSocket) -> Result<()> {
        self.sent += 1;
        let (local, uri, number) = (
            socket.local_addr()?,
            format!("sip:{}", self.registrar),
            self.sent,
        );
        let challenge = self.challenge.as_ref();
        let authorization = challenge
            .map(|challenge| challenge.answer(USER, &self.password, &uri, number) + "\r\n")
            .unwrap_or_default();
        let request = format!(
            "REGISTER {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bK-floor-{number};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:{USER}@{DOMAIN}>;tag=floor\r\nTo: <sip:{USER}@{DOMAIN}>\r\nCall-ID: floor\r\nCSeq: {number} REGISTER\r\n\
             Contact: <sip:{USER}@{local}>;+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-000000000001>\"\r\nExpires: 3600\r\n\
             {authorization}Content-Length: 0\r\n\r\n"
        );
        socket.send(request.as_bytes())?;
        Ok(())
    }
}

fn receive(socket: &UdpSocket) -> Result<String> {
    let mut buffer = [0; 4096];
    let length = socket
        .recv(&mut buffer)
        .context("waiting for the registrar")?;
    Ok(String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned())
}
