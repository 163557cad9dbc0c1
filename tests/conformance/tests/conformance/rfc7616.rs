//! RFC 3261 §22 and RFC 8760 as seen by a phone.

use bellhop_sip::HeaderName;
use bellhop_sip::digest::{Algorithm, Challenge, Qop};

use crate::desk::{Desk, Phone, challenges, header};

const CONTACT: &str = "Contact: <sip:tina@198.51.100.7:5060>\r\n";

#[test]
fn sha_256_is_offered_before_md5_with_one_nonce_and_both_qops() {
    let mut desk = Desk::new();
    let refusal = desk.send(&Phone::tina("a").request(CONTACT));
    assert_eq!(refusal.status.code(), 401);
    let offered = challenges(&refusal);
    assert_eq!(
        offered
            .iter()
            .map(|c| c.algorithm.clone())
            .collect::<Vec<_>>(),
        [Algorithm::Sha256, Algorithm::Md5]
    );
    assert!(offered.iter().all(|c| &*c.realm == "example.com"
        && c.qop == [Qop::Auth, Qop::AuthInt]
        && !c.stale
        && c.nonce == offered[0].nonce));
}

#[test]
fn either_algorithm_logs_in() {
    let mut desk = Desk::new();
    for at in [0, 1] {
        let mut tina = Phone::tina("a");
        let refusal = desk.send(&tina.request(""));
        let mut again = tina.request("");
        tina.answer_one(&mut again, &challenges(&refusal)[at], 1);
        assert_eq!(desk.send(&again).status.code(), 200);
    }
}

#[test]
fn sha_512_256_logs_in_where_it_is_configured_and_session_keys_are_not_offered() {
    let mut desk = Desk::with(|config| {
        config.digest = vec![Algorithm::Md5Sess, Algorithm::Sha512_256];
    });
    let mut tina = Phone::tina("a");
    let offered = challenges(&desk.send(&tina.request("")));
    assert_eq!(offered.len(), 1);
    let mut again = tina.request("");
    tina.answer_one(&mut again, &offered[0], 1);
    assert_eq!(desk.send(&again).status.code(), 200);
}

#[test]
fn auth_int_vouches_for_the_body() {
    for (body, status) in [("", 200), ("changed", 401)] {
        let mut desk = Desk::new();
        let mut tina = Phone::tina("a");
        let offered = challenges(&desk.send(&tina.request("")));
        let mut again = tina.request("");
        let whole = Challenge {
            qop: vec![Qop::AuthInt],
            ..offered[0].clone()
        };
        tina.answer_one(&mut again, &whole, 1);
        again
            .headers
            .set(HeaderName::ContentType, "application/sdp");
        again.body = body.into();
        assert_eq!(desk.send(&again).status.code(), status, "{body}");
    }
}

#[test]
fn an_algorithm_that_was_not_offered_does_not_log_in() {
    let mut desk =
        Desk::with(|config| config.digest = vec![Algorithm::Sha256, Algorithm::named("X")]);
    let mut tina = Phone::tina("a");
    let offered = challenges(&desk.send(&tina.request("")));
    assert_eq!(offered.len(), 1);
    let mut again = tina.request("");
    tina.answer_one(
        &mut again,
        &Challenge {
            algorithm: Algorithm::Md5,
            ..offered[0].clone()
        },
        1,
    );
    assert_eq!(desk.send(&again).status.code(), 401);
}

#[test]
fn an_unknown_user_and_a_wrong_password_get_the_same_401() {
    let mut desk = Desk::new();
    let mut answers = Vec::new();
    for (user, password) in [
        ("tina", "wrong"),
        ("nobody", "demo"),
        ("nobody", "no password is this one"),
    ] {
        let response = Phone {
            user,
            password,
            ..Phone::tina("a")
        }
        .register(&mut desk, CONTACT);
        let shown: Vec<_> = challenges(&response)
            .into_iter()
            .map(|c| (c.realm, c.algorithm, c.qop, c.stale))
            .collect();
        let names: Vec<_> = response
            .headers
            .iter()
            .map(|(name, _)| name.as_str().to_owned())
            .collect();
        answers.push((
            response.status.code(),
            response.reason.to_string(),
            names,
            shown,
        ));
    }
    assert_eq!(answers[0].0, 401);
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert!(
        desk.events()
            .iter()
            .all(|e| e == "refused 401 for 198.51.100.7:5060: wrong user or password")
    );
}

#[test]
fn a_nonce_can_be_answered_in_advance_with_a_rising_count() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let refusal = desk.send(&tina.request(""));
    for nc in 1..20 {
        let mut again = tina.request(CONTACT);
        tina.answer(&mut again, &refusal, nc);
        assert_eq!(desk.send(&again).status.code(), 200);
        desk.wait(100);
    }
}

#[test]
fn a_replayed_count_is_stale_whatever_stands_in_the_body() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let refusal = desk.send(&tina.request(""));
    // By what a well-known hash multiplies with: the words before them would count for nothing.
    let mut body = b"begun ".to_vec();
    for _ in 0..2 {
        body.extend_from_slice(&0xc0ac_29b7_c97c_50dd_u64.to_le_bytes());
    }
    let typed = "Content-Type: a/b\r\nContent-Disposition: x;handling=optional\r\n";
    let mut statuses = Vec::new();
    for contact in ["198.51.100.7", "203.0.113.9"] {
        let mut again = tina.request(&format!("Contact: <sip:tina@{contact}>\r\n{typed}"));
        again.body = body.clone().into();
        tina.answer(&mut again, &refusal, 1);
        statuses.push(desk.send(&again).status.code());
    }
    assert_eq!(statuses, [200, 401]);
}

#[test]
fn a_replayed_count_is_stale() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let refusal = desk.send(&tina.request(""));
    let mut again = tina.request(CONTACT);
    tina.answer(&mut again, &refusal, 1);
    assert_eq!(desk.send(&again).status.code(), 200);
    let mut other = tina.request("Contact: <sip:thief@203.0.113.9>\r\n");
    other.headers.set(
        HeaderName::Authorization,
        again
            .headers
            .get(&HeaderName::Authorization)
            .unwrap()
            .clone(),
    );
    let replayed = desk.send(&other);
    assert_eq!(replayed.status.code(), 401);
    assert!(challenges(&replayed).iter().all(|c| c.stale));
    assert_eq!(desk.registrar.bindings("tina").count(), 1);
}

#[test]
fn an_old_nonce_is_stale_and_its_successor_works() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let refusal = desk.send(&tina.request(""));
    desk.wait(3601);
    let mut again = tina.request("");
    tina.answer(&mut again, &refusal, 1);
    let stale = desk.send(&again);
    assert!(stale.status.code() == 401 && challenges(&stale).iter().all(|c| c.stale));
    tina.answer(&mut again, &stale, 1);
    assert_eq!(desk.send(&again).status.code(), 200);
}

#[test]
fn a_wrong_password_over_an_old_nonce_is_not_called_stale() {
    let mut desk = Desk::new();
    let mut thief = Phone {
        password: "guess",
        ..Phone::tina("a")
    };
    let refusal = desk.send(&thief.request(""));
    desk.wait(3601);
    let mut again = thief.request("");
    thief.answer(&mut again, &refusal, 1);
    assert!(challenges(&desk.send(&again)).iter().all(|c| !c.stale));
}

#[test]
fn a_nonce_of_an_earlier_run_is_stale_so_that_nobody_is_asked_for_a_password() {
    let (mut before, mut after) = (Desk::new(), Desk::new());
    after.registrar = bellhop_registrar::Registrar::new(crate::desk::config(), [8; 32]);
    let mut tina = Phone::tina("a");
    let refusal = before.send(&tina.request(""));
    let mut again = tina.request("");
    tina.answer(&mut again, &refusal, 1);
    assert!(challenges(&after.send(&again)).iter().all(|c| c.stale));
}

#[test]
fn credentials_over_a_uri_elsewhere_do_not_log_in() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let refusal = desk.send(&tina.request(""));
    let mut again = tina.request("");
    Phone {
        uri: "sip:elsewhere.example",
        ..Phone::tina("a")
    }
    .answer(&mut again, &refusal, 1);
    assert_eq!(desk.send(&again).status.code(), 401);
}

#[test]
fn credentials_for_another_realm_are_passed_over_and_unreadable_ones_refused() {
    let mut desk = Desk::new();
    let other = "Authorization: Digest username=\"tina\", realm=\"other\", nonce=\"n\", uri=\"sip:example.com\", response=\"00\"\r\n";
    assert_eq!(
        desk.send(&Phone::tina("a").request(other)).status.code(),
        401
    );
    assert_eq!(
        desk.send(&Phone::tina("a").request("Authorization: Basic dGluYTpkZW1v\r\n"))
            .status
            .code(),
        401
    );
    let doubled =
        "Authorization: Digest username=\"tina\", username=\"bob\", realm=\"example.com\"\r\n";
    assert_eq!(
        desk.send(&Phone::tina("a").request(doubled)).status.code(),
        400
    );
}

#[test]
fn one_user_cannot_bind_the_address_of_another() {
    let mut desk = Desk::new();
    let response = Phone {
        aor: "sip:bob@example.com",
        ..Phone::tina("a")
    }
    .register(&mut desk, CONTACT);
    assert_eq!(response.status.code(), 403);
    assert!(desk.registrar.bindings("bob").next().is_none());
}

#[test]
fn an_unknown_address_of_record_is_told_only_after_login() {
    let mut desk = Desk::new();
    let mut lost = Phone {
        aor: "sip:nobody@example.com",
        ..Phone::tina("a")
    };
    assert_eq!(desk.send(&lost.request(CONTACT)).status.code(), 401);
    assert_eq!(lost.register(&mut desk, CONTACT).status.code(), 404);
    assert_eq!(
        Phone {
            aor: "sip:tina@elsewhere.example",
            ..Phone::tina("a")
        }
        .register(&mut desk, CONTACT)
        .status
        .code(),
        404
    );
}

#[test]
fn the_domain_and_what_is_required_come_before_the_login() {
    let mut desk = Desk::new();
    assert_eq!(
        desk.send(
            &Phone {
                uri: "sip:elsewhere.example",
                ..Phone::tina("a")
            }
            .request(CONTACT)
        )
        .status
        .code(),
        404
    );
    let response = desk.send(&Phone::tina("a").request("Require: path, x-teleport, outbound\r\n"));
    assert_eq!(response.status.code(), 420);
    assert_eq!(header(&response, &HeaderName::Unsupported), ["x-teleport"]);
}
