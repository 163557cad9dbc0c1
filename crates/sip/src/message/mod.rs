//! Messages: a start line, headers and a body (RFC 3261 §7).

mod answer;
mod buffer;
mod frame;
mod parse;
mod reader;
mod reason;
#[cfg(test)]
mod tests;
mod write;
mod writer;

use bytes::Bytes;

pub use self::buffer::ResponseBuffer;
pub use self::frame::{Frame, frame_stream};
pub use self::writer::ResponseWriter;
use crate::{Headers, Method, ParseError, StatusCode, Text, Uri};

/// A request or a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A request.
    Request(Request),
    /// A response.
    Response(Response),
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub method: Method,
    /// The Request-URI.
    pub uri: Uri,
    /// The headers. A Content-Length among them is not written: the body has the say.
    pub headers: Headers,
    /// The body, byte for byte.
    pub body: Bytes,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status. Compare [`StatusCode::code`]: an unknown code drags a text along.
    pub status: StatusCode,
    /// The reason phrase as it stands on the wire.
    pub reason: Text,
    /// The headers. A Content-Length among them is not written: the body has the say.
    pub headers: Headers,
    /// The body, byte for byte.
    pub body: Bytes,
}

impl Message {
    /// Reads a datagram: one message. Line ends in front of it are skipped, what follows the body is cut off (RFC 3261 §18.3). Header lines may end with
    /// LF alone and the version may be in lower case.
    ///
    /// What is read are the lines; the values of headers are read when they are asked for, so that a request with a bad one can still be answered.
    ///
    /// # Errors
    /// [`ParseError`] where this is no message, a limit is passed, or Content-Length is not to be relied on.
    pub fn parse_datagram(datagram: Bytes) -> Result<Message, ParseError> {
        parse::datagram(datagram)
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        match self {
            Message::Request(request) => &request.headers,
            Message::Response(response) => &response.headers,
        }
    }

    /// The headers, to be changed.
    pub fn headers_mut(&mut self) -> &mut Headers {
        match self {
            Message::Request(request) => &mut request.headers,
            Message::Response(response) => &mut response.headers,
        }
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        match self {
            Message::Request(request) => &request.body,
            Message::Response(response) => &response.body,
        }
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        match self {
            Message::Request(request) => request.to_bytes(),
            Message::Response(response) => response.to_bytes(),
        }
    }
}

impl Request {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: Method, uri: Uri) -> Request {
        Request {
            method,
            uri,
            headers: Headers::new(),
            body: Bytes::new(),
        }
    }

    /// The request as it goes over the wire, Content-Length last among the headers.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        write::request(self)
    }
}

impl Response {
    /// A response without headers and body, with the reason phrase of the RFCs.
    #[must_use]
    pub fn new(status: StatusCode) -> Response {
        Response {
            reason: Text::from_static(reason::phrase(status.code())),
            status,
            headers: Headers::new(),
            body: Bytes::new(),
        }
    }

    /// The response as it goes over the wire, Content-Length last among the headers.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        write::response(self)
    }
}
