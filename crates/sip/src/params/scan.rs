//! Where parameters stand in their text.

use std::ops::Range;

use crate::lex;

/// One parameter as it stands, without the white space around it.
#[derive(Clone, Copy)]
pub(crate) struct RawParam<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: Option<&'a str>,
}

impl RawParam<'_> {
    /// Whether it has that name, in any case.
    pub(crate) fn is(self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Appends it without the white space around it.
    pub(crate) fn write(self, to: &mut String) {
        to.push(';');
        to.push_str(self.name);
        if let Some(value) = self.value {
            to.push('=');
            to.push_str(value);
        }
    }
}

/// Reads `;a=b;c`; an item is `None` where a parameter is malformed, and that is the last one.
pub(super) struct RawParams<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> RawParams<'a> {
    pub(super) fn of(text: &'a str) -> RawParams<'a> {
        RawParams { text, at: 0 }
    }

    /// Where the next one begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }
}

impl<'a> Iterator for RawParams<'a> {
    type Item = Option<RawParam<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let found = Place::next(self.text.as_bytes(), self.at);
        self.at = found.as_ref().map_or(self.text.len(), |place| place.end);
        Some(found.and_then(|place| {
            let value = match place.value {
                Some(value) => Some(self.text.get(value)?),
                None => None,
            };
            let name = self.text.get(place.name)?;
            Some(RawParam { name, value })
        }))
    }
}

/// Where a parameter stands.
struct Place {
    name: Range<usize>,
    value: Option<Range<usize>>,
    /// Where the next semicolon is, or the end.
    end: usize,
}

impl Place {
    /// The parameter whose semicolon is at `at`. White space may stand around everything.
    #[inline]
    fn next(bytes: &[u8], at: usize) -> Option<Place> {
        if bytes.get(at) != Some(&b';') {
            return None;
        }
        let start = skip(bytes, at + 1, lex::is_space);
        let end = skip(bytes, start, is_name_byte);
        let name = start..end;
        let behind = skip(bytes, end, lex::is_space);
        let mut place = Place {
            name,
            value: None,
            end: behind,
        };
        if bytes.get(behind) == Some(&b'=') {
            let start = skip(bytes, behind + 1, lex::is_space);
            let end = match bytes.get(start) {
                Some(b'"') => lex::quoted_end(bytes, start)?,
                _ => skip(bytes, start, is_value_byte),
            };
            place.value = Some(start..end);
            place.end = skip(bytes, end, lex::is_space);
        }
        let ended = matches!(bytes.get(place.end), None | Some(b';'));
        (ended && !place.name.is_empty()).then_some(place)
    }
}

/// The first place from `at` on where such bytes end.
#[inline]
fn skip(bytes: &[u8], at: usize, is: impl Fn(u8) -> bool) -> usize {
    let mut at = at;
    while bytes.get(at).is_some_and(|byte| is(*byte)) {
        at += 1;
    }
    at
}

fn is_name_byte(byte: u8) -> bool {
    LETTERS
        .get(usize::from(byte))
        .is_some_and(|letter| letter & NAME != 0)
}

fn is_value_byte(byte: u8) -> bool {
    LETTERS
        .get(usize::from(byte))
        .is_some_and(|letter| letter & VALUE != 0)
}

/// Tokens, and what `pname` of a URI allows besides.
const NAME: u8 = 1;
/// Generous: whatever is not white space and has no meaning of its own. `received=::1`, `gr=urn:uuid:…` and an empty value must pass.
const VALUE: u8 = 2;

const LETTERS: [u8; 256] = letters();

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time over constant bounds"
)]
const fn letters() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation, reason = "below 256")]
        let letter = byte as u8;
        if lex::TOKEN[byte]
            || matches!(
                letter,
                b'[' | b']' | b'/' | b':' | b'&' | b'$' | b'(' | b')'
            )
        {
            table[byte] |= NAME;
        }
        if letter > b' ' && letter != 0x7f && !matches!(letter, b';' | b',' | b'"' | b'<' | b'>') {
            table[byte] |= VALUE;
        }
        byte += 1;
    }
    table
}
