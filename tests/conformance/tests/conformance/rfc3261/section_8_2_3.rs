//! RFC 3261 §8.2.3: bodies that are not understood.

use bellhop_sip::HeaderName;

use crate::desk::{Desk, Phone, header, request};

/// "the UAS MUST reject the request with a 415 … MUST contain an Accept header field … an Accept-Encoding header field"
#[test]
fn a_body_that_is_not_understood_is_refused_unless_it_is_optional() {
    for (lines, status) in [
        ("Content-Type: application/unknown\r\n", 415),
        ("Content-Type: APPLICATION/sdp;charset=utf-8\r\n", 200),
        (
            "Content-Type: application/sdp\r\nContent-Encoding: frob\r\n",
            415,
        ),
        (
            "Content-Type: application/sdp\r\nContent-Encoding: Identity\r\n",
            200,
        ),
        (
            "Content-Type: a/b\r\nContent-Disposition: icon;handling=required\r\n",
            415,
        ),
        (
            "Content-Type: a/b\r\nContent-Disposition: icon; Handling = Optional\r\n",
            200,
        ),
        ("Content-Disposition: icon;handling=optional\r\n", 400),
        ("", 400),
    ] {
        let mut desk = Desk::new();
        let mut tina = Phone::tina("a");
        let contact = format!("Contact: <sip:tina@198.51.100.7>\r\n{lines}");
        let mut asked = tina.request(&contact);
        asked.body = "x".into();
        let mut response = desk.send(&asked);
        if response.status.code() == 401 {
            let mut again = tina.request(&contact);
            again.body = "x".into();
            tina.answer(&mut again, &response, 1);
            response = desk.send(&again);
        }
        assert_eq!(response.status.code(), status, "{lines}");
        let bound = desk.registrar.bindings("tina").count();
        assert_eq!(bound, usize::from(status == 200), "{lines}");
        if status == 415 {
            assert_eq!(header(&response, &HeaderName::Accept), ["application/sdp"]);
            let coding = header(&response, &HeaderName::AcceptEncoding);
            assert_eq!(coding, ["identity"]);
        }
    }
}

#[test]
fn it_is_the_same_for_options() {
    let asked = request(
        "OPTIONS sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\n\
         CSeq: 1 OPTIONS\r\nContent-Type: a/b\r\nContent-Length: 1\r\n\r\nx",
    );
    assert_eq!(Desk::new().send(&asked).status.code(), 415);
}
