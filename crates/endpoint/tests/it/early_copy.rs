//! One copy beyond those of timer E.

use std::time::Duration;

use bellhop_endpoint::RequestId;

use crate::lone::{Lone, response};

fn with_an_early_copy_at(ms: u64) -> (Lone, String) {
    let mut lone = Lone::new();
    let branch = lone.register(1);
    let at = lone.now + Duration::from_millis(ms);
    lone.endpoint.copy_early(RequestId(1), at);
    (lone, branch)
}

fn times(lone: &mut Lone) -> Vec<u64> {
    let sent = lone.run_until(60_000);
    sent.iter().map(|(at, _)| *at).collect()
}

#[test]
fn an_early_copy_leaves_once_and_all_others_when_they_would_have_left_anyway() {
    let (mut lone, _) = with_an_early_copy_at(200);
    let expected = [
        200, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ];
    assert_eq!(times(&mut lone), expected);
    assert_eq!(lone.told(), ["1 timed out"]);
    assert_eq!(lone.endpoint.counters().retransmitted, 11);
}

#[test]
fn an_early_copy_that_is_not_before_timer_e_is_none() {
    for ms in [500, 501, 40_000] {
        let (mut lone, _) = with_an_early_copy_at(ms);
        assert_eq!(times(&mut lone)[..2], [500, 1_500], "{ms}");
    }
}

#[test]
fn an_answered_request_has_no_early_copy() {
    for status in ["100 Trying", "200 OK"] {
        let (mut lone, branch) = with_an_early_copy_at(200);
        lone.run_until(100);
        lone.hear(&response(status, &branch));
        assert!(times(&mut lone).iter().all(|at| *at > 4_000), "{status}");
    }
}

#[test]
fn an_abandoned_request_has_no_early_copy() {
    let (mut lone, _) = with_an_early_copy_at(200);
    lone.endpoint.abandon(RequestId(1));
    assert!(times(&mut lone).is_empty());
}

#[test]
fn after_a_stall_one_copy_leaves_and_not_two() {
    let (mut lone, _) = with_an_early_copy_at(200);
    lone.now += Duration::from_millis(700);
    lone.endpoint.handle_timeout(lone.now);
    assert_eq!(lone.transmits().len(), 1);
    // Timer E goes on from there: the next is 1 s later.
    assert_eq!(times(&mut lone)[0], 1_700);
}

#[test]
fn of_an_unknown_request_there_is_no_copy() {
    let mut lone = Lone::new();
    let at = lone.now + Duration::from_millis(200);
    lone.endpoint.copy_early(RequestId(9), at);
    assert!(times(&mut lone).is_empty());
}
