//! URIs of our own making.

use std::fmt::Write as _;

use super::{Scheme, Shape, Span, Uri, escape};
use crate::{Host, HostPort, Text};

/// A URI in the making: [`Uri::build`].
#[derive(Clone, Debug)]
pub struct UriBuilder {
    text: String,
}

impl UriBuilder {
    pub(super) fn new(scheme: Scheme, user: Option<&str>, host: &HostPort) -> Self {
        let mut text = String::with_capacity(64);
        match scheme {
            Scheme::Tel => {
                text.push_str("tel:");
                escape::write(&mut text, user.unwrap_or_default(), is_user_byte);
                return UriBuilder { text };
            }
            Scheme::Sips => text.push_str("sips:"),
            Scheme::Sip | Scheme::Other => text.push_str("sip:"),
        }
        if let Some(user) = user {
            escape::write(&mut text, user, is_user_byte);
            text.push('@');
        }
        match &host.host {
            // A name is not checked when it is made: what is no name must not become something else in the URI.
            Host::Name(name) => escape::write(&mut text, name, |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
            }),
            address @ (Host::V4(_) | Host::V6(_)) => text.push_str(&address.to_string()),
        }
        if let Some(port) = host.port {
            // Writing to a string cannot fail.
            let _ = write!(text, ":{port}");
        }
        UriBuilder { text }
    }

    /// Appends a parameter, escaping what needs it.
    #[must_use]
    pub fn param(mut self, name: &str, value: Option<&str>) -> Self {
        self.text.push(';');
        escape::write(&mut self.text, name, is_param_byte);
        if let Some(value) = value {
            self.text.push('=');
            escape::write(&mut self.text, value, is_param_byte);
        }
        self
    }

    /// The URI. A host that is no host, an empty parameter name or a length beyond [`crate::limits::MAX_URI`] make `sip:invalid.invalid`, which
    /// resolves nowhere (RFC 2606 §2).
    #[must_use]
    pub fn finish(self) -> Uri {
        self.try_finish().unwrap_or_else(|_| Uri {
            text: Text::from_static("sip:invalid.invalid"),
            shape: Shape {
                scheme: Scheme::Sip,
                user: None,
                password: None,
                host: Span { start: 4, end: 19 },
                port: None,
                params: Span { start: 19, end: 19 },
                headers: Span { start: 19, end: 19 },
            },
        })
    }

    /// The URI.
    ///
    /// # Errors
    /// Where [`UriBuilder::finish`] would give the invalid one.
    pub fn try_finish(self) -> Result<Uri, super::UriError> {
        Uri::parse_text(Text::from(self.text))
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')'
        )
}

/// `user-unreserved` of RFC 3261 §25.1 as well, except what other readers trip over (`;`, `?`, `/`, `,`).
fn is_user_byte(byte: u8) -> bool {
    is_unreserved(byte) || matches!(byte, b'&' | b'=' | b'+' | b'$')
}

/// `param-unreserved` of RFC 3261 §25.1 as well.
fn is_param_byte(byte: u8) -> bool {
    is_unreserved(byte) || matches!(byte, b'[' | b']' | b'/' | b':' | b'&' | b'+' | b'$')
}
