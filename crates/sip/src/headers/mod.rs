//! The headers of a message: an ordered list, with typed access on top.

mod entry;
mod index;
mod name;
#[cfg(test)]
mod tests;
mod typed;
mod value;
mod vias;

use std::fmt;

use self::entry::Entry;
use self::index::Index;
pub use self::name::HeaderName;
pub(crate) use self::name::NameKind;
pub use self::typed::HeaderError;
pub use self::value::HeaderValue;
use crate::{Text, lex};

/// Headers in their order. Order matters among those of one name; the rest keeps it for the eye.
///
/// Nothing that is pushed can begin a header of its own: values lose their line ends ([`HeaderValue`]), and in a name every letter that no token has
/// becomes `-`.
#[derive(Clone, Default)]
pub struct Headers {
    /// What the parts were read from.
    source: Text,
    list: Vec<Entry>,
    /// Of the list.
    index: Index,
}

impl Headers {
    /// No headers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Room for headers that are parts of `source`.
    pub(crate) fn reading(source: Text, count: usize) -> Self {
        Headers {
            source,
            list: Vec::with_capacity(count),
            index: Index::default(),
        }
    }

    pub(crate) fn source(&self) -> &Text {
        &self.source
    }

    /// Appends a header that a parser has found in the source.
    #[inline]
    pub(crate) fn push_part(&mut self, kind: NameKind, start: u32, end: u32) {
        self.append(Entry::part(kind, start, end));
    }

    /// The same with whatever name.
    pub(crate) fn push_named_part(&mut self, name: HeaderName, start: u32, end: u32) {
        self.append(Entry::named_part(name, start, end));
    }

    /// Appends what a parser has checked.
    pub(crate) fn push_checked(&mut self, name: HeaderName, value: HeaderValue) {
        self.append(Entry::owned(name, value));
    }

    /// The bytes of the last header's value.
    pub(crate) fn last_bytes(&self) -> &[u8] {
        self.list
            .last()
            .map(|entry| entry.bytes(&self.source))
            .unwrap_or_default()
    }

    /// Kinds and bytes of all headers in their order.
    #[inline]
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (NameKind, &[u8])> {
        self.list
            .iter()
            .map(|entry| (entry.kind(), entry.bytes(&self.source)))
    }

    /// Names and bytes of all headers in their order, without making values of them.
    #[inline]
    pub fn written(&self) -> impl Iterator<Item = (&HeaderName, &[u8])> {
        self.list
            .iter()
            .map(|entry| (entry.name(), entry.bytes(&self.source)))
    }

    /// Takes all that was read and all that was changed since into a hash: the same for equal messages that went the same way, and much cheaper than
    /// going through the headers.
    pub fn hash_into(&self, hasher: &mut impl std::hash::Hasher) {
        hasher.write(self.source.as_bytes());
        hasher.write_usize(self.list.len());
        for entry in self.list.iter().filter(|entry| !entry.is_part()) {
            hasher.write(entry.name().as_str().as_bytes());
            hasher.write(entry.bytes(&self.source));
            hasher.write_u8(b'\n');
        }
    }

    /// Appends a header.
    pub fn push(&mut self, name: HeaderName, value: impl Into<HeaderValue>) {
        self.append(Entry::owned(sound(name), value.into()));
    }

    /// Puts a header in front of all others: a Via, a Route.
    pub fn push_front(&mut self, name: HeaderName, value: impl Into<HeaderValue>) {
        self.list.insert(0, Entry::owned(sound(name), value.into()));
        self.index_anew();
    }

    /// Replaces all headers of that name by one, in the place of the first.
    pub fn set(&mut self, name: HeaderName, value: impl Into<HeaderValue>) {
        let new = Entry::owned(sound(name), value.into());
        match self
            .list
            .iter()
            .position(|entry| entry.name() == new.name())
        {
            None => self.append(new),
            Some(first) => {
                let mut index = 0;
                self.list.retain(|entry| {
                    let keep = index <= first || entry.name() != new.name();
                    index += 1;
                    keep
                });
                self.replace(first, new);
                self.index_anew();
            }
        }
    }

    /// Removes all headers of that name.
    pub fn remove(&mut self, name: &HeaderName) {
        self.list.retain(|entry| entry.name() != name);
        self.index_anew();
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
        let wanted = name.clone();
        self.near(name)
            .iter()
            .filter(move |entry| entry.has(&wanted))
            .map(|entry| entry.value(&self.source))
    }

    /// All headers in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.list
            .iter()
            .map(|entry| (entry.name(), entry.value(&self.source)))
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

    /// The headers of that name, or some more: [`Entry::has`] has the say.
    #[inline]
    fn near(&self, name: &HeaderName) -> &[Entry] {
        let kind = name.kind();
        if kind == NameKind::Other {
            return &self.list;
        }
        let near = match self.index.find(kind) {
            None => None,
            Some((first, false)) => self.list.get(first..=first),
            Some((first, true)) => self.list.get(first..),
        };
        near.unwrap_or_default()
    }

    #[inline]
    fn append(&mut self, entry: Entry) {
        self.index.add(entry.kind(), self.list.len());
        self.list.push(entry);
    }

    fn index_anew(&mut self) {
        self.index = Index::default();
        for (place, entry) in self.list.iter().enumerate() {
            self.index.add(entry.kind(), place);
        }
    }

    /// Puts a header of the same name in the place of one.
    fn replace(&mut self, at: usize, new: Entry) {
        if let Some(entry) = self.list.get_mut(at) {
            *entry = new;
        }
    }
}

/// The name as one that can be written, known ones recognised.
fn sound(name: HeaderName) -> HeaderName {
    let HeaderName::Other(text) = &name else {
        return name;
    };
    if let Some(known) = HeaderName::known(text.as_bytes()) {
        return known.clone();
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
        Text::from_static("-")
    } else {
        cleaned.into()
    })
}

impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        self.written().eq(other.written())
    }
}

impl Eq for Headers {}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.iter().map(|(name, value)| (name.as_str(), value)))
            .finish()
    }
}
