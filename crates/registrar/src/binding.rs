//! One contact of one address-of-record.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bellhop_sip::{ContactAddr, Text, Transport, Uri};

use crate::arrival::StreamId;

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
    /// As the client sent it, without display name and `expires`.
    pub(crate) contact: ContactAddr,
    pub(crate) expires_at: Instant,
    pub(crate) bound_at: Instant,
    pub(crate) updated_at: Instant,
    pub(crate) call_id: Text,
    pub(crate) cseq: u32,
    pub(crate) source: SocketAddr,
    pub(crate) transport: Transport,
    pub(crate) stream: Option<StreamId>,
    pub(crate) path: Option<Text>,
    pub(crate) user_agent: Option<Text>,
    pub(crate) qualified: Option<Qualified>,
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
        self.contact.addr.uri.as_str()
    }

    /// The same, read.
    #[must_use]
    pub fn uri(&self) -> Option<Uri> {
        Some(self.contact.addr.uri.clone())
    }

    /// The preference in thousandths; 1000 where the client gave none (RFC 3261 §16.6).
    #[must_use]
    pub fn q(&self) -> u16 {
        self.contact.q().unwrap_or(1000)
    }

    /// `+sip.instance` without its angle brackets.
    #[must_use]
    pub fn instance(&self) -> Option<Text> {
        self.contact.instance()
    }

    /// `reg-id`, where the binding is one of RFC 5626.
    #[must_use]
    pub fn reg_id(&self) -> Option<u32> {
        self.contact.reg_id()
    }

    /// The path vector (RFC 3327 §5.3) as one header's value, to be put in front as a Route.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// What the client calls itself.
    #[must_use]
    pub fn user_agent(&self) -> Option<&str> {
        self.user_agent.as_deref()
    }

    /// Where the request that bound or last refreshed it came from. With [`transport`](Self::transport) and [`stream`](Self::stream) it is the flow.
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
        self.qualified
    }

    /// Seconds left, begun ones counted whole: what still works is never listed as 0.
    #[must_use]
    pub fn remaining(&self, now: Instant) -> u32 {
        let left = self.expires_at.saturating_duration_since(now);
        let begun = u64::from(left.subsec_nanos() > 0);
        u32::try_from(left.as_secs().saturating_add(begun)).unwrap_or(u32::MAX)
    }

    pub(crate) fn same_instance(&self, contact: &ContactAddr) -> bool {
        contact.instance().is_some_and(|instance| {
            self.contact.instance() == Some(instance) && self.contact.reg_id() == contact.reg_id()
        })
    }
}
