//! The lines of a datagram, and shared parts of it.

use std::ops::Range;

use bytes::{Buf as _, Bytes};

use crate::headers::NameKind;
use crate::{HeaderName, HeaderValue, Headers, ParseError, Text, lex, limits};

/// A line without its end, and whether a carriage return stands in it that ends nothing.
pub(super) struct Line {
    pub(super) content: Range<usize>,
    pub(super) stray: bool,
}

pub(super) struct Reader {
    bytes: Bytes,
    at: usize,
}

impl Reader {
    /// A reader, and as much of the datagram as is UTF-8: in nearly every message the whole head. What is behind is looked at piece by piece.
    pub(super) fn new(mut datagram: Bytes) -> (Reader, Text) {
        let skipped = datagram.len() - skip_line_ends(&datagram).len();
        datagram.advance(skipped);
        let text = Text::utf8_prefix(&datagram);
        (
            Reader {
                bytes: datagram,
                at: 0,
            },
            text,
        )
    }

    /// The next line; `None` where no line end follows.
    #[inline]
    pub(super) fn line(&mut self) -> Option<Line> {
        let start = self.at;
        let mut stray = false;
        loop {
            let end = self.at + memchr::memchr2(b'\r', b'\n', self.bytes.get(self.at..)?)?;
            match self.bytes.get(end..) {
                Some([b'\n', ..]) => self.at = end + 1,
                Some([b'\r', b'\n', ..]) => self.at = end + 2,
                _ => {
                    self.at = end + 1;
                    stray = true;
                    continue;
                }
            }
            return Some(Line {
                content: start..end,
                stray,
            });
        }
    }

    /// Takes the empty line, if one is next.
    pub(super) fn empty_line(&mut self) -> bool {
        let length = match self.bytes.get(self.at..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([b'\n', ..]) => 1,
            _ => return false,
        };
        self.at += length;
        true
    }

    /// Reads the next header into `headers`, the lines folded to it included, and says whether it was a Content-Length. On an error the first of its
    /// lines is still the next line.
    // Always: what a call has to put away and take up again is a good part of what a header costs.
    #[inline(always)]
    pub(super) fn header(&mut self, headers: &mut Headers) -> Result<bool, ParseError> {
        match self.usual_header(headers) {
            Some(is_length) => Ok(is_length),
            None => self.any_header(headers),
        }
    }

    /// Reads a header as nearly all are written: a name that we know right before the colon, a value on one line with at most a space in front. `None`
    /// where there is more to it; then nothing was read.
    #[inline(always)]
    fn usual_header(&mut self, headers: &mut Headers) -> Option<bool> {
        let rest = self.bytes.get(self.at..)?;
        let colon = lex::find(rest, b':')?;
        let kind = NameKind::known(rest.get(..colon)?)?;
        let is_letter = |byte: &u8| *byte > b' ';
        let from = match rest.get(colon + 1..)? {
            [b' ', first, ..] if is_letter(first) => colon + 2,
            [first, ..] if is_letter(first) => colon + 1,
            _ => return None,
        };
        let end = from + memchr::memchr2(b'\r', b'\n', rest.get(from..)?)?;
        let (last, after, next) = match rest.get(end - 1..)? {
            [last, b'\r', b'\n', next, ..] => (last, end + 2, next),
            [last, b'\n', next, ..] => (last, end + 1, next),
            _ => return None,
        };
        if !is_letter(last) || lex::is_space(*next) {
            return None;
        }
        if end > limits::MAX_HEADER_LINE || self.at + end > headers.source().len() {
            return None;
        }
        headers.push_part(kind, offset(self.at + from), offset(self.at + end));
        self.at += after;
        Some(kind == NameKind::ContentLength)
    }

    fn any_header(&mut self, headers: &mut Headers) -> Result<bool, ParseError> {
        let start = self.at;
        let bytes = match self.bytes.get(start..) {
            None | Some([]) => return Err(ParseError::Unfinished),
            Some(bytes) => bytes,
        };
        let name_length = bytes
            .iter()
            .position(|byte| !lex::is_token_byte(*byte))
            .unwrap_or(bytes.len());
        let (name, behind) = bytes
            .split_at_checked(name_length)
            .ok_or(ParseError::Unfinished)?;
        let value = match skip_spaces(behind) {
            [b':', value @ ..] if name_length > 0 => skip_spaces(value),
            _ => return Err(ParseError::Header("no token and colon at its beginning")),
        };
        let from = start + bytes.len() - value.len();
        let name = match HeaderName::known(name) {
            Some(known) => known.clone(),
            None => HeaderName::Other(self.name(headers.source(), start..start + name_length)),
        };
        self.at = from;
        let ended = self.value_end();
        let after = std::mem::replace(&mut self.at, start);
        let (end, folded) = ended?;
        if end - start > limits::MAX_HEADER_LINE {
            return Err(ParseError::TooLarge("header line"));
        }
        self.at = after;
        let end = from + self.slice(from..end).trim_ascii_end().len();
        let is_length = matches!(name, HeaderName::ContentLength);
        if folded {
            headers.push_checked(name, self.unfolded(from..end));
        } else if end <= headers.source().len() {
            headers.push_named_part(name, offset(from), offset(end));
        } else {
            headers.push_checked(name, self.bytes.slice(from..end).into());
        }
        Ok(is_length)
    }

    /// Where the value that begins here ends, and whether lines were folded to it. Moves behind its line end.
    #[inline]
    fn value_end(&mut self) -> Result<(usize, bool), ParseError> {
        let mut folded = false;
        loop {
            let line = self.line().ok_or(ParseError::Unfinished)?;
            if line.stray {
                // Some take it for a line end.
                return Err(ParseError::Header("a stray carriage return"));
            }
            if !matches!(self.bytes.get(self.at), Some(b' ' | b'\t')) {
                return Ok((line.content.end, folded));
            }
            folded = true;
        }
    }

    fn slice(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// The text of a part of the head, shared with `source` where that goes so far.
    pub(super) fn text(&self, source: &Text, range: Range<usize>) -> Option<Text> {
        source
            .range(range.clone())
            .or_else(|| Text::from_utf8(self.bytes.slice(range)))
    }

    /// The name of a header: a token, so it is text.
    fn name(&self, source: &Text, range: Range<usize>) -> Text {
        self.text(source, range).unwrap_or_default()
    }

    /// A value on several lines: a line end and the white space around it mean one space (RFC 3261 §7.3.1).
    fn unfolded(&self, range: Range<usize>) -> HeaderValue {
        let mut unfolded = Vec::with_capacity(range.len());
        for line in self.slice(range).split(|byte| *byte == b'\n') {
            if !unfolded.is_empty() {
                unfolded.push(b' ');
            }
            unfolded.extend_from_slice(line.trim_ascii());
        }
        Bytes::from(unfolded).into()
    }

    /// A status line whose reason phrase is not UTF-8, the phrase made readable.
    pub(super) fn lossy_status_line(&self, range: Range<usize>) -> Option<Text> {
        let line = self.slice(range);
        let is_status = line.get(..4)?.eq_ignore_ascii_case(b"SIP/");
        is_status.then(|| Text::from(String::from_utf8_lossy(line).as_ref()))
    }

    /// The body behind the empty line: as long as Content-Length says, or all that is left.
    pub(super) fn body(&self, length: Option<usize>) -> Result<Bytes, ParseError> {
        let left = self.bytes.len() - self.at.min(self.bytes.len());
        let length = length.unwrap_or(left);
        if length > left {
            return Err(ParseError::ContentLength("more than there is"));
        }
        Ok(self.bytes.slice(self.at..self.at + length))
    }
}

/// An offset into a message, which [`limits::MAX_MESSAGE`] keeps far below 2³².
#[allow(clippy::cast_possible_truncation, reason = "bounded by MAX_MESSAGE")]
fn offset(at: usize) -> u32 {
    at as u32
}

#[inline]
fn skip_spaces(bytes: &[u8]) -> &[u8] {
    match bytes {
        [b' ', rest @ ..] if !matches!(rest, [b' ' | b'\t', ..]) => rest,
        [b' ' | b'\t', ..] => {
            let spaces = bytes
                .iter()
                .take_while(|byte| lex::is_space(**byte))
                .count();
            bytes.get(spaces..).unwrap_or_default()
        }
        _ => bytes,
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_usual_header_is_read_as_any(
            name in "(Via|via|v|CSEQ|l|Content-Length|X-A|V\u{e9}|Vi a)?[ \t]{0,2}",
            value in ":?[ \t]{0,2}[a:\r\n\t \u{e9}\u{0}]{0,9}",
            behind in "(\r\n|\n|\r|)(\r\n|\n| b|\tb\r\n|To: x\r\n|)",
        ) {
            let bytes = Bytes::from(format!("{name}{value}{behind}"));
            for short in [0, 3] {
                let read = |read: fn(&mut Reader, &mut Headers) -> Result<bool, ParseError>| {
                    let (mut reader, text) = Reader::new(bytes.clone());
                    let part = text.get(..text.len().saturating_sub(short)).unwrap_or_default();
                    let mut headers = Headers::reading(text.part(part), 1);
                    let length = read(&mut reader, &mut headers);
                    (length, reader.at, headers)
                };
                prop_assert_eq!(read(Reader::header), read(Reader::any_header));
            }
        }
    }
}
