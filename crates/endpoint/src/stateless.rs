//! A user agent server without transactions (RFC 3261 §8.2.7): bytes in; a request that is ready to be judged, and where its answer goes, out.
//!
//! It remembers nothing, so a flood costs no memory. Whoever answers must give each copy of a request the same answer.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;

use bellhop_sip::{
    HeaderError, HeaderName, Headers, Message, Method, Request, Response, StatusCode,
};
use bytes::Bytes;

use crate::{Discard, uas, via};

/// Reads what arrives, from datagrams and streams alike.
pub struct StatelessUas {
    secret: [u8; 32],
}

/// What arrived.
#[derive(Debug)]
pub enum Received {
    /// A request. Its top Via holds the address it came from (RFC 3261 §18.2.1, RFC 3581 §4); whoever answers copies it from there.
    Request {
        /// The request.
        request: Request,
        /// Where the answer goes, if the request came as a datagram; on a stream it goes back on that.
        destination: SocketAddr,
    },
    /// A malformed request (400) or one of another SIP version (505), and the answer to it.
    Refused {
        /// What it is answered.
        status: u16,
        /// The answer as it goes over the wire.
        response: Bytes,
        /// Where to, as above.
        destination: SocketAddr,
    },
    /// A response, to be matched by whoever has sent requests.
    Response(Response),
    /// Line ends that keep a NAT's mapping or a stream alive (RFC 5626 §3.5.1).
    KeepAlive,
    /// Not to be answered: it is no SIP, lacks what an answer is made of, or is an ACK or CANCEL, which go by transactions.
    Discarded(Discard),
}

impl StatelessUas {
    /// `seed` keys the To tags of what it answers itself: random, and secret.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> StatelessUas {
        StatelessUas { secret: seed }
    }

    /// Reads one message: a datagram, or what [`bellhop_sip::frame_stream`] has cut out of a stream.
    #[must_use]
    pub fn receive(&self, source: SocketAddr, message: Bytes) -> Received {
        if crate::is_keep_alive(&message) {
            return Received::KeepAlive;
        }
        match Message::parse_datagram(message.clone()) {
            Ok(Message::Request(request)) => self.receive_request(source, request),
            Ok(Message::Response(response)) => Received::Response(response),
            Err(error) => match Response::refusing(message, &error) {
                Some(response) => self.refuse(source, response),
                None => Received::Discarded(Discard::Garbage(error)),
            },
        }
    }

    fn receive_request(&self, source: SocketAddr, mut request: Request) -> Received {
        let via = match request.headers.top_via_ref() {
            Ok(via) => via,
            Err(error) => return self.refuse_garbled(source, &request, error),
        };
        if matches!(request.method, Method::Ack | Method::Cancel) {
            return Received::Discarded(Discard::NoTransaction);
        }
        if check(&request).is_err() {
            return self.refuse(
                source,
                Response::answering(&request, StatusCode::BadRequest),
            );
        }
        let (line, destination) = via::stamp_line(&via, source);
        if let Some(line) = line {
            request.headers.replace_top_via_line(line);
        }
        Received::Request {
            request,
            destination,
        }
    }

    /// A Via whose parameters make no sense still tells who sent it (RFC 4475 §3.1.2.1): it comes back as it is, with a 400.
    fn refuse_garbled(&self, source: SocketAddr, request: &Request, why: HeaderError) -> Received {
        let written = request.headers.get(&HeaderName::Via);
        let sender = written.and_then(|via| Some(via.as_str()?.split(';').next()?.to_owned()));
        let mut headers = Headers::default();
        headers.push(HeaderName::Via, sender.unwrap_or_default());
        let (Ok(mut via), false) = (
            headers.top_via(),
            matches!(request.method, Method::Ack | Method::Cancel),
        ) else {
            return Received::Discarded(Discard::BadHeader(why));
        };
        let mut response = Response::answering(request, StatusCode::BadRequest);
        uas::tag(&mut response, &self.tag(&via.to_string()));
        Received::Refused {
            status: response.status.code(),
            response: response.to_bytes(),
            destination: via::stamp(&mut via, source),
        }
    }

    fn refuse(&self, source: SocketAddr, mut response: Response) -> Received {
        let mut via = match response.headers.top_via() {
            Ok(via) => via,
            Err(error) => return Received::Discarded(Discard::BadHeader(error)),
        };
        uas::tag(&mut response, &self.tag(&via.to_string()));
        let destination = via::stamp(&mut via, source);
        response.headers.replace_top_via(&via);
        Received::Refused {
            status: response.status.code(),
            response: response.to_bytes(),
            destination,
        }
    }

    /// The same for every copy of the request.
    fn tag(&self, request: &str) -> String {
        let mut hasher = DefaultHasher::new();
        self.secret.hash(&mut hasher);
        request.hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }
}

/// Whether the headers are there that every request has (§8.1.1) and that an answer is made of, and the CSeq is one (§8.1.1.5).
pub(crate) fn check(request: &Request) -> Result<(), HeaderError> {
    request.headers.from_ref()?;
    request.headers.to_ref()?;
    request.headers.call_id_ref()?;
    let cseq = request.headers.cseq()?;
    let why = match cseq.number {
        0x8000_0000.. => "the number is not below 2³¹",
        _ if cseq.method != request.method => "the method is another",
        _ => return Ok(()),
    };
    Err(HeaderError::Invalid {
        name: HeaderName::CSeq,
        why,
    })
}
