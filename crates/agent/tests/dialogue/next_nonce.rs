//! RFC 7616 §3.4.2 and §3.5: the nonce that a 200 names, what the registrar proves with it, and sessions.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bellhop_agent::{Command, LineState};
use bellhop_sip::digest::{self, Challenge, Credentials, Secret, Session, Subject};
use bellhop_sip::{HeaderName, Method};
use tracing::field::Field;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::desk::{CHALLENGE, Desk, Sent};

const TINA: Secret<'_> = Secret {
    username: "tina",
    password: "secret",
};

/// 200 to the last request, with this Authentication-Info.
fn accept_with(desk: &mut Desk, info: &str) {
    let contact = desk.last().contacts()[0].clone();
    desk.answer(200, &[("Contact", &contact), ("Authentication-Info", info)]);
    assert_eq!(desk.view().state, LineState::Registered);
}

fn credentials(sent: &Sent) -> Credentials {
    let mut all = sent.request.headers.credentials(&HeaderName::Authorization);
    all.next().unwrap().unwrap()
}

/// The nonce and the count that the next REGISTER answers.
fn next(desk: &mut Desk) -> (String, Option<u32>) {
    desk.network(&[2]);
    let credentials = credentials(&desk.last());
    (credentials.nonce.to_string(), credentials.nc)
}

/// An agent that has answered its first challenge, and what it answered.
fn challenged(challenge: &str) -> (Desk, Credentials) {
    let mut desk = Desk::registering();
    desk.answer(401, &[("WWW-Authenticate", challenge)]);
    let shown = credentials(&desk.last());
    (desk, shown)
}

/// The proof of a registrar that knows the password: the response of a request without a method.
fn rspauth(challenge: &str, shown: &Credentials) -> String {
    let challenge = Challenge::parse_all(challenge).remove(0).unwrap();
    let answered = Method::Other("".into());
    let cnonce = shown.cnonce.as_deref().unwrap();
    let proof = digest::answer(
        &challenge,
        &TINA,
        &answered,
        &shown.uri,
        shown.nc.unwrap(),
        cnonce,
    );
    proof.unwrap().response.to_string()
}

#[test]
fn a_next_nonce_is_answered_next_and_counted_from_one() {
    let (mut desk, _) = challenged(CHALLENGE);
    accept_with(&mut desk, "nextnonce=\"n\\\"2, é=\"");
    assert_eq!(next(&mut desk), ("n\\\"2, é=".into(), Some(1)));
    desk.accept();
    desk.network(&[1]);
    assert_eq!(credentials(&desk.last()).nc, Some(2));
}

#[test]
fn one_time_nonces_cost_no_challenge() {
    let (mut desk, _) = challenged(CHALLENGE);
    for round in 2..8 {
        accept_with(&mut desk, &format!("nextnonce=\"n{round}\""));
        desk.command(Command::Rebind);
        let shown = credentials(&desk.last());
        assert_eq!((&*shown.nonce, shown.nc), (&*format!("n{round}"), Some(1)));
    }
}

#[test]
fn the_removal_of_what_is_left_over_answers_the_next_nonce_already() {
    let (mut desk, _) = challenged(CHALLENGE);
    desk.accept();
    let old = desk.last().contact_uri();
    desk.network(&[2]);
    let sent = desk.last();
    let both = format!("{}, <{old}>;expires=500", sent.contacts()[0]);
    desk.take_sent();
    desk.sent.push(sent);
    desk.answer(
        200,
        &[
            ("Contact", &both),
            ("Authentication-Info", "nextnonce=\"n2\""),
        ],
    );
    assert_eq!(desk.sent.len(), 2, "no second REGISTER");
    let cleanup = credentials(&desk.last());
    assert_eq!((&*cleanup.nonce, cleanup.nc), ("n2", Some(1)));
    // And its own 200 names the one after that.
    accept_with(&mut desk, "nextnonce=\"n3\"");
    desk.network(&[1]);
    assert_eq!(&*credentials(&desk.last()).nonce, "n3");
}

#[test]
fn the_200_to_an_unregistration_names_the_nonce_for_the_resumption() {
    let mut desk = Desk::bound();
    desk.command(Command::Pause);
    desk.answer(200, &[("Authentication-Info", "nextnonce=\"n2\"")]);
    assert_eq!(desk.view().state, LineState::Paused);
    desk.command(Command::Resume);
    let resumed = credentials(&desk.last());
    assert_eq!((&*resumed.nonce, resumed.nc), ("n2", Some(1)));
}

#[test]
fn the_nonces_of_registers_and_of_other_requests_are_kept_apart() {
    let mut desk = Desk::bound();
    desk.command(Command::SelfTest);
    desk.challenge();
    desk.answer(200, &[]);
    desk.network(&[2]);
    accept_with(&mut desk, "nextnonce=\"n2\"");
    desk.command(Command::SelfTest);
    let test = credentials(&desk.last());
    assert_eq!((&*test.nonce, test.nc), ("n1", Some(2)));
    desk.answer(200, &[("Authentication-Info", "nextnonce=\"n3\"")]);
    desk.command(Command::SelfTest);
    assert_eq!(&*credentials(&desk.last()).nonce, "n3");
    desk.network(&[1]);
    let register = credentials(&desk.last());
    assert_eq!((&*register.nonce, register.nc), ("n2", Some(1)));
}

#[test]
fn the_nonce_at_hand_named_again_is_counted_on() {
    let (mut desk, _) = challenged(CHALLENGE);
    accept_with(&mut desk, "nextnonce=\"n1\"");
    assert_eq!(next(&mut desk), ("n1".into(), Some(2)));
}

#[test]
fn a_200_without_a_next_nonce_leaves_the_one_at_hand() {
    for info in [
        "qop=auth",
        "",
        "nextnonce=\"\"",
        "nextnonce=",
        "nextnonce=\"a",
        "nextnonce=\"a\", nextnonce=\"b\"",
    ] {
        let (mut desk, _) = challenged(CHALLENGE);
        accept_with(&mut desk, info);
        assert_eq!(next(&mut desk), ("n1".into(), Some(2)), "{info}");
    }
}

#[test]
fn a_next_nonce_that_is_refused_is_no_wrong_password() {
    let (mut desk, _) = challenged(CHALLENGE);
    accept_with(&mut desk, "nextnonce=\"n2\"");
    desk.network(&[2]);
    desk.answer(401, &[("WWW-Authenticate", &CHALLENGE.replace("n1", "n3"))]);
    assert_eq!(&*credentials(&desk.last()).nonce, "n3");
    desk.accept();
    assert_eq!(desk.view().state, LineState::Registered);
}

#[test]
fn a_next_nonce_that_comes_after_another_challenge_is_too_late() {
    let (mut desk, _) = challenged(CHALLENGE);
    desk.accept();
    let old = desk.last().contact_uri();
    desk.network(&[2]);
    let both = format!("{}, <{old}>;expires=500", desk.last().contacts()[0]);
    desk.answer(200, &[("Contact", &both)]);
    // The removal of the old one is still out when the refresh is challenged.
    let cleanup = desk.last();
    desk.pass(Duration::from_secs(590));
    let fresh = CHALLENGE.replace("n1", "n3");
    desk.answer(401, &[("WWW-Authenticate", &fresh)]);
    desk.no_200_comes();
    desk.answer_to(
        &cleanup,
        200,
        &[
            ("Contact", &both),
            ("Authentication-Info", "nextnonce=\"n2\""),
        ],
    );
    desk.network(&[1]);
    let register = credentials(&desk.last());
    assert_eq!((&*register.nonce, register.nc), ("n3", Some(2)));
}

#[test]
fn a_next_nonce_in_a_refusal_is_not_taken() {
    let mut desk = Desk::bound();
    desk.network(&[2]);
    desk.answer(503, &[("Authentication-Info", "nextnonce=\"n2\"")]);
    desk.command(Command::Rebind);
    assert_eq!(&*credentials(&desk.last()).nonce, "n1");
}

#[test]
fn the_next_nonce_of_a_registrar_that_knows_the_password_is_taken() {
    for challenge in [
        CHALLENGE.to_owned(),
        CHALLENGE.replace("MD5", "MD5-sess"),
        CHALLENGE.replace("MD5", "SHA-512-256"),
        CHALLENGE.replace("\"auth\"", "\"auth-int\""),
    ] {
        let (mut desk, shown) = challenged(&challenge);
        let (proof, cnonce) = (rspauth(&challenge, &shown), shown.cnonce.unwrap());
        let qop = shown.qop.unwrap();
        let info = format!(
            "nextnonce=\"n2\", qop={qop}, rspauth=\"{proof}\", cnonce=\"{cnonce}\", nc=00000001"
        );
        accept_with(&mut desk, &info);
        assert_eq!(next(&mut desk), ("n2".into(), Some(1)), "{challenge}");
    }
}

#[test]
fn the_next_nonce_of_a_registrar_that_does_not_know_the_password_is_not_taken_but_its_200_is() {
    let proof = |shown: &Credentials| rspauth(CHALLENGE, shown);
    for params in [
        |_: &Credentials| "rspauth=\"00000000000000000000000000000000\"".to_owned(),
        |shown: &Credentials| format!("rspauth=\"{}\"", shown.response),
        |_: &Credentials| "rspauth=\"\"".to_owned(),
    ] {
        let (mut desk, shown) = challenged(CHALLENGE);
        accept_with(&mut desk, &format!("nextnonce=\"n2\", {}", params(&shown)));
        assert_eq!(next(&mut desk), ("n1".into(), Some(2)));
    }
    // Right, but for another request.
    for of in ["cnonce=\"another\"", "nc=00000002", "qop=auth-int"] {
        let (mut desk, shown) = challenged(CHALLENGE);
        let info = format!("nextnonce=\"n2\", rspauth=\"{}\", {of}", proof(&shown));
        accept_with(&mut desk, &info);
        assert_eq!(next(&mut desk), ("n1".into(), Some(2)), "{of}");
    }
}

#[test]
fn a_session_keeps_its_client_nonce_and_its_key_over_a_next_nonce() {
    let challenge = CHALLENGE.replace("MD5", "SHA-256-sess");
    let (mut desk, first) = challenged(&challenge);
    assert!(digest::verify(&first, &TINA, &Method::Register));
    let session = Session::begun_by(&first).unwrap();
    let goes_on = Subject {
        session: Some(&session),
        ..Subject::of(&Method::Register)
    };
    accept_with(&mut desk, "qop=auth");
    desk.network(&[2]);
    let second = credentials(&desk.last());
    assert_eq!((second.nc, &second.cnonce), (Some(2), &first.cnonce));
    assert!(digest::verify_for(&second, &TINA, &goes_on));
    accept_with(&mut desk, "nextnonce=\"n2\"");
    desk.network(&[1]);
    let third = credentials(&desk.last());
    assert_eq!((&*third.nonce, third.nc), ("n2", Some(1)));
    assert!(digest::verify_for(&third, &TINA, &goes_on));
    // A challenge begins another session, be it with the nonce at hand or with another algorithm.
    desk.answer(401, &[("WWW-Authenticate", &challenge.replace("n1", "n2"))]);
    let fourth = credentials(&desk.last());
    assert_eq!(fourth.nc, Some(2));
    assert_ne!(fourth.cnonce, first.cnonce);
    assert!(digest::verify(&fourth, &TINA, &Method::Register));
}

#[test]
fn another_algorithm_begins_another_session() {
    let (mut desk, first) = challenged(&CHALLENGE.replace("MD5", "MD5-sess"));
    for (algorithm, same) in [("MD5-sess", true), ("SHA-256-sess", false)] {
        // Too late to be sure that no copy was refused: asked again, it answers again.
        desk.now += Duration::from_millis(600);
        let challenge = CHALLENGE.replace("MD5", algorithm);
        desk.answer(401, &[("WWW-Authenticate", &challenge)]);
        desk.no_200_comes();
        let again = credentials(&desk.last());
        assert_eq!(again.cnonce == first.cnonce, same, "{algorithm}");
        assert!(digest::verify(&again, &TINA, &Method::Register));
    }
}

#[test]
fn without_a_session_each_answer_has_a_client_nonce_of_its_own() {
    let (mut desk, first) = challenged(CHALLENGE);
    desk.accept();
    desk.pass(Duration::from_secs(590));
    let refresh = credentials(&desk.last());
    assert_eq!(refresh.nonce, first.nonce);
    assert_ne!(refresh.cnonce, first.cnonce);
}

/// What is said while it is the subscriber: level and words.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<(Level, String)>>>);

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut words = String::new();
        event.record(&mut |field: &Field, value: &dyn Debug| {
            words.push_str(&format!("{field}={value:?} "));
        });
        let said = (*event.metadata().level(), words);
        self.0.lock().unwrap().push(said);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn a_wrong_proof_is_told_at_debug_without_a_nonce() {
    let listener = Listener::default();
    tracing::subscriber::with_default(listener.clone(), || {
        let (mut desk, _) = challenged(CHALLENGE);
        accept_with(&mut desk, "nextnonce=\"S3CRET\", rspauth=\"00\"");
    });
    let said = listener.0.lock().unwrap();
    let [(level, words)] = &said[..] else {
        panic!("{said:?}");
    };
    assert_eq!(*level, Level::DEBUG);
    assert!(
        words.contains("proof") && !words.contains("S3CRET"),
        "{words}"
    );
}
