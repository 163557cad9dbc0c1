//! A REGISTER that is written once per user and nonce, and patched in place for each request.

use std::net::SocketAddr;
use std::ops::Range;

use super::digest::{self, Hex, digits};

/// What every branch begins with (RFC 3261 §8.1.1.7); the user and the number of the request follow, eight hexadecimal digits each.
pub(super) const BRANCH: &str = "z9hG4bK";
/// Seconds asked for, in the four digits that a removal has too.
const KEEP: &[u8; 4] = b"3600";
const REMOVE: &[u8; 4] = b"0000";
/// The header that makes the difference, and one of the same length that says nothing.
const CONTACT: &[u8; 7] = b"Contact";
const NO_CONTACT: &[u8; 7] = b"X-Bench";
/// So that a sequence number always has ten digits.
const FIRST_CSEQ: u64 = 1_000_000_000;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// To bind, or to stay bound.
    Bind,
    /// To be bound no longer.
    Remove,
    /// To be told what there is.
    Tell,
}

/// Where everybody registers.
pub(super) struct Place {
    /// The domain, which is the realm too.
    pub(super) domain: String,
    /// Where the requests come from.
    pub(super) local: SocketAddr,
    /// The one password of all.
    pub(super) password: String,
    /// Digest of what is asked for.
    subject: Hex,
}

impl Place {
    pub(super) fn new(domain: &str, local: SocketAddr, password: &str) -> Self {
        Self {
            domain: domain.to_owned(),
            local,
            password: password.to_owned(),
            subject: digest::subject(&format!("sip:{domain}")),
        }
    }
}

/// One of the users, with his next request.
pub(super) struct User {
    index: u32,
    secret: Hex,
    nonce: Vec<u8>,
    count: u32,
    requests: u32,
    bytes: Vec<u8>,
    at: Places,
}

/// Where in the text the parts that change are.
#[derive(Clone, Default)]
struct Places {
    branch: Range<usize>,
    cseq: Range<usize>,
    contact: Range<usize>,
    expires: Range<usize>,
    count: Range<usize>,
    response: Range<usize>,
}

impl User {
    /// One without a nonce: his first request asks for one.
    pub(super) fn new(index: u32, place: &Place) -> Self {
        let mut user = Self {
            index,
            secret: digest::secret(&name(index), &place.domain, &place.password),
            nonce: Vec::new(),
            count: 0,
            requests: 0,
            bytes: Vec::new(),
            at: Places::default(),
        };
        user.write(place);
        user
    }

    /// The nonce that his requests answer from now on.
    pub(super) fn learn(&mut self, nonce: &[u8], place: &Place) {
        self.nonce.clear();
        self.nonce.extend_from_slice(nonce);
        self.count = 0;
        self.write(place);
    }

    /// Makes the next request of this one.
    pub(super) fn prepare(&mut self, ask: Ask, place: &Place) {
        self.requests += 1;
        self.count += 1;
        let branch = digits::<8>(u64::from(self.requests), 16);
        let at = self.at.branch.clone();
        put(&mut self.bytes, at, &branch);
        let cseq = digits::<10>(FIRST_CSEQ + u64::from(self.requests), 10);
        let at = self.at.cseq.clone();
        put(&mut self.bytes, at, &cseq);
        let at = self.at.expires.clone();
        let (expires, contact) = match ask {
            Ask::Bind => (KEEP, CONTACT),
            Ask::Remove => (REMOVE, CONTACT),
            Ask::Tell => (KEEP, NO_CONTACT),
        };
        put(&mut self.bytes, at, expires);
        let at = self.at.contact.clone();
        put(&mut self.bytes, at, contact);
        if self.nonce.is_empty() {
            return;
        }
        let count = digits::<8>(u64::from(self.count), 16);
        let response = digest::response(&self.secret, &self.nonce, &count, &place.subject);
        let at = self.at.count.clone();
        put(&mut self.bytes, at, &count);
        let at = self.at.response.clone();
        put(&mut self.bytes, at, &response);
    }

    /// The request, as it was prepared last.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many requests he has made; the last one's number.
    pub(super) fn requests(&self) -> u32 {
        self.requests
    }

    /// What begins his contact, as an answer that lists it has it.
    pub(super) fn contact(&self) -> String {
        format!("<sip:{}@", name(self.index))
    }

    fn write(&mut self, place: &Place) {
        let (user, Place { domain, local, .. }) = (name(self.index), place);
        let mut text = format!("REGISTER sip:{domain} SIP/2.0\r\nVia: SIP/2.0/UDP {local};rport");
        text += &format!(";branch={BRANCH}{:08x}", self.index);
        self.at.branch = room(&mut text, "00000000");
        text += "\r\nMax-Forwards: 70\r\n";
        text += &format!("From: <sip:{user}@{domain}>;tag=6b3a{:08x}\r\n", self.index);
        text += &format!("To: <sip:{user}@{domain}>\r\n");
        text += &format!("Call-ID: {:08x}f81d4fae7dec@desk\r\nCSeq: ", self.index);
        self.at.cseq = room(&mut text, "0000000000");
        text += " REGISTER\r\n";
        self.at.contact = room(&mut text, "Contact");
        // Where it comes from: a phone behind a NAT would be kept alive, which is another work.
        text += &format!(": <sip:{user}@{local}>\r\n");
        text += "Expires: ";
        self.at.expires = room(&mut text, "3600");
        text += "\r\nUser-Agent: Desk phone 1.0\r\n";
        if !self.nonce.is_empty() {
            let nonce = String::from_utf8_lossy(&self.nonce);
            text += &format!(
                "Authorization: Digest username=\"{user}\", realm=\"{domain}\", nonce=\"{nonce}\", uri=\"sip:{domain}\", \
                 algorithm=MD5, qop=auth, cnonce=\"{}\", nc=",
                digest::CNONCE
            );
            self.at.count = room(&mut text, "00000000");
            text += ", response=\"";
            self.at.response = room(&mut text, "00000000000000000000000000000000");
            text += "\"\r\n";
        }
        text += "Content-Length: 0\r\n\r\n";
        self.bytes = text.into_bytes();
    }
}

/// The user of an address-of-record: seven digits, as an extension may have.
pub(super) fn name(index: u32) -> String {
    (1_000_000 + index).to_string()
}

fn room(text: &mut String, filled: &str) -> Range<usize> {
    let start = text.len();
    text.push_str(filled);
    start..text.len()
}

fn put(bytes: &mut [u8], at: Range<usize>, new: &[u8]) {
    if let Some(place) = bytes.get_mut(at)
        && place.len() == new.len()
    {
        place.copy_from_slice(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place::new("home", SocketAddr::from(([127, 0, 0, 1], 5080)), "secret")
    }

    #[test]
    fn each_request_has_a_branch_a_sequence_number_and_a_count_of_its_own() {
        let place = place();
        let mut user = User::new(7, &place);
        user.prepare(Ask::Bind, &place);
        let text = String::from_utf8_lossy(user.bytes()).into_owned();
        assert!(text.contains(";branch=z9hG4bK0000000700000001\r\n"));
        assert!(!text.contains("Authorization"));
        user.learn(b"abc", &place);
        user.prepare(Ask::Bind, &place);
        user.prepare(Ask::Remove, &place);
        let text = String::from_utf8_lossy(user.bytes()).into_owned();
        assert!(text.contains(";branch=z9hG4bK0000000700000003\r\n"));
        assert!(text.contains("CSeq: 1000000003 REGISTER\r\n"));
        assert!(text.contains("Contact: <sip:1000007@127.0.0.1:5080>\r\n"));
        assert!(text.contains("Expires: 0000\r\n"));
        assert!(text.contains("nonce=\"abc\""));
        assert!(text.contains("nc=00000002, response=\""));
        assert!(!text.contains("response=\"0000000000"));
    }
}
