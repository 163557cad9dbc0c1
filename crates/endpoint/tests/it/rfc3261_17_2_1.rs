//! The INVITE server transaction, as far as a refusal goes.

use crate::lone::{Lone, PEER, request};

const VIA: &str = "198.51.100.1:5060;rport;branch=z9hG4bK2d4790";

/// An INVITE, answered 480 at once, and the To tag of that answer.
fn refused() -> (Lone, String) {
    let mut lone = Lone::new();
    lone.hear(&request("INVITE", VIA));
    lone.answer_as_a_line();
    let sent = lone.sent();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].starts_with("SIP/2.0 480 "));
    let to_tag = to_tag(&sent[0]);
    (lone, to_tag)
}

fn to_tag(response: &str) -> String {
    let to = response
        .lines()
        .find(|line| line.starts_with("To:"))
        .unwrap();
    to.split(";tag=").nth(1).unwrap().to_owned()
}

fn refusals(times: &[u64]) -> Vec<(u64, String)> {
    times
        .iter()
        .map(|at| (*at, "SIP/2.0 480 Temporarily Unavailable".to_owned()))
        .collect()
}

#[test]
fn a_refusal_is_repeated_by_timer_g_until_timer_h() {
    let (mut lone, _) = refused();
    let times = [
        500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ];
    assert_eq!(lone.run_until(60_000), refusals(&times));
    assert_eq!(lone.endpoint.counters().retransmitted, 10);
    assert_eq!(lone.endpoint.counters().unfinished, 1);
    assert_eq!(lone.endpoint.poll_timeout(), None);
}

#[test]
fn the_ack_ends_the_copies_and_further_acks_are_absorbed_until_timer_i() {
    let (mut lone, _) = refused();
    assert_eq!(lone.run_until(600), refusals(&[500]));
    lone.hear(&request("ACK", VIA));
    assert!(lone.run_until(5_500).is_empty());
    lone.hear(&request("ACK", VIA));
    assert!(lone.told().is_empty());
    assert_eq!(lone.endpoint.counters().acks, 2);
    lone.run_until(5_600);
    assert_eq!(lone.endpoint.poll_timeout(), None);
    lone.hear(&request("ACK", VIA));
    assert_eq!(lone.told(), ["discarded: it belongs to no transaction"]);
}

#[test]
fn a_copy_of_the_invite_gets_the_refusal_again_and_nobody_is_asked() {
    let (mut lone, _) = refused();
    lone.hear(&request("INVITE", VIA));
    assert!(lone.told().is_empty());
    let sent = lone.sent();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].starts_with("SIP/2.0 480 "));
    lone.hear(&request("ACK", VIA));
    lone.hear(&request("INVITE", VIA));
    assert!(
        lone.sent().is_empty(),
        "an acknowledged refusal has arrived"
    );
}

#[test]
fn a_user_who_takes_longer_than_200_ms_is_covered_by_a_100() {
    let mut lone = Lone::new();
    lone.hear(&request("INVITE", VIA));
    let (id, invite) = lone.asked();
    lone.hear(&request("INVITE", VIA));
    assert!(lone.sent().is_empty(), "nothing to say yet");
    assert_eq!(
        lone.run_until(300),
        [(200, "SIP/2.0 100 Trying".to_owned())]
    );
    lone.hear(&request("INVITE", VIA));
    assert!(lone.sent()[0].starts_with("SIP/2.0 100 "));
    lone.answer(id, &invite, 180);
    lone.answer(id, &invite, 480);
    let sent = lone.sent();
    assert!(sent[0].starts_with("SIP/2.0 180 ") && sent[1].starts_with("SIP/2.0 480 "));
    lone.answer(id, &invite, 486);
    assert!(lone.sent().is_empty(), "there is one final answer");
    assert_eq!(lone.endpoint.counters().withheld, 1);
}

#[test]
fn a_ringing_phone_is_waited_for_as_long_as_any_proxy_would() {
    let mut lone = Lone::new();
    lone.hear(&request("INVITE", VIA));
    let (id, invite) = lone.asked();
    lone.answer(id, &invite, 180);
    lone.run_until(199_999);
    lone.sent();
    lone.hear(&request("INVITE", VIA));
    assert!(lone.sent()[0].starts_with("SIP/2.0 180 "));
    lone.run_until(200_000);
    assert_eq!(lone.endpoint.poll_timeout(), None);
}

#[test]
fn an_invite_that_nobody_ever_answers_is_forgotten() {
    let mut lone = Lone::new();
    lone.hear(&request("INVITE", VIA));
    assert_eq!(lone.run_until(300_000).len(), 1);
    assert_eq!(lone.endpoint.poll_timeout(), None);
}

#[test]
fn the_cancel_of_a_refused_invite_is_answered_200_with_the_same_tag() {
    let (mut lone, tag) = refused();
    lone.hear(&request("CANCEL", VIA));
    let sent = lone.sent();
    assert!(sent[0].starts_with("SIP/2.0 200 "));
    assert!(sent[0].contains("CSeq: 102 CANCEL"));
    assert_eq!(to_tag(&sent[0]), tag);
    assert!(lone.told().is_empty());
    lone.hear(&request("CANCEL", VIA));
    assert_eq!(lone.sent(), sent, "a copy gets the same");
}

#[test]
fn the_cancel_of_an_unknown_invite_is_answered_481() {
    let mut lone = Lone::new();
    lone.hear_from(PEER, &request("CANCEL", VIA));
    lone.answer_as_a_line();
    assert!(lone.sent()[0].starts_with("SIP/2.0 481 "));
}

#[test]
fn an_accepted_invite_absorbs_its_copies_and_leaves_repeating_the_200_to_the_user() {
    let mut lone = Lone::new();
    lone.hear(&request("INVITE", VIA));
    let (id, invite) = lone.asked();
    lone.answer(id, &invite, 200);
    lone.hear(&request("INVITE", VIA));
    assert_eq!(lone.sent().len(), 1);
    lone.answer(id, &invite, 200);
    assert_eq!(lone.sent().len(), 1);
    assert!(lone.run_until(31_999).is_empty());
    lone.hear(&request("INVITE", VIA));
    assert!(lone.told().is_empty() && lone.sent().is_empty());
    lone.answer(id, &invite, 486);
    assert!(lone.sent().is_empty());
    lone.run_until(32_000);
    assert_eq!(lone.endpoint.poll_timeout(), None);
}
