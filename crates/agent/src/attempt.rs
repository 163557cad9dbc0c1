//! One request of ours and what came of it so far.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bellhop_endpoint::RequestId;
use bellhop_sip::digest;

use crate::auth::Asker;
use crate::copies::Held;
use crate::view::{Cause, Failure};

/// More challenges in a row than this are a loop, whoever is at fault.
pub(crate) const MAX_CHALLENGES: u32 = 4;

/// A request in flight.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) id: RequestId,
    pub(crate) sent_at: Instant,
    /// What the credentials in it answer.
    pub(crate) credentials: Credentials,
    /// Challenges met on the way to it.
    pub(crate) challenges: u32,
    /// Those for the registrar, which its Authentication-Info speaks of.
    pub(crate) shown: Option<Arc<digest::Credentials>>,
    /// So long after it its first copy leaves, if nobody has answered by then.
    pub(crate) first_copy: Duration,
    /// The challenge to it that waits for a 200.
    pub(crate) held: Option<Held>,
}

/// What the credentials of a request answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// It has none.
    None,
    /// A challenge kept from before: a 401 to it means that the nonce is used up, whatever it says of staleness.
    Cached,
    /// The challenge that this server or proxy sent a moment ago: another one of it without `stale` means that the password is wrong.
    Fresh(Asker),
}

/// One effort to be bound: from its cause to the registrar's 200, over as many requests as that takes.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    pub(crate) cause: Cause,
    /// When the cause was.
    pub(crate) since: Instant,
    pub(crate) requests: u32,
    pub(crate) form: Form,
    /// The interface that the line was bound over before.
    pub(crate) from: Option<String>,
    /// What went wrong before, where it is tried again for no other reason. It still is what is wrong until something answers.
    pub(crate) after: Option<Failure>,
}

/// Which Contacts a REGISTER of the round carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The new Contact alone.
    Alone,
    /// The same again, after a 200 that did not list it.
    SecondLook,
    /// The new Contact, and the removal of the old ones with it, after a 403: a registrar that allows one contact and removes none.
    Combined,
    /// None: who has the number, which another phone took then?
    Ask {
        /// When it was noticed.
        since: Instant,
    },
}

impl Round {
    pub(crate) fn new(cause: Cause, since: Instant, from: Option<String>) -> Self {
        Self {
            cause,
            since,
            requests: 0,
            form: Form::Alone,
            from,
            after: None,
        }
    }
}

impl Attempt {
    /// The round trip, if it is certain that no copy was sent in between (Karn's rule).
    pub(crate) fn round_trip(&self, now: Instant) -> Option<Duration> {
        let elapsed = now.saturating_duration_since(self.sent_at);
        (elapsed < self.first_copy).then_some(elapsed)
    }
}
