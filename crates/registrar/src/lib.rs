//! A small, strict SIP registrar and its location service. Sans-IO.
//!
//! It serves one domain: challenges (digest, RFC 7616), checks who may bind what, keeps the bindings of RFC 3261 §10.3 and lets them expire. It
//! never opens a socket, reads a clock, proxies a request or keeps anything on disk.
//!
//! # Driving it
//! - [`Registrar::handle_request`] for every request but ACK; it returns the response to send. Retransmissions are the transaction layer's matter:
//!   a copy that comes through is an out-of-order request and is refused as one.
//! - [`Registrar::handle_timeout`] at [`Registrar::poll_timeout`], which is when the next binding ends.
//! - [`Registrar::poll_event`] until `None` after each of the two.
//!
//! # The rooms
//! - *domain* and *account*: what is served, and who may log in ([`RegistrarConfig`], [`Account`]);
//! - *challenge*: who is asking (`auth`, `nonce`), apart from
//! - the *location service*: a *record* per address-of-record with its *bindings*; `save` changes it, `lookup` reads it (`location`);
//! - *REGISTER*: the steps of §10.3 in their order, which joins the two (`register`).

mod accounts;
mod answer;
mod arrival;
mod auth;
mod binding;
mod config;
mod date;
mod event;
mod guard;
mod location;
mod record;
mod refusal;
mod register;
mod registrar;
mod reply;
mod stored;
#[cfg(test)]
mod tests;
mod texts;
mod wish;
mod writes;

pub use self::answer::{Answer, Hold, Outcome, Urgency, Write, WriteSeq};
pub use self::arrival::{Arrival, StreamId};
pub use self::binding::{Binding, BindingKey, Qualified};
pub use self::config::{Account, RegistrarConfig};
pub use self::event::{Event, Unbinding};
pub use self::guard::{Admission, Guard, GuardConfig, GuardEvent, Treatment};
pub use self::refusal::Refusal;
pub use self::registrar::Registrar;
pub use self::stored::Damaged;
