//! A response written in one go, without being a [`super::Response`] first.

use std::fmt::{self, Write as _};

use bytes::Bytes;

use super::{Request, ResponseBuffer, reason};
use crate::HeaderName;
use crate::headers::NameKind;

/// Writes the answer to a request straight into bytes: for servers that answer more than they think.
///
/// What is written can begin no header of its own: line ends in values become spaces.
#[derive(Debug)]
pub struct ResponseWriter<'a> {
    buffer: &'a mut ResponseBuffer,
}

impl<'a> ResponseWriter<'a> {
    /// Begins the answer to `request` as RFC 3261 §8.2.6.2 makes it: every Via, From, To, Call-ID and CSeq are copied. `to_tag` is put behind the To, for
    /// one that has none. An empty `phrase` means that of the RFCs.
    #[must_use]
    pub fn answering(
        buffer: &'a mut ResponseBuffer,
        request: &Request,
        status: u16,
        phrase: &str,
        to_tag: Option<&str>,
    ) -> Self {
        buffer.draft.clear();
        let mut writer = ResponseWriter { buffer };
        writer.buffer.draft.extend_from_slice(b"SIP/2.0 ");
        writer.number(u32::from(status));
        writer.buffer.draft.push(b' ');
        if phrase.is_empty() {
            writer
                .buffer
                .draft
                .extend_from_slice(reason::phrase(status).as_bytes());
        } else {
            let _ = writer.write_str(phrase);
        }
        for (kind, value) in request.headers.kinds() {
            let copied = matches!(
                kind,
                NameKind::Via | NameKind::From | NameKind::To | NameKind::CallId | NameKind::CSeq
            );
            if let Some(start) = kind.line_start().filter(|_| copied) {
                writer.buffer.draft.extend_from_slice(start.as_bytes());
                writer.buffer.draft.extend_from_slice(value);
            }
            if let (NameKind::To, Some(tag)) = (kind, to_tag) {
                writer.buffer.draft.extend_from_slice(b";tag=");
                let _ = writer.write_str(tag);
            }
        }
        writer
    }

    /// Appends a header.
    pub fn header(&mut self, name: &HeaderName, value: &str) {
        self.begin(name);
        let _ = self.write_str(value);
    }

    /// Appends a header of several parts.
    pub fn header_of(&mut self, name: &HeaderName, value: fmt::Arguments<'_>) {
        self.begin(name);
        self.put(value);
    }

    /// Appends a number to the last header.
    pub fn number(&mut self, number: u32) {
        let mut digits = [b'0'; 10];
        let (mut rest, mut begin) = (number, digits.len());
        for (at, digit) in digits.iter_mut().enumerate().rev() {
            *digit += u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
            begin = at;
            if rest == 0 {
                break;
            }
        }
        self.buffer
            .draft
            .extend_from_slice(digits.get(begin..).unwrap_or_default());
    }

    /// The response as it goes over the wire, without a body.
    #[must_use]
    pub fn finish(self) -> Bytes {
        let end = b"\r\nContent-Length: 0\r\n\r\n";
        self.buffer.draft.extend_from_slice(end);
        self.buffer.freeze()
    }

    fn begin(&mut self, name: &HeaderName) {
        match name.kind().line_start() {
            Some(start) => self.buffer.draft.extend_from_slice(start.as_bytes()),
            None => {
                for part in ["\r\n", name.as_str(), ": "] {
                    self.buffer.draft.extend_from_slice(part.as_bytes());
                }
            }
        }
    }

    fn put(&mut self, value: fmt::Arguments<'_>) {
        // Writing to a growing buffer does not fail.
        let _ = self.write_fmt(value);
    }
}

impl fmt::Write for ResponseWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if memchr::memchr2(b'\r', b'\n', text.as_bytes()).is_none() {
            self.buffer.draft.extend_from_slice(text.as_bytes());
        } else {
            self.buffer
                .draft
                .extend(text.bytes().map(|byte| match byte {
                    b'\r' | b'\n' => b' ',
                    _ => byte,
                }));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Message;

    #[test]
    fn what_names_the_transaction_is_copied_and_nothing_begins_a_header_of_its_own() {
        let text = "REGISTER sip:h SIP/2.0\r\nv: SIP/2.0/UDP a;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK2\r\nf: <sip:a@h>;tag=1\r\nt: <sip:a@h>\r\n\
                    i: x\r\nCSeq: 1 REGISTER\r\nContact: <sip:c@d>\r\n\r\n";
        let Ok(Message::Request(request)) = Message::parse_datagram(text.into()) else {
            panic!("a request");
        };
        let mut buffer = ResponseBuffer::new();
        let mut writer =
            ResponseWriter::answering(&mut buffer, &request, 439, "", Some("t\r\nEvil: 1"));
        writer.header(&HeaderName::Server, "s\r\nEvil: 2");
        writer.number(u32::MAX);
        writer.header(&HeaderName::Expires, "");
        writer.number(0);
        writer.header(&"X-Thing".parse().unwrap(), "1");
        let written = writer.finish();
        assert_eq!(
            std::str::from_utf8(&written).unwrap(),
            "SIP/2.0 439 First Hop Lacks Outbound Support\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK2\r\n\
             From: <sip:a@h>;tag=1\r\nTo: <sip:a@h>;tag=t  Evil: 1\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\nServer: s  Evil: 24294967295\r\nExpires: 0\r\nX-Thing: 1\r\nContent-Length: 0\r\n\r\n"
        );
    }
}
