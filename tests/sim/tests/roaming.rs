//! Seeds by the thousand: whatever changes and whatever is lost, in bounded time the registrar holds our newest binding, stale ones
//! of ours are gone or listed, and the snapshot says what the registrar holds.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::time::Duration;

use bellhop_tests_sim::{Faults, Habits, Listing, Plan, Run, Step};

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
fn a_registrar_that_lists_only_what_a_request_bound() {
    let habits = Habits {
        listing: Listing::Own,
        ..Habits::kamailio()
    };
    holds(&habits, &quiet());
    holds(&habits, &bad());
}

#[test]
fn a_registrar_that_leaves_contacts_out_of_its_answers() {
    let habits = Habits {
        listing: Listing::Nothing,
        ..Habits::kamailio()
    };
    holds(&habits, &quiet());
}

#[test]
fn a_registrar_that_takes_no_short_registrations() {
    let habits = Habits {
        shortest: 900,
        ..Habits::kamailio()
    };
    holds(&habits, &bad());
}

#[test]
fn a_registrar_that_has_room_for_one_phone_more() {
    let habits = Habits {
        max_contacts: 2,
        ..Habits::plain()
    };
    holds(&habits, &quiet());
}

#[test]
fn a_registrar_that_never_says_that_a_nonce_is_stale() {
    let habits = Habits {
        says_stale: false,
        nonce_lifetime: Duration::from_secs(30),
        ..Habits::kamailio()
    };
    holds(&habits, &quiet());
}

/// One change at rest, before the first keep-alive or after it, of which no network watch tells, and which is healed in this time.
#[track_caller]
fn heals_within(seconds: u64, change: &Step) {
    for seed in 0..seeds() {
        let at = Duration::from_secs(if seed % 2 == 0 { 10 } else { 40 });
        let plan = Plan {
            habits: Habits::kamailio(),
            faults: quiet(),
            steps: vec![
                (Duration::ZERO, Step::Move(1)),
                (at, change.clone()),
                (at + Duration::from_secs(seconds), Step::Look),
            ],
            patience: Duration::from_secs(2),
            pause_at_end: true,
        };
        if let Err(broken) = Run::play(seed, &plan) {
            panic!("seed {seed}: {broken}");
        }
    }
}

#[test]
fn a_nat_that_moves_is_noticed_within_a_keepalive() {
    heals_within(100, &Step::NatMoves);
}

#[test]
fn a_way_that_dies_is_noticed_by_a_keepalive_that_nobody_answers() {
    heals_within(100, &Step::FlowDies);
}

#[test]
fn a_way_that_leads_nowhere_is_passed_over() {
    heals_within(100, &Step::MoveAstray(2));
}

#[test]
fn a_registrar_that_forgot_is_noticed_by_the_fetch_among_the_keepalives() {
    heals_within(120, &Step::RegistrarRestart);
}

#[test]
fn laptops_that_lost_their_registrar_together_come_back_apart() {
    let waits: BTreeSet<Duration> = (0..seeds().max(10))
        .map(|seed| Run::first_wait(seed, Habits::kamailio()).unwrap())
        .collect();
    assert!(waits.len() as u64 > seeds().max(10) / 2, "{waits:?}");
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
        pause_at_end: true,
    };
    let view = Run::play(1, &plan).unwrap();
    let rebind = view.last_rebind.unwrap();
    // One round trip of 40 ms, since the nonce is at hand.
    assert_eq!(
        (rebind.took, rebind.round_trips),
        (Duration::from_millis(40), 1)
    );
}
