//! What must hold, on the way and at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;

use bellhop_agent::{LineState, LineView};
use bellhop_sip::{Contact, HeaderName, Method, Request, Uri};
use bytes::Bytes;

use crate::registrar::{Listing, Registrar};

/// What did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Agent and endpoint kept each other busy without end.
    NeverQuiet,
    /// The transaction layer refused a request.
    NotSent(String),
    /// A wake-up changed nothing: the next one is not later.
    NoProgress,
    /// The line was not registered in time after the network was last stable.
    NotRegistered(String),
    /// The registrar does not hold our newest binding, or holds it for an address that is not ours any more.
    NotBound(String),
    /// A binding of ours of before is held and not listed.
    StaleUnlisted(String),
    /// The snapshot says something else than the registrar.
    SnapshotDiffers(String),
    /// Another phone's binding is gone.
    ForeignRemoved,
    /// A `Contact: *` was sent.
    Star,
    /// A Contact with an address that nobody can reach was sent.
    Unreachable(String),
    /// A CSeq did not rise.
    Sequence(u32),
    /// A nonce count was used twice.
    NonceCount(String, u32),
    /// No REGISTER left in the turn of a change.
    NotAtOnce,
    /// Something left while offline.
    SentOffline,
    /// The registrar asked for patience, and a REGISTER left before the time although nothing had changed.
    Impatient,
    /// More copies of one request than RFC 3261 §17.1.2 has in its 64 × T1, and one early.
    TooManyCopies,
    /// After a pause the registrar still holds a binding of ours.
    StillBound(String),
    /// More requests than any person would send.
    Hammered(usize),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// What has been on the wire so far.
#[derive(Debug, Default)]
pub(crate) struct OnTheWire {
    sequences: BTreeMap<String, u32>,
    counts: BTreeSet<(String, u32)>,
    copies: BTreeMap<Bytes, usize>,
    pub(crate) requests: usize,
}

/// Timer E's, at 0, 0.5, 1.5, 3.5, 7.5 s and every 4 s then, until 32 s; and an early one.
const COPIES: usize = 12;

impl OnTheWire {
    /// A datagram of ours leaves, a copy or not.
    pub(crate) fn left(&mut self, payload: &Bytes) -> Result<(), Broken> {
        let copies = self.copies.entry(payload.clone()).or_default();
        *copies += 1;
        if *copies > COPIES {
            return Err(Broken::TooManyCopies);
        }
        Ok(())
    }

    /// A request of ours leaves (its copies do not come by here).
    pub(crate) fn sent(&mut self, request: &Request) -> Result<(), Broken> {
        self.requests += 1;
        let call_id = request
            .headers
            .call_id()
            .map(|id| id.to_string())
            .unwrap_or_default();
        let number = request
            .headers
            .cseq()
            .map(|cseq| cseq.number)
            .unwrap_or_default();
        if self
            .sequences
            .insert(call_id, number)
            .is_some_and(|last| last >= number)
        {
            return Err(Broken::Sequence(number));
        }
        for name in [HeaderName::Authorization, HeaderName::ProxyAuthorization] {
            for credentials in request.headers.credentials(&name).filter_map(Result::ok) {
                let count = (credentials.nonce.to_string(), credentials.nc.unwrap_or(0));
                if !self.counts.insert(count.clone()) {
                    return Err(Broken::NonceCount(count.0, count.1));
                }
            }
        }
        if request.method != Method::Register {
            return Ok(());
        }
        for contact in request.headers.contacts() {
            match contact {
                Ok(Contact::Star) => return Err(Broken::Star),
                Ok(Contact::Addr(contact))
                    if !contact.uri.to_string().contains("@10.")
                        && contact.expires() != Some(0) =>
                {
                    return Err(Broken::Unreachable(contact.uri.to_string()));
                }
                Ok(Contact::Addr(_)) => {}
                Err(error) => return Err(Broken::Unreachable(error.to_string())),
            }
        }
        Ok(())
    }
}

/// After a pause: nothing of ours, all of others.
pub(crate) fn gone(registrar: &Registrar, user: &str, foreign: &Uri) -> Result<(), Broken> {
    let mut held = registrar.bindings.iter().map(|binding| &binding.uri);
    if let Some(ours) = held.clone().find(|uri| uri.user() == Some(user)) {
        return Err(Broken::StillBound(ours.to_string()));
    }
    if !held.any(|uri| uri == foreign) {
        return Err(Broken::ForeignRemoved);
    }
    Ok(())
}

/// At the end: the registrar holds ours, nothing of ours unlisted, nothing of others gone, and the snapshot says so.
pub(crate) fn at_rest(
    view: &LineView,
    registrar: &Registrar,
    outside: SocketAddr,
    user: &str,
    foreign: &Uri,
) -> Result<(), Broken> {
    if view.state != LineState::Registered {
        return Err(Broken::NotRegistered(format!(
            "{:?} {:?}",
            view.state, view.failure
        )));
    }
    let ours = |uri: &Uri| uri.user() == Some(user);
    let newest = registrar
        .bindings
        .iter()
        .filter(|binding| ours(&binding.uri))
        .max_by_key(|binding| binding.expires_at);
    let held_until = match newest {
        Some(newest) if newest.received == outside => newest.expires_at,
        newest => return Err(Broken::NotBound(format!("{newest:?}, wanted {outside}"))),
    };
    let shown_until = view.flows.first().and_then(|flow| flow.expires_at);
    if shown_until.is_none_or(|shown| shown > held_until) {
        return Err(Broken::SnapshotDiffers(format!(
            "held until {held_until:?}, shown until {shown_until:?}"
        )));
    }
    if view.verified != (registrar.habits.listing != Listing::Nothing) {
        return Err(Broken::SnapshotDiffers(format!(
            "verified: {}",
            view.verified
        )));
    }
    if !registrar
        .bindings
        .iter()
        .any(|binding| binding.uri == *foreign)
    {
        return Err(Broken::ForeignRemoved);
    }
    if registrar.habits.listing != Listing::All {
        return Ok(());
    }
    let listed: BTreeSet<String> = view
        .bindings
        .iter()
        .map(|binding| binding.contact.clone())
        .collect();
    for binding in registrar
        .bindings
        .iter()
        .filter(|binding| ours(&binding.uri) && binding.received != outside)
    {
        if !listed.contains(&binding.uri.to_string()) {
            return Err(Broken::StaleUnlisted(binding.uri.to_string()));
        }
    }
    if !registrar.habits.rewrites_first {
        let held: BTreeSet<String> = registrar
            .bindings
            .iter()
            .map(|binding| binding.uri.to_string())
            .collect();
        if held != listed {
            return Err(Broken::SnapshotDiffers(format!(
                "held {held:?}, listed {listed:?}"
            )));
        }
    }
    Ok(())
}
