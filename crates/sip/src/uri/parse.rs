//! From text to the parts of a URI.

use std::ops::Range;

use super::Scheme;
use crate::{HostRef, ParamsRef, host, limits};

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

/// What a URI consists of, and where in its text that stands.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) scheme: Scheme,
    pub(super) user: Option<Span>,
    pub(super) password: Option<Span>,
    /// For tel: the number.
    pub(super) host: Span,
    pub(super) port: Option<u16>,
    pub(super) params: Span,
    pub(super) headers: Span,
}

pub(super) fn parse(text: &str) -> Result<Shape, UriError> {
    if text.len() > limits::MAX_URI {
        return Err(UriError("the URI is too long"));
    }
    let (scheme, start) = scheme(text.as_bytes()).ok_or(UriError("the URI has no scheme"))?;
    let marks = Marks::find(text.as_bytes(), start)?;
    match scheme {
        Scheme::Sip | Scheme::Sips => sip(text, scheme, start, &marks),
        Scheme::Tel => tel(text, start, &marks),
        Scheme::Other => other(text, start),
    }
}

/// The scheme, and where the rest begins.
fn scheme(bytes: &[u8]) -> Option<(Scheme, usize)> {
    match bytes {
        [b's' | b'S', b'i' | b'I', b'p' | b'P', b':', ..] => Some((Scheme::Sip, 4)),
        [b's' | b'S', b'i' | b'I', b'p' | b'P', b's' | b'S', b':', ..] => Some((Scheme::Sips, 5)),
        [b't' | b'T', b'e' | b'E', b'l' | b'L', b':', ..] => Some((Scheme::Tel, 4)),
        _ => {
            let colon = memchr::memchr(b':', bytes)?;
            is_scheme(bytes.get(..colon)?).then_some((Scheme::Other, colon + 1))
        }
    }
}

fn is_scheme(name: &[u8]) -> bool {
    name.first().is_some_and(u8::is_ascii_alphabetic)
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// Bytes that have no meaning of their own anywhere in a URI.
const PLAIN: [bool; 256] = plain();

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time over constant bounds"
)]
const fn plain() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation, reason = "below 256")]
        let letter = byte as u8;
        table[byte] = letter > b' '
            && !matches!(
                letter,
                b':' | b'@' | b';' | b'?' | b'%' | 0x7f | b'"' | b'<' | b'>'
            );
        byte += 1;
    }
    table
}

/// What has a meaning in a URI, and where it stands.
struct Marks {
    /// The first colon behind the scheme, where an `@` follows it.
    password: Mark,
    at: Mark,
    second_at: bool,
    /// The first semicolon or question mark behind the `@`.
    params: Mark,
    /// The first question mark behind the `@`.
    headers: Mark,
    broken_escape: bool,
}

/// An offset, or nothing: small, since every message has a handful of URIs.
#[derive(Clone, Copy)]
struct Mark(u16);

impl Mark {
    const NONE: Mark = Mark(u16::MAX);

    fn get(self) -> Option<usize> {
        self.is_some().then(|| usize::from(self.0))
    }

    fn is_some(self) -> bool {
        self.0 != u16::MAX
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "checked against MAX_URI, which fits"
    )]
    fn first(&mut self, here: usize) {
        if !self.is_some() {
            self.0 = here as u16;
        }
    }
}

impl Marks {
    fn find(bytes: &[u8], start: usize) -> Result<Marks, UriError> {
        let mut marks = Marks {
            password: Mark::NONE,
            at: Mark::NONE,
            second_at: false,
            params: Mark::NONE,
            headers: Mark::NONE,
            broken_escape: false,
        };
        let mut colon = Mark::NONE;
        let is_marked = |byte: &u8| !PLAIN.get(usize::from(*byte)).is_some_and(|plain| *plain);
        let mut from = start;
        while let Some(next) = bytes.get(from..)
            && let Some(plain) = next.iter().position(is_marked)
            && let Some(byte) = next.get(plain)
        {
            let here = from + plain;
            from = here + 1;
            match byte {
                b':' => colon.first(here),
                b'@' => {
                    marks.second_at |= marks.at.is_some();
                    if !marks.at.is_some() {
                        marks.at.first(here);
                        marks.password = colon;
                    }
                    (marks.params, marks.headers) = (Mark::NONE, Mark::NONE);
                }
                b';' => marks.params.first(here),
                b'?' => {
                    marks.params.first(here);
                    marks.headers.first(here);
                }
                // Every percent sign must begin an escape (RFC 3261 §25.1, `escaped`).
                b'%' => {
                    let escape = bytes.get(here + 1..here + 3);
                    marks.broken_escape |=
                        !escape.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
                }
                _ => return Err(UriError("a letter that no URI has")),
            }
        }
        Ok(marks)
    }

    fn check_escapes(&self) -> Result<(), UriError> {
        if self.broken_escape {
            Err(UriError("a percent sign that begins no escape"))
        } else {
            Ok(())
        }
    }
}

/// `sip:user:password@host:port;params?headers`
fn sip(text: &str, scheme: Scheme, start: usize, marks: &Marks) -> Result<Shape, UriError> {
    marks.check_escapes()?;
    if marks.second_at {
        return Err(UriError("a second @"));
    }
    let length = text.len();
    let (user, password) = match (marks.at.get(), marks.password.get()) {
        (None, _) => (None, None),
        (Some(at), None) => (Some(span(start, at)), None),
        (Some(at), Some(colon)) => (Some(span(start, colon)), Some(span(colon + 1, at))),
    };
    let host_start = marks.at.get().map_or(start, |at| at + 1);
    let params_start = marks.params.get().unwrap_or(length);
    let params_end = marks.headers.get().unwrap_or(length);
    let part = text.get(host_start..params_start).unwrap_or_default();
    let (host, port) = host_port(part).ok_or(UriError(
        "the host is neither a name nor an address, or the port is none",
    ))?;
    check_params(text, params_start, params_end)?;
    let headers_start = (params_end + 1).min(length);
    if marks.headers.is_some() && headers_start == length {
        return Err(UriError("no headers behind the question mark"));
    }
    Ok(Shape {
        scheme,
        user,
        password,
        host: span(host_start, host_start + host),
        port,
        params: span(params_start, params_end),
        headers: span(headers_start, length),
    })
}

/// How much of `host:port` is the host, and the port.
fn host_port(part: &str) -> Option<(usize, Option<u16>)> {
    let (host, port) = host::split(part)?;
    // A name that was split off only has to be there.
    let good = if host.starts_with('[') {
        HostRef::of_split(host).is_some()
    } else {
        !host.is_empty()
    };
    good.then_some((host.len(), port))
}

/// `tel:number;params`
fn tel(text: &str, start: usize, marks: &Marks) -> Result<Shape, UriError> {
    marks.check_escapes()?;
    let end = text.find(';').unwrap_or(text.len());
    if !super::tel::is_number(text.get(start..end).unwrap_or_default()) {
        return Err(UriError("no telephone number behind tel:"));
    }
    let length = text.len();
    check_params(text, end, length)?;
    Ok(Shape {
        scheme: Scheme::Tel,
        user: None,
        password: None,
        host: span(start, end),
        port: None,
        params: span(end, length),
        headers: span(length, length),
    })
}

fn other(text: &str, start: usize) -> Result<Shape, UriError> {
    let length = text.len();
    if start == length {
        return Err(UriError("nothing behind the scheme"));
    }
    let nothing = span(length, length);
    Ok(Shape {
        scheme: Scheme::Other,
        user: None,
        password: None,
        host: nothing,
        port: None,
        params: nothing,
        headers: nothing,
    })
}

fn check_params(text: &str, start: usize, end: usize) -> Result<(), UriError> {
    if start == end {
        return Ok(());
    }
    text.get(start..end)
        .and_then(ParamsRef::parse)
        .map(|_| ())
        .ok_or(UriError("malformed URI parameters"))
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
