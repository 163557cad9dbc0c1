//! What goes over the control socket. Both sides begin with [`Hello`]; then the view asks and the engine replies, each reply with the id of its request.
//!
//! ```json
//! {"type":"hello","protocol":2,"version":"0.1.0","pid":4711,"started_by":"terminal"}
//! {"type":"request","id":1,"request":{"ask":"rebind","line":"work"}}
//! {"type":"reply","id":1,"reply":{"reply":"done"}}
//! {"type":"progress","id":2,"step":{"line":"work","step":"dns","outcome":"holds","took_ms":12,"detail":null,"error":null}}
//! {"type":"event","event":{"event":"snapshot","snapshot":{}}}
//! ```
//!
//! No request returns a secret. Passwords go one way: from the view to the engine, as [`Password`].

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::notice::Notice;
use crate::snapshot::{ConfigProblem, HomeNetwork, LineState, Snapshot};

mod check;
mod device;
mod password;
mod settings;
mod trace;

pub use check::{CheckStep, Outcome, Step};
pub use device::DeviceSettings;
pub use password::Password;
pub use settings::{LineSettings, PasswordPlace};
pub use trace::{CUT, Direction, TraceEntry, TraceFlow, newest_that_fit};

/// Number of this protocol. Raised when an older peer would misunderstand; new requests and fields alone do not raise it.
///
/// 2: a check tells its steps as they are known, and lines can be added, edited and removed.
pub const PROTOCOL: u32 = 2;

/// How long the engine tries rebind, pause and resume before it refuses with the state.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// The first frame of each side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Hello {
    /// [`PROTOCOL`] of the sender.
    pub protocol: u32,
    /// Version of the sender's program.
    pub version: String,
    /// Process id of the sender.
    pub pid: u32,
    /// What started the sender.
    pub started_by: StartedBy,
}

impl Hello {
    /// The hello of this process.
    pub fn of_this_process(version: &str, started_by: StartedBy) -> Hello {
        Hello {
            protocol: PROTOCOL,
            version: version.to_owned(),
            pid: std::process::id(),
            started_by,
        }
    }
}

/// What started a process: an engine that the tray started ends with the tray.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum StartedBy {
    /// A person in a terminal, or a script.
    #[default]
    Terminal,
    /// A service manager.
    Service,
    /// The tray.
    Tray,
}

/// A frame from a view to the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ToEngine {
    /// The first frame.
    Hello(Hello),
    /// Every other.
    Request {
        /// Chosen by the view, repeated in the reply.
        id: u64,
        /// What is asked.
        request: Request,
    },
}

/// A frame from the engine to a view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ToView {
    /// The first frame.
    Hello(Hello),
    /// The answer to one request.
    Reply {
        /// Of the request.
        id: u64,
        /// The answer.
        reply: Reply,
    },
    /// One step of the check that a request asked for; its reply follows.
    Progress {
        /// Of the request.
        id: u64,
        /// What was found.
        step: CheckStep,
    },
    /// To subscribers.
    Event {
        /// What happened.
        event: Event,
    },
}

/// What a view can ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Request {
    /// The snapshot, once. Reply: `Status`.
    Status,
    /// The snapshot now and whenever it changes (a slow reader gets the newest only), and notices. Reply: `Done`, then events.
    Subscribe,
    /// A new flow and a new binding, as after a network change. Reply: `Done` or `Refused`, within [`PATIENCE`].
    Rebind {
        /// All lines if absent.
        line: Option<String>,
    },
    /// Unregister and stay off. Reply: `Done` or `Refused`.
    Pause {
        /// Id of the line.
        line: String,
    },
    /// End of the pause. Reply: `Done` or `Refused`.
    Resume {
        /// Id of the line.
        line: String,
    },
    /// Config, secrets, DNS, login, "can I be called?". Each step is told as [`ToView::Progress`] the moment it is known. Reply: `Checked`.
    Check {
        /// All lines if absent.
        #[serde(default)]
        line: Option<String>,
    },
    /// The newest SIP messages. Reply: `Trace`.
    Trace,
    /// The password may have changed: read it again and use it. Reply: `Done` or `Refused`.
    ForgetSecret {
        /// Id of the line.
        line: String,
    },
    /// The config may have changed: read it again. Reply: `Done`, or `Refused` with the old config in force.
    Reload,
    /// What the config says of a line. Reply: `LineSettings` or `Refused`.
    LineSettings {
        /// Id of the line.
        line: String,
    },
    /// A new line: the password into the keyring, then the settings into the config, then it registers. Reply: `Added`, or `Refused` with nothing changed.
    AddLine {
        /// What the config is to say.
        settings: LineSettings,
        /// For the keyring; without one, what is there already is used.
        #[serde(default)]
        password: Option<Password>,
    },
    /// Other settings for a line. What the config says besides stays. Reply: `Added`, or `Refused` with nothing changed.
    EditLine {
        /// Id of the line as it is.
        line: String,
        /// What the config is to say.
        settings: LineSettings,
        /// For the keyring; without one the password stays, and moves where the number changes.
        #[serde(default)]
        password: Option<Password>,
    },
    /// The end of a line, in the config and with its password in the keyring. Reply: `Done` or `Refused`.
    RemoveLine {
        /// Id of the line.
        line: String,
    },
    /// Another password into the keyring, used at once. Reply: `Done` or `Refused`.
    SetPassword {
        /// Id of the line.
        line: String,
        /// The new one.
        password: Password,
    },
    /// A new phone at home: its password into the keyring, the table into the config, `[home]` on. Whoever asks has made the password, and shows it: it never
    /// comes back. Reply: `DeviceAdded`, or `Refused` with nothing changed.
    AddDevice {
        /// What the config is to say.
        settings: DeviceSettings,
        /// For the keyring; without one, what is there already is used.
        #[serde(default)]
        password: Option<Password>,
    },
    /// The end of a phone, in the config and with its password in the keyring. Reply: `Done` or `Refused`.
    RemoveDevice {
        /// Name of the device.
        device: String,
    },
    /// Another password for a phone into the keyring, used at once. Reply: `Done` or `Refused`.
    SetDevicePassword {
        /// Name of the device.
        device: String,
        /// The new one.
        password: Password,
    },
    /// A phone's password may have changed: read it again and use it. Reply: `Done` or `Refused`.
    ForgetDeviceSecret {
        /// Name of the device.
        device: String,
    },
    /// Serves a phone's settings, password included, to whoever asks for them under this token: once, for some minutes, on the home network only. Reply:
    /// `Provisioning` or `Refused`.
    Provision {
        /// Name of the device.
        device: String,
        /// Its password, as it was just made.
        password: Password,
        /// Made by whoever asks, who shows it as part of an address.
        token: Password,
    },
    /// The network that this machine is in is home. Reply: `Home`, or `Refused` with nothing changed.
    HomeHere,
    /// A home network, or every one, is home no more. Reply: `Done` or `Refused`.
    ForgetHome {
        /// Its subnet as the config has it; all if absent.
        #[serde(default)]
        network: Option<String>,
    },
    /// A line at a registrar of the engine's own, to see how it is. Nothing is written; `RemoveLine` ends both. Reply: `Added`.
    Demo,
    /// End the engine, as SIGTERM does. Reply: `Done` before it goes.
    Shutdown,
}

/// What the engine answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Reply {
    /// It is so.
    Done,
    /// It is not so.
    Refused {
        /// Why.
        error: Error,
        /// State of the line in question.
        state: Option<LineState>,
        /// More lines for people: the problems of a config, one a line.
        #[serde(default)]
        details: Vec<String>,
        /// The same for programs: the key names the field of a form.
        #[serde(default)]
        problems: Vec<ConfigProblem>,
    },
    /// The snapshot.
    Status {
        /// Of this moment.
        snapshot: Box<Snapshot>,
    },
    /// What `check` found, in order.
    Checked {
        /// One a step.
        steps: Vec<CheckStep>,
    },
    /// What the config says of the line.
    LineSettings {
        /// As written.
        settings: LineSettings,
    },
    /// The line is there.
    Added {
        /// Its id.
        line: String,
    },
    /// The phone can register.
    DeviceAdded {
        /// Its name.
        device: String,
        /// What the others dial, and whom it logs in as.
        extension: String,
    },
    /// A phone's settings wait for it.
    Provisioning {
        /// Where, without the token, which comes behind it: one for each home network that this machine is in.
        addresses: Vec<String>,
        /// Seconds for which they wait.
        seconds: u32,
    },
    /// The network is home.
    Home {
        /// Which.
        network: HomeNetwork,
    },
    /// SIP messages, oldest first.
    Trace {
        /// See [`newest_that_fit`].
        entries: Vec<TraceEntry>,
    },
}

impl Reply {
    /// A refusal without state or details.
    pub fn refused(error: Error) -> Reply {
        Reply::refused_in(None, error)
    }

    /// A refusal with the state of the line in question.
    pub fn refused_in(state: Option<LineState>, error: Error) -> Reply {
        Reply::Refused {
            error,
            state,
            details: Vec::new(),
            problems: Vec::new(),
        }
    }
}

/// What subscribers hear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Event {
    /// What is now.
    Snapshot {
        /// The newest.
        snapshot: Box<Snapshot>,
    },
    /// What happened.
    Notice {
        /// Once.
        notice: Notice,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_documented() {
        let ask = ToEngine::Request {
            id: 1,
            request: Request::Rebind {
                line: Some("work".into()),
            },
        };
        assert_eq!(
            serde_json::to_string(&ask).unwrap(),
            r#"{"type":"request","id":1,"request":{"ask":"rebind","line":"work"}}"#
        );
        let done = ToView::Reply {
            id: 1,
            reply: Reply::Done,
        };
        assert_eq!(
            serde_json::to_string(&done).unwrap(),
            r#"{"type":"reply","id":1,"reply":{"reply":"done"}}"#
        );
        let hello = ToView::Hello(Hello {
            protocol: PROTOCOL,
            version: "0.1.0".into(),
            pid: 4711,
            started_by: StartedBy::Terminal,
        });
        assert_eq!(
            serde_json::to_string(&hello).unwrap(),
            r#"{"type":"hello","protocol":2,"version":"0.1.0","pid":4711,"started_by":"terminal"}"#
        );
    }
}
