//! The desk: the one owner of all that the home knows, and its turn.
//!
//! 1. Wait for one input: a command, the store, a gateway's answer, datagrams, what a connection says, or the time of the next timer.
//! 2. Take what else is there, a bounded amount of each kind, so that a flood of one holds up no other. Each request: may its source be heard (guard)? what is it
//!    (stateless UAS)? what is the answer (registrar)? and when does the answer leave: now, when the store has it, or late (guard)?
//! 3. Give the machines whose time has come their timeout.
//! 4. Send what is ready, many datagrams at a time; publish the view if it changed and the last one is not of a moment ago.

mod bound_by;
mod requests;
mod turn;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use bellhop_control::config::Strategy;
use bellhop_endpoint::stateless::StatelessUas;
use bellhop_registrar::{
    Account, Group, Guard, GuardConfig, Outcome, Registrar, RegistrarConfig, Ring, StreamId,
};
use bellhop_sip::Text;
use rand::{Rng as _, SeedableRng};
use rand_chacha::ChaCha20Rng;
use secrecy::SecretString;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use self::bound_by::BoundBy;
use super::keepalive::KeepAlive;
use super::listener::connections::Connections;
use super::listener::stream::{FromStream, Handle};
use super::listener::tls::Identity;
use super::listener::udp::{BATCH, Room};
use super::listener::{Kind, Place, Wanted};
use super::listeners::Listeners;
use super::networks::{HomeNetworks, Question};
use super::post::Post;
use super::store::{self, Store};
use super::view::{Devices, View};
use super::{Command, Configuration};
use crate::clock::{Clocks, WallClock};
use crate::config::HomeSettings;
use crate::provisioning::Offers;

/// What connections say and the desk has not heard yet.
const FROM_STREAMS: usize = 256;

/// See the module.
pub(super) struct Desk {
    directory: PathBuf,
    clocks: Clocks,
    configuration: Option<Configuration>,
    uas: StatelessUas,
    registrar: Registrar,
    guard: Guard,
    keep_alive: KeepAlive,
    networks: HomeNetworks,
    listeners: Listeners,
    connections: Connections,
    streams: HashMap<StreamId, Stream>,
    post: Post,
    store: Store,
    store_trouble: Option<store::Trouble>,
    /// What the store knew at the start, until the accounts are known.
    restored: Vec<(String, Vec<u8>)>,
    inputs: Inputs,
    answers: mpsc::UnboundedSender<(Question, [u8; 6])>,
    /// Gateways that are being asked for, by interface.
    asking: HashMap<(u32, IpAddr), AbortHandle>,
    room: Room,
    batch: Vec<(SocketAddr, bytes::Bytes)>,
    clock: WallClock,
    devices: Devices,
    /// When the store is to get what waits for it.
    write_at: Option<Instant>,
    bans: usize,
    publish: Publish,
    rng: ChaCha20Rng,
}

/// Everything that comes in.
struct Inputs {
    commands: mpsc::UnboundedReceiver<Command>,
    store: mpsc::UnboundedReceiver<store::Outcome>,
    gateways: mpsc::UnboundedReceiver<(Question, [u8; 6])>,
    streams: mpsc::Receiver<FromStream>,
}

/// A connection that is ready for messages.
struct Stream {
    handle: Handle,
    /// Whose bindings live on it.
    bound: BoundBy,
}

/// How the view is published.
struct Publish {
    outlet: watch::Sender<Arc<View>>,
    changed: bool,
    not_before: Instant,
}

impl Desk {
    /// Opens the store and takes up what it knows when the accounts are known. To be called inside the runtime.
    ///
    /// # Errors
    /// No thread is to be had.
    pub(super) fn open(
        directory: PathBuf,
        clocks: Clocks,
        offers: Arc<Offers>,
        commands: mpsc::UnboundedReceiver<Command>,
        outlet: watch::Sender<Arc<View>>,
    ) -> io::Result<Desk> {
        let mut rng = ChaCha20Rng::from_rng(&mut rand::rng());
        let mut seed = || {
            let mut seed = [0; 32];
            rng.fill_bytes(&mut seed);
            seed
        };
        let (uas, guard, registrar) = (
            StatelessUas::new(seed()),
            Guard::new(GuardConfig::default(), seed()),
            Registrar::new(RegistrarConfig::new("home", Vec::new()), seed()),
        );
        let keep_alive = KeepAlive::new(ChaCha20Rng::from_seed(seed()));
        let (outcomes, store_told) = mpsc::unbounded_channel();
        let (store, found) = Store::open(&directory, outcomes)?;
        let (from_streams, streams) = mpsc::channel(FROM_STREAMS);
        let (answers, gateways) = mpsc::unbounded_channel();
        let connections = Connections::new();
        let now = Instant::now();
        Ok(Desk {
            directory,
            clocks,
            configuration: None,
            uas,
            registrar,
            guard,
            keep_alive,
            networks: HomeNetworks::default(),
            listeners: Listeners::new(connections.clone(), from_streams, offers),
            connections,
            streams: HashMap::new(),
            post: Post::default(),
            store,
            store_trouble: found.trouble,
            restored: found.records,
            inputs: Inputs {
                commands,
                store: store_told,
                gateways,
                streams,
            },
            answers,
            asking: HashMap::new(),
            room: Room::new(),
            batch: Vec::with_capacity(BATCH),
            clock: WallClock::new(now, (clocks.wall)()),
            devices: Devices::default(),
            write_at: None,
            bans: 0,
            publish: Publish {
                outlet,
                changed: true,
                not_before: now,
            },
            rng,
        })
    }

    fn configure(&mut self, now: Instant, configuration: Configuration) {
        let settings = &configuration.settings;
        self.guard.reconfigure(GuardConfig {
            requests_per_second: settings.requests_per_second,
            // Where the person wants no limit there is none.
            strangers_per_second: match settings.requests_per_second {
                0 => 0,
                _ => GuardConfig::default().strangers_per_second,
            },
            ..GuardConfig::default()
        });
        self.networks.reconfigure(settings.networks.clone());
        self.devices.reconfigure(settings);
        self.configuration = Some(configuration);
        self.reconfigure_registrar(now);
        self.restore(now);
        self.arrange_listeners(now);
        self.ask_gateways();
        self.publish.changed = true;
    }

    fn reconfigure_registrar(&mut self, now: Instant) {
        let Some(Configuration {
            settings,
            passwords,
        }) = &self.configuration
        else {
            return;
        };
        let mut accounts = Vec::with_capacity(settings.devices.len());
        for device in &settings.devices {
            let password = passwords.get(&device.name).cloned();
            // Its bindings stay, and nobody can log in.
            let password = password.unwrap_or_else(|| nobodys(&mut self.rng));
            accounts.push(Account {
                digest: device.digest.clone(),
                ..Account::new(device.extension.clone(), password)
            });
        }
        let extension = |name: &String| {
            let mut devices = settings.devices.iter();
            let device = devices.find(|it| it.name == *name);
            device.map(|it| it.extension.clone())
        };
        let groups = settings.groups.iter().map(|it| Group {
            user: it.extension.clone(),
            members: it.members.iter().filter_map(extension).collect(),
            ring: match it.strategy {
                Strategy::All => Ring::All,
                Strategy::Order => Ring::Order,
            },
        });
        let mut aliases: Vec<String> = wanted(settings, &self.networks)
            .iter()
            .map(|it| it.place.address.ip().to_string())
            .collect();
        aliases.push("localhost".to_owned());
        aliases.sort();
        aliases.dedup();
        let config = RegistrarConfig {
            aliases,
            groups: groups.collect(),
            min_expires: settings.min_expires,
            max_contacts: settings.max_contacts,
            digest: settings.digest.clone(),
            ..RegistrarConfig::new(settings.domain.clone(), accounts)
        };
        self.registrar.reconfigure(now, config);
        self.after_registrar(now, None);
    }

    /// Once, when the accounts are known.
    fn restore(&mut self, now: Instant) {
        if self.configuration.is_none() {
            return;
        }
        let wall = (self.clocks.wall)();
        let mut damaged = 0_usize;
        let restored = std::mem::take(&mut self.restored);
        // Also those that no device has any more: they are deleted, or whoever gets such an extension next would be bound to where the last one was.
        let users: Vec<Text> = restored
            .iter()
            .filter_map(|(user, record)| {
                let done = self.registrar.restore(now, wall, user, record);
                damaged += usize::from(done.is_err());
                done.is_ok().then(|| Text::from(user.as_str()))
            })
            .collect();
        if damaged > 0 {
            let why = format!("{damaged} records make no sense");
            tracing::warn!(
                damaged,
                "what the store knew of some devices makes no sense"
            );
            let lost = store::Trouble::Lost(why);
            self.store_trouble = self.store_trouble.take().or(Some(lost));
        }
        for user in users {
            // Whoever was bound when the last run ended has logged in.
            let sources = self.registrar.bindings(&user);
            let sources: Vec<IpAddr> = sources.map(|it| it.source().ip()).collect();
            for source in sources {
                self.guard.judge(now, source, Outcome::Served);
                self.connections.know(now, source);
            }
            self.bindings_changed(now, &user, None);
        }
        self.after_registrar(now, None);
    }

    /// Opens and closes what the settings and the networks ask for.
    fn arrange_listeners(&mut self, now: Instant) {
        let Some(Configuration { settings, .. }) = &self.configuration else {
            return;
        };
        let wanted = wanted(settings, &self.networks);
        let identity = match &settings.certificate {
            Some(files) => Identity::Given {
                chain: files.chain.clone(),
                key: files.key.clone(),
            },
            None => Identity::Own {
                directory: self.directory.clone(),
                names: names(&settings.domain, &wanted),
            },
        };
        self.listeners
            .arrange(now, wanted, &settings.domain, identity);
        // A device that speaks by datagrams is there while they are heard.
        self.devices.all_changed();
        self.publish.changed = true;
    }
}

/// Those of the settings are for this machine alone; the networks have the others.
fn wanted(settings: &HomeSettings, networks: &HomeNetworks) -> Vec<Wanted> {
    if !settings.enabled {
        return Vec::new();
    }
    let own = settings.listen.iter().filter_map(|it| {
        let is_ours_alone = it.address.ip().to_canonical().is_loopback();
        let kind = Kind::of(it.transport).filter(|_| is_ours_alone)?;
        Some(Wanted {
            kind,
            place: Place {
                address: it.address,
                link: None,
            },
        })
    });
    own.chain(networks.wanted()).collect()
}

/// What the certificate is for.
fn names(domain: &str, wanted: &[Wanted]) -> Vec<String> {
    let mut names = vec![domain.to_owned(), "localhost".to_owned()];
    for it in wanted.iter().filter(|it| it.kind.is_tls()) {
        names.push(it.place.address.ip().to_string());
    }
    names.sort();
    names.dedup();
    names
}

/// A password that nobody knows.
fn nobodys(rng: &mut ChaCha20Rng) -> SecretString {
    let mut bytes = [0_u8; 32];
    rng.fill_bytes(&mut bytes);
    let mut text = String::with_capacity(64);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text.into()
}
