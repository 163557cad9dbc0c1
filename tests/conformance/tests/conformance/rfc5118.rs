//! RFC 5118, IPv6 torture test messages. The archive has them with bare line feeds, and some without the empty line at their end.

use bellhop_sip::{Host, ParseError, Request};

use crate::common::{contacts, parse, request, round_trip, vias};

/// A message as it was meant to be sent: with CRLF, and an empty line behind the headers.
macro_rules! message {
    ($name:literal) => {
        sent(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/data/rfc5118/",
            $name,
            ".dat"
        )))
    };
}

fn sent(text: &str) -> Vec<u8> {
    let whole = if text.contains("\n\n") {
        text.to_owned()
    } else {
        format!("{text}\n")
    };
    whole.replace('\n', "\r\n").into_bytes()
}

fn read(bytes: &[u8]) -> Request {
    round_trip(&parse(bytes).unwrap());
    request(bytes)
}

fn v6(text: &str) -> Host {
    Host::V6(text.parse().unwrap())
}

#[test]
fn section_4_1_a_reference_in_brackets() {
    let request = read(&message!("ipv6-good"));
    assert_eq!(
        (request.uri.host(), request.uri.port()),
        (Some(v6("2001:db8::10")), None)
    );
    assert_eq!(vias(&request.headers)[0].sent_by.host, v6("2001:db8::9:1"));
    assert_eq!(
        contacts(&request.headers)[0].uri.host(),
        Some(v6("2001:db8::1"))
    );
}

#[test]
fn section_4_2_without_brackets_it_is_refused() {
    assert!(matches!(
        parse(message!("ipv6-bad")),
        Err(ParseError::StartLine(_))
    ));
}

#[test]
fn section_4_3_a_port_inside_the_brackets_is_part_of_the_address() {
    let request = read(&message!("port-ambiguous"));
    assert_eq!(
        (request.uri.host(), request.uri.port()),
        (Some(v6("2001:db8::10:5070")), None)
    );
}

#[test]
fn section_4_4_a_port_behind_the_brackets_is_a_port() {
    let request = read(&message!("port-unambiguous"));
    assert_eq!(
        (request.uri.host(), request.uri.port()),
        (Some(v6("2001:db8::10")), Some(5070))
    );
}

#[test]
fn section_4_5_received_is_read_with_and_without_brackets() {
    for bytes in [
        message!("via-received-param-with-delim"),
        message!("via-received-param-no-delim"),
    ] {
        assert_eq!(
            vias(&read(&bytes).headers)[0].received(),
            Some("2001:db8::9:255".parse().unwrap())
        );
    }
}

#[test]
fn section_4_6_and_4_8_addresses_in_the_body_are_nobodys_matter() {
    for bytes in [message!("ipv6-in-sdp"), message!("mult-ip-in-sdp")] {
        // Lengths in the archive count other line ends than it has.
        let bytes = String::from_utf8(bytes)
            .unwrap()
            .replace("Content-Length", "X-Length");
        let request = read(bytes.as_bytes());
        assert_eq!(request.uri.host(), Some(v6("2001:db8::10")));
        assert!(request.body.starts_with(b"v=0"));
    }
}

#[test]
fn section_4_7_vias_of_both_families() {
    let request = read(&message!("mult-ip-in-header"));
    let said: Vec<_> = vias(&request.headers)
        .iter()
        .map(|via| via.sent_by.to_string())
        .collect();
    assert_eq!(
        said,
        ["[2001:db8::9:1]:6050", "192.0.2.1", "[2001:db8::9:255]"]
    );
    assert_eq!(
        vias(&request.headers)[2].received(),
        Some("192.0.2.200".parse().unwrap())
    );
}

#[test]
fn section_4_9_mapped_addresses_stay_ipv6() {
    let bytes = String::from_utf8(message!("ipv4-mapped-ipv6"))
        .unwrap()
        .replace("Content-Length", "X-Length");
    let request = read(bytes.as_bytes());
    let vias = vias(&request.headers);
    assert_eq!(
        (vias[0].sent_by.host.clone(), vias[0].sent_by.port),
        (v6("::ffff:192.0.2.10"), Some(19823))
    );
    assert_eq!(
        contacts(&request.headers)[0].uri.host(),
        Some(v6("::ffff:192.0.2.2"))
    );
}

#[test]
fn section_4_10_the_third_colon_of_the_old_grammar_is_tolerated() {
    for bytes in [
        message!("ipv6-bug-abnf-3-colons"),
        message!("ipv6-correct-abnf-2-colons"),
    ] {
        assert_eq!(read(&bytes).uri.host(), Some(v6("2001:db8::192.0.2.1")));
    }
}
