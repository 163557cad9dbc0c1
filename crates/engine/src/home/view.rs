//! The home as it is now, for whoever wants to see it.

use std::collections::HashMap;
use std::net::SocketAddr;
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
    pub(crate) devices: Vec<Device>,
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

/// Since when each device, by its extension, has been online without a break.
#[derive(Debug, Default)]
pub(crate) struct Online(HashMap<String, Instant>);

impl Online {
    /// The devices of the config with what the registrar knows of them.
    pub(crate) fn devices(
        &mut self,
        settings: &HomeSettings,
        registrar: &Registrar,
        now: Instant,
        clock: &WallClock,
    ) -> Vec<Device> {
        let before = std::mem::take(&mut self.0);
        settings
            .devices
            .iter()
            .map(|device| {
                let mut since = None;
                let contacts = registrar
                    .bindings(&device.extension)
                    .filter(|binding| binding.expires_at() > now)
                    .map(|binding| {
                        if binding.qualified() != Some(Qualified::Unreachable) {
                            let bound = binding.bound_at();
                            since = Some(since.map_or(bound, |since: Instant| since.min(bound)));
                        }
                        contact(binding, clock)
                    })
                    .collect();
                // One binding may have followed another.
                let since = since.map(|it| before.get(&device.extension).copied().unwrap_or(it));
                if let Some(since) = since {
                    self.0.insert(device.extension.clone(), since);
                }
                Device {
                    name: device.name.clone(),
                    extension: device.extension.clone(),
                    online: since.is_some(),
                    contacts,
                    since: since.map(|at| clock.at(at)),
                    error: None,
                }
            })
            .collect()
    }
}

fn contact(binding: &Binding, clock: &WallClock) -> DeviceContact {
    let (reachable, rtt) = match binding.qualified() {
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
            .map_or_else(String::new, |kind| kind.as_str().to_owned()),
        reachable,
        rtt_ms: rtt.map(crate::view::milliseconds),
    }
}
