//! A host as it stands in a text, for who only looks at it: nothing is copied.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Host;
use crate::{Text, lex};

/// What [`Host`] is, its name borrowed from the text that it was read from. Compared and displayed as that is.
#[derive(Clone, Copy, Debug)]
pub enum HostRef<'a> {
    /// A domain name.
    Name(&'a str),
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address.
    V6(Ipv6Addr),
}

impl<'a> HostRef<'a> {
    /// The address, where the host is one.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            HostRef::Name(_) => None,
            HostRef::V4(address) => Some(IpAddr::V4(*address)),
            HostRef::V6(address) => Some(IpAddr::V6(*address)),
        }
    }

    /// A copy of its own.
    #[must_use]
    pub fn to_host(&self) -> Host {
        self.map(Text::from)
    }

    /// The same, sharing `whole`, which it was read from.
    pub(crate) fn shared(&self, whole: &Text) -> Host {
        self.map(|name| whole.part(name))
    }

    /// Reads `name`, `192.0.2.1` or `[2001:db8::1]`.
    pub(crate) fn parse(part: &'a str) -> Option<HostRef<'a>> {
        let host = Self::of_split(part)?;
        let is_name = matches!(host, HostRef::Name(_));
        (!is_name || name_length(part.as_bytes()) == part.len()).then_some(host)
    }

    /// Reads what [`split`] has found: a name is not looked at again.
    pub(crate) fn of_split(part: &'a str) -> Option<HostRef<'a>> {
        let (first, last) = match part.as_bytes() {
            [] => return None,
            [b'[', ..] => {
                let inside = part.strip_prefix('[')?.strip_suffix(']')?;
                return parse_v6(inside).map(HostRef::V6);
            }
            [only] => (only, only),
            [first, .., last] => (first, last),
        };
        // Only what begins and ends with a digit can be an IPv4 address.
        if first.is_ascii_digit()
            && last.is_ascii_digit()
            && let Ok(address) = part.parse()
        {
            return Some(HostRef::V4(address));
        }
        Some(HostRef::Name(part))
    }

    fn map(&self, name: impl FnOnce(&'a str) -> Text) -> Host {
        match self {
            HostRef::Name(text) => Host::Name(name(text)),
            HostRef::V4(address) => Host::V4(*address),
            HostRef::V6(address) => Host::V6(*address),
        }
    }
}

impl PartialEq for HostRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            // Nearly everyone writes names in lower case, which is cheaper to compare.
            (HostRef::Name(one), HostRef::Name(two)) => one == two || one.eq_ignore_ascii_case(two),
            (HostRef::V4(one), HostRef::V4(two)) => one == two,
            (HostRef::V6(one), HostRef::V6(two)) => one == two,
            (HostRef::Name(_) | HostRef::V4(_) | HostRef::V6(_), _) => false,
        }
    }
}

impl Eq for HostRef<'_> {}

impl PartialEq<Host> for HostRef<'_> {
    fn eq(&self, other: &Host) -> bool {
        *self == other.borrowed()
    }
}

impl PartialEq<HostRef<'_>> for Host {
    fn eq(&self, other: &HostRef<'_>) -> bool {
        self.borrowed() == *other
    }
}

impl fmt::Display for HostRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostRef::Name(name) => f.write_str(name),
            HostRef::V4(address) => write!(f, "{address}"),
            HostRef::V6(address) => write!(f, "[{address}]"),
        }
    }
}

/// Host and port of `host:port`, or the host alone: in brackets, or all the letters of a name. White space around the colon is allowed, as in a Via (RFC
/// 3261 §25.1, `COLON`). [`HostRef::of_split`] has the say about the host.
pub(crate) fn split(part: &str) -> Option<(&str, Option<u16>)> {
    let bytes = part.as_bytes();
    let end = if bytes.first() == Some(&b'[') {
        part.find(']')? + 1
    } else {
        name_length(bytes)
    };
    if end == bytes.len() {
        return Some((part, None));
    }
    let (host, rest) = part.split_at_checked(end)?;
    match lex::trim(rest) {
        "" => Some((host, None)),
        port => Some((host, Some(lex::number(lex::trim(port.strip_prefix(':')?))?))),
    }
}

/// An address, leniently with the third colon that the grammar of RFC 3261 once put before an IPv4 part (RFC 5118 §4.10).
fn parse_v6(text: &str) -> Option<Ipv6Addr> {
    text.parse().ok().or_else(|| {
        text.contains(":::")
            .then(|| text.replacen(":::", "::", 1).parse().ok())?
    })
}

/// How much of `bytes` is letters of a name: letters, digits, `-`, `.`, and the underscore that private networks use.
fn name_length(bytes: &[u8]) -> usize {
    let is_name = |byte: &u8| NAME.get(usize::from(*byte)).is_some_and(|is| *is);
    bytes
        .iter()
        .position(|byte| !is_name(byte))
        .unwrap_or(bytes.len())
}

const NAME: [bool; 256] = names();

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time over constant bounds"
)]
const fn names() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation, reason = "below 256")]
        let letter = byte as u8;
        table[byte] = letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'.' | b'_');
        byte += 1;
    }
    table
}
