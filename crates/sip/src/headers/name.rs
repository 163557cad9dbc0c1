//! Names of headers: an open set, written in any case, some with a compact form (RFC 3261 §7.3).

use std::convert::Infallible;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::Text;

macro_rules! header_names {
    ($($variant:ident $name:literal $($compact:literal)?,)*) => {
        /// The name of a header. Names are equal without regard to case, compact and long form alike.
        #[derive(Clone, Debug)]
        #[allow(missing_docs)]
        pub enum HeaderName {
            $($variant,)*
            /// Any other token.
            Other(Text),
        }

        impl HeaderName {
            /// The long form, in the spelling of the RFCs; that of the wire for names we do not know.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(HeaderName::$variant => $name,)*
                    HeaderName::Other(name) => name,
                }
            }

            #[inline]
            pub(crate) fn kind(&self) -> NameKind {
                match self {
                    $(HeaderName::$variant => NameKind::$variant,)*
                    HeaderName::Other(_) => NameKind::Other,
                }
            }
        }

        /// Which name a header has, in one byte: all names that we do not know are of one kind.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum NameKind {
            $($variant,)*
            Other,
        }

        impl NameKind {
            /// How many names we know.
            pub(super) const COUNT: usize = NameKind::Other as usize;

            /// The name, where we know it.
            #[inline]
            pub(super) fn name(self) -> Option<&'static HeaderName> {
                static NAMES: [HeaderName; NameKind::COUNT] = [$(HeaderName::$variant),*];
                NAMES.get(self as usize)
            }

            /// The end of a line and what the next one begins with, where we know the name.
            #[inline]
            pub(crate) fn line_start(self) -> Option<&'static str> {
                static STARTS: [&str; NameKind::COUNT] = [$(concat!("\r\n", $name, ": ")),*];
                STARTS.get(self as usize).copied()
            }
        }

        /// Long and compact forms.
        static NAMES: [(&str, NameKind); COUNT] = [
            $(($name, NameKind::$variant), $(($compact, NameKind::$variant),)?)*
        ];
        const COUNT: usize = SPELLINGS.len();
        const SPELLINGS: &[&str] = &[$($name, $($compact,)?)*];
    };
}

header_names! {
    Via "Via" "v",
    From "From" "f",
    To "To" "t",
    CallId "Call-ID" "i",
    CSeq "CSeq",
    Contact "Contact" "m",
    Expires "Expires",
    MinExpires "Min-Expires",
    MaxForwards "Max-Forwards",
    ContentLength "Content-Length" "l",
    ContentType "Content-Type" "c",
    Authorization "Authorization",
    ProxyAuthorization "Proxy-Authorization",
    WwwAuthenticate "WWW-Authenticate",
    ProxyAuthenticate "Proxy-Authenticate",
    AuthenticationInfo "Authentication-Info",
    Allow "Allow",
    Supported "Supported" "k",
    Require "Require",
    ProxyRequire "Proxy-Require",
    Unsupported "Unsupported",
    Route "Route",
    RecordRoute "Record-Route",
    Path "Path",
    ServiceRoute "Service-Route",
    UserAgent "User-Agent",
    Server "Server",
    Date "Date",
    RetryAfter "Retry-After",
    Reason "Reason",
    Subject "Subject" "s",
    Event "Event" "o",
    AllowEvents "Allow-Events" "u",
    SubscriptionState "Subscription-State",
    Warning "Warning",
    Timestamp "Timestamp",
    Accept "Accept",
    AcceptEncoding "Accept-Encoding",
    AcceptLanguage "Accept-Language",
    ContentDisposition "Content-Disposition",
    ContentEncoding "Content-Encoding" "e",
    ContentLanguage "Content-Language",
    MimeVersion "MIME-Version",
    Organization "Organization",
    Priority "Priority",
    ReplyTo "Reply-To",
    InReplyTo "In-Reply-To",
    AlertInfo "Alert-Info",
    CallInfo "Call-Info",
    ErrorInfo "Error-Info",
    ReferTo "Refer-To" "r",
    ReferredBy "Referred-By" "b",
    Replaces "Replaces",
    Join "Join",
    SessionExpires "Session-Expires" "x",
    MinSe "Min-SE",
    RSeq "RSeq",
    RAck "RAck",
    SipEtag "SIP-ETag",
    SipIfMatch "SIP-If-Match",
    FlowTimer "Flow-Timer",
    AssociatedUri "P-Associated-URI",
    AssertedIdentity "P-Asserted-Identity",
    PreferredIdentity "P-Preferred-Identity",
    Privacy "Privacy",
    HistoryInfo "History-Info",
    Diversion "Diversion",
    AcceptContact "Accept-Contact" "a",
    RejectContact "Reject-Contact" "j",
    RequestDisposition "Request-Disposition" "d",
    Identity "Identity" "y",
    SecurityClient "Security-Client",
    SecurityServer "Security-Server",
    SecurityVerify "Security-Verify",
}

/// Slots of the hash table; few names share one.
const SLOTS: usize = 512;

/// No name in a slot.
const EMPTY: u8 = u8::MAX;

/// Numbers of names in [`NAMES`] by their hash, made at compile time. A name that finds its slot taken is in the next free one.
static TABLE: [u8; SLOTS] = table();

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time over constant bounds"
)]
const fn table() -> [u8; SLOTS] {
    let mut table = [EMPTY; SLOTS];
    let mut number = 0;
    while number < COUNT {
        let name = SPELLINGS[number].as_bytes();
        let mut slot = hash(name.len(), name[0], name[name.len() - 1]);
        while table[slot] != EMPTY {
            slot = (slot + 1) % SLOTS;
        }
        #[allow(
            clippy::cast_possible_truncation,
            reason = "there are less than 255 names"
        )]
        let entry = number as u8;
        table[slot] = entry;
        number += 1;
    }
    table
}

/// The same for every spelling of a name in upper and lower case.
const fn hash(length: usize, first: u8, last: u8) -> usize {
    (length * 37 + ((first | 0x20) as usize) * 11 + ((last | 0x20) as usize) * 101) % SLOTS
}

impl HeaderName {
    /// The name that these letters spell in the long or the compact form.
    #[inline]
    pub(crate) fn known(name: &[u8]) -> Option<&'static HeaderName> {
        NameKind::known(name)?.name()
    }
}

impl NameKind {
    /// The kind of the name that these letters spell in the long or the compact form.
    #[inline]
    pub(crate) fn known(name: &[u8]) -> Option<NameKind> {
        let mut slot = hash(name.len(), *name.first()?, *name.last()?);
        loop {
            let (candidate, kind) = NAMES.get(usize::from(*TABLE.get(slot)?))?;
            // Nearly everyone writes names as the RFCs do, which is cheaper to compare.
            if candidate.as_bytes() == name || candidate.as_bytes().eq_ignore_ascii_case(name) {
                return Some(*kind);
            }
            slot = (slot + 1) % SLOTS;
        }
    }
}

impl FromStr for HeaderName {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self::known(name.as_bytes())
            .map_or_else(|| HeaderName::Other(Text::from(name)), HeaderName::clone))
    }
}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl PartialEq for HeaderName {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (HeaderName::Other(one), two) | (two, HeaderName::Other(one)) => {
                one.eq_ignore_ascii_case(two.as_str())
            }
            (one, two) => std::mem::discriminant(one) == std::mem::discriminant(two),
        }
    }
}

impl Eq for HeaderName {}

impl Hash for HeaderName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str()
            .bytes()
            .for_each(|byte| state.write_u8(byte.to_ascii_lowercase()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_in_any_case() {
        for (name, kind) in &NAMES {
            let header = kind.name().unwrap();
            assert_eq!(
                HeaderName::known(name.to_ascii_uppercase().as_bytes()).map(HeaderName::as_str),
                Some(header.as_str())
            );
            assert_eq!(
                HeaderName::known(name.to_ascii_lowercase().as_bytes()).map(HeaderName::as_str),
                Some(header.as_str())
            );
        }
    }

    #[test]
    fn unknown_names_are_kept_and_equal_in_any_case() {
        let name: HeaderName = "X-Thing".parse().unwrap();
        assert_eq!(name.as_str(), "X-Thing");
        assert_eq!(name, "x-thing".parse().unwrap());
        assert_ne!(name, HeaderName::Via);
        assert_eq!(HeaderName::Other(Text::from("via")), HeaderName::Via);
    }
}
