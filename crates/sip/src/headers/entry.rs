//! One header as it is kept.

use std::sync::OnceLock;

use super::name::NameKind;
use super::{HeaderName, HeaderValue};
use crate::Text;

/// A header: where its value stands in the text it was read from, or a value of its own. A value that was read becomes a [`HeaderValue`] when someone
/// asks for one; typed access does without, and most headers of most messages are never looked at.
#[derive(Clone)]
pub(super) struct Entry {
    kind: NameKind,
    /// A name that we do not know.
    other: Option<Box<HeaderName>>,
    start: u32,
    end: u32,
    value: OnceLock<Box<HeaderValue>>,
}

impl Entry {
    /// A header of a name that we know, whose value is a part of the text; messages are small enough for 32 bits.
    #[inline]
    pub(super) fn part(kind: NameKind, start: u32, end: u32) -> Entry {
        Entry {
            kind,
            other: None,
            start,
            end,
            value: OnceLock::new(),
        }
    }

    /// The same with whatever name.
    pub(super) fn named_part(name: HeaderName, start: u32, end: u32) -> Entry {
        let kind = name.kind();
        Entry {
            other: (kind == NameKind::Other).then(|| Box::new(name)),
            ..Self::part(kind, start, end)
        }
    }

    pub(super) fn owned(name: HeaderName, value: HeaderValue) -> Entry {
        Entry {
            value: OnceLock::from(Box::new(value)),
            ..Self::named_part(name, 0, 0)
        }
    }

    #[inline]
    pub(super) fn kind(&self) -> NameKind {
        self.kind
    }

    #[inline]
    pub(super) fn name(&self) -> &HeaderName {
        let other = self.other.as_deref();
        // One of both is there.
        other.or(self.kind.name()).unwrap_or(&HeaderName::Via)
    }

    /// Whether this is a header of that name, whatever it is.
    #[inline]
    pub(super) fn has(&self, name: &HeaderName) -> bool {
        if matches!(name, HeaderName::Other(_)) {
            self.name() == name
        } else {
            self.is(name.kind())
        }
    }

    /// Whether its value is still in the text that was read.
    pub(super) fn is_part(&self) -> bool {
        self.end > self.start
    }

    /// Whether this is the header of that known name: cheaper than `==`, which has to see through [`HeaderName::Other`].
    #[inline]
    pub(super) fn is(&self, kind: NameKind) -> bool {
        self.kind == kind
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
