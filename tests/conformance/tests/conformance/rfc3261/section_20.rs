//! The header fields.

use bellhop_sip::{
    CSeq, Contact, HeaderName, Headers, Host, Method, NameAddr, Transport, Via, ViaTransport,
};

use crate::common::{contact, from, via};

#[test]
fn contact_parameters_are_typed_and_unknown_ones_kept() {
    let contact = contact(
        r#""A \"B\"" <sip:a@10.0.0.1;transport=tcp;ob>;reg-id=1;+sip.instance="<urn:uuid:1>";expires=600;q=0.7;pub-gruu="sip:a@h;gr=urn:uuid:1";temp-gruu="sip:t@h;gr";methods="INVITE, BYE";x"#,
    );
    assert_eq!(contact.display.as_deref(), Some(r#"A "B""#));
    assert_eq!(
        (contact.q(), contact.expires(), contact.reg_id()),
        (Some(700), Some(600), Some(1))
    );
    assert_eq!(contact.instance().unwrap(), "urn:uuid:1");
    assert_eq!(
        contact.pub_gruu().unwrap().param("gr").unwrap(),
        "urn:uuid:1"
    );
    assert_eq!(contact.temp_gruu().unwrap().user(), Some("t"));
    assert_eq!(contact.params.value("methods").unwrap(), "INVITE, BYE");
    assert_eq!(contact.params.get("x"), Some(None));
    assert_eq!(
        contact.to_string().parse::<NameAddr>().unwrap(),
        contact.addr
    );
}

#[test]
fn q_is_read_in_thousandths_or_not_at_all() {
    for (text, q) in [
        ("0", Some(0)),
        ("1", Some(1000)),
        ("1.000", Some(1000)),
        ("0.5", Some(500)),
        ("0.", Some(0)),
        ("1.1", None),
        ("0.1234", None),
        ("-1", None),
        ("2", None),
        ("", None),
    ] {
        assert_eq!(contact(&format!("<sip:a@h>;q={text}")).q(), q, "{text}");
    }
}

#[test]
fn a_star_is_no_address() {
    let mut headers = Headers::new();
    headers.push(HeaderName::Contact, "*");
    assert_eq!(headers.contacts().next().unwrap().unwrap(), Contact::Star);
}

#[test]
fn a_via_of_ours_asks_for_rport_and_brackets_ipv6() {
    let via = Via::udp("[2001:db8::1]:5060".parse().unwrap(), "z9hG4bKx");
    assert_eq!(
        via.to_string(),
        "SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bKx;rport"
    );
    assert_eq!(
        (via.rport(), via.transport),
        (Some(None), ViaTransport::Known(Transport::Udp))
    );
}

#[test]
fn via_parameters_are_typed() {
    let via = via(
        "SIP/2.0/UDP h:5060;received=192.0.2.1;rport=5061;maddr=239.255.255.1;ttl=16;branch=z9hG4bKx;alias",
    );
    assert_eq!(via.received(), Some("192.0.2.1".parse().unwrap()));
    assert_eq!(via.rport(), Some(Some(5061)));
    assert_eq!(via.maddr().unwrap(), "239.255.255.1");
    assert_eq!(
        (via.sent_by.host, via.sent_by.port),
        (Host::Name("h".into()), Some(5060))
    );
    assert!(via.params.contains("alias"));
}

#[test]
fn an_address_without_brackets_gives_its_parameters_to_the_header() {
    let from = from("sip:a@h;tag=x;user=phone");
    assert_eq!(
        (from.uri.as_str(), from.tag().unwrap().as_str()),
        ("sip:a@h", "x")
    );
    assert_eq!(from.to_string(), "<sip:a@h>;tag=x;user=phone");
}

#[test]
fn a_display_name_is_written_quoted_whatever_it_is() {
    let mut addr = NameAddr::new("sip:a@h".parse().unwrap());
    addr.display = Some("x\" <sip:evil@h>\r\nEvil: 1".into());
    let mut headers = Headers::new();
    headers.push(HeaderName::From, &addr);
    assert_eq!(headers.from().unwrap().uri, addr.uri);
    assert_eq!(
        headers.from().unwrap().display.as_deref(),
        Some("x\" <sip:evil@h>  Evil: 1")
    );
}

#[test]
fn cseq_is_a_number_of_32_bits_and_a_method() {
    let cseq = |value: &str| {
        let mut headers = Headers::new();
        headers.push(HeaderName::CSeq, value);
        headers.cseq()
    };
    assert_eq!(
        cseq("4294967295  FOO"),
        Ok(CSeq {
            number: u32::MAX,
            method: Method::Other("FOO".into())
        })
    );
    for bad in ["4294967296 FOO", "-1 FOO", "1", "1 ", "FOO 1", "1 A B", ""] {
        assert!(cseq(bad).is_err(), "{bad}");
    }
}
