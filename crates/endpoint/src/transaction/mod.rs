//! The state machines of RFC 3261 §17, as corrected by RFC 4320 and RFC 6026.
//!
//! A machine is an enum whose variants own what they send and when they end; each input returns what is to be done. Every state
//! has a deadline, so nothing stays for ever.

pub(crate) mod client;
mod clients;
mod invite_server;
pub(crate) mod key;
pub(crate) mod server;
mod servers;

use bytes::Bytes;

pub(crate) use client::ClientTransaction;
pub(crate) use clients::Clients;
pub(crate) use key::ServerKey;
pub(crate) use server::ServerTransaction;
pub(crate) use servers::Servers;

/// What a transaction wants when its deadline has come.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// Send this again and wait for the next deadline.
    Resend(Bytes),
    /// Send this for the first time and wait for the next deadline.
    Send(Bytes),
    /// It ends without what it waited for: an answer, an ACK.
    Failed,
    /// It has done its work and ends.
    Over,
}
