//! What a 200 grants, lists and leaves out (RFC 3261 §10.2.4, §10.3 step 8).

use std::time::Duration;

use bellhop_agent::{LineState, Notice, Output};

use crate::desk::Desk;

/// Seconds until the binding shown ends.
fn left(desk: &Desk) -> u64 {
    let expires_at = desk.view().flows[0].expires_at.expect("no binding");
    expires_at.saturating_duration_since(desk.now).as_secs()
}

fn own(desk: &Desk, parameters: &str) -> String {
    format!("<{}>{parameters}", desk.last().contact_uri())
}

#[test]
fn what_is_granted_stands_at_the_contact_else_in_the_header_else_it_is_what_was_asked() {
    for (parameters, header, seconds) in [
        (";expires=300", Some("120"), 300),
        ("", Some("120"), 120),
        ("", None, 600),
    ] {
        let mut desk = Desk::registering();
        let contact = own(&desk, parameters);
        let mut headers = vec![("Contact", contact.as_str())];
        headers.extend(header.map(|value| ("Expires", value)));
        desk.answer(200, &headers);
        assert_eq!(left(&desk), seconds, "{parameters} {header:?}");
    }
}

#[test]
fn where_the_contact_is_not_listed_the_header_says_what_was_granted_unless_it_is_nothing() {
    for (header, seconds) in [("300", 300), ("1", 5), ("0", 600)] {
        let mut desk = Desk::registering();
        desk.answer(200, &[("Expires", header)]);
        desk.answer(200, &[("Expires", header)]);
        assert!(!desk.view().verified);
        assert_eq!(left(&desk), seconds, "{header}");
    }
}

#[test]
fn a_grant_is_taken_for_a_week_at_most_and_five_seconds_at_least() {
    for (granted, taken) in [
        (0x7fff_ffff_u32, 604_800),
        (604_801, 604_800),
        (604_800, 604_800),
        (86_407, 86_407),
        (5, 5),
        (1, 5),
    ] {
        let mut desk = Desk::registering();
        let contact = own(&desk, &format!(";expires={granted}"));
        desk.answer(200, &[("Contact", &contact)]);
        assert_eq!(left(&desk), taken, "{granted}");
    }
}

#[test]
fn what_has_just_been_removed_is_no_binding() {
    let mut desk = Desk::registering();
    let contact = own(&desk, ";expires=600");
    let gone = "<sip:tina@192.0.2.9:5062>;expires=0";
    desk.answer(200, &[("Contact", &contact), ("Contact", gone)]);
    assert_eq!(desk.view().bindings.len(), 1);
    // And neither is our own, if that is how it is listed.
    let mut desk = Desk::registering();
    let contact = own(&desk, ";expires=0");
    desk.answer(200, &[("Contact", &contact)]);
    assert!(desk.view().bindings.is_empty());
    assert_eq!(desk.view().state, LineState::Registering);
}

#[test]
fn bindings_of_ours_are_told_from_those_of_others() {
    let mut desk = Desk::bound();
    let old = desk.last().contacts()[0].clone();
    desk.network(&[2]);
    let contact = own(&desk, ";expires=600");
    let other = "<sip:tina@192.0.2.9:5062>;expires=500";
    let headers = [
        ("Contact", &*old),
        ("Contact", other),
        ("Contact", &contact),
    ];
    desk.answer(200, &headers);
    let mine: Vec<bool> = desk.view().bindings.iter().map(|it| it.mine).collect();
    assert_eq!(mine, [true, false, true]);
}

#[test]
fn a_change_is_told_with_where_from_where_to_and_how_long_it_took() {
    let mut desk = Desk::bound();
    desk.others.clear();
    desk.network(&[2]);
    desk.now += Duration::from_millis(41);
    desk.accept();
    let notices: Vec<_> = desk
        .others
        .iter()
        .filter_map(|output| match output {
            Output::Notice(notice) => Some(notice.clone()),
            _ => None,
        })
        .collect();
    let again = Notice::RegisteredAgain {
        took: Duration::from_millis(41),
        from: Some("net1".into()),
        to: "net2".into(),
    };
    assert_eq!(notices, [again]);
}
