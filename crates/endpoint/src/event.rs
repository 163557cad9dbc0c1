//! What comes out of an endpoint.

use std::fmt;
use std::net::SocketAddr;

use bellhop_sip::{HeaderError, ParseError, Request, Response};
use bytes::Bytes;

use crate::FlowId;

/// Names a request that was sent. Chosen by the caller, free again once its transaction is over: 64*T1 + T4 are enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// Names a request that arrived, to answer it by [`Endpoint::respond`](crate::Endpoint::respond).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerTransactionId(pub(crate) u64);

/// A datagram for the shell to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transmit {
    /// The socket to send it from.
    pub flow: FlowId,
    /// Where to.
    pub destination: SocketAddr,
    /// The whole datagram.
    pub payload: Bytes,
}

/// What the transactions' user is told.
#[derive(Debug, Clone)]
pub enum Event {
    /// An answer, provisional or final, to a request of ours. It came on the request's flow from the flow's remote end, with the
    /// branch and method of the request. A final answer is told once; a 2xx that follows another final answer is told as
    /// well, since a registrar may refuse one copy of a request and accept another.
    Response {
        /// The request it answers.
        id: RequestId,
        /// The response as it arrived.
        response: Response,
    },
    /// Nobody answered within 64*T1 (timer F, RFC 3261 §17.1.2.2). The last that is told of this request.
    TimedOut {
        /// The request.
        id: RequestId,
    },
    /// A request that was not here before. Its top Via holds the address it came from (RFC 3581 §4).
    Request {
        /// To answer it with.
        id: ServerTransactionId,
        /// Where it arrived.
        flow: FlowId,
        /// Who sent it.
        source: SocketAddr,
        /// The request.
        request: Request,
    },
    /// A datagram that was not taken.
    Discarded {
        /// Where it arrived.
        flow: FlowId,
        /// Who sent it.
        source: SocketAddr,
        /// The reason.
        why: Discard,
    },
}

/// Why a datagram was not taken.
#[derive(Debug, Clone)]
pub enum Discard {
    /// It is not SIP, or beyond the parser's bounds.
    Garbage(ParseError),
    /// A header that is needed to place it is missing or bad, and it cannot be answered.
    BadHeader(HeaderError),
    /// A malformed request (400) or one of another SIP version (505), answered so and forgotten.
    Refused {
        /// What it was answered.
        status: u16,
    },
    /// A response that did not come from the flow's remote end.
    WrongSource,
    /// A response or an ACK that belongs to nothing we know.
    NoTransaction,
    /// A response with more Vias than ours: meant for someone behind us (RFC 3261 §8.1.3.3).
    Misrouted,
    /// A new request beyond [`Limits`](crate::Limits). It is not answered: a 503 would help the flood.
    TooMany,
    /// It arrived on a flow that is not open.
    UnknownFlow,
}

/// A phrase for the trace, without addresses or words of the peer.
impl fmt::Display for Discard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Discard::Garbage(error) => write!(f, "it is not SIP: {error}"),
            Discard::BadHeader(error) => write!(f, "{error}"),
            Discard::Refused { status } => write!(f, "it was answered {status}"),
            Discard::WrongSource => f.write_str("it is not from the flow's remote end"),
            Discard::NoTransaction => f.write_str("it belongs to no transaction"),
            Discard::Misrouted => f.write_str("it is meant for someone behind us"),
            Discard::TooMany => f.write_str("there are too many like it"),
            Discard::UnknownFlow => f.write_str("the flow is not open"),
        }
    }
}
