//! Why a request was refused, and with what status.

use bellhop_sip::Text;

use crate::answer::Outcome;

/// Why a request was refused. Its `Display` is one plain phrase without addresses or users.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The Request-URI names a domain that is not served (step 1 of RFC 3261 §10.3).
    #[error("not a domain of ours")]
    OtherDomain,
    /// The Request-URI is of a scheme that is not served at all (RFC 3261 §8.2.2.1).
    #[error("not a SIP URI")]
    Scheme,
    /// The request requires what we do not have (step 2): its option tags.
    #[error("an extension is required that is not supported")]
    Extension(Vec<Text>),
    /// Outbound was asked for, and the first hop does not support it (RFC 5626 §6).
    #[error("the first hop lacks outbound support")]
    FirstHop,
    /// No credentials yet (step 3). Every client's first request.
    #[error("not logged in")]
    Unauthenticated,
    /// Right credentials over an old or used nonce (step 3).
    #[error("the nonce is stale")]
    StaleNonce,
    /// Wrong password or unknown user: one answer for both (step 3).
    #[error("wrong user or password")]
    WrongCredentials,
    /// Someone else's address-of-record (step 4).
    #[error("not this user's address-of-record")]
    NotAllowed,
    /// No such address-of-record (step 5); told only to who is logged in.
    #[error("no such address-of-record")]
    UnknownAor,
    /// A header is missing, cannot be read, or contradicts another.
    #[error("bad {0} header")]
    Malformed(&'static str),
    /// An expiry below the minimum (step 7).
    #[error("the expiry is too brief")]
    TooBrief,
    /// More contacts in one request than one account may have.
    #[error("too many contacts")]
    TooManyContacts,
    /// A contact with more text than is kept.
    #[error("the contact is too long")]
    TooLong,
    /// Not newer than what is bound with the same Call-ID (steps 6 and 7): nothing of the request was done.
    #[error("an older request came late")]
    OutOfOrder,
    /// A body of a type or encoding that is not understood and not optional (RFC 3261 §8.2.3).
    #[error("the body is of another type")]
    Body,
    /// A method that a registrar does not serve.
    #[error("method not allowed")]
    Method,
    /// A CANCEL, or what belongs to a call: there is none.
    #[error("no such call or transaction")]
    NoTransaction,
}

impl Refusal {
    /// The status that the response has.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Refusal::Malformed(_) | Refusal::TooLong => 400,
            Refusal::Unauthenticated | Refusal::StaleNonce | Refusal::WrongCredentials => 401,
            Refusal::NotAllowed | Refusal::TooManyContacts => 403,
            Refusal::OtherDomain | Refusal::UnknownAor => 404,
            Refusal::Method => 405,
            Refusal::Body => 415,
            Refusal::Scheme => 416,
            Refusal::Extension(_) => 420,
            Refusal::TooBrief => 423,
            Refusal::FirstHop => 439,
            Refusal::NoTransaction => 481,
            // The RFC says "aborted and the request fails" without a number; 500 is the one it names for an update that was not committed.
            Refusal::OutOfOrder => 500,
        }
    }

    /// What a guard is told.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Refusal::Unauthenticated | Refusal::StaleNonce => Outcome::Challenged,
            Refusal::WrongCredentials => Outcome::Failed,
            Refusal::OtherDomain
            | Refusal::Scheme
            | Refusal::Extension(_)
            | Refusal::FirstHop
            | Refusal::NotAllowed
            | Refusal::UnknownAor
            | Refusal::Malformed(_)
            | Refusal::TooBrief
            | Refusal::TooManyContacts
            | Refusal::TooLong
            | Refusal::OutOfOrder
            | Refusal::Body
            | Refusal::Method
            | Refusal::NoTransaction => Outcome::Refused,
        }
    }

    /// What the client may do next is part of a login, nothing to report.
    pub(crate) fn is_handshake(&self) -> bool {
        matches!(self, Refusal::Unauthenticated | Refusal::StaleNonce)
    }
}
