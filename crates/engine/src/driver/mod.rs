//! The driver: the one owner of all state.
//!
//! It feeds the sans-IO machines and carries out what they want; they decide, it does. Its turn is written down in [`run_loop`]. Whoever
//! wants to know something reads the [`Snapshot`], whoever wants something done sends an [`Ask`].

mod changes;
mod check;
mod demo;
mod effects;
mod home;
mod house;
mod line;
mod network;
mod password;
mod pending;
mod reload;
mod requests;
mod run_loop;
mod signals;
mod sleep;

use std::collections::{HashMap, VecDeque};
use std::hash::RandomState;
use std::sync::Arc;
use std::time::Instant;

use bellhop_agent::{Agent, Command, Identity};
use bellhop_control::error::Error;
use bellhop_control::notice::Notice;
use bellhop_control::protocol::{Reply, Request, StartedBy};
use bellhop_control::snapshot::Snapshot;
use bellhop_endpoint::{Endpoint, FlowId, Timers};
use bellhop_netwatch::{InterfaceKind, SleepWatch};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use crate::clock::{Clocks, WallClock};
use crate::config::watch::{ConfigWatch, News};
use crate::config::{HomeSettings, LineSettings, Origin, Settings, Unusable};
use crate::demo_registrar::Embedded;
use crate::net::flow_socket::{Datagram, FlowSocket, Inbox};
use crate::net::networks::Source;
use crate::net::targets::Target;
use crate::provisioning::Offers;
use crate::secrets::{self, Secrets};
use crate::session::SessionWatch;
use crate::store::Store;
use crate::trace::Trace;
use house::House;
use line::{Addresses, Line};
use password::PasswordReading;
use pending::Pending;
use sleep::Sleepless;

/// Requests of views that wait for the driver; more wait in their connections.
const ASKS: usize = 32;
/// Notices that a slow view may fall behind.
const NOTICES: usize = 64;

/// A view's request and where the reply goes.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) request: Request,
    pub(crate) reply: oneshot::Sender<Reply>,
    /// Where the steps of a check go as they are known.
    pub(crate) progress: check::Progress,
}

/// The views' end.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    pub(crate) asks: mpsc::Sender<Ask>,
    pub(crate) snapshot: watch::Receiver<Arc<Snapshot>>,
    pub(crate) notices: broadcast::Sender<Notice>,
}

/// An open flow.
#[derive(Debug)]
struct OpenFlow {
    socket: FlowSocket,
    interface: String,
}

/// What DNS said about a line's registrar.
#[derive(Debug)]
struct Found {
    line: u32,
    result: Result<Vec<std::net::SocketAddr>, String>,
    took: std::time::Duration,
}

/// Everything that comes in.
#[derive(Debug)]
struct Inputs {
    sleep: SleepWatch,
    session: SessionWatch,
    networks: Source,
    secrets: mpsc::UnboundedReceiver<secrets::Told>,
    found: mpsc::UnboundedReceiver<Found>,
    news: mpsc::UnboundedReceiver<News>,
    changed: mpsc::UnboundedReceiver<changes::Changed>,
    asks: mpsc::Receiver<Ask>,
    datagrams: mpsc::Receiver<Datagram>,
}

/// Where what comes in comes from.
#[derive(Debug)]
struct Outlets {
    found: mpsc::UnboundedSender<Found>,
    changed: mpsc::UnboundedSender<changes::Changed>,
    inbox: Inbox,
    snapshot: watch::Sender<Arc<Snapshot>>,
    notices: broadcast::Sender<Notice>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Driver {
    endpoint: Endpoint,
    lines: Vec<Line>,
    /// As the config in force has it.
    home: HomeSettings,
    house: House,
    /// Settings that wait for a phone; the home's HTTP listeners answer with them.
    offers: Arc<Offers>,
    /// Some lines have not been told of the network yet.
    fresh_lines: bool,
    flows: HashMap<FlowId, OpenFlow>,
    secrets: Secrets,
    /// Tells a changed password from the same without keeping either.
    fingerprints: RandomState,
    store: Store,
    /// What was last said of the store.
    store_told: Option<Error>,
    trace: Trace,
    clocks: Clocks,
    clock: WallClock,
    pending: Vec<Pending>,
    checks: Vec<check::Check>,
    /// Changes of the config that wait for the one that is under way.
    changes: VecDeque<changes::Waiting>,
    is_changing: bool,
    /// The registrar of the demo, while that runs.
    demo: Option<Embedded>,
    /// Kinds of interfaces by name, those that are gone included: a notice says where the line came from.
    kinds: HashMap<String, InterfaceKind>,
    origin: Origin,
    /// Why the config that is in force is not what the file says now.
    unusable: Option<Unusable>,
    /// None where the system has no thread for it.
    watch: Option<ConfigWatch>,
    rng: ChaCha20Rng,
    /// Fixes the draw among equal SRV records for this run.
    dns_seed: u64,
    next_line: u32,
    /// Datagrams that found no room, as last logged.
    overflow: u64,
    /// Set once the engine ends: until then lines may unregister.
    ending: Option<Instant>,
    /// Set while the machine wants to sleep and lines are still unregistering.
    sleepless: Option<Sleepless>,
    inputs: Inputs,
    outlets: Outlets,
}

impl Driver {
    /// A driver for the config's lines. Nothing leaves the machine before [`Driver::run`]. To be made inside the runtime.
    pub(crate) fn new(
        origin: Origin,
        settings: Settings,
        store: Store,
        networks: Source,
        clocks: Clocks,
        started_by: StartedBy,
    ) -> (Driver, Handle) {
        let mut rng = ChaCha20Rng::from_rng(&mut rand::rng());
        let (secrets_in, secrets) = mpsc::unbounded_channel();
        let (found_in, found) = mpsc::unbounded_channel();
        let (news_in, news) = mpsc::unbounded_channel();
        let (changed_in, changed) = mpsc::unbounded_channel();
        let (asks_in, asks) = mpsc::channel(ASKS);
        let (inbox, datagrams) = Inbox::new();
        let (snapshot_in, snapshot) =
            watch::channel(Arc::new(Snapshot::empty(env!("CARGO_PKG_VERSION"))));
        let (notices, _) = broadcast::channel(NOTICES);
        let handle = Handle {
            asks: asks_in,
            snapshot,
            notices: notices.clone(),
        };
        let mut driver = Driver {
            endpoint: Endpoint::new(Timers::default(), rng.random()),
            lines: Vec::new(),
            home: settings.home,
            house: House::default(),
            offers: Arc::default(),
            fresh_lines: true,
            flows: HashMap::new(),
            secrets: Secrets::new(secrets_in),
            fingerprints: RandomState::new(),
            store,
            store_told: None,
            trace: Trace::default(),
            clocks,
            clock: WallClock::new(Instant::now(), (clocks.wall)()),
            pending: Vec::new(),
            checks: Vec::new(),
            changes: VecDeque::new(),
            is_changing: false,
            demo: None,
            kinds: HashMap::new(),
            watch: ConfigWatch::start(origin.clone(), news_in)
                .inspect_err(|error| tracing::warn!(%error, "the config can't be watched"))
                .ok(),
            origin,
            unusable: None,
            dns_seed: rng.random(),
            rng,
            next_line: 1,
            overflow: 0,
            ending: None,
            sleepless: None,
            inputs: Inputs {
                sleep: SleepWatch::with_clock(clocks.asleep),
                session: SessionWatch::for_one_started_by(started_by),
                networks,
                secrets,
                found,
                news,
                changed,
                asks,
                datagrams,
            },
            outlets: Outlets {
                found: found_in,
                changed: changed_in,
                inbox,
                snapshot: snapshot_in,
                notices,
            },
        };
        for settings in settings.lines {
            let line = driver.line(settings);
            driver.lines.push(line);
        }
        driver.watch_passwords();
        (driver, handle)
    }

    /// A line with what the store remembers of it.
    fn line(&mut self, settings: LineSettings) -> Line {
        let number = self.next_line;
        self.next_line += 1;
        let urn = self.store.instance_urn();
        if !settings.is_demo() {
            self.store
                .save_server(&settings.id, &settings.aor, &settings.server());
        }
        let identity = self
            .store
            .identity(&settings.id, &settings.aor)
            .unwrap_or_else(|| Identity::fresh(urn, &mut self.rng));
        let paused = self.store.paused(&settings.id, &settings.aor);
        let good = match &settings.target {
            Target::Address(address) => vec![*address],
            Target::Host { .. } | Target::Service { .. } => {
                self.store.last_good(&settings.id, &settings.aor)
            }
        };
        Line {
            number,
            agent: Agent::new(
                number,
                settings.agent.clone(),
                identity,
                paused,
                self.rng.random(),
            ),
            addresses: Addresses {
                good,
                ..Addresses::default()
            },
            secret: PasswordReading::default(),
            told: None,
            end: None,
            logged: None,
            settings,
        }
    }

    fn line_by_number(&mut self, number: u32) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.number == number)
    }

    fn line_by_id(&mut self, id: &str) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.settings.id == id)
    }

    fn command(&mut self, now: Instant, line: u32, command: Command) {
        if let Some(line) = self.line_by_number(line) {
            line.agent.handle_command(now, command);
        }
    }
}
