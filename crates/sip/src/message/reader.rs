//! The lines of a datagram, and shared parts of it.

use std::ops::Range;

use bytes::Bytes;

use crate::{HeaderName, HeaderValue, ParseError, Text};

/// A line without its end, and whether a carriage return stands in it that ends nothing.
pub(super) struct Line {
    pub(super) content: Range<usize>,
    pub(super) stray: bool,
}

pub(super) struct Reader {
    bytes: Bytes,
    /// The head as text, where all of it is UTF-8.
    text: Option<Text>,
    at: usize,
}

impl Reader {
    pub(super) fn new(datagram: Bytes) -> Reader {
        let skipped = datagram.len() - skip_line_ends(&datagram).len();
        let bytes = datagram.slice(skipped..);
        let text = Text::from_utf8(bytes.slice(..head_length(&bytes)));
        Reader { bytes, text, at: 0 }
    }

    /// The next line; `None` where no line end follows.
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

    /// Takes the lines folded to `line` into it, if there are any.
    pub(super) fn fold(&mut self, line: &mut Line) -> bool {
        let mut folded = false;
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t')) {
            let Some(next) = self.line() else { break };
            line.content.end = next.content.end;
            line.stray |= next.stray;
            folded = true;
        }
        folded
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    pub(super) fn text(&self, range: Range<usize>) -> Option<Text> {
        match &self.text {
            Some(text) => text.get(range).map(|part| text.part(part)),
            None => Text::from_utf8(self.bytes.slice(range)),
        }
    }

    /// The name of a header: a token, so it is text.
    pub(super) fn name(&self, range: Range<usize>) -> HeaderName {
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

    /// A value on one line.
    pub(super) fn value(&self, range: Range<usize>) -> HeaderValue {
        match self.text(range.clone()) {
            Some(text) => HeaderValue::of_checked(text),
            None => self.bytes.slice(range).into(),
        }
    }

    /// A value on several lines: a line end and the white space around it mean one space (RFC 3261 §7.3.1).
    pub(super) fn unfolded(&self, range: Range<usize>) -> HeaderValue {
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

/// `bytes` without the line ends in front (RFC 3261 §7.5).
pub(super) fn skip_line_ends(bytes: &[u8]) -> &[u8] {
    let skipped = bytes
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count();
    bytes.get(skipped..).unwrap_or_default()
}

/// Up to the empty line, or all. Where lines end with LF alone it may be more, which only costs time.
fn head_length(bytes: &[u8]) -> usize {
    memchr::memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 2)
}
