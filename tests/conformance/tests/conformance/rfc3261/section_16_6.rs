//! RFC 3261 §16.5 and §16.6: the target set that the location service has for a call, and its order.

use bellhop_registrar::{Arrival, Group, Qualified, Ring};

use crate::desk::{Desk, Phone};

const HOME: &str = "Contact: <sip:tina@198.51.100.7:5060>\r\n";

/// Whom a call to `user` rings: those together, and then the next.
fn called<'a>(desk: &'a Desk, user: &str) -> Vec<Vec<&'a str>> {
    let sets = desk.registrar.lookup(desk.now, user).into_iter();
    sets.map(|set| set.iter().map(|b| b.contact()).collect())
        .collect()
}

/// §16.6: what is called together, and what next.
#[test]
fn a_call_goes_to_the_most_preferred_first_and_to_equals_together() {
    let mut desk = Desk::new();
    for (host, q) in [
        (1, ";q=0.5"),
        (2, ""),
        (3, ";q=1.0"),
        (4, ";q=0.0"),
        (5, ";q=0.500"),
    ] {
        let lines = format!("Contact: <sip:t@198.51.100.{host}>{q}\r\n");
        Phone::tina("a").register(&mut desk, &lines);
        desk.wait(1);
    }
    assert_eq!(
        called(&desk, "tina"),
        [
            vec!["sip:t@198.51.100.3", "sip:t@198.51.100.2"],
            vec!["sip:t@198.51.100.5", "sip:t@198.51.100.1"],
            vec!["sip:t@198.51.100.4"]
        ]
    );
    assert!(desk.registrar.lookup(desk.now, "nobody").is_empty());
}

#[test]
fn a_contact_that_does_not_answer_is_not_called_until_it_does_or_registers() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    tina.register(&mut desk, HOME);
    desk.events();
    let key = desk.registrar.bindings("tina").next().unwrap().key();
    for _ in 0..2 {
        desk.registrar
            .handle_qualified(desk.now, "tina", key, Qualified::Unreachable);
    }
    assert!(desk.registrar.lookup(desk.now, "tina").is_empty());
    assert_eq!(desk.query().len(), 1, "it is bound all the same");
    tina.register(&mut desk, HOME);
    assert_eq!(desk.registrar.lookup(desk.now, "tina").len(), 1);
    assert_eq!(
        desk.registrar.bindings("tina").next().unwrap().qualified(),
        None
    );
    desk.registrar
        .handle_qualified(desk.now, "tina", key, Qualified::Unreachable);
    let moved = Arrival::udp("198.51.100.99:5060".parse().unwrap());
    tina.register_by(&mut desk, &moved, HOME);
    assert_eq!(desk.registrar.lookup(desk.now, "tina").len(), 1);
    assert_eq!(
        desk.events()[0],
        "cannot reach tina at sip:tina@198.51.100.7:5060"
    );
}

/// A desk where `tina` and `bob` are bound, tina twice, and a group of both.
fn with_a_group(ring: Ring) -> Desk {
    let group = |user: &str, members: &[&str]| Group {
        user: user.into(),
        members: members.iter().map(ToString::to_string).collect(),
        ring,
    };
    let mut desk = Desk::with(|config| {
        config.groups = vec![
            group("600", &["bob", "nobody", "tina"]),
            group("tina", &["bob"]),
            group("601", &[]),
        ];
    });
    for (call_id, lines) in [
        ("a", "Contact: <sip:t@198.51.100.1>\r\n"),
        ("b", "Contact: <sip:t@198.51.100.2>;q=0.5\r\n"),
    ] {
        Phone::tina(call_id).register(&mut desk, lines);
    }
    let mut bob = Phone {
        user: "bob",
        password: "b0b",
        aor: "sip:bob@example.com",
        ..Phone::tina("c")
    };
    bob.register(&mut desk, "Contact: <sip:bob@198.51.100.3>\r\n");
    desk
}

#[test]
fn a_group_rings_what_each_member_prefers_at_once_and_then_the_rest() {
    let desk = with_a_group(Ring::All);
    assert_eq!(
        called(&desk, "600"),
        [
            vec!["sip:bob@198.51.100.3", "sip:t@198.51.100.1"],
            vec!["sip:t@198.51.100.2"]
        ]
    );
    assert!(called(&desk, "601").is_empty());
}

#[test]
fn a_group_in_order_rings_one_member_after_the_other() {
    let desk = with_a_group(Ring::Order);
    assert_eq!(
        called(&desk, "600"),
        [
            vec!["sip:bob@198.51.100.3"],
            vec!["sip:t@198.51.100.1"],
            vec!["sip:t@198.51.100.2"]
        ]
    );
}

#[test]
fn an_account_goes_before_a_group_of_its_name() {
    let desk = with_a_group(Ring::All);
    assert_eq!(called(&desk, "tina").len(), 2);
}

#[test]
fn a_group_follows_its_members_through_other_accounts() {
    let mut desk = with_a_group(Ring::Order);
    let mut config = crate::desk::config();
    config.accounts.reverse();
    config.groups = vec![Group {
        user: "600".into(),
        members: vec!["tina".into()],
        ring: Ring::All,
    }];
    desk.registrar.reconfigure(desk.now, config);
    assert_eq!(called(&desk, "600").concat().len(), 2);
}

/// Nobody logs in as a group, and no member binds to it.
#[test]
fn a_group_is_bound_to_nothing() {
    let mut desk = with_a_group(Ring::All);
    let mut tina = Phone {
        aor: "sip:600@example.com",
        ..Phone::tina("d")
    };
    let refused = tina.register(&mut desk, HOME);
    assert!(matches!(refused.status.code(), 403 | 404));
    assert_eq!(called(&desk, "600").concat().len(), 3);
}
