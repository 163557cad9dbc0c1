//! The method of a request: an open set (RFC 3261 §7.1).

use std::convert::Infallible;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::Text;

/// A method. Methods are case-sensitive (RFC 3261 §7.1), so `register` is another one than `REGISTER`; two methods are equal when they are
/// written alike, however they were made.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Method {
    Ack,
    Bye,
    Cancel,
    Info,
    Invite,
    Message,
    Notify,
    Options,
    Prack,
    Publish,
    Refer,
    Register,
    Subscribe,
    Update,
    /// Any other token.
    Other(Text),
}

impl Method {
    /// The method as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Method::Ack => "ACK",
            Method::Bye => "BYE",
            Method::Cancel => "CANCEL",
            Method::Info => "INFO",
            Method::Invite => "INVITE",
            Method::Message => "MESSAGE",
            Method::Notify => "NOTIFY",
            Method::Options => "OPTIONS",
            Method::Prack => "PRACK",
            Method::Publish => "PUBLISH",
            Method::Refer => "REFER",
            Method::Register => "REGISTER",
            Method::Subscribe => "SUBSCRIBE",
            Method::Update => "UPDATE",
            Method::Other(name) => name,
        }
    }

    /// The method that `text` names; a text that shares the datagram stays shared.
    #[must_use]
    pub fn from_text(text: &Text) -> Method {
        Self::known(text).unwrap_or_else(|| Method::Other(text.clone()))
    }

    /// The method of a part of `whole`, shared where it is not one of ours.
    pub(crate) fn part_of(whole: &Text, part: &str) -> Method {
        Self::known(part).unwrap_or_else(|| Method::Other(whole.part(part)))
    }

    fn known(text: &str) -> Option<Method> {
        Some(match text {
            "ACK" => Method::Ack,
            "BYE" => Method::Bye,
            "CANCEL" => Method::Cancel,
            "INFO" => Method::Info,
            "INVITE" => Method::Invite,
            "MESSAGE" => Method::Message,
            "NOTIFY" => Method::Notify,
            "OPTIONS" => Method::Options,
            "PRACK" => Method::Prack,
            "PUBLISH" => Method::Publish,
            "REFER" => Method::Refer,
            "REGISTER" => Method::Register,
            "SUBSCRIBE" => Method::Subscribe,
            "UPDATE" => Method::Update,
            _ => return None,
        })
    }
}

impl FromStr for Method {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::known(text).unwrap_or_else(|| Method::Other(Text::from(text))))
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl PartialEq for Method {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Method {}

impl Hash for Method {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_case_sensitive() {
        assert_eq!("REGISTER".parse(), Ok(Method::Register));
        assert_eq!(
            "register".parse(),
            Ok(Method::Other(Text::from("register")))
        );
        assert_ne!("register".parse(), Ok(Method::Register));
    }

    #[test]
    fn a_known_method_spelled_as_other_is_still_the_same() {
        assert_eq!(Method::Other(Text::from("INVITE")), Method::Invite);
    }
}
