//! The phones at home, and calls.

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// The registrar for the devices at home.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Home {
    /// The config turns it on.
    pub enabled: bool,
    /// Open listeners, as `udp:127.0.0.1:5070`.
    pub listening: Vec<String>,
    /// The devices of the config.
    pub devices: Vec<Device>,
}

/// A phone at home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
