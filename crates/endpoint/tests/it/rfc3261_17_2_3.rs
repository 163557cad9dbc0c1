//! Which request belongs to which transaction.

use crate::lone::{FLOW, Lone, PEER, flow, request};
use bellhop_endpoint::FlowId;

const COOKIE: &str = "z9hG4bK776";

#[test]
fn the_same_branch_of_another_sender_is_another_request() {
    let mut lone = Lone::new();
    lone.hear(&request(
        "OPTIONS",
        &format!("198.51.100.1:5060;branch={COOKIE}"),
    ));
    lone.hear(&request(
        "OPTIONS",
        &format!("198.51.100.1:5061;branch={COOKIE}"),
    ));
    lone.hear(&request(
        "OPTIONS",
        &format!("pbx.example.com;branch={COOKIE}"),
    ));
    lone.hear(&request(
        "OPTIONS",
        &format!("PBX.example.com;branch={COOKIE}"),
    ));
    assert_eq!(lone.told(), ["asked OPTIONS"; 3]);
}

#[test]
fn the_same_branch_with_another_method_is_another_request() {
    let mut lone = Lone::new();
    let via = format!("198.51.100.1:5060;branch={COOKIE}");
    lone.hear(&request("OPTIONS", &via));
    lone.hear(&request("NOTIFY", &via));
    lone.hear(&request("FOO", &via));
    lone.hear(&request("FOO", &via));
    assert_eq!(lone.told(), ["asked OPTIONS", "asked NOTIFY", "asked FOO"]);
}

#[test]
fn the_same_branch_on_another_flow_is_another_request() {
    let mut lone = Lone::new();
    lone.endpoint
        .open_flow(FlowId(2), flow("192.0.2.8:40000", PEER));
    let text = request("OPTIONS", &format!("198.51.100.1:5060;branch={COOKIE}"));
    lone.hear_on(FLOW, PEER, &text);
    lone.hear_on(FlowId(2), PEER, &text);
    assert_eq!(lone.told(), ["asked OPTIONS"; 2]);
}

#[test]
fn with_the_cookie_the_branch_alone_tells() {
    let mut lone = Lone::new();
    let text = request("OPTIONS", &format!("198.51.100.1:5060;branch={COOKIE}"));
    lone.hear(&text);
    lone.hear(&text.replace("OPTIONS sip:tina@", "OPTIONS sip:timo@"));
    lone.hear(&text.replace("tag=as5d1b", "tag=as5d1c"));
    assert_eq!(lone.told(), ["asked OPTIONS"]);
    assert_eq!(lone.endpoint.counters().repeated_requests, 2);
}

#[test]
fn without_the_cookie_requests_are_told_apart_as_rfc_2543_did() {
    for via in ["198.51.100.1:5060", "198.51.100.1:5060;branch=1"] {
        let mut lone = Lone::new();
        let text = request("OPTIONS", via);
        lone.hear(&text);
        lone.hear(&text);
        lone.hear(&text.replace("CSeq: 102", "CSeq: 103"));
        lone.hear(&text.replace("27e2d2f6@", "27e2d2f7@"));
        lone.hear(&text.replace("tag=as5d1b", "tag=as5d1c"));
        lone.hear(&text.replace("OPTIONS sip:tina@", "OPTIONS sip:timo@"));
        assert_eq!(lone.told(), ["asked OPTIONS"; 5], "{via}");
        assert_eq!(lone.endpoint.counters().repeated_requests, 1, "{via}");
    }
}

#[test]
fn without_the_cookie_the_ack_finds_its_invite_though_it_has_a_to_tag() {
    let mut lone = Lone::new();
    lone.hear(&request("INVITE", "198.51.100.1:5060"));
    lone.answer_as_a_line();
    lone.sent();
    lone.hear(&request("ACK", "198.51.100.1:5060").replace(
        "To: <sip:tina@192.0.2.7:40000>",
        "To: <sip:tina@192.0.2.7:40000>;tag=z",
    ));
    assert_eq!(lone.endpoint.counters().acks, 1);
    assert!(lone.run_until(4_000).is_empty());
}

#[test]
fn an_ack_that_belongs_to_nothing_is_never_answered() {
    let mut lone = Lone::new();
    lone.hear(&request(
        "ACK",
        &format!("198.51.100.1:5060;branch={COOKIE}"),
    ));
    lone.hear(
        &request("ACK", &format!("198.51.100.1:5060;branch={COOKIE}")).replace("Call-ID", "X"),
    );
    assert!(lone.sent().is_empty());
    assert_eq!(lone.told().len(), 2);
}
