//! From a datagram to a message.

use bytes::Bytes;

use super::reader::{Line, Reader};
use super::{Message, Request, Response};
use crate::{Headers, Method, ParseError, StatusCode, Text, Uri, lex, limits};

pub(super) fn datagram(datagram: Bytes) -> Result<Message, ParseError> {
    if datagram.len() > limits::MAX_MESSAGE {
        return Err(ParseError::TooLarge("message"));
    }
    let (mut reader, text) = Reader::new(datagram);
    let start = StartLine::read(&mut reader, &text)?;
    let (headers, length) = read_headers(&mut reader, text)?;
    let body = reader.body(length.get()?)?;
    Ok(match start {
        StartLine::Request { method, uri } => Message::Request(Request {
            method,
            uri,
            headers,
            body,
        }),
        StartLine::Response { status, reason } => Message::Response(Response {
            status,
            reason,
            headers,
            body,
        }),
    })
}

/// Method and headers of what was refused as a request, as far as they can be read, for an answer.
pub(super) fn salvage(datagram: Bytes) -> Option<(Method, Headers)> {
    let (mut reader, text) = Reader::new(datagram);
    let line = reader.line()?.content;
    let line = reader.text(&text, line)?;
    if line
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("SIP/"))
    {
        return None;
    }
    let (method, rest) = line.split_once(' ')?;
    let version = rest.trim_end().rsplit(' ').next()?;
    if !lex::is_token(method) || !version.get(..4)?.eq_ignore_ascii_case("SIP/") {
        return None;
    }
    let method = Method::part_of(&line, method);
    let mut headers = Headers::reading(text, 0);
    while !reader.empty_line() && headers.len() < limits::MAX_HEADERS {
        if reader.header(&mut headers).is_err() && reader.line().is_none() {
            break;
        }
    }
    Some((method, headers))
}

enum StartLine {
    Request { method: Method, uri: Uri },
    Response { status: StatusCode, reason: Text },
}

impl StartLine {
    fn read(reader: &mut Reader, text: &Text) -> Result<StartLine, ParseError> {
        let Line { content, stray } = reader.line().ok_or(ParseError::Unfinished)?;
        if content.len() > limits::MAX_START_LINE {
            return Err(ParseError::TooLarge("start line"));
        }
        if stray {
            return Err(ParseError::StartLine("a stray carriage return"));
        }
        match text.get(content.clone()) {
            Some(line) => Self::line(text, line),
            None => {
                let line = reader
                    .lossy_status_line(content)
                    .ok_or(ParseError::StartLine("not UTF-8"))?;
                Self::line(&line, &line)
            }
        }
    }

    fn line(whole: &Text, line: &str) -> Result<StartLine, ParseError> {
        match line.get(..4) {
            Some(start) if start.eq_ignore_ascii_case("SIP/") => Self::response(whole, line),
            _ => Self::request(whole, line),
        }
    }

    /// `METHOD uri SIP/2.0`, a single space between (RFC 3261 §7.1).
    fn request(whole: &Text, line: &str) -> Result<StartLine, ParseError> {
        let end = line
            .bytes()
            .position(|byte| !lex::is_token_byte(byte))
            .unwrap_or(line.len());
        let (method, rest) = line
            .split_at_checked(end)
            .ok_or(ParseError::StartLine("no method"))?;
        let rest = match rest.strip_prefix(' ') {
            Some(rest) if !method.is_empty() => rest,
            _ => return Err(ParseError::StartLine("no method with a space behind it")),
        };
        let uri = match rest.strip_suffix(" SIP/2.0") {
            Some(uri) => uri,
            None => {
                let (uri, version) = rest
                    .rsplit_once(' ')
                    .ok_or(ParseError::StartLine("no version"))?;
                check_version(version)?;
                uri
            }
        };
        let uri =
            Uri::parse_text(whole.part(uri)).map_err(|error| ParseError::StartLine(error.why()))?;
        Ok(StartLine::Request {
            method: Method::part_of(whole, method),
            uri,
        })
    }

    /// `SIP/2.0 200 OK`; the reason, and leniently the space before it, may be absent.
    fn response(whole: &Text, line: &str) -> Result<StartLine, ParseError> {
        let (version, rest) = line
            .split_once(' ')
            .ok_or(ParseError::StartLine("no status"))?;
        check_version(version)?;
        let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        let code: u16 = if code.len() == 3 {
            lex::number(code)
        } else {
            None
        }
        .filter(|code| (100..700).contains(code))
        .ok_or(ParseError::StartLine("the status is not one of 100 to 699"))?;
        Ok(StartLine::Response {
            status: StatusCode::from(code),
            reason: whole.part(reason),
        })
    }
}

fn check_version(version: &str) -> Result<(), ParseError> {
    if version.eq_ignore_ascii_case("SIP/2.0") {
        return Ok(());
    }
    let numbers = version
        .get(..4)
        .filter(|name| name.eq_ignore_ascii_case("SIP/"))
        .and_then(|_| version.get(4..)?.split_once('.'));
    match numbers {
        Some((major, minor))
            if lex::number::<u32>(major).is_some() && lex::number::<u32>(minor).is_some() =>
        {
            Err(ParseError::Version)
        }
        _ => Err(ParseError::StartLine("no SIP version at its end")),
    }
}

fn read_headers(reader: &mut Reader, text: Text) -> Result<(Headers, ContentLength), ParseError> {
    // What most messages of the field have, in a block (1 KiB) that allocators hand out fast; a longer list grows.
    let mut headers = Headers::reading(text, 18);
    let mut length = ContentLength::default();
    while !reader.empty_line() {
        if headers.len() == limits::MAX_HEADERS {
            return Err(ParseError::TooLarge("number of headers"));
        }
        if reader.header(&mut headers)? {
            length.line(headers.last_bytes());
        }
    }
    Ok((headers, length))
}

/// What Content-Length says, of however many there are.
#[derive(Default)]
pub(super) struct ContentLength {
    seen: Option<Result<usize, ()>>,
}

impl ContentLength {
    /// Takes in one header's value.
    pub(super) fn line(&mut self, value: &[u8]) {
        let read = std::str::from_utf8(value)
            .ok()
            .and_then(|text| lex::number(lex::trim(text)))
            .ok_or(());
        self.seen = match self.seen {
            None => Some(read),
            Some(before) if before == read => Some(before),
            Some(_) => Some(Err(())),
        };
    }

    /// The length, where there is one.
    pub(super) fn get(&self) -> Result<Option<usize>, ParseError> {
        match self.seen {
            None => Ok(None),
            Some(Ok(length)) => Ok(Some(length)),
            Some(Err(())) => Err(ParseError::ContentLength("not one number")),
        }
    }
}
