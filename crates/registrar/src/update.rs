//! What a REGISTER asks for, read before anything is changed: RFC 3261 §10.3, first half of steps 6 and 7.

use std::time::{Duration, Instant};

use bellhop_sip::{Contact, ContactAddr, HeaderName, HeaderValue, Host, Request, Scheme, Text};

use crate::arrival::Arrival;
use crate::binding::{Binding, BindingKey};
use crate::config::RegistrarConfig;
use crate::refusal::Refusal;

/// Contacts read from one request; no client has so many.
const MAX_CONTACTS: usize = 64;
/// RFC 3261 §10.3 step 7: who asks for an hour or more is never told that it is too brief.
const NEVER_TOO_BRIEF: u32 = 3600;

/// One request's wish, complete and checked as far as that goes without the bindings.
pub(crate) struct Update {
    pub(crate) now: Instant,
    pub(crate) call_id: Text,
    pub(crate) cseq: u32,
    pub(crate) arrival: Arrival,
    pub(crate) user_agent: Option<Text>,
    pub(crate) wish: Wish,
}

pub(crate) enum Wish {
    /// No Contact: only tell me.
    List,
    /// `Contact: *` with `Expires: 0`.
    Clear,
    /// Each with the seconds that it gets; 0 removes it.
    Bind(Vec<(ContactAddr, u32)>),
}

impl Update {
    /// # Errors
    /// What makes the whole request fail: an unreadable or impossible header, or an expiry that is too brief.
    pub(crate) fn read(
        config: &RegistrarConfig,
        now: Instant,
        arrival: Arrival,
        request: &Request,
    ) -> Result<Update, Refusal> {
        let headers = &request.headers;
        Ok(Update {
            now,
            call_id: headers
                .call_id()
                .map_err(|_| Refusal::Malformed("Call-ID"))?
                .detached(),
            cseq: headers
                .cseq()
                .map_err(|_| Refusal::Malformed("CSeq"))?
                .number,
            arrival,
            user_agent: headers
                .get(&HeaderName::UserAgent)
                .and_then(HeaderValue::as_text)
                .map(|ua| ua.detached()),
            wish: read_wish(config, request)?,
        })
    }

    /// The binding that this request makes of one contact.
    pub(crate) fn binding(&self, contact: ContactAddr, seconds: u32) -> Binding {
        Binding {
            key: BindingKey(0),
            contact,
            expires_at: self.now + Duration::from_secs(u64::from(seconds)),
            bound_at: self.now,
            updated_at: self.now,
            call_id: self.call_id.clone(),
            cseq: self.cseq,
            source: self.arrival.source,
            transport: self.arrival.transport,
            stream: self.arrival.stream,
            path: None,
            qualified: None,
            user_agent: self.user_agent.clone(),
        }
    }
}

fn read_wish(config: &RegistrarConfig, request: &Request) -> Result<Wish, Refusal> {
    let expires = request
        .headers
        .expires()
        .map_err(|_| Refusal::Malformed("Expires"))?;
    let mut binds = Vec::new();
    let mut star = false;
    for contact in request.headers.contacts() {
        match contact.map_err(|_| Refusal::Malformed("Contact"))? {
            Contact::Star => {
                if star || expires != Some(0) {
                    return Err(Refusal::Malformed("Contact"));
                }
                star = true;
            }
            Contact::Addr(contact) => {
                if binds.len() >= MAX_CONTACTS {
                    return Err(Refusal::TooManyContacts);
                }
                let asked = contact
                    .expires()
                    .or(expires)
                    .unwrap_or(config.default_expires);
                binds.push((storable(&contact)?, granted(config, asked)?));
            }
        }
    }
    match (star, binds.is_empty()) {
        (true, true) => Ok(Wish::Clear),
        (true, false) => Err(Refusal::Malformed("Contact")),
        (false, true) => Ok(Wish::List),
        (false, false) => Ok(Wish::Bind(binds)),
    }
}

fn granted(config: &RegistrarConfig, asked: u32) -> Result<u32, Refusal> {
    if asked > 0 && asked < config.min_expires.min(NEVER_TOO_BRIEF) {
        return Err(Refusal::TooBrief);
    }
    Ok(asked.min(config.max_expires))
}

/// What may be stored: a SIP address that something can be sent to. Written and read again, so that it does not keep its whole datagram in memory.
fn storable(contact: &ContactAddr) -> Result<ContactAddr, Refusal> {
    let refused = || Refusal::Malformed("Contact");
    let uri = &contact.addr.uri;
    let reachable = match uri.host() {
        Some(Host::Name(_)) => true,
        Some(Host::V4(ip)) => !ip.is_unspecified() && !ip.is_broadcast(),
        Some(Host::V6(ip)) => !ip.is_unspecified(),
        None => false,
    };
    if !reachable || !matches!(uri.scheme(), Scheme::Sip | Scheme::Sips) || uri.port() == Some(0) {
        return Err(refused());
    }
    let mut addr = contact.addr.clone();
    addr.display = None;
    addr.params.remove("expires");
    Ok(ContactAddr {
        addr: addr.to_string().parse().map_err(|_| refused())?,
    })
}
