//! What the store is told, when an answer waits for it, and what a start finds again.

use bellhop_registrar::{Account, Hold, Registrar, RegistrarConfig, Urgency, Write};
use bytes::Bytes;

use crate::desk::{Desk, Phone, at_home, by_stream, config, contacts};

const CONTACT: &str = "Contact: <sip:tina@198.51.100.7:5060>;+sip.instance=\"<urn:x:1>\";q=0.3\r\n";

fn writes(desk: &mut Desk) -> Vec<Write> {
    std::iter::from_fn(|| desk.registrar.poll_write()).collect()
}

/// A record of one binding.
fn record(desk: &mut Desk) -> Bytes {
    Phone::tina("a").register(desk, CONTACT);
    writes(desk).pop().unwrap().record.unwrap()
}

fn restarted(desk: &mut Desk, user: &str, record: &[u8]) -> Result<(), bellhop_registrar::Damaged> {
    let wall = desk.wall();
    desk.registrar = Registrar::new(config(), [8; 32]);
    desk.registrar.restore(desk.now, wall, user, record)
}

#[test]
fn an_addition_a_move_and_a_removal_wait_for_the_store_and_a_refresh_does_not() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let moved = CONTACT.replace("100.7", "100.8");
    let removed = CONTACT.replace("q=0.3", "expires=0");
    for (lines, waits) in [
        (CONTACT, true),
        (CONTACT, false),
        (&moved, true),
        ("Contact: <sip:other@198.51.100.9>\r\n", true),
        (&removed, true),
        ("", false),
    ] {
        let answer = tina.log_in(&mut desk, &at_home(), lines);
        assert_eq!(answer.status, 200);
        let told = writes(&mut desk);
        if waits {
            let [write] = &told[..] else {
                panic!("{lines}: {told:?}")
            };
            assert_eq!(answer.hold, Hold::Until(write.seq), "{lines}");
            assert_eq!(write.urgency, Urgency::BeforeAnswer, "{lines}");
            let unsaved = crate::desk::response(answer.unsaved.unwrap());
            assert_eq!(unsaved.status.code(), 500);
        } else {
            assert_eq!(answer.hold, Hold::Nothing, "{lines}");
            assert!(told.iter().all(|write| write.urgency == Urgency::Soon));
            assert_eq!(answer.unsaved, None);
        }
        if let Some(last) = told.last() {
            desk.registrar.handle_committed(last.seq);
        }
    }
}

#[test]
fn a_refresh_waits_for_an_addition_that_is_on_its_way_to_the_disk() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let bound = tina.log_in(&mut desk, &at_home(), CONTACT);
    let again = tina.log_in(&mut desk, &at_home(), CONTACT);
    assert_eq!(again.hold, bound.hold);
    assert_eq!(writes(&mut desk).len(), 1, "both in one write");
}

#[test]
fn the_numbers_of_writes_rise() {
    let mut desk = Desk::new();
    let mut last = None;
    for n in 0..5 {
        Phone::tina("a").register(&mut desk, &format!("Contact: <sip:t@198.51.100.{n}>\r\n"));
        for write in writes(&mut desk) {
            assert!(Some(write.seq) > last);
            last = Some(write.seq);
        }
    }
}

#[test]
fn a_start_finds_what_was_bound_with_what_is_left_of_it() {
    let mut desk = Desk::new();
    let record = record(&mut desk);
    desk.wait(600);
    restarted(&mut desk, "tina", &record).unwrap();
    let binding = desk.registrar.bindings("tina").next().unwrap();
    assert_eq!(binding.instance(), Some("urn:x:1"));
    assert_eq!((binding.q(), binding.call_id()), (300, "a"));
    assert_eq!(binding.source(), at_home().source);
    assert_eq!(
        desk.query(),
        ["<sip:tina@198.51.100.7:5060>;+sip.instance=\"<urn:x:1>\";q=0.3;expires=3000"]
    );
    // It ends when it would have.
    desk.wait(3000);
    assert!(desk.query().is_empty());
}

#[test]
fn a_refresh_is_found_again_as_well() {
    let mut desk = Desk::new();
    record(&mut desk);
    desk.wait(600);
    let mut tina = Phone {
        cseq: 10,
        ..Phone::tina("a")
    };
    tina.register(&mut desk, CONTACT);
    let refreshed = writes(&mut desk).pop().unwrap();
    assert_eq!(refreshed.urgency, Urgency::Soon);
    desk.wait(3300);
    restarted(&mut desk, "tina", &refreshed.record.unwrap()).unwrap();
    assert_eq!(desk.query().len(), 1);
}

/// Also across a restart a request that is late is late.
#[test]
fn a_start_finds_the_order_of_requests() {
    let mut desk = Desk::new();
    let record = record(&mut desk);
    restarted(&mut desk, "tina", &record).unwrap();
    let late = Phone::tina("a").register(&mut desk, CONTACT);
    assert_eq!(late.status.code(), 500);
    let mut on = Phone {
        cseq: 10,
        ..Phone::tina("a")
    };
    assert_eq!(on.register(&mut desk, CONTACT).status.code(), 200);
}

#[test]
fn what_is_over_and_what_came_on_a_stream_is_not_found_again() {
    let mut desk = Desk::new();
    let record = record(&mut desk);
    Phone::tina("b").register_by(
        &mut desk,
        &by_stream(1),
        "Contact: <sip:t@198.51.100.9>\r\n",
    );
    assert!(
        writes(&mut desk).is_empty(),
        "a stream does not outlive the process"
    );
    desk.wait(3601);
    restarted(&mut desk, "tina", &record).unwrap();
    assert_eq!(desk.registrar.bindings("tina").count(), 0);
}

#[test]
fn the_last_binding_takes_its_record_along() {
    let mut desk = Desk::new();
    record(&mut desk);
    Phone::tina("b").register(&mut desk, "Contact: *\r\nExpires: 0\r\n");
    assert_eq!(writes(&mut desk).pop().unwrap().record, None);
    record(&mut desk);
    desk.wait(3601);
    desk.registrar.handle_timeout(desk.now);
    let told = writes(&mut desk);
    assert_eq!(
        (told.len(), &told[0].record, told[0].urgency),
        (1, &None, Urgency::Soon)
    );
}

#[test]
fn a_damaged_record_is_told_and_nothing_of_it_taken() {
    let mut desk = Desk::new();
    let record = record(&mut desk).to_vec();
    for at in 0..record.len() {
        for bit in 0..8 {
            let mut damaged = record.clone();
            damaged[at] ^= 1 << bit;
            assert!(restarted(&mut desk, "tina", &damaged).is_err(), "byte {at}");
        }
        assert!(restarted(&mut desk, "tina", &record[..at]).is_err());
        assert_eq!(desk.registrar.bindings("tina").count(), 0);
    }
    assert!(restarted(&mut desk, "tina", &record).is_ok());
}

#[test]
fn the_record_of_an_account_that_is_gone_is_deleted() {
    let mut desk = Desk::new();
    let record = record(&mut desk);
    restarted(&mut desk, "nobody", &record).unwrap();
    let told = writes(&mut desk);
    assert_eq!((&*told[0].user, &told[0].record), ("nobody", &None));
}

/// RFC 3261 §10.3 step 7: "if the back-end database commit failed, the request MUST fail with a 500 … and all tentative binding updates MUST be removed"
#[test]
fn what_the_store_refuses_is_taken_back() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    tina.register(&mut desk, CONTACT);
    let kept = writes(&mut desk).pop().unwrap();
    desk.registrar.handle_committed(kept.seq);
    tina.register(&mut desk, "Contact: <sip:t@198.51.100.9>\r\n");
    let lost = writes(&mut desk).pop().unwrap();
    desk.events();
    desk.registrar.handle_commit_failed(desk.now, lost.seq);
    assert_eq!(
        desk.events(),
        ["unbound tina from sip:t@198.51.100.9 (could not be stored)"]
    );
    assert_eq!(desk.query().len(), 1);
}

#[test]
fn accounts_that_stay_keep_bindings_and_nonces_and_the_others_end() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let refusal = desk.send(&tina.request(""));
    let mut again = tina.request(CONTACT);
    tina.answer(&mut again, &refusal, 1);
    assert_eq!(contacts(&desk.send(&again)).len(), 1);
    let mut bob = Phone {
        user: "bob",
        password: "b0b",
        aor: "sip:bob@example.com",
        ..Phone::tina("b")
    };
    bob.register(&mut desk, "Contact: <sip:bob@198.51.100.8>\r\n");
    writes(&mut desk);
    desk.events();
    let accounts = vec![Account::new("new", "x"), Account::new("tina", "demo")];
    desk.registrar
        .reconfigure(desk.now, RegistrarConfig::new("example.com", accounts));
    assert_eq!(
        desk.events(),
        ["unbound bob from sip:bob@198.51.100.8 (no such account any more)"]
    );
    let told = writes(&mut desk);
    assert_eq!(
        (told.len(), &*told[0].user, &told[0].record),
        (1, "bob", &None)
    );
    let mut third = tina.request("");
    tina.answer(&mut third, &refusal, 2);
    assert_eq!(
        contacts(&desk.send(&third)).len(),
        1,
        "one binding, one nonce"
    );
    assert_eq!(bob.register(&mut desk, "").status.code(), 401);
}
