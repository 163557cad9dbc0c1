//! URIs as they stand in a text, for who only checks or compares them: nothing is copied.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::parse::{self, Shape, Span};
use super::{Scheme, Uri, UriError, compare, escape};
use crate::{HostRef, ParamsRef, Text};

/// What [`Uri`] is, borrowed from the text that it was read from. `==` compares the text; [`UriRef::equivalent`] the meaning.
#[derive(Clone, Copy)]
pub struct UriRef<'a> {
    text: &'a str,
    shape: Shape,
}

impl<'a> UriRef<'a> {
    /// Reads a URI.
    ///
    /// # Errors
    /// As [`Uri::parse_text`].
    pub fn parse(text: &'a str) -> Result<UriRef<'a>, UriError> {
        let shape = parse::parse(text)?;
        Ok(UriRef { text, shape })
    }

    /// A text that this shape was found in.
    pub(super) fn of(text: &'a str, shape: Shape) -> UriRef<'a> {
        UriRef { text, shape }
    }

    /// The URI as it was written.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// Which kind it is.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.shape.scheme
    }

    /// As [`Uri::user`].
    #[must_use]
    pub fn user(&self) -> Option<&'a str> {
        self.shape.user.and_then(|span| self.slice(span))
    }

    /// As [`Uri::user_unescaped`].
    #[must_use]
    pub fn user_unescaped(&self) -> Option<Cow<'a, str>> {
        self.user().map(escape::resolve)
    }

    /// As [`Uri::password`].
    #[must_use]
    pub fn password(&self) -> Option<&'a str> {
        self.shape.password.and_then(|span| self.slice(span))
    }

    /// The host of a SIP or SIPS URI.
    #[must_use]
    pub fn host(&self) -> Option<HostRef<'a>> {
        match self.shape.scheme {
            Scheme::Sip | Scheme::Sips => HostRef::of_split(self.slice(self.shape.host)?),
            Scheme::Tel | Scheme::Other => None,
        }
    }

    /// The port, where one is written.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.shape.port
    }

    /// The parameters of a SIP, SIPS or tel URI, escapes as they stand.
    #[must_use]
    pub fn params(&self) -> ParamsRef<'a> {
        ParamsRef::of_checked(self.slice(self.shape.params).unwrap_or_default())
    }

    /// As [`Uri::equivalent`].
    #[must_use]
    pub fn equivalent(&self, other: &UriRef<'_>) -> bool {
        compare::equivalent(self, other)
    }

    /// The same, sharing `whole`, which it was read from.
    pub(crate) fn shared(&self, whole: &Text) -> Uri {
        Uri {
            text: whole.part(self.text),
            shape: self.shape,
        }
    }

    /// The number of a tel URI as it was written.
    pub(super) fn number(&self) -> Option<&'a str> {
        self.slice(self.shape.host)
    }

    /// The headers behind the `?`, escapes as they stand.
    pub(super) fn raw_headers(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let headers = self.slice(self.shape.headers).unwrap_or_default();
        headers
            .split('&')
            .filter(|header| !header.is_empty())
            .map(|header| header.split_once('=').unwrap_or((header, "")))
    }

    fn slice(&self, span: Span) -> Option<&'a str> {
        self.text.get(Range::from(span))
    }
}

impl fmt::Display for UriRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

impl fmt::Debug for UriRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UriRef({})", self.text)
    }
}

impl PartialEq for UriRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for UriRef<'_> {}
