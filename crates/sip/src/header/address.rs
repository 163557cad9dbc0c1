//! `name-addr` and `addr-spec` as they stand in a header, for who only looks at them: nothing is copied.

use std::borrow::Cow;

use super::NameAddr;
use crate::{ParamsRef, Text, UriError, UriRef, lex};

/// What [`NameAddr`] is, borrowed from the header that it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameAddrRef<'a> {
    /// The display name as it was written, in quotes or without.
    pub display: Option<&'a str>,
    /// The address.
    pub uri: UriRef<'a>,
    /// The header's parameters.
    pub params: ParamsRef<'a>,
}

impl<'a> NameAddrRef<'a> {
    /// The `tag` parameter.
    #[must_use]
    pub fn tag(&self) -> Option<Cow<'a, str>> {
        self.params.value("tag")
    }

    /// Reads one element, trimmed.
    pub(crate) fn parse(part: &'a str) -> Result<NameAddrRef<'a>, &'static str> {
        let (display, rest) = display_prefix(part)?;
        let (uri, params) = match rest.strip_prefix('<') {
            Some(rest) => {
                let end =
                    memchr::memchr(b'>', rest.as_bytes()).ok_or("the angle bracket stays open")?;
                (
                    rest.get(..end).unwrap_or_default(),
                    rest.get(end + 1..).unwrap_or_default(),
                )
            }
            None if display.is_some() => return Err("no angle bracket behind the display name"),
            None => bare_address(rest)?,
        };
        Ok(NameAddrRef {
            display,
            uri: UriRef::parse(uri).map_err(UriError::why)?,
            params: ParamsRef::parse(params).ok_or("malformed parameters")?,
        })
    }

    /// The same, sharing `whole`, which it was read from.
    pub(crate) fn shared(&self, whole: &Text) -> NameAddr {
        NameAddr {
            display: self
                .display
                .map(|display| match lex::quoted_prefix(display) {
                    None => whole.part(display),
                    Some((inside, _)) => match lex::unescape_quoted(inside) {
                        Cow::Borrowed(inside) => whole.part(inside),
                        Cow::Owned(plain) => Text::from(plain),
                    },
                }),
            uri: self.uri.shared(whole),
            params: self.params.shared(whole),
        }
    }
}

/// The display name in front of the angle bracket, and the rest from the bracket on.
fn display_prefix(part: &str) -> Result<(Option<&str>, &str), &'static str> {
    if part.starts_with('<') {
        return Ok((None, part));
    }
    if part.starts_with('"') {
        let (_, rest) = lex::quoted_prefix(part).ok_or("the quoted display name stays open")?;
        let display = part.get(..part.len() - rest.len());
        return Ok((display, lex::trim(rest)));
    }
    let Some(bracket) = memchr::memchr(b'<', part.as_bytes()) else {
        return Ok((None, part));
    };
    let (display, rest) = part.split_at_checked(bracket).ok_or("no display name")?;
    let display = lex::trim(display);
    if !display
        .bytes()
        .all(|byte| lex::is_token_byte(byte) || lex::is_space(byte) || byte >= 0x80)
    {
        return Err("the display name should be quoted");
    }
    Ok(((!display.is_empty()).then_some(display), rest))
}

/// A bare address ends where the header's parameters begin. A comma or question mark in it had to be in brackets (§20): what it would mean
/// without is anyone's guess.
fn bare_address(rest: &str) -> Result<(&str, &str), &'static str> {
    let end = rest
        .bytes()
        .position(|byte| byte == b';' || lex::is_space(byte))
        .unwrap_or(rest.len());
    let (uri, params) = rest.split_at_checked(end).ok_or("no address")?;
    if uri.contains(['?', ',', '>']) {
        return Err("the address should be in angle brackets");
    }
    Ok((uri, params))
}
