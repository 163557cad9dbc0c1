//! One contact of one address-of-record.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bellhop_sip::{Transport, Uri};

use crate::arrival::StreamId;
use crate::texts::Texts;

/// Names a binding as long as it lives, refreshes included. Another one of the same contact has another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BindingKey(pub(crate) u64);

/// What asking a contact (an OPTIONS, a keep-alive) came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualified {
    /// It answered.
    Reachable {
        /// After this time.
        rtt: Duration,
    },
    /// It did not, or its flow is known to be dead.
    Unreachable,
}

/// One contact bound to an address-of-record (RFC 3261 §10).
#[derive(Clone, Debug)]
pub struct Binding {
    pub(crate) key: BindingKey,
    pub(crate) texts: Texts,
    pub(crate) expires_at: Instant,
    pub(crate) bound_at: Instant,
    pub(crate) updated_at: Instant,
    pub(crate) source: SocketAddr,
    pub(crate) stream: Option<StreamId>,
    pub(crate) cseq: u32,
    /// 0: none.
    pub(crate) reg_id: u32,
    pub(crate) q: u16,
    pub(crate) transport: Transport,
    pub(crate) qualified: Rtt,
}

/// What asking came to, in a word of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rtt {
    Unknown,
    Millis(u32),
    Silent,
}

impl Rtt {
    /// As it is after a refresh: who refreshes is there, whatever he left unanswered.
    pub(crate) fn refreshed(self) -> Rtt {
        match self {
            Rtt::Silent => Rtt::Unknown,
            known @ (Rtt::Unknown | Rtt::Millis(_)) => known,
        }
    }
}

impl Binding {
    /// Its name.
    #[must_use]
    pub fn key(&self) -> BindingKey {
        self.key
    }

    /// Where calls go, as the client wrote it.
    #[must_use]
    pub fn contact(&self) -> &str {
        self.texts.uri()
    }

    /// The same, read.
    #[must_use]
    pub fn uri(&self) -> Option<Uri> {
        self.contact().parse().ok()
    }

    /// The parameters of the Contact but `expires`, as they are written: `;q=0.5;+sip.instance="…"`.
    #[must_use]
    pub fn params(&self) -> &str {
        self.texts.params()
    }

    /// The preference in thousandths; 1000 where the client gave none (RFC 3261 §16.6).
    #[must_use]
    pub fn q(&self) -> u16 {
        self.q
    }

    /// `+sip.instance` without its angle brackets.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.texts.instance()
    }

    /// `reg-id`, where the binding is one of RFC 5626.
    #[must_use]
    pub fn reg_id(&self) -> Option<u32> {
        (self.reg_id > 0).then_some(self.reg_id)
    }

    /// The path vector (RFC 3327 §5.3) as one header's value, to be put in front as a Route.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.texts.path()
    }

    /// What the client calls itself.
    #[must_use]
    pub fn user_agent(&self) -> Option<&str> {
        self.texts.user_agent()
    }

    /// The Call-ID of the request that bound or last refreshed it.
    #[must_use]
    pub fn call_id(&self) -> &str {
        self.texts.call_id()
    }

    /// Where that request came from. With [`transport`](Self::transport) and [`stream`](Self::stream) it is the flow.
    #[must_use]
    pub fn source(&self) -> SocketAddr {
        self.source
    }

    /// What carried that request.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// The stream that the binding lives and dies with.
    #[must_use]
    pub fn stream(&self) -> Option<StreamId> {
        self.stream
    }

    /// When it ends.
    #[must_use]
    pub fn expires_at(&self) -> Instant {
        self.expires_at
    }

    /// Since when it has been there, refreshes included.
    #[must_use]
    pub fn bound_at(&self) -> Instant {
        self.bound_at
    }

    /// When it was bound or last refreshed.
    #[must_use]
    pub fn updated_at(&self) -> Instant {
        self.updated_at
    }

    /// What asking it came to the last time; `None`: it was not asked since it was bound or its flow changed.
    #[must_use]
    pub fn qualified(&self) -> Option<Qualified> {
        match self.qualified {
            Rtt::Unknown => None,
            Rtt::Millis(millis) => Some(Qualified::Reachable {
                rtt: Duration::from_millis(u64::from(millis)),
            }),
            Rtt::Silent => Some(Qualified::Unreachable),
        }
    }

    /// Seconds left, begun ones counted whole: what still works is never listed as 0.
    #[must_use]
    pub fn remaining(&self, now: Instant) -> u32 {
        let left = self.expires_at.saturating_duration_since(now);
        let begun = u64::from(left.subsec_nanos() > 0);
        u32::try_from(left.as_secs().saturating_add(begun)).unwrap_or(u32::MAX)
    }

    /// Whether a call to it would go where a call to `other` goes.
    pub(crate) fn same_place(&self, other: &Binding) -> bool {
        self.texts == other.texts
            && self.source == other.source
            && self.transport == other.transport
            && self.stream == other.stream
            && self.reg_id == other.reg_id
    }

    /// Whether it outlives its process.
    pub(crate) fn lasts(&self) -> bool {
        self.stream.is_none()
    }
}
