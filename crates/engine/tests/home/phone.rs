//! What a phone says: REGISTER with a digest, whatever carries it.

use std::sync::atomic::{AtomicU32, Ordering};

use bellhop_sip::{HeaderName, Message, Response};
use md5::{Digest, Md5};

use crate::desk::PASSWORD;

static CALLS: AtomicU32 = AtomicU32::new(0);

/// A phone, with the extension 101 if nothing else is said.
pub(crate) struct Phone {
    extension: &'static str,
    transport: &'static str,
    contact: String,
    call: String,
    cseq: u32,
    nonce: Option<(String, u32)>,
}

impl Phone {
    pub(crate) fn new(transport: &'static str, contact: &str) -> Phone {
        Phone {
            extension: "101",
            transport,
            contact: contact.to_owned(),
            call: format!("call{}", CALLS.fetch_add(1, Ordering::Relaxed)),
            cseq: 0,
            nonce: None,
        }
    }

    #[cfg(target_os = "linux")]
    pub(crate) fn with_extension(self, extension: &'static str) -> Phone {
        Phone { extension, ..self }
    }

    /// The next REGISTER; with credentials once a challenge was heard.
    pub(crate) fn register(&mut self, expires: u32) -> String {
        self.cseq += 1;
        let (cseq, call, contact) = (self.cseq, &self.call, &self.contact);
        let extension = self.extension;
        let credentials = self.nonce.as_mut().map_or_else(String::new, |(nonce, count)| {
            *count += 1;
            let ha1 = md5(&format!("{extension}:home:{PASSWORD}"));
            let ha2 = md5("REGISTER:sip:home");
            let response = md5(&format!("{ha1}:{nonce}:{count:08x}:c:auth:{ha2}"));
            format!(
                "Authorization: Digest username=\"{extension}\", realm=\"home\", nonce=\"{nonce}\", uri=\"sip:home\", response=\"{response}\", algorithm=MD5, qop=auth, nc={count:08x}, cnonce=\"c\"\r\n"
            )
        });
        let transport = self.transport;
        format!(
            "REGISTER sip:home SIP/2.0\r\nVia: SIP/2.0/{transport} phone.invalid;branch=z9hG4bK{call}{cseq};rport\r\nMax-Forwards: 70\r\nFrom: <sip:{extension}@home>;tag=a\r\nTo: <sip:{extension}@home>\r\nCall-ID: {call}\r\nCSeq: {cseq} REGISTER\r\nContact: <{contact}>\r\nExpires: {expires}\r\n{credentials}Content-Length: 0\r\n\r\n"
        )
    }

    /// Remembers the challenge of an answer, and gives its status.
    pub(crate) fn hear(&mut self, answer: &[u8]) -> u16 {
        let response = response(answer);
        if response.status.code() == 401 {
            let challenge = response
                .headers
                .get_all(&HeaderName::WwwAuthenticate)
                .filter_map(|it| it.as_text().map(|it| it.to_string()))
                .find(|it| it.contains("MD5"))
                .unwrap();
            let nonce = challenge.split("nonce=\"").nth(1).unwrap();
            let nonce = nonce.split('"').next().unwrap();
            self.nonce = Some((nonce.to_owned(), 0));
        }
        response.status.code()
    }
}

pub(crate) fn response(bytes: &[u8]) -> Response {
    match Message::parse_datagram(bytes.to_vec().into()) {
        Ok(Message::Response(response)) => response,
        other => panic!("{other:?}: {}", String::from_utf8_lossy(bytes)),
    }
}

pub(crate) fn options(transport: &str) -> String {
    format!(
        "OPTIONS sip:home SIP/2.0\r\nVia: SIP/2.0/{transport} phone.invalid;branch=z9hG4bKo;rport\r\nMax-Forwards: 70\r\nFrom: <sip:101@home>;tag=a\r\nTo: <sip:home>\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    )
}

fn md5(text: &str) -> String {
    Md5::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
