//! RFC 3261 §11: what OPTIONS tells.

use bellhop_sip::HeaderName;

use crate::desk::{Desk, header, request};

#[test]
fn options_are_answered_and_calls_are_not() {
    let mut desk = Desk::new();
    let ask = |method: &str, uri: &str| {
        request(&format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 {method}\r\n\r\n"
        ))
    };
    for (method, uri, status) in [
        ("OPTIONS", "sip:example.com", 200),
        ("OPTIONS", "sip:elsewhere.example", 404),
        ("INVITE", "sip:tina@example.com", 405),
    ] {
        let response = desk.send(&ask(method, uri));
        assert_eq!(response.status.code(), status, "{method} {uri}");
        if status != 404 {
            assert_eq!(header(&response, &HeaderName::Allow), ["REGISTER, OPTIONS"]);
        }
    }
}

/// §11.2: "Allow, Accept, Accept-Encoding, Accept-Language, and Supported header fields SHOULD be present"
#[test]
fn options_tell_what_we_are_able_to_do() {
    let mut desk = Desk::new();
    let asked = request(
        "OPTIONS sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\n\
         CSeq: 1 OPTIONS\r\n\r\n",
    );
    let response = desk.send(&asked);
    for name in [
        HeaderName::Allow,
        HeaderName::Accept,
        HeaderName::AcceptEncoding,
        HeaderName::AcceptLanguage,
        HeaderName::Supported,
    ] {
        assert_eq!(header(&response, &name).len(), 1, "{name}");
    }
    assert_eq!(
        header(&response, &HeaderName::Supported),
        ["path, outbound"]
    );
}
