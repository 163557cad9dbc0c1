//! Header fields: names, folding, lists, and what may not be there twice.

use bellhop_sip::{HeaderError, HeaderName};

use crate::common::{contacts, parse, register, request, round_trip, value, vias, with};

#[test]
fn joined_and_repeated_headers_are_the_same_list() {
    let joined = request(register(
        "Route: <sip:a;lr>, <sip:b;lr>\r\nRoute: <sip:c;lr>\r\n",
    ));
    let hosts: Vec<_> = joined
        .headers
        .routes(HeaderName::Route)
        .map(|route| route.unwrap().uri.to_string())
        .collect();
    assert_eq!(hosts, ["sip:a;lr", "sip:b;lr", "sip:c;lr"]);
}

#[test]
fn a_tab_folds_as_well_as_a_space_and_means_one_space() {
    let request = request(register("Subject: I know\r\n\tyou\r\n   are there  \r\n"));
    assert_eq!(value(&request.headers, "subject"), "I know you are there");
    round_trip(&bellhop_sip::Message::Request(request));
}

#[test]
fn a_folded_line_cannot_come_first() {
    assert!(parse(with("REGISTER sip:ex.com SIP/2.0\r\n Subject: x", "")).is_err());
}

#[test]
fn header_lines_must_be_header_lines() {
    for bad in [
        "no colon\r\n",
        ": no name\r\n",
        "two words: x\r\n",
        "<x>: y\r\n",
        "X\0: y\r\n",
    ] {
        assert!(parse(register(bad)).is_err(), "{bad}");
    }
}

#[test]
fn an_unknown_header_keeps_its_value_whatever_it_is() {
    assert_eq!(
        value(&request(register("X-Odd: ;;,,\"<\r\n")).headers, "x-odd"),
        ";;,,\"<"
    );
}

#[test]
fn what_may_be_there_once_is_refused_when_it_is_there_twice_differently() {
    let request = request(register(
        "Call-ID: other\r\nt: <sip:other@h>\r\nf: <sip:other@h>;tag=2\r\nCSeq: 2 REGISTER\r\nMax-Forwards: 5\r\nExpires: 1\r\nExpires: 2\r\n",
    ));
    let headers = &request.headers;
    let errors = [
        headers.from().unwrap_err(),
        headers.to().unwrap_err(),
        headers.call_id().unwrap_err(),
        headers.cseq().unwrap_err(),
        headers.max_forwards().unwrap_err(),
        headers.expires().unwrap_err(),
    ];
    assert!(
        errors
            .iter()
            .all(|error| matches!(error, HeaderError::Invalid { .. })),
        "{errors:?}"
    );
}

#[test]
fn lists_of_elements_end() {
    let many = format!("Contact: {}\r\n", vec!["<sip:a@h>"; 700].join(","));
    assert_eq!(
        contacts(&request(register(&many)).headers).len(),
        bellhop_sip::limits::MAX_ELEMENTS
    );
}

#[test]
fn an_empty_element_is_an_error_and_not_the_end_of_the_list() {
    let request = request(register("Contact: <sip:a@h>,,<sip:b@h>\r\n"));
    let read: Vec<_> = request
        .headers
        .contacts()
        .map(|contact| contact.is_ok())
        .collect();
    assert_eq!(read, [true, false, true]);
}

#[test]
fn every_via_is_there_in_order() {
    let request = request(register(
        "v: SIP/2.0/TCP b;branch=2, SIP/2.0/TLS c;branch=3\r\n",
    ));
    let branches: Vec<_> = vias(&request.headers)
        .iter()
        .map(|via| via.branch().unwrap().to_string())
        .collect();
    assert_eq!(branches, ["z9hG4bKa", "2", "3"]);
}
