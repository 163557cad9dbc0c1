//! The phones at home in words.

use serde::{Deserialize, Serialize};

use crate::catalogue::{clean, text};
use crate::edit::next_extension;
use crate::error::Error;
use crate::face::{Here, foremost, stands};
use crate::snapshot::{Device, DeviceContact, Home, HomeNetwork};

/// The registrar for the phones at home, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HomeView {
    /// The config turns it on.
    pub enabled: bool,
    /// In the order of the config.
    pub devices: Vec<DeviceView>,
    /// How they are, in one sentence; none where there are none.
    pub summary: Option<String>,
    /// The extension that the next one may have.
    pub extension: String,
    /// Where phones register, as `udp:127.0.0.1:5070`.
    pub listening: Vec<String>,
    /// The home network that this machine is in.
    pub network: Option<HomeNetwork>,
    /// What is wrong: with listeners, and with what is kept.
    pub problems: Vec<Error>,
    /// That addresses are kept out for a while, if any are.
    pub bans: Option<String>,
}

/// A phone in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeviceView {
    /// Of the config.
    pub name: String,
    /// What the others dial.
    pub extension: String,
    /// It can be reached.
    pub online: bool,
    /// Since when it is, or when it was seen last, or why it can't register.
    pub stands: String,
    /// What it says that it is.
    pub agent: Option<String>,
    /// Its bindings.
    pub contacts: Vec<ContactView>,
    /// Why it can't register.
    pub error: Option<Error>,
}

/// A binding in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ContactView {
    /// The Contact URI.
    pub contact: String,
    /// Where the REGISTER came from, as `udp:192.168.1.40:5060`.
    pub source: String,
    /// Until when it holds, and whether the phone answers there.
    pub held: String,
}

impl HomeView {
    pub(super) fn of(home: &Home, here: Here) -> HomeView {
        let online = home.devices.iter().filter(|device| device.online).count();
        let summary = (home.enabled && !home.devices.is_empty()).then(|| {
            let values = [
                ("count", online.to_string()),
                ("of", home.devices.len().to_string()),
            ];
            let values = values.each_ref().map(|(name, it)| (*name, it.as_str()));
            text("home-summary", &values)
        });
        let listeners = home.problems.iter().map(|problem| &problem.error);
        let count = home.bans.to_string();
        HomeView {
            enabled: home.enabled,
            devices: home
                .devices
                .iter()
                .map(|it| DeviceView::of(it, here))
                .collect(),
            summary,
            extension: next_extension(home.devices.iter().map(|it| it.extension.as_str())),
            listening: home.listening.clone(),
            network: home.network.clone(),
            problems: listeners.chain(&home.store).cloned().collect(),
            bans: (home.bans > 0).then(|| text("home-bans", &[("count", &count)])),
        }
    }
}

impl DeviceView {
    fn of(device: &Device, here: Here) -> DeviceView {
        let agent = foremost(device).and_then(|contact| contact.user_agent.as_deref());
        let contacts = device.contacts.iter();
        DeviceView {
            name: device.name.clone(),
            extension: device.extension.clone(),
            online: device.online,
            stands: stands(device, |at| here.moment(at)),
            agent: agent.map(clean),
            contacts: contacts.map(|it| ContactView::of(it, here)).collect(),
            error: device.error.clone(),
        }
    }
}

impl ContactView {
    fn of(contact: &DeviceContact, here: Here) -> ContactView {
        let until = here.moment(contact.expires_at);
        let id = match contact.reachable {
            Some(false) => "home-held_silent",
            Some(true) | None => "home-held",
        };
        let source = match &*contact.transport {
            "" => contact.source.clone(),
            transport => format!("{transport}:{}", contact.source),
        };
        ContactView {
            contact: clean(&contact.contact),
            source,
            held: text(id, &[("at", &until)]),
        }
    }
}
