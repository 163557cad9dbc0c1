//! Bodies, which nothing is read from: RFC 3261 §8.2.3.

use bellhop_sip::{HeaderName, Request};

use crate::refusal::Refusal;
use crate::reply::ACCEPT;

/// # Errors
/// `Malformed` for a body that says no type (§20.15), `Body` for one that may not be passed over.
pub(crate) fn check(request: &Request) -> Result<(), Refusal> {
    if request.body.is_empty() {
        return Ok(());
    }
    let said = |name: &HeaderName| request.headers.get(name).and_then(|value| value.as_str());
    let (media, _) = parted(said(&HeaderName::ContentType).unwrap_or_default());
    if media.is_empty() {
        return Err(Refusal::Malformed("Content-Type"));
    }
    let (_, params) = parted(said(&HeaderName::ContentDisposition).unwrap_or_default());
    let is_optional = params.split(';').any(|param| {
        let (name, value) = param.split_once('=').unwrap_or((param, ""));
        is(name, "handling") && is(value, "optional")
    });
    let plain = said(&HeaderName::ContentEncoding).is_none_or(|coding| is(coding, "identity"));
    if is_optional || (plain && is(media, ACCEPT)) {
        Ok(())
    } else {
        Err(Refusal::Body)
    }
}

/// What stands before the parameters, and these.
fn parted(value: &str) -> (&str, &str) {
    let (first, params) = value.split_once(';').unwrap_or((value, ""));
    (first.trim(), params)
}

fn is(written: &str, name: &str) -> bool {
    written.trim().eq_ignore_ascii_case(name)
}
