//! Invalid messages. Those whose lines cannot be told apart are refused whole, and [`Response::refusing`] makes the answer; a bad value is an error of that
//! header alone, so that the layers above can answer with a 400, or ignore a header they do not need.

use bellhop_sip::{Message, ParseError, Response};
use bytes::Bytes;

use super::message;
use crate::common::{contacts, parse, request, response, value};

/// Why the message is refused, and with which status it is answered.
fn refused(bytes: &'static [u8]) -> (ParseError, Option<u16>) {
    let error = Message::parse_datagram(Bytes::from_static(bytes)).unwrap_err();
    (
        error,
        Response::refusing(Bytes::from_static(bytes), &error).map(|answer| answer.status.code()),
    )
}

#[test]
fn badinv01_extraneous_separators_spoil_their_headers() {
    let request = request(message!("badinv01"));
    assert!(request.headers.top_via().is_err());
    assert!(request.headers.contacts().next().unwrap().is_err());
}

#[test]
fn clerr_a_content_length_larger_than_the_message_is_refused() {
    assert!(matches!(
        refused(message!("clerr")),
        (ParseError::ContentLength(_), Some(400))
    ));
}

#[test]
fn ncl_a_negative_content_length_is_refused() {
    assert!(matches!(
        refused(message!("ncl")),
        (ParseError::ContentLength(_), Some(400))
    ));
}

#[test]
fn scalar02_overlarge_numbers_are_errors_and_an_overlarge_expires_parameter_the_longest_time() {
    let request = request(message!("scalar02"));
    assert!(request.headers.cseq().is_err());
    assert!(request.headers.expires().is_err());
    assert_eq!(contacts(&request.headers)[0].expires(), Some(u32::MAX));
}

#[test]
fn scalarlg_overlarge_numbers_in_a_response_are_errors() {
    let response = response(message!("scalarlg"));
    assert!(response.headers.cseq().is_err());
    assert!(response.headers.retry_after().is_err());
}

#[test]
fn quotbal_an_open_quote_spoils_its_header() {
    let request = request(message!("quotbal"));
    assert!(request.headers.to().is_err());
    assert!(request.headers.from().is_ok());
}

#[test]
fn ltgtruri_brackets_around_the_request_uri_are_refused() {
    assert!(matches!(
        refused(message!("ltgtruri")),
        (ParseError::StartLine(_), Some(400))
    ));
}

#[test]
fn lwsruri_white_space_in_the_request_uri_is_refused() {
    assert!(matches!(
        refused(message!("lwsruri")),
        (ParseError::StartLine(_), Some(400))
    ));
}

#[test]
fn lwsstart_more_than_one_space_in_the_start_line_is_refused() {
    assert!(matches!(
        refused(message!("lwsstart")),
        (ParseError::StartLine(_), Some(400))
    ));
}

#[test]
fn trws_spaces_at_the_end_of_the_start_line_are_refused() {
    assert!(matches!(
        refused(message!("trws")),
        (ParseError::StartLine(_), Some(400))
    ));
}

#[test]
fn escruri_headers_in_the_request_uri_are_read_and_never_become_headers() {
    let request = request(message!("escruri"));
    assert_eq!(request.uri.uri_headers().count(), 1);
    assert!(
        request
            .headers
            .get(&bellhop_sip::HeaderName::Route)
            .is_none()
    );
    assert_eq!(
        request.uri.without_params_and_headers().as_str(),
        "sip:user@example.com"
    );
}

#[test]
fn baddate_a_date_nobody_reads_hurts_nobody() {
    let request = request(message!("baddate"));
    assert_eq!(
        value(&request.headers, "Date"),
        "Fri, 01 Jan 2010 16:00:00 EST"
    );
    assert!(request.headers.cseq().is_ok());
}

#[test]
fn regbadct_an_address_with_headers_must_be_in_brackets() {
    assert!(
        request(message!("regbadct"))
            .headers
            .contacts()
            .next()
            .unwrap()
            .is_err()
    );
}

#[test]
fn badaspec_spaces_in_an_address_spoil_its_header() {
    let request = request(message!("badaspec"));
    assert!(request.headers.to().is_err());
    assert_eq!(
        request.headers.from().unwrap().display.as_deref(),
        Some("Bell, Alexander")
    );
}

#[test]
fn baddn_a_display_name_of_other_letters_than_tokens_must_be_quoted() {
    // The archive has it without its empty line; with it, the names are what is wrong.
    assert_eq!(
        refused(message!("baddn")),
        (ParseError::Unfinished, Some(400))
    );
    let request = request([message!("baddn"), b"\r\n"].concat());
    assert!(request.headers.from().is_err());
    assert!(request.headers.to().is_err());
}

#[test]
fn badvers_another_version_is_answered_with_505() {
    assert_eq!(
        refused(message!("badvers")),
        (ParseError::Version, Some(505))
    );
}

#[test]
fn mismatch01_and_02_both_methods_can_be_read_and_compared() {
    for bytes in [message!("mismatch01"), message!("mismatch02")] {
        let request = request(bytes);
        assert_ne!(request.headers.cseq().unwrap().method, request.method);
    }
}

#[test]
fn bigcode_an_overlarge_status_is_refused_and_not_answered() {
    assert!(matches!(
        refused(message!("bigcode")),
        (ParseError::StartLine(_), None)
    ));
    assert!(parse(b"SIP/2.0 99 x\r\n\r\n").is_err());
    assert!(parse(b"SIP/2.0 700 x\r\n\r\n").is_err());
}
