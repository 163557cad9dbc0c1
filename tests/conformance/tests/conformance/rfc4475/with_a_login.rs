//! REGISTERs that a registrar challenges before it looks further, sent once more with a login: a line is added to them, and nothing else is changed.

use bellhop_registrar::Account;
use bellhop_sip::{ContactAddr, HeaderName, Response};
use bytes::Bytes;

use super::message;
use crate::common::{self, request};
use crate::desk::{Desk, Phone, at_home, response};

fn desk() -> Desk {
    Desk::with(|config| {
        config.accounts = vec![
            Account::new("watson", "demo"),
            Account::new("user", "demo"),
            Account::new("null-", "demo"),
            Account {
                login: Some("null".into()),
                ..Account::new("null-\0-null", "demo")
            },
        ];
    })
}

/// What asks for the bindings afterwards.
fn phone(user: &'static str, aor: &'static str) -> Phone {
    Phone {
        user,
        aor,
        ..Phone::tina("afterwards")
    }
}

/// The answer to the message with the phone's login.
fn registered(desk: &mut Desk, phone: &Phone, message: &'static [u8]) -> Response {
    let receive = |desk: &mut Desk, message: Bytes| {
        let answer = desk.receive(&at_home(), message).unwrap();
        response(answer.response)
    };
    let refusal = receive(desk, Bytes::from_static(message));
    assert_eq!(refusal.status.code(), 401);
    let mut answered = request(message);
    phone.answer(&mut answered, &refusal, 1);
    let login = answered.headers.get(&HeaderName::Authorization).unwrap();
    let text = std::str::from_utf8(message).unwrap();
    let (line, rest) = text.split_once("\r\n").unwrap();
    let login = login.as_text().unwrap();
    let answer = receive(
        desk,
        format!("{line}\r\nAuthorization: {login}\r\n{rest}").into(),
    );
    assert_eq!(answer.status.code(), 200, "{}", answer.reason);
    answer
}

/// The bindings, as a later query has them.
fn fetched(desk: &mut Desk, phone: &mut Phone) -> Vec<ContactAddr> {
    bound(&phone.register(desk, ""))
}

fn bound(answer: &Response) -> Vec<ContactAddr> {
    assert_eq!(answer.status.code(), 200, "{}", answer.reason);
    common::contacts(&answer.headers)
}

fn uris(contacts: &[ContactAddr]) -> Vec<&str> {
    contacts.iter().map(|it| it.uri.as_str()).collect()
}

#[test]
fn escnull_two_contacts_of_a_user_that_no_null_cuts_short() {
    let mut desk = desk();
    let mut whole = phone("null", "sip:null-%00-null@example.com");
    let both = ["sip:%00@host5.example.com", "sip:%00%00@host5.example.com"];
    let answer = bound(&registered(&mut desk, &whole, message!("escnull")));
    assert_eq!(uris(&answer), both);
    assert_eq!(uris(&fetched(&mut desk, &mut whole)), both);
    let mut short = phone("null-", "sip:null-@example.com");
    assert!(fetched(&mut desk, &mut short).is_empty());
    // Each goes by itself.
    let one = "Contact: <sip:%00@host5.example.com>;expires=0\r\n";
    let left = bound(&whole.register(&mut desk, one));
    assert_eq!(uris(&left), [both[1]]);
}

#[test]
fn cparam01_the_header_has_the_parameter_and_the_binding_does_not() {
    let mut desk = desk();
    let mut watson = phone("watson", "sip:watson@example.com");
    let answer = bound(&registered(&mut desk, &watson, message!("cparam01")));
    for contacts in [answer, fetched(&mut desk, &mut watson)] {
        assert_eq!(uris(&contacts), ["sip:+19725552222@gw1.example.net"]);
    }
}

#[test]
fn cparam02_the_binding_has_the_parameter_in_its_uri() {
    let mut desk = desk();
    let mut watson = phone("watson", "sip:watson@example.com");
    let wanted = ["sip:+19725552222@gw1.example.net;unknownparam"];
    let answer = bound(&registered(&mut desk, &watson, message!("cparam02")));
    for contacts in [answer, fetched(&mut desk, &mut watson)] {
        assert_eq!(uris(&contacts), wanted);
        assert!(!contacts[0].params.contains("unknownparam"));
    }
    // A parameter that only one of the two has makes no other URI of it (RFC 3261 §19.1.4).
    let answer = bound(&registered(&mut desk, &watson, message!("cparam01")));
    assert_eq!(uris(&answer), ["sip:+19725552222@gw1.example.net"]);
}

#[test]
fn regescrt_the_binding_has_the_header_in_its_uri_and_is_known_by_what_it_means() {
    let mut desk = desk();
    let mut user = phone("user", "sip:user@example.com");
    let wanted = "sip:user@example.com?Route=%3Csip:sip.example.com%3E";
    let answer = bound(&registered(&mut desk, &user, message!("regescrt")));
    for contacts in [answer, fetched(&mut desk, &mut user)] {
        assert_eq!(uris(&contacts), [wanted]);
        let headers: Vec<_> = contacts[0].uri.uri_headers().collect();
        assert_eq!(headers, [("Route".into(), "<sip:sip.example.com>".into())]);
    }
    let same = "Contact: <sip:%75ser@example.com?Route=%3csip:sip%2eexample.com%3e>\r\n";
    assert_eq!(bound(&user.register(&mut desk, same)).len(), 1);
    let other = "Contact: <sip:user@example.com?Route=%3Csip:other.example.com%3E>\r\n";
    assert_eq!(bound(&user.register(&mut desk, other)).len(), 2);
    let bare = "Contact: <sip:user@example.com>\r\n";
    assert_eq!(bound(&user.register(&mut desk, bare)).len(), 3);
}
