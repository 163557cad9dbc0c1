//! The company registrar of the demo: one account, UDP, in the foreground or inside an engine. For loopback and namespaces, not for a company.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant, SystemTime};

use bellhop_endpoint::{Endpoint, Event, Flow, FlowId, Timers};
use bellhop_registrar::{Account, Registrar, RegistrarConfig};
use bellhop_sip::Transport;
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
const LISTENER: FlowId = FlowId(1);
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
            .next_wake()
            .map_or(IDLE, |at| at.saturating_duration_since(Instant::now()))
            .clamp(Duration::from_millis(1), IDLE);
        socket.set_read_timeout(Some(wait)).map_err(told)?;
        if let Ok((length, source)) = socket.recv_from(&mut buffer) {
            demo.handle_datagram(
                Instant::now(),
                source,
                Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default()),
            );
        }
        demo.handle_timeout(Instant::now());
        while let Some(transmit) = demo.endpoint.poll_transmit() {
            // Whoever sent it may be gone by now.
            let _ = socket.send_to(&transmit.payload, transmit.destination);
        }
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
        let wake = demo.next_wake();
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
                    let datagram = buffer.get(..length).unwrap_or_default();
                    demo.handle_datagram(Instant::now(), source, Bytes::copy_from_slice(datagram));
                }
            }
            () = timer => {}
        }
        demo.handle_timeout(Instant::now());
        while let Some(transmit) = demo.endpoint.poll_transmit() {
            let _ = socket
                .send_to(&transmit.payload, transmit.destination)
                .await;
        }
        while demo.registrar.poll_event().is_some() {}
    }
}

struct Demo {
    endpoint: Endpoint,
    registrar: Registrar,
}

impl Demo {
    fn new(local: SocketAddr, password: String) -> Demo {
        let mut rng = rand::rng();
        let mut endpoint = Endpoint::new(Timers::default(), rng.random());
        endpoint.open_flow(
            LISTENER,
            Flow {
                transport: Transport::Udp,
                local,
                remote: None,
            },
        );
        let mut config = RegistrarConfig::new(
            DOMAIN,
            vec![Account {
                user: USER.to_owned(),
                password: password.into(),
            }],
        );
        config.aliases = ALIASES
            .iter()
            .map(ToString::to_string)
            .chain([local.ip().to_string()])
            .collect();
        Demo {
            endpoint,
            registrar: Registrar::new(config, rng.random()),
        }
    }

    fn handle_datagram(&mut self, now: Instant, source: SocketAddr, datagram: Bytes) {
        self.endpoint
            .handle_datagram(now, LISTENER, source, datagram);
        while let Some(event) = self.endpoint.poll_event() {
            if let Event::Request {
                id,
                source,
                request,
                ..
            } = event
            {
                let response =
                    self.registrar
                        .handle_request(now, SystemTime::now(), source, &request);
                self.endpoint.respond(now, id, response);
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
        self.registrar.handle_timeout(now);
    }

    fn next_wake(&self) -> Option<Instant> {
        self.endpoint
            .poll_timeout()
            .into_iter()
            .chain(self.registrar.poll_timeout())
            .min()
    }
}

fn say(out: &mut dyn Write, line: std::fmt::Arguments<'_>) -> Result<(), Failed> {
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| Failed::system("stdout can't be written", &error))
}
