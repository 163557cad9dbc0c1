//! The non-INVITE client transaction.

use crate::lone::{FLOW, Lone, response};
use crate::pair::{Pair, Reply, register};
use bellhop_endpoint::{FlowId, RequestId, SendError};

#[test]
fn a_request_that_nobody_answers_is_repeated_by_timer_e_and_given_up_by_timer_f() {
    let mut pair = Pair::new(1);
    pair.wire.loss = 100;
    pair.register(1);
    pair.run();
    let times = [
        0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ];
    assert_eq!(pair.caller_times(), times);
    assert_eq!(pair.told, [(32_000, "1 timed out".to_owned())]);
    assert_eq!(pair.caller.counters().retransmitted, 10);
    assert_eq!(pair.caller.counters().timed_out, 1);
}

#[test]
fn an_answer_is_told_when_it_arrives_and_ends_the_copies() {
    let mut pair = Pair::new(2);
    pair.register(1);
    pair.run();
    assert_eq!(pair.caller_times(), [0]);
    assert_eq!(pair.asked, [20]);
    assert_eq!(pair.told, [(40, "1 200".to_owned())]);
}

#[test]
fn a_lost_request_is_answered_at_its_first_copy() {
    let mut pair = Pair::new(3);
    pair.wire.lose = vec!["REGISTER"];
    pair.register(1);
    pair.run();
    assert_eq!(pair.caller_times(), [0, 500]);
    assert_eq!(pair.asked, [520]);
    assert_eq!(pair.told, [(540, "1 200".to_owned())]);
}

#[test]
fn a_lost_answer_comes_again_for_the_copy_without_asking_the_user_twice() {
    let mut pair = Pair::new(4);
    pair.wire.lose = vec!["200", "200"];
    pair.register(1);
    pair.run();
    assert_eq!(pair.caller_times(), [0, 500, 1_500]);
    assert_eq!(pair.asked, [20]);
    assert_eq!(
        pair.callee_sent
            .iter()
            .map(|(at, _)| *at)
            .collect::<Vec<_>>(),
        [20, 520, 1_520]
    );
    assert_eq!(pair.told, [(1_540, "1 200".to_owned())]);
}

#[test]
fn after_a_provisional_answer_copies_are_t2_apart() {
    let mut lone = Lone::new();
    let branch = lone.register(1);
    lone.run_until(100);
    lone.hear(&response("100 Trying", &branch));
    assert_eq!(lone.told(), ["1 100"]);
    let sent: Vec<u64> = lone.run_until(60_000).iter().map(|(at, _)| *at).collect();
    assert_eq!(sent, [4_100, 8_100, 12_100, 16_100, 20_100, 24_100, 28_100]);
    assert_eq!(lone.told(), ["1 timed out"]);
}

#[test]
fn a_slow_user_is_covered_by_a_100_and_his_answer_still_comes_through() {
    let mut pair = Pair::new(5);
    pair.replies = [Reply::After(6_000, 200)].into();
    pair.register(1);
    pair.run();
    // Timer E has reached T2 at 3.5 s (RFC 4320 §4.1), the 100 arrives at 3,540 and the next copy leaves T2 later.
    assert_eq!(pair.caller_times(), [0, 500, 1_500, 3_500]);
    assert_eq!(
        pair.told,
        [
            (3_540, "1 100".to_owned()),
            (3_540, "1 100".to_owned()),
            (6_040, "1 200".to_owned())
        ],
        "the second 100 answers the copy of 3.5 s"
    );
}

#[test]
fn a_peer_that_never_answers_is_given_up_though_it_said_100() {
    let mut pair = Pair::new(6);
    pair.replies = [Reply::Never].into();
    pair.register(1);
    pair.run();
    let times = [
        0, 500, 1_500, 3_500, 7_540, 11_540, 15_540, 19_540, 23_540, 27_540, 31_540,
    ];
    assert_eq!(pair.caller_times(), times);
    assert_eq!(pair.told.last(), Some(&(32_000, "1 timed out".to_owned())));
    assert_eq!(pair.asked, [20]);
    assert!(
        pair.callee_sent
            .iter()
            .all(|(_, line)| line == "SIP/2.0 100 Trying")
    );
}

#[test]
fn copies_of_the_answer_are_absorbed_until_timer_k() {
    let mut lone = Lone::new();
    let branch = lone.register(1);
    lone.hear(&response("200 OK", &branch));
    assert_eq!(lone.told(), ["1 200"]);
    lone.run_until(4_999);
    lone.hear(&response("200 OK", &branch));
    assert!(lone.told().is_empty());
    assert_eq!(lone.endpoint.counters().repeated_responses, 1);
    lone.run_until(5_000);
    lone.hear(&response("200 OK", &branch));
    assert_eq!(lone.told(), ["discarded: it belongs to no transaction"]);
    assert_eq!(lone.endpoint.poll_timeout(), None);
}

#[test]
fn a_200_that_follows_a_401_is_told() {
    let mut lone = Lone::new();
    let branch = lone.register(1);
    lone.hear(&response("401 Unauthorized", &branch));
    lone.hear(&response("200 OK", &branch));
    lone.hear(&response("401 Unauthorized", &branch));
    assert_eq!(lone.told(), ["1 401", "1 200"]);
    assert_eq!(lone.endpoint.counters().repeated_responses, 1);
}

#[test]
fn a_provisional_answer_that_arrives_after_the_final_one_is_not_told() {
    let mut lone = Lone::new();
    let branch = lone.register(1);
    lone.hear(&response("200 OK", &branch));
    lone.hear(&response("100 Trying", &branch));
    assert_eq!(lone.told(), ["1 200"]);
}

#[test]
fn of_an_abandoned_request_no_copy_leaves_and_nothing_is_told() {
    let mut lone = Lone::new();
    let branch = lone.register(1);
    lone.run_until(600);
    lone.endpoint.abandon(RequestId(1));
    assert!(lone.run_until(31_000).is_empty());
    lone.hear(&response("100 Trying", &branch));
    lone.hear(&response("200 OK", &branch));
    assert!(lone.told().is_empty());
    assert_eq!(lone.endpoint.counters().late_responses, 2);
    lone.run_until(32_000);
    assert!(lone.told().is_empty());
    assert_eq!(lone.endpoint.poll_timeout(), None);
}

#[test]
fn abandoning_forgets_an_answer_that_waits_to_be_polled() {
    let mut lone = Lone::new();
    let (one, two) = (lone.register(1), lone.register(2));
    lone.hear(&response("200 OK", &one));
    lone.hear(&response("200 OK", &two));
    lone.endpoint.abandon(RequestId(1));
    assert_eq!(lone.told(), ["2 200"]);
}

#[test]
fn closing_a_flow_ends_its_requests_in_silence() {
    let mut lone = Lone::new();
    let branch = lone.register(1);
    lone.endpoint.close_flow(FLOW);
    assert_eq!(lone.endpoint.poll_timeout(), None);
    lone.hear(&response("200 OK", &branch));
    assert_eq!(lone.told(), ["discarded: the flow is not open"]);
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let mut lone = Lone::new();
    lone.register(1);
    let now = lone.now;
    let mut send = |id, flow, request| {
        lone.endpoint
            .send_request(now, RequestId(id), flow, request)
    };
    assert_eq!(send(2, FlowId(9), register()), Err(SendError::UnknownFlow));
    assert_eq!(send(1, FLOW, register()), Err(SendError::IdInUse));
    let mut invite = register();
    invite.method = bellhop_sip::Method::Invite;
    assert_eq!(send(3, FLOW, invite), Err(SendError::Method));
    assert!(lone.sent().is_empty());
}

#[test]
fn the_via_names_the_flow_and_asks_for_rport() {
    let mut lone = Lone::new();
    lone.endpoint
        .send_request(lone.now, RequestId(1), FLOW, register())
        .unwrap();
    let sent = lone.sent().remove(0);
    let via = sent.lines().nth(1).unwrap();
    assert!(
        via.starts_with("Via: SIP/2.0/UDP 192.0.2.7:40000;"),
        "{via}"
    );
    assert!(via.contains(";rport"), "{via}");
    let branch = via.split("branch=z9hG4bK").nth(1).unwrap();
    assert!(branch.len() >= 16, "{via}");
}
