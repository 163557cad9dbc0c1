//! URIs.

use bellhop_sip::{Host, Scheme, Uri};

use crate::common::{contacts, from, register, request, uri, value, with};

#[test]
fn probe_10_a_sips_request_uri() {
    let uri = request(with("REGISTER sips:ex.com SIP/2.0", "")).uri;
    assert_eq!(
        (uri.scheme(), uri.host()),
        (Scheme::Sips, Some(Host::Name("ex.com".into())))
    );
}

#[test]
fn probe_11_ipv6_in_request_uri_and_contact() {
    let request = request(with(
        "REGISTER sip:[2001:db8::1]:5061 SIP/2.0",
        "Contact: <sip:a@[2001:db8::9]:5070>\r\n",
    ));
    assert_eq!(request.uri.to_string(), "sip:[2001:db8::1]:5061");
    assert_eq!(
        (request.uri.host(), request.uri.port()),
        (Some(Host::V6("2001:db8::1".parse().unwrap())), Some(5061))
    );
    let contact = &contacts(&request.headers)[0];
    assert_eq!(
        (contact.uri.to_string().as_str(), contact.uri.port()),
        ("sip:a@[2001:db8::9]:5070", Some(5070))
    );
}

#[test]
fn probe_21_a_dot_in_the_user() {
    let uri = request(with("INVITE sip:john.doe@ex.com SIP/2.0", "")).uri;
    assert_eq!(
        (uri.user(), uri.host().unwrap().to_string().as_str()),
        (Some("john.doe"), "ex.com")
    );
}

#[test]
fn probe_22_a_dot_in_the_user_of_from() {
    assert_eq!(
        from("<sip:john.doe@ex.com>;tag=1").uri.user(),
        Some("john.doe")
    );
}

#[test]
fn probe_23_an_escaped_at_and_a_semicolon_in_the_user() {
    let from = from("<sip:user;par=u%40example.net@example.com>;tag=1");
    assert_eq!(from.uri.host().unwrap().to_string(), "example.com");
    assert_eq!(
        from.uri.user_unescaped().as_deref(),
        Some("user;par=u@example.net")
    );
    assert_eq!(from.tag().unwrap(), "1");
}

#[test]
fn probe_24_a_tel_request_uri() {
    let uri = request(with("INVITE tel:+15551234 SIP/2.0", "")).uri;
    assert_eq!(
        (uri.scheme(), uri.as_str(), uri.tel_number().as_deref()),
        (Scheme::Tel, "tel:+15551234", Some("+15551234"))
    );
}

#[test]
fn probe_25_headers_in_a_uri_are_not_its_host() {
    let uri = request(with("INVITE sip:a@ex.com?Subject=x SIP/2.0", "")).uri;
    assert_eq!(uri.host().unwrap().to_string(), "ex.com");
    assert_eq!(
        uri.uri_headers().collect::<Vec<_>>(),
        [("Subject".into(), "x".into())]
    );
}

#[test]
fn probe_26_headers_in_refer_to_are_kept() {
    let request = request(register(
        "Refer-To: <sip:b@h?Replaces=a%40b%3Bto-tag%3D1>\r\n",
    ));
    assert_eq!(
        value(&request.headers, "Refer-To"),
        "<sip:b@h?Replaces=a%40b%3Bto-tag%3D1>"
    );
    let refer_to = request
        .headers
        .routes(bellhop_sip::HeaderName::ReferTo)
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(refer_to.uri.uri_headers().next().unwrap().1, "a@b;to-tag=1");
}

#[test]
fn probe_60_a_semicolon_in_the_user_of_the_request_uri() {
    let uri = request(with(
        "OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0",
        "",
    ))
    .uri;
    assert_eq!(uri.host().unwrap().to_string(), "example.com");
    assert!(uri.params().is_empty());
}

#[test]
fn probe_74_ipv6_in_a_parameter() {
    let uri = uri("sip:a@h;maddr=[2001:db8::1];lr");
    assert_eq!(uri.to_string(), "sip:a@h;maddr=[2001:db8::1];lr");
    assert_eq!(uri.param("maddr").unwrap(), "[2001:db8::1]");
    assert_eq!(uri.param("lr").unwrap(), "");
}

#[test]
fn probe_75_lr_with_a_value() {
    let uri = uri("sip:p.ex;lr=on");
    assert_eq!(
        (uri.to_string().as_str(), uri.param("lr").unwrap().as_str()),
        ("sip:p.ex;lr=on", "on")
    );
}

#[test]
fn probe_76_an_unknown_transport() {
    let uri = uri("sip:a@h;transport=foo");
    assert_eq!(
        (uri.to_string().as_str(), uri.transport().unwrap().as_str()),
        ("sip:a@h;transport=foo", "foo")
    );
}

#[test]
fn probe_78_garbage_behind_a_uri() {
    assert!("sip:a@h GARBAGE".parse::<Uri>().is_err());
}

#[test]
fn probe_79_an_underscore_in_a_host() {
    let uri = uri("sip:a@my_host.ex.com:5060");
    assert_eq!(
        (uri.host().unwrap().to_string().as_str(), uri.port()),
        ("my_host.ex.com", Some(5060))
    );
}

#[test]
fn probe_85_a_telephone_number_as_user() {
    let uri = uri("sip:+493012345;phone-context=+49@gw.ex.com;user=phone");
    assert_eq!(uri.host().unwrap().to_string(), "gw.ex.com");
    assert_eq!(uri.user(), Some("+493012345;phone-context=+49"));
    assert_eq!(uri.param("user").unwrap(), "phone");
}
