//! What carries SIP: transactions, flows, and who gets which message.
//!
//! An [`Endpoint`] owns the transactions of any number of flows. A [`Flow`] is a socket of the shell with its two
//! addresses; a request leaves on a flow and its answer is believed only if it comes back on that flow, from the flow's remote
//! address, with the branch and the method of the request.
//!
//! It never touches a socket, a clock, a file or a resolver, never decides what to answer (that is [`uas::answer`], called by
//! the shell, or whoever is told of the request), and never trusts what arrives: every table is bounded ([`Limits`]), every
//! datagram that is not taken is counted by its reason ([`Counters`]) and told ([`Event::Discarded`]).
//!
//! # Driving it
//!
//! - *In*: [`Endpoint::handle_datagram`] and [`Endpoint::handle_timeout`], with the time as an argument.
//! - *Commands*: [`open_flow`](Endpoint::open_flow), [`close_flow`](Endpoint::close_flow),
//!   [`send_request`](Endpoint::send_request), [`abandon`](Endpoint::abandon), [`respond`](Endpoint::respond).
//! - *Out*, after each of the above, until they are empty: [`poll_transmit`](Endpoint::poll_transmit),
//!   [`poll_event`](Endpoint::poll_event); then sleep until [`poll_timeout`](Endpoint::poll_timeout).
//!
//! ```
//! # use std::time::Duration;
//! use bellhop_endpoint::{Endpoint, Flow, FlowId, Timers, Transport};
//!
//! let mut endpoint = Endpoint::new(Timers::default(), [7; 32]);
//! let local = "192.0.2.7:40000".parse()?;
//! let remote = "198.51.100.1:5060".parse()?;
//! endpoint.open_flow(FlowId(1), Flow { transport: Transport::Udp, local, remote: Some(remote) });
//! assert_eq!(endpoint.poll_timeout(), None);
//! # Ok::<(), std::net::AddrParseError>(())
//! ```
//!
//! Datagram flows only: over UDP every timer of RFC 3261 table 4 runs.

mod counters;
mod endpoint;
mod event;
mod flow;
mod limits;
pub mod stateless;
mod timers;
mod tokens;
mod transaction;
pub mod uas;
mod via;

pub use bellhop_sip::Transport;
pub use counters::Counters;
pub use endpoint::{Endpoint, SendError};
pub use event::{Discard, Event, RequestId, ServerTransactionId, Transmit};
pub use flow::{Flow, FlowId};
pub use limits::Limits;
pub use timers::Timers;

/// Nothing, one or two line ends (RFC 5626 §3.5.1), or the few NULs that some phones send.
fn is_keep_alive(datagram: &[u8]) -> bool {
    datagram.len() <= 4
        && datagram
            .iter()
            .all(|byte| matches!(byte, b'\r' | b'\n' | 0))
}
