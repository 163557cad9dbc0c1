//! What is left to answer of a request that could not be read.

use bellhop_sip::{Message, Request};
use bytes::Bytes;

/// The start of a datagram that is looked at: the headers of an honest request fit.
const WINDOW: usize = 4096;

/// The headers that an answer repeats (RFC 3261 §8.2.6.2), long and compact.
const REPEATED: [&[u8]; 9] = [
    b"via", b"v", b"from", b"f", b"to", b"t", b"call-id", b"i", b"cseq",
];

/// A request that was refused by the parser, reduced to what an answer repeats, and the status to answer: 505 for another version of
/// SIP, else 400. None if it is no request, or an ACK, or damaged where the answer needs it.
pub(crate) fn salvage(datagram: &[u8]) -> Option<(Request, u16)> {
    let datagram = datagram.trim_ascii_start();
    let mut lines = datagram
        .get(..WINDOW)
        .unwrap_or(datagram)
        .split(|&byte| byte == b'\n')
        .map(<[u8]>::trim_ascii_end);
    let (method, status) = start_line(lines.next()?)?;
    let mut rest = Vec::with_capacity(datagram.len().min(WINDOW));
    rest.extend_from_slice(method);
    rest.extend_from_slice(b" sip:salvaged.invalid SIP/2.0\r\n");
    let mut kept = false;
    for line in lines.take_while(|line| !line.is_empty()) {
        let folded = line.first().is_some_and(u8::is_ascii_whitespace);
        kept = if folded { kept } else { is_repeated(line) };
        if kept {
            rest.extend_from_slice(line);
            rest.extend_from_slice(b"\r\n");
        }
    }
    rest.extend_from_slice(b"\r\n");
    match Message::parse_datagram(Bytes::from(rest)) {
        Ok(Message::Request(request)) => Some((request, status)),
        Ok(Message::Response(_)) | Err(_) => None,
    }
}

/// The method of a request line, however bad its URI, and what it deserves.
fn start_line(line: &[u8]) -> Option<(&[u8], u16)> {
    let space = line.iter().position(|&byte| byte == b' ')?;
    let method = line.get(..space)?;
    let version = line.rsplit(|&byte| byte == b' ').next()?;
    let digits = version
        .get(..4)
        .filter(|name| name.eq_ignore_ascii_case(b"SIP/"))
        .and_then(|_| version.get(4..))?;
    let is_version = digits.contains(&b'.')
        && digits
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let is_method = !method.is_empty()
        && method
            .iter()
            .all(|byte| byte.is_ascii_graphic() && *byte != b'/');
    if !is_version || !is_method || method == b"ACK" {
        return None;
    }
    Some((method, if digits == b"2.0" { 400 } else { 505 }))
}

fn is_repeated(line: &[u8]) -> bool {
    let name = line
        .split(|&byte| byte == b':')
        .next()
        .unwrap_or_default()
        .trim_ascii_end();
    REPEATED
        .iter()
        .any(|repeated| name.eq_ignore_ascii_case(repeated))
}
