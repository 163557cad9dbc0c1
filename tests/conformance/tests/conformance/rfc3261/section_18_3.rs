//! Framing: where a message ends.

use bellhop_sip::{Frame, frame_stream, limits};

use crate::common::{parse, register};

#[test]
fn a_stream_gives_one_message_after_another() {
    let one = register("");
    let mut stream = one.clone();
    stream.extend(b"\r\n\r\n");
    stream.extend(&one);
    assert_eq!(frame_stream(&stream), Ok(Frame::Message(one.len())));
    assert_eq!(frame_stream(&stream[one.len()..]), Ok(Frame::KeepAlive(4)));
    assert_eq!(
        frame_stream(&stream[one.len() + 4..]),
        Ok(Frame::Message(one.len()))
    );
    assert_eq!(frame_stream(&[]), Ok(Frame::Incomplete));
}

#[test]
fn what_is_framed_is_what_is_parsed() {
    let one = register("");
    let Ok(Frame::Message(length)) = frame_stream(&one) else {
        panic!("a message")
    };
    assert!(parse(&one[..length]).is_ok());
}

#[test]
fn a_folded_content_length_is_read_as_the_parser_reads_it() {
    let message = b"OPTIONS sip:h SIP/2.0\r\nl:\r\n 3\r\n\r\nabc";
    assert_eq!(frame_stream(message), Ok(Frame::Message(message.len())));
    assert_eq!(parse(message).unwrap().body(), "abc");
}

#[test]
fn a_stream_that_never_ends_its_headers_is_given_up() {
    let endless = [
        b"OPTIONS sip:h SIP/2.0\r\n".as_slice(),
        &b"X: y\r\n".repeat(limits::MAX_MESSAGE / 6),
    ]
    .concat();
    assert!(frame_stream(&endless).is_err());
}

#[test]
fn a_body_beyond_the_limit_is_refused_before_it_is_waited_for() {
    assert!(frame_stream(b"OPTIONS sip:h SIP/2.0\r\nl: 70000\r\n\r\n").is_err());
    assert!(frame_stream(b"OPTIONS sip:h SIP/2.0\r\nl: 18446744073709551615\r\n\r\n").is_err());
}
