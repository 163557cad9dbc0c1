use super::*;
use crate::HeaderName;

const REGISTER: &str = "REGISTER sip:ex.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:a@h>\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n";

fn parse(text: impl Into<Vec<u8>>) -> Result<Message, ParseError> {
    Message::parse_datagram(Bytes::from(text.into()))
}

#[test]
fn a_datagram_without_the_empty_line_is_refused() {
    assert_eq!(parse(REGISTER), Err(ParseError::Unfinished));
    assert!(parse(format!("{REGISTER}\r\n")).is_ok());
    assert!(parse(format!("{REGISTER}\r\n").replace('\r', "")).is_ok());
}

#[test]
fn conflicting_lengths_are_refused_and_agreeing_ones_are_not() {
    for (lengths, good) in [
        ("Content-Length: 2\r\nl: 2\r\n", true),
        ("Content-Length: 2\r\nl: 1\r\n", false),
        ("Content-Length: 2, 2\r\n", false),
        ("Content-Length: -1\r\n", false),
        ("Content-Length: +2\r\n", false),
        ("Content-Length:\r\n", false),
        ("Content-Length: 4\r\n", false),
        ("Content-Length:\r\n 1\r\n", true),
    ] {
        assert_eq!(
            parse(format!("{REGISTER}{lengths}\r\nabc")).is_ok(),
            good,
            "{lengths}"
        );
    }
}

#[test]
fn a_datagrams_body_is_cut_to_its_length() {
    assert_eq!(
        parse(format!("{REGISTER}l: 2\r\n\r\nabc")).unwrap().body(),
        "ab"
    );
    assert_eq!(parse(format!("{REGISTER}\r\nabc")).unwrap().body(), "abc");
}

#[test]
fn a_stray_carriage_return_is_refused() {
    assert!(parse(format!("{REGISTER}Subject: a\rEvil: 1\r\n\r\n")).is_err());
    assert!(parse(format!("{REGISTER}Subject: a\r\n b\rEvil: 1\r\n\r\n")).is_err());
}

#[test]
fn another_version_is_told_apart_from_garbage() {
    let other = format!("{REGISTER}\r\n").replace("com SIP/2.0", "com SIP/7.0");
    assert_eq!(parse(other.as_str()), Err(ParseError::Version));
    let answer = Response::refusing(Bytes::from(other), &ParseError::Version).unwrap();
    assert_eq!(answer.status.code(), 505);
    assert!(answer.headers.cseq().is_ok());
    assert!(matches!(
        parse("HTTP/1.1 200 OK\r\n\r\n"),
        Err(ParseError::StartLine(_))
    ));
}

#[test]
fn streams_are_cut_where_the_length_says() {
    let one = format!("{REGISTER}Content-Length: 3\r\n\r\nabc");
    let two = format!("{one}{one}");
    assert_eq!(frame_stream(two.as_bytes()), Ok(Frame::Message(one.len())));
    for cut in 1..one.len() {
        assert_eq!(
            frame_stream(&one.as_bytes()[..cut]),
            Ok(Frame::Incomplete),
            "{cut}"
        );
    }
    assert_eq!(frame_stream(b"\r\n\r\nREGISTER"), Ok(Frame::KeepAlive(4)));
    assert_eq!(frame_stream(b"\r\nREGISTER"), Ok(Frame::KeepAlive(2)));
    assert!(frame_stream(format!("{REGISTER}\r\n").as_bytes()).is_err());
    assert!(frame_stream(format!("{REGISTER}l: 1\r\nl: 2\r\n\r\n").as_bytes()).is_err());
    assert!(frame_stream(format!("{REGISTER}l: 99999\r\n\r\n").as_bytes()).is_err());
    assert!(frame_stream(&[b'x'; 10_000]).is_err());
}

#[test]
fn nothing_a_caller_makes_can_end_a_line() {
    let mut request = Request::new(
        Method::Other(Text::from("A\r\nB")),
        "sip:h".parse().unwrap(),
    );
    request.headers.push(HeaderName::ContentLength, "99");
    assert_eq!(
        request.to_bytes(),
        "A--B sip:h SIP/2.0\r\nContent-Length: 0\r\n\r\n"
    );
    let mut response = Response::new(StatusCode::from(480));
    response.reason = Text::from("No\r\nEvil: 1");
    assert_eq!(
        response.to_bytes(),
        "SIP/2.0 480 No  Evil: 1\r\nContent-Length: 0\r\n\r\n"
    );
}
