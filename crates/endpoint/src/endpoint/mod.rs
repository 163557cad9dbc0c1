//! The endpoint: its doors, and what they do to its tables.

mod expire;
mod receive;
mod requests;
mod send;

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;

pub use send::SendError;

use crate::timers::Table;
use crate::tokens::Tokens;
use crate::transaction::{Clients, Servers};
use crate::{
    Counters, Event, Flow, FlowId, Limits, RequestId, ServerTransactionId, Timers, Transmit,
};

/// Transactions of any number of flows. The crate's documentation says how to drive it.
#[derive(Debug)]
pub struct Endpoint {
    timers: Timers,
    limits: Limits,
    tokens: Tokens,
    flows: HashMap<FlowId, Flow>,
    clients: Clients,
    servers: Servers,
    /// One deadline a transaction: that of its state.
    due: Table<Due>,
    outbox: VecDeque<Transmit>,
    events: VecDeque<Event>,
    counters: Counters,
}

/// Whose deadline it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Due {
    Client(RequestId),
    Server(ServerTransactionId),
}

impl Endpoint {
    /// An endpoint without flows. Branches and tags are made from `seed`, which must be secret and new each time.
    #[must_use]
    pub fn new(timers: Timers, seed: [u8; 32]) -> Endpoint {
        Endpoint {
            timers: timers.sane(),
            limits: Limits::default(),
            tokens: Tokens::new(seed),
            flows: HashMap::new(),
            clients: Clients::default(),
            servers: Servers::default(),
            due: Table::new(),
            outbox: VecDeque::new(),
            events: VecDeque::new(),
            counters: Counters::default(),
        }
    }

    /// The same endpoint with other bounds.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Endpoint {
        Endpoint { limits, ..self }
    }

    /// A socket is there. A flow of that id that is open is closed first.
    pub fn open_flow(&mut self, id: FlowId, flow: Flow) {
        self.close_flow(id);
        self.flows.insert(id, flow);
    }

    /// The socket is gone. Its transactions end in silence; what is in the outbox stays, for the shell to send or not.
    pub fn close_flow(&mut self, id: FlowId) {
        if self.flows.remove(&id).is_none() {
            return;
        }
        for request in self.clients.of_flow(id) {
            self.end_client(request);
            self.forget_events_of(request);
        }
        for transaction in self.servers.of_flow(id) {
            self.end_server(transaction);
        }
    }

    /// A datagram has arrived on `flow` from `source`.
    pub fn handle_datagram(
        &mut self,
        now: Instant,
        flow: FlowId,
        source: SocketAddr,
        datagram: Bytes,
    ) {
        self.receive(now, flow, source, datagram);
    }

    /// It is `now`: does what is due. Afterwards [`poll_timeout`](Endpoint::poll_timeout) is later than `now`, or nothing waits.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(due) = self.due.pop_due(now) {
            self.expire(now, due);
        }
    }

    /// The next datagram to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.outbox.pop_front()
    }

    /// The next thing to be told.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When [`handle_timeout`](Endpoint::handle_timeout) is wanted next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.due.next()
    }

    /// Totals since the start.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// A new tag of 64 random bits, for the To of an answer or the From of a request (RFC 3261 §19.3).
    pub fn tag(&mut self) -> String {
        self.tokens.tag()
    }

    fn transmit(&mut self, flow: FlowId, destination: SocketAddr, payload: Bytes) {
        if self.outbox.len() >= self.limits.queue {
            self.counters.outbox_full += 1;
            return;
        }
        self.counters.sent += 1;
        self.outbox.push_back(Transmit {
            flow,
            destination,
            payload,
        });
    }

    /// Tells what must not be lost: at most a few events a transaction of ours.
    fn tell(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// Tells what anybody may cause at will, while there is room.
    fn tell_if_room(&mut self, event: Event) {
        if self.has_event_room() {
            self.events.push_back(event);
        } else {
            self.counters.events_full += 1;
        }
    }

    fn has_event_room(&self) -> bool {
        self.events.len() < self.limits.queue
    }

    fn forget_events_of(&mut self, request: RequestId) {
        self.events.retain(|event| match event {
            Event::Response { id, .. } | Event::TimedOut { id } => *id != request,
            Event::Request { .. } | Event::Discarded { .. } => true,
        });
    }

    fn end_client(&mut self, id: RequestId) {
        self.due.cancel(Due::Client(id));
        self.clients.remove(id);
    }

    fn end_server(&mut self, id: ServerTransactionId) {
        self.due.cancel(Due::Server(id));
        self.servers.remove(id);
    }
}
