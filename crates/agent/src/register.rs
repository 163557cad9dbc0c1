//! The REGISTERs that we write (RFC 3261 §10.2).

use std::fmt::Display;
use std::net::SocketAddr;
use std::time::Instant;

use bellhop_sip::{HeaderName, Method, Request, Uri};

use crate::agent::Agent;
use crate::attempt::{Attempt, Credentials};
use crate::config::LineConfig;
use crate::identity::OldContact;

/// What a UA at this end can do (RFC 3261 §20.5).
const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS";
/// A proxy on the way may put itself into the path only if we say that we know of it (RFC 3327 §5.1).
const SUPPORTED: &str = "path";

/// What one REGISTER does with the Contact of the flow in use, and with others of ours.
pub(crate) enum Contacts {
    /// Binds it, alone.
    Bind,
    /// Binds it, first, and removes those, bare and after it: the order and the shape that every registrar measured understands.
    BindAndRemove(Vec<String>),
    /// Removes it, and those.
    Remove(Vec<String>),
    /// Leaves all as it is: the answer lists what is held (RFC 3261 §10.2.3).
    Ask,
}

impl Agent {
    /// Sends a REGISTER over the flow in use. `None` where no flow carries a Contact.
    pub(crate) fn register(
        &mut self,
        now: Instant,
        contacts: &Contacts,
        credentials: Credentials,
        challenges: u32,
    ) -> Option<Attempt> {
        let flow = self.flow.as_ref()?;
        let (flow, contact) = (flow.id, flow.contact.clone()?);
        let (cseq, reserved) = self.sequence.take(&mut self.identity, &mut self.rng);
        let call_id = self.identity.call_id.clone();
        let registrar = self.config.registrar.clone();
        let mut request = outside_dialog(
            &self.config,
            Method::Register,
            registrar,
            &call_id,
            &self.tag,
            cseq,
        );
        let bind = format!(
            "<{contact}>;+sip.instance=\"<{}>\";expires={}",
            self.identity.instance, self.expires
        );
        let removal = |uri: &dyn Display| format!("<{uri}>;expires=0");
        let (first, others, expires) = match contacts {
            Contacts::Bind => (Some(bind), &Vec::new(), Some(self.expires)),
            Contacts::BindAndRemove(others) => (Some(bind), others, Some(self.expires)),
            Contacts::Remove(others) => (Some(removal(&contact)), others, Some(0)),
            Contacts::Ask => (None, &Vec::new(), None),
        };
        let headers = &mut request.headers;
        for contact in first.into_iter().chain(others.iter().map(|it| removal(it))) {
            headers.push(HeaderName::Contact, contact);
        }
        // Besides the parameter: some registrars read the header only.
        if let Some(expires) = expires {
            headers.push(HeaderName::Expires, expires.to_string());
        }
        headers.push(HeaderName::Allow, ALLOW);
        headers.push(HeaderName::Supported, SUPPORTED);
        let attempt = self.send(now, flow, request, credentials, challenges);
        // After the REGISTER, which waits for no disk.
        if reserved {
            self.save();
        }
        Some(attempt)
    }
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
