//! Where the registrar saw us: `received` and `rport` of our own Via (RFC 3261 §18.2.1, RFC 3581 §4).

use std::net::SocketAddr;

use bellhop_sip::{HeaderName, Response, StatusCode};

use crate::desk::Desk;
use crate::fetch::{is_fetch, list, until_register};

/// 200 to the last request, with these Via parameters, its own Contact and another one.
fn accept_seen(desk: &mut Desk, parameters: &str, other: Option<&str>) {
    let sent = desk.last();
    let mut response = Response::answering(&sent.request, StatusCode::OK);
    let via = format!("SIP/2.0/UDP 10.1.0.2:40001;branch=z9hG4bKx{parameters}");
    response.headers.push_front(HeaderName::Via, via);
    let own = sent.contacts()[0].clone();
    for contact in [Some(&*own), other].into_iter().flatten() {
        response.headers.push(HeaderName::Contact, contact);
    }
    desk.agent.handle_response(desk.now, sent.id, &response);
    desk.timeout();
}

/// The public address after a 200 whose Via has these parameters.
fn seen(parameters: &str) -> Option<SocketAddr> {
    let mut desk = Desk::registering();
    accept_seen(&mut desk, parameters, None);
    desk.view().flows[0].public
}

fn at(text: &str) -> Option<SocketAddr> {
    Some(text.parse().unwrap())
}

#[test]
fn both_one_or_neither_of_received_and_rport_may_be_there() {
    assert_eq!(
        seen(";received=198.51.100.1;rport=61000"),
        at("198.51.100.1:61000")
    );
    // What is left out is as we wrote it.
    assert_eq!(seen(";rport=61000"), at("10.1.0.2:61000"));
    assert_eq!(seen(";received=198.51.100.1"), at("198.51.100.1:40001"));
    assert_eq!(seen(""), None);
}

#[test]
fn what_cannot_be_an_address_is_none() {
    assert_eq!(seen(";received=0.0.0.0;rport=61000"), None);
    assert_eq!(seen(";received=198.51.100.1;rport=0"), None);
}

#[test]
fn it_is_kept_for_the_contact_that_was_sent_and_saved_when_it_is_news() {
    let mut desk = Desk::registering();
    let before = desk.saved.len();
    desk.accept();
    assert_eq!(desk.saved.len(), before + 1);
    let first = desk.saved.last().unwrap().contacts.clone();
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].public, at("198.51.100.1:61000"));
    desk.network(&[2]);
    let before = desk.saved.len();
    desk.accept();
    assert_eq!(desk.saved.len(), before + 1);
    let both = desk.saved.last().unwrap().contacts.clone();
    assert_eq!(both[0].uri, desk.last().contact_uri());
    assert_eq!(both[1], first[0]);
    // The same again is no news.
    let own = desk.last().contacts()[0].clone();
    while is_fetch(&until_register(&mut desk)) {
        list(&mut desk, &[&own]);
    }
    let before = desk.saved.len();
    desk.accept();
    assert_eq!(desk.saved.len(), before);
}

#[test]
fn an_old_contact_is_removed_as_the_address_that_it_was_seen_from_and_no_other() {
    let mut desk = Desk::registering();
    let old = desk.last().contacts()[0].clone();
    accept_seen(&mut desk, ";received=198.51.100.1;rport=61000", None);
    desk.network(&[2]);
    accept_seen(&mut desk, ";received=198.51.101.1;rport=62000", Some(&old));
    let removal = desk.last().contacts().join(" ");
    assert!(
        removal.contains("@198.51.100.1:61000>;expires=0"),
        "{removal}"
    );
    assert!(!removal.contains("@198.51.101.1:62000"), "{removal}");
}
