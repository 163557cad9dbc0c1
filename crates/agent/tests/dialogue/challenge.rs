//! RFC 3261 §22.2 and RFC 7616: challenges, and answers in advance.

use std::time::Duration;

use bellhop_agent::{Cause, Command, Failure, LineState, Output};

use crate::desk::{CHALLENGE, Desk, identity};

#[test]
fn a_challenge_is_answered_in_the_same_turn() {
    let mut desk = Desk::registering();
    desk.challenge();
    let answer = desk.last().authorization().unwrap();
    assert!(
        answer.contains("nonce=\"n1\"") && answer.contains("nc=00000001"),
        "{answer}"
    );
}

#[test]
fn the_nonce_at_hand_is_answered_in_advance_with_the_next_count() {
    let mut desk = Desk::bound();
    desk.network(&[2]);
    let answer = desk.last().authorization().unwrap();
    assert!(
        answer.contains("nonce=\"n1\"") && answer.contains("nc=00000002"),
        "{answer}"
    );
}

#[test]
fn a_401_to_a_nonce_at_hand_is_never_a_wrong_password() {
    let mut desk = Desk::bound();
    desk.network(&[2]);
    let fresh = CHALLENGE.replace("n1", "n2");
    desk.answer(401, &[("WWW-Authenticate", &fresh)]);
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
fn a_second_401_without_stale_is_a_wrong_password_and_not_hammered() {
    let mut desk = Desk::registering();
    desk.challenge();
    desk.challenge();
    assert_eq!(desk.view().state, LineState::Rejected);
    assert_eq!(desk.view().failure, Some(Failure::WrongPassword));
    let sent = desk.sent.len();
    desk.pass(Duration::from_secs(86_400));
    desk.network(&[2]);
    assert_eq!(desk.sent.len(), sent);
}

#[test]
fn after_a_refusal_nothing_is_answered_in_advance() {
    let mut desk = Desk::registering();
    desk.challenge();
    desk.challenge();
    desk.password_is("another");
    assert_eq!(desk.last().authorization(), None);
}

#[test]
fn a_password_entered_anew_is_tried_at_once() {
    let mut desk = Desk::registering();
    desk.challenge();
    desk.challenge();
    desk.password();
    desk.accept();
    assert_eq!(desk.view().state, LineState::Registered);
}

#[test]
fn stale_is_answered_again_but_not_for_ever() {
    let mut desk = Desk::registering();
    for round in 0..20 {
        let stale = format!(
            "{},stale=true",
            CHALLENGE.replace("n1", &format!("n{round}"))
        );
        desk.answer(401, &[("WWW-Authenticate", &stale)]);
    }
    let view = desk.view();
    assert!(
        matches!(view.state, LineState::WaitingToRetry { .. }),
        "{view:?}"
    );
    assert_eq!(view.failure, Some(Failure::ChallengeLoop));
    assert_eq!(desk.sent.len(), 5);
}

#[test]
fn another_realm_than_the_pinned_one_gets_no_answer() {
    let mut desk = Desk::bound();
    desk.network(&[2]);
    let sent = desk.sent.len();
    let thief = CHALLENGE.replace("company.test", "thief.test");
    desk.answer(401, &[("WWW-Authenticate", &thief)]);
    assert_eq!(desk.sent.len(), sent);
    let changed = Failure::RealmChanged {
        pinned: "company.test".into(),
        offered: "thief.test".into(),
    };
    assert_eq!(desk.view().failure, Some(changed));
    // Entering the password anew accepts it.
    desk.password();
    desk.answer(401, &[("WWW-Authenticate", &thief)]);
    assert!(
        desk.last()
            .authorization()
            .unwrap()
            .contains("realm=\"thief.test\"")
    );
}

#[test]
fn rebind_withholds_the_same_password_from_another_realm_and_sends_a_new_one() {
    let thief = CHALLENGE.replace("company.test", "thief.test");
    for (password, answered) in [("secret", false), ("another", true)] {
        let mut desk = Desk::bound();
        desk.network(&[2]);
        desk.answer(401, &[("WWW-Authenticate", &thief)]);
        desk.command(Command::Rebind);
        desk.password_is(password);
        desk.answer(401, &[("WWW-Authenticate", &thief)]);
        let answer = desk.last().authorization().unwrap_or_default();
        assert_eq!(answer.contains("thief.test"), answered, "{password}");
    }
}

#[test]
fn of_several_challenges_the_strongest_is_answered() {
    let mut desk = Desk::registering();
    let strong = CHALLENGE.replace("MD5", "SHA-256");
    let strange = CHALLENGE.replace("MD5", "SHA-1024");
    desk.answer(
        401,
        &[
            ("WWW-Authenticate", CHALLENGE),
            ("WWW-Authenticate", &strange),
            ("WWW-Authenticate", &strong),
        ],
    );
    assert!(
        desk.last()
            .authorization()
            .unwrap()
            .contains("algorithm=SHA-256")
    );
}

#[test]
fn a_challenge_that_nobody_can_answer_is_said() {
    for header in [
        "Digest realm=\"a\", nonce=\"b\", algorithm=SHA-1024",
        "Basic realm=\"a\"",
        "Digest",
        "",
    ] {
        let mut desk = Desk::registering();
        desk.answer(401, &[("WWW-Authenticate", header)]);
        assert_eq!(
            desk.view().failure,
            Some(Failure::UnsupportedChallenge),
            "{header}"
        );
    }
}

#[test]
fn a_proxy_and_a_registrar_that_both_ask_get_both_answers() {
    let mut desk = Desk::registering();
    let proxy = CHALLENGE.replace("company.test", "edge.test");
    desk.answer(407, &[("Proxy-Authenticate", &proxy)]);
    desk.challenge();
    let sent = desk.last();
    assert!(
        sent.authorization()
            .unwrap()
            .contains("realm=\"company.test\"")
    );
    let to_proxy = sent.header(&bellhop_sip::HeaderName::ProxyAuthorization);
    assert!(to_proxy[0].contains("realm=\"edge.test\"") && to_proxy[0].contains("nc=00000002"));
    desk.accept();
    assert_eq!(desk.view().state, LineState::Registered);
}

#[test]
fn a_wrong_password_is_found_on_a_slow_path_too() {
    let mut desk = Desk::registering();
    for _ in 0..10 {
        desk.now += Duration::from_millis(600);
        desk.challenge();
        desk.no_200_comes();
    }
    assert_eq!(desk.view().failure, Some(Failure::WrongPassword));
    assert_eq!(desk.sent.len(), 5);
}

#[test]
fn a_nonce_that_comes_again_is_counted_on() {
    let mut desk = Desk::bound();
    desk.network(&[2]);
    desk.challenge();
    let answer = desk.last().authorization().unwrap();
    assert!(
        answer.contains("nonce=\"n1\"") && answer.contains("nc=00000003"),
        "{answer}"
    );
}

#[test]
fn rebind_reads_a_refused_password_anew() {
    let mut desk = Desk::registering();
    desk.challenge();
    desk.challenge();
    let sent = desk.sent.len();
    desk.others.clear();
    desk.command(Command::Rebind);
    assert!(matches!(desk.others[..], [Output::NeedSecret]));
    assert_eq!(desk.view().state, LineState::Registering);
    assert_eq!(desk.sent.len(), sent);
    desk.password();
    desk.accept();
    assert_eq!(desk.view().state, LineState::Registered);
    assert_eq!(desk.view().last_rebind.unwrap().cause, Cause::Command);
}

#[test]
fn a_line_resumed_before_its_password_was_read_says_resume() {
    let mut desk = Desk::with(identity(), true);
    desk.network(&[1]);
    desk.command(Command::Resume);
    desk.password();
    desk.accept();
    assert_eq!(desk.view().last_rebind.unwrap().cause, Cause::Resume);
}

#[test]
fn of_two_realms_the_pinned_one_is_answered_even_if_the_other_is_stronger() {
    let mut desk = Desk::bound();
    desk.network(&[2]);
    let fresh = CHALLENGE.replace("n1", "n2");
    let thief = CHALLENGE
        .replace("company.test", "thief.test")
        .replace("MD5", "SHA-512-256");
    desk.answer(
        401,
        &[("WWW-Authenticate", &thief), ("WWW-Authenticate", &fresh)],
    );
    let answer = desk.last().authorization().unwrap();
    assert!(
        answer.contains("realm=\"company.test\"") && answer.contains("nonce=\"n2\""),
        "{answer}"
    );
}

#[test]
fn a_realm_pinned_before_a_restart_holds() {
    let saved = Desk::bound().saved.pop().unwrap();
    assert_eq!(saved.realm.as_deref(), Some("company.test"));
    let mut desk = Desk::with(saved, false);
    desk.password();
    desk.network(&[1]);
    let thief = CHALLENGE.replace("company.test", "thief.test");
    desk.answer(401, &[("WWW-Authenticate", &thief)]);
    assert_eq!(desk.view().state, LineState::Rejected);
    assert_eq!(desk.sent.len(), 1);
}

#[test]
fn a_refresh_asked_for_another_realm_gets_no_answer() {
    let mut desk = Desk::bound();
    desk.pass(Duration::from_secs(599));
    let refresh = desk.last();
    let thief = CHALLENGE.replace("company.test", "thief.test");
    let sent = desk.sent.len();
    desk.answer_to(&refresh, 401, &[("WWW-Authenticate", &thief)]);
    desk.no_200_comes();
    assert_eq!(desk.sent.len(), sent);
    assert!(matches!(
        desk.view().failure,
        Some(Failure::RealmChanged { .. })
    ));
}

#[test]
fn a_proxy_has_a_realm_of_its_own_and_keeps_it() {
    let mut desk = Desk::registering();
    let proxy = CHALLENGE.replace("company.test", "edge.test");
    desk.answer(407, &[("Proxy-Authenticate", &proxy)]);
    desk.challenge();
    desk.accept();
    desk.network(&[2]);
    let sent = desk.sent.len();
    let thief = CHALLENGE.replace("company.test", "thief.test");
    desk.answer(407, &[("Proxy-Authenticate", &thief)]);
    assert_eq!(desk.sent.len(), sent);
    let changed = Failure::RealmChanged {
        pinned: "edge.test".into(),
        offered: "thief.test".into(),
    };
    assert_eq!(desk.view().failure, Some(changed));
}

#[test]
fn a_realm_is_told_without_what_would_steer_a_terminal() {
    let mut desk = Desk::bound();
    desk.network(&[2]);
    let thief = CHALLENGE.replace("company.test", "a\\\u{1b}[2J\u{9b}b");
    desk.answer(401, &[("WWW-Authenticate", &thief)]);
    let Some(Failure::RealmChanged { offered, .. }) = desk.view().failure else {
        panic!("{:?}", desk.view());
    };
    assert!(!offered.contains(char::is_control), "{offered:?}");
}

#[test]
fn a_nonce_of_any_legal_letters_is_echoed_to_the_letter() {
    let nonce = "a\\\"b\\\\c, realm=x;/+=='`{|}~<>@\t é漢\u{1f514}\\\u{1}";
    let mut desk = Desk::registering();
    let asked = CHALLENGE.replace("n1", nonce);
    desk.answer(401, &[("WWW-Authenticate", &asked)]);
    let answer = desk.last().authorization().unwrap();
    assert!(answer.contains(&format!("nonce=\"{nonce}\",")), "{answer}");
}

#[test]
fn auth_int_is_answered_where_nothing_else_is_offered() {
    let mut desk = Desk::registering();
    let whole = CHALLENGE.replace("\"auth\"", "\"auth-int\"");
    desk.answer(401, &[("WWW-Authenticate", &whole)]);
    let sent = desk.last();
    assert!(sent.authorization().unwrap().contains("qop=auth-int"));
    assert!(sent.request.body.is_empty());
    desk.accept();
    assert_eq!(desk.view().state, LineState::Registered);
}
