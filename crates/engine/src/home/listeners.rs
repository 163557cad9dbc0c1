//! The listeners that are open, and why the others are not.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bellhop_control::snapshot::HomeProblem;
use tokio::sync::{mpsc, watch};

use super::announcement::{Announced, Announcement};
use super::listener::connections::Connections;
use super::listener::entrance::Entrance;
use super::listener::stream::{self, FromStream, Shown};
use super::listener::tls::{self, Identity};
use super::listener::udp::UdpListener;
use super::listener::{Kind, Wanted, free_port, holder};
use super::provisioning::Provisioning;
use super::view::Refusal;
use crate::provisioning::Offers;

/// One that could not be opened is tried again so much later: an IPv6 address becomes usable, a program ends.
const RETRY: Duration = Duration::from_secs(5);

/// See the module.
#[derive(Debug)]
pub(crate) struct Listeners {
    pub(crate) udp: Vec<OpenUdp>,
    streams: Vec<(Wanted, Entrance)>,
    refused: Vec<(Wanted, Refusal)>,
    retry_at: Option<Instant>,
    wanted: Vec<Wanted>,
    shown: watch::Sender<Shown>,
    identity: Option<Identity>,
    /// Whether what is shown is of that identity, or why it can't be.
    tls: Option<Result<(), String>>,
    connections: Connections,
    desk: mpsc::Sender<FromStream>,
    provisioning: Provisioning,
    announcement: Announcement,
    next: u64,
}

/// An open UDP listener.
#[derive(Debug)]
pub(crate) struct OpenUdp {
    /// Never used twice.
    pub(crate) number: u64,
    pub(crate) wanted: Wanted,
    pub(crate) socket: UdpListener,
}

impl Listeners {
    /// None yet. What streams say goes to `desk`.
    pub(crate) fn new(
        connections: Connections,
        desk: mpsc::Sender<FromStream>,
        offers: Arc<Offers>,
    ) -> Listeners {
        Listeners {
            udp: Vec::new(),
            streams: Vec::new(),
            refused: Vec::new(),
            retry_at: None,
            wanted: Vec::new(),
            shown: watch::Sender::new(Shown::default()),
            identity: None,
            tls: None,
            provisioning: Provisioning::new(connections.clone(), offers),
            connections,
            desk,
            announcement: Announcement::default(),
            next: 1,
        }
    }

    /// Exactly these are open from now on, under this domain and with this certificate. What is no longer wanted closes first.
    pub(crate) fn arrange(
        &mut self,
        now: Instant,
        wanted: Vec<Wanted>,
        domain: &str,
        identity: Identity,
    ) {
        self.udp.retain(|it| wanted.contains(&it.wanted));
        self.streams.retain(|(it, _)| wanted.contains(it));
        self.refused.clear();
        self.wanted = wanted;
        self.provisioning.arrange(&self.wanted);
        self.show(domain, identity);
        self.open_missing(now);
    }

    /// Tries those again that could not be opened.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> bool {
        let is_due = self.retry_at.is_some_and(|at| at <= now);
        if is_due {
            self.refused.clear();
            if matches!(self.tls, Some(Err(_))) {
                self.tls = None;
            }
            self.open_missing(now);
        }
        is_due
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.retry_at
    }

    /// Whether a datagram from there would be heard.
    pub(crate) fn hear(&self, source: SocketAddr) -> bool {
        let hears = |at_home: bool| {
            let places = self.udp.iter().map(|it| &it.wanted.place);
            let mut places = places.filter(|it| it.link.is_some() == at_home);
            places.any(|it| it.hears(source))
        };
        // Whether an address is of this machine the system has to be asked.
        hears(true) || hears(false)
    }

    /// As `udp:127.0.0.1:5070`, with the ports that they have.
    pub(crate) fn listening(&self) -> Vec<String> {
        let mut open: Vec<(Kind, SocketAddr)> = self
            .udp
            .iter()
            .map(|it| (Kind::Udp, it.socket.local()))
            .chain(self.streams.iter().map(|(it, open)| (it.kind, open.local)))
            .collect();
        open.sort_by_key(|(kind, address)| (!address.ip().is_loopback(), *address, *kind));
        open.iter()
            .map(|(kind, address)| format!("{}:{address}", kind.as_str()))
            .collect()
    }

    /// Those that are wanted and not open.
    pub(crate) fn problems(&self) -> Vec<HomeProblem> {
        self.refused
            .iter()
            .map(|(wanted, refusal)| refusal.problem(&wanted.to_string()))
            .collect()
    }

    /// Where phones can fetch their settings.
    pub(crate) fn provisioning(&self) -> Vec<SocketAddr> {
        self.provisioning.addresses()
    }

    /// What handshakes are made with from now on. Listeners and connections stay; those over TLS only if there is something to show.
    fn show(&mut self, domain: &str, identity: Identity) {
        self.shown.send_if_modified(|shown| {
            let differs = shown.domain != domain;
            if differs {
                domain.clone_into(&mut shown.domain);
            }
            differs
        });
        if self.identity.as_ref() != Some(&identity) {
            self.identity = Some(identity);
            self.tls = None;
            let is_needed = self.streams.iter().any(|(wanted, _)| wanted.kind.is_tls());
            if is_needed && self.tls().is_err() {
                self.streams.retain(|(wanted, _)| !wanted.kind.is_tls());
            }
        }
    }

    fn open_missing(&mut self, now: Instant) {
        for wanted in self.wanted.clone() {
            let is_open = self.udp.iter().any(|it| it.wanted == wanted)
                || self.streams.iter().any(|(it, _)| *it == wanted);
            if !is_open && let Err(trouble) = self.open(&wanted) {
                tracing::info!(
                    kind = wanted.kind.as_str(),
                    "a listener at home can't be opened"
                );
                self.refused.push((wanted, trouble));
            }
        }
        self.retry_at = (!self.refused.is_empty()).then(|| now + RETRY);
        let announced = self.announced();
        self.announcement
            .arrange(&self.shown.borrow().domain, announced);
    }

    /// What the home networks are told of.
    fn announced(&self) -> BTreeSet<Announced> {
        let udp = self.udp.iter().map(|it| (&it.wanted, it.socket.local()));
        let streams = self.streams.iter().map(|(it, open)| (it, open.local));
        udp.chain(streams)
            .filter_map(|(wanted, address)| {
                Some(Announced {
                    kind: wanted.kind,
                    address,
                    link: wanted.place.link.clone()?,
                })
            })
            .collect()
    }

    fn open(&mut self, wanted: &Wanted) -> Result<(), Refusal> {
        if wanted.kind == Kind::Udp {
            let socket =
                UdpListener::open(&wanted.place).map_err(|error| self.refusal(wanted, &error))?;
            self.udp.push(OpenUdp {
                number: self.next,
                wanted: wanted.clone(),
                socket,
            });
            self.next += 1;
            return Ok(());
        }
        if wanted.kind.is_tls() {
            self.tls().map_err(Refusal::Certificate)?;
        }
        let entrance = stream::listen(
            wanted,
            self.shown.subscribe(),
            &self.connections,
            self.desk.clone(),
        )
        .map_err(|error| self.refusal(wanted, &error))?;
        self.streams.push((wanted.clone(), entrance));
        Ok(())
    }

    /// Read, or made, when the first listener needs it.
    fn tls(&mut self) -> Result<(), String> {
        let (identity, shown) = (&self.identity, &self.shown);
        self.tls
            .get_or_insert_with(|| {
                let identity = identity.as_ref().ok_or("there is no certificate")?;
                let config = tls::config(identity)?;
                shown.send_modify(|shown| shown.tls = Some(config));
                Ok(())
            })
            .clone()
    }

    fn refusal(&self, wanted: &Wanted, error: &io::Error) -> Refusal {
        if error.kind() != io::ErrorKind::AddrInUse {
            return Refusal::NotOpened(error.to_string());
        }
        let address = wanted.place.address;
        Refusal::PortTaken {
            holder: holder::of(wanted.kind, address),
            free: free_port(address, &self.spoken_for(wanted.kind)),
        }
    }

    /// Ports that are free, perhaps, and not to be proposed: the config has them already, or another listener of that protocol is told of them.
    fn spoken_for(&self, kind: Kind) -> BTreeSet<u16> {
        let rivals = |it: &&Wanted| (it.kind == Kind::Udp) == (kind == Kind::Udp);
        let configured = self.wanted.iter().filter(rivals);
        let configured = configured.map(|it| it.place.address.port());
        let refused = self.refused.iter().filter(|(it, _)| rivals(&it));
        let proposed = refused.filter_map(|(_, refusal)| match refusal {
            Refusal::PortTaken { free, .. } => *free,
            Refusal::NotOpened(_) | Refusal::Certificate(_) => None,
        });
        configured.chain(proposed).collect()
    }
}
