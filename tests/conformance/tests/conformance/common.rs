//! What the tests share: short ways to read, and to say what was read.

use bellhop_sip::{
    ContactAddr, HeaderName, Headers, Message, NameAddr, ParseError, Request, Response, Uri, Via,
};
use bytes::Bytes;

pub(crate) fn parse(bytes: impl AsRef<[u8]>) -> Result<Message, ParseError> {
    Message::parse_datagram(Bytes::copy_from_slice(bytes.as_ref()))
}

pub(crate) fn request(bytes: impl AsRef<[u8]>) -> Request {
    match parse(bytes).unwrap() {
        Message::Request(request) => request,
        Message::Response(_) => panic!("a response"),
    }
}

pub(crate) fn response(bytes: impl AsRef<[u8]>) -> Response {
    match parse(bytes).unwrap() {
        Message::Response(response) => response,
        Message::Request(_) => panic!("a request"),
    }
}

/// A request with that start line and those headers besides the mandatory ones.
pub(crate) fn with(start: &str, headers: &str) -> Vec<u8> {
    format!(
        "{start}\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa;rport\r\nMax-Forwards: 70\r\nFrom: <sip:a@ex.com>;tag=1\r\n\
         To: <sip:b@ex.com>\r\nCall-ID: c1@h\r\nCSeq: 1 REGISTER\r\n{headers}Content-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

/// A REGISTER with those headers besides the mandatory ones.
pub(crate) fn register(headers: &str) -> Vec<u8> {
    with("REGISTER sip:ex.com SIP/2.0", headers)
}

pub(crate) fn contacts(headers: &Headers) -> Vec<ContactAddr> {
    headers
        .contacts()
        .map(|contact| contact.unwrap().addr().unwrap().clone())
        .collect()
}

pub(crate) fn contact(value: &str) -> ContactAddr {
    let mut headers = Headers::new();
    headers.push(HeaderName::Contact, value);
    let [contact] = contacts(&headers).try_into().unwrap();
    contact
}

pub(crate) fn from(value: &str) -> NameAddr {
    let mut headers = Headers::new();
    headers.push(HeaderName::From, value);
    headers.from().unwrap()
}

pub(crate) fn vias(headers: &Headers) -> Vec<Via> {
    headers.vias().map(Result::unwrap).collect()
}

pub(crate) fn via(value: &str) -> Via {
    value.parse().unwrap()
}

pub(crate) fn uri(text: &str) -> Uri {
    text.parse().unwrap()
}

pub(crate) fn value<'a>(headers: &'a Headers, name: &str) -> &'a str {
    headers
        .get(&name.parse().unwrap())
        .unwrap()
        .as_str()
        .unwrap()
}

/// Whether what is written is read again with the same meaning. Content-Length is set aside: it is written as it should be.
pub(crate) fn round_trip(message: &Message) {
    let again = parse(message.to_bytes()).unwrap();
    assert_eq!(without_length(again), without_length(message.clone()));
}

fn without_length(mut message: Message) -> Message {
    message.headers_mut().remove(&HeaderName::ContentLength);
    message
}
