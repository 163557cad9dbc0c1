//! The headers of a message: an ordered list, with typed access on top.

mod name;
#[cfg(test)]
mod tests;
mod typed;
mod value;

use std::fmt;

pub use self::name::HeaderName;
pub use self::typed::HeaderError;
pub use self::value::HeaderValue;
use crate::lex;

/// Headers in their order. Order matters among those of one name; the rest keeps it for the eye.
///
/// Nothing that is pushed can begin a header of its own: values lose their line ends ([`HeaderValue`]), and in a name every letter that no token has
/// becomes `-`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers {
    list: Vec<(HeaderName, HeaderValue)>,
}

impl Headers {
    /// No headers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with_capacity(count: usize) -> Self {
        Headers {
            list: Vec::with_capacity(count),
        }
    }

    /// Appends what a parser has checked.
    #[inline]
    pub(crate) fn push_checked(&mut self, name: HeaderName, value: HeaderValue) {
        self.list.push((name, value));
    }

    /// The value of the last header.
    pub(crate) fn last(&self) -> Option<&HeaderValue> {
        self.list.last().map(|(_, value)| value)
    }

    /// Appends a header.
    pub fn push(&mut self, name: HeaderName, value: impl Into<HeaderValue>) {
        self.list.push((sound(name), value.into()));
    }

    /// Puts a header in front of all others: a Via, a Route.
    pub fn push_front(&mut self, name: HeaderName, value: impl Into<HeaderValue>) {
        self.list.insert(0, (sound(name), value.into()));
    }

    /// Replaces all headers of that name by one, in the place of the first.
    pub fn set(&mut self, name: HeaderName, value: impl Into<HeaderValue>) {
        let name = sound(name);
        let value = value.into();
        match self.list.iter().position(|(header, _)| *header == name) {
            None => self.list.push((name, value)),
            Some(first) => {
                let mut index = 0;
                self.list.retain(|(header, _)| {
                    let keep = index <= first || *header != name;
                    index += 1;
                    keep
                });
                if let Some(header) = self.list.get_mut(first) {
                    *header = (name, value);
                }
            }
        }
    }

    /// Removes all headers of that name.
    pub fn remove(&mut self, name: &HeaderName) {
        self.list.retain(|(header, _)| header != name);
    }

    /// The first header of that name.
    #[must_use]
    pub fn get(&self, name: &HeaderName) -> Option<&HeaderValue> {
        self.get_all(name).next()
    }

    /// All headers of that name, one for each line.
    pub fn get_all<'a>(
        &'a self,
        name: &HeaderName,
    ) -> impl Iterator<Item = &'a HeaderValue> + use<'a> {
        let name = name.clone();
        self.list
            .iter()
            .filter(move |(header, _)| *header == name)
            .map(|(_, value)| value)
    }

    /// All headers in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.list.iter().map(|(name, value)| (name, value))
    }

    /// How many header lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    fn get_mut(&mut self, name: &HeaderName) -> Option<&mut HeaderValue> {
        self.list
            .iter_mut()
            .find(|(header, _)| header == name)
            .map(|(_, value)| value)
    }
}

/// The name as one that can be written, known ones recognised.
fn sound(name: HeaderName) -> HeaderName {
    let HeaderName::Other(text) = &name else {
        return name;
    };
    if let Some(known) = HeaderName::known(text.as_bytes()) {
        return known;
    }
    if lex::is_token(text) {
        return name;
    }
    let cleaned: String = text
        .bytes()
        .map(|byte| {
            if lex::is_token_byte(byte) {
                char::from(byte)
            } else {
                '-'
            }
        })
        .collect();
    HeaderName::Other(if cleaned.is_empty() {
        crate::Text::from_static("-")
    } else {
        cleaned.into()
    })
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.list.iter().map(|(name, value)| (name.as_str(), value)))
            .finish()
    }
}
