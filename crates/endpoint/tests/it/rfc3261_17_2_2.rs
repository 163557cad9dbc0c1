//! The non-INVITE server transaction, with RFC 4320.

use crate::lone::{Lone, request};

const VIA: &str = "198.51.100.1:5060;rport;branch=z9hG4bK776asdhds";

fn asked() -> (
    Lone,
    bellhop_endpoint::ServerTransactionId,
    bellhop_sip::Request,
) {
    let mut lone = Lone::new();
    lone.hear(&request("OPTIONS", VIA));
    let (id, options) = lone.asked();
    (lone, id, options)
}

#[test]
fn options_is_answered_200_by_a_line() {
    let mut lone = Lone::new();
    lone.hear(&request("OPTIONS", VIA));
    lone.answer_as_a_line();
    let sent = lone.sent();
    assert!(sent[0].starts_with("SIP/2.0 200 OK\r\n"));
    assert!(sent[0].contains("\r\nAllow: "));
}

#[test]
fn copies_are_absorbed_before_the_answer_and_answered_from_memory_after_it() {
    let (mut lone, id, options) = asked();
    lone.hear(&request("OPTIONS", VIA));
    assert!(lone.sent().is_empty());
    lone.answer(id, &options, 200);
    let first = lone.sent();
    lone.hear(&request("OPTIONS", VIA));
    assert_eq!(lone.sent(), first);
    assert!(lone.told().is_empty());
    assert_eq!(lone.endpoint.counters().repeated_requests, 2);
}

#[test]
fn the_answer_is_remembered_until_timer_j() {
    let (mut lone, id, options) = asked();
    lone.run_until(1_000);
    lone.answer(id, &options, 200);
    lone.run_until(32_999);
    lone.hear(&request("OPTIONS", VIA));
    assert!(lone.told().is_empty());
    lone.run_until(33_000);
    assert_eq!(lone.endpoint.poll_timeout(), None);
    lone.hear(&request("OPTIONS", VIA));
    assert_eq!(lone.told(), ["asked OPTIONS"]);
}

#[test]
fn a_100_is_sent_when_the_peers_timer_e_has_reached_t2_and_not_before() {
    let (mut lone, id, options) = asked();
    lone.answer(id, &options, 100);
    lone.answer(id, &options, 183);
    assert!(lone.sent().is_empty(), "RFC 4320 §4.1");
    assert_eq!(
        lone.run_until(10_000),
        [(3_500, "SIP/2.0 100 Trying".to_owned())]
    );
    lone.hear(&request("OPTIONS", VIA));
    assert!(lone.sent()[0].starts_with("SIP/2.0 100 "));
    lone.answer(id, &options, 200);
    assert!(lone.sent()[0].starts_with("SIP/2.0 200 "));
}

#[test]
fn a_408_is_never_sent() {
    let (mut lone, id, options) = asked();
    lone.answer(id, &options, 408);
    assert!(
        lone.run_until(31_999).is_empty(),
        "nor a 100, now that no answer is to follow"
    );
    lone.hear(&request("OPTIONS", VIA));
    assert!(lone.sent().is_empty() && lone.told().is_empty());
    assert_eq!(lone.endpoint.counters().withheld, 1);
    lone.run_until(32_000);
    assert_eq!(lone.endpoint.poll_timeout(), None);
}

#[test]
fn an_answer_after_the_transactions_end_is_withheld() {
    let (mut lone, id, options) = asked();
    lone.run_until(32_000);
    lone.sent();
    assert_eq!(lone.endpoint.poll_timeout(), None);
    lone.answer(id, &options, 200);
    assert!(lone.sent().is_empty());
    assert_eq!(lone.endpoint.counters().withheld, 1);
    assert_eq!(lone.endpoint.counters().unfinished, 1);
}

#[test]
fn after_a_stall_nobody_is_told_to_wait_for_what_is_over() {
    let (mut lone, ..) = asked();
    lone.now += std::time::Duration::from_secs(40);
    lone.endpoint.handle_timeout(lone.now);
    assert!(lone.sent().is_empty());
    assert_eq!(lone.endpoint.counters().unfinished, 1);
    assert_eq!(lone.endpoint.poll_timeout(), None);
}

#[test]
fn a_second_final_answer_is_withheld() {
    let (mut lone, id, options) = asked();
    lone.answer(id, &options, 200);
    lone.answer(id, &options, 500);
    assert_eq!(lone.sent().len(), 1);
}

#[test]
fn closing_the_flow_ends_its_transactions() {
    let (mut lone, id, options) = asked();
    lone.endpoint.close_flow(crate::lone::FLOW);
    lone.answer(id, &options, 200);
    assert!(lone.sent().is_empty());
    assert_eq!(lone.endpoint.poll_timeout(), None);
}
