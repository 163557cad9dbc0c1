//! RFC 3261 §10.2: constructing, refreshing and reading a REGISTER.

use std::time::Duration;

use bellhop_agent::{Cause, Failure, LineState, Proof};
use bellhop_sip::HeaderName;

use crate::desk::Desk;

#[test]
fn nothing_is_sent_before_network_and_password_are_known() {
    let mut desk = Desk::bare();
    desk.network(&[1]);
    assert!(desk.sent.is_empty());
    assert_eq!(desk.view().state, LineState::Registering);
    desk.password();
    assert_eq!(desk.sent.len(), 1);
}

#[test]
fn the_first_register_carries_one_contact_with_the_instance() {
    let desk = Desk::registering();
    let sent = desk.last();
    assert_eq!(sent.request.uri.to_string(), "sip:company.test");
    let contacts = sent.contacts();
    assert_eq!(contacts.len(), 1);
    assert!(contacts[0].contains("@10.1.0.2:40001>;+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-000000000001>\";expires=600"));
    assert_eq!(sent.header(&HeaderName::Expires), ["600"]);
    assert_eq!(sent.header(&HeaderName::To), ["<sip:tina@company.test>"]);
    assert!(sent.authorization().is_none());
}

#[test]
fn a_200_with_our_contact_is_registered_and_verified() {
    let desk = Desk::bound();
    let view = desk.view();
    assert!(view.verified && view.failure.is_none());
    assert_eq!(view.callable.proof, Proof::BindingOnly);
    assert_eq!(view.bindings.len(), 1);
    assert!(view.bindings[0].mine);
    let rebind = view.last_rebind.unwrap();
    assert_eq!((rebind.cause, rebind.round_trips), (Cause::Start, 2));
    assert_eq!(
        view.flows[0].public.unwrap().to_string(),
        "198.51.100.1:61000"
    );
}

#[test]
fn the_refresh_follows_the_expiry_that_was_granted_not_the_one_asked_for() {
    let mut desk = Desk::registering();
    let uri = desk.last().contact_uri();
    desk.answer(200, &[("Contact", &format!("<{uri}>;expires=200"))]);
    desk.take_sent();
    desk.pass(Duration::from_secs(150));
    assert!(
        desk.take_sent()
            .iter()
            .all(|sent| sent.contacts().is_empty())
    );
    desk.pass(Duration::from_secs(31));
    let refreshes: Vec<_> = desk
        .take_sent()
        .into_iter()
        .filter(|sent| !sent.contacts().is_empty())
        .collect();
    assert_eq!(refreshes.len(), 1);
    assert_eq!(desk.view().state, LineState::Registered);
}

#[test]
fn what_was_granted_is_what_is_shown_and_what_runs_out() {
    let mut desk = Desk::registering();
    let uri = desk.last().contact_uri();
    desk.answer(200, &[("Contact", &format!("<{uri}>;expires=200"))]);
    let granted = desk.view().flows[0].expires_at.unwrap() - desk.now;
    assert_eq!(granted, Duration::from_secs(200));
    assert_eq!(desk.view().bindings[0].expires_at - desk.now, granted);
    desk.pass(Duration::from_secs(201));
    assert_ne!(desk.view().state, LineState::Registered);
}

#[test]
fn call_id_stays_and_cseq_rises() {
    let desk = Desk::bound();
    let call_ids: Vec<_> = desk
        .sent
        .iter()
        .map(|sent| sent.header(&HeaderName::CallId))
        .collect();
    assert!(call_ids.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(
        desk.sent
            .windows(2)
            .all(|pair| pair[0].cseq() < pair[1].cseq())
    );
    // What is saved is above what was used, so that a crash never repeats one.
    assert!(desk.saved.last().unwrap().cseq > desk.last().cseq());
}

#[test]
fn interval_too_brief_is_asked_again_with_the_least_that_the_registrar_takes() {
    let mut desk = Desk::registering();
    desk.answer(423, &[("Min-Expires", "1800")]);
    assert_eq!(desk.last().header(&HeaderName::Expires), ["1800"]);
    desk.accept();
    assert_eq!(desk.view().state, LineState::Registered);
}

#[test]
fn interval_too_brief_without_a_usable_minimum_is_a_refusal() {
    let mut desk = Desk::registering();
    desk.answer(423, &[("Min-Expires", "600")]);
    assert_eq!(desk.view().state, LineState::Rejected);
}

#[test]
fn a_contact_rewritten_by_the_registrar_is_known_by_its_instance() {
    let mut desk = Desk::registering();
    let instance = "<sip:x@198.51.100.1:61000>;+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-000000000001>\";expires=300";
    desk.answer(200, &[("Contact", instance)]);
    assert!(desk.view().verified);
}

#[test]
fn a_contact_rewritten_without_instance_is_known_by_its_user() {
    let mut desk = Desk::registering();
    let user = desk
        .last()
        .contact_uri()
        .split(['@', ':'])
        .nth(1)
        .unwrap()
        .to_owned();
    desk.answer(
        200,
        &[(
            "Contact",
            &format!("<sip:{user}@198.51.100.1:61000>;expires=300"),
        )],
    );
    assert!(desk.view().verified);
}

#[test]
fn a_200_that_does_not_list_us_is_asked_once_more_and_then_unverified() {
    for contact in [None, Some("<sip:tina@192.0.2.9:5060>;expires=100")] {
        let headers: Vec<_> = contact
            .iter()
            .map(|contact| ("Contact", *contact))
            .collect();
        let mut desk = Desk::registering();
        desk.answer(200, &headers);
        assert_eq!(
            (desk.sent.len(), desk.view().state),
            (2, LineState::Registering)
        );
        desk.answer(200, &headers);
        let view = desk.view();
        assert_eq!(
            (desk.sent.len(), view.state, view.verified),
            (2, LineState::Registered, false)
        );
        assert_eq!(view.failure, Some(Failure::NotVerified));
        assert!(view.bindings.iter().all(|binding| !binding.mine));
    }
}

#[test]
fn other_phones_are_listed_as_other_bindings_and_left_alone() {
    let mut desk = Desk::registering();
    let own = desk.last().contacts()[0].clone();
    desk.answer(
        200,
        &[
            ("Contact", &own),
            ("Contact", "<sip:tina@192.0.2.9:5060>;expires=100"),
        ],
    );
    let view = desk.view();
    let mine: Vec<_> = view.bindings.iter().map(|binding| binding.mine).collect();
    assert_eq!(mine, [true, false]);
    assert_eq!(desk.sent.len(), 1);
}

#[test]
fn a_refresh_that_nobody_answers_is_tried_over_a_new_flow() {
    let mut desk = Desk::bound();
    desk.take_sent();
    desk.pass(Duration::from_secs(541));
    let refresh = desk.last();
    desk.silence();
    assert_ne!(desk.last().flow, refresh.flow);
    assert_eq!(desk.view().state, LineState::Registering);
}

#[test]
fn a_binding_that_ran_out_is_not_shown_as_registered() {
    let mut desk = Desk::bound();
    desk.pass(Duration::from_secs(601));
    assert_ne!(desk.view().state, LineState::Registered);
}

#[test]
fn a_registrar_that_stumbles_over_a_refresh_keeps_the_binding_and_is_asked_again() {
    let mut desk = Desk::bound();
    let flow = desk.last().flow;
    desk.pass(Duration::from_secs(541));
    desk.answer(503, &[("Retry-After", "5")]);
    assert_eq!(desk.view().state, LineState::Registered);
    desk.take_sent();
    desk.pass(Duration::from_secs(8));
    let again = desk.last();
    assert_eq!((again.flow, again.contacts().len()), (flow, 1));
    desk.accept();
    assert_eq!(desk.view().state, LineState::Registered);
}

#[test]
fn a_registrar_that_stumbles_until_the_binding_runs_out_is_shown() {
    let mut desk = Desk::bound();
    desk.pass(Duration::from_secs(541));
    desk.answer(503, &[("Retry-After", "3000")]);
    desk.pass(Duration::from_secs(60));
    assert_eq!(desk.view().state, LineState::Registering);
}
