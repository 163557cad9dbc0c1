//! RFC 3261 §10.2.3: the registrar is asked what it holds, and believed when it is worth it.

use bellhop_agent::{Cause, LineState};
use bellhop_sip::{HeaderName, Method};

use crate::desk::{CHALLENGE, Desk, Sent};

/// Passes time, answers each OPTIONS, and stops at the next REGISTER.
pub(crate) fn until_register(desk: &mut Desk) -> Sent {
    for _ in 0..400 {
        let sent = desk.sent.len();
        while desk.sent.len() == sent {
            let at = desk.agent.poll_timeout().expect("nothing is due");
            desk.pass(at.saturating_duration_since(desk.now));
        }
        if desk.last().request.method == Method::Register {
            return desk.last();
        }
        desk.answer(200, &[]);
    }
    panic!("no REGISTER leaves")
}

pub(crate) fn is_fetch(sent: &Sent) -> bool {
    sent.request.method == Method::Register
        && sent.contacts().is_empty()
        && sent.header(&HeaderName::Expires).is_empty()
}

/// 200 to the last request, with these Contacts.
pub(crate) fn list(desk: &mut Desk, contacts: &[&str]) {
    let headers: Vec<(&str, &str)> = contacts.iter().map(|it| ("Contact", *it)).collect();
    desk.answer(200, &headers);
}

/// 200 to the last request for two hours, which no refresh disturbs; the Contact that it lists.
pub(crate) fn accept_for_long(desk: &mut Desk) -> String {
    let own = desk.last().contacts()[0].replace("expires=600", "expires=7200");
    list(desk, &[&own]);
    assert_eq!(desk.view().state, LineState::Registered);
    own
}

pub(crate) fn bound() -> (Desk, String) {
    let mut desk = Desk::registering();
    desk.challenge();
    let own = accept_for_long(&mut desk);
    (desk, own)
}

const ANOTHER: &str = "<sip:tina@192.0.2.9:5062>;expires=3000";

#[test]
fn every_fourth_keepalive_asks_for_the_bindings() {
    let (mut desk, own) = bound();
    let began = desk.now;
    let fetch = until_register(&mut desk);
    assert!(is_fetch(&fetch));
    let after = desk.now.saturating_duration_since(began).as_secs();
    assert!((96..=116).contains(&after), "{after}");
    assert!(fetch.authorization().unwrap().contains("nc=00000002"));
    list(&mut desk, &[&own, ANOTHER]);
    assert_eq!(desk.view().state, LineState::Registered);
    assert_eq!(desk.view().bindings.len(), 2);
    assert_eq!(desk.view().last_rebind.unwrap().cause, Cause::Start);
    assert!(is_fetch(&until_register(&mut desk)));
}

#[test]
fn a_binding_that_the_registrar_forgot_is_made_anew_at_once() {
    let (mut desk, _) = bound();
    until_register(&mut desk);
    list(&mut desk, &[]);
    assert_eq!(desk.last().contacts().len(), 1);
    assert_eq!(desk.view().state, LineState::Registering);
    desk.accept();
    let rebind = desk.view().last_rebind.unwrap();
    assert_eq!(
        (rebind.cause, rebind.round_trips),
        (Cause::RegistrarForgot, 1)
    );
}

#[test]
fn an_old_binding_of_ours_is_not_the_one_in_use_and_a_rewritten_one_is() {
    let (mut desk, old) = bound();
    desk.network(&[2]);
    let own = accept_for_long(&mut desk);
    until_register(&mut desk);
    list(&mut desk, &[&own.replace("10.2.0.2", "198.51.100.1")]);
    assert_eq!(desk.view().state, LineState::Registered);
    until_register(&mut desk);
    list(&mut desk, &[&old]);
    assert_eq!(desk.view().state, LineState::Registering);
}

#[test]
fn a_fetch_that_is_challenged_is_asked_again_with_the_new_nonce() {
    let (mut desk, own) = bound();
    until_register(&mut desk);
    desk.answer(401, &[("WWW-Authenticate", &CHALLENGE.replace("n1", "n2"))]);
    assert!(is_fetch(&desk.last()));
    assert!(
        desk.last()
            .authorization()
            .unwrap()
            .contains("nonce=\"n2\"")
    );
    list(&mut desk, &[&own]);
    assert_eq!(desk.view().state, LineState::Registered);
}

#[test]
fn a_fetch_is_not_challenged_for_ever() {
    let (mut desk, _) = bound();
    until_register(&mut desk);
    let sent = desk.sent.len();
    for round in 0..20 {
        let nonce = CHALLENGE.replace("n1", &format!("f{round}"));
        desk.answer(
            401,
            &[("WWW-Authenticate", &format!("{nonce}, stale=true"))],
        );
    }
    assert!(desk.sent.len() - sent <= 4, "{}", desk.sent.len() - sent);
    assert_eq!(desk.view().state, LineState::Registered);
}

#[test]
fn a_registrar_that_never_lists_anything_is_doubted_once_and_not_asked_again() {
    let (mut desk, _) = bound();
    until_register(&mut desk);
    list(&mut desk, &[]);
    accept_for_long(&mut desk);
    assert!(is_fetch(&until_register(&mut desk)));
    list(&mut desk, &[]);
    assert_eq!(desk.view().state, LineState::Registered);
    // The next REGISTER is the refresh.
    assert!(!is_fetch(&until_register(&mut desk)));
}

#[test]
fn a_registrar_that_once_listed_the_binding_is_believed_whenever_it_does_not() {
    let (mut desk, own) = bound();
    until_register(&mut desk);
    list(&mut desk, &[&own]);
    for _ in 0..3 {
        assert!(is_fetch(&until_register(&mut desk)));
        list(&mut desk, &[]);
        assert_eq!(desk.view().state, LineState::Registering);
        accept_for_long(&mut desk);
    }
}

#[test]
fn a_refused_fetch_says_nothing_of_the_binding() {
    for status in [400, 403, 503] {
        let (mut desk, _) = bound();
        let sent = until_register(&mut desk);
        desk.answer(status, &[]);
        assert_eq!(desk.view().state, LineState::Registered, "{status}");
        assert_eq!(desk.last().id, sent.id);
    }
}

#[test]
fn a_registrar_that_asks_for_peace_gets_no_register_before_that() {
    let mut desk = Desk::bound();
    until_register(&mut desk);
    desk.answer(503, &[("Retry-After", "550")]);
    let began = desk.now;
    assert!(!is_fetch(&until_register(&mut desk)));
    let after = desk.now.saturating_duration_since(began).as_secs();
    // The binding ran out before that.
    assert!((480..=510).contains(&after), "{after}");

    let (mut desk, _) = bound();
    until_register(&mut desk);
    desk.answer(503, &[("Retry-After", "1800")]);
    let began = desk.now;
    until_register(&mut desk);
    assert!(desk.now.saturating_duration_since(began).as_secs() >= 1800);
}

#[test]
fn leftovers_that_show_up_late_are_removed_once() {
    let (mut desk, old) = bound();
    desk.network(&[2]);
    let own = accept_for_long(&mut desk);
    for first in [true, false] {
        assert!(is_fetch(&until_register(&mut desk)));
        list(&mut desk, &[&own, &old]);
        let removal = desk.last().contacts();
        assert_eq!(removal.len() > 1, first, "{removal:?}");
        if first {
            assert!(removal[1].starts_with("<sip:") && removal[1].ends_with(">;expires=0"));
            list(&mut desk, &[&own, &old]);
        }
    }
}

#[test]
fn a_fetch_that_nobody_answers_means_a_broken_way_once() {
    let (mut desk, _) = bound();
    until_register(&mut desk);
    desk.silence();
    assert_eq!(desk.view().state, LineState::Registering);
    accept_for_long(&mut desk);
    assert!(!is_fetch(&until_register(&mut desk)));
}

#[test]
fn a_fetch_that_a_known_lister_leaves_unanswered_means_a_broken_way_each_time() {
    let (mut desk, own) = bound();
    until_register(&mut desk);
    list(&mut desk, &[&own]);
    for _ in 0..2 {
        assert!(is_fetch(&until_register(&mut desk)));
        desk.silence();
        assert_eq!(desk.view().state, LineState::Registering);
        accept_for_long(&mut desk);
    }
}

#[test]
fn a_fetch_tells_that_the_nat_moved_as_any_pong_does() {
    let (mut desk, own) = bound();
    let mut fetch = until_register(&mut desk);
    fetch.request.headers.push(
        HeaderName::Via,
        "SIP/2.0/UDP 10.1.0.2:40001;branch=z9hG4bKy;received=198.51.100.9;rport=61001",
    );
    let mut response =
        bellhop_sip::Response::answering(&fetch.request, bellhop_sip::StatusCode::OK);
    response.headers.push(HeaderName::Contact, own.as_str());
    desk.agent.handle_response(desk.now, fetch.id, &response);
    desk.timeout();
    accept_for_long(&mut desk);
    assert_eq!(desk.view().last_rebind.unwrap().cause, Cause::NatMoved);
}

#[test]
fn an_answer_that_comes_during_a_refresh_leaves_the_refresh_alone() {
    let mut desk = Desk::bound();
    let fetch = until_register(&mut desk);
    assert!(is_fetch(&fetch));
    // It is refreshed long before its 600 s are over.
    let refresh = loop {
        let at = desk.agent.poll_timeout().expect("nothing is due");
        desk.pass(at.saturating_duration_since(desk.now));
        if desk.last().id != fetch.id {
            break desk.last();
        }
    };
    assert!(!is_fetch(&refresh));
    desk.answer_to(&fetch, 200, &[]);
    assert_eq!(desk.last().id, refresh.id);
    assert_eq!(desk.view().state, LineState::Registered);
    desk.accept();
    assert_eq!(desk.view().state, LineState::Registered);
}
