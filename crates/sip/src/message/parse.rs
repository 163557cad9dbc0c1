//! From a datagram to a message.

use bytes::Bytes;

use super::{Message, Request, Response};
use crate::{
    HeaderName, HeaderValue, Headers, Method, ParseError, StatusCode, Text, Uri, lex, limits,
};

pub(super) fn datagram(datagram: Bytes) -> Result<Message, ParseError> {
    if datagram.len() > limits::MAX_MESSAGE {
        return Err(ParseError::TooLarge("message"));
    }
    let mut reader = Reader::new(datagram);
    let start = StartLine::read(&mut reader)?;
    let (headers, length) = read_headers(&mut reader)?;
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
    let mut reader = Reader::new(datagram);
    let line = reader.line()?;
    let line = reader.text(line)?;
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
    let mut headers = Headers::new();
    while let Some(line) = reader
        .line()
        .filter(|line| !line.is_empty() && headers.len() < limits::MAX_HEADERS)
    {
        if let Ok((name, value)) = header(&mut reader, line) {
            headers.push_checked(name, value);
        }
    }
    Some((method, headers))
}

enum StartLine {
    Request { method: Method, uri: Uri },
    Response { status: StatusCode, reason: Text },
}

impl StartLine {
    fn read(reader: &mut Reader) -> Result<StartLine, ParseError> {
        let line = reader.line().ok_or(ParseError::Unfinished)?;
        if line.len() > limits::MAX_START_LINE {
            return Err(ParseError::TooLarge("start line"));
        }
        let line = match reader.text(line.clone()) {
            Some(line) => line,
            None => reader
                .lossy_status_line(line)
                .ok_or(ParseError::StartLine("not UTF-8"))?,
        };
        if line.contains('\r') {
            return Err(ParseError::StartLine("a stray carriage return"));
        }
        match line.get(..4) {
            Some(start) if start.eq_ignore_ascii_case("SIP/") => Self::response(&line),
            _ => Self::request(&line),
        }
    }

    /// `METHOD uri SIP/2.0`, a single space between (RFC 3261 §7.1).
    fn request(line: &Text) -> Result<StartLine, ParseError> {
        let (method, rest) = line
            .split_once(' ')
            .ok_or(ParseError::StartLine("no Request-URI"))?;
        let (uri, version) = rest
            .rsplit_once(' ')
            .ok_or(ParseError::StartLine("no version"))?;
        if !lex::is_token(method) {
            return Err(ParseError::StartLine("the method is not a token"));
        }
        check_version(version)?;
        let uri =
            Uri::parse_text(line.part(uri)).map_err(|error| ParseError::StartLine(error.why()))?;
        Ok(StartLine::Request {
            method: Method::part_of(line, method),
            uri,
        })
    }

    /// `SIP/2.0 200 OK`; the reason, and leniently the space before it, may be absent.
    fn response(line: &Text) -> Result<StartLine, ParseError> {
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
            reason: line.part(reason),
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

fn read_headers(reader: &mut Reader) -> Result<(Headers, ContentLength), ParseError> {
    // What messages of the field have; a longer one grows.
    let mut headers = Headers::with_capacity(16);
    let mut length = ContentLength::default();
    loop {
        let line = reader.line().ok_or(ParseError::Unfinished)?;
        if line.is_empty() {
            return Ok((headers, length));
        }
        if headers.len() == limits::MAX_HEADERS {
            return Err(ParseError::TooLarge("number of headers"));
        }
        let (name, value) = header(reader, line)?;
        if name == HeaderName::ContentLength {
            length.line(value.as_bytes());
        }
        headers.push_checked(name, value);
    }
}

/// One header of the line and those folded behind it.
fn header(
    reader: &mut Reader,
    line: std::ops::Range<usize>,
) -> Result<(HeaderName, HeaderValue), ParseError> {
    let start = line.start;
    let folded = reader.folded(line.end);
    let end = folded.unwrap_or(line.end);
    if end - start > limits::MAX_HEADER_LINE {
        return Err(ParseError::TooLarge("header line"));
    }
    let bytes = reader.slice(start..end);
    let colon = memchr::memchr(b':', bytes).ok_or(ParseError::Header("no colon"))?;
    let name = bytes.get(..colon).unwrap_or_default();
    let name_length = name.trim_ascii_end().len();
    if name_length == 0
        || !name
            .iter()
            .take(name_length)
            .all(|byte| lex::is_token_byte(*byte))
    {
        return Err(ParseError::Header("the name is not a token"));
    }
    let name = reader.name(start..start + name_length);
    let value = bytes.get(colon + 1..).unwrap_or_default();
    let skipped = value.len() - value.trim_ascii_start().len();
    let from = start + colon + 1 + skipped;
    let range = from..from + value.trim_ascii().len();
    let value = if folded.is_some() {
        reader.unfolded(range)
    } else {
        reader.value(range)
    };
    Ok((
        name,
        value.ok_or(ParseError::Header("a stray carriage return"))?,
    ))
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

/// `bytes` without the line ends in front (RFC 3261 §7.5).
pub(super) fn skip_line_ends(bytes: &[u8]) -> &[u8] {
    let skipped = bytes
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count();
    bytes.get(skipped..).unwrap_or_default()
}

/// The lines of a datagram, and shared parts of it.
struct Reader {
    bytes: Bytes,
    /// The head as text, where all of it is UTF-8.
    text: Option<Text>,
    at: usize,
}

impl Reader {
    fn new(datagram: Bytes) -> Reader {
        let skipped = datagram.len() - skip_line_ends(&datagram).len();
        let bytes = datagram.slice(skipped..);
        let text = Text::from_utf8(bytes.slice(..head_length(&bytes)));
        Reader { bytes, text, at: 0 }
    }

    /// The next line without its end; `None` where no line end follows.
    fn line(&mut self) -> Option<std::ops::Range<usize>> {
        let start = self.at;
        let end = start + memchr::memchr(b'\n', self.bytes.get(start..)?)?;
        self.at = end + 1;
        let carriage_return = end > start && self.bytes.get(end - 1) == Some(&b'\r');
        Some(start..if carriage_return { end - 1 } else { end })
    }

    /// Where the header that begins with a line up to `end` ends, if the next lines are folded to it. Takes those lines.
    fn folded(&mut self, end: usize) -> Option<usize> {
        let mut folded = None;
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t')) {
            let line = self.line()?;
            folded = Some(line.end.max(end));
        }
        folded
    }

    fn slice(&self, range: std::ops::Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    fn text(&self, range: std::ops::Range<usize>) -> Option<Text> {
        match &self.text {
            Some(text) => text.get(range).map(|part| text.part(part)),
            None => Text::from_utf8(self.bytes.slice(range)),
        }
    }

    fn name(&self, range: std::ops::Range<usize>) -> HeaderName {
        match self
            .text
            .as_ref()
            .and_then(|text| Some((text, text.get(range.clone())?)))
        {
            Some((text, part)) => HeaderName::part_of(text, part),
            None => {
                let text = self.text(range).unwrap_or_default();
                HeaderName::part_of(&text, &text)
            }
        }
    }

    /// A value on one line; `None` with a carriage return in it, which some take for a line end.
    fn value(&self, range: std::ops::Range<usize>) -> Option<HeaderValue> {
        if memchr::memchr(b'\r', self.slice(range.clone())).is_some() {
            return None;
        }
        Some(match self.text(range.clone()) {
            Some(text) => HeaderValue::of_checked(text),
            None => self.bytes.slice(range).into(),
        })
    }

    /// A value on several lines: a line end and the white space around it mean one space (RFC 3261 §7.3.1).
    fn unfolded(&self, range: std::ops::Range<usize>) -> Option<HeaderValue> {
        let mut unfolded = Vec::with_capacity(range.len());
        for line in self.slice(range).split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.contains(&b'\r') {
                return None;
            }
            if !unfolded.is_empty() {
                unfolded.push(b' ');
            }
            unfolded.extend_from_slice(line.trim_ascii());
        }
        Some(Bytes::from(unfolded).into())
    }

    /// A status line whose reason phrase is not UTF-8, the phrase made readable.
    fn lossy_status_line(&self, range: std::ops::Range<usize>) -> Option<Text> {
        let line = self.slice(range);
        line.get(..4)?
            .eq_ignore_ascii_case(b"SIP/")
            .then(|| Text::from(String::from_utf8_lossy(line).as_ref()))
    }

    /// The body behind the empty line: as long as Content-Length says, or all that is left.
    fn body(&self, length: Option<usize>) -> Result<Bytes, ParseError> {
        let left = self.bytes.len() - self.at.min(self.bytes.len());
        let length = length.unwrap_or(left);
        if length > left {
            return Err(ParseError::ContentLength("more than there is"));
        }
        Ok(self.bytes.slice(self.at..self.at + length))
    }
}

/// Up to the empty line, or all.
fn head_length(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes)
        .find(|at| matches!(bytes.get(at + 1..), Some([b'\n', ..] | [b'\r', b'\n', ..])))
        .map_or(bytes.len(), |at| at + 1)
}
