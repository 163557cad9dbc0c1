//! What the engine knows at one moment, exactly as `bellhop status --json` prints it. Others script against these names: extend, never rename.
//!
//! Times are RFC 3339 in UTC, durations are milliseconds, what is absent is `null`, and `local`, `public`, `registrar` of a flow are `ip:port` (v6 in brackets).

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::timestamp::Timestamp;

mod home;

pub use home::{Call, Device, DeviceContact, Home, HomeNetwork, HomeProblem};

/// Everything, comparable as a whole: the engine publishes a new one only when it differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Snapshot {
    /// Version of the engine.
    pub version: String,
    /// The config that is in force.
    #[serde(default)]
    pub config: Config,
    /// Where the engine keeps what it learns.
    #[serde(default)]
    pub state_dir: StateDir,
    /// One entry per line of the config, in its order.
    pub lines: Vec<Line>,
    /// The networks of this machine.
    pub network: Network,
    /// The registrar for the devices at home.
    pub home: Home,
    /// Calls in progress.
    pub calls: Vec<Call>,
}

impl Snapshot {
    /// What is known before anything happened.
    pub fn empty(version: &str) -> Snapshot {
        Snapshot {
            version: version.to_owned(),
            config: Config::default(),
            state_dir: StateDir::default(),
            lines: Vec::new(),
            network: Network::default(),
            home: Home::default(),
            calls: Vec::new(),
        }
    }

    /// The line of that id.
    pub fn line(&self, id: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }
}

/// The config that is in force, and what is wrong with the file since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Config {
    /// The file, as the engine was told or found it.
    pub file: String,
    /// Why what the file says now is not in force; the last config that made sense is. Gone as soon as the file makes sense again.
    pub error: Option<Error>,
    /// What is wrong in it, line by line; empty where the error says it all.
    pub problems: Vec<ConfigProblem>,
}

/// A problem of the config file. Never a value: it might be a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ConfigProblem {
    /// Counted from 1.
    pub line: usize,
    /// The key in question; none where the file is no TOML.
    pub key: Option<String>,
    /// What is wrong and what would be right.
    pub message: String,
}

impl From<&crate::config::Problem> for ConfigProblem {
    fn from(problem: &crate::config::Problem) -> ConfigProblem {
        ConfigProblem {
            line: problem.line,
            key: problem.key.clone(),
            message: problem.message.clone(),
        }
    }
}

/// The state directory, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StateDir {
    /// Where it is.
    pub path: String,
    /// Why what the engine learns does not outlive it, or what it found there could not be used.
    pub error: Option<Error>,
}

/// An address-of-record at a company and how it stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Line {
    /// The id of the config, or the one made from the AOR.
    pub id: String,
    /// The address-of-record, as a URI.
    pub aor: String,
    /// Host of the registrar as the config or the AOR names it, for people: the address in use is in `flows`.
    pub registrar: Option<String>,
    /// It is the line of the demo: at a registrar of the engine's own, in no config, and gone with the engine.
    #[serde(default)]
    pub demo: bool,
    /// What is, not what was asked for.
    pub state: LineState,
    /// Our Contact was seen in the 200.
    pub verified: bool,
    /// Whether calls reach this laptop, and how that is known.
    pub callable: Callable,
    /// The paths to the registrar, the one in use first.
    pub flows: Vec<Flow>,
    /// All bindings that the registrar reported.
    pub bindings: Vec<Binding>,
    /// The last time that the registrar stored a new binding of ours.
    pub last_rebind: Option<Rebind>,
    /// What it registers anew for, while it does and the registrar holds no binding.
    #[serde(default)]
    pub under_way: Option<UnderWay>,
    /// When the next attempt is due, while waiting for it.
    pub retry_at: Option<Timestamp>,
    /// Why it is not registered, or not verified.
    pub error: Option<Error>,
}

impl Line {
    /// A line of which no more is known than what it is and where it is in its life.
    pub fn new(id: &str, aor: &str, state: LineState) -> Line {
        Line {
            id: id.to_owned(),
            aor: aor.to_owned(),
            registrar: None,
            demo: false,
            state,
            verified: false,
            callable: Callable {
                proof: Proof::None,
                at: None,
            },
            flows: Vec::new(),
            bindings: Vec::new(),
            last_rebind: None,
            under_way: None,
            retry_at: None,
            error: None,
        }
    }
}

/// Where a line is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum LineState {
    /// No network.
    Offline,
    /// A REGISTER is on its way.
    Registering,
    /// The registrar holds our binding.
    Registered,
    /// The last attempt did not succeed; the next has a time.
    WaitingToRetry,
    /// The password is not at hand.
    WaitingForSecret,
    /// The registrar said no, finally. Ended by a changed password or config, rebind or resume.
    Rejected,
    /// The binding is being removed.
    Unregistering,
    /// Off, because the person wants so.
    Paused,
}

impl LineState {
    /// As the contract writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            LineState::Offline => "offline",
            LineState::Registering => "registering",
            LineState::Registered => "registered",
            LineState::WaitingToRetry => "waiting_to_retry",
            LineState::WaitingForSecret => "waiting_for_secret",
            LineState::Rejected => "rejected",
            LineState::Unregistering => "unregistering",
            LineState::Paused => "paused",
        }
    }
}

/// Whether calls arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Callable {
    /// How it is known.
    pub proof: Proof,
    /// When it was last proven.
    pub at: Option<Timestamp>,
}

/// How it is known that calls arrive. Only the first two mean callable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Proof {
    /// A request of ours to our own AOR came back on this flow.
    SelfRequest,
    /// A request of the company's side came on this flow.
    InboundSeen,
    /// The registrar holds the binding; nothing more is known.
    BindingOnly,
    /// Nothing is known.
    None,
}

/// A path from a local address to a registrar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Flow {
    /// Name of the interface that it is bound to.
    pub interface: String,
    /// Our `ip:port`, once open.
    pub local: Option<String>,
    /// `ip:port` as the registrar sees us (RFC 3581), once it has said so.
    pub public: Option<String>,
    /// The registrar's `ip:port`.
    pub registrar: String,
    /// `udp` today.
    pub transport: String,
    /// The Contact URI that is bound over this flow.
    pub contact: Option<String>,
    /// RFC 5626 `reg-id`, where the flow has one.
    pub reg_id: Option<u32>,
    /// When the binding ends unless refreshed.
    pub expires_at: Option<Timestamp>,
    /// When it is refreshed, unless something happens before.
    #[serde(default)]
    pub refresh_at: Option<Timestamp>,
    /// Round trip of the last REGISTER, in milliseconds.
    pub rtt_ms: Option<u64>,
    /// Where the flow is in its life.
    pub state: FlowState,
}

/// Where a flow is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum FlowState {
    /// Opened, nothing answered yet.
    Opening,
    /// Answers come.
    Active,
    /// It was active; what is in flight is not answered.
    Failed,
    /// Kept only for what is in flight.
    Closing,
}

/// A binding as the registrar reported it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Binding {
    /// The Contact URI.
    pub contact: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// It is this laptop's.
    pub mine: bool,
}

/// A binding renewed at another address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Rebind {
    /// When it was stored.
    pub at: Timestamp,
    /// What made it necessary.
    pub cause: Cause,
    /// From the cause to the 200, in milliseconds.
    pub took_ms: u64,
    /// REGISTERs that it took: one, and one more for each challenge.
    pub round_trips: u32,
}

/// A line that registers anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UnderWay {
    /// Why.
    pub cause: Cause,
    /// When that was.
    pub since: Timestamp,
}

/// What made a new binding necessary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Cause {
    /// The engine started.
    Start,
    /// Another address, interface or route.
    NetworkChanged,
    /// The machine woke.
    Wake,
    /// A refresh was not answered.
    RefreshFailed,
    /// The public address moved.
    NatMoved,
    /// The registrar's list had lost us.
    RegistrarForgot,
    /// `bellhop rebind`, or the button.
    Command,
    /// The end of a pause.
    Resume,
}

/// The networks of this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Network {
    /// A default route leads over an interface with link and address.
    pub online: bool,
    /// All interfaces with an address.
    pub interfaces: Vec<Interface>,
    /// Name of the home network, while on it.
    pub home: Option<String>,
}

/// An interface of this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Interface {
    /// As the system calls it.
    pub name: String,
    /// What it is, as far as can be told.
    pub kind: InterfaceKind,
    /// `address/prefix`.
    pub addresses: Vec<String>,
    /// A default route leads over it.
    pub default_route: bool,
}

/// What an interface is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum InterfaceKind {
    /// Wireless LAN.
    Wifi,
    /// Wired LAN, real or virtual.
    Ethernet,
    /// A mobile network.
    Mobile,
    /// A tunnel.
    Vpn,
    /// This machine itself.
    Loopback,
    /// Anything else.
    Other,
}
