use super::*;
use crate::{CSeq, Method, Text};

fn other(name: &str) -> HeaderName {
    name.parse().unwrap()
}

#[test]
fn a_line_end_in_a_value_or_name_begins_no_header() {
    let mut headers = Headers::new();
    headers.push(HeaderName::Subject, "hi\r\nEvil: 1");
    headers.push(
        HeaderName::Other(Text::from("X\r\nEvil")),
        bytes::Bytes::from_static(b"\xff\n1"),
    );
    let written: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    assert_eq!(
        written,
        [
            ("Subject", &b"hi  Evil: 1"[..]),
            ("X--Evil", &b"\xff 1"[..])
        ]
    );
}

#[test]
fn setting_replaces_all_in_the_place_of_the_first() {
    let mut headers = Headers::new();
    for (name, value) in [("X-A", "1"), ("X-B", "2"), ("x-a", "3"), ("X-C", "4")] {
        headers.push(other(name), value);
    }
    headers.set(other("X-A"), "5");
    headers.set(other("X-D"), "6");
    headers.remove(&other("x-c"));
    assert_eq!(
        format!("{headers:?}"),
        r#"{"X-A": "5", "X-B": "2", "X-D": "6"}"#
    );
}

#[test]
fn a_single_header_that_is_there_twice_differently_is_refused() {
    let mut headers = Headers::new();
    headers.push(HeaderName::CSeq, "1 INVITE");
    headers.push(HeaderName::CSeq, "1 INVITE");
    assert_eq!(
        headers.cseq(),
        Ok(CSeq {
            number: 1,
            method: Method::Invite
        })
    );
    headers.push(HeaderName::CSeq, "2 INVITE");
    assert!(matches!(
        headers.cseq(),
        Err(HeaderError::Invalid {
            name: HeaderName::CSeq,
            ..
        })
    ));
    assert_eq!(
        headers.call_id(),
        Err(HeaderError::Missing(HeaderName::CallId))
    );
}

#[test]
fn replacing_the_top_via_keeps_those_joined_to_it() {
    let mut headers = Headers::new();
    headers.push(
        HeaderName::Via,
        "SIP/2.0/UDP a;branch=1 , SIP/2.0/TCP b;branch=2",
    );
    let mut via = headers.top_via().unwrap();
    via.set_received("2001:db8::1".parse().unwrap());
    via.set_rport(5060);
    headers.replace_top_via(&via);
    let written: Vec<_> = headers.vias().map(|via| via.unwrap().to_string()).collect();
    assert_eq!(
        written,
        [
            "SIP/2.0/UDP a;branch=1;received=2001:db8::1;rport=5060",
            "SIP/2.0/TCP b;branch=2"
        ]
    );
    assert_eq!(
        headers.top_via().unwrap().received(),
        Some("2001:db8::1".parse().unwrap())
    );
}

#[test]
fn retry_after_leaves_comment_and_parameters_out() {
    let mut headers = Headers::new();
    headers.set(HeaderName::RetryAfter, "18000;duration=3600");
    assert_eq!(headers.retry_after(), Ok(Some(18000)));
    headers.set(HeaderName::RetryAfter, "120 (I'm in a meeting)");
    assert_eq!(headers.retry_after(), Ok(Some(120)));
    headers.set(HeaderName::RetryAfter, "12x");
    assert!(headers.retry_after().is_err());
}

#[test]
fn headers_are_found_wherever_they_went() {
    let mut headers = Headers::new();
    for place in 0..300 {
        headers.push(other(&format!("X-{place}")), "x");
    }
    let found = |headers: &Headers| {
        let subjects = headers.get_all(&HeaderName::Subject);
        subjects
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert!(!headers.contains(&HeaderName::Subject));
    headers.push(HeaderName::Subject, "1");
    headers.push(HeaderName::Subject, "2");
    assert_eq!(found(&headers), "1 2");
    headers.push_front(HeaderName::Subject, "0");
    headers.push(HeaderName::Server, "s");
    assert_eq!(found(&headers), "0 1 2");
    headers.remove(&other("X-7"));
    assert_eq!(found(&headers), "0 1 2");
    headers.set(HeaderName::Subject, "3");
    headers.push_front(HeaderName::Via, "SIP/2.0/UDP h");
    assert_eq!(found(&headers), "3");
    assert!(headers.top_via().is_ok() && headers.contains(&other("server")));
    headers.remove(&other("subject"));
    assert_eq!(found(&headers), "");
}
