//! What goes over the control socket. Both sides begin with [`Hello`]; then the view asks and the engine replies, each reply with the id of its request.
//!
//! ```json
//! {"type":"hello","protocol":1,"version":"0.1.0","pid":4711,"started_by":"terminal"}
//! {"type":"request","id":1,"request":{"ask":"rebind","line":"work"}}
//! {"type":"reply","id":1,"reply":{"reply":"done"}}
//! {"type":"event","event":{"event":"snapshot","snapshot":{}}}
//! ```
//!
//! No request returns a secret.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::frame::MAX_FRAME;
use crate::notice::Notice;
use crate::snapshot::{LineState, Snapshot};
use crate::timestamp::Timestamp;

/// Number of this protocol. Raised when an older peer would misunderstand; new requests and fields alone do not raise it.
pub const PROTOCOL: u32 = 1;

/// How long the engine tries rebind, pause and resume before it refuses with the state.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// The first frame of each side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// To subscribers.
    Event {
        /// What happened.
        event: Event,
    },
}

/// What a view can ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
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
    /// Config, secrets, DNS, login, "can I be called?". Reply: `Checked`.
    Check,
    /// The newest SIP messages. Reply: `Trace`.
    Trace,
    /// The password may have changed: read it again and use it. Reply: `Done` or `Refused`.
    ForgetSecret {
        /// Id of the line.
        line: String,
    },
    /// The config may have changed: read it again. Reply: `Done`, or `Refused` with the old config in force.
    Reload,
    /// End the engine, as SIGTERM does. Reply: `Done` before it goes.
    Shutdown,
}

/// What the engine answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
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
    /// SIP messages, oldest first.
    Trace {
        /// See [`newest_that_fit`].
        entries: Vec<TraceEntry>,
    },
}

impl Reply {
    /// A refusal without state or details.
    pub fn refused(error: Error) -> Reply {
        Reply::Refused {
            error,
            state: None,
            details: Vec::new(),
        }
    }
}

/// What subscribers hear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
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

/// One step of `check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckStep {
    /// Id of the line; absent for steps of the whole.
    pub line: Option<String>,
    /// What was looked at.
    pub step: Step,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What was found, for IT.
    pub detail: Option<String>,
    /// Why it does not hold.
    pub error: Option<Error>,
}

/// What came of one step of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It may hold, and cannot be shown from here: many registrars answer a request to the own number themselves.
    Unproven,
    /// It does not hold.
    Fails,
}

impl Outcome {
    /// Holds or fails.
    #[must_use]
    pub fn of(ok: bool) -> Self {
        if ok { Self::Holds } else { Self::Fails }
    }
}

/// What `check` looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The config file.
    Config,
    /// The password is at hand.
    Secret,
    /// The registrar has an address.
    Dns,
    /// Its certificate is good.
    Tls,
    /// It takes the password and stores the binding.
    Login,
    /// Calls arrive.
    Callable,
}

/// Ends a traced message that is longer than the trace keeps.
pub const CUT: &str = "\n… cut …";

/// A SIP message that came or went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceEntry {
    /// When.
    pub at: Timestamp,
    /// Microseconds past `at`, 0 to 999.
    #[serde(default)]
    pub micros: u16,
    /// Id of the line.
    pub line: String,
    /// The path that it took.
    pub flow: TraceFlow,
    /// Whether it came or went.
    pub direction: Direction,
    /// Why nobody was given it.
    pub dropped: Option<String>,
    /// The message with its credentials masked; it ends with [`CUT`] if that is not all of it.
    pub text: String,
}

/// The path of a traced message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TraceFlow {
    /// Name of the interface.
    pub interface: String,
    /// Our `ip:port`.
    pub local: String,
    /// The other `ip:port`.
    pub remote: String,
}

/// Whether a message came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the network.
    In,
    /// To the network.
    Out,
}

/// The newest entries whose reply fits into a frame.
pub fn newest_that_fit(entries: Vec<TraceEntry>) -> Vec<TraceEntry> {
    const ROOM: usize = MAX_FRAME - 1024;
    let mut size = 0_usize;
    let fitting = entries
        .iter()
        .rev()
        .take_while(|entry| {
            // One that can't be written counts as one that does not fit.
            size = size
                .saturating_add(serde_json::to_vec(entry).map_or(MAX_FRAME, |json| json.len() + 1));
            size <= ROOM
        })
        .count();
    let skipped = entries.len().saturating_sub(fitting);
    entries.into_iter().skip(skipped).collect()
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
            protocol: 1,
            version: "0.1.0".into(),
            pid: 4711,
            started_by: StartedBy::Terminal,
        });
        assert_eq!(
            serde_json::to_string(&hello).unwrap(),
            r#"{"type":"hello","protocol":1,"version":"0.1.0","pid":4711,"started_by":"terminal"}"#
        );
    }

    #[test]
    fn a_long_trace_keeps_its_newest_end() {
        let entry = |n: usize| TraceEntry {
            at: Timestamp::now(),
            micros: 0,
            line: n.to_string(),
            flow: TraceFlow {
                interface: "eth0".into(),
                local: "192.0.2.1:5060".into(),
                remote: "192.0.2.2:5060".into(),
            },
            direction: Direction::Out,
            dropped: None,
            text: "x".repeat(1000),
        };
        let kept = newest_that_fit((0..2000).map(entry).collect());
        assert!(kept.len() > 500 && kept.len() < 1100, "{}", kept.len());
        assert_eq!(kept.last().unwrap().line, "1999");
        assert!(
            serde_json::to_vec(&Reply::Trace { entries: kept })
                .unwrap()
                .len()
                <= MAX_FRAME
        );
        assert_eq!(newest_that_fit(vec![entry(1)]).len(), 1);
    }
}
