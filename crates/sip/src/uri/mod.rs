//! SIP, SIPS and tel URIs (RFC 3261 §19.1, RFC 3966); any other absolute URI is kept as it is.

mod borrowed;
mod build;
mod compare;
mod escape;
mod parse;
mod tel;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

pub use self::borrowed::UriRef;
pub use self::build::UriBuilder;
pub use self::parse::UriError;
use self::parse::{Shape, Span};
use crate::{Host, HostPort, Params, Text};

/// What kind of URI it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `sip:`
    Sip,
    /// `sips:`
    Sips,
    /// `tel:`
    Tel,
    /// Any other; nothing behind the colon is interpreted.
    Other,
}

/// A URI, its exact text kept. Cloning costs a reference count. `==` compares the text; [`Uri::equivalent`] the meaning.
#[derive(Clone)]
pub struct Uri {
    text: Text,
    shape: Shape,
}

impl Uri {
    /// Reads a URI out of a text it then shares.
    ///
    /// # Errors
    /// Says what of RFC 3261 §25.1 is not kept. Generous with what the field sends unescaped in a user part (`#`, letters beyond ASCII), strict with
    /// white space, brackets, a second `@`, broken escapes and empty parameters, which two readers could take differently.
    pub fn parse_text(text: Text) -> Result<Uri, UriError> {
        let shape = parse::parse(&text)?;
        Ok(Uri { text, shape })
    }

    /// The same without a share in the text.
    #[must_use]
    pub fn borrowed(&self) -> UriRef<'_> {
        UriRef::of(&self.text, self.shape)
    }

    /// Starts a URI; what needs escaping is escaped.
    #[must_use]
    pub fn build(scheme: Scheme, user: Option<&str>, host: HostPort) -> UriBuilder {
        UriBuilder::new(scheme, user, &host)
    }

    /// The URI as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Which kind it is.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.shape.scheme
    }

    /// The user part with its escapes. `None` without one, and for other schemes than SIP and SIPS.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.borrowed().user()
    }

    /// The user part, escapes resolved. What then is not UTF-8 is replaced by U+FFFD.
    #[must_use]
    pub fn user_unescaped(&self) -> Option<String> {
        self.borrowed().user_unescaped().map(Cow::into_owned)
    }

    /// The password with its escapes. RFC 3261 §19.1.1 recommends against it; it is never to be logged.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        self.borrowed().password()
    }

    /// The host of a SIP or SIPS URI.
    #[must_use]
    pub fn host(&self) -> Option<Host> {
        self.borrowed().host().map(|host| host.shared(&self.text))
    }

    /// The port, where one is written.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.shape.port
    }

    /// Host and port of a SIP or SIPS URI.
    #[must_use]
    pub fn host_port(&self) -> Option<HostPort> {
        self.host().map(|host| HostPort {
            host,
            port: self.port(),
        })
    }

    /// The parameters of a SIP, SIPS or tel URI, escapes as they stand.
    #[must_use]
    pub fn params(&self) -> Params {
        self.borrowed().params().shared(&self.text)
    }

    /// The value of a parameter, escapes resolved. `None` where it is absent; empty where it has no value (`;lr`).
    #[must_use]
    pub fn param(&self, name: &str) -> Option<Text> {
        let mut params = self.borrowed().params().raw();
        let param = params.find(|param| escape::same_ignoring_case(param.name, name))?;
        Some(param.value.map_or_else(Text::default, |value| {
            escape::resolve_shared(&self.text, value)
        }))
    }

    /// The headers behind the `?`, escapes resolved.
    pub fn uri_headers(&self) -> impl Iterator<Item = (Text, Text)> + '_ {
        self.borrowed().raw_headers().map(|(name, value)| {
            (
                escape::resolve_shared(&self.text, name),
                escape::resolve_shared(&self.text, value),
            )
        })
    }

    /// The `transport` parameter.
    #[must_use]
    pub fn transport(&self) -> Option<Text> {
        self.param("transport")
    }

    /// The number of a tel URI without its visual separators: `+15551234`.
    #[must_use]
    pub fn tel_number(&self) -> Option<String> {
        tel::number(&self.borrowed())
    }

    /// Whether both mean the same: RFC 3261 §19.1.4 for SIP and SIPS, RFC 3966 §4 for tel, the same text for others. Not transitive.
    #[must_use]
    pub fn equivalent(&self, other: &Uri) -> bool {
        self.borrowed().equivalent(&other.borrowed())
    }

    /// The same URI up to its parameters.
    #[must_use]
    pub fn without_params_and_headers(&self) -> Uri {
        let end = usize::from(self.shape.params.start);
        let text = self
            .text
            .get(..end)
            .map_or_else(|| self.text.clone(), |part| self.text.part(part));
        let nothing = Span {
            start: self.shape.params.start,
            end: self.shape.params.start,
        };
        Uri {
            text,
            shape: Shape {
                params: nothing,
                headers: nothing,
                ..self.shape
            },
        }
    }
}

impl FromStr for Uri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        Self::parse_text(Text::from(text))
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uri({})", self.text)
    }
}

impl PartialEq for Uri {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Uri {}

impl Hash for Uri {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
