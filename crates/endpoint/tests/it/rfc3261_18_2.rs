//! Where requests came from and where answers go, with RFC 3581.

use std::net::SocketAddr;

use crate::lone::{Lone, request};

const BRANCH: &str = "branch=z9hG4bKkjsh77";

/// Where the answer to a request with that Via goes, and the Via it carries.
fn answered(source: &str, via: &str) -> (SocketAddr, String) {
    let mut lone = Lone::new();
    lone.hear_from(source, &request("OPTIONS", via));
    lone.answer_as_a_line();
    let transmit = lone.transmits().remove(0);
    let text = String::from_utf8(transmit.payload.to_vec()).unwrap();
    let via = text
        .lines()
        .find(|line| line.starts_with("Via:"))
        .unwrap()
        .to_owned();
    (transmit.destination, via)
}

#[test]
fn with_rport_the_answer_goes_where_the_request_came_from() {
    let (to, via) = answered("192.0.2.1:9988", &format!("10.1.1.1:4540;rport;{BRANCH}"));
    assert_eq!(to, "192.0.2.1:9988".parse().unwrap());
    assert!(via.contains("10.1.1.1:4540"), "{via}");
    assert!(via.contains("received=192.0.2.1"), "{via}");
    assert!(via.contains("rport=9988"), "{via}");
}

#[test]
fn with_rport_received_is_written_even_if_sent_by_says_the_same() {
    let (_, via) = answered("192.0.2.1:9988", &format!("192.0.2.1:9988;rport;{BRANCH}"));
    assert!(via.contains("received=192.0.2.1"), "{via}");
}

#[test]
fn without_rport_the_answer_goes_to_the_source_address_and_the_port_of_sent_by() {
    let (to, via) = answered("192.0.2.1:9988", &format!("10.1.1.1:4540;{BRANCH}"));
    assert_eq!(to, "192.0.2.1:4540".parse().unwrap());
    assert!(via.contains("received=192.0.2.1"), "{via}");
    assert!(!via.contains("rport"), "{via}");
    let (to, _) = answered("192.0.2.1:9988", &format!("pbx.example.com;{BRANCH}"));
    assert_eq!(to, "192.0.2.1:5060".parse().unwrap());
}

#[test]
fn a_sent_by_that_is_the_source_needs_no_received() {
    let (to, via) = answered("192.0.2.1:5062", &format!("192.0.2.1:5062;{BRANCH}"));
    assert_eq!(to, "192.0.2.1:5062".parse().unwrap());
    assert!(!via.contains("received"), "{via}");
}

#[test]
fn an_ipv6_sent_by_is_compared_as_an_address() {
    let (to, via) = answered(
        "[2001:db8::9]:5062",
        &format!("[2001:DB8:0::9]:5062;{BRANCH}"),
    );
    assert_eq!(to, "[2001:db8::9]:5062".parse().unwrap());
    assert!(!via.contains("received"), "{via}");
    let (_, via) = answered(
        "[2001:db8::9]:5062",
        &format!("[2001:db8::8]:5062;{BRANCH}"),
    );
    assert!(via.contains("received=2001:db8::9"), "{via}");
}

#[test]
fn what_the_sender_claims_of_his_address_is_overwritten() {
    let (to, via) = answered(
        "192.0.2.1:9988",
        &format!("192.0.2.1:9988;received=203.0.113.5;rport=53;{BRANCH}"),
    );
    assert_eq!(to, "192.0.2.1:9988".parse().unwrap());
    assert!(
        via.contains("received=192.0.2.1") && via.contains("rport=9988"),
        "{via}"
    );
    let (_, via) = answered(
        "192.0.2.1:5060",
        &format!("192.0.2.1;received=203.0.113.5;{BRANCH}"),
    );
    assert!(via.contains("received=192.0.2.1"), "{via}");
}

#[test]
fn maddr_does_not_aim_our_answers_at_a_third_party() {
    let (to, _) = answered(
        "192.0.2.1:5060",
        &format!("192.0.2.1:5060;maddr=203.0.113.5;{BRANCH}"),
    );
    assert_eq!(to, "192.0.2.1:5060".parse().unwrap());
}

#[test]
fn port_0_is_nobodys() {
    let (to, _) = answered("192.0.2.1:9988", &format!("192.0.2.1:0;{BRANCH}"));
    assert_eq!(to, "192.0.2.1:9988".parse().unwrap());
}

#[test]
fn ipv6_is_written_without_brackets_in_received() {
    let (to, via) = answered(
        "[2001:db8::9]:9988",
        &format!("[2001:db8::1]:5060;rport;{BRANCH}"),
    );
    assert_eq!(to, "[2001:db8::9]:9988".parse().unwrap());
    assert!(
        via.contains("[2001:db8::1]:5060") && via.contains("received=2001:db8::9"),
        "{via}"
    );
}

#[test]
fn only_the_top_via_of_several_is_stamped() {
    let mut lone = Lone::new();
    let vias =
        format!("192.0.2.1:5060;rport;{BRANCH}, SIP/2.0/UDP 10.0.0.9;rport;branch=z9hG4bKbehind");
    lone.hear_from("192.0.2.1:9988", &request("OPTIONS", &vias));
    lone.answer_as_a_line();
    let sent = lone.sent().remove(0);
    assert_eq!(sent.matches("rport=9988").count(), 1, "{sent}");
    assert!(
        sent.contains("SIP/2.0/UDP 10.0.0.9;rport;branch=z9hG4bKbehind"),
        "{sent}"
    );
}
