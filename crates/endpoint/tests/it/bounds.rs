//! Floods: bounded tables, and honest peers that still get through.

use bellhop_endpoint::{Limits, RequestId, SendError};

use crate::lone::{FLOW, Lone, PEER, request};
use crate::pair::register;

const LIMITS: Limits = Limits {
    server_transactions: 20,
    server_transactions_per_source: 8,
    client_transactions: 3,
    queue: 50,
};

fn options(source: &str, number: usize) -> String {
    request("OPTIONS", &format!("{source};rport;branch=z9hG4bK{number}"))
}

#[test]
fn a_source_has_its_share_of_server_transactions() {
    let mut lone = Lone::with_limits(LIMITS);
    for number in 0..10 {
        lone.hear(&options(PEER, number));
    }
    let told = lone.told();
    assert_eq!(
        told.iter().filter(|told| *told == "asked OPTIONS").count(),
        8
    );
    assert_eq!(
        told.iter()
            .filter(|told| *told == "discarded: there are too many like it")
            .count(),
        2
    );
    assert!(lone.sent().is_empty(), "a 503 would help the flood");
    lone.run_until(40_000);
    lone.hear(&options(PEER, 10));
    assert_eq!(lone.told(), ["asked OPTIONS"]);
}

#[test]
fn a_source_gets_back_what_is_over_and_not_more() {
    let mut lone = Lone::with_limits(LIMITS);
    let asked = |lone: &mut Lone, numbers: std::ops::Range<usize>| {
        for number in numbers {
            lone.hear(&options(PEER, number));
        }
        let told = lone.told();
        told.iter().filter(|it| *it == "asked OPTIONS").count()
    };
    assert_eq!(asked(&mut lone, 0..4), 4);
    lone.run_until(10_000);
    assert_eq!(asked(&mut lone, 4..8), 4);
    // Nobody answered the first four.
    lone.run_until(32_000);
    assert_eq!(asked(&mut lone, 8..16), 4);
}

#[test]
fn strangers_do_not_shut_the_registrar_out() {
    let mut lone = Lone::with_limits(LIMITS);
    for number in 0..100 {
        let stranger = format!("203.0.113.{number}:5060");
        lone.hear_from(&stranger, &options(&stranger, number));
    }
    let asked = lone
        .told()
        .iter()
        .filter(|told| *told == "asked OPTIONS")
        .count();
    assert_eq!(asked, 10);
    lone.hear(&options(PEER, 1));
    assert_eq!(lone.told(), ["asked OPTIONS"]);
}

#[test]
fn a_flood_of_garbage_fills_no_queue_beyond_its_bound() {
    let mut lone = Lone::with_limits(LIMITS);
    let branch = lone.register(1);
    let malformed = options(PEER, 1).replace("CSeq: 102 OPTIONS", "X: y");
    for _ in 0..1_000 {
        lone.hear("garbage");
        lone.hear(&malformed);
    }
    lone.hear(&crate::lone::response("200 OK", &branch));
    let counters = lone.endpoint.counters();
    assert_eq!((counters.garbage, counters.refused), (1_000, 1_000));
    assert_eq!(counters.events_full, 1_950);
    assert_eq!(lone.transmits().len(), 50);
    assert_eq!(counters.outbox_full, 950);
    let told = lone.told();
    assert_eq!(told.len(), 51);
    assert_eq!(told[50], "1 200", "the answer that is waited for has room");
}

#[test]
fn requests_in_flight_are_bounded() {
    let mut lone = Lone::with_limits(LIMITS);
    for id in 0..3 {
        lone.register(id);
    }
    assert_eq!(
        lone.endpoint
            .send_request(lone.now, RequestId(3), FLOW, register()),
        Err(SendError::TooMany)
    );
    lone.run_until(32_000);
    assert_eq!(
        lone.endpoint
            .send_request(lone.now, RequestId(3), FLOW, register()),
        Ok(())
    );
}

#[test]
fn provisional_answers_may_be_lost_and_final_ones_not() {
    let mut lone = Lone::with_limits(LIMITS);
    let branch = lone.register(1);
    for _ in 0..60 {
        lone.hear(&crate::lone::response("100 Trying", &branch));
    }
    lone.hear(&crate::lone::response("200 OK", &branch));
    let told = lone.told();
    assert_eq!(told.len(), 51);
    assert_eq!(told[50], "1 200");
    assert_eq!(lone.endpoint.counters().events_full, 10);
}

#[test]
fn what_comes_and_goes_is_counted() {
    let mut lone = Lone::new();
    for number in 0..3 {
        lone.hear(&options(PEER, number));
        lone.answer_as_a_line();
    }
    let counters = lone.endpoint.counters();
    assert_eq!((counters.received, counters.sent), (3, 3));
}

#[test]
fn tags_are_64_random_bits_that_do_not_repeat() {
    let mut lone = Lone::new();
    let tags: std::collections::HashSet<String> = (0..1_000).map(|_| lone.endpoint.tag()).collect();
    assert_eq!(tags.len(), 1_000);
    // A letter has at most 6 bits.
    assert!(tags.iter().all(|tag| tag.len() * 6 >= 64), "{tags:?}");
}
