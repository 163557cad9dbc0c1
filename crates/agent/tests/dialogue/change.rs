//! A change of network: at once, alone, and what it leaves behind.

use std::time::Duration;

use bellhop_agent::{Cause, Command, LineState, Network, Notice, Output};
use bellhop_sip::Method;

use crate::desk::{Desk, identity, path};

#[test]
fn a_change_sends_the_new_contact_alone_in_the_same_turn() {
    let mut desk = Desk::bound();
    desk.take_sent();
    desk.network(&[2]);
    let sent = desk.take_sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].contacts().len(), 1);
    assert!(sent[0].contacts()[0].contains("@10.2.0.2:"));
}

#[test]
fn the_same_network_again_changes_nothing() {
    let mut desk = Desk::bound();
    desk.take_sent();
    for networks in [&[1][..], &[1, 2], &[1]] {
        desk.network(networks);
    }
    assert!(desk.take_sent().is_empty());
}

#[test]
fn another_gateway_on_the_same_interface_is_another_network() {
    let mut desk = Desk::bound();
    desk.take_sent();
    let mut other = path(1);
    other.gateway = Some([10, 1, 0, 254].into());
    desk.see(Network::Paths(vec![other]));
    desk.network(&[1]);
    assert_eq!(desk.take_sent().len(), 2);
}

#[test]
fn a_change_in_the_middle_of_a_change_abandons_what_is_in_flight() {
    let mut desk = Desk::bound();
    desk.network(&[2]);
    let lost = desk.last();
    desk.network(&[3]);
    assert!(desk.abandoned.contains(&lost.id) && desk.closed.contains(&lost.flow));
    assert!(desk.last().contacts()[0].contains("@10.3.0.2:"));
    // The answer to what was abandoned changes nothing.
    let contact = lost.contacts()[0].clone();
    desk.answer_to(&lost, 200, &[("Contact", &contact)]);
    assert_eq!(desk.view().state, LineState::Registering);
    desk.accept();
    assert_eq!(desk.view().flows.len(), 1);
}

#[test]
fn the_old_flow_stays_open_until_the_registrar_has_answered_on_the_new_one() {
    let mut desk = Desk::bound();
    let old = desk.last().flow;
    desk.network(&[2]);
    assert!(!desk.closed.contains(&old));
    desk.accept();
    assert!(desk.closed.contains(&old));
}

#[test]
fn leftovers_go_in_a_second_register_behind_the_contact_in_use() {
    let mut desk = Desk::bound();
    let old = desk.last().contact_uri();
    desk.network(&[2]);
    let new = desk.last();
    let listed = format!("<{old}>;expires=400");
    desk.answer(
        200,
        &[("Contact", &listed), ("Contact", &new.contacts()[0])],
    );
    assert_eq!(desk.view().state, LineState::Registered);
    let cleanup = desk.last();
    let contacts = cleanup.contacts();
    assert!(contacts[0].starts_with(&format!("<{}>;+sip.instance=", new.contact_uri())));
    assert_eq!(contacts[1], format!("<{old}>;expires=0"));
    // The same as the address that it was seen from, for registrars that store that.
    let user = old.split(['@', ':']).nth(1).unwrap();
    assert_eq!(
        contacts[2],
        format!("<sip:{user}@198.51.100.1:61000>;expires=0")
    );
    assert_eq!(contacts.len(), 3);
    desk.accept();
    assert_eq!(desk.view().bindings.len(), 1);
}

#[test]
fn a_clean_up_that_took_the_new_binding_along_is_made_good() {
    let mut desk = Desk::bound();
    let old = desk.last().contact_uri();
    desk.network(&[2]);
    let new = desk.last().contacts()[0].clone();
    desk.answer(
        200,
        &[
            ("Contact", &format!("<{old}>;expires=400")),
            ("Contact", &new),
        ],
    );
    desk.answer(200, &[]);
    assert_eq!(desk.last().contacts().len(), 1);
    desk.accept();
    assert!(desk.view().verified);
}

#[test]
fn a_403_right_after_a_change_is_tried_once_more_combined() {
    let mut desk = Desk::bound();
    let old = desk.last().contact_uri();
    desk.network(&[2]);
    desk.answer(403, &[]);
    let contacts = desk.last().contacts();
    assert!(contacts[0].contains("@10.2.0.2:") && contacts.contains(&format!("<{old}>;expires=0")));
    desk.answer(403, &[]);
    assert_eq!(desk.view().state, LineState::Rejected);
}

#[test]
fn offline_is_shown_at_once_and_burns_no_tries() {
    let mut desk = Desk::bound();
    let sent = desk.sent.len();
    desk.network(&[]);
    assert_eq!(desk.view().state, LineState::Offline);
    assert!(desk.view().flows.is_empty());
    desk.pass(Duration::from_secs(7200));
    assert_eq!(desk.sent.len(), sent);
    desk.network(&[1]);
    assert_eq!(desk.sent.len(), sent + 1);
    desk.accept();
    let rebind = desk.view().last_rebind.unwrap();
    assert_eq!(
        (rebind.cause, rebind.round_trips),
        (Cause::NetworkChanged, 1)
    );
    let back = |output: &Output| matches!(output, Output::Notice(Notice::RegisteredAgain { .. }));
    assert!(desk.others.iter().any(back));
}

#[test]
fn a_change_ends_a_wait() {
    let mut desk = Desk::registering();
    desk.answer(503, &[("Retry-After", "600")]);
    assert!(matches!(
        desk.view().state,
        LineState::WaitingToRetry { .. }
    ));
    desk.network(&[2]);
    assert!(desk.last().contacts()[0].contains("@10.2.0.2:"));
}

#[test]
fn what_was_wrong_stays_so_while_it_is_tried_again_and_until_something_new_is_tried() {
    let mut desk = Desk::registering();
    assert_eq!(desk.view().failure, None, "the first try");
    desk.answer(503, &[]);
    let failure = desk.view().failure;
    assert!(failure.is_some());
    desk.pass(Duration::from_secs(3));
    let view = desk.view();
    assert_eq!(
        (view.state, view.failure),
        (LineState::Registering, failure)
    );
    desk.network(&[2]);
    let view = desk.view();
    assert_eq!((view.state, view.failure), (LineState::Registering, None));
    let cause = view.under_way.map(|it| it.cause);
    assert_eq!(cause, Some(Cause::Start), "it was never bound");
    desk.accept();
    let view = desk.view();
    assert_eq!((view.state, view.failure), (LineState::Registered, None));
    assert_eq!(view.under_way, None);
}

#[test]
fn the_same_ways_in_another_order_do_not_end_a_wait() {
    let mut desk = Desk::bare();
    desk.password();
    desk.network(&[1, 2]);
    desk.answer(503, &[]);
    desk.answer(503, &[("Retry-After", "600")]);
    let sent = desk.sent.len();
    desk.network(&[2, 1]);
    desk.network(&[2]);
    assert_eq!(desk.sent.len(), sent);
    assert!(matches!(
        desk.view().state,
        LineState::WaitingToRetry { .. }
    ));
    // What is there when the wait ends is used.
    desk.pass(Duration::from_secs(700));
    assert!(desk.last().contacts()[0].contains("@10.2.0.2:"));
}

#[test]
fn a_flow_that_cannot_be_opened_is_tried_over_the_next_path_and_then_later() {
    let mut desk = Desk::bare();
    desk.refuse_flows = true;
    desk.password();
    desk.network(&[1, 2]);
    assert!(matches!(
        desk.view().state,
        LineState::WaitingToRetry { .. }
    ));
    desk.refuse_flows = false;
    desk.pass(Duration::from_secs(3));
    assert!(desk.last().contacts()[0].contains("@10.1.0.2:"));
}

#[test]
fn addresses_that_nobody_can_reach_are_never_bound() {
    for local in [
        "0.0.0.0",
        "127.0.0.1",
        "169.254.1.1",
        "fe80::1",
        "::",
        "::1",
    ] {
        let mut desk = Desk::bare();
        desk.password();
        let mut path = path(1);
        path.local = local.parse().unwrap();
        desk.see(Network::Paths(vec![path]));
        desk.pass(Duration::from_secs(60));
        assert!(desk.sent.is_empty(), "{local}");
    }
}

#[test]
fn loopback_is_good_for_a_registrar_on_loopback() {
    let mut desk = Desk::bare();
    desk.password();
    let mut path = path(1);
    path.local = "::1".parse().unwrap();
    path.registrar = "[::1]:5060".parse().unwrap();
    desk.see(Network::Paths(vec![path]));
    desk.password();
    assert!(desk.last().contacts()[0].contains("@[::1]:40001>"));
}

#[test]
fn a_restart_goes_on_with_the_same_device_and_higher_numbers() {
    let first = Desk::bound();
    let stored = first.saved.last().unwrap().clone();
    let mut second = Desk::with(stored, false);
    second.password();
    second.network(&[2]);
    let (before, after) = (first.last(), second.last());
    assert!(after.cseq() > before.cseq());
    assert_eq!(
        before.request.headers.call_id().unwrap(),
        after.request.headers.call_id().unwrap()
    );
    // The binding of before the crash is known as ours.
    let old = format!("<{}>;expires=300", before.contact_uri());
    second.answer(200, &[("Contact", &old), ("Contact", &after.contacts()[0])]);
    assert!(
        second
            .last()
            .contacts()
            .contains(&format!("<{}>;expires=0", before.contact_uri()))
    );
    assert_eq!(identity().instance, first.saved.last().unwrap().instance);
}

#[test]
fn the_late_answer_to_an_abandoned_register_binds_nothing() {
    let mut desk = Desk::bound();
    desk.network(&[2]);
    let abandoned = desk.last();
    desk.network(&[3]);
    let contact = desk.last().contacts()[0].clone();
    desk.answer_to(&abandoned, 200, &[("Contact", &contact)]);
    assert_eq!(desk.view().state, LineState::Registering);
    desk.accept();
    assert_eq!(desk.view().state, LineState::Registered);
}

#[test]
fn rebind_does_what_a_change_does() {
    let mut desk = Desk::bound();
    let old = desk.last().flow;
    desk.command(Command::Rebind);
    assert_ne!(desk.last().flow, old);
    assert!(desk.last().authorization().is_some());
    desk.accept();
    assert_eq!(desk.view().last_rebind.unwrap().cause, Cause::Command);
}

#[test]
fn a_change_abandons_keepalives_and_removals_too() {
    let mut desk = Desk::bound();
    desk.pass(Duration::from_secs(30));
    let keepalive = desk.last();
    assert_eq!(keepalive.request.method, Method::Options);
    let old = desk.sent[1].contacts()[0].clone();
    desk.network(&[2]);
    assert!(desk.abandoned.contains(&keepalive.id));
    let own = desk.last().contacts()[0].clone();
    desk.answer(200, &[("Contact", &own), ("Contact", &old)]);
    let removal = desk.last();
    assert!(removal.contacts().len() > 1);
    desk.network(&[3]);
    assert!(desk.abandoned.contains(&removal.id));
}

#[test]
fn a_removal_that_is_challenged_is_sent_again_but_not_for_ever() {
    let mut desk = Desk::bound();
    let old = desk.last().contacts()[0].clone();
    desk.network(&[2]);
    let own = desk.last().contacts()[0].clone();
    desk.answer(200, &[("Contact", &own), ("Contact", &old)]);
    let removal = desk.last().contacts();
    let sent = desk.sent.len();
    for round in 0..20 {
        let challenge =
            format!("Digest realm=\"company.test\", nonce=\"r{round}\", qop=\"auth\", stale=true");
        desk.answer(401, &[("WWW-Authenticate", &challenge)]);
        if round == 0 {
            assert_eq!(desk.last().contacts(), removal);
            assert!(desk.last().authorization().unwrap().contains("\"r0\""));
        }
    }
    assert!(desk.sent.len() - sent <= 4, "{}", desk.sent.len() - sent);
    assert_eq!(desk.view().state, LineState::Registered);
}
