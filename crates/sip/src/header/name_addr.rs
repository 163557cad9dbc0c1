//! `name-addr` and `addr-spec` with parameters (RFC 3261 §20.10, §25.1).

use std::fmt;

use super::NameAddrRef;
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
        NameAddrRef::parse(part).map(|addr| addr.shared(whole))
    }
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
