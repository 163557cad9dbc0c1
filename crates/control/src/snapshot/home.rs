//! The phones at home, and calls.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::timestamp::Timestamp;

/// The registrar for the devices at home.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Home {
    /// The config turns it on.
    pub enabled: bool,
    /// Open listeners, as `udp:127.0.0.1:5070`.
    pub listening: Vec<String>,
    /// The devices of the config. Snapshots share those that have not changed.
    pub devices: Vec<Arc<Device>>,
    /// Domain of the devices' addresses.
    #[serde(default)]
    pub domain: String,
    /// The home network that this machine is in; none while it is elsewhere, or while its gateway is not confirmed yet.
    #[serde(default)]
    pub network: Option<HomeNetwork>,
    /// Listeners that are wanted and not open, with the reason.
    #[serde(default)]
    pub problems: Vec<HomeProblem>,
    /// Why what phones register is not kept, or could not be used.
    #[serde(default)]
    pub store: Option<Error>,
    /// Addresses that are banned for the moment, after too many failures.
    #[serde(default)]
    pub bans: usize,
}

/// A home network, as the config has it and as this machine is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HomeNetwork {
    /// Its addresses, as `192.168.1.0/24`.
    pub subnet: String,
    /// The gateway that it is known by, as `aa:bb:cc:dd:ee:ff`.
    pub gateway_mac: String,
    /// Name of the interface that leads there.
    pub interface: Option<String>,
    /// This machine's address there.
    pub address: Option<String>,
}

/// A listener that is not open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HomeProblem {
    /// As `udp:127.0.0.1:5070`, or as the config writes it.
    pub listener: String,
    /// Why.
    pub error: Error,
}

/// A phone at home.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Device {
    /// The name of the config.
    pub name: String,
    /// What the others dial.
    pub extension: String,
    /// It has an unexpired binding whose flow is not known to be dead.
    pub online: bool,
    /// Its bindings.
    pub contacts: Vec<DeviceContact>,
    /// Since when it has been online without a break, while it is.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// When it was last online, while it is not; none before this engine has seen it.
    #[serde(default)]
    pub last_seen: Option<Timestamp>,
    /// Why it can't register.
    #[serde(default)]
    pub error: Option<Error>,
}

/// A binding of a phone at home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeviceContact {
    /// The Contact URI.
    pub contact: String,
    /// `ip:port` that the REGISTER came from.
    pub source: String,
    /// What the phone says that it is.
    pub user_agent: Option<String>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What it came over: `udp`, `tcp`, `tls`, `ws` or `wss`.
    #[serde(default)]
    pub transport: Cow<'static, str>,
    /// Whether the phone answered there when it was last asked; null before that.
    #[serde(default)]
    pub reachable: Option<bool>,
    /// Round trip to the phone, in milliseconds.
    #[serde(default)]
    pub rtt_ms: Option<u64>,
}

/// A call in progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Call {
    /// Ours, not the Call-ID.
    pub id: String,
    /// Id of the company line, if it uses one.
    pub line: Option<String>,
    /// Name of the device, once one has the call.
    pub device: Option<String>,
    /// `in` or `out`, seen from the person.
    pub direction: String,
    /// As the switchboard names it.
    pub state: String,
    /// Who is at the other end.
    pub peer: String,
    /// When it began.
    pub since: Timestamp,
    /// Name of the codec, once agreed.
    pub codec: Option<String>,
}
