//! Final refusals are shown and not hammered; what may pass is tried again, later and later.

use std::time::Duration;

use bellhop_agent::{Command, Failure, LineState, Network};
use bellhop_sip::{Method, Response, StatusCode};

use crate::desk::Desk;

#[test]
fn final_refusals_end_the_tries_until_a_person_asks() {
    for status in [400, 403, 404, 405, 416, 420, 484, 600, 603, 604, 302] {
        let mut desk = Desk::registering();
        desk.answer(status, &[]);
        assert_eq!(desk.view().state, LineState::Rejected, "{status}");
        desk.pass(Duration::from_secs(86_400));
        assert_eq!(desk.sent.len(), 1, "{status}");
        desk.command(Command::Rebind);
        assert_eq!(desk.sent.len(), 2, "{status}");
    }
}

#[test]
fn what_may_pass_is_tried_again_with_growing_waits() {
    for status in [408, 480, 500, 502, 503, 504] {
        let mut desk = Desk::registering();
        let mut waited = Duration::ZERO;
        for _ in 0..12 {
            desk.answer(status, &[]);
            assert!(
                matches!(desk.view().state, LineState::WaitingToRetry { .. }),
                "{status}"
            );
            let at = desk.agent.poll_timeout().unwrap();
            let wait = at - desk.now;
            assert!(wait <= Duration::from_secs(300), "{status} {wait:?}");
            waited += wait;
            desk.pass(wait);
        }
        assert!(waited > Duration::from_secs(200), "{status} {waited:?}");
        desk.accept();
        assert_eq!(desk.view().state, LineState::Registered);
    }
}

#[test]
fn after_a_success_a_change_or_a_word_of_the_person_the_waits_begin_anew() {
    let begins: [fn(&mut Desk); 3] = [
        Desk::accept,
        |desk| desk.network(&[2]),
        |desk| desk.command(Command::Rebind),
    ];
    for begin in begins {
        let mut desk = Desk::registering();
        for round in 0..24 {
            for _ in 0..8 {
                desk.answer(503, &[]);
                let at = desk.agent.poll_timeout().unwrap();
                desk.pass(at - desk.now);
            }
            begin(&mut desk);
            if desk.view().state == LineState::Registered {
                desk.command(Command::Rebind);
            }
            desk.answer(503, &[]);
            let wait = desk.agent.poll_timeout().unwrap() - desk.now;
            assert!(wait <= Duration::from_secs(2), "{round}: {wait:?}");
            desk.network(&[1]);
        }
    }
}

#[test]
fn retry_after_is_obeyed() {
    let mut desk = Desk::registering();
    desk.answer(503, &[("Retry-After", "120 (I'm tired)")]);
    desk.pass(Duration::from_secs(119));
    assert_eq!(desk.sent.len(), 1);
    desk.pass(Duration::from_secs(4));
    assert_eq!(desk.sent.len(), 2);
}

#[test]
fn silence_is_told_as_silence_and_the_next_registrar_address_is_tried_at_once() {
    let mut desk = Desk::bare();
    desk.password();
    desk.network(&[1, 2]);
    desk.silence();
    assert!(desk.last().contacts()[0].contains("@10.2.0.2:"));
    desk.silence();
    assert!(matches!(
        desk.view().failure,
        Some(Failure::NoAnswer { .. })
    ));
}

#[test]
fn provisional_answers_change_nothing() {
    let mut desk = Desk::registering();
    desk.answer(100, &[]);
    assert_eq!(desk.view().state, LineState::Registering);
}

#[test]
fn a_423_that_asks_for_a_little_more_each_time_is_no_endless_loop() {
    let mut desk = Desk::registering();
    for least in 601..700 {
        desk.answer(423, &[("Min-Expires", &least.to_string())]);
    }
    assert_eq!(desk.view().state, LineState::Rejected);
    assert_eq!(desk.sent.len(), 5);
}

/// Refresh, new flow, and one more: nobody answers any of them.
fn three_silences() -> Desk {
    let mut desk = Desk::bound();
    desk.pass(Duration::from_secs(541));
    desk.silence();
    desk.silence();
    assert!(matches!(
        desk.view().failure,
        Some(Failure::NoAnswer { .. })
    ));
    desk.pass(Duration::from_secs(3));
    desk.silence();
    assert!(matches!(
        desk.view().failure,
        Some(Failure::PerhapsBanned { .. })
    ));
    desk.take_sent();
    desk
}

#[test]
fn a_registrar_that_stopped_answering_is_left_alone_for_minutes() {
    let mut desk = three_silences();
    desk.pass(Duration::from_secs(599));
    assert!(desk.sent.is_empty());
    desk.pass(Duration::from_secs(4));
    assert_eq!(desk.sent.len(), 1);
    desk.accept();
    assert_eq!(desk.view().state, LineState::Registered);
}

#[test]
fn a_network_change_or_the_person_ends_that() {
    let mut desk = three_silences();
    desk.network(&[2]);
    assert_eq!(desk.take_sent().len(), 1);
    let mut desk = three_silences();
    desk.command(Command::Rebind);
    assert_eq!(desk.sent.len(), 1);
    desk.silence();
    assert!(matches!(
        desk.view().failure,
        Some(Failure::NoAnswer { .. })
    ));
}

#[test]
fn a_registrar_that_never_answered_is_no_ban() {
    let mut desk = Desk::registering();
    for _ in 0..6 {
        desk.silence();
        assert!(matches!(
            desk.view().failure,
            Some(Failure::NoAnswer { .. })
        ));
        desk.pass(Duration::from_secs(300));
    }
}

#[test]
fn other_words_of_the_resolver_are_no_reason_to_ask_it_earlier() {
    let unresolved = |why: &str| Network::Unresolved { why: why.into() };
    let mut desk = Desk::bare();
    desk.password();
    desk.see(unresolved("no such name"));
    let state = desk.view().state;
    assert!(matches!(state, LineState::WaitingToRetry { .. }));
    desk.now += Duration::from_millis(100);
    desk.see(unresolved("timeout"));
    assert_eq!(desk.view().state, state);
}

#[test]
fn a_refresh_that_is_put_off_is_tried_later_and_the_binding_stands() {
    let mut desk = Desk::bound();
    let sent = desk.sent.len();
    let refresh = loop {
        let at = desk.agent.poll_timeout().unwrap();
        desk.pass(at - desk.now);
        let last = desk.last();
        if !last.contacts().is_empty() && desk.sent.len() > sent {
            break last;
        }
        desk.answer(
            if last.request.method == Method::Options {
                200
            } else {
                405
            },
            &[],
        );
    };
    desk.answer_to(&refresh, 503, &[("Retry-After", "7")]);
    assert_eq!(desk.view().state, LineState::Registered);
    desk.take_sent();
    let registers = |desk: &mut Desk| {
        let sent = desk.take_sent();
        let register = sent
            .iter()
            .filter(|it| it.request.method == Method::Register);
        register.count()
    };
    desk.pass(Duration::from_secs(7));
    assert_eq!(registers(&mut desk), 0);
    desk.pass(Duration::from_secs(2));
    assert_eq!(registers(&mut desk), 1);
}

#[test]
fn a_least_expiry_of_more_than_a_week_is_refused() {
    for (least, obeyed) in [("604800", true), ("604801", false), ("86408", true)] {
        let mut desk = Desk::registering();
        desk.answer(423, &[("Min-Expires", least)]);
        assert_eq!(desk.sent.len() == 2, obeyed, "{least}");
        assert_eq!(desk.view().state == LineState::Rejected, !obeyed, "{least}");
    }
}

#[test]
fn a_refusal_is_told_with_what_the_registrar_said_of_it() {
    for (status, failure) in [
        (403, Failure::Forbidden { status: 403 }),
        (410, Failure::UnknownLine { status: 410 }),
        (604, Failure::UnknownLine { status: 604 }),
        (
            420,
            Failure::Refused {
                status: 420,
                reason: "Bad Extension".into(),
            },
        ),
    ] {
        let mut desk = Desk::registering();
        desk.answer(status, &[]);
        assert_eq!(desk.view().failure, Some(failure));
    }
}

#[test]
fn what_the_registrar_said_is_cut_to_a_line_of_80_letters() {
    let mut desk = Desk::registering();
    let sent = desk.last();
    let mut response = Response::answering(&sent.request, StatusCode::from(420));
    response.reason = format!("No\u{7}{}", "ä".repeat(100)).into();
    desk.agent.handle_response(desk.now, sent.id, &response);
    let reason = format!("No{}", "ä".repeat(78));
    let status = 420;
    assert_eq!(
        desk.view().failure,
        Some(Failure::Refused { status, reason })
    );
}
