//! From a message to bytes.

use bytes::{BufMut as _, Bytes, BytesMut};

use super::{Request, Response};
use crate::{HeaderName, Headers, lex};

pub(super) fn request(request: &Request) -> Bytes {
    let mut to = BytesMut::with_capacity(512 + request.body.len());
    // `Method::Other` is anyone's to make: what no token has must not end the line.
    to.extend(
        request
            .method
            .as_str()
            .bytes()
            .map(|byte| if lex::is_token_byte(byte) { byte } else { b'-' }),
    );
    to.put_slice(b" ");
    to.put_slice(request.uri.as_str().as_bytes());
    to.put_slice(b" SIP/2.0\r\n");
    rest(to, &request.headers, &request.body)
}

pub(super) fn response(response: &Response) -> Bytes {
    let mut to = BytesMut::with_capacity(512 + response.body.len());
    to.put_slice(b"SIP/2.0 ");
    to.put_slice(response.status.code().to_string().as_bytes());
    to.put_slice(b" ");
    to.extend(response.reason.bytes().map(|byte| {
        if matches!(byte, b'\r' | b'\n') {
            b' '
        } else {
            byte
        }
    }));
    to.put_slice(b"\r\n");
    rest(to, &response.headers, &response.body)
}

fn rest(mut to: BytesMut, headers: &Headers, body: &Bytes) -> Bytes {
    for (name, value) in headers.written() {
        if *name == HeaderName::ContentLength {
            continue;
        }
        to.put_slice(name.as_str().as_bytes());
        to.put_slice(b": ");
        to.put_slice(value);
        to.put_slice(b"\r\n");
    }
    to.put_slice(b"Content-Length: ");
    to.put_slice(body.len().to_string().as_bytes());
    to.put_slice(b"\r\n\r\n");
    to.put_slice(body);
    to.freeze()
}
