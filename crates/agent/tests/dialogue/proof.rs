//! Keep-alives, and proof that calls arrive.

use std::net::SocketAddr;
use std::time::Duration;

use bellhop_agent::{Cause, Command, LineState, Proof};
use bellhop_sip::{HeaderName, Method, Request};

use crate::desk::{Desk, REGISTRAR, identity};

fn options() -> Request {
    let to_us = format!("sip:{}@10.1.0.2:40001", identity().contact_user);
    let mut request = Request::new(Method::Options, to_us.parse().unwrap());
    request.headers.push(HeaderName::CallId, "of the PBX");
    request
}

#[test]
fn a_request_of_the_registrar_on_our_flow_is_proof_until_the_flow_changes() {
    let mut desk = Desk::bound();
    let (flow, source): (_, SocketAddr) = (desk.last().flow, REGISTRAR.parse().unwrap());
    desk.agent
        .handle_request(desk.now, flow, source, &options());
    assert_eq!(desk.view().callable.proof, Proof::InboundSeen);
    desk.network(&[2]);
    assert_eq!(desk.view().callable.proof, Proof::None);
    desk.accept();
    assert_eq!(desk.view().callable.proof, Proof::BindingOnly);
    desk.agent
        .handle_request(desk.now, flow, source, &options());
    assert_eq!(desk.view().callable.proof, Proof::BindingOnly);
}

#[test]
fn a_request_from_anybody_else_proves_nothing() {
    let mut desk = Desk::bound();
    let flow = desk.last().flow;
    desk.agent.handle_request(
        desk.now,
        flow,
        "192.0.2.66:5060".parse().unwrap(),
        &options(),
    );
    assert_eq!(desk.view().callable.proof, Proof::BindingOnly);
}

#[test]
fn a_request_that_does_not_know_our_contact_proves_nothing() {
    let mut desk = Desk::bound();
    let (flow, source) = (desk.last().flow, REGISTRAR.parse().unwrap());
    let stray = Request::new(Method::Options, "sip:tina@10.1.0.2:40001".parse().unwrap());
    desk.agent.handle_request(desk.now, flow, source, &stray);
    assert_eq!(desk.view().callable.proof, Proof::BindingOnly);
}

#[test]
fn a_registrar_that_never_answers_options_is_asked_anew_once_and_left_in_peace_then() {
    let mut desk = Desk::bound();
    desk.pass(Duration::from_secs(30));
    desk.silence();
    desk.accept();
    desk.take_sent();
    // The fourth would be a fetch.
    for _ in 0..3 {
        desk.pass(Duration::from_secs(30));
        let sent = desk.take_sent();
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].request.method, Method::Options);
        desk.silence_of(sent[0].id);
        assert!(desk.sent.is_empty());
        assert_eq!(desk.view().state, LineState::Registered);
    }
}

#[test]
fn our_own_request_that_comes_back_is_the_strongest_proof() {
    let mut desk = Desk::bound();
    let flow = desk.last().flow;
    desk.command(Command::SelfTest);
    let test = desk.last();
    assert_eq!(
        (test.request.method.clone(), test.request.uri.to_string()),
        (Method::Options, "sip:tina@company.test".into())
    );
    // A proxy sends it on to the Contact.
    let mut returned = test.request.clone();
    returned.uri = options().uri;
    let source = REGISTRAR.parse().unwrap();
    desk.agent.handle_request(desk.now, flow, source, &returned);
    assert_eq!(desk.view().callable.proof, Proof::SelfRequest);
}

#[test]
fn a_registrar_that_answers_the_test_itself_proves_nothing() {
    let mut desk = Desk::bound();
    desk.command(Command::SelfTest);
    assert!(desk.view().testing);
    desk.answer(200, &[]);
    assert_eq!(desk.view().callable.proof, Proof::BindingOnly);
    assert!(!desk.view().testing);
}

#[test]
fn a_test_that_nobody_answers_is_over_and_no_other_silence_ends_it() {
    let mut desk = Desk::bound();
    desk.pass(Duration::from_secs(30));
    let keepalive = desk.last();
    desk.command(Command::SelfTest);
    let test = desk.last();
    assert_ne!(test.id, keepalive.id);
    desk.answer_to(&keepalive, 200, &[]);
    desk.silence_of(keepalive.id);
    assert!(desk.view().testing);
    desk.silence_of(test.id);
    assert!(!desk.view().testing);
}

#[test]
fn a_challenged_test_is_the_same_test_with_a_higher_number_but_not_for_ever() {
    let mut desk = Desk::bound();
    desk.command(Command::SelfTest);
    let (mut last, sent) = (desk.last(), desk.sent.len());
    for round in 0..20 {
        let nonce = format!("Digest realm=\"company.test\", nonce=\"t{round}\", qop=\"auth\"");
        let challenge = format!("{nonce}, stale=true");
        desk.answer(401, &[("WWW-Authenticate", &challenge)]);
        let again = desk.last();
        if again.id != last.id {
            assert_eq!(
                again.header(&HeaderName::CallId),
                last.header(&HeaderName::CallId)
            );
            assert!(again.cseq() > last.cseq());
        }
        last = again;
    }
    assert_eq!(desk.sent.len() - sent, 4);
    assert!(!desk.view().testing);
}

#[test]
fn a_change_of_network_ends_a_test_and_so_does_another_one() {
    let mut desk = Desk::bound();
    desk.command(Command::SelfTest);
    let first = desk.last();
    desk.command(Command::SelfTest);
    assert!(desk.abandoned.contains(&first.id));
    let second = desk.last();
    desk.network(&[2]);
    assert!(desk.abandoned.contains(&second.id));
    assert!(!desk.view().testing);
}

#[test]
fn what_is_no_register_has_a_call_id_of_its_own() {
    let mut desk = Desk::bound();
    let register = desk.last();
    desk.command(Command::SelfTest);
    let first = desk.last();
    desk.command(Command::SelfTest);
    let second = desk.last();
    let call_id = |sent: &crate::desk::Sent| sent.header(&HeaderName::CallId);
    assert_ne!(call_id(&first), call_id(&second));
    assert_ne!(call_id(&first), call_id(&register));
    // Ids of flows and requests tell the line, which is 1 here.
    for sent in [&register, &first, &second] {
        assert_eq!((sent.id.0 >> 32, sent.flow.0 >> 32), (1, 1));
    }
}

#[test]
fn keepalives_leave_every_24_to_29_seconds_and_any_answer_is_a_pong() {
    for status in [200, 404, 407, 501] {
        let mut desk = Desk::bound();
        desk.take_sent();
        desk.pass(Duration::from_secs(30));
        let sent = desk.take_sent();
        assert_eq!(sent.len(), 1, "{status}");
        assert_eq!(sent[0].request.method, Method::Options);
        desk.answer_to(&sent[0], status, &[]);
        assert_eq!(desk.view().state, LineState::Registered);
    }
}

#[test]
fn a_pong_that_shows_another_public_address_binds_anew() {
    let mut desk = Desk::bound();
    desk.pass(Duration::from_secs(30));
    let mut ping = desk.last();
    ping.request.headers.push(
        HeaderName::Via,
        "SIP/2.0/UDP 10.1.0.2:40001;branch=z9hG4bKy;received=198.51.100.1;rport=61999",
    );
    let response = bellhop_sip::Response::answering(&ping.request, bellhop_sip::StatusCode::OK);
    desk.agent.handle_response(desk.now, ping.id, &response);
    desk.pass(Duration::ZERO);
    desk.command(Command::SelfTest);
    desk.accept();
    assert_eq!(desk.view().last_rebind.unwrap().cause, Cause::NatMoved);
}

#[test]
fn a_keepalive_that_nobody_answers_binds_anew() {
    let mut desk = Desk::bound();
    desk.pass(Duration::from_secs(30));
    desk.silence();
    assert_eq!(desk.last().request.method, Method::Register);
    assert_eq!(desk.view().state, LineState::Registering);
}
