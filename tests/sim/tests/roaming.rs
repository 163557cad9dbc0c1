//! Seeds by the thousand: whatever changes and whatever is lost, in bounded time the registrar holds our newest binding, stale ones
//! of ours are gone or listed, and the snapshot says what the registrar holds.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use bellhop_tests_sim::{Faults, Habits, Plan, Run, Step};

/// Seeds a test. `BELLHOP_SIM_SEEDS` asks for more.
fn seeds() -> u64 {
    std::env::var("BELLHOP_SIM_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(400)
}

fn quiet() -> Faults {
    Faults {
        delay: Duration::from_millis(20),
        jitter: Duration::ZERO,
        loss: 0.0,
        duplicates: 0.0,
    }
}

fn bad() -> Faults {
    Faults {
        delay: Duration::from_millis(20),
        jitter: Duration::from_millis(300),
        loss: 0.3,
        duplicates: 0.2,
    }
}

#[track_caller]
fn holds(habits: &Habits, faults: &Faults) {
    for seed in 0..seeds() {
        let plan = Plan::draw(seed, habits.clone(), faults.clone());
        if let Err(broken) = Run::play(seed, &plan) {
            panic!("seed {seed}: {broken}\nsteps: {:?}", plan.steps);
        }
    }
}

#[test]
fn a_registrar_with_instances_over_a_quiet_network() {
    holds(&Habits::kamailio(), &quiet());
}

#[test]
fn a_registrar_with_instances_over_a_bad_network() {
    holds(&Habits::kamailio(), &bad());
}

#[test]
fn a_registrar_that_keeps_every_uri_over_a_quiet_network() {
    holds(&Habits::plain(), &quiet());
}

#[test]
fn a_registrar_that_keeps_every_uri_over_a_bad_network() {
    holds(&Habits::plain(), &bad());
}

#[test]
fn a_registrar_that_rewrites_contacts_and_binds_nonces_to_addresses() {
    holds(&Habits::asterisk(), &quiet());
    holds(&Habits::asterisk(), &bad());
}

#[test]
fn a_registrar_that_grants_a_minute() {
    let habits = Habits {
        longest: 60,
        ..Habits::plain()
    };
    holds(&habits, &bad());
}

#[test]
fn a_registrar_that_stumbles() {
    let habits = Habits {
        stumbles_every: Some(3),
        ..Habits::kamailio()
    };
    holds(&habits, &quiet());
}

#[test]
fn a_change_in_the_middle_of_a_change_costs_no_time() {
    let plan = Plan {
        habits: Habits::kamailio(),
        faults: quiet(),
        steps: vec![
            (Duration::ZERO, Step::Move(1)),
            (Duration::from_secs(10), Step::Move(2)),
            (Duration::from_millis(10_010), Step::Move(3)),
        ],
        patience: Duration::from_secs(2),
    };
    let view = Run::play(1, &plan).unwrap();
    let rebind = view.last_rebind.unwrap();
    // One round trip of 40 ms, since the nonce is at hand.
    assert_eq!(
        (rebind.took, rebind.round_trips),
        (Duration::from_millis(40), 1)
    );
}
