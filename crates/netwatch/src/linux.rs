//! Linux: everything by rtnetlink.
//!
//! Two alarms: our own subscription to links, addresses, routes and rules, and if-watch's addresses. The truth: dumps of links, addresses,
//! routes and rules, taken anew at every alarm. Requests go over a short-lived socket of their own and are written and read here byte by
//! byte: a dump that was interrupted by a change (`NLM_F_DUMP_INTR`) must be told from a whole one, an attribute that a newer kernel adds
//! must not cost the message, and the answer is in the socket before `send` returns, so that a task in between would only delay it.

mod alarm;
mod ask;
mod kind;
mod link;
mod look;
mod lookup;
mod neighbour;
mod route;
mod sleep;
mod uapi;
mod wire;

pub(crate) use alarm::Alarm;
pub(crate) use look::{Picture, look};
pub(crate) use lookup::path_to;
pub(crate) use neighbour::gateway_mac;
pub(crate) use sleep::{Announcements, Lock, time_asleep};
