//! The REGISTERs that we write (RFC 3261 §10.2).

use std::net::SocketAddr;

use bellhop_sip::{HeaderName, Method, Request, Uri};

use crate::config::LineConfig;
use crate::identity::{Identity, OldContact};

/// What a UA at this end can do (RFC 3261 §20.5).
const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS";
/// A proxy on the way may put itself into the path only if we say that we know of it (RFC 3327 §5.1).
const SUPPORTED: &str = "path";

/// The Contacts of one REGISTER.
pub(crate) enum Contacts<'a> {
    /// Bind this one.
    Bind(&'a Uri),
    /// Bind this one, first, and remove those, bare and after it: the order and the shape that every registrar measured understands.
    BindAndRemove(&'a Uri, &'a [String]),
    /// Remove these.
    Remove(&'a [String]),
}

/// Writes a REGISTER, without Via and credentials.
pub(crate) fn register(
    config: &LineConfig,
    identity: &Identity,
    tag: &str,
    cseq: u32,
    expires: u32,
    contacts: &Contacts<'_>,
) -> Request {
    let mut request = outside_dialog(
        config,
        Method::Register,
        config.registrar.clone(),
        &identity.call_id,
        tag,
        cseq,
    );
    let headers = &mut request.headers;
    let bind = |uri: &Uri| {
        format!(
            "<{uri}>;+sip.instance=\"<{}>\";expires={expires}",
            identity.instance
        )
    };
    let (lines, expires) = match contacts {
        Contacts::Bind(uri) => (vec![bind(uri)], expires),
        Contacts::BindAndRemove(uri, old) => (
            std::iter::once(bind(uri))
                .chain(old.iter().map(removal))
                .collect(),
            expires,
        ),
        Contacts::Remove(old) => (old.iter().map(removal).collect(), 0),
    };
    for line in lines {
        headers.push(HeaderName::Contact, line);
    }
    // Besides the parameter: some registrars read the header only.
    headers.push(HeaderName::Expires, expires.to_string());
    headers.push(HeaderName::Allow, ALLOW);
    headers.push(HeaderName::Supported, SUPPORTED);
    request
}

/// Writes a request of ours outside any dialog (RFC 3261 §8.1.1), without Via and credentials.
pub(crate) fn outside_dialog(
    config: &LineConfig,
    method: Method,
    uri: Uri,
    call_id: &str,
    tag: &str,
    cseq: u32,
) -> Request {
    let to = if method == Method::Options {
        &uri
    } else {
        &config.aor
    }
    .clone();
    let cseq = format!("{cseq} {method}");
    let mut request = Request::new(method, uri);
    let headers = &mut request.headers;
    if let Some(proxy) = &config.outbound_proxy {
        headers.push(HeaderName::Route, format!("<{proxy}>"));
    }
    headers.push(HeaderName::MaxForwards, "70");
    headers.push(HeaderName::From, format!("<{}>;tag={tag}", config.aor));
    headers.push(HeaderName::To, format!("<{to}>"));
    headers.push(HeaderName::CallId, call_id);
    headers.push(HeaderName::CSeq, cseq);
    headers.push(HeaderName::UserAgent, config.user_agent.as_str());
    request
}

/// The ways in which a registrar may hold an old contact of ours: as the URI that it listed (or that we sent), and as the address
/// that it was seen from.
pub(crate) fn shapes(listed: &str, known: &[OldContact], contact_user: &str) -> Vec<String> {
    let mut shapes = vec![listed.to_owned()];
    let public = known
        .iter()
        .find(|old| old.uri == listed)
        .and_then(|old| old.public);
    let seen = public.map(|public| contact_uri(contact_user, public));
    shapes.extend(seen.filter(|uri| uri != listed));
    shapes
}

/// Our Contact URI at this address. IPv6 stands in brackets, without a zone.
pub(crate) fn contact_uri(user: &str, address: SocketAddr) -> String {
    format!(
        "sip:{user}@{}",
        SocketAddr::new(address.ip(), address.port())
    )
}

fn removal(uri: &String) -> String {
    format!("<{uri}>;expires=0")
}
