//! Messages for the layers above: what the parser gives them. With §3.2 and §3.4.

use bellhop_sip::{HeaderError, HeaderName, ParseError, Scheme};

use super::message;
use crate::common::{contacts, parse, request, response, round_trip, vias};

#[test]
fn badbranch_a_branch_without_identifier_can_be_told() {
    assert_eq!(
        request(message!("badbranch"))
            .headers
            .top_via()
            .unwrap()
            .branch()
            .unwrap(),
        "z9hG4bK"
    );
}

#[test]
fn insuf_missing_headers_are_missing() {
    let headers = request(message!("insuf")).headers;
    assert_eq!(
        headers.call_id(),
        Err(HeaderError::Missing(HeaderName::CallId))
    );
    assert_eq!(headers.from(), Err(HeaderError::Missing(HeaderName::From)));
    assert_eq!(headers.to(), Err(HeaderError::Missing(HeaderName::To)));
}

#[test]
fn unkscm_and_novelsc_unknown_schemes_are_kept() {
    for (bytes, text) in [
        (
            message!("unkscm"),
            "nobodyKnowsThisScheme:totallyopaquecontent",
        ),
        (message!("novelsc"), "soap.beep://192.0.2.103:3002"),
    ] {
        let request = request(bytes);
        assert_eq!(
            (request.uri.scheme(), request.uri.as_str()),
            (Scheme::Other, text)
        );
    }
}

#[test]
fn unksm2_unknown_schemes_in_headers_are_kept() {
    let request = request(message!("unksm2"));
    assert_eq!(
        request.headers.to().unwrap().uri.as_str(),
        "isbn:2983792873"
    );
    assert_eq!(
        request.headers.from().unwrap().uri.as_str(),
        "http://www.example.com"
    );
    assert_eq!(
        contacts(&request.headers)[0].uri.as_str(),
        "name:John_Smith"
    );
    round_trip(&parse(message!("unksm2")).unwrap());
}

#[test]
fn bext01_the_required_extensions_are_listed() {
    let headers = request(message!("bext01")).headers;
    let required: Vec<_> = headers.tokens(&HeaderName::Require).collect();
    assert_eq!(
        required,
        ["nothingSupportsThis", "nothingSupportsThisEither"]
    );
    assert_eq!(headers.tokens(&HeaderName::ProxyRequire).count(), 2);
}

#[test]
fn invut_a_body_of_unknown_type_is_kept() {
    let request = request(message!("invut"));
    assert!(request.body.starts_with(b"<audio>"));
}

#[test]
fn regaut01_credentials_of_another_scheme_are_no_digest_credentials() {
    let headers = request(message!("regaut01")).headers;
    assert!(
        headers
            .credentials(&HeaderName::Authorization)
            .all(|credentials| credentials.is_err())
    );
}

#[test]
fn multi01_single_headers_that_differ_are_errors() {
    let headers = request(message!("multi01")).headers;
    assert!(headers.call_id().is_err() && headers.to().is_err() && headers.from().is_err());
    assert!(headers.cseq().is_err() && headers.max_forwards().is_err());
    assert_eq!(contacts(&headers).len(), 2);
}

#[test]
fn mcl01_conflicting_content_lengths_are_refused() {
    assert!(matches!(
        parse(message!("mcl01")),
        Err(ParseError::ContentLength(_))
    ));
}

#[test]
fn bcast_the_second_via_is_seen() {
    let response = response(message!("bcast"));
    assert_eq!(vias(&response.headers).len(), 2);
    assert_eq!(
        vias(&response.headers)[1].sent_by.to_string(),
        "255.255.255.255"
    );
}

#[test]
fn zeromf_zero_is_a_number_of_hops() {
    assert_eq!(
        request(message!("zeromf")).headers.max_forwards(),
        Ok(Some(0))
    );
}

#[test]
fn cparam01_a_parameter_of_the_header() {
    let contact = &contacts(&request(message!("cparam01")).headers)[0];
    assert!(contact.params.contains("unknownparam"));
    assert!(!contact.uri.params().contains("unknownparam"));
    assert_eq!(
        contact.to_string(),
        "<sip:+19725552222@gw1.example.net>;unknownparam"
    );
}

#[test]
fn cparam02_a_parameter_of_the_uri() {
    let contact = &contacts(&request(message!("cparam02")).headers)[0];
    assert!(contact.uri.params().contains("unknownparam"));
    assert!(!contact.params.contains("unknownparam"));
}

#[test]
fn regescrt_an_escaped_header_stays_in_its_uri() {
    let contact = &contacts(&request(message!("regescrt")).headers)[0];
    let headers: Vec<_> = contact.uri.uri_headers().collect();
    assert_eq!(headers, [("Route".into(), "<sip:sip.example.com>".into())]);
    assert_eq!(
        contact.to_string(),
        "<sip:user@example.com?Route=%3Csip:sip.example.com%3E>"
    );
}

#[test]
fn sdp01_what_is_accepted_can_be_read() {
    let accepted: Vec<_> = request(message!("sdp01"))
        .headers
        .tokens(&HeaderName::Accept)
        .collect();
    assert_eq!(accepted, ["text/nobodyKnowsThis"]);
}

#[test]
fn inv2543_an_old_invite_without_branch_tag_and_length() {
    let request = request(message!("inv2543"));
    assert_eq!(request.headers.top_via().unwrap().branch(), None);
    assert_eq!(request.headers.from().unwrap().tag(), None);
    assert_eq!(
        request.headers.from().unwrap().uri.param("user").unwrap(),
        "phone"
    );
    assert_eq!(
        request.headers.to().unwrap().params.value("user").unwrap(),
        "phone"
    );
    let route = request
        .headers
        .routes(HeaderName::RecordRoute)
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(route.uri.param("maddr").unwrap(), "ss1.example.com");
    assert!(request.body.starts_with(b"v=0"));
}
