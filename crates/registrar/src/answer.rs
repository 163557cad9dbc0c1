//! What comes out of a request: the response, and what has to be stored before it leaves.

use bellhop_sip::Text;
use bytes::Bytes;

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The response as it goes over the wire.
    pub response: Bytes,
    /// Its status.
    pub status: u16,
    /// Whether it has to wait for the store.
    pub hold: Hold,
    /// What the request was, for [`Guard::judge`](crate::Guard::judge).
    pub outcome: Outcome,
    /// What is sent instead where the store refuses the write that is waited for: a 500 (RFC 3261 §10.3, step 7). There where `hold` is not
    /// [`Hold::Nothing`].
    pub unsaved: Option<Bytes>,
}

/// When an answer may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// At once.
    Nothing,
    /// When the store has committed this write. Writes are numbered in the order in which [`Registrar::poll_write`](crate::Registrar::poll_write) hands
    /// them out, so a greater number that is committed will do as well.
    Until(WriteSeq),
}

/// The number of a write: each is greater than those before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WriteSeq(pub u64);

/// What the store must keep for one account. It replaces whatever an earlier write said of that account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Its number.
    pub seq: WriteSeq,
    /// The account.
    pub user: Text,
    /// What [`Registrar::restore`](crate::Registrar::restore) is given at the next start; `None`: the account's record is to be deleted.
    pub record: Option<Bytes>,
    /// How soon.
    pub urgency: Urgency,
}

/// How soon a write has to be committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Within a second: nobody waits for it, and what is lost with it is some lifetime of a binding.
    Soon,
    /// An answer waits for it.
    BeforeAnswer,
}

/// What a request was, in the eyes of a guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody logged in and got what he asked for.
    Served,
    /// It was answered without a login, as it would be to anybody.
    Open,
    /// It was asked for a login, as every first request is.
    Challenged,
    /// It tried to log in and could not: wrong password, unknown user, a nonce that was never ours.
    Failed,
    /// It was refused for another reason.
    Refused,
}
