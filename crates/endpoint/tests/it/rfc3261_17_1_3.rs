//! Which response belongs to which request.

use crate::lone::{Lone, flow, response};
use bellhop_endpoint::FlowId;

#[test]
fn an_answer_from_another_address_is_discarded_and_the_true_one_still_counts() {
    let mut lone = Lone::new();
    let branch = lone.register(1);
    lone.hear_from("203.0.113.9:5060", &response("401 Unauthorized", &branch));
    lone.hear_from("198.51.100.1:5061", &response("401 Unauthorized", &branch));
    lone.hear(&response("200 OK", &branch));
    let wrong = "discarded: it is not from the flow's remote end";
    assert_eq!(lone.told(), [wrong, wrong, "1 200"]);
    assert_eq!(lone.endpoint.counters().wrong_source, 2);
}

#[test]
fn an_answer_with_another_branch_is_discarded() {
    let mut lone = Lone::new();
    lone.register(1);
    lone.hear(&response("200 OK", "z9hG4bKguess"));
    assert_eq!(lone.told(), ["discarded: it belongs to no transaction"]);
}

#[test]
fn an_answer_to_another_method_is_discarded() {
    let mut lone = Lone::new();
    let branch = lone.register(1);
    lone.hear(&response("200 OK", &branch).replace("CSeq: 1 REGISTER", "CSeq: 1 OPTIONS"));
    assert_eq!(lone.told(), ["discarded: it belongs to no transaction"]);
}

#[test]
fn an_answer_on_another_flow_is_discarded() {
    let mut lone = Lone::new();
    lone.endpoint
        .open_flow(FlowId(2), flow("192.0.2.8:40000", crate::lone::PEER));
    let branch = lone.register(1);
    lone.hear_on(FlowId(2), crate::lone::PEER, &response("200 OK", &branch));
    assert_eq!(lone.told(), ["discarded: it belongs to no transaction"]);
}

#[test]
fn an_answer_with_a_second_via_is_discarded() {
    let mut lone = Lone::new();
    let branch = lone.register(1);
    let text = response("200 OK", &branch).replace(
        "From:",
        "Via: SIP/2.0/UDP 192.0.2.99;branch=z9hG4bKx\nFrom:",
    );
    lone.hear(&text);
    assert_eq!(
        lone.told(),
        ["discarded: it is meant for someone behind us"]
    );
}

#[test]
fn an_answer_without_a_cseq_is_discarded() {
    let mut lone = Lone::new();
    let branch = lone.register(1);
    lone.hear(&response("200 OK", &branch).replace("CSeq: 1 REGISTER", "X: y"));
    assert_eq!(lone.endpoint.counters().bad_header, 1);
    assert_eq!(lone.told().len(), 1);
}

#[test]
fn the_remote_end_is_the_same_whether_its_address_is_mapped_into_ipv6_or_not() {
    let mut lone = Lone::new();
    let branch = lone.register(1);
    lone.hear_from("[::ffff:198.51.100.1]:5060", &response("200 OK", &branch));
    assert_eq!(lone.told(), ["1 200"]);
}
