use super::*;

fn uri(text: &str) -> Uri {
    text.parse().unwrap()
}

#[test]
fn every_part_is_found() {
    let uri = uri("sips:a.b:pw@[2001:db8::1]:5061;transport=tls;lr?Subject=x%20y&To=z");
    assert_eq!(uri.scheme(), Scheme::Sips);
    assert_eq!((uri.user(), uri.password()), (Some("a.b"), Some("pw")));
    assert_eq!(uri.host(), Some(Host::V6("2001:db8::1".parse().unwrap())));
    assert_eq!(uri.port(), Some(5061));
    assert_eq!(uri.transport().unwrap(), "tls");
    assert_eq!(uri.param("lr").unwrap(), "");
    let headers: Vec<_> = uri
        .uri_headers()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(headers, ["Subject=x y", "To=z"]);
    assert_eq!(
        uri.without_params_and_headers().as_str(),
        "sips:a.b:pw@[2001:db8::1]:5061"
    );
    assert!(uri.without_params_and_headers().params().is_empty());
}

#[test]
fn what_could_be_read_two_ways_is_refused() {
    for bad in [
        "",
        "sip:",
        "sip:a@",
        "sip:a@h GARBAGE",
        "sip:a@h@i",
        "sip:a@h;",
        "sip:a@h;;lr",
        "sip:a@h?",
        "sip:%4@h",
        "<sip:a@h>",
        "sip:a@h:0x1",
        "tel:",
        "tel:+",
        "a",
    ] {
        assert!(bad.parse::<Uri>().is_err(), "{bad}");
    }
}

#[test]
fn built_uris_escape_and_bracket() {
    let host = HostPort {
        host: Host::V6("2001:db8::1".parse().unwrap()),
        port: Some(5060),
    };
    let built = Uri::build(Scheme::Sip, Some("a@b c"), host)
        .param("transport", Some("udp"))
        .param("x", Some("a;b"))
        .finish();
    assert_eq!(
        built.as_str(),
        "sip:a%40b%20c@[2001:db8::1]:5060;transport=udp;x=a%3Bb"
    );
    assert_eq!(built.user_unescaped().unwrap(), "a@b c");
    assert_eq!(built.param("x").unwrap(), "a;b");
}

#[test]
fn a_name_cannot_smuggle_itself_into_a_built_uri() {
    let host = HostPort {
        host: Host::Name(Text::from("h\r\nEvil: 1")),
        port: None,
    };
    assert_eq!(
        Uri::build(Scheme::Sip, None, host).finish().as_str(),
        "sip:invalid.invalid"
    );
}
