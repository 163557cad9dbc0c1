//! What a registrar's log says about requests.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

/// What happened to a request at the registrar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A REGISTER came, with or without credentials, a repeated copy too.
    Arrived,
    /// It was answered 401.
    Challenged,
    /// It was answered 403.
    Refused,
    /// Its bindings are stored.
    Saved,
    /// The line answered a request that the registrar sent to a stored contact.
    Answered,
}

/// One event of a registrar's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The registrar's clock.
    pub at: SystemTime,
    /// What happened.
    pub kind: Kind,
    /// Where the packet came from, as the internet sees it.
    pub source: SocketAddr,
    /// The Call-ID of the request.
    pub call_id: String,
    /// The CSeq number of the request.
    pub cseq: u32,
    /// The Contact header of a REGISTER; the status of an answer.
    pub contact: String,
}

impl Event {
    /// A REGISTER that only removes: what is left of an earlier place is cleaned up.
    #[must_use]
    pub fn removes(&self) -> bool {
        self.contact.contains("expires=0")
    }
}

/// Seconds and microseconds of the epoch, with a point between and maybe not padded.
pub(super) fn time(text: &str) -> Option<SystemTime> {
    let (seconds, microseconds) = text.split_once('.')?;
    let since = Duration::from_secs(seconds.parse().ok()?)
        + Duration::from_micros(microseconds.parse().ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since)
}
