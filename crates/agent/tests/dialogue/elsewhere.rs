//! Two phones of a number that is for one phone only: said, and not fought.

use std::time::Duration;

use bellhop_agent::{Command, Failure, Identity, LineState};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::desk::{CHALLENGE, Desk};
use crate::fetch::{accept_for_long, bound, is_fetch, list, until_register};

const RIVAL: &str = "<sip:tina@192.0.2.9:5062>;expires=3000";

/// Another phone had the number alone, and ours was bound again.
fn suspects() -> (Desk, String) {
    let (mut desk, _) = bound();
    until_register(&mut desk);
    list(&mut desk, &[RIVAL]);
    let own = accept_for_long(&mut desk);
    (desk, own)
}

/// It took the number once more.
fn given_way() -> Desk {
    let (mut desk, own) = suspects();
    until_register(&mut desk);
    list(&mut desk, &[&own]);
    until_register(&mut desk);
    list(&mut desk, &[RIVAL]);
    assert!(is_elsewhere(&desk));
    desk
}

fn is_elsewhere(desk: &Desk) -> bool {
    let view = desk.view();
    view.state == LineState::Rejected && matches!(view.failure, Some(Failure::Elsewhere { .. }))
}

#[test]
fn two_phones_that_evict_each_other_are_told_and_not_fought() {
    let mut desk = given_way();
    let view = desk.view();
    assert_eq!(view.failure, Some(Failure::Elsewhere { since: desk.now }));
    assert!(view.bindings.iter().all(|binding| !binding.mine));
    for _ in 0..20 {
        assert!(is_fetch(&until_register(&mut desk)));
        list(&mut desk, &[RIVAL]);
        assert_eq!(desk.view().failure, view.failure);
    }
}

#[test]
fn a_second_eviction_is_enough_even_before_ours_was_seen_alone() {
    let (mut desk, _) = suspects();
    let began = desk.now;
    until_register(&mut desk);
    // The very next keep-alive asks.
    assert!(desk.now.saturating_duration_since(began) <= Duration::from_secs(29));
    list(&mut desk, &[RIVAL]);
    assert!(is_elsewhere(&desk));
}

#[test]
fn phones_that_are_bound_side_by_side_are_no_rivals() {
    let (mut desk, own) = suspects();
    until_register(&mut desk);
    list(&mut desk, &[&own, RIVAL]);
    // The registrar forgot ours once more, and the other is there already: bound again.
    until_register(&mut desk);
    list(&mut desk, &[RIVAL]);
    assert_eq!(desk.view().state, LineState::Registering);
}

#[test]
fn a_number_that_is_free_again_is_taken() {
    let mut desk = given_way();
    assert!(is_fetch(&until_register(&mut desk)));
    list(&mut desk, &[]);
    assert_eq!(desk.last().contacts().len(), 1);
    accept_for_long(&mut desk);
}

#[test]
fn a_person_who_asks_for_the_number_gets_it_and_is_told_as_soon_as_it_is_gone_again() {
    for command in [Command::Rebind, Command::Resume] {
        let mut desk = given_way();
        desk.command(command);
        assert_eq!(desk.last().contacts().len(), 1);
        accept_for_long(&mut desk);
        until_register(&mut desk);
        list(&mut desk, &[RIVAL]);
        assert!(is_elsewhere(&desk));
    }
}

#[test]
fn on_another_network_it_is_asked_and_not_taken() {
    let mut desk = given_way();
    desk.take_sent();
    desk.network(&[2]);
    assert!(is_fetch(&desk.last()));
    assert!(is_elsewhere(&desk));
    // And on yet another before the answer.
    desk.network(&[3]);
    assert_eq!(desk.sent.len(), 2);
    assert!(is_fetch(&desk.last()));
    list(&mut desk, &[RIVAL]);
    assert_eq!(desk.sent.len(), 2);
    desk.network(&[]);
    desk.pass(Duration::from_secs(1000));
    assert_eq!(desk.sent.len(), 2);
    assert!(is_elsewhere(&desk));
    desk.network(&[3]);
    assert!(is_fetch(&until_register(&mut desk)));
}

#[test]
fn a_question_that_gets_no_answer_over_one_way_is_asked_over_the_next() {
    let mut desk = given_way();
    desk.take_sent();
    desk.network(&[2, 3]);
    desk.silence();
    let sent = desk.take_sent();
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(is_fetch));
    assert_ne!(sent[0].flow, sent[1].flow);
    assert!(is_elsewhere(&desk));
}

#[test]
fn a_question_that_is_refused_or_unanswered_changes_nothing() {
    let mut desk = given_way();
    until_register(&mut desk);
    desk.answer(503, &[]);
    until_register(&mut desk);
    desk.silence();
    until_register(&mut desk);
    desk.answer(401, &[("WWW-Authenticate", "Basic realm=\"a\"")]);
    assert!(is_elsewhere(&desk));
    until_register(&mut desk);
    desk.answer(401, &[("WWW-Authenticate", &CHALLENGE.replace("n1", "n7"))]);
    let again = desk.last();
    assert!(is_fetch(&again));
    assert!(again.authorization().unwrap().contains("nonce=\"n7\""));
}

#[test]
fn a_question_is_not_challenged_for_ever() {
    let mut desk = given_way();
    until_register(&mut desk);
    let sent = desk.sent.len();
    for round in 0..20 {
        let nonce = CHALLENGE.replace("n1", &format!("e{round}"));
        desk.answer(
            401,
            &[("WWW-Authenticate", &format!("{nonce}, stale=true"))],
        );
    }
    assert!(desk.sent.len() - sent <= 4, "{}", desk.sent.len() - sent);
    assert!(is_elsewhere(&desk));
}

#[test]
fn what_another_phone_has_is_not_taken_away_by_a_pause_or_a_sleep() {
    for command in [Command::Pause, Command::Sleep, Command::Quit] {
        let mut desk = given_way();
        desk.take_sent();
        desk.command(command);
        assert!(desk.sent.is_empty());
    }
}

/// What a registrar holds that allows one contact and removes the one before (Asterisk: `max_contacts=1`, `remove_existing=yes`).
#[derive(Default)]
struct OneContact {
    held: Option<String>,
    bound: u32,
}

impl OneContact {
    fn answer(&mut self, desk: &mut Desk) {
        for sent in desk.take_sent() {
            if let Some(contact) = sent.contacts().first() {
                self.held = Some(contact.replace("expires=600", "expires=3600"));
                self.bound += 1;
            }
            let held: Vec<(&str, &str)> = self.held.iter().map(|it| ("Contact", &**it)).collect();
            desk.answer_to(&sent, 200, &held);
        }
    }
}

#[test]
fn of_two_agents_one_gives_way_and_comes_back_when_the_other_is_gone() {
    let mut registrar = OneContact::default();
    let mut desks = [1, 2].map(|seed| {
        let instance = format!("urn:uuid:00000000-0000-4000-8000-00000000000{seed}");
        let identity = Identity::fresh(instance, &mut ChaCha8Rng::seed_from_u64(seed));
        let mut desk = Desk::with(identity, false);
        desk.password();
        desk.network(&[u8::try_from(seed).unwrap()]);
        desk
    });
    let pass = |desks: &mut [Desk; 2], registrar: &mut OneContact, seconds: u32| {
        for _ in 0..seconds {
            for desk in desks.iter_mut() {
                desk.pass(Duration::from_secs(1));
                registrar.answer(desk);
            }
        }
    };
    pass(&mut desks, &mut registrar, 600);
    let bound = registrar.bound;
    // Each registered once at the start, and took the number back once.
    assert!((3..=4).contains(&bound), "{bound}");
    pass(&mut desks, &mut registrar, 2_000);
    assert_eq!(registrar.bound, bound);
    let (away, here): (Vec<_>, Vec<_>) = desks.iter().partition(|desk| is_elsewhere(desk));
    assert_eq!((away.len(), here.len()), (1, 1));
    assert_eq!(here[0].view().state, LineState::Registered);

    let here = desks.iter().position(|desk| !is_elsewhere(desk)).unwrap();
    desks[here].command(Command::Pause);
    desks[here].take_sent();
    registrar.held = None;
    pass(&mut desks, &mut registrar, 150);
    assert_eq!(desks[1 - here].view().state, LineState::Registered);
}
