//! One contact of one address-of-record.

use std::net::SocketAddr;
use std::time::Instant;

use bellhop_sip::{ContactAddr, Text, Uri};

/// One contact bound to an address-of-record (RFC 3261 §10).
#[derive(Clone, Debug)]
pub struct Binding {
    /// As the client sent it, without display name and `expires`.
    pub contact: ContactAddr,
    /// When it ends.
    pub expires_at: Instant,
    /// When it was bound or last refreshed.
    pub updated_at: Instant,
    /// Of the request that bound it; with `cseq` it orders requests of one client.
    pub call_id: Text,
    /// Of the request that bound it.
    pub cseq: u32,
    /// Where that request came from.
    pub source: SocketAddr,
    /// What the client calls itself.
    pub user_agent: Option<Text>,
}

impl Binding {
    /// Where calls go.
    pub fn uri(&self) -> &Uri {
        &self.contact.addr.uri
    }

    /// Seconds left, begun ones counted whole: what still works is never listed as 0.
    pub fn remaining(&self, now: Instant) -> u32 {
        let left = self.expires_at.saturating_duration_since(now);
        let begun = u64::from(left.subsec_nanos() > 0);
        u32::try_from(left.as_secs().saturating_add(begun)).unwrap_or(u32::MAX)
    }

    /// The same flow of the same device, wherever it is now: `+sip.instance` and `reg-id` (RFC 5626 §6).
    pub(crate) fn same_instance(&self, contact: &ContactAddr) -> bool {
        contact.instance().is_some_and(|instance| {
            self.contact.instance() == Some(instance) && self.contact.reg_id() == contact.reg_id()
        })
    }
}
