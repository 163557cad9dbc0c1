//! Where a message in a stream ends (RFC 3261 §18.3).

use super::parse::ContentLength;
use super::reader::skip_line_ends;
use crate::{HeaderName, ParseError, limits};

/// What a stream's buffer begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Not enough yet.
    Incomplete,
    /// A keep-alive of that many bytes: CRLF (a pong, or a stray line end) or CRLFCRLF (a ping, RFC 5626 §3.5.1).
    KeepAlive(usize),
    /// A message of that many bytes.
    Message(usize),
}

/// Looks for the end of the first message in `buffer`. The same bytes give the same answer however they arrived, except that a lone CRLF is told at
/// once and not held back for a second one.
///
/// # Errors
/// [`ParseError`] where the stream cannot be followed any further: a limit is passed, or Content-Length is absent, twice with different values, or no number.
/// The connection has to be closed.
pub fn frame_stream(buffer: &[u8]) -> Result<Frame, ParseError> {
    match buffer {
        [b'\r', b'\n', b'\r', b'\n', ..] => return Ok(Frame::KeepAlive(4)),
        [b'\r', b'\n', b'\r'] | [b'\r'] | [] => return Ok(Frame::Incomplete),
        [b'\r', b'\n', ..] => return Ok(Frame::KeepAlive(2)),
        [b'\n', ..] => return Ok(Frame::KeepAlive(1)),
        _ => {}
    }
    let head = buffer.get(..limits::MAX_MESSAGE).unwrap_or(buffer);
    let mut lines = Lines { rest: head };
    let mut at = 0;
    let mut length = ContentLength::default();
    // The value of a Content-Length that the next lines may be folded to.
    let mut open: Option<Vec<u8>> = None;
    for (count, line) in (&mut lines).enumerate() {
        at += line.taken;
        let folded = matches!(line.content, [b' ' | b'\t', ..]);
        if let Some(value) = open.as_mut().filter(|_| folded) {
            value.push(b' ');
            value.extend_from_slice(line.content);
        } else if let Some(value) = open.take() {
            length.line(value.trim_ascii());
        }
        if line.content.is_empty() {
            let body = length
                .get()?
                .ok_or(ParseError::ContentLength("absent in a stream"))?;
            let whole = at
                .checked_add(body)
                .filter(|whole| *whole <= limits::MAX_MESSAGE)
                .ok_or(ParseError::TooLarge("message"))?;
            return Ok(if buffer.len() < whole {
                Frame::Incomplete
            } else {
                Frame::Message(whole)
            });
        }
        if line.content.len() > limits::MAX_HEADER_LINE {
            return Err(ParseError::TooLarge("header line"));
        }
        if count > 0 && !folded {
            open = content_length(line.content).map(<[u8]>::to_vec);
        }
    }
    if skip_line_ends(buffer).len() >= limits::MAX_MESSAGE {
        return Err(ParseError::TooLarge("message"));
    }
    if lines.rest.len() > limits::MAX_HEADER_LINE {
        return Err(ParseError::TooLarge("header line"));
    }
    Ok(Frame::Incomplete)
}

/// The value of the line, if it is a Content-Length.
fn content_length(line: &[u8]) -> Option<&[u8]> {
    let colon = memchr::memchr(b':', line)?;
    let (name, value) = line.split_at_checked(colon)?;
    matches!(
        HeaderName::known(name.trim_ascii_end())?,
        HeaderName::ContentLength
    )
    .then_some(value.get(1..)?)
}

/// Whole lines; what is left is not ended yet.
struct Lines<'a> {
    rest: &'a [u8],
}

struct Line<'a> {
    content: &'a [u8],
    taken: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let end = memchr::memchr(b'\n', self.rest)?;
        let (line, rest) = self.rest.split_at_checked(end + 1)?;
        self.rest = rest;
        let content = line
            .strip_suffix(b"\r\n")
            .or_else(|| line.strip_suffix(b"\n"))
            .unwrap_or(line);
        Some(Line {
            content,
            taken: line.len(),
        })
    }
}
