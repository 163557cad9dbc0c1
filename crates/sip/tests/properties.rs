//! What holds for every input: reading never panics, and what is written is read again with the same meaning.
#![allow(clippy::unwrap_used, reason = "tests")]

use bellhop_sip::digest::{Challenge, Credentials, CredentialsRef, Secret, answer};
use bellhop_sip::{
    Contact, ContactRef, Frame, HeaderName, Headers, Host, HostPort, Message, Method, NameAddr,
    NameAddrRef, Params, Request, Response, Scheme, StatusCode, Text, Uri, UriRef, Via,
    frame_stream,
};
use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;

const REGISTER: &[u8] = include_bytes!("register.sip");
const TORTURE: &[u8] = include_bytes!("../../../tests/conformance/data/rfc4475/wsinv.dat");

/// Reads everything there is to read.
fn read_all(bytes: &[u8]) {
    let _ = frame_stream(bytes);
    let bytes = Bytes::copy_from_slice(bytes);
    let message = match Message::parse_datagram(bytes.clone()) {
        Ok(message) => message,
        Err(error) => {
            let _ = Response::refusing(bytes, &error);
            return;
        }
    };
    read_headers(message.headers());
    if let Message::Request(request) = &message {
        read_uri(&request.uri);
        let _ = Response::answering(request, StatusCode::from(480)).to_bytes();
    }
    let again = Message::parse_datagram(message.to_bytes()).unwrap();
    assert_eq!(without_length(again), without_length(message));
}

fn read_headers(headers: &Headers) {
    borrowed_headers_agree(headers);
    let _ = headers.authentication_info();
    headers.vias().flatten().for_each(|via| {
        let _ = (via.branch(), via.rport(), via.received(), via.maddr());
        assert_eq!(
            via.to_string().parse::<Via>().unwrap().params.to_string(),
            via.params.to_string()
        );
    });
    for name in [HeaderName::Route, HeaderName::From] {
        headers.routes(name).flatten().for_each(|addr| {
            read_uri(&addr.uri);
            assert_eq!(addr.to_string().parse::<NameAddr>().unwrap(), addr);
        });
    }
    headers.contacts().flatten().for_each(|contact| {
        if let Contact::Addr(addr) = contact {
            let _ = (
                addr.q(),
                addr.expires(),
                addr.instance(),
                addr.reg_id(),
                addr.pub_gruu(),
                addr.temp_gruu(),
            );
        }
    });
    let _ = (
        headers.top_via(),
        headers.from(),
        headers.to(),
        headers.call_id(),
        headers.cseq(),
    );
    let _ = (
        headers.expires(),
        headers.min_expires(),
        headers.retry_after(),
        headers.max_forwards(),
    );
    let _ = headers.tokens(&HeaderName::Allow).count();
    let _ = headers.challenges(&HeaderName::WwwAuthenticate).count()
        + headers.credentials(&HeaderName::Authorization).count();
}

fn read_uri(uri: &Uri) {
    borrowed_uri_agrees(uri);
    let _ = (
        uri.user_unescaped(),
        uri.password(),
        uri.host_port(),
        uri.transport(),
        uri.tel_number(),
    );
    let _ = uri.params().iter().count() + uri.uri_headers().count();
    assert!(
        uri.equivalent(uri) || uri.params().iter().count() > 1,
        "{uri}"
    );
    assert_eq!(&uri.to_string().parse::<Uri>().unwrap(), uri);
    let bare = uri.without_params_and_headers();
    assert_eq!(
        bare.to_string().parse::<Uri>().unwrap().host_port(),
        uri.host_port()
    );
}

/// What is borrowed is what is shared, errors included, and stamping a line is stamping its first Via.
fn borrowed_headers_agree(headers: &Headers) {
    let same = |one: &NameAddrRef<'_>, two: &NameAddr| {
        assert_eq!(one.uri, two.uri.borrowed());
        assert_eq!(one.params, two.params.borrowed());
        assert_eq!(one.tag().as_deref(), two.tag().as_deref());
        assert_eq!(one.display.is_some(), two.display.is_some());
    };
    for (one, two) in [
        (headers.from_ref(), headers.from()),
        (headers.to_ref(), headers.to()),
    ] {
        match (one, two) {
            (Ok(one), Ok(two)) => same(&one, &two),
            (one, two) => assert_eq!(one.err(), two.err()),
        }
    }
    assert_eq!(
        headers.call_id_ref().map(Text::from),
        headers.call_id().map(|id| id.detached())
    );
    for (name, _) in headers.written() {
        let values = headers.get_all(name).map(|value| value.as_str());
        assert!(headers.texts(name).eq(values));
        assert!(headers.tokens_ref(name).eq(headers.tokens(name)));
    }
    let mut contacts = headers.contacts();
    for one in headers.contacts_ref() {
        match (one, contacts.next().unwrap()) {
            (Ok(ContactRef::Addr(one)), Ok(Contact::Addr(two))) => {
                same(&one.addr, &two.addr);
                if let Ok(one) = one.binding_params() {
                    assert_eq!(
                        (one.q, one.expires.flatten(), one.reg_id),
                        (two.q(), two.expires(), two.reg_id())
                    );
                    assert_eq!(one.instance.as_deref(), two.instance().as_deref());
                }
            }
            (Ok(one), Ok(two)) => assert_eq!((one, two), (ContactRef::Star, Contact::Star)),
            (one, two) => assert_eq!(one.err(), two.err()),
        }
    }
    assert!(contacts.next().is_none());
    match (headers.top_via_ref(), headers.top_via()) {
        (Ok(one), Ok(mut two)) => {
            assert_eq!(
                (one.host(), one.port()),
                (two.sent_by.host.borrowed(), two.sent_by.port)
            );
            assert_eq!(
                (one.params(), one.rport()),
                (two.params.borrowed(), two.rport())
            );
            for rport in [None, Some(0), Some(5062)] {
                for received in [
                    None,
                    Some("192.0.2.107".parse().unwrap()),
                    Some("::7".parse().unwrap()),
                ] {
                    let (mut by_line, mut by_via) = (headers.clone(), headers.clone());
                    by_line.replace_top_via_line(one.line_stamped(rport, received));
                    two.stamp(rport, received);
                    by_via.replace_top_via(&two);
                    assert_eq!(by_line, by_via);
                    two = headers.top_via().unwrap();
                }
            }
        }
        (one, two) => assert_eq!(one.err(), two.err()),
    }
}

fn borrowed_uri_agrees(uri: &Uri) {
    let borrowed = UriRef::parse(uri.as_str()).unwrap();
    assert_eq!(
        (borrowed.scheme(), borrowed.user()),
        (uri.scheme(), uri.user())
    );
    assert_eq!(
        borrowed.user_unescaped().as_deref(),
        uri.user_unescaped().as_deref()
    );
    assert_eq!(
        (borrowed.password(), borrowed.port()),
        (uri.password(), uri.port())
    );
    assert_eq!(borrowed.host(), uri.host().as_ref().map(Host::borrowed));
    let (params, owned) = (borrowed.params(), uri.params());
    assert_eq!(params.to_string(), owned.to_string());
    for (name, value) in params.iter() {
        assert!(owned.contains(name) && params.contains(name));
        assert_eq!(
            params.value(name).is_some(),
            owned.value(name).is_some(),
            "{value:?}"
        );
        let mut without = owned.clone();
        without.remove(name);
        assert_eq!(params.without(name), without.to_string());
    }
}

/// Content-Length is written anew, and not compared.
fn without_length(mut message: Message) -> Message {
    message.headers_mut().remove(&HeaderName::ContentLength);
    message
}

proptest! {
    // A failure becomes a named test, not a file of seeds.
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..400)) {
        read_all(&bytes);
    }

    #[test]
    fn arbitrary_headers_never_panic(lines in vec("(Via|From|To|m|Route|CSeq|l|i|Expires|WWW-Authenticate|Authentication-Info|X)[ \t]?:[ -~\t\"<>;,=\\\\é]{0,60}(\r\n [ -~]{0,10})?", 0..8)) {
        read_all(format!("OPTIONS sip:a@h SIP/2.0\r\n{}\r\n\r\n", lines.join("\r\n")).as_bytes());
    }

    #[test]
    fn mutated_messages_never_panic(seed in any::<bool>(), changes in vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..12)) {
        let mut bytes = if seed { REGISTER.to_vec() } else { TORTURE.to_vec() };
        for (at, byte, kind) in changes {
            let at = at.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match kind {
                0 if !bytes.is_empty() => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 if !bytes.is_empty() => { bytes.remove(at); }
                _ => bytes.insert(at, b"\r\n\"<>;,:@%"[usize::from(byte) % 10]),
            }
        }
        read_all(&bytes);
    }

    #[test]
    fn every_cut_of_a_message_is_incomplete_in_a_stream_and_refused_as_a_datagram(at in 1..REGISTER.len() - 1) {
        prop_assert_eq!(frame_stream(&REGISTER[..at]), Ok(Frame::Incomplete));
        prop_assert!(Message::parse_datagram(Bytes::copy_from_slice(&REGISTER[..at])).is_err());
    }

    #[test]
    fn arbitrary_text_never_panics_as_a_value(text in "\\PC{0,80}") {
        let _ = (text.parse::<Uri>(), text.parse::<Via>(), text.parse::<NameAddr>(), text.parse::<HostPort>(), text.parse::<Host>());
        let _ = (Challenge::parse_all(&text), Credentials::parse(&text), text.parse::<HeaderName>(), text.parse::<Method>());
    }

    #[test]
    fn written_name_addresses_are_read_again(display in proptest::option::of("[^\r\n]{0,20}"), user in "[^\r\n]{1,20}", v6 in any::<bool>(), port in proptest::option::of(any::<u16>()), params in vec(("[a-z+.-]{1,8}", proptest::option::of("[^\r\n]{0,12}")), 0..4)) {
        let host = if v6 { Host::V6("2001:db8::1".parse().unwrap()) } else { Host::Name(Text::from("example.com")) };
        let mut addr = NameAddr::new(Uri::build(Scheme::Sip, Some(&user), HostPort { host, port }).param("transport", Some("udp")).finish());
        addr.display = display.map(Text::from);
        for (name, value) in &params {
            addr.params.set(name, value.as_deref());
        }
        let again: NameAddr = addr.to_string().parse().unwrap();
        prop_assert_eq!(&again, &addr);
        prop_assert_eq!(again.uri.user_unescaped().unwrap(), user);
        for (name, value) in params.iter().rev().take(1) {
            let found = again.params.get(name).unwrap();
            prop_assert_eq!(found.as_deref(), value.as_deref());
        }
    }

    #[test]
    fn nothing_pushed_can_add_a_header(name in "\\PC{0,10}[\r\n]?\\PC{0,10}", value in "[\\PC\r\n]{0,40}", method in "[\\PC\r\n ]{1,10}", body in vec(any::<u8>(), 0..40)) {
        let mut request = Request::new(Method::Other(Text::from(method)), "sip:h".parse().unwrap());
        request.headers.push(HeaderName::Other(Text::from(name)), value);
        request.headers.push(HeaderName::Subject, "last");
        request.body = Bytes::from(body);
        let Message::Request(again) = Message::parse_datagram(request.to_bytes()).unwrap() else { panic!("a request") };
        // A header of that very name is written by us.
        let expected = request.headers.iter().filter(|(name, _)| **name != HeaderName::ContentLength).count() + 1;
        prop_assert_eq!(again.headers.len(), expected);
        prop_assert_eq!(again.body, request.body);
    }

    #[test]
    fn equivalence_is_symmetric(one in "sip:(a@|%61@|b@)?(h|H|i)(:5060)?(;lr|;x=1|;x=2|;transport=udp|;ttl=1)?(\\?s=1|\\?t=2)?", two in "sip:(a@|%61@|b@)?(h|H|i)(:5060)?(;lr|;x=1|;x=2|;transport=udp|;ttl=1)?(\\?s=1|\\?t=2)?") {
        let (one, two): (Uri, Uri) = (one.parse().unwrap(), two.parse().unwrap());
        prop_assert!(one.equivalent(&one));
        prop_assert_eq!(one.equivalent(&two), two.equivalent(&one));
    }

    #[test]
    fn parameters_set_are_parameters_found(names in vec("[a-z]{1,4}", 1..6), value in "[^\r\n]{0,12}") {
        let mut params = Params::new();
        for name in &names {
            params.set(name, Some(&value));
        }
        for name in &names {
            prop_assert_eq!(params.value(&name.to_ascii_uppercase()).unwrap(), value.as_str());
            params.remove(name);
            prop_assert!(!params.contains(name));
            params.set(name, Some(&value));
        }
    }

    #[test]
    fn a_line_is_stamped_as_its_first_via_is(
        front in "(SIP/2[.]0/(UDP|udp|WS|X)|sip /2[.]0/ UDP|SIP/2[.]1/TCP)[ \t]{1,2}(h|1[.]2[.]3[.]4|\\[2001:DB8::1\\]|h-9)[ ]?(:0?5060|: 7)?",
        params in vec("([ ]?;[ ]?(rport|RPort|received|rport=1|rport=\"1\"|Received=::1|b=\"x;,\"|branch[ ]?=z9hG4bK1))", 0..5),
        behind in "([ ]?,[ ]?SIP/2[.]0/UDP x;rport)?",
    ) {
        let mut headers = Headers::new();
        headers.push(HeaderName::Via, format!("{front}{}{behind}", params.concat()));
        borrowed_headers_agree(&headers);
        headers.top_via().unwrap();
    }

    #[test]
    fn borrowed_credentials_agree(
        params in vec(("(username|Realm|nonce|URI|response|algorithm|cnonce|opaque|qop|nc)", "(0000000a|auth|a,b|a\\\\\"b|MD5|a;b)"), 0..4),
        separator in "[ ]{0,2},[ ]{0,2}",
    ) {
        let mut value = String::from("Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:r\", response=\"00\"");
        for (name, written) in &params {
            value += &format!("{separator}{name}=\"{written}\"");
        }
        let fewer = value.replacen("username=\"u\", ", "", 1);
        for value in [value, fewer] {
            match (CredentialsRef::parse(&value), Credentials::parse(&value)) {
                (Ok(one), Ok(two)) => {
                    prop_assert_eq!((&*one.username, one.realm, one.nonce, one.uri, one.response), (&*two.username, &*two.realm, &*two.nonce, &*two.uri, &*two.response));
                    prop_assert_eq!((one.algorithm, one.cnonce, one.qop, one.nc), (two.algorithm, two.cnonce.as_deref(), two.qop, two.nc));
                }
                (one, two) => prop_assert_eq!(one.err(), two.err()),
            }
        }
    }

    #[test]
    fn a_nonce_of_any_legal_letters_goes_from_wire_to_wire(
        nonce in r#"([\t !#-\[\]-~]|[\x{80}-\x{10ffff}]|\\[\x00-\x09\x0b\x0c\x0e-\x7f]){0,40}"#
    ) {
        let wire = format!("SIP/2.0 401 x\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"{nonce}\", qop=\"auth\"\r\n\r\n");
        let refused = Message::parse_datagram(wire.into()).unwrap();
        let asked = refused.headers().challenges(&HeaderName::WwwAuthenticate).next().unwrap().unwrap();
        let secret = Secret { username: "u", password: "p" };
        let answered = answer(&asked, &secret, &Method::Register, "sip:r", 1, "c").unwrap();
        let mut request = Request::new(Method::Register, "sip:r".parse().unwrap());
        request.headers.push(HeaderName::Authorization, answered);
        let sent = request.to_bytes();
        let echo = format!("nonce=\"{nonce}\",");
        prop_assert!(sent.windows(echo.len()).any(|part| part == echo.as_bytes()));
        let Message::Request(read) = Message::parse_datagram(sent).unwrap() else { panic!("a request") };
        let read = read.headers.credentials(&HeaderName::Authorization).next().unwrap().unwrap();
        prop_assert_eq!(read.nonce, nonce);
    }
}
