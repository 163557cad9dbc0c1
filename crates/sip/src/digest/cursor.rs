//! One element of a challenge or of credentials after the other: a scheme's name, or a parameter.

use super::DigestError;
use super::lexer::RawParam;
use crate::lex;

/// Whose parameters are being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    None,
    Digest,
    Other,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Element<'a> {
    Scheme(&'a str),
    Param(RawParam<'a>),
    Skipped,
}

pub(super) struct Cursor<'a> {
    rest: &'a str,
    /// No backslash and no control is in the line, so that a quoted string ends at the next quote.
    plain: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn over(line: &'a str) -> Cursor<'a> {
        // Without an early end, so that it is done for many letters at once.
        let special = line.bytes().fold(false, |special, byte| {
            special | (byte < b' ') | (byte == 0x7f) | (byte == b'\\')
        });
        Cursor {
            rest: line,
            plain: !special,
        }
    }

    /// The next parameter of a Digest scheme where it is written as nearly all are, `name="value", ` or `name=value, `. `None` where there is more to
    /// it; then nothing was read, and [`element`](Self::element) has the say.
    #[inline]
    pub(super) fn usual_param(&mut self) -> Option<RawParam<'a>> {
        if !self.plain {
            return None;
        }
        let name = span(self.rest, lex::is_token_byte)?;
        let (value, quoted, behind) = match self.rest.as_bytes().get(name.len()..)? {
            [b'=', b'"', quoted @ ..] => {
                let start = name.len() + 2;
                let end = start + lex::find(quoted, b'"')?;
                (self.rest.get(start..end)?, true, end + 1)
            }
            [b'=', ..] => {
                let start = name.len() + 1;
                let value = span(self.rest.get(start..)?, is_bare)?;
                (value, false, start + value.len())
            }
            _ => return None,
        };
        self.rest = match self.rest.as_bytes().get(behind..)? {
            [] => "",
            [b',', b' ', ..] => self.rest.get(behind + 2..)?,
            [b',', ..] => self.rest.get(behind + 1..)?,
            _ => return None,
        };
        Some(RawParam {
            name,
            value,
            quoted,
        })
    }

    /// The next scheme name or parameter, or `None` at the end of the line.
    pub(super) fn element(&mut self, scheme: Scheme) -> Option<Result<Element<'a>, DigestError>> {
        self.skip(|c| is_lws(c) || c == b',');
        if self.rest.is_empty() {
            return None;
        }
        let name = self.take_while(lex::is_token_byte);
        if name.is_empty() {
            return Some(Err(DigestError::Malformed("a name is expected")));
        }
        let spaced = self.skip(is_lws);
        if !self.rest.starts_with('=') {
            return Some(match self.next_byte() {
                Some(c) if !spaced && c != b',' => {
                    Err(DigestError::Malformed("unexpected character in a name"))
                }
                _ => {
                    if !name.eq_ignore_ascii_case("Digest") {
                        self.skip_foreign();
                    }
                    Ok(Element::Scheme(name))
                }
            });
        }
        match scheme {
            Scheme::None => Some(Err(DigestError::Malformed("a parameter before any scheme"))),
            Scheme::Other => {
                self.skip_foreign();
                Some(Ok(Element::Skipped))
            }
            Scheme::Digest => {
                self.skip_one();
                self.skip(is_lws);
                Some(self.value().map(|(value, quoted)| {
                    Element::Param(RawParam {
                        name,
                        value,
                        quoted,
                    })
                }))
            }
        }
    }

    fn value(&mut self) -> Result<(&'a str, bool), DigestError> {
        let value = if self.rest.starts_with('"') {
            (self.quoted()?, true)
        } else {
            let bare = self.take_while(is_bare);
            if bare.is_empty() {
                return Err(DigestError::Malformed("a value is expected"));
            }
            (bare, false)
        };
        self.skip(is_lws);
        match self.next_byte() {
            None | Some(b',') => Ok(value),
            Some(_) => Err(DigestError::Malformed("a comma is expected after a value")),
        }
    }

    /// What stands between the quotes: all that RFC 3261 §25.1 `quoted-string` allows, the controls of ASCII only behind a backslash. Line breaks are
    /// refused, escaped or not: this text is echoed into headers of ours.
    fn quoted(&mut self) -> Result<&'a str, DigestError> {
        self.skip_one();
        let mut escaped = false;
        let body = self.take_while(|c| match c {
            b'\r' | b'\n' => false,
            _ if c.is_ascii_control() && c != b'\t' && !escaped => false,
            _ if escaped => {
                escaped = false;
                true
            }
            b'\\' => {
                escaped = true;
                true
            }
            b'"' => false,
            _ => true,
        });
        if escaped || !self.rest.starts_with('"') {
            return Err(DigestError::Malformed("a quoted string does not end"));
        }
        self.skip_one();
        Ok(body)
    }

    /// To the next comma outside quotes: parameters of a scheme that is not ours.
    fn skip_foreign(&mut self) {
        let (mut in_quotes, mut escaped) = (false, false);
        self.skip(|c| {
            if escaped {
                escaped = false;
            } else if in_quotes && c == b'\\' {
                escaped = true;
            } else if c == b'"' {
                in_quotes = !in_quotes;
            } else if c == b',' && !in_quotes {
                return false;
            }
            true
        });
    }

    fn skip(&mut self, while_true: impl FnMut(u8) -> bool) -> bool {
        !self.take_while(while_true).is_empty()
    }

    /// Past a byte that was looked at, a letter of ASCII.
    fn skip_one(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    fn next_byte(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    /// `pred` must take either all bytes of a longer letter or none, as all that look for letters of ASCII do.
    #[inline]
    fn take_while(&mut self, mut pred: impl FnMut(u8) -> bool) -> &'a str {
        let bytes = self.rest.as_bytes();
        let mut end = 0;
        while bytes.get(end).is_some_and(|byte| pred(*byte)) {
            end += 1;
        }
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }
}

/// The letters that `text` begins with and that are so, where there are any.
#[inline]
fn span(text: &str, is: impl Fn(u8) -> bool) -> Option<&str> {
    let end = text
        .bytes()
        .position(|byte| !is(byte))
        .unwrap_or(text.len());
    text.get(..end).filter(|span| !span.is_empty())
}

/// Values without quotes, wider than `token`: nonces with `=` and `/`, and URIs, are seen so.
fn is_bare(c: u8) -> bool {
    c.is_ascii_graphic() && !matches!(c, b'"' | b',' | b'\\')
}

/// White space, line breaks of a folded header included.
fn is_lws(c: u8) -> bool {
    matches!(c, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_usual_parameter_is_read_as_any(line in "([ ,]{0,2}[a-z\u{e9}]{0,2}[ \t]?=?[ \t]?(\"[a-z,=\\\\\t\u{7f}\u{e9}]{0,3}\"?|[a=/,\u{e9}]{0,3})[ ,]{0,2}){0,4}") {
            let (mut one, mut two) = (Cursor::over(&line), Cursor::over(&line));
            loop {
                let usual = one.usual_param().map(|param| Ok(Element::Param(param)));
                let next = usual.or_else(|| one.element(Scheme::Digest));
                prop_assert_eq!(&next, &two.element(Scheme::Digest));
                if !matches!(next, Some(Ok(_))) {
                    break;
                }
            }
        }
    }
}
