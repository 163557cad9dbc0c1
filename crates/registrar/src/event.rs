//! What a registrar tells its owner.

use std::fmt;
use std::net::SocketAddr;

use bellhop_sip::Text;

use crate::binding::BindingKey;
use crate::refusal::Refusal;

/// Something that happened. `Display` is one line for a person who watches; it holds addresses and users, so it is not for logs above DEBUG.
#[derive(Clone, Debug)]
pub enum Event {
    /// A contact was bound, or bound again otherwise than before or together with others.
    Bound {
        /// The account.
        user: Text,
        /// Where calls go now.
        contact: Text,
        /// Seconds granted.
        expires: u32,
        /// It was bound before.
        again: bool,
        /// Where the request came from.
        source: SocketAddr,
    },
    /// A binding goes on as it is, for another while: a refresh, as nearly every REGISTER is one.
    Refreshed {
        /// Where the account is among those of the configuration, so that nobody has to look for it.
        place: usize,
        /// Which of its bindings.
        binding: BindingKey,
        /// Seconds granted.
        expires: u32,
        /// Where the request came from, as the one before.
        source: SocketAddr,
    },
    /// A contact was taken out before its time.
    Unbound {
        /// The account.
        user: Text,
        /// Where calls no longer go.
        contact: Text,
        /// Why.
        why: Unbinding,
    },
    /// A contact's time was over.
    Expired {
        /// The account.
        user: Text,
        /// Where calls no longer go.
        contact: Text,
    },
    /// A contact answers again, or no longer.
    Qualified {
        /// The account.
        user: Text,
        /// Which contact.
        contact: Text,
        /// Whether it answers.
        reachable: bool,
    },
    /// A request was refused. A first challenge is none.
    Refused {
        /// Where the request came from.
        source: SocketAddr,
        /// Why.
        why: Refusal,
    },
}

/// Why a binding ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbinding {
    /// The client asked for it.
    Removed,
    /// The same instance was bound at another address (RFC 5626 §6).
    Replaced,
    /// A newer binding needed the room.
    Evicted,
    /// The stream that it came on is closed.
    StreamClosed,
    /// There is no such account any more.
    AccountGone,
    /// The store could not keep it.
    NotStored,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Bound {
                user,
                contact,
                expires,
                again,
                source,
            } => {
                let verb = if *again { "bound again" } else { "bound" };
                write!(
                    f,
                    "{verb} {user} to {contact} for {expires} s (from {source})"
                )
            }
            Event::Refreshed {
                place,
                expires,
                source,
                ..
            } => {
                let number = place + 1;
                write!(
                    f,
                    "refreshed account {number} for {expires} s (from {source})"
                )
            }
            Event::Unbound { user, contact, why } => {
                let why = match why {
                    Unbinding::Removed => "removed",
                    Unbinding::Replaced => "replaced",
                    Unbinding::Evicted => "pushed out",
                    Unbinding::StreamClosed => "its connection closed",
                    Unbinding::AccountGone => "no such account any more",
                    Unbinding::NotStored => "could not be stored",
                };
                write!(f, "unbound {user} from {contact} ({why})")
            }
            Event::Expired { user, contact } => write!(f, "expired {user} at {contact}"),
            Event::Qualified {
                user,
                contact,
                reachable,
            } => {
                let verb = if *reachable {
                    "reached"
                } else {
                    "cannot reach"
                };
                write!(f, "{verb} {user} at {contact}")
            }
            Event::Refused { source, why } => {
                write!(f, "refused {} for {source}: {why}", why.status())
            }
        }
    }
}
