//! The home as it is now, for whoever wants to see it.

use std::time::Instant;

use bellhop_control::snapshot::{Device, DeviceContact};
use bellhop_registrar::{Binding, Qualified, Registrar};

use super::store;
use crate::clock::WallClock;
use crate::config::HomeSettings;

/// What is published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    /// Open listeners, as `udp:127.0.0.1:5070`.
    pub(crate) listening: Vec<String>,
    /// The machine is in a home network.
    pub(crate) is_home: bool,
    pub(crate) devices: Vec<Device>,
    /// What is wrong, the worst first.
    pub(crate) troubles: Vec<Trouble>,
}

/// What a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Another program has the port.
    PortTaken {
        listener: String,
        port: u16,
        /// Its name and process number, as far as that can be told.
        holder: Option<(String, u32)>,
        /// One that is free now.
        free: Option<u16>,
    },
    /// The system refuses a listener for another reason, in its words.
    NotOpened { listener: String, why: String },
    /// TLS has nothing to show.
    Certificate(String),
    /// What is learnt may not outlive this run.
    Store(store::Trouble),
}

/// The devices of the config with what the registrar knows of them.
pub(crate) fn devices(
    settings: &HomeSettings,
    registrar: &Registrar,
    now: Instant,
    clock: &WallClock,
) -> Vec<Device> {
    settings
        .devices
        .iter()
        .map(|device| {
            let mut online = false;
            let contacts = registrar
                .bindings(&device.extension)
                .filter(|binding| binding.expires_at() > now)
                .map(|binding| {
                    online |= binding.qualified() != Some(Qualified::Unreachable);
                    contact(binding, clock)
                })
                .collect();
            Device {
                name: device.name.clone(),
                extension: device.extension.clone(),
                online,
                contacts,
            }
        })
        .collect()
}

fn contact(binding: &Binding, clock: &WallClock) -> DeviceContact {
    DeviceContact {
        contact: binding.contact().to_owned(),
        source: binding.source().to_string(),
        user_agent: binding.user_agent().map(str::to_owned),
        expires_at: clock.at(binding.expires_at()),
    }
}
