//! What happened, counted.

/// Totals since the endpoint was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams that arrived.
    pub received: u64,
    /// Datagrams handed to the shell, copies included.
    pub sent: u64,
    /// Of those, requests and responses sent again by a timer.
    pub retransmitted: u64,
    /// Keep-alives that arrived (RFC 5626 §3.5.1 and what phones send in its place).
    pub keep_alives: u64,
    /// Copies of requests that arrived again and were absorbed or answered from memory.
    pub repeated_requests: u64,
    /// Copies of final responses that arrived again.
    pub repeated_responses: u64,
    /// Answers to abandoned requests.
    pub late_responses: u64,
    /// ACKs taken by the INVITE transaction they belong to.
    pub acks: u64,
    /// Server transactions that ended early: a refused INVITE without its ACK (timer H), a request that the user did not answer.
    pub unfinished: u64,
    /// Requests that nobody answered (timer F).
    pub timed_out: u64,
    /// Responses that were not sent because they must not be (RFC 4320 §4) or their transaction is over.
    pub withheld: u64,
    /// Datagrams that did not fit in the outbox and were dropped as a network would drop them.
    pub outbox_full: u64,
    /// Events of the kind that may be lost, lost because nobody polled.
    pub events_full: u64,
    /// Discarded: not SIP.
    pub garbage: u64,
    /// Discarded: a header that is needed to place the message is missing or bad.
    pub bad_header: u64,
    /// Discarded: malformed or of another SIP version, and answered so.
    pub refused: u64,
    /// Discarded: a response that did not come from the flow's remote end.
    pub wrong_source: u64,
    /// Discarded: a response or an ACK that belongs to nothing we know.
    pub no_transaction: u64,
    /// Discarded: a response with more than our Via.
    pub misrouted: u64,
    /// Discarded: a new request beyond [`Limits`](crate::Limits).
    pub too_many: u64,
    /// Discarded: arrived on a flow that is not open.
    pub unknown_flow: u64,
}
