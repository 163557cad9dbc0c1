//! Netlink messages and attributes in bytes. What is cut short is left out, never a panic.

use std::net::IpAddr;

/// One message: its type, its flags and what follows the header.
pub(super) struct Message<'a> {
    pub(super) kind: u16,
    pub(super) flags: u16,
    pub(super) sequence: u32,
    pub(super) body: &'a [u8],
}

const HEADER: usize = 16;
const ATTRIBUTE_HEADER: usize = 4;
/// Flags "nested" and "network byte order" in an attribute's type.
const ATTRIBUTE_FLAGS: u16 = 0xc000;

/// The messages of one datagram.
pub(super) fn messages(mut datagram: &[u8]) -> impl Iterator<Item = Message<'_>> {
    std::iter::from_fn(move || {
        let length = usize::try_from(u32_at(datagram, 0)?).ok()?;
        let message = datagram.get(..length)?;
        let body = message.get(HEADER..)?;
        datagram = datagram
            .get(length.next_multiple_of(4)..)
            .unwrap_or_default();
        Some(Message {
            kind: u16_at(message, 4)?,
            flags: u16_at(message, 6)?,
            sequence: u32_at(message, 8)?,
            body,
        })
    })
}

/// The attributes in `bytes`: type and value.
pub(super) fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(bytes, 0)?);
        let kind = u16_at(bytes, 2)? & !ATTRIBUTE_FLAGS;
        let value = bytes.get(ATTRIBUTE_HEADER..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, value))
    })
}

/// Writes a request; `body` is the family's header with its attributes.
pub(super) fn request(kind: u16, flags: u16, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEADER + body.len()).unwrap_or(u32::MAX);
    let mut message = Vec::with_capacity(HEADER + body.len());
    message.extend_from_slice(&length.to_ne_bytes());
    message.extend_from_slice(&kind.to_ne_bytes());
    message.extend_from_slice(&flags.to_ne_bytes());
    message.extend_from_slice(&sequence.to_ne_bytes());
    message.extend_from_slice(&0u32.to_ne_bytes());
    message.extend_from_slice(body);
    message
}

/// Appends an attribute to a request's body.
pub(super) fn push_attribute(body: &mut Vec<u8>, kind: u16, value: &[u8]) {
    let length = u16::try_from(ATTRIBUTE_HEADER + value.len()).unwrap_or(u16::MAX);
    body.extend_from_slice(&length.to_ne_bytes());
    body.extend_from_slice(&kind.to_ne_bytes());
    body.extend_from_slice(value);
    body.resize(body.len().next_multiple_of(4), 0);
}

pub(super) fn u8_at(bytes: &[u8], offset: usize) -> Option<u8> {
    bytes.get(offset).copied()
}

pub(super) fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    bytes
        .get(offset..)?
        .first_chunk()
        .copied()
        .map(u16::from_ne_bytes)
}

pub(super) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    bytes
        .get(offset..)?
        .first_chunk()
        .copied()
        .map(u32::from_ne_bytes)
}

/// An address of four or sixteen bytes.
pub(super) fn address(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

/// A string, with or without its final NUL.
pub(super) fn text(bytes: &[u8]) -> String {
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_come_back_as_written() {
        let mut body = Vec::new();
        push_attribute(&mut body, 3, b"wlan0\0");
        push_attribute(&mut body, 4 | 0x8000, &7u32.to_ne_bytes());
        let read: Vec<_> = attributes(&body).collect();
        assert_eq!(read, [(3, &b"wlan0\0"[..]), (4, &7u32.to_ne_bytes()[..])]);
        assert_eq!(text(read[0].1), "wlan0");
    }

    #[test]
    fn what_is_cut_short_ends_the_list() {
        let mut datagram = request(18, 1, 9, b"abcd");
        datagram.extend_from_slice(&[40, 0, 0, 0, 1]);
        let bodies: Vec<_> = messages(&datagram)
            .map(|message| (message.kind, message.sequence, message.body))
            .collect();
        assert_eq!(bodies, [(18, 9, &b"abcd"[..])]);
        for cut in 0..datagram.len() {
            let _ = messages(&datagram[..cut]).count();
            let _ = attributes(&datagram[..cut]).count();
        }
        // Lengths of zero must not loop for ever.
        assert_eq!(messages(&[0; 64]).count(), 0);
        assert_eq!(attributes(&[0; 64]).count(), 0);
    }
}
