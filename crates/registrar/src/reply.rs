//! The responses, written.

use std::time::{Instant, SystemTime};

use bellhop_sip::{HeaderName, Request, Response, StatusCode, Text};
use rand::Rng;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::binding::Binding;
use crate::refusal::Refusal;

const ALLOW: &str = "REGISTER, OPTIONS";

/// Step 8 of RFC 3261 §10.3: all bindings, each with what is left of it, and the date.
pub(crate) fn listing(
    request: &Request,
    bindings: &[Binding],
    now: Instant,
    wall: SystemTime,
) -> Response {
    let mut response = Response::answering(request, StatusCode::OK);
    for binding in bindings {
        let mut contact = binding.contact.addr.clone();
        contact
            .params
            .set("expires", Some(&binding.remaining(now).to_string()));
        response
            .headers
            .push(HeaderName::Contact, contact.to_string());
    }
    if let Some(date) = sip_date(wall) {
        response.headers.push(HeaderName::Date, date);
    }
    response
}

/// The answer to OPTIONS.
pub(crate) fn capabilities(request: &Request) -> Response {
    let mut response = Response::answering(request, StatusCode::OK);
    response.headers.push(HeaderName::Allow, ALLOW);
    response
}

/// The answer to what was refused, but for the challenges.
pub(crate) fn refusal(request: &Request, why: &Refusal, min_expires: u32) -> Response {
    let mut response = Response::answering(request, why.status());
    match why {
        Refusal::Extension(tags) => {
            let tags: Vec<&str> = tags.iter().map(|tag| &**tag).collect();
            response
                .headers
                .push(HeaderName::Unsupported, tags.join(", "));
        }
        Refusal::TooBrief => response
            .headers
            .push(HeaderName::MinExpires, min_expires.to_string()),
        Refusal::Method => response.headers.push(HeaderName::Allow, ALLOW),
        // Nothing a stranger may learn from: these three differ in nothing but what the challenges say.
        Refusal::Unauthenticated | Refusal::StaleNonce | Refusal::WrongCredentials => {}
        Refusal::Malformed(_) | Refusal::OutOfOrder | Refusal::TooManyContacts => {
            response.reason = Text::from(sentence(why));
        }
        Refusal::OtherDomain | Refusal::NotAllowed | Refusal::UnknownAor => {}
    }
    response
}

/// RFC 3261 §8.2.6.2: a response that makes no dialog still has a To tag.
pub(crate) fn add_to_tag(response: &mut Response, rng: &mut impl Rng) {
    let Ok(mut to) = response.headers.to() else {
        return;
    };
    if to.tag().is_none() {
        to.set_tag(&format!("{:016x}", rng.next_u64()));
        response.headers.set(HeaderName::To, to.to_string());
    }
}

/// As a reason phrase: with a capital.
fn sentence(why: &Refusal) -> String {
    let text = why.to_string();
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// RFC 3261 §20.17: always GMT, in the fixed form of RFC 1123.
fn sip_date(wall: SystemTime) -> Option<String> {
    let form = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    OffsetDateTime::from(wall).format(form).ok()
}
