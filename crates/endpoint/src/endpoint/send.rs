//! What the transactions' user sends: requests and answers.

use std::time::Instant;

use bellhop_sip::{HeaderName, Host, HostPort, Method, Request, Response, Via, ViaTransport};
use std::net::{IpAddr, SocketAddr};

use super::{Due, Endpoint};
use crate::transaction::ClientTransaction;
use crate::{FlowId, RequestId, ServerTransactionId};

/// A request that was not sent, and of which nothing will be told. All but the last are errors of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The flow is not open.
    #[error("the flow is not open")]
    UnknownFlow,
    /// The flow is a listener: it has nobody to send to.
    #[error("the flow has no remote end")]
    NoRemote,
    /// INVITE has another transaction, ACK and no transaction at all.
    #[error("INVITE and ACK have no non-INVITE transaction")]
    Method,
    /// A request of that id is not over yet.
    #[error("the request id is in use")]
    IdInUse,
    /// [`Limits::client_transactions`](crate::Limits::client_transactions) are in flight.
    #[error("too many requests in flight")]
    TooMany,
}

impl Endpoint {
    /// Sends a non-INVITE request and sees to its copies (RFC 3261 §17.1.2). The Via is put on top here; all other headers are
    /// the caller's. Afterwards come [`Response`](crate::Event::Response) events or one
    /// [`TimedOut`](crate::Event::TimedOut).
    ///
    /// # Errors
    ///
    /// [`SendError`] if it cannot be sent; then nothing will be told of it.
    pub fn send_request(
        &mut self,
        now: Instant,
        id: RequestId,
        flow_id: FlowId,
        mut request: Request,
    ) -> Result<(), SendError> {
        let flow = self.flows.get(&flow_id).ok_or(SendError::UnknownFlow)?;
        let remote = flow.remote.ok_or(SendError::NoRemote)?;
        if matches!(request.method, Method::Invite | Method::Ack) {
            return Err(SendError::Method);
        }
        if self.clients.contains(id) {
            return Err(SendError::IdInUse);
        }
        if self.clients.len() >= self.limits.client_transactions {
            return Err(SendError::TooMany);
        }
        let branch = self.tokens.branch();
        let mut via = Via::udp(sent_by(flow.local), &branch);
        via.transport = ViaTransport::Known(flow.transport);
        request.headers.push_front(HeaderName::Via, via.to_string());
        let bytes = request.to_bytes();
        let transaction = ClientTransaction::new(
            now,
            &self.timers,
            flow_id,
            remote,
            branch,
            request.method,
            bytes.clone(),
        );
        self.due.set(Due::Client(id), transaction.deadline());
        self.clients.insert(id, transaction);
        self.transmit(flow_id, remote, bytes);
        Ok(())
    }

    /// Sends one copy of a request more than RFC 3261 §17.1.2.2 has, at `at`, if nobody has answered by then. All other copies leave
    /// when they would have left anyway; an `at` that is not before the first of them does nothing. For a link on which packets
    /// get lost before anything else is known of it, and on which 500 ms is many round trips.
    pub fn copy_early(&mut self, id: RequestId, at: Instant) {
        if let Some(transaction) = self.clients.get_mut(id) {
            transaction.copy_early(at);
            self.due.set(Due::Client(id), transaction.deadline());
        }
    }

    /// Nobody wants the answer to this request any more: no copy of it leaves, and nothing more is told of it, what already waits to
    /// be polled included. Late answers are absorbed and counted.
    pub fn abandon(&mut self, id: RequestId) {
        if let Some(transaction) = self.clients.get_mut(id) {
            transaction.abandon();
            self.due.set(Due::Client(id), transaction.deadline());
        }
        self.forget_events_of(id);
    }

    /// Answers a request that was told. Final answers are sent once more for each copy of the request; the refusal of an INVITE is
    /// repeated until its ACK. A 408 to anything but INVITE is never sent, nor a provisional answer (RFC 4320 §4): when the user
    /// takes long, a 100 is sent here. A second final answer, or one that comes after the transaction's end, is not sent either.
    pub fn respond(&mut self, now: Instant, id: ServerTransactionId, response: Response) {
        let Some(transaction) = self.servers.get_mut(id) else {
            self.counters.withheld += 1;
            return;
        };
        let bytes = transaction.respond(now, &self.timers, &response);
        let (flow, destination) = (transaction.flow, transaction.destination);
        self.due.set(Due::Server(id), transaction.deadline());
        match bytes {
            Some(bytes) => self.transmit(flow, destination, bytes),
            None => self.counters.withheld += 1,
        }
    }
}

fn sent_by(local: SocketAddr) -> HostPort {
    let host = match local.ip().to_canonical() {
        IpAddr::V4(address) => Host::V4(address),
        IpAddr::V6(address) => Host::V6(address),
    };
    HostPort {
        host,
        port: Some(local.port()),
    }
}
