//! From text to the parts of a URI.

use std::ops::Range;

use super::{Scheme, Uri};
use crate::{HostPort, Params, Text, limits};

/// Why a text is no URI. Carries nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UriError(&'static str);

impl UriError {
    pub(crate) fn why(self) -> &'static str {
        self.0
    }
}

/// Offsets into the text of a URI; [`limits::MAX_URI`] fits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    pub(super) start: u16,
    pub(super) end: u16,
}

impl From<Span> for Range<usize> {
    fn from(span: Span) -> Self {
        usize::from(span.start)..usize::from(span.end)
    }
}

pub(super) fn parse(text: Text) -> Result<Uri, UriError> {
    if text.len() > limits::MAX_URI {
        return Err(UriError("the URI is too long"));
    }
    if text
        .bytes()
        .any(|byte| byte <= b' ' || matches!(byte, 0x7f | b'"' | b'<' | b'>'))
    {
        return Err(UriError("a letter that no URI has"));
    }
    let colon = memchr::memchr(b':', text.as_bytes()).ok_or(UriError("the URI has no scheme"))?;
    let name = text.get(..colon).unwrap_or_default();
    let scheme = if name.eq_ignore_ascii_case("sip") {
        Scheme::Sip
    } else if name.eq_ignore_ascii_case("sips") {
        Scheme::Sips
    } else if name.eq_ignore_ascii_case("tel") {
        Scheme::Tel
    } else if is_scheme(name) {
        Scheme::Other
    } else {
        return Err(UriError("the URI has no scheme"));
    };
    match scheme {
        Scheme::Sip | Scheme::Sips => sip(text, scheme, colon + 1),
        Scheme::Tel => tel(text, colon + 1),
        Scheme::Other => other(text, colon + 1),
    }
}

fn is_scheme(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// `sip:user:password@host:port;params?headers`
fn sip(text: Text, scheme: Scheme, start: usize) -> Result<Uri, UriError> {
    check_escapes(&text)?;
    let bytes = text.as_bytes();
    let at = memchr::memchr(b'@', bytes);
    let host_start = at.map_or(start, |at| at + 1);
    if memchr::memchr(b'@', tail(bytes, host_start)).is_some() {
        return Err(UriError("a second @"));
    }
    let (user, password) = match at {
        None => (None, None),
        Some(at) => match memchr::memchr(b':', bytes.get(start..at).unwrap_or_default()) {
            None => (Some(span(start, at)), None),
            Some(colon) => (
                Some(span(start, start + colon)),
                Some(span(start + colon + 1, at)),
            ),
        },
    };
    let params_start = position(bytes, host_start, |byte| matches!(byte, b';' | b'?'));
    let params_end = position(bytes, params_start, |byte| byte == b'?');
    let part = text.get(host_start..params_start).unwrap_or_default();
    let host_port = HostPort::parse_part(&text, part).ok_or(UriError(
        "the host is neither a name nor an address, or the port is none",
    ))?;
    let host_end = host_start + host_length(part);
    check_params(&text, params_start, params_end)?;
    let headers_start = (params_end + 1).min(bytes.len());
    if params_end < bytes.len() && headers_start == bytes.len() {
        return Err(UriError("no headers behind the question mark"));
    }
    Ok(Uri {
        scheme,
        user,
        password,
        host: span(host_start, host_end),
        port: host_port.port,
        params: span(params_start, params_end),
        headers: span(headers_start, bytes.len()),
        text,
    })
}

/// How much of `host:port` is the host.
fn host_length(part: &str) -> usize {
    let from = part.find(']').unwrap_or(0);
    part.get(from..)
        .and_then(|rest| rest.find(':'))
        .map_or(part.len(), |colon| from + colon)
}

/// `tel:number;params`
fn tel(text: Text, start: usize) -> Result<Uri, UriError> {
    check_escapes(&text)?;
    let end = position(text.as_bytes(), start, |byte| byte == b';');
    if !super::tel::is_number(text.get(start..end).unwrap_or_default()) {
        return Err(UriError("no telephone number behind tel:"));
    }
    let length = text.len();
    check_params(&text, end, length)?;
    Ok(Uri {
        scheme: Scheme::Tel,
        user: None,
        password: None,
        host: span(start, end),
        port: None,
        params: span(end, length),
        headers: span(length, length),
        text,
    })
}

fn other(text: Text, start: usize) -> Result<Uri, UriError> {
    let length = text.len();
    if start == length {
        return Err(UriError("nothing behind the scheme"));
    }
    let nothing = span(length, length);
    Ok(Uri {
        scheme: Scheme::Other,
        user: None,
        password: None,
        host: nothing,
        port: None,
        params: nothing,
        headers: nothing,
        text,
    })
}

fn check_params(text: &Text, start: usize, end: usize) -> Result<(), UriError> {
    if start == end {
        return Ok(());
    }
    text.get(start..end)
        .and_then(Params::check)
        .ok_or(UriError("malformed URI parameters"))
}

/// Every percent sign must begin an escape (RFC 3261 §25.1, `escaped`).
fn check_escapes(text: &str) -> Result<(), UriError> {
    let bytes = text.as_bytes();
    let broken = memchr::memchr_iter(b'%', bytes).any(|at| {
        !bytes
            .get(at + 1..at + 3)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    if broken {
        Err(UriError("a percent sign that begins no escape"))
    } else {
        Ok(())
    }
}

/// Where the first such byte is at or behind `from`; the end where there is none.
fn position(bytes: &[u8], from: usize, is: impl Fn(u8) -> bool) -> usize {
    tail(bytes, from)
        .iter()
        .position(|byte| is(*byte))
        .map_or(bytes.len(), |at| from + at)
}

fn tail(bytes: &[u8], from: usize) -> &[u8] {
    bytes.get(from..).unwrap_or_default()
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "checked against MAX_URI, which fits"
)]
fn span(start: usize, end: usize) -> Span {
    Span {
        start: start as u16,
        end: end as u16,
    }
}
