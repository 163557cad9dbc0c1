//! The machine sleeps and wakes.

use std::time::Duration;

use bellhop_agent::{Cause, Command, Failure, LineState, SecretFailure};
use bellhop_sip::HeaderName;

use crate::desk::{Desk, identity};

const NIGHT: Duration = Duration::from_secs(8 * 3600);

#[test]
fn going_to_sleep_removes_our_contact_and_waking_binds_anew() {
    let mut desk = Desk::bound();
    let (old, flow) = (desk.last().contact_uri(), desk.last().flow);
    desk.command(Command::Sleep);
    assert_eq!(desk.last().contacts(), [format!("<{old}>;expires=0")]);
    assert_eq!(desk.last().header(&HeaderName::Expires), ["0"]);
    assert_eq!(desk.view().state, LineState::Unregistering);
    desk.answer(200, &[]);
    assert_eq!(desk.view().state, LineState::Offline);
    assert!(desk.closed.contains(&flow));

    desk.take_sent();
    desk.pass(NIGHT);
    desk.network(&[]);
    desk.network(&[2]);
    assert!(desk.sent.is_empty(), "nothing moves in its sleep");

    desk.command(Command::Wake);
    assert_eq!(desk.sent.len(), 1);
    desk.accept();
    assert_eq!(desk.view().state, LineState::Registered);
    let rebind = desk.view().last_rebind.unwrap();
    assert_eq!((rebind.cause, rebind.round_trips), (Cause::Wake, 1));
}

#[test]
fn a_silent_registrar_holds_the_sleep_up_for_less_than_a_second() {
    let mut desk = Desk::bound();
    desk.command(Command::Sleep);
    desk.pass(Duration::from_millis(800));
    assert_eq!(desk.view().state, LineState::Unregistering);
    desk.pass(Duration::from_millis(150));
    assert_eq!(desk.view().state, LineState::Offline);
}

#[test]
fn a_binding_that_there_was_no_time_to_remove_goes_after_the_wake() {
    let mut desk = Desk::bound();
    let old = desk.last().contact_uri();
    desk.command(Command::Sleep);
    // Asleep before the answer: the instant of the wake is that of the sleep.
    desk.command(Command::Wake);
    let new = desk.last().contacts()[0].clone();
    assert_ne!(desk.last().contact_uri(), old);
    desk.answer(
        200,
        &[
            ("Contact", &new),
            ("Contact", &format!("<{old}>;expires=300")),
        ],
    );
    let removal = desk.last().contacts();
    assert!(
        removal.contains(&format!("<{old}>;expires=0")),
        "{removal:?}"
    );
}

#[test]
fn a_wake_out_of_the_blue_does_not_believe_the_flow() {
    let mut desk = Desk::bound();
    let (uri, flow) = (desk.last().contact_uri(), desk.last().flow);
    desk.command(Command::Wake);
    assert_eq!(desk.view().state, LineState::Registering);
    assert_ne!(desk.last().contact_uri(), uri);
    assert!(!desk.closed.contains(&flow), "a call may still come on it");
    desk.accept();
    assert!(desk.closed.contains(&flow));
    assert_eq!(desk.view().last_rebind.unwrap().cause, Cause::Wake);
}

#[test]
fn a_wake_ends_a_wait() {
    let mut desk = Desk::registering();
    desk.silence();
    assert!(matches!(
        desk.view().state,
        LineState::WaitingToRetry { .. }
    ));
    let count = desk.sent.len();
    desk.command(Command::Wake);
    assert_eq!(desk.sent.len(), count + 1);
}

#[test]
fn the_network_that_comes_with_the_wake_is_bound_once() {
    let mut desk = Desk::bound();
    desk.take_sent();
    desk.network(&[2]);
    desk.command(Command::Wake);
    assert_eq!(desk.sent.len(), 1);
    desk.accept();
    assert_eq!(desk.view().last_rebind.unwrap().cause, Cause::Wake);
}

#[test]
fn a_wake_without_a_network_waits_for_it() {
    let mut desk = Desk::bound();
    desk.command(Command::Sleep);
    desk.answer(200, &[]);
    desk.network(&[]);
    desk.take_sent();
    desk.command(Command::Wake);
    assert_eq!(desk.view().failure, Some(Failure::NoNetwork));
    desk.network(&[2]);
    assert_eq!(desk.sent.len(), 1);
}

#[test]
fn a_pause_outlasts_the_night() {
    for pause_first in [true, false] {
        let mut desk = Desk::bound();
        let commands = [Command::Pause, Command::Sleep];
        let [first, second] = if pause_first {
            commands
        } else {
            [commands[1], commands[0]]
        };
        desk.command(first);
        desk.command(second);
        desk.answer(200, &[]);
        let count = desk.sent.len();
        desk.command(Command::Wake);
        assert_eq!(
            (desk.sent.len(), desk.view().state),
            (count, LineState::Paused)
        );
    }
}

#[test]
fn a_refusal_outlasts_the_night() {
    let mut desk = Desk::registering();
    desk.answer(404, &[]);
    let count = desk.sent.len();
    desk.command(Command::Sleep);
    desk.command(Command::Wake);
    assert_eq!(
        (desk.sent.len(), desk.view().state),
        (count, LineState::Rejected)
    );
}

#[test]
fn a_password_that_came_in_the_sleep_is_used_after_it() {
    let mut desk = Desk::with(identity(), false);
    desk.network(&[1]);
    desk.command(Command::Sleep);
    desk.password();
    assert!(desk.sent.is_empty());
    desk.command(Command::Wake);
    assert_eq!(desk.sent.len(), 1);
}

#[test]
fn a_person_who_asks_is_awake() {
    for command in [Command::Rebind, Command::Resume] {
        let mut desk = Desk::bound();
        desk.command(Command::Sleep);
        desk.answer(200, &[]);
        desk.command(command);
        desk.accept();
        assert_eq!(desk.view().last_rebind.unwrap().cause, Cause::Command);
    }
}

#[test]
fn the_end_may_come_in_the_sleep() {
    let mut desk = Desk::bound();
    desk.command(Command::Sleep);
    desk.command(Command::Quit);
    assert!(!desk.agent.is_done(), "the farewell is on its way");
    desk.answer(200, &[]);
    assert!(desk.agent.is_done());
    desk.command(Command::Wake);
    assert!(desk.agent.is_done());
}

#[test]
fn without_a_password_there_is_nothing_to_take_away() {
    let mut desk = Desk::bare();
    desk.agent
        .handle_secret(desk.now, Err(SecretFailure::Locked));
    desk.network(&[1]);
    desk.command(Command::Sleep);
    desk.command(Command::Wake);
    assert!(desk.sent.is_empty());
    assert_eq!(desk.view().state, LineState::WaitingForSecret);
}

#[test]
fn a_wake_begins_anew_what_was_begun_before_the_sleep() {
    let mut desk = Desk::registering();
    desk.now += Duration::from_millis(1);
    let before = desk.last();
    desk.command(Command::Wake);
    assert_ne!(desk.last().flow, before.flow);
    assert!(desk.abandoned.contains(&before.id));
}
