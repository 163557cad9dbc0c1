//! What a REGISTER asks for, read before anything is changed: RFC 3261 §10.3, first half of steps 6 and 7; RFC 3327 §5.3; RFC 5626 §6.

use std::borrow::Cow;
use std::time::Instant;

use bellhop_sip::{
    BindingParams, ContactAddrRef, ContactRef, HeaderName, HostRef, NameAddr, Request, Scheme,
    Text, UriRef,
};
use smallvec::SmallVec;

use crate::arrival::Arrival;
use crate::config::RegistrarConfig;
use crate::refusal::Refusal;

/// Contacts read from one request; no client has so many.
const MAX_CONTACTS: usize = 64;
/// RFC 3261 §10.3 step 7: who asks for an hour or more is never told that it is too brief.
const NEVER_TOO_BRIEF: u32 = 3600;
/// What an `expires` parameter that is no number means (RFC 3261 §10.2.1).
const MALFORMED: u32 = 3600;

/// One request's wish, complete and checked as far as that goes without the bindings.
pub(crate) struct Update<'a> {
    pub(crate) now: Instant,
    pub(crate) call_id: &'a str,
    pub(crate) cseq: u32,
    /// The flow. Its stream is only there where it is the client's own.
    pub(crate) arrival: Arrival,
    pub(crate) user_agent: Option<&'a str>,
    /// The values of Path in their order, comma-joined.
    pub(crate) path: Option<Text>,
    pub(crate) wish: Wish<'a>,
    pub(crate) outbound: Outbound,
}

/// What the response says of RFC 5626.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outbound {
    /// Nothing: it was not asked for, or it is removed.
    No,
    /// `Require: outbound`. `direct`: the client's flow ends here.
    Yes { direct: bool },
}

pub(crate) enum Wish<'a> {
    /// No Contact: only tell me.
    List,
    /// `Contact: *` with `Expires: 0`.
    Clear,
    /// Each with the seconds that it gets.
    Bind(Contacts<'a>),
}

/// One is the rule.
type Contacts<'a> = SmallVec<[Wanted<'a>; 1]>;

/// A contact to be bound or removed.
pub(crate) struct Wanted<'a> {
    pub(crate) uri: UriRef<'a>,
    /// As they are displayed, without `expires`.
    pub(crate) params: Cow<'a, str>,
    pub(crate) q: u16,
    pub(crate) instance: Option<Cow<'a, str>>,
    /// There only with an instance and where outbound processing applies; 0: none.
    pub(crate) reg_id: u32,
    /// 0 removes it.
    pub(crate) seconds: u32,
}

impl<'a> Update<'a> {
    /// # Errors
    /// What makes the whole request fail: an unreadable or impossible header, an expiry that is too brief, a Path or `reg-id` that may not be.
    pub(crate) fn read(
        config: &RegistrarConfig,
        now: Instant,
        arrival: &Arrival,
        request: &'a Request,
    ) -> Result<Update<'a>, Refusal> {
        let headers = &request.headers;
        let supported = Supported::of(request);
        let path = read_path(request)?;
        if path.is_some() && !supported.path {
            // RFC 3327 §5.3 recommends it: the client learns that somebody put himself in its way.
            return Err(Refusal::Extension(vec![Text::from_static("path")]));
        }
        let first_hop = path.is_none() && headers.via_count() == 1;
        let applies = first_hop || path.as_ref().is_some_and(|(_, ob)| *ob);
        let wish = read_wish(config, request, applies, supported.outbound)?;
        let outbound = match &wish {
            Wish::Bind(contacts)
                if supported.outbound
                    && contacts
                        .iter()
                        .any(|contact| contact.reg_id > 0 && contact.seconds > 0) =>
            {
                Outbound::Yes { direct: first_hop }
            }
            Wish::List | Wish::Clear | Wish::Bind(_) => Outbound::No,
        };
        Ok(Update {
            now,
            call_id: headers
                .call_id_ref()
                .map_err(|_| Refusal::Malformed("Call-ID"))?,
            cseq: headers
                .cseq()
                .map_err(|_| Refusal::Malformed("CSeq"))?
                .number,
            arrival: Arrival {
                stream: arrival.stream.filter(|_| first_hop),
                ..*arrival
            },
            user_agent: headers.texts(&HeaderName::UserAgent).next().flatten(),
            path: path.map(|(path, _)| path),
            wish,
            outbound,
        })
    }
}

struct Supported {
    path: bool,
    outbound: bool,
}

impl Supported {
    fn of(request: &Request) -> Supported {
        let mut supported = Supported {
            path: false,
            outbound: false,
        };
        for tag in request.headers.tokens_ref(&HeaderName::Supported) {
            supported.path |= tag.eq_ignore_ascii_case("path");
            supported.outbound |= tag.eq_ignore_ascii_case("outbound");
        }
        supported
    }
}

/// The path vector, and whether its first URI has the `ob` parameter.
fn read_path(request: &Request) -> Result<Option<(Text, bool)>, Refusal> {
    if !request.headers.contains(&HeaderName::Path) {
        return Ok(None);
    }
    let mut path: Option<(String, bool)> = None;
    for hop in request.headers.routes(HeaderName::Path) {
        let hop: NameAddr = hop.map_err(|_| Refusal::Malformed("Path"))?;
        match &mut path {
            None => path = Some((hop.to_string(), hop.uri.params().contains("ob"))),
            Some((path, _)) => {
                path.push_str(", ");
                path.push_str(&hop.to_string());
            }
        }
    }
    Ok(path.map(|(path, ob)| (Text::from(path), ob)))
}

fn read_wish<'a>(
    config: &RegistrarConfig,
    request: &'a Request,
    outbound_applies: bool,
    outbound_supported: bool,
) -> Result<Wish<'a>, Refusal> {
    let expires = request
        .headers
        .expires()
        .map_err(|_| Refusal::Malformed("Expires"))?;
    let mut wanted = Contacts::new();
    let mut star = false;
    for contact in request.headers.contacts_ref() {
        match contact.map_err(|_| Refusal::Malformed("Contact"))? {
            ContactRef::Star => {
                if star || expires != Some(0) {
                    return Err(Refusal::Malformed("Contact"));
                }
                star = true;
            }
            ContactRef::Addr(contact) => {
                if wanted.len() >= MAX_CONTACTS {
                    return Err(Refusal::TooManyContacts);
                }
                check_storable(&contact.addr.uri)?;
                let read = contact
                    .binding_params()
                    .map_err(|_| Refusal::Malformed("Contact"))?;
                if read.reg_id.is_some() && outbound_supported && !outbound_applies {
                    return Err(Refusal::FirstHop);
                }
                let asked = read.expires.map(|seconds| seconds.unwrap_or(MALFORMED));
                let asked = asked.or(expires).unwrap_or(config.default_expires);
                let seconds = granted(config, asked)?;
                wanted.push(want(contact, read, seconds, outbound_applies));
            }
        }
    }
    // RFC 5626 §6: with a reg-id one contact is bound by one request.
    let bound = wanted.iter().filter(|contact| contact.seconds > 0);
    if wanted
        .iter()
        .any(|contact| contact.reg_id > 0 && contact.seconds > 0)
        && bound.count() > 1
    {
        return Err(Refusal::Malformed("Contact"));
    }
    match (star, wanted.is_empty()) {
        (true, true) => Ok(Wish::Clear),
        (true, false) => Err(Refusal::Malformed("Contact")),
        (false, true) => Ok(Wish::List),
        (false, false) => Ok(Wish::Bind(wanted)),
    }
}

fn want<'a>(
    contact: ContactAddrRef<'a>,
    read: BindingParams<'a>,
    seconds: u32,
    outbound_applies: bool,
) -> Wanted<'a> {
    let instance = read.instance.filter(|instance| !instance.is_empty());
    let reg_id = read
        .reg_id
        .filter(|_| outbound_applies && instance.is_some())
        .unwrap_or(0);
    Wanted {
        uri: contact.addr.uri,
        params: match read.expires {
            Some(_) => contact.addr.params.without("expires").into(),
            None => contact.addr.params.displayed(),
        },
        q: read.q.unwrap_or(1000),
        instance,
        reg_id,
        seconds,
    }
}

fn granted(config: &RegistrarConfig, asked: u32) -> Result<u32, Refusal> {
    if asked > 0 && asked < config.min_expires.min(NEVER_TOO_BRIEF) {
        return Err(Refusal::TooBrief);
    }
    Ok(asked.min(config.max_expires))
}

/// What may be stored: a SIP address that something can be sent to.
fn check_storable(uri: &UriRef<'_>) -> Result<(), Refusal> {
    let reachable = match uri.host() {
        Some(HostRef::Name(name)) => is_domain_name(name),
        Some(HostRef::V4(ip)) => !ip.is_unspecified() && !ip.is_broadcast() && !ip.is_multicast(),
        Some(HostRef::V6(ip)) => !ip.is_unspecified() && !ip.is_multicast(),
        None => false,
    };
    // RFC 3261 §19.1.1, table 1: no method in the Contact of a REGISTER.
    let is_address = uri.port() != Some(0) && !uri.params().contains("method");
    if reachable && is_address && matches!(uri.scheme(), Scheme::Sip | Scheme::Sips) {
        Ok(())
    } else {
        Err(Refusal::Malformed("Contact"))
    }
}

/// RFC 3261 §25.1: the last label begins with a letter, so that `256.1.1.1` is no name.
fn is_domain_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let top = name.rsplit('.').next();
    top.is_some_and(|label| label.starts_with(|letter: char| letter.is_ascii_alphabetic()))
}
