//! Reading the registrar's 200: is our binding in it, for how long, and what of ours should not be there any more?
//!
//! RFC 3261 §10.3 step 8 wants all bindings listed. Registrars rewrite Contacts, echo the request's or leave them out, so ours is
//! looked for by URI equality (§19.1.4), then by `+sip.instance`, then by the random user part that only we know.

use std::time::Duration;

use bellhop_sip::{Contact, ContactAddr, Response, Uri};

use crate::identity::Identity;

/// Bindings read from one answer. More is not a person's list of phones.
const MAX_BINDINGS: usize = 64;
/// A grant is taken for at most this long: what a registrar promises beyond a week nobody has tested.
const MAX_GRANT: u32 = 7 * 86_400;
/// A grant below this is treated as this, or we would hammer the registrar.
const MIN_GRANT: u32 = 5;

/// What a 200 says.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Our binding is listed.
    pub(crate) verified: bool,
    /// What was granted; what was asked for where the answer does not say.
    pub(crate) granted: Duration,
    /// Contact URIs of ours that are not the one we just bound, as listed.
    pub(crate) leftovers: Vec<String>,
    /// All that is listed.
    pub(crate) bindings: Vec<Listed>,
}

/// One Contact of the answer.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) contact: String,
    pub(crate) expires: Duration,
    pub(crate) mine: bool,
}

/// Reads the 200 to a REGISTER that bound `own` (or removed it, where that is `None`).
pub(crate) fn read(
    response: &Response,
    own: Option<&Uri>,
    identity: &Identity,
    asked: u32,
) -> Reading {
    let by_header = response.headers.expires().ok().flatten();
    let listed: Vec<(ContactAddr, u32)> = response
        .headers
        .contacts()
        .filter_map(Result::ok)
        .filter_map(|contact| match contact {
            Contact::Addr(addr) => Some(addr),
            Contact::Star => None,
        })
        .take(MAX_BINDINGS)
        .map(|addr| {
            let expires = addr.expires().or(by_header).unwrap_or(asked);
            (addr, expires)
        })
        .filter(|(_, expires)| *expires > 0)
        .collect();
    let ours = own.and_then(|own| find(&listed, own, identity));
    let bindings = listed
        .iter()
        .enumerate()
        .map(|(at, (addr, expires))| Listed {
            contact: addr.uri.to_string(),
            expires: grant(*expires),
            mine: ours == Some(at) || is_ours(addr, identity),
        })
        .collect();
    let leftovers = listed
        .iter()
        .enumerate()
        .filter(|(at, (addr, _))| ours != Some(*at) && is_ours(addr, identity))
        // A registrar that rewrote our Contact and shows both forms holds one binding: the sent form is not a leftover.
        .filter(|(_, (addr, _))| own.is_none_or(|own| !own.equivalent(&addr.uri)))
        .map(|(_, (addr, _))| addr.uri.to_string())
        .collect();
    let granted = ours
        .and_then(|at| listed.get(at))
        .map(|(_, expires)| *expires)
        .or(by_header.filter(|expires| *expires > 0))
        .unwrap_or(asked);
    Reading {
        verified: ours.is_some(),
        granted: grant(granted),
        leftovers,
        bindings,
    }
}

/// Which of the listed is the binding just made.
fn find(listed: &[(ContactAddr, u32)], own: &Uri, identity: &Identity) -> Option<usize> {
    let equal = listed
        .iter()
        .position(|(addr, _)| own.equivalent(&addr.uri));
    // Rewritten, then. An old contact of ours, as sent or as seen from outside, is not the new one in disguise.
    let is_old = |addr: &ContactAddr| {
        identity.contacts.iter().any(|old| {
            let as_sent = old
                .uri
                .parse::<Uri>()
                .is_ok_and(|uri| uri.equivalent(&addr.uri));
            let as_seen = old
                .public
                .and_then(|public| {
                    crate::register::contact_uri(&identity.contact_user, public)
                        .parse::<Uri>()
                        .ok()
                })
                .is_some_and(|uri| uri.equivalent(&addr.uri));
            !own.to_string().eq(&old.uri) && (as_sent || as_seen)
        })
    };
    let among = |ours: &dyn Fn(&ContactAddr) -> bool| {
        listed
            .iter()
            .enumerate()
            .filter(|(_, (addr, _))| ours(addr) && !is_old(addr))
            .max_by_key(|(_, (_, expires))| *expires)
            .map(|(at, _)| at)
    };
    equal
        .or_else(|| among(&|addr| has_instance(addr, identity)))
        .or_else(|| among(&|addr| has_user(addr, identity)))
}

fn is_ours(addr: &ContactAddr, identity: &Identity) -> bool {
    has_instance(addr, identity) || has_user(addr, identity)
}

/// RFC 5626 §4.1: instance ids are URNs, compared by lexical equality; ours is written in lower case.
fn has_instance(addr: &ContactAddr, identity: &Identity) -> bool {
    addr.instance()
        .is_some_and(|instance| instance.eq_ignore_ascii_case(&identity.instance))
}

fn has_user(addr: &ContactAddr, identity: &Identity) -> bool {
    addr.uri.user() == Some(identity.contact_user.as_str())
}

fn grant(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds.clamp(MIN_GRANT, MAX_GRANT)))
}
