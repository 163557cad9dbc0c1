//! `%HH` escapes (RFC 3261 §19.1.2, RFC 2396 §2).

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::Text;

/// `text` with its escapes resolved. What is then not UTF-8 is replaced by U+FFFD.
pub(super) fn resolve(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes: Vec<u8> = Letters {
        rest: text.as_bytes(),
    }
    .map(|letter| letter.byte)
    .collect();
    Cow::Owned(
        String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    )
}

/// The same for a part of `whole`, shared where nothing is escaped.
pub(super) fn resolve_shared(whole: &Text, part: &str) -> Text {
    match resolve(part) {
        Cow::Borrowed(part) => whole.part(part),
        Cow::Owned(text) => Text::from(text),
    }
}

/// Whether both mean the same letters: an escape equals its letter, unless that letter is reserved.
pub(super) fn same(one: &str, two: &str) -> bool {
    one == two
        || Letters {
            rest: one.as_bytes(),
        }
        .eq(Letters {
            rest: two.as_bytes(),
        })
}

/// The same without regard to the case of ASCII letters.
pub(super) fn same_ignoring_case(one: &str, two: &str) -> bool {
    let lower = |letter: Letter| Letter {
        byte: letter.byte.to_ascii_lowercase(),
        ..letter
    };
    one.eq_ignore_ascii_case(two)
        || Letters {
            rest: one.as_bytes(),
        }
        .map(lower)
        .eq(Letters {
            rest: two.as_bytes(),
        }
        .map(lower))
}

/// Appends `plain`, each byte escaped that `allowed` does not name.
pub(super) fn write(to: &mut String, plain: &str, allowed: impl Fn(u8) -> bool) {
    for byte in plain.bytes() {
        if byte.is_ascii() && allowed(byte) {
            to.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(to, "%{byte:02X}");
        }
    }
}

/// A letter, and whether it was a reserved one that stood escaped: then it is not the same as the bare one.
#[derive(PartialEq, Eq)]
struct Letter {
    byte: u8,
    protected: bool,
}

struct Letters<'a> {
    rest: &'a [u8],
}

impl Iterator for Letters<'_> {
    type Item = Letter;

    fn next(&mut self) -> Option<Letter> {
        let (letter, rest) = match self.rest {
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let byte = digit(*high) << 4 | digit(*low);
                (
                    Letter {
                        byte,
                        protected: is_reserved(byte),
                    },
                    rest,
                )
            }
            [byte, rest @ ..] => (
                Letter {
                    byte: *byte,
                    protected: false,
                },
                rest,
            ),
            [] => return None,
        };
        self.rest = rest;
        Some(letter)
    }
}

/// The value of a hexadecimal digit that was found to be one.
fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        _ => (byte | 0x20).wrapping_sub(b'a').wrapping_add(10),
    }
}

fn is_reserved(byte: u8) -> bool {
    matches!(
        byte,
        b';' | b'/' | b'?' | b':' | b'@' | b'&' | b'=' | b'+' | b'$' | b','
    )
}
