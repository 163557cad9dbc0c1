//! RFC 3261 §8.2.7: a UAS without transactions, whose registrar answers a copy as it answered the request.

use bellhop_endpoint::stateless::{Received, StatelessUas};
use bellhop_registrar::{Hold, Outcome};
use bytes::Bytes;

use crate::desk::{Desk, Phone, at_home, challenges, contacts, request, response};

const CONTACT: &str = "Contact: <sip:tina@198.51.100.7:5060>\r\n";

fn received(text: &str) -> Received {
    let uas = StatelessUas::new([1; 32]);
    uas.receive(
        "198.51.100.7:4321".parse().unwrap(),
        Bytes::from(text.to_owned()),
    )
}

fn plain(method: &str, via: &str) -> String {
    format!(
        "{method} sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP {via};branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\n\
         CSeq: 1 {method}\r\n\r\n"
    )
}

/// "MUST ignore ACK requests", "MUST ignore CANCEL requests"
#[test]
fn ack_and_cancel_are_ignored() {
    for method in ["ACK", "CANCEL"] {
        assert!(matches!(
            received(&plain(method, "h;rport")),
            Received::Discarded(_)
        ));
    }
}

/// "To header tags MUST be generated … in a manner that will generate the same tag for the same request consistently"
#[test]
fn the_to_tag_of_a_copy_is_the_same_and_of_another_request_another() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let (one, two) = (tina.request(CONTACT), tina.request(CONTACT));
    let mut tag = |request| desk.send(request).headers.to().unwrap().tag().unwrap();
    assert_eq!(tag(&one), tag(&one));
    assert_ne!(tag(&one), tag(&two));
}

/// "it regenerates the response and resends it, just as if it were replying to the first instance"
#[test]
fn a_copy_of_a_register_that_was_granted_is_granted_and_changes_nothing() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let refusal = desk.send(&tina.request(""));
    let mut again = tina.request(CONTACT);
    tina.answer(&mut again, &refusal, 1);
    let first = desk.send(&again);
    desk.events();
    desk.wait(3);
    let copy = desk.send(&again);
    assert_eq!(
        contacts(&copy),
        ["<sip:tina@198.51.100.7:5060>;expires=3597"]
    );
    assert_eq!(copy.headers.to(), first.headers.to());
    assert!(desk.events().is_empty());
}

#[test]
fn a_late_copy_of_clear_all_does_not_take_out_what_came_since() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let refusal = desk.send(&tina.request(""));
    let mut clear = tina.request("Contact: *\r\nExpires: 0\r\n");
    tina.answer(&mut clear, &refusal, 1);
    assert!(contacts(&desk.send(&clear)).is_empty());
    Phone::tina("b").register(&mut desk, CONTACT);
    assert_eq!(contacts(&desk.send(&clear)).len(), 1);
}

#[test]
fn a_copy_of_a_register_that_was_refused_is_refused_alike() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let refusal = desk.send(&tina.request(""));
    let mut again = tina.request("Contact: <sip:t@198.51.100.7>;expires=5\r\n");
    tina.answer(&mut again, &refusal, 1);
    assert_eq!(desk.send(&again).status.code(), 423);
    assert_eq!(desk.send(&again).status.code(), 423);
}

/// What was captured is no copy where it comes from elsewhere.
#[test]
fn the_same_bytes_from_another_address_are_a_replay() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let refusal = desk.send(&tina.request(""));
    let mut again = tina.request(CONTACT);
    tina.answer(&mut again, &refusal, 1);
    assert_eq!(desk.send(&again).status.code(), 200);
    let elsewhere = bellhop_registrar::Arrival::udp("203.0.113.9:5060".parse().unwrap());
    let replayed = desk.answer(&elsewhere, &again);
    assert_eq!(replayed.status, 401);
    assert!(
        challenges(&response(replayed.response))
            .iter()
            .all(|c| c.stale)
    );
}

/// A copy may come while the first is still held for the store: it must not overtake it.
#[test]
fn a_copy_waits_for_the_same_write() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let refusal = desk.send(&tina.request(""));
    let mut again = tina.request(CONTACT);
    tina.answer(&mut again, &refusal, 1);
    let first = desk.answer(&at_home(), &again);
    assert!(matches!(first.hold, Hold::Until(_)));
    assert_eq!(desk.answer(&at_home(), &again).hold, first.hold);
    let write = desk.registrar.poll_write().unwrap();
    desk.registrar.handle_committed(write.seq);
    assert_eq!(desk.answer(&at_home(), &again).hold, Hold::Nothing);
}

/// §18.2.1, RFC 3581 §4: where it came from is written into the Via, and where the answer goes follows from it.
#[test]
fn the_top_via_is_stamped_and_the_answer_goes_by_it() {
    for (via, stamped, port) in [
        (
            "h;rport",
            "h;rport=4321;branch=z9hG4bK1;received=198.51.100.7",
            4321,
        ),
        (
            "198.51.100.7:5062",
            "198.51.100.7:5062;branch=z9hG4bK1",
            5062,
        ),
        ("h", "h;branch=z9hG4bK1;received=198.51.100.7", 5060),
    ] {
        let Received::Request {
            request,
            destination,
        } = received(&plain("OPTIONS", via))
        else {
            panic!("a request");
        };
        let written = request.headers.top_via().unwrap().to_string();
        assert_eq!(written, format!("SIP/2.0/UDP {stamped}"));
        assert_eq!(destination, format!("198.51.100.7:{port}").parse().unwrap());
    }
}

#[test]
fn what_is_malformed_is_refused_and_what_is_no_sip_is_not_answered() {
    let broken = plain("OPTIONS", "h;rport").replace("CSeq: 1 OPTIONS", "CSeq: 1 INVITE");
    assert!(matches!(
        received(&broken),
        Received::Refused { status: 400, .. }
    ));
    let version = plain("OPTIONS", "h;rport").replace("SIP/2.0\r\nVia", "SIP/3.0\r\nVia");
    assert!(matches!(
        received(&version),
        Received::Refused { status: 505, .. }
    ));
    assert!(matches!(received("hello"), Received::Discarded(_)));
    assert!(matches!(received("\r\n\r\n"), Received::KeepAlive));
}

/// §9.2 and §8.2.1, where a request comes to the registrar by another way.
#[test]
fn what_is_no_registration_is_told_what_is() {
    let mut desk = Desk::new();
    for (method, status) in [
        ("CANCEL", 481),
        ("BYE", 405),
        ("SUBSCRIBE", 405),
        ("FOO", 405),
    ] {
        let asked = request(&plain(method, "h"));
        let wall = desk.wall();
        let answer = desk
            .registrar
            .handle_request(desk.now, wall, &at_home(), &asked);
        assert_eq!(answer.status, status, "{method}");
        assert_eq!(answer.outcome, Outcome::Open, "no stranger hears of it");
    }
    let ack = request(&plain("ACK", "h"));
    let wall = desk.wall();
    let answer = desk
        .registrar
        .handle_request(desk.now, wall, &at_home(), &ack);
    assert!(answer.response.is_empty());
}
