//! The responses, written.

use std::fmt::Write as _;
use std::time::{Instant, SystemTime};

use bellhop_sip::{HeaderName, Request, ResponseBuffer, ResponseWriter};

use crate::binding::Binding;
use crate::date::SipDate;
use crate::refusal::Refusal;
use crate::wish::Outbound;

pub(crate) const ALLOW: &str = "REGISTER, OPTIONS";
/// No body says anything to a registrar; one of this type is passed over.
pub(crate) const ACCEPT: &str = "application/sdp";
const SUPPORTED: &str = "path, outbound";

/// The To tag of an answer: the same for each copy of the request (RFC 3261 §8.2.7), in hex.
pub(crate) struct Tag([u8; 16]);

impl Tag {
    pub(crate) fn of(hash: u64) -> Tag {
        const DIGITS: [u8; 16] = *b"0123456789abcdef";
        let mut tag = [b'0'; 16];
        for (at, letter) in tag.iter_mut().enumerate() {
            let digit = (hash >> (60 - 4 * at)) & 15;
            *letter = usize::try_from(digit)
                .ok()
                .and_then(|digit| DIGITS.get(digit))
                .copied()
                .unwrap_or(b'0');
        }
        Tag(tag)
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Begins an answer. RFC 3261 §8.2.6.2: also one that makes no dialog has a To tag.
pub(crate) fn begin<'a>(
    buffer: &'a mut ResponseBuffer,
    request: &Request,
    status: u16,
    phrase: &str,
    tag: Option<&Tag>,
) -> ResponseWriter<'a> {
    ResponseWriter::answering(buffer, request, status, phrase, tag.map(Tag::as_str))
}

/// Step 8 of RFC 3261 §10.3: all bindings, each with what is left of it, and the date.
pub(crate) fn list(
    to: &mut ResponseWriter<'_>,
    bindings: &[Binding],
    now: Instant,
    date: &mut SipDate,
    wall: SystemTime,
) {
    for binding in bindings {
        to.header(&HeaderName::Contact, "<");
        let _ = to.write_str(binding.contact());
        let _ = to.write_str(">");
        let _ = to.write_str(binding.params());
        let _ = to.write_str(";expires=");
        to.number(binding.remaining(now));
    }
    to.header(&HeaderName::Date, date.at(wall));
}

/// What RFC 3327 §5.3 and RFC 5626 §6 add.
pub(crate) fn add_flow(
    to: &mut ResponseWriter<'_>,
    path: Option<&str>,
    outbound: Outbound,
    flow_timer: u32,
) {
    if let Some(path) = path {
        to.header(&HeaderName::Path, path);
    }
    match outbound {
        Outbound::No => {}
        Outbound::Yes { direct } => {
            to.header(&HeaderName::Require, "outbound");
            if direct && flow_timer > 0 {
                to.header_of(&HeaderName::FlowTimer, format_args!("{flow_timer}"));
            }
        }
    }
}

/// What the answer to OPTIONS says (RFC 3261 §11.2).
pub(crate) fn add_capabilities(to: &mut ResponseWriter<'_>) {
    to.header(&HeaderName::Allow, ALLOW);
    add_accepted(to);
    to.header(&HeaderName::Supported, SUPPORTED);
}

/// What bodies may be.
fn add_accepted(to: &mut ResponseWriter<'_>) {
    to.header(&HeaderName::Accept, ACCEPT);
    to.header(&HeaderName::AcceptEncoding, "identity");
    to.header(&HeaderName::AcceptLanguage, "en");
}

/// What a refusal says, but for the challenges.
pub(crate) fn add_reason(to: &mut ResponseWriter<'_>, why: &Refusal, min_expires: u32) {
    match why {
        Refusal::Extension(tags) => {
            let tags: Vec<&str> = tags.iter().map(|tag| &**tag).collect();
            to.header(&HeaderName::Unsupported, &tags.join(", "));
        }
        Refusal::TooBrief => to.header_of(&HeaderName::MinExpires, format_args!("{min_expires}")),
        Refusal::Method => to.header(&HeaderName::Allow, ALLOW),
        Refusal::Body => add_accepted(to),
        // Nothing a stranger may learn from: these three differ in nothing but what the challenges say.
        Refusal::Unauthenticated | Refusal::StaleNonce | Refusal::WrongCredentials => {}
        Refusal::Malformed(_)
        | Refusal::OutOfOrder
        | Refusal::TooManyContacts
        | Refusal::TooLong
        | Refusal::OtherDomain
        | Refusal::Scheme
        | Refusal::NotAllowed
        | Refusal::UnknownAor
        | Refusal::FirstHop
        | Refusal::NoTransaction => {}
    }
}

/// A phrase of our own where that of the RFC says too little; empty: that of the RFC.
pub(crate) fn phrase(why: &Refusal) -> String {
    match why {
        Refusal::Malformed(_)
        | Refusal::OutOfOrder
        | Refusal::TooManyContacts
        | Refusal::TooLong => sentence(&why.to_string()),
        Refusal::OtherDomain
        | Refusal::Scheme
        | Refusal::Extension(_)
        | Refusal::FirstHop
        | Refusal::Unauthenticated
        | Refusal::StaleNonce
        | Refusal::WrongCredentials
        | Refusal::NotAllowed
        | Refusal::UnknownAor
        | Refusal::TooBrief
        | Refusal::Body
        | Refusal::Method
        | Refusal::NoTransaction => String::new(),
    }
}

/// With a capital.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
