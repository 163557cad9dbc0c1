//! Copies on a fresh link, and challenges that arrive while copies are out.

use std::time::Duration;

use bellhop_agent::{Command, Failure, LineState};

use crate::desk::{CHALLENGE, Desk};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Bound over a way with this round trip.
fn bound_over(round_trip: Duration) -> Desk {
    let mut desk = Desk::registering();
    desk.now += round_trip;
    desk.challenge();
    desk.now += round_trip;
    desk.accept();
    assert_eq!(desk.view().state, LineState::Registered);
    desk
}

/// Moved to another network, where the first copy has left.
fn with_copies_out(round_trip: Duration) -> Desk {
    let mut desk = bound_over(round_trip);
    desk.network(&[2]);
    desk.now += ms(201);
    desk
}

#[test]
fn a_register_over_a_fresh_link_has_one_copy_after_two_round_trips_and_never_before_200_ms() {
    for (round_trip, early) in [
        (0, Some(200)),
        (40, Some(200)),
        (120, Some(240)),
        (249, Some(498)),
        (250, None),
        (400, None),
    ] {
        let mut desk = bound_over(ms(round_trip));
        desk.network(&[2]);
        assert_eq!(desk.last().early_copy, early.map(ms), "{round_trip} ms");
    }
}

#[test]
fn the_round_trip_is_smoothed_over_a_flow_and_taken_as_it_is_over_another() {
    let mut desk = bound_over(ms(120));
    desk.pass(Duration::from_secs(300));
    desk.command(Command::Rebind);
    desk.now += ms(160);
    desk.challenge();
    desk.now += ms(240);
    // Of this flow: 160, then 7/8 of it and 1/8 of 240.
    desk.accept();
    desk.network(&[2]);
    assert_eq!(desk.last().early_copy, Some(ms(340)));
}

#[test]
fn where_no_round_trip_is_known_nothing_is_early() {
    assert_eq!(Desk::registering().last().early_copy, None);
}

#[test]
fn the_answer_to_a_challenge_on_a_fresh_link_has_an_early_copy_as_well() {
    let mut desk = Desk::registering();
    desk.now += ms(40);
    desk.challenge();
    assert_eq!(desk.last().early_copy, Some(ms(200)));
}

#[test]
fn a_refresh_and_a_leave_over_a_proven_flow_have_no_early_copy() {
    let mut desk = bound_over(ms(40));
    desk.take_sent();
    desk.pass(Duration::from_secs(599));
    desk.command(Command::Pause);
    let sent = desk.take_sent();
    assert!(sent.len() >= 2);
    assert!(sent.iter().all(|sent| sent.early_copy.is_none()));
}

#[test]
fn a_challenge_while_copies_are_out_waits_one_round_trip_for_the_200() {
    let mut desk = with_copies_out(ms(40));
    let register = desk.last();
    let sent = desk.sent.len();
    desk.challenge();
    desk.pass(ms(39));
    assert_eq!(
        (desk.sent.len(), desk.view().state),
        (sent, LineState::Registering)
    );
    let contact = register.contacts()[0].clone();
    desk.answer_to(&register, 200, &[("Contact", &contact)]);
    assert_eq!(
        (desk.sent.len(), desk.view().state),
        (sent, LineState::Registered)
    );
    assert_eq!(desk.view().last_rebind.unwrap().round_trips, 1);
    desk.pass(ms(500));
    assert_eq!(desk.view().state, LineState::Registered);
}

#[test]
fn a_challenge_that_no_200_follows_is_answered_after_that_round_trip() {
    let mut desk = with_copies_out(ms(40));
    let sent = desk.sent.len();
    desk.answer(401, &[("WWW-Authenticate", &CHALLENGE.replace("n1", "n2"))]);
    desk.pass(ms(40));
    assert_eq!(desk.sent.len(), sent + 1);
    assert!(
        desk.last()
            .authorization()
            .unwrap()
            .contains("nonce=\"n2\"")
    );
    desk.accept();
    assert_eq!(desk.view().state, LineState::Registered);
}

#[test]
fn it_is_not_yet_a_wrong_password_since_the_200_may_be_what_got_lost() {
    let mut desk = Desk::registering();
    desk.challenge();
    desk.now += ms(600);
    desk.challenge();
    desk.no_200_comes();
    assert_eq!(desk.view().state, LineState::Registering);
    desk.accept();
    assert_eq!(desk.view().state, LineState::Registered);
}

#[test]
fn a_challenge_before_the_first_copy_or_without_credentials_waits_for_nothing() {
    let mut desk = bound_over(ms(40));
    desk.network(&[2]);
    let sent = desk.sent.len();
    desk.now += ms(199);
    desk.challenge();
    assert_eq!(desk.sent.len(), sent + 1);

    let mut desk = bound_over(ms(40));
    desk.network(&[2]);
    let sent = desk.sent.len();
    desk.now += ms(200);
    desk.challenge();
    assert_eq!(desk.sent.len(), sent);

    let mut desk = Desk::registering();
    desk.now += ms(5_000);
    desk.challenge();
    assert_eq!(desk.sent.len(), 2);
}

#[test]
fn a_held_challenge_to_a_leave_is_answered_before_the_line_is_off() {
    let mut desk = bound_over(ms(40));
    desk.command(Command::Pause);
    desk.now += ms(600);
    let sent = desk.sent.len();
    desk.answer(401, &[("WWW-Authenticate", &CHALLENGE.replace("n1", "n2"))]);
    assert_eq!(desk.sent.len(), sent);
    desk.pass(ms(40));
    assert_eq!(
        (desk.sent.len(), desk.view().state),
        (sent + 1, LineState::Unregistering)
    );
    desk.answer(200, &[]);
    assert_eq!(desk.view().state, LineState::Paused);
}

#[test]
fn a_held_challenge_to_a_removal_is_answered_when_no_200_came() {
    let mut desk = bound_over(ms(40));
    let old = desk.last().contacts()[0].clone();
    desk.network(&[2]);
    let own = desk.last().contacts()[0].clone();
    desk.answer(200, &[("Contact", &own), ("Contact", &old)]);
    let removal = desk.last();
    desk.now += ms(600);
    let sent = desk.sent.len();
    desk.challenge();
    assert_eq!(desk.sent.len(), sent);
    desk.no_200_comes();
    assert_eq!(desk.sent.len(), sent + 1);
    assert_eq!(desk.last().contacts(), removal.contacts());
}

#[test]
fn a_refusal_that_is_no_challenge_waits_for_nothing() {
    let mut desk = with_copies_out(ms(40));
    desk.answer(404, &[]);
    assert_eq!(
        desk.view().failure,
        Some(Failure::UnknownLine { status: 404 })
    );
}

#[test]
fn a_change_of_network_forgets_the_held_challenge() {
    let mut desk = with_copies_out(ms(40));
    desk.challenge();
    desk.network(&[3]);
    let sent = desk.sent.len();
    desk.pass(ms(500));
    assert_eq!(
        (desk.sent.len(), desk.view().state),
        (sent, LineState::Registering)
    );
}
