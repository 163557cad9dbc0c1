//! What cannot be read: answered where it can be, and counted.

use crate::lone::{FLOW, Lone, PEER, request};

const VIA: &str = "198.51.100.1:5060;rport;branch=z9hG4bK776asdhds";

/// The status that the datagram is answered with, if any, and what is told.
fn heard(text: &str) -> (Option<String>, Vec<String>) {
    let mut lone = Lone::new();
    lone.hear(text);
    let sent = lone.sent();
    assert!(sent.len() <= 1);
    let status = sent
        .first()
        .map(|text| text.split(' ').nth(1).unwrap().to_owned());
    (status, lone.told())
}

fn refused(text: &str) -> Option<String> {
    let (status, told) = heard(text);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("discarded: it was answered "),
        "{told:?}"
    );
    status
}

#[test]
fn a_request_that_lacks_what_every_request_has_is_answered_400() {
    let good = request("OPTIONS", VIA);
    for (what, with) in [
        ("From: <sip:pbx@example.com>;tag=as5d1b", "X: y"),
        ("To: <sip:tina@192.0.2.7:40000>", "X: y"),
        ("Call-ID: 27e2d2f6@198.51.100.1", "X: y"),
        ("CSeq: 102 OPTIONS", "X: y"),
        ("CSeq: 102 OPTIONS", "CSeq: 102 INVITE"),
        ("CSeq: 102 OPTIONS", "CSeq: 4294967296999 OPTIONS"),
        ("From: <sip:pbx@example.com>", "From: <<<"),
        ("Max-Forwards: 70", "Content-Length: 70"),
        ("Max-Forwards: 70", "Content-Length: -1"),
        (
            "OPTIONS sip:tina@192.0.2.7:40000 SIP/2.0",
            "OPTIONS  SIP/2.0",
        ),
        (
            "OPTIONS sip:tina@192.0.2.7:40000 SIP/2.0",
            "OPTIONS <sip:tina@192.0.2.7> SIP/2.0",
        ),
    ] {
        assert!(good.contains(what), "{what}");
        assert_eq!(
            refused(&good.replace(what, with)).as_deref(),
            Some("400"),
            "{what} -> {with}"
        );
    }
}

#[test]
fn another_version_of_sip_is_answered_505() {
    let good = request("OPTIONS", VIA);
    for version in ["SIP/7.0", "SIP/3.0", "SIP/2.1", "sip/17.3"] {
        assert_eq!(
            refused(&good.replace(" SIP/2.0\n", &format!(" {version}\n"))).as_deref(),
            Some("505"),
            "{version}"
        );
    }
}

#[test]
fn an_answer_to_the_malformed_has_a_tag_that_its_copies_have_too() {
    let mut lone = Lone::new();
    let text = request("OPTIONS", VIA).replace("CSeq: 102 OPTIONS", "CSeq: 102 INVITE");
    lone.hear(&text);
    lone.hear(&text);
    let sent = lone.sent();
    assert_eq!(sent[0], sent[1]);
    assert!(
        sent[0].contains("To: <sip:tina@192.0.2.7:40000>;tag="),
        "{}",
        sent[0]
    );
    assert_eq!(lone.endpoint.counters().refused, 2);
    assert_eq!(
        lone.endpoint.poll_timeout(),
        None,
        "nothing is remembered of it"
    );
}

#[test]
fn without_a_via_there_is_nobody_to_answer() {
    for text in [
        request("OPTIONS", VIA).replace("Via: SIP/2.0/UDP ", "X: "),
        request("OPTIONS", VIA).replace("Via: SIP/2.0/UDP ", "Via: nonsense "),
        request("OPTIONS", VIA)
            .replace("Via: SIP/2.0/UDP ", "X: ")
            .replace("SIP/2.0", "SIP/3.0"),
    ] {
        let (status, told) = heard(&text);
        assert_eq!(status, None);
        assert_eq!(told.len(), 1);
    }
}

#[test]
fn a_malformed_ack_or_response_is_not_answered() {
    let ack = request("ACK", VIA);
    for text in [
        ack.replace(" SIP/2.0\n", " SIP/3.0\n"),
        ack.replace("CSeq: 102 ACK", "CSeq: 102 INVITE"),
        ack.replace("Max-Forwards: 70", "Content-Length: 70"),
        ack.replace("ACK sip:tina@192.0.2.7:40000 SIP/2.0", "SIP/3.0 200 OK"),
        ack.replace("ACK sip:tina@192.0.2.7:40000 SIP/2.0", "SIP/2.0 9999 OK"),
    ] {
        assert_eq!(heard(&text).0, None, "{text}");
    }
}

#[test]
fn keep_alives_are_counted_and_nothing_else() {
    let mut lone = Lone::new();
    for datagram in [&b""[..], b"\r\n", b"\r\n\r\n", b"\0\0\0\0"] {
        lone.hear_bytes(FLOW, PEER, datagram.to_vec());
    }
    assert_eq!(lone.endpoint.counters().keep_alives, 4);
    assert!(lone.told().is_empty() && lone.sent().is_empty());
    lone.hear_bytes(FLOW, PEER, b"\r\n\r\n\r\n".to_vec());
    let counters = lone.endpoint.counters();
    assert_eq!((counters.keep_alives, counters.garbage), (4, 1));
}

#[test]
fn garbage_is_counted_and_told_without_its_words() {
    for garbage in [
        "hello",
        "hi",
        "GET / HTTP/1.1",
        "\u{1}\u{2}\u{3}\u{4}\u{5}",
        "OPTIONS",
        "SIP/2.0",
        "OPTIONS sip:x SIP/2.0",
    ] {
        let (status, told) = heard(garbage);
        assert_eq!(status, None, "{garbage}");
        assert_eq!(told.len(), 1, "{garbage}");
        assert!(!told[0].contains("sip:x"), "{told:?}");
    }
}
