//! Registrations over a wire that loses, doubles and reorders: each request has one outcome, and each is asked once.

use std::collections::BTreeMap;

use crate::pair::{Pair, Reply};

fn run(seed: u8) -> Pair {
    let mut pair = Pair::new(seed);
    pair.wire.loss = 30;
    pair.wire.copies = 20;
    pair.wire.jitter = 700;
    pair.replies = [
        Reply::After(0, 200),
        Reply::After(300, 200),
        Reply::After(5_000, 200),
        Reply::After(30, 401),
    ]
    .into();
    for id in 0..20 {
        pair.register(id);
        pair.run_until(id * 50);
    }
    pair.run();
    pair
}

#[test]
fn every_request_ends_once_and_is_asked_at_most_once() {
    let mut answered = 0;
    for seed in 0..50 {
        let pair = run(seed);
        let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, told) in &pair.told {
            let (id, outcome) = told.split_once(' ').unwrap();
            if id == "discarded:" || outcome == "100" {
                continue;
            }
            *outcomes.entry(id).or_default() += 1;
            answered += usize::from(outcome != "timed out");
        }
        assert_eq!(outcomes.len(), 20, "seed {seed}");
        assert!(
            outcomes.values().all(|count| *count == 1),
            "seed {seed}: {outcomes:?}"
        );
        assert!(pair.asked.len() <= 20, "seed {seed}");
        assert!(pair.caller.poll_timeout().is_none() && pair.callee.poll_timeout().is_none());
    }
    assert!(
        answered >= 990,
        "{answered} of 1000 answered: eleven copies and their answers at 30 % loss nearly always get through"
    );
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let (one, two) = (run(7), run(7));
    assert_eq!(one.caller_sent, two.caller_sent);
    assert_eq!(one.callee_sent, two.callee_sent);
    assert_eq!(one.told, two.told);
}
