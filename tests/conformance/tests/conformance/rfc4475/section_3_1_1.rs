//! Valid messages.

use bellhop_sip::{CSeq, HeaderName, Method, Scheme, Transport, ViaTransport};

use super::message;
use crate::common::{contacts, parse, request, response, round_trip, uri, value, vias};

#[test]
fn wsinv_a_short_tortuous_invite() {
    let request = request(message!("wsinv"));
    let headers = &request.headers;
    assert_eq!(request.method, Method::Invite);
    assert_eq!(
        request.uri.as_str(),
        "sip:vivekg@chair-dnrc.example.com;unknownparam"
    );
    assert_eq!(request.uri.param("unknownparam").unwrap(), "");
    let to = headers.to().unwrap();
    assert_eq!(
        (to.uri.as_str(), to.tag().unwrap().as_str()),
        ("sip:vivekg@chair-dnrc.example.com", "1918181833n")
    );
    let from = headers.from().unwrap();
    assert_eq!(from.display.as_deref(), Some(r#"J Rosenberg \""#));
    assert_eq!(
        (from.uri.as_str(), from.tag().unwrap().as_str()),
        ("sip:jdrosen@example.com", "98asjd8")
    );
    assert_eq!(headers.max_forwards(), Ok(Some(68)));
    assert_eq!(headers.call_id().unwrap(), "wsinv.ndaksdj@192.0.2.1");
    assert_eq!(
        headers.cseq().unwrap(),
        CSeq {
            number: 9,
            method: Method::Invite
        }
    );
    let vias = vias(headers);
    let said: Vec<_> = vias.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "SIP/2.0/UDP 192.0.2.2;branch=390skdjuw",
            "SIP/2.0/TCP spindle.example.com;branch=z9hG4bK9ikj8",
            "SIP/2.0/UDP 192.168.255.111;branch=z9hG4bK30239"
        ]
    );
    assert_eq!(value(headers, "Subject"), "");
    assert_eq!(
        value(headers, "NewFangledHeader"),
        "newfangled value continued newfangled value"
    );
    assert_eq!(value(headers, "UnknownHeaderWithUnusualValue"), ";;,,;;,;");
    let routes: Vec<_> = headers
        .routes(HeaderName::Route)
        .map(Result::unwrap)
        .collect();
    assert_eq!(routes.len(), 1);
    assert_eq!(routes[0].uri.param("unknownwith").unwrap(), "value");
    assert!(
        routes[0].uri.params().contains("lr")
            && routes[0].uri.params().contains("unknown-no-value")
    );
    let contacts = contacts(headers);
    assert_eq!(contacts.len(), 1);
    assert_eq!(contacts[0].display.as_deref(), Some(r#"Quoted string """#));
    assert_eq!(contacts[0].uri.as_str(), "sip:jdrosen@example.com");
    assert_eq!(contacts[0].params.value("newparam").unwrap(), "newvalue");
    assert_eq!(contacts[0].params.get("secondparam"), Some(None));
    assert_eq!(contacts[0].q(), Some(330));
    assert_eq!(request.body.len(), 150);
    round_trip(&parse(message!("wsinv")).unwrap());
}

#[test]
fn intmeth_a_wide_range_of_valid_characters() {
    let request = request(message!("intmeth"));
    let headers = &request.headers;
    assert_eq!(
        request.method,
        Method::Other("!interesting-Method0123456789_*+`.%indeed'~".into())
    );
    assert_eq!(
        request.uri.user(),
        Some("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
    );
    assert_eq!(
        request.uri.password(),
        Some("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)")
    );
    assert_eq!(request.uri.host().unwrap().to_string(), "example.com");
    assert_eq!(
        headers.top_via().unwrap().branch().unwrap(),
        "z9hG4bK-.!%66*_+`'~"
    );
    assert_eq!(
        headers.to().unwrap().display.as_deref(),
        Some("BEL:\u{7} NUL:\0 DEL:\u{7f}")
    );
    assert_eq!(
        headers.to().unwrap().uri.user(),
        Some("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
    );
    let from = headers.from().unwrap();
    assert_eq!(
        from.display.as_deref(),
        Some("token1~` token2'+_ token3*%!.-")
    );
    assert_eq!(
        from.params.value("fromParam''~+*_!.-%").unwrap(),
        "работающий"
    );
    assert_eq!(from.tag().unwrap(), "_token~1'+`*%!-.");
    assert_eq!(
        headers.call_id().unwrap(),
        "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"
    );
    assert_eq!(
        headers.cseq().unwrap(),
        CSeq {
            number: 139_122_385,
            method: request.method.clone()
        }
    );
    assert_eq!(headers.max_forwards(), Ok(Some(255)));
    assert_eq!(
        value(headers, "extensionHeader-!.%*+_`'~"),
        "\u{feff}大停電"
    );
    round_trip(&parse(message!("intmeth")).unwrap());
}

#[test]
fn esc01_escapes_where_they_are_escapes() {
    let request = request(message!("esc01"));
    assert_eq!(
        request.uri.user_unescaped().as_deref(),
        Some("sips:user@example.com")
    );
    assert_eq!(request.uri.host().unwrap().to_string(), "example.net");
    let to = request.headers.to().unwrap();
    assert_eq!(to.uri.user_unescaped().as_deref(), Some("user"));
    assert!(to.uri.equivalent(&uri("sip:user@example.com")));
    assert_eq!(
        request
            .headers
            .from()
            .unwrap()
            .uri
            .user_unescaped()
            .as_deref(),
        Some("I have spaces")
    );
    let contact = &contacts(&request.headers)[0];
    assert_eq!(contact.uri.user_unescaped().as_deref(), Some("caller"));
    assert_eq!(contact.uri.param("lr").unwrap(), "");
    assert_eq!(contact.uri.param("name").unwrap(), "value%41");
    assert_eq!(request.body.len(), 150);
    round_trip(&parse(message!("esc01")).unwrap());
}

#[test]
fn escnull_nulls_do_not_end_a_user() {
    let request = request(message!("escnull"));
    assert_eq!(
        request
            .headers
            .to()
            .unwrap()
            .uri
            .user_unescaped()
            .as_deref(),
        Some("null-\0-null")
    );
    let contacts = contacts(&request.headers);
    assert_eq!(contacts[0].uri.user_unescaped().as_deref(), Some("\0"));
    assert_eq!(contacts[1].uri.user_unescaped().as_deref(), Some("\0\0"));
    assert!(!contacts[0].uri.equivalent(&contacts[1].uri));
    round_trip(&parse(message!("escnull")).unwrap());
}

#[test]
fn esc02_a_percent_that_is_no_escape() {
    let request = request(message!("esc02"));
    assert_ne!(request.method, Method::Register);
    assert_eq!(request.method.as_str(), "RE%47IST%45R");
    assert_eq!(request.headers.cseq().unwrap().method, request.method);
    assert_eq!(
        request.headers.to().unwrap().display.as_deref(),
        Some("%Z%45")
    );
    let hosts: Vec<_> = contacts(&request.headers)
        .iter()
        .map(|contact| contact.uri.to_string())
        .collect();
    assert_eq!(
        hosts,
        [
            "sip:alias1@host1.example.com",
            "sip:alias3@host3.example.com"
        ]
    );
    assert_eq!(
        value(&request.headers, "C%6Fntact"),
        "<sip:alias2@host2.example.com>"
    );
    round_trip(&parse(message!("esc02")).unwrap());
}

#[test]
fn lwsdisp_no_space_before_the_bracket() {
    let from = request(message!("lwsdisp")).headers.from().unwrap();
    assert_eq!(
        (
            from.display.as_deref(),
            from.uri.as_str(),
            from.tag().unwrap().as_str()
        ),
        (Some("caller"), "sip:caller@example.com", "323")
    );
}

#[test]
fn longreq_long_values() {
    let request = request(message!("longreq"));
    let headers = &request.headers;
    assert_eq!(vias(headers).len(), 34);
    let last = &vias(headers)[33];
    assert_eq!(last.sent_by.to_string(), "host.example.com");
    assert_eq!(last.received(), Some("192.0.2.5".parse().unwrap()));
    assert_eq!(
        last.branch().unwrap(),
        format!("very{}branchvalue", "long".repeat(50))
    );
    let to = headers.to().unwrap();
    assert_eq!(
        to.display.unwrap(),
        format!("I have a user name of {} proportion", "extreme".repeat(10))
    );
    assert_eq!(to.uri.port(), Some(6000));
    assert_eq!(
        to.uri.param("unknownparam1").unwrap(),
        format!("very{}value", "long".repeat(20))
    );
    assert_eq!(
        to.uri
            .param(&format!("longparam{}", "name".repeat(25)))
            .unwrap(),
        "shortvalue"
    );
    assert_eq!(
        to.uri
            .param(&format!(
                "very{}ParameterNameWithNoValue",
                "long".repeat(25)
            ))
            .unwrap(),
        ""
    );
    let from = headers.from().unwrap();
    assert_eq!(
        from.uri.user().unwrap(),
        "amazinglylongcallername".repeat(5)
    );
    assert_eq!(from.tag().unwrap(), format!("12{}424", "982".repeat(50)));
    assert_eq!(
        headers.call_id().unwrap(),
        format!("longreq.one{}longcallid", "really".repeat(20))
    );
    assert_eq!(headers.cseq().unwrap().number, 3_882_340);
    assert_eq!(
        contacts(headers)[0].uri.host().unwrap().to_string(),
        "host5.example.net"
    );
    assert_eq!(request.body.len(), 150);
    round_trip(&parse(message!("longreq")).unwrap());
}

#[test]
fn dblreq_what_follows_the_body_is_ignored() {
    let request = request(message!("dblreq"));
    assert_eq!(request.method, Method::Register);
    assert!(request.body.is_empty());
    assert_eq!(
        request.headers.call_id().unwrap(),
        "dblreq.0ha0isndaksdj99sdfafnl3lk233412"
    );
    assert_eq!(
        contacts(&request.headers)[0].uri.as_str(),
        "sip:j.user@host.example.com"
    );
}

#[test]
fn semiuri_a_semicolon_in_the_user() {
    let request = request(message!("semiuri"));
    assert_eq!(
        request.uri.user_unescaped().as_deref(),
        Some("user;par=u@example.net")
    );
    assert_eq!(request.uri.host().unwrap().to_string(), "example.com");
    assert!(request.uri.params().is_empty());
    assert_eq!(request.headers.tokens(&HeaderName::Accept).count(), 6);
    round_trip(&parse(message!("semiuri")).unwrap());
}

#[test]
fn transports_known_and_unknown() {
    let request = request(message!("transports"));
    let vias = vias(&request.headers);
    let transports: Vec<_> = vias.iter().map(|via| via.transport.clone()).collect();
    assert_eq!(
        transports,
        [
            ViaTransport::Known(Transport::Udp),
            ViaTransport::Known(Transport::Sctp),
            ViaTransport::Known(Transport::Tls),
            ViaTransport::Other("UNKNOWN".into()),
            ViaTransport::Known(Transport::Tcp)
        ]
    );
    assert_eq!(vias[4].branch().unwrap(), "z9hG4bK0a9idfnee");
    round_trip(&parse(message!("transports")).unwrap());
}

#[test]
fn mpart01_a_binary_body_is_kept_byte_for_byte() {
    let request = request(message!("mpart01"));
    assert_eq!(request.body.len(), 553);
    assert!(message!("mpart01").ends_with(&request.body));
    assert!(request.body.contains(&0));
    assert_eq!(request.headers.top_via().unwrap().rport(), Some(None));
    assert!(request.to_bytes().ends_with(&request.body));
    round_trip(&parse(message!("mpart01")).unwrap());
}

#[test]
fn unreason_an_unusual_reason_phrase() {
    let response = response(message!("unreason"));
    assert_eq!(response.status.code(), 200);
    assert_eq!(
        response.reason,
        "= 2**3 * 5**2 но сто девяносто девять - простое"
    );
    assert_eq!(contacts(&response.headers)[0].uri.scheme(), Scheme::Sip);
    assert_eq!(response.body.len(), 154);
    round_trip(&parse(message!("unreason")).unwrap());
}

#[test]
fn noreason_an_empty_reason_phrase() {
    let response = response(message!("noreason"));
    assert_eq!(
        (response.status.code(), response.reason.as_str()),
        (100, "")
    );
    assert!(response.to_bytes().starts_with(b"SIP/2.0 100 \r\n"));
    round_trip(&parse(message!("noreason")).unwrap());
}
