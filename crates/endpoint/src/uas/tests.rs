use bellhop_sip::{HeaderName, Method, Request, Response};

use super::answer;

fn request(method: &str) -> Request {
    let method: Method = method.parse().unwrap();
    let mut request = Request::new(method.clone(), "sip:tina@192.0.2.7".parse().unwrap());
    let headers = &mut request.headers;
    headers.push(
        HeaderName::Via,
        "SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK1;received=198.51.100.1",
    );
    headers.push(HeaderName::From, "<sip:pbx@example.com>;tag=1");
    headers.push(HeaderName::To, "\"Tina\" <sip:tina@192.0.2.7>");
    headers.push(HeaderName::CallId, "a@198.51.100.1");
    headers.push(HeaderName::CSeq, format!("7 {method}"));
    request
}

fn with(method: &str, name: HeaderName, value: &str) -> Request {
    let mut request = request(method);
    request.headers.set(name, value);
    request
}

fn status(request: &Request) -> u16 {
    answer(request, "t").status.code()
}

fn text(response: &Response, name: &HeaderName) -> Option<String> {
    Some(response.headers.get(name)?.as_text()?.to_string())
}

#[test]
fn options_is_told_what_we_can() {
    let response = answer(&request("OPTIONS"), "t");
    assert_eq!(response.status.code(), 200);
    let allow = text(&response, &HeaderName::Allow).unwrap();
    assert!(allow.contains("INVITE") && allow.contains("OPTIONS"));
    assert!(text(&response, &HeaderName::Accept).is_some());
    assert!(text(&response, &HeaderName::Supported).is_some());
}

#[test]
fn a_call_finds_nobody_here() {
    assert_eq!(status(&request("INVITE")), 480);
}

#[test]
fn what_belongs_to_a_call_is_told_that_there_is_none() {
    for method in ["CANCEL", "BYE", "INFO", "UPDATE"] {
        assert_eq!(status(&request(method)), 481, "{method}");
    }
    let within = with("INVITE", HeaderName::To, "<sip:tina@192.0.2.7>;tag=9");
    assert_eq!(status(&within), 481);
}

#[test]
fn other_methods_are_told_which_are_allowed() {
    for method in [
        "MESSAGE",
        "NOTIFY",
        "SUBSCRIBE",
        "REGISTER",
        "REFER",
        "PUBLISH",
        "PRACK",
        "FOO",
    ] {
        let response = answer(&request(method), "t");
        assert_eq!(response.status.code(), 405, "{method}");
        assert!(text(&response, &HeaderName::Allow).is_some(), "{method}");
    }
}

#[test]
fn required_extensions_are_named_as_unsupported() {
    let mut request = with("INVITE", HeaderName::Require, "100rel, timer");
    request.headers.push(HeaderName::Require, "foo");
    let response = answer(&request, "t");
    assert_eq!(response.status.code(), 420);
    assert_eq!(
        text(&response, &HeaderName::Unsupported).unwrap(),
        "100rel, timer, foo"
    );
    assert_eq!(status(&with("CANCEL", HeaderName::Require, "foo")), 481);
}

#[test]
fn an_unknown_scheme_is_refused() {
    let mut request = request("INVITE");
    request.uri = "http://example.com".parse().unwrap();
    assert_eq!(status(&request), 416);
    request.uri = "tel:+15551212".parse().unwrap();
    assert_eq!(status(&request), 480);
}

#[test]
fn the_answer_repeats_the_request_and_adds_a_tag_to_the_to_that_has_none() {
    let response = answer(&request("OPTIONS"), "new");
    assert_eq!(
        text(&response, &HeaderName::To).unwrap(),
        "\"Tina\" <sip:tina@192.0.2.7>;tag=new"
    );
    assert_eq!(
        text(&response, &HeaderName::From).unwrap(),
        "<sip:pbx@example.com>;tag=1"
    );
    assert_eq!(text(&response, &HeaderName::CSeq).unwrap(), "7 OPTIONS");
    let tagged = with("OPTIONS", HeaderName::To, "<sip:tina@192.0.2.7>;tag=old");
    assert_eq!(
        text(&answer(&tagged, "new"), &HeaderName::To).unwrap(),
        "<sip:tina@192.0.2.7>;tag=old"
    );
    let bare = with("OPTIONS", HeaderName::To, "sip:tina@192.0.2.7");
    assert_eq!(
        text(&answer(&bare, "new"), &HeaderName::To).unwrap(),
        "sip:tina@192.0.2.7;tag=new"
    );
}
