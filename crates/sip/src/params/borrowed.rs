//! Parameters as they stand in a text, for who only looks at them: nothing is copied.

use std::borrow::Cow;
use std::fmt;

use super::Params;
use super::scan::{RawParam, RawParams};
use crate::{Text, lex};

/// What [`Params`] are, borrowed from the text that they were read from. Equal as those are.
#[derive(Clone, Copy, Default)]
pub struct ParamsRef<'a> {
    /// `;a=b ; c`, checked when it was read.
    raw: &'a str,
}

impl<'a> ParamsRef<'a> {
    /// Reads `;a=b;c`, white space allowed around `;` and `=`. Empty parameters, open quotes and letters that are none are refused.
    #[inline]
    pub(crate) fn parse(part: &'a str) -> Option<ParamsRef<'a>> {
        Self::parse_each(part, |_, _| {})
    }

    /// The same, showing each parameter on the way, and where the next begins.
    #[inline]
    pub(crate) fn parse_each(
        part: &'a str,
        mut see: impl FnMut(RawParam<'a>, usize),
    ) -> Option<ParamsRef<'a>> {
        let raw = lex::trim(part);
        let mut params = RawParams::of(raw);
        while let Some(param) = params.next() {
            see(param?, params.at());
        }
        Some(ParamsRef { raw })
    }

    /// Takes over what has been checked already.
    pub(crate) fn of_checked(raw: &'a str) -> ParamsRef<'a> {
        ParamsRef { raw }
    }

    /// The parameters as they were written, the first semicolon included.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.raw
    }

    /// As [`Params::get`].
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Option<Cow<'a, str>>> {
        let param = self.raw().find(|param| param.is(name))?;
        Some(param.value.map(plain))
    }

    /// As [`Params::value`].
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name).flatten()
    }

    /// Whether there is a parameter of that name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.raw().any(|param| param.is(name))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// Names and plain values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Option<Cow<'a, str>>)> + use<'a> {
        self.raw().map(|param| (param.name, param.value.map(plain)))
    }

    /// As they are displayed.
    #[must_use]
    pub fn displayed(&self) -> Cow<'a, str> {
        match self.is_spaced() {
            false => Cow::Borrowed(self.raw),
            true => Cow::Owned(self.to_string()),
        }
    }

    /// As they are displayed, without any of that name.
    #[must_use]
    pub fn without(&self, name: &str) -> String {
        let mut written = String::with_capacity(self.raw.len());
        self.raw()
            .filter(|param| !param.is(name))
            .for_each(|param| param.write(&mut written));
        written
    }

    /// A copy of its own.
    #[must_use]
    pub fn to_params(&self) -> Params {
        Params {
            raw: Text::from(self.raw),
        }
    }

    /// The same, sharing `whole`, which they were read from.
    pub(crate) fn shared(self, whole: &Text) -> Params {
        if self.raw.is_empty() {
            return Params::default();
        }
        Params {
            raw: whole.part(self.raw),
        }
    }

    /// Names and values as they stand.
    pub(crate) fn raw(&self) -> impl Iterator<Item = RawParam<'a>> + use<'a> {
        RawParams::of(self.raw).flatten()
    }

    /// Whether white space stands in them that is not written again.
    pub(crate) fn is_spaced(&self) -> bool {
        memchr::memchr2(b' ', b'\t', self.raw.as_bytes()).is_some()
    }
}

/// The value that is written so, quotes and escapes taken off.
pub(crate) fn plain(value: &str) -> Cow<'_, str> {
    lex::quoted_prefix(value).map_or(Cow::Borrowed(value), |(inside, _)| {
        lex::unescape_quoted(inside)
    })
}

impl PartialEq for ParamsRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same =
            |one: RawParam<'_>, two: RawParam<'_>| one.is(two.name) && one.value == two.value;
        let mut others = other.raw();
        self.raw()
            .all(|one| others.next().is_some_and(|two| same(one, two)))
            && others.next().is_none()
    }
}

impl Eq for ParamsRef<'_> {}

impl fmt::Display for ParamsRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_spaced() {
            return f.write_str(self.raw);
        }
        for param in self.raw() {
            write!(f, ";{}", param.name)?;
            if let Some(value) = param.value {
                write!(f, "={value}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for ParamsRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
