//! A small, strict SIP registrar, its location service, and the guard before it. Sans-IO.
//!
//! A [`Registrar`] serves one domain: it challenges (digest, RFC 7616 and RFC 8760), checks who may bind what, keeps the bindings of RFC 3261 §10.3 with
//! Path (RFC 3327) and outbound (RFC 5626), lets them expire, and tells where a call goes. It never opens a socket, reads a clock, touches a disk, proxies
//! a request, or keeps a transaction: a copy of a request is known by a keyed hash and answered as the request was.
//!
//! # Driving it
//! - *In*: [`Registrar::handle_request`] with each request that `bellhop_endpoint::stateless` has read;
//!   [`handle_stream_closed`](Registrar::handle_stream_closed) when a connection is gone; [`handle_qualified`](Registrar::handle_qualified) when a contact
//!   was asked whether it is there; [`handle_timeout`](Registrar::handle_timeout) at [`poll_timeout`](Registrar::poll_timeout).
//! - *Out*, after each of them and until `None`: [`poll_write`](Registrar::poll_write), what the store must keep, and
//!   [`poll_event`](Registrar::poll_event).
//! - An [`Answer`] whose [`Hold`] names a write leaves when the store has committed that write, so that nothing which was answered is lost by a crash; tell
//!   [`handle_committed`](Registrar::handle_committed) then. If the store fails, [`Answer::unsaved`] leaves in its place, and
//!   [`handle_commit_failed`](Registrar::handle_commit_failed) takes the update back.
//! - At the start each record of the store goes through [`Registrar::restore`].
//! - Before anything from a source is read, ask [`Guard::admit`]; with each answer, [`Guard::judge`].
//!
//! ```
//! use std::time::{Instant, SystemTime};
//!
//! use bellhop_registrar::{Account, Arrival, Hold, Registrar, RegistrarConfig};
//! use bellhop_sip::Message;
//!
//! let config = RegistrarConfig::new("home.example", vec![Account::new("101", "secret")]);
//! let mut registrar = Registrar::new(config, [7; 32]);
//! let text = "REGISTER sip:home.example SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:101@home.example>;tag=1\r\n\
//!             To: <sip:101@home.example>\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\nContact: <sip:101@192.0.2.4>\r\n\r\n";
//! let Ok(Message::Request(request)) = Message::parse_datagram(text.into()) else { panic!() };
//! let arrival = Arrival::udp("192.0.2.4:5060".parse()?);
//! # #[allow(clippy::disallowed_methods)]
//! let (now, wall) = (Instant::now(), SystemTime::now());
//! let answer = registrar.handle_request(now, wall, &arrival, &request);
//! assert_eq!((answer.status, answer.hold), (401, Hold::Nothing));
//! # Ok::<(), std::net::AddrParseError>(())
//! ```
//!
//! # What it decides where the RFCs leave it open
//! - A Path that the client does not list as supported is refused with 420, as RFC 3327 §5.3 recommends.
//! - With instance and reg-id these name a binding, the address does not (RFC 5626 §6), but a plain binding of the same address gives way. An instance
//!   without reg-id replaces another binding of that instance without one.
//! - A binding lives and dies with the stream of its client, with outbound or without. It is not stored: no stream outlives a process.
//! - The form of RFC 2069, without qop, does not log in. A nonce that is not ours is stale whatever was proven over it, so that a restart asks nobody for a
//!   password, and no answer to it tells anything about one.
//! - The contact limit takes other flows of the same device first, then what does not answer, then what was refreshed longest ago.
//!
//! # The rooms
//! - *domain* and *accounts*: what is served, who may log in, and who rings together (`config`, `accounts`, `groups`);
//! - *challenge*: who is asking (`auth`), and whether it is a copy of what was asked before (`copies`), apart from
//! - *REGISTER*: the steps of §10.3 in their order (`register`); whether its body may be (`body`), what is asked for (`wish`), and what that makes of a
//!   record (`record`), or of one binding of it (`refresh`);
//! - the *location service*: a record per address-of-record, when it is due, which streams it hangs on (`location`), and what the store is told of it
//!   (`durable`, `writes`, `stored`);
//! - the *guard*: sources, their buckets, bans (`guard`).

mod accounts;
mod answer;
mod arrival;
mod auth;
mod binding;
mod body;
mod config;
mod copies;
mod date;
mod durable;
mod event;
mod groups;
mod guard;
mod location;
mod record;
mod refresh;
mod refusal;
mod register;
mod registrar;
mod reply;
mod stored;
mod texts;
mod wish;
mod writes;

pub use self::answer::{Answer, Hold, Outcome, Urgency, Write, WriteSeq};
pub use self::arrival::{Arrival, StreamId};
pub use self::binding::{Binding, BindingKey, Qualified};
pub use self::config::{Account, RegistrarConfig};
pub use self::event::{Event, Unbinding};
pub use self::groups::{Group, Ring};
pub use self::guard::{Admission, Guard, GuardConfig, GuardEvent, Treatment};
pub use self::refusal::Refusal;
pub use self::registrar::Registrar;
pub use self::stored::Damaged;
