//! Responses made from what they answer.

use bytes::Bytes;

use super::{Request, Response, parse};
use crate::{HeaderName, Headers, Method, ParseError, StatusCode};

impl Response {
    /// The answer to `request` as far as RFC 3261 §8.2.6.2 makes it: every Via, From, To, Call-ID and CSeq are copied, in a 100 Timestamp as well. No tag is
    /// added to To.
    #[must_use]
    pub fn answering(request: &Request, status: StatusCode) -> Response {
        let mut response = Response::new(status);
        copy(&request.headers, &mut response);
        response
    }

    /// The answer to a datagram that [`super::Message::parse_datagram`] refused with `error`: 505 for another version, 400 otherwise. `None` where it was no
    /// request, was an ACK, or its Via, From, To, Call-ID and CSeq do not suffice to answer.
    #[must_use]
    pub fn refusing(datagram: Bytes, error: &ParseError) -> Option<Response> {
        let (method, headers) = parse::salvage(datagram)?;
        let answerable = method != Method::Ack
            && headers.top_via().is_ok()
            && [
                HeaderName::From,
                HeaderName::To,
                HeaderName::CallId,
                HeaderName::CSeq,
            ]
            .iter()
            .all(|name| headers.get(name).is_some());
        if !answerable {
            return None;
        }
        let mut response = Response::new(StatusCode::from(if *error == ParseError::Version {
            505
        } else {
            400
        }));
        copy(&headers, &mut response);
        Some(response)
    }
}

/// What names a transaction (RFC 3261 §8.2.6.2).
const NAMED: [HeaderName; 5] = [
    HeaderName::Via,
    HeaderName::From,
    HeaderName::To,
    HeaderName::CallId,
    HeaderName::CSeq,
];

fn copy(headers: &Headers, to: &mut Response) {
    let trying = to.status.code() == 100;
    for (name, value) in headers.iter() {
        let wanted = NAMED.contains(name) || (trying && *name == HeaderName::Timestamp);
        if wanted {
            to.headers.push_checked(name.clone(), value.clone());
        }
    }
}
