//! Responses to requests.

use bellhop_sip::{HeaderName, ParseError, Response, StatusCode};

use crate::common::{register, request, with};

#[test]
fn a_response_copies_what_names_the_transaction() {
    let request = request(register(
        "Via: SIP/2.0/TCP b;branch=2\r\nTimestamp: 54\r\nSubject: x\r\n",
    ));
    let ok = Response::answering(&request, StatusCode::OK);
    let names: Vec<_> = ok
        .headers
        .iter()
        .map(|(name, _)| name.as_str().to_owned())
        .collect();
    assert_eq!(names, ["Via", "From", "To", "Call-ID", "CSeq", "Via"]);
    assert_eq!(ok.headers.to().unwrap().tag(), None);
    assert_eq!(ok.reason, "OK");
    let trying = Response::answering(&request, StatusCode::Trying);
    assert!(trying.headers.get(&HeaderName::Timestamp).is_some());
}

#[test]
fn a_refused_request_is_answered_where_it_can_be() {
    let bad = with("INVITE sip:user@example.com; lr SIP/2.0", "");
    let error = bellhop_sip::Message::parse_datagram(bad.clone().into()).unwrap_err();
    assert_eq!(
        Response::refusing(bad.into(), &error)
            .unwrap()
            .status
            .code(),
        400
    );
    let ack = with("ACK sip:user@example.com; lr SIP/2.0", "");
    assert_eq!(Response::refusing(ack.into(), &error), None);
    assert_eq!(
        Response::refusing(
            b"SIP/2.0 999 x\r\n\r\n".as_slice().into(),
            &ParseError::Unfinished
        ),
        None
    );
}
