//! The value of a header.

use std::fmt;

use bytes::Bytes;

use crate::Text;

/// The value of one header line, unfolded and trimmed. Mostly text; what is not UTF-8 is kept byte for byte.
///
/// A value cannot carry a line end: each CR and LF that someone puts in becomes a space, so that no value can begin a header of its own.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HeaderValue(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Text(Text),
    Bytes(Bytes),
}

impl HeaderValue {
    /// The bytes of the value.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Text(text) => text.as_bytes(),
            Repr::Bytes(bytes) => bytes,
        }
    }

    /// The value as text, where it is UTF-8.
    #[must_use]
    pub fn as_text(&self) -> Option<Text> {
        self.text().cloned()
    }

    /// The value as `&str`, where it is UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.text().map(Text::as_str)
    }

    pub(crate) fn text(&self) -> Option<&Text> {
        match &self.0 {
            Repr::Text(text) => Some(text),
            Repr::Bytes(_) => None,
        }
    }

    /// Takes over what came out of a parser that has looked for line ends already.
    pub(crate) fn of_checked(text: Text) -> HeaderValue {
        HeaderValue(Repr::Text(text))
    }
}

impl From<Text> for HeaderValue {
    fn from(text: Text) -> Self {
        if memchr::memchr2(b'\r', b'\n', text.as_bytes()).is_some() {
            return HeaderValue(Repr::Text(Text::from(text.replace(['\r', '\n'], " "))));
        }
        HeaderValue(Repr::Text(text))
    }
}

impl From<&str> for HeaderValue {
    fn from(text: &str) -> Self {
        Text::from(text).into()
    }
}

impl From<String> for HeaderValue {
    fn from(text: String) -> Self {
        Text::from(text).into()
    }
}

impl From<Bytes> for HeaderValue {
    fn from(bytes: Bytes) -> Self {
        if let Some(text) = Text::from_utf8(bytes.clone()) {
            return text.into();
        }
        if memchr::memchr2(b'\r', b'\n', &bytes).is_some() {
            let cleaned: Vec<u8> = bytes
                .iter()
                .map(|byte| {
                    if matches!(byte, b'\r' | b'\n') {
                        b' '
                    } else {
                        *byte
                    }
                })
                .collect();
            return HeaderValue(Repr::Bytes(cleaned.into()));
        }
        HeaderValue(Repr::Bytes(bytes))
    }
}

impl fmt::Display for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Text(text) => f.write_str(text),
            Repr::Bytes(bytes) => f.write_str(&String::from_utf8_lossy(bytes)),
        }
    }
}

impl fmt::Debug for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

/// What displays as one header's value becomes one.
macro_rules! from_display {
    ($($typed:ty),*) => { $(
        impl From<&$typed> for HeaderValue {
            fn from(typed: &$typed) -> Self {
                typed.to_string().into()
            }
        }

        impl From<$typed> for HeaderValue {
            fn from(typed: $typed) -> Self {
                typed.to_string().into()
            }
        }
    )* };
}

impl From<&crate::Via> for HeaderValue {
    fn from(via: &crate::Via) -> Self {
        via.written().into()
    }
}

impl From<crate::Via> for HeaderValue {
    fn from(via: crate::Via) -> Self {
        via.written().into()
    }
}

from_display!(
    crate::NameAddr,
    crate::Contact,
    crate::ContactAddr,
    crate::CSeq,
    crate::digest::Challenge,
    crate::digest::Credentials,
    u32
);
