//! The home as it is now, for whoever wants to see it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bellhop_control::error::{Code, Error};
use bellhop_control::snapshot::{Device, DeviceContact, HomeNetwork, HomeProblem};
use bellhop_registrar::{Binding, Qualified, Registrar};

use super::listener::Kind;
use super::store;
use crate::clock::WallClock;
use crate::config::HomeSettings;

/// What is published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    /// Open listeners, as `udp:127.0.0.1:5070`.
    pub(crate) listening: Vec<String>,
    /// The home network that the machine is in.
    pub(crate) network: Option<HomeNetwork>,
    /// In the config's order.
    pub(crate) devices: Vec<Arc<Device>>,
    /// Listeners that are wanted and not open.
    pub(crate) problems: Vec<HomeProblem>,
    /// What is wrong with the store.
    pub(crate) store: Option<Error>,
    /// Addresses that are banned.
    pub(crate) bans: usize,
    /// Where phones can fetch their settings.
    pub(crate) provisioning: Vec<SocketAddr>,
}

/// Why a listener is not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Another program has the port.
    PortTaken {
        /// Its name and process number, as far as that can be told.
        holder: Option<(String, u32)>,
        /// One that is free now.
        free: Option<u16>,
    },
    /// The system refuses it for another reason, in its words.
    NotOpened(String),
    /// TLS has nothing to show.
    Certificate(String),
}

impl Refusal {
    /// The sentence for it.
    pub(crate) fn problem(&self, listener: &str) -> HomeProblem {
        let named = ("listener", listener.to_owned());
        let error = match self {
            Refusal::PortTaken { holder, free } => {
                let holder = match holder {
                    Some((name, pid)) => format!("{name} (process {pid})"),
                    None => "another program".to_owned(),
                };
                let free = free.map_or_else(|| "another port".to_owned(), |port| port.to_string());
                Error::new(Code::PortTaken, [named, ("holder", holder), ("free", free)])
            }
            Refusal::NotOpened(why) => {
                Error::new(Code::ListenerUnusable, [named, ("why", why.clone())])
            }
            Refusal::Certificate(why) => Error::new(Code::CertificateUnusable, [("why", why)]),
        };
        HomeProblem {
            listener: listener.to_owned(),
            error,
        }
    }
}

/// The sentence for what is wrong with the store.
pub(crate) fn store_error(trouble: &store::Trouble) -> Error {
    match trouble {
        store::Trouble::Lost(why) => {
            let kept = format!("{}.damaged", store::FILE);
            Error::new(
                Code::HomeStoreUnusable,
                [("why", why.as_str()), ("kept", &kept)],
            )
        }
        store::Trouble::Unwritable(why) => Error::new(Code::HomeStoreUnwritable, [("why", why)]),
    }
}

/// How a device has been: since when online without a break, or when that ended.
#[derive(Clone, Copy, Debug)]
enum Been {
    Online { since: Instant },
    Offline { last_seen: Instant },
}

impl Been {
    /// Seen to be offline now.
    fn last_seen(self, now: Instant) -> Instant {
        match self {
            Been::Online { .. } => now,
            Been::Offline { last_seen } => last_seen,
        }
    }
}

/// The devices of the config with what the registrar knows of them. What has not changed is not made anew, and the views share it.
#[derive(Debug, Default)]
pub(crate) struct Devices {
    /// In the config's order.
    shown: Vec<Arc<Device>>,
    /// How each of them has been; none of one that was never online.
    been: Vec<Option<Been>>,
    /// Which have more contacts than they may have: one gave way.
    crowded: Vec<bool>,
    /// Bindings that one may have.
    max_contacts: usize,
    /// Where each extension is.
    places: HashMap<String, usize>,
    /// Those that may look otherwise by now, each once.
    changed: Vec<usize>,
    /// Which of all are among them.
    is_changed: Vec<bool>,
}

impl Devices {
    /// Other devices from now on. Those that stay have been what they were.
    pub(crate) fn reconfigure(&mut self, settings: &HomeSettings) {
        let before = std::mem::take(self);
        self.max_contacts = settings.max_contacts;
        self.crowded = vec![false; settings.devices.len()];
        for (place, device) in settings.devices.iter().enumerate() {
            let old = before.places.get(&device.extension);
            let been = old.and_then(|place| *before.been.get(*place)?);
            self.been.push(been);
            self.shown.push(Arc::new(Device {
                name: device.name.clone(),
                extension: device.extension.clone(),
                ..Device::default()
            }));
            self.places.insert(device.extension.clone(), place);
        }
        self.all_changed();
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.shown.len()).unwrap_or(u32::MAX)
    }

    /// The device of that extension may look otherwise.
    pub(crate) fn device_changed(&mut self, extension: &str) {
        if let Some(place) = self.places.get(extension) {
            self.place_changed(*place);
        }
    }

    /// The device in that place of the config may look otherwise.
    pub(crate) fn place_changed(&mut self, place: usize) {
        if let Some(is_changed) = self.is_changed.get_mut(place)
            && !std::mem::replace(is_changed, true)
        {
            self.changed.push(place);
        }
    }

    /// The device of that extension lost a contact to a newer one.
    pub(crate) fn device_crowded(&mut self, extension: &str) {
        if let Some(place) = self.places.get(extension)
            && let Some(crowded) = self.crowded.get_mut(*place)
        {
            *crowded = true;
        }
        self.device_changed(extension);
    }

    /// All may, as when the clock was set.
    pub(crate) fn all_changed(&mut self) {
        self.changed = (0..self.shown.len()).collect();
        self.is_changed = vec![true; self.shown.len()];
    }

    /// As they are now. `heard` says whether what binds a device can be heard: a datagram needs a listener that is open.
    pub(crate) fn view(
        &mut self,
        registrar: &Registrar,
        heard: &dyn Fn(&Binding) -> bool,
        now: Instant,
        clock: &WallClock,
    ) -> Vec<Arc<Device>> {
        for place in self.changed.drain(..) {
            let (Some(shown), Some(been), Some(is_changed)) = (
                self.shown.get_mut(place),
                self.been.get_mut(place),
                self.is_changed.get_mut(place),
            ) else {
                continue;
            };
            *is_changed = false;
            let mut next = device(shown, been, registrar, heard, now, clock);
            if let Some(crowded) = self.crowded.get_mut(place) {
                *crowded &= next.contacts.len() >= self.max_contacts;
                next.error = crowded.then(|| contacts_full(&next.name, self.max_contacts));
            }
            if **shown != next {
                *shown = Arc::new(next);
            }
        }
        self.shown.clone()
    }
}

fn contacts_full(device: &str, count: usize) -> Error {
    let count = count.to_string();
    Error::new(
        Code::ContactsFull,
        [("device", device), ("count", count.as_str())],
    )
}

/// A device as it is now, which is noted.
fn device(
    before: &Device,
    been: &mut Option<Been>,
    registrar: &Registrar,
    heard: &dyn Fn(&Binding) -> bool,
    now: Instant,
    clock: &WallClock,
) -> Device {
    let mut first = None;
    let mut contacts: Vec<DeviceContact> = registrar
        .bindings(&before.extension)
        .filter(|binding| binding.expires_at() > now)
        .map(|binding| {
            let is_heard = heard(binding);
            if is_heard && binding.qualified() != Some(Qualified::Unreachable) {
                let bound = binding.bound_at();
                first = Some(first.map_or(bound, |first: Instant| first.min(bound)));
            }
            contact(binding, is_heard, clock)
        })
        .collect();
    // One is the rule, and there was room made for four.
    contacts.shrink_to_fit();
    let since = first.map(|first| match *been {
        None => first,
        // One binding may have followed another,
        Some(Been::Online { since }) => since,
        // and one that was there all the time may be reachable again.
        Some(Been::Offline { last_seen }) if first < last_seen => now,
        Some(Been::Offline { .. }) => first,
    });
    let last_seen = match since {
        Some(_) => None,
        None => been.map(|it| it.last_seen(now)),
    };
    *been = since
        .map(|since| Been::Online { since })
        .or(last_seen.map(|last_seen| Been::Offline { last_seen }));
    Device {
        name: before.name.clone(),
        extension: before.extension.clone(),
        online: since.is_some(),
        contacts,
        since: since.map(|at| clock.at(at)),
        last_seen: last_seen.map(|at| clock.at(at)),
        error: None,
    }
}

fn contact(binding: &Binding, is_heard: bool, clock: &WallClock) -> DeviceContact {
    let (reachable, rtt) = match binding.qualified() {
        _ if !is_heard => (Some(false), None),
        Some(Qualified::Reachable { rtt }) => (Some(true), Some(rtt)),
        Some(Qualified::Unreachable) => (Some(false), None),
        None => (None, None),
    };
    DeviceContact {
        contact: binding.contact().to_owned(),
        source: binding.source().to_string(),
        user_agent: binding.user_agent().map(ToString::to_string),
        expires_at: clock.at(binding.expires_at()),
        transport: Kind::of(binding.transport())
            .map_or("", Kind::as_str)
            .into(),
        reachable,
        rtt_ms: rtt.map(crate::view::milliseconds),
    }
}
