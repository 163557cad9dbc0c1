//! The registration agent: keeps one line's binding alive at the company registrar.
//!
//! One [`Agent`] serves one *line* (an address-of-record). It decides when a REGISTER leaves, over which flow and with which
//! Contact; it reads the answers, and says in one [`LineView`] what is true. It opens no socket, asks no clock, reads no file and
//! knows no other line.
//!
//! # What it never does
//! - It never sends `Contact: *` (RFC 3261 §10.2.2): that would remove the person's other phones.
//! - It never binds an unspecified, link-local or (to a remote registrar) loopback address.
//! - It never answers a challenge for a realm other than the one pinned for the line.
//! - It never takes a 200 for proof that the line can be called.
//!
//! # How to drive it
//! Tell it what happens by the `handle_*` methods, then drain [`Agent::poll_output`] until it is empty, and call
//! [`Agent::handle_timeout`] no later than [`Agent::poll_timeout`] says. An [`Output::OpenFlow`] is answered by
//! [`Agent::handle_flow_opened`] in the same turn: the REGISTER that follows is what the person waits for.
//!
//! # Wanted and actual
//! `Target` is what the person asked for (registered, paused, gone); `Phase` is what is. Each phase owns its data and its
//! deadlines; [`Agent::poll_timeout`] and [`Agent::handle_timeout`] read the same table of them.

mod agent;
mod answer;
mod attempt;
mod auth;
mod backoff;
mod change;
mod cleanup;
mod config;
mod copies;
mod elsewhere;
mod fetch;
mod flow;
mod identity;
mod keepalive;
mod leaving;
mod output;
mod password;
mod phase;
mod proof;
mod register;
mod response;
mod send;
mod silence;
mod sleep;
mod success;
mod view;

pub use agent::Agent;
pub use config::{LineConfig, Network, Path};
pub use identity::{Identity, OldContact};
pub use output::{Command, Notice, Output, SecretFailure};
pub use view::{
    BindingView, Callable, Cause, Failure, FlowState, FlowView, LineState, LineView, Proof, Rebind,
    UnderWay,
};
