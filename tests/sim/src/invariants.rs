//! What must hold, on the way and at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;

use bellhop_agent::{LineState, LineView};
use bellhop_sip::{Contact, HeaderName, Method, Request, Uri};

use crate::registrar::Registrar;

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
    pub(crate) requests: usize,
}

impl OnTheWire {
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
    match newest {
        Some(newest) if newest.received == outside => {}
        newest => return Err(Broken::NotBound(format!("{newest:?}, wanted {outside}"))),
    }
    if !view.verified {
        return Err(Broken::SnapshotDiffers("not verified".into()));
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
    if !registrar
        .bindings
        .iter()
        .any(|binding| binding.uri == *foreign)
    {
        return Err(Broken::ForeignRemoved);
    }
    Ok(())
}
