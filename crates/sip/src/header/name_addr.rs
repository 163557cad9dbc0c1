//! `name-addr` and `addr-spec` with parameters (RFC 3261 §20.10, §25.1).

use std::fmt;

use crate::{Params, Text, Uri, lex};

/// `"Display" <uri>;params`, as in From, To, Contact and Route. Without angle brackets every parameter belongs to the header (§20.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameAddr {
    /// The display name, quotes and escapes taken off.
    pub display: Option<Text>,
    /// The address.
    pub uri: Uri,
    /// The header's parameters.
    pub params: Params,
}

impl NameAddr {
    /// `<uri>` alone.
    #[must_use]
    pub fn new(uri: Uri) -> Self {
        NameAddr {
            display: None,
            uri,
            params: Params::new(),
        }
    }

    /// The `tag` parameter.
    #[must_use]
    pub fn tag(&self) -> Option<Text> {
        self.params.value("tag")
    }

    /// Sets the `tag` parameter.
    pub fn set_tag(&mut self, tag: &str) {
        self.params.set("tag", Some(tag));
    }

    /// Reads `part` of `whole`: one element, trimmed.
    pub(crate) fn parse_part(whole: &Text, part: &str) -> Result<NameAddr, &'static str> {
        let (display, rest) = display_prefix(whole, part)?;
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
        Ok(NameAddr {
            display,
            uri: Uri::parse_text(whole.part(uri)).map_err(crate::UriError::why)?,
            params: Params::parse_part(whole, params).ok_or("malformed parameters")?,
        })
    }
}

/// The display name in front of the angle bracket, and the rest from the bracket on.
fn display_prefix<'a>(
    whole: &Text,
    part: &'a str,
) -> Result<(Option<Text>, &'a str), &'static str> {
    if part.starts_with('"') {
        let (inside, rest) =
            lex::quoted_prefix(part).ok_or("the quoted display name stays open")?;
        let display = match lex::unescape_quoted(inside) {
            std::borrow::Cow::Borrowed(inside) => whole.part(inside),
            std::borrow::Cow::Owned(plain) => Text::from(plain),
        };
        return Ok((Some(display), lex::trim(rest)));
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
    Ok(((!display.is_empty()).then(|| whole.part(display)), rest))
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

impl std::str::FromStr for NameAddr {
    type Err = crate::ValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let whole = Text::from(text);
        Self::parse_part(&whole, lex::trim(&whole)).map_err(crate::ValueError)
    }
}

impl fmt::Display for NameAddr {
    /// Always with angle brackets, so that no parameter changes sides.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(display) = &self.display {
            lex::write_quoted(display, f)?;
            f.write_str(" ")?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}
