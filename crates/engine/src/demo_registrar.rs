//! The company registrar of the demo: one account, UDP, in the foreground or inside an engine. For loopback and namespaces, not for a company.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant, SystemTime};

use bellhop_endpoint::stateless::{Received, StatelessUas};
use bellhop_registrar::{Account, Arrival, Registrar, RegistrarConfig};
use bytes::Bytes;
use rand::RngExt;
use secrecy::SecretString;
use tokio::task::AbortHandle;

use crate::failed::Failed;

/// The demo's account; its password is no secret unless the variable gives another.
const USER: &str = "tina";
const PASSWORD: &str = "demo";
const PASSWORD_VARIABLE: &str = "BELLHOP_DEMO_PASSWORD";
/// Its domain, and those that examples use.
const DOMAIN: &str = "company.test";
const ALIASES: [&str; 3] = ["demo.example", "example.com", "localhost"];
/// Without timers it still wakes now and then, which costs nothing.
const IDLE: Duration = Duration::from_secs(60);

/// Serves until the process ends. Prints `listening udp:ADDRESS:PORT` first, then a line per event with the milliseconds since the start.
///
/// # Errors
/// The port can't be opened, or `out` can't be written.
pub fn run(port: u16, listen: IpAddr, out: &mut dyn Write) -> Result<(), Failed> {
    let told = |error: std::io::Error| Failed::system("the demo's registrar can't go on", &error);
    let socket = UdpSocket::bind(SocketAddr::new(listen, port)).map_err(|error| Failed {
        exit: 1,
        lines: vec![format!("port {port} can't be opened: {error}")],
    })?;
    let local = socket.local_addr().map_err(told)?;
    let password = std::env::var(PASSWORD_VARIABLE).unwrap_or_else(|_| PASSWORD.to_owned());
    let mut demo = Demo::new(local, password);
    let begun = Instant::now();
    say(out, format_args!("listening udp:{local}"))?;
    let mut buffer = vec![0; 65_535];
    loop {
        let wait = demo
            .registrar
            .poll_timeout()
            .map_or(IDLE, |at| at.saturating_duration_since(Instant::now()))
            .clamp(Duration::from_millis(1), IDLE);
        socket.set_read_timeout(Some(wait)).map_err(told)?;
        if let Ok((length, source)) = socket.recv_from(&mut buffer) {
            let datagram = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
            if let Some((response, destination)) = demo.answer(Instant::now(), source, datagram) {
                // Whoever sent it may be gone by now.
                let _ = socket.send_to(&response, destination);
            }
        }
        demo.registrar.handle_timeout(Instant::now());
        while let Some(event) = demo.registrar.poll_event() {
            say(
                out,
                format_args!(
                    "{:>8.1} ms  {event}",
                    begun.elapsed().as_secs_f64() * 1000.0
                ),
            )?;
        }
    }
}

/// The registrar inside an engine, on a loopback port of its own. Dropped, it ends.
#[derive(Debug)]
pub(crate) struct Embedded {
    address: SocketAddr,
    task: AbortHandle,
}

impl Embedded {
    /// To be called inside the runtime.
    ///
    /// # Errors
    /// No port is to be had.
    pub(crate) fn start() -> io::Result<Embedded> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        let socket = tokio::net::UdpSocket::from_std(socket)?;
        let address = socket.local_addr()?;
        let demo = Demo::new(address, PASSWORD.to_owned());
        let task = tokio::spawn(serve(socket, demo)).abort_handle();
        Ok(Embedded { address, task })
    }

    /// Number and registrar of the line that it knows, as a config would have them.
    pub(crate) fn line(&self) -> (String, String) {
        let registrar = format!("sip:{}", self.address);
        (format!("sip:{USER}@{DOMAIN}"), registrar)
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What its account logs in with.
pub(crate) fn password() -> SecretString {
    PASSWORD.into()
}

async fn serve(socket: tokio::net::UdpSocket, mut demo: Demo) {
    let mut buffer = vec![0; 65_535];
    loop {
        let wake = demo.registrar.poll_timeout();
        let timer = async {
            match wake {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            received = socket.recv_from(&mut buffer) => {
                // An error is of an earlier datagram, whose receiver has gone.
                if let Ok((length, source)) = received {
                    let datagram = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
                    if let Some((response, destination)) =
                        demo.answer(Instant::now(), source, datagram)
                    {
                        let _ = socket.send_to(&response, destination).await;
                    }
                }
            }
            () = timer => {}
        }
        demo.registrar.handle_timeout(Instant::now());
        while demo.registrar.poll_event().is_some() {}
    }
}

struct Demo {
    uas: StatelessUas,
    registrar: Registrar,
}

impl Demo {
    fn new(local: SocketAddr, password: String) -> Demo {
        let mut rng = rand::rng();
        let mut config = RegistrarConfig::new(DOMAIN, vec![Account::new(USER, password)]);
        config.aliases = ALIASES
            .iter()
            .map(ToString::to_string)
            .chain([local.ip().to_string()])
            .collect();
        Demo {
            uas: StatelessUas::new(rng.random()),
            registrar: Registrar::new(config, rng.random()),
        }
    }

    /// What a datagram is answered, and where the answer goes.
    fn answer(
        &mut self,
        now: Instant,
        source: SocketAddr,
        datagram: Bytes,
    ) -> Option<(Bytes, SocketAddr)> {
        match self.uas.receive(source, datagram) {
            Received::Request {
                request,
                destination,
            } => {
                let arrival = Arrival::udp(source);
                let wall = SystemTime::now();
                let answer = self.registrar.handle_request(now, wall, &arrival, &request);
                // The demo keeps nothing, so nothing has to be stored first.
                while let Some(write) = self.registrar.poll_write() {
                    self.registrar.handle_committed(write.seq);
                }
                Some((answer.response, destination))
            }
            Received::Refused {
                response,
                destination,
                ..
            } => Some((response, destination)),
            Received::Response(_) | Received::KeepAlive | Received::Discarded(_) => None,
        }
    }
}

fn say(out: &mut dyn Write, line: std::fmt::Arguments<'_>) -> Result<(), Failed> {
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| Failed::system("stdout can't be written", &error))
}
