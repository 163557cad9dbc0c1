//! Where a message in a stream ends (RFC 3261 §18.3).

use super::parse::{ContentLength, skip_line_ends};
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
    let mut folded_length = false;
    for (count, line) in (&mut lines).enumerate() {
        at += line.taken;
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
        if count == 0 {
            continue;
        }
        if matches!(line.content, [b' ' | b'\t', ..]) {
            if folded_length {
                length.fold(line.content);
            }
            continue;
        }
        folded_length = is_content_length(line.content);
        if folded_length {
            length.line(
                line.content
                    .iter()
                    .position(|byte| *byte == b':')
                    .and_then(|colon| line.content.get(colon + 1..))
                    .unwrap_or_default(),
            );
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

fn is_content_length(line: &[u8]) -> bool {
    let name = line
        .split(|byte| *byte == b':')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    std::str::from_utf8(name)
        .is_ok_and(|name| HeaderName::known(name) == Some(HeaderName::ContentLength))
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
