//! What has to hold for any bytes whatever. Each function panics where it does not.

mod registrar;

use std::fmt::Display;
use std::str::FromStr;

use bellhop_sip::{Frame, HeaderName, Headers, Message, ParseError, Response, Uri, frame_stream};
use bytes::Bytes;

pub use registrar::registrar;

/// Bytes of a datagram or of a stream: cut, read, written, and read again.
pub fn message(bytes: &[u8]) {
    cut(bytes);
    let datagram = Bytes::copy_from_slice(bytes);
    match Message::parse_datagram(datagram.clone()) {
        Ok(message) => {
            let written = written(&message);
            match Message::parse_datagram(written.clone()) {
                Ok(again) => assert_eq!(self::written(&again), written, "another message"),
                // Long names are longer than short ones.
                Err(ParseError::TooLarge(_)) => {}
                Err(error) => panics(&format!("what we wrote is refused: {error}")),
            }
        }
        Err(error) => {
            if let Some(answer) = Response::refusing(datagram, &error) {
                let answer = Message::parse_datagram(answer.to_bytes());
                let fits = matches!(answer, Ok(_) | Err(ParseError::TooLarge(_)));
                assert!(fits, "an answer that nobody can read");
            }
        }
    }
}

fn written(message: &Message) -> Bytes {
    match message {
        Message::Request(request) => request.to_bytes(),
        Message::Response(response) => response.to_bytes(),
    }
}

/// However much of it has come, what is found is the same.
fn cut(bytes: &[u8]) {
    let whole = frame_stream(bytes);
    if let Ok(Frame::Message(length) | Frame::KeepAlive(length)) = whole {
        assert!((1..=bytes.len()).contains(&length));
    }
    for part in [
        bytes.len() / 3,
        bytes.len() / 2,
        bytes.len().saturating_sub(1),
    ] {
        let found = frame_stream(bytes.get(..part).unwrap_or_default());
        if let Ok(Frame::Message(_)) = found {
            assert_eq!(found, whole, "another end of the same message");
        }
    }
}

/// The headers of a message: each is read, and what is read is written so that it is read the same.
pub fn headers(bytes: &[u8]) {
    let Ok(message) = Message::parse_datagram(Bytes::copy_from_slice(bytes)) else {
        return;
    };
    let headers = message.headers();
    for via in headers.vias().flatten() {
        same_header(HeaderName::Via, &via, |headers| headers.top_via().ok());
    }
    for address in [headers.from(), headers.to()].into_iter().flatten() {
        same_header(HeaderName::From, &address, |headers| headers.from().ok());
        same::<Uri>(&address.uri);
    }
    for contact in headers.contacts().flatten() {
        same_header(HeaderName::Contact, &contact, |headers| {
            headers.contacts().next()?.ok()
        });
    }
    for route in headers.routes(HeaderName::Route).flatten() {
        same::<Uri>(&route.uri);
    }
    if let Ok(cseq) = headers.cseq() {
        same_header(HeaderName::CSeq, &cseq, |headers| headers.cseq().ok());
    }
    for name in [HeaderName::WwwAuthenticate, HeaderName::ProxyAuthenticate] {
        headers.challenges(&name).for_each(drop);
    }
    for name in [HeaderName::Authorization, HeaderName::ProxyAuthorization] {
        headers.credentials(&name).for_each(drop);
    }
    headers.tokens(&HeaderName::Require).for_each(drop);
    let _ = (headers.call_id(), headers.max_forwards(), headers.expires());
    let _ = (headers.min_expires(), headers.retry_after());
    let _ = headers.authentication_info();
    if let Message::Request(request) = &message {
        same::<Uri>(&request.uri);
        let _ = (request.uri.host(), request.uri.user_unescaped());
        let _ = request.uri.params();
        assert!(request.uri.equivalent(&request.uri), "it is itself");
    }
}

fn same<T: FromStr + Display>(value: &T) {
    let text = value.to_string();
    let again = text.parse::<T>().ok().map(|it| it.to_string());
    assert_eq!(again, Some(text));
}

fn same_header<T: Display>(name: HeaderName, value: &T, read: impl Fn(&Headers) -> Option<T>) {
    let text = value.to_string();
    let mut headers = Headers::default();
    headers.push(name, text.clone());
    let again = read(&headers).map(|it| it.to_string());
    assert_eq!(again, Some(text));
}

#[expect(clippy::panic, reason = "this is how a fuzzer is told")]
fn panics(why: &str) {
    panic!("{why}");
}
