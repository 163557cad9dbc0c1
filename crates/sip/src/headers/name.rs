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
        }

        /// Long and compact forms.
        static NAMES: [(&str, HeaderName); COUNT] = [
            $(($name, HeaderName::$variant), $(($compact, HeaderName::$variant),)?)*
        ];
        const COUNT: usize = LENGTHS.len();
        const LENGTHS: &[usize] = &[$($name.len(), $($compact.len(),)?)*];
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

/// Longest name that is looked up.
const LONGEST: usize = 24;

/// For each length, the numbers of the names of that length in [`NAMES`]: a lookup compares with a few names only.
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time over constant bounds"
)]
const BY_LENGTH: ([u8; COUNT], [u8; LONGEST + 2]) = {
    let mut order = [0; COUNT];
    let mut starts = [0; LONGEST + 2];
    let (mut length, mut next) = (0, 0);
    while length <= LONGEST {
        starts[length] = next;
        let mut name = 0;
        while name < COUNT {
            if LENGTHS[name] == length {
                #[allow(
                    clippy::cast_possible_truncation,
                    reason = "there are less than 256 names"
                )]
                let number = name as u8;
                order[next as usize] = number;
                next += 1;
            }
            name += 1;
        }
        length += 1;
    }
    starts[LONGEST + 1] = next;
    (order, starts)
};

impl HeaderName {
    /// The name of `part`, which shares `whole` where it is none of ours.
    pub(crate) fn part_of(whole: &Text, part: &str) -> HeaderName {
        Self::known(part).unwrap_or_else(|| HeaderName::Other(whole.part(part)))
    }

    pub(crate) fn known(name: &str) -> Option<HeaderName> {
        let (order, starts) = &BY_LENGTH;
        let (start, end) = (*starts.get(name.len())?, *starts.get(name.len() + 1)?);
        let numbers = order.get(usize::from(start)..usize::from(end))?;
        let candidates = || {
            numbers
                .iter()
                .filter_map(|number| NAMES.get(usize::from(*number)))
        };
        // Nearly everyone writes names as the RFCs do, which is cheaper to compare.
        candidates()
            .find(|(candidate, _)| *candidate == name)
            .or_else(|| candidates().find(|(candidate, _)| candidate.eq_ignore_ascii_case(name)))
            .map(|(_, header)| header.clone())
    }
}

impl FromStr for HeaderName {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self::known(name).unwrap_or_else(|| HeaderName::Other(Text::from(name))))
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
        for (name, header) in &NAMES {
            assert!(name.len() <= LONGEST, "{name}");
            assert_eq!(
                HeaderName::known(&name.to_ascii_uppercase())
                    .as_ref()
                    .map(HeaderName::as_str),
                Some(header.as_str())
            );
            assert_eq!(
                HeaderName::known(&name.to_ascii_lowercase())
                    .as_ref()
                    .map(HeaderName::as_str),
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
