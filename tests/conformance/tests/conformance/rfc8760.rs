//! RFC 8760 §2: algorithms side by side, at the server.

use bellhop_registrar::Account;
use bellhop_sip::HeaderName;
use bellhop_sip::digest::{Algorithm, Challenge, Qop};

use crate::desk::{Desk, Phone, challenges, header};

/// §2.3: "MUST add these header fields to the response in the order in which it would prefer to see them used"
#[test]
fn the_strongest_is_offered_first_however_it_is_configured() {
    let mut desk = Desk::with(|config| {
        config.digest = vec![
            Algorithm::Md5,
            Algorithm::Sha512_256,
            Algorithm::Md5,
            Algorithm::Sha256,
        ];
    });
    let refusal = desk.send(&Phone::tina("a").request(""));
    let offered: Vec<_> = challenges(&refusal)
        .into_iter()
        .map(|c| c.algorithm)
        .collect();
    assert_eq!(
        offered,
        [Algorithm::Sha512_256, Algorithm::Sha256, Algorithm::Md5]
    );
}

/// §2.3: "each of these header fields MUST use a different digest algorithm"
#[test]
fn each_challenge_is_a_header_of_its_own_and_another_algorithm() {
    let mut desk = Desk::with(|config| config.digest = vec![Algorithm::Md5, Algorithm::Md5]);
    let refusal = desk.send(&Phone::tina("a").request(""));
    assert_eq!(header(&refusal, &HeaderName::WwwAuthenticate).len(), 1);
}

/// §2.6 point 8: "A UAS MUST always send a qop parameter"
#[test]
fn every_challenge_has_a_qop() {
    let mut desk = Desk::new();
    let refusal = desk.send(&Phone::tina("a").request(""));
    assert!(
        challenges(&refusal)
            .iter()
            .all(|c| c.qop == [Qop::Auth, Qop::AuthInt])
    );
}

/// §2.6: "SIP clients and servers MUST NOT accept or request Basic authentication"
#[test]
fn basic_is_neither_accepted_nor_asked_for() {
    let mut desk = Desk::new();
    let basic = "Authorization: Basic dGluYTpkZW1v\r\n";
    let refusal = desk.send(&Phone::tina("a").request(basic));
    assert_eq!(refusal.status.code(), 401);
    assert!(
        header(&refusal, &HeaderName::WwwAuthenticate)
            .iter()
            .all(|c| c.starts_with("Digest "))
    );
}

/// §2.6 point 7: the hash of no body is the hash of the empty string.
#[test]
fn auth_int_of_no_body_is_that_of_the_empty_string() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let offered = challenges(&desk.send(&tina.request("")));
    let whole = Challenge {
        qop: vec![Qop::AuthInt],
        ..offered[0].clone()
    };
    let mut again = tina.request("");
    tina.answer_one(&mut again, &whole, 1);
    assert_eq!(desk.send(&again).status.code(), 200);
}

/// A form without count and client nonce proves less, and a copy of it could be sent again.
#[test]
fn the_form_of_rfc_2069_does_not_log_in() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let offered = challenges(&desk.send(&tina.request("")));
    let bare = Challenge {
        qop: Vec::new(),
        ..offered[1].clone()
    };
    let mut again = tina.request("");
    tina.answer_one(&mut again, &bare, 1);
    assert_eq!(desk.send(&again).status.code(), 401);
}

/// A device that is held to one algorithm logs in with that one; what strangers are asked tells nobody.
#[test]
fn an_account_held_to_one_algorithm_is_challenged_like_all_and_takes_that_one_only() {
    let mut desk = Desk::with(|config| {
        config.accounts = vec![
            Account::new("tina", "demo"),
            Account {
                digest: Some(Algorithm::Sha256),
                ..Account::new("bob", "b0b")
            },
        ];
    });
    let mut bob = Phone {
        user: "bob",
        password: "b0b",
        aor: "sip:bob@example.com",
        ..Phone::tina("b")
    };
    for (at, status) in [(1, 401), (0, 200)] {
        let offered = challenges(&desk.send(&bob.request("")));
        assert_eq!(offered.len(), 2);
        let mut again = bob.request("");
        bob.answer_one(&mut again, &offered[at], 1);
        let response = desk.send(&again);
        assert_eq!(response.status.code(), status);
        if status == 401 {
            assert!(challenges(&response).iter().all(|c| !c.stale));
        }
    }
}

#[test]
fn a_login_may_be_another_name_than_the_number() {
    let mut desk = Desk::with(|config| {
        config.accounts = vec![Account {
            login: Some("desk".into()),
            ..Account::new("101", "demo")
        }];
    });
    let contact = "Contact: <sip:101@198.51.100.7>\r\n";
    let mut by_number = Phone {
        user: "101",
        aor: "sip:101@example.com",
        ..Phone::tina("a")
    };
    assert_eq!(by_number.register(&mut desk, contact).status.code(), 401);
    let mut by_name = Phone {
        user: "desk",
        ..by_number
    };
    assert_eq!(by_name.register(&mut desk, contact).status.code(), 200);
    assert_eq!(desk.registrar.bindings("101").count(), 1);
}
