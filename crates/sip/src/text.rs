//! UTF-8 text that shares the datagram it was read from.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use bytestring::ByteString;

/// UTF-8 text over a shared buffer: cloning and slicing cost a reference count, not a copy.
///
/// A `Text` cut out of a datagram keeps the whole datagram alive, and what shares its memory. What is stored for long (a dialog's tags, a binding) is better copied with
/// [`Text::detached`].
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(ByteString);

impl Text {
    /// Text from a literal, without any allocation.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        Self(ByteString::from_static(text))
    }

    /// Text over `bytes`, or nothing where they are not UTF-8.
    #[must_use]
    pub fn from_utf8(bytes: Bytes) -> Option<Self> {
        ByteString::try_from(bytes).ok().map(Self)
    }

    /// As much of `bytes` as is UTF-8 from the beginning.
    pub(crate) fn utf8_prefix(bytes: &Bytes) -> Self {
        match ByteString::try_from(bytes.clone()) {
            Ok(text) => Self(text),
            Err(error) => Self::from_utf8(bytes.slice(..error.valid_up_to())).unwrap_or_default(),
        }
    }

    /// The text as `&str`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes of the text, still shared.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0.into_bytes()
    }

    /// A copy of its own, which keeps no datagram alive.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self::from(self.as_str())
    }

    /// The shared text of a range; nothing where that is no part of it.
    #[inline]
    pub(crate) fn range(&self, range: std::ops::Range<usize>) -> Option<Self> {
        self.get(range).map(|part| Self(self.0.slice_ref(part)))
    }

    /// The shared text of `part`, which must have been borrowed from this very text; anything else is copied.
    pub(crate) fn part(&self, part: &str) -> Self {
        let (whole, inner) = (
            self.as_str().as_bytes().as_ptr_range(),
            part.as_bytes().as_ptr_range(),
        );
        if inner.start >= whole.start && inner.end <= whole.end {
            Self(self.0.slice_ref(part))
        } else {
            Self::from(part)
        }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(ByteString::from(text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(ByteString::from(text))
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.as_str().to_owned()
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for Text {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<Text> for str {
    fn eq(&self, other: &Text) -> bool {
        self == other.as_str()
    }
}

impl PartialEq<Text> for &str {
    fn eq(&self, other: &Text) -> bool {
        *self == other.as_str()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_shares_the_buffer_of_the_whole() {
        let whole = Text::from(String::from("Via: SIP/2.0/UDP"));
        let part = whole.part(&whole[5..]);
        assert_eq!(part, "SIP/2.0/UDP");
        assert_eq!(part.as_ptr(), whole[5..].as_ptr());
    }

    #[test]
    fn a_part_of_something_else_is_copied() {
        assert_eq!(Text::from("a").part("other"), "other");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_no_text() {
        assert_eq!(Text::from_utf8(Bytes::from_static(b"\xe9")), None);
    }
}
