//! Pause, resume, quit.

use std::time::Duration;

use bellhop_agent::{Cause, Command, LineState};
use bellhop_sip::HeaderName;

use crate::desk::{Desk, identity};

#[test]
fn pause_removes_our_contact_and_stays_off() {
    let mut desk = Desk::bound();
    let uri = desk.last().contact_uri();
    desk.command(Command::Pause);
    let sent = desk.last();
    assert_eq!(sent.contacts(), [format!("<{uri}>;expires=0")]);
    assert_eq!(sent.header(&HeaderName::Expires), ["0"]);
    assert_eq!(desk.view().state, LineState::Unregistering);
    desk.answer(200, &[]);
    assert_eq!(desk.view().state, LineState::Paused);
    let count = desk.sent.len();
    desk.network(&[2]);
    desk.pass(Duration::from_secs(86_400));
    desk.command(Command::Rebind);
    assert_eq!(
        (desk.sent.len(), desk.view().state),
        (count, LineState::Paused)
    );
}

#[test]
fn resume_registers_again() {
    let mut desk = Desk::bound();
    desk.command(Command::Pause);
    desk.answer(200, &[]);
    desk.command(Command::Resume);
    desk.accept();
    assert_eq!(desk.view().last_rebind.unwrap().cause, Cause::Resume);
}

#[test]
fn a_line_that_starts_paused_asks_for_its_password_when_resumed() {
    let mut desk = Desk::with(identity(), true);
    desk.network(&[1]);
    assert!(desk.sent.is_empty() && desk.others.is_empty());
    desk.command(Command::Resume);
    assert_eq!(desk.others.len(), 1);
    desk.password();
    assert_eq!(desk.sent.len(), 1);
}

#[test]
fn a_challenge_on_the_way_out_is_answered() {
    let mut desk = Desk::bound();
    desk.command(Command::Quit);
    desk.answer(
        401,
        &[(
            "WWW-Authenticate",
            "Digest realm=\"company.test\", nonce=\"n9\", qop=\"auth\", stale=true",
        )],
    );
    assert!(desk.last().authorization().unwrap().contains("n9"));
    desk.answer(200, &[]);
    assert!(desk.agent.is_done());
}

#[test]
fn on_the_way_out_challenges_have_an_end() {
    let mut desk = Desk::bound();
    desk.command(Command::Pause);
    let sent = desk.sent.len();
    for round in 0..20 {
        let challenge =
            format!("Digest realm=\"company.test\", nonce=\"q{round}\", qop=\"auth\", stale=true");
        desk.answer(401, &[("WWW-Authenticate", &challenge)]);
    }
    assert!(desk.sent.len() - sent <= 4, "{}", desk.sent.len() - sent);
    assert_eq!(desk.view().state, LineState::Paused);
}

#[test]
fn quit_waits_for_a_silent_registrar_less_than_two_seconds() {
    let mut desk = Desk::bound();
    desk.command(Command::Quit);
    assert!(!desk.agent.is_done());
    desk.pass(Duration::from_millis(1_900));
    assert!(desk.agent.is_done());
}

#[test]
fn quit_without_a_binding_is_done_at_once() {
    let mut desk = Desk::bare();
    desk.command(Command::Quit);
    assert!(desk.agent.is_done());
    let mut desk = Desk::bound();
    desk.network(&[]);
    desk.command(Command::Quit);
    assert!(desk.agent.is_done());
}

#[test]
fn quitting_in_the_middle_of_a_change_removes_the_old_binding_too() {
    let mut desk = Desk::bound();
    let old = desk.last().contact_uri();
    desk.network(&[2]);
    let new = desk.last().contact_uri();
    desk.command(Command::Quit);
    assert_eq!(
        desk.last().contacts(),
        [format!("<{new}>;expires=0"), format!("<{old}>;expires=0")]
    );
}

#[test]
fn on_the_way_out_a_network_that_goes_ends_the_wait_and_one_more_changes_nothing() {
    let mut desk = Desk::bound();
    desk.command(Command::Pause);
    let sent = desk.sent.len();
    desk.network(&[1, 2]);
    assert_eq!(desk.sent.len(), sent);
    assert_eq!(desk.view().state, LineState::Unregistering);
    desk.network(&[]);
    assert_eq!(desk.sent.len(), sent);
    assert_eq!(desk.view().state, LineState::Paused);
}
