//! Lines, names and framing.

use bellhop_sip::{Frame, HeaderName, Headers, Message, Method, ParseError, frame_stream};

use crate::common::{contacts, parse, register, request, response, round_trip, value, with};

const OK: &str = "Via: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:a@h>;tag=2\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n\r\n";

#[test]
fn probe_01_a_plain_register() {
    let request = request(register(
        "Contact: <sip:a@10.0.0.1:5060>\r\nExpires: 3600\r\n",
    ));
    assert_eq!(request.method, Method::Register);
    assert_eq!(
        contacts(&request.headers)[0].uri.as_str(),
        "sip:a@10.0.0.1:5060"
    );
    assert_eq!(request.headers.expires(), Ok(Some(3600)));
}

#[test]
fn probe_02_compact_names() {
    let request = request(
        "REGISTER sip:ex.com SIP/2.0\r\nv: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa\r\nf: <sip:a@ex.com>;tag=1\r\nt: <sip:a@ex.com>\r\ni: c1\r\nm: <sip:a@10.0.0.1>\r\nCSeq: 1 REGISTER\r\nl: 0\r\n\r\n",
    );
    assert_eq!(
        request.headers.top_via().unwrap().branch().unwrap(),
        "z9hG4bKa"
    );
    assert_eq!(request.headers.from().unwrap().tag().unwrap(), "1");
    assert_eq!(request.headers.to().unwrap().uri.as_str(), "sip:a@ex.com");
    assert_eq!(request.headers.call_id().unwrap(), "c1");
    assert_eq!(contacts(&request.headers).len(), 1);
    assert_eq!(value(&request.headers, "Content-Length"), "0");
}

#[test]
fn probe_03_a_folded_header() {
    let request = request(register(
        "Subject: I know\r\n you are there\r\nContact: <sip:a@h>\r\n",
    ));
    assert_eq!(value(&request.headers, "Subject"), "I know you are there");
    assert_eq!(contacts(&request.headers).len(), 1);
}

#[test]
fn probe_09_an_unknown_method() {
    assert_eq!(
        request(with("FOO sip:ex.com SIP/2.0", "")).method.as_str(),
        "FOO"
    );
}

#[test]
fn probe_15_a_lowercase_version() {
    assert_eq!(
        request(with("REGISTER sip:ex.com sip/2.0", "")).method,
        Method::Register
    );
}

#[test]
fn probe_16_a_binary_body_round_trips() {
    let mut bytes = b"MESSAGE sip:b@ex.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: x\r\nCSeq: 1 MESSAGE\r\nContent-Length: 6\r\n\r\n".to_vec();
    bytes.extend([0xff, 0x00, 0xfe, 0x80, 1, 2]);
    let message = parse(&bytes).unwrap();
    assert_eq!(message.body().as_ref(), [0xff, 0x00, 0xfe, 0x80, 1, 2]);
    assert_eq!(message.to_bytes(), bytes);
}

#[test]
fn probe_17_a_byte_that_is_not_utf8_in_a_value() {
    let mut bytes = register("Subject: \r\n");
    let at = bytes
        .windows(9)
        .position(|window| window == b"Subject: ")
        .unwrap()
        + 9;
    bytes.insert(at, 0xe9);
    let message = parse(&bytes).unwrap();
    let subject = message.headers().get(&HeaderName::Subject).unwrap();
    assert_eq!((subject.as_bytes(), subject.as_text()), (&[0xe9][..], None));
    assert_eq!(message.headers().cseq().unwrap().number, 1);
    round_trip(&message);
}

#[test]
fn probe_18_a_datagram_that_was_cut() {
    let cut = "REGISTER sip:ex.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:a@h>\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n";
    assert_eq!(parse(cut), Err(ParseError::Unfinished));
}

#[test]
fn probe_19_a_header_of_64_kib_is_refused() {
    assert!(matches!(
        parse(register(&format!("X-Big: {}\r\n", "x".repeat(65536)))),
        Err(ParseError::TooLarge(_))
    ));
    assert!(matches!(
        parse(register(&format!("X-Big: {}\r\n", "x".repeat(9000)))),
        Err(ParseError::TooLarge(_))
    ));
    assert!(parse(register(&format!("X-Big: {}\r\n", "x".repeat(8000)))).is_ok());
}

#[test]
fn probe_20_two_thousand_headers_are_refused() {
    let headers = |count: usize| {
        (0..count)
            .map(|i| format!("X-H{i}: v\r\n"))
            .collect::<String>()
    };
    assert!(matches!(
        parse(register(&headers(2000))),
        Err(ParseError::TooLarge(_))
    ));
    assert!(parse(register(&headers(100))).is_ok());
}

#[test]
fn probe_45_two_messages_in_a_stream() {
    let mut stream = register("");
    let one = stream.len();
    stream.extend(register(""));
    assert_eq!(frame_stream(&stream), Ok(Frame::Message(one)));
    assert!(parse(&stream).unwrap().body().is_empty());
}

#[test]
fn probe_46_a_body_shorter_than_its_length() {
    let bytes = "MESSAGE sip:b@ex.com SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bKa\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: x\r\nCSeq: 1 MESSAGE\r\nContent-Length: 100\r\n\r\nabc";
    assert!(matches!(parse(bytes), Err(ParseError::ContentLength(_))));
    assert_eq!(frame_stream(bytes.as_bytes()), Ok(Frame::Incomplete));
}

#[test]
fn probe_47_a_space_behind_a_header_name() {
    let request = request(
        "OPTIONS sip:ex.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:a@ex.com>;tag=1\r\nTo: <sip:b@ex.com>\r\nCall-ID : x\r\nCSeq: 1 OPTIONS\r\n\r\n",
    );
    assert_eq!(request.headers.call_id().unwrap(), "x");
}

#[test]
fn probe_48_an_empty_value() {
    let request = request(register("Subject:\r\nX-A: b\r\n"));
    assert_eq!(
        (
            value(&request.headers, "Subject"),
            value(&request.headers, "X-A")
        ),
        ("", "b")
    );
}

#[test]
fn probe_49_a_reason_phrase_of_its_own() {
    let response = response(format!("SIP/2.0 200 Alles gut\r\n{OK}"));
    assert_eq!(response.reason, "Alles gut");
    assert!(
        response
            .to_bytes()
            .starts_with(b"SIP/2.0 200 Alles gut\r\n")
    );
}

#[test]
fn probe_50_an_unknown_status() {
    for code in [299, 499, 698] {
        let response = response(format!("SIP/2.0 {code} Weird\r\n{OK}"));
        assert_eq!(response.status.code(), code);
        assert!(
            response
                .to_bytes()
                .starts_with(format!("SIP/2.0 {code} Weird\r\n").as_bytes())
        );
    }
}

#[test]
fn probe_51_an_empty_reason_phrase() {
    assert_eq!(response(format!("SIP/2.0 100 \r\n{OK}")).reason, "");
}

#[test]
fn probe_52_no_space_before_no_reason_phrase() {
    let response = response(format!("SIP/2.0 100\r\n{OK}"));
    assert_eq!(
        (response.status.code(), response.reason.as_str()),
        (100, "")
    );
}

#[test]
fn probe_53_line_ends_in_front() {
    let bytes = [b"\r\n\r\n".as_slice(), &register("")].concat();
    assert_eq!(request(bytes).method, Method::Register);
}

#[test]
fn probe_54_a_tortuous_invite() {
    // The message of RFC 4475 §3.1.1.1 without Content-Length: see there for the whole meaning.
    let bytes = "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\nTO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\ncseq: 0009\r\n  INVITE\r\nVia  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\ns :\r\n\r\nv=0\r\n";
    let request = request(bytes);
    assert_eq!(request.headers.to().unwrap().tag().unwrap(), "1918181833n");
    assert_eq!(request.headers.cseq().unwrap().number, 9);
    assert_eq!(
        request.headers.top_via().unwrap().branch().unwrap(),
        "390skdjuw"
    );
    assert_eq!(request.body, "v=0\r\n");
}

#[test]
fn probe_55_a_method_of_every_token_letter() {
    let method = "!interesting-Method0123456789_*+`.%indeed'~";
    let request = request(with(&format!("{method} sip:ex.com SIP/2.0"), ""));
    assert_eq!(request.method.as_str(), method);
}

#[test]
fn probe_56_escaped_nulls() {
    let request = request(with(
        "REGISTER sip:example.com SIP/2.0",
        "Contact: <sip:%00@host5.example.com>\r\nContact: <sip:%00%00@host5.example.com>\r\n",
    ));
    let users: Vec<_> = contacts(&request.headers)
        .iter()
        .map(|contact| contact.uri.user_unescaped().unwrap())
        .collect();
    assert_eq!(users, ["\0", "\0\0"]);
}

#[test]
fn probe_57_percent_signs_in_method_and_header_name() {
    let request = request(with(
        "RE%47IST%45R sip:h SIP/2.0",
        "Contact: <sip:1@h>\r\nC%6Fntact: <sip:2@h>\r\nContact: <sip:3@h>\r\n",
    ));
    assert_ne!(request.method, Method::Register);
    assert_eq!(contacts(&request.headers).len(), 2);
}

#[test]
fn probe_59_many_vias() {
    let vias: String = (0..34)
        .map(|i| format!("Via: SIP/2.0/TCP sip{i}.example.com;branch=z9hG4bK{i}\r\n"))
        .collect();
    assert_eq!(
        request(register(&vias))
            .headers
            .vias()
            .filter(Result::is_ok)
            .count(),
        35
    );
}

#[test]
fn probe_62_a_reason_phrase_in_utf8() {
    let bytes = format!(
        "SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое\r\n{}",
        OK.replace("\r\n\r\n", "\r\nContent-Length: 0\r\n\r\n")
    );
    assert_eq!(parse(&bytes).unwrap().to_bytes(), bytes);
}

#[test]
fn probe_63_a_length_larger_than_the_message() {
    assert!(matches!(
        parse(
            "INVITE sip:u@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nContent-Length: 9999\r\n\r\nv=0\r\n"
        ),
        Err(ParseError::ContentLength(_))
    ));
}

#[test]
fn probe_64_a_negative_length() {
    assert!(matches!(
        parse(
            "INVITE sip:u@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nContent-Length: -999\r\n\r\n"
        ),
        Err(ParseError::ContentLength(_))
    ));
}

#[test]
fn probe_65_an_overlarge_cseq() {
    let mut headers = Headers::new();
    headers.push(HeaderName::CSeq, "36893488147419103232 REGISTER");
    assert!(headers.cseq().is_err());
}

#[test]
fn probe_66_a_cseq_of_an_unknown_method() {
    let mut headers = Headers::new();
    headers.push(HeaderName::CSeq, "8 UNKNOWNMETHOD");
    assert_eq!(headers.cseq().unwrap().method.as_str(), "UNKNOWNMETHOD");
}

#[test]
fn probe_67_brackets_around_the_request_uri() {
    assert!(matches!(
        parse(with("INVITE <sip:user@example.com> SIP/2.0", "")),
        Err(ParseError::StartLine(_))
    ));
}

#[test]
fn probe_68_white_space_in_the_request_uri() {
    assert!(matches!(
        parse(with("INVITE sip:user@example.com; lr SIP/2.0", "")),
        Err(ParseError::StartLine(_))
    ));
}

#[test]
fn probe_69_another_version() {
    assert_eq!(
        parse(with("OPTIONS sip:t.watson@example.org SIP/7.0", "")),
        Err(ParseError::Version)
    );
}

#[test]
fn probe_70_headers_of_later_rfcs() {
    let headers = request(register(
        "Path: <sip:e.ex;lr;ob>\r\nFlow-Timer: 120\r\nService-Route: <sip:p.ex;lr>\r\n",
    ))
    .headers;
    let path = headers.routes(HeaderName::Path).next().unwrap().unwrap();
    assert_eq!(path.uri.as_str(), "sip:e.ex;lr;ob");
    assert_eq!(
        headers
            .routes(HeaderName::ServiceRoute)
            .next()
            .unwrap()
            .unwrap()
            .uri
            .as_str(),
        "sip:p.ex;lr"
    );
    assert_eq!(
        headers.get(&HeaderName::FlowTimer).unwrap().as_str(),
        Some("120")
    );
}

#[test]
fn probe_71_subscription_state() {
    let headers = request(register("Subscription-State: active;expires=60\r\n")).headers;
    assert_eq!(
        headers
            .get(&HeaderName::SubscriptionState)
            .unwrap()
            .as_str(),
        Some("active;expires=60")
    );
}

#[test]
fn probe_77_setting_a_header_leaves_others_alone() {
    let mut headers = Headers::new();
    headers.push("X-A".parse().unwrap(), "1");
    headers.set("X-B".parse().unwrap(), "2");
    assert_eq!((value(&headers, "X-A"), value(&headers, "X-B")), ("1", "2"));
}

#[test]
fn probe_80_a_typical_register_round_trips_byte_for_byte() {
    let bytes = "REGISTER sip:ex.com SIP/2.0\r\nVia: SIP/2.0/TLS 10.0.0.1:5061;branch=z9hG4bKa;rport;alias\r\nMax-Forwards: 70\r\nFrom: \"A\" <sip:a@ex.com>;tag=1\r\nTo: <sip:a@ex.com>\r\nCall-ID: c1\r\nCSeq: 1 REGISTER\r\nContact: <sip:a@10.0.0.1:5061;transport=tls;ob>;reg-id=1;+sip.instance=\"<urn:uuid:1>\"\r\nSupported: path, outbound, gruu\r\nUser-Agent: x/1\r\nExpires: 600\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(parse(bytes).unwrap().to_bytes(), bytes);
}

#[test]
fn probe_81_spaces_behind_a_value() {
    assert_eq!(
        request(register("Expires: 600  \r\n")).headers.expires(),
        Ok(Some(600))
    );
}

#[test]
fn probe_82_an_expires_beyond_32_bits() {
    assert!(
        request(register("Expires: 4294967296\r\n"))
            .headers
            .expires()
            .is_err()
    );
    assert_eq!(
        request(register("Expires: 4294967295\r\n"))
            .headers
            .expires(),
        Ok(Some(u32::MAX))
    );
}

#[test]
fn probe_83_bare_line_feeds() {
    let bytes: Vec<u8> = register("Subject: x\r\n")
        .into_iter()
        .filter(|byte| *byte != b'\r')
        .collect();
    let message = parse(bytes).unwrap();
    assert_eq!(value(message.headers(), "Subject"), "x");
    assert_eq!(
        message,
        Message::Request(request(register("Subject: x\r\n")))
    );
}

#[test]
fn probe_84_a_method_in_lower_case_is_another_one() {
    let method = request(with("register sip:ex.com SIP/2.0", "")).method;
    assert_ne!(method, Method::Register);
    assert_eq!(method.as_str(), "register");
}
