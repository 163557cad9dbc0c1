//! One header as it is kept.

use std::sync::OnceLock;

use super::{HeaderName, HeaderValue};
use crate::Text;

/// A header: where its value stands in the text it was read from, or a value of its own. A value that was read becomes a [`HeaderValue`] when someone
/// asks for one; typed access does without, and most headers of most messages are never looked at.
#[derive(Clone)]
pub(super) struct Entry {
    name: Name,
    start: u32,
    end: u32,
    value: OnceLock<Box<HeaderValue>>,
}

/// A name, small: names that we know are shared by all.
#[derive(Clone)]
pub(super) enum Name {
    Known(&'static HeaderName),
    Other(Box<HeaderName>),
}

impl From<HeaderName> for Name {
    fn from(name: HeaderName) -> Name {
        match name.lasting() {
            Some(known) => Name::Known(known),
            None => Name::Other(Box::new(name)),
        }
    }
}

impl Entry {
    /// A header whose value is a part of the text; messages are small enough for 32 bits.
    #[inline]
    pub(super) fn part(name: Name, start: u32, end: u32) -> Entry {
        Entry {
            name,
            start,
            end,
            value: OnceLock::new(),
        }
    }

    pub(super) fn owned(name: HeaderName, value: HeaderValue) -> Entry {
        Entry {
            name: name.into(),
            start: 0,
            end: 0,
            value: OnceLock::from(Box::new(value)),
        }
    }

    #[inline]
    pub(super) fn name(&self) -> &HeaderName {
        match &self.name {
            Name::Known(name) => name,
            Name::Other(name) => name,
        }
    }

    /// Whether this is a header of that name, whatever it is.
    #[inline]
    pub(super) fn has(&self, name: &HeaderName) -> bool {
        if matches!(name, HeaderName::Other(_)) {
            self.name() == name
        } else {
            self.is(name)
        }
    }

    /// Whether its value is still in the text that was read.
    pub(super) fn is_part(&self) -> bool {
        self.end > self.start
    }

    /// Whether this is the header of that known name: cheaper than `==`, which has to see through [`HeaderName::Other`].
    #[inline]
    pub(super) fn is(&self, name: &HeaderName) -> bool {
        std::mem::discriminant(self.name()) == std::mem::discriminant(name)
    }

    pub(super) fn value(&self, source: &Text) -> &HeaderValue {
        self.value.get_or_init(|| {
            let range = self.start as usize..self.end as usize;
            Box::new(HeaderValue::of_checked(
                source.range(range).unwrap_or_default(),
            ))
        })
    }

    /// The value as a part of a text, where it is UTF-8.
    #[inline]
    pub(super) fn text<'a>(&'a self, source: &'a Text) -> Option<(&'a Text, &'a str)> {
        match self.value.get() {
            Some(value) => value.text().map(|text| (text, text.as_str())),
            None => source
                .get(self.start as usize..self.end as usize)
                .map(|part| (source, part)),
        }
    }

    pub(super) fn bytes<'a>(&'a self, source: &'a Text) -> &'a [u8] {
        match self.value.get() {
            Some(value) => value.as_bytes(),
            None => source
                .as_bytes()
                .get(self.start as usize..self.end as usize)
                .unwrap_or_default(),
        }
    }
}
