//! What happens when a transaction's deadline has come.

use std::time::Instant;

use super::{Due, Endpoint};
use crate::transaction::Expiry;
use crate::{Event, RequestId, ServerTransactionId};

impl Endpoint {
    pub(super) fn expire(&mut self, now: Instant, due: Due) {
        match due {
            Due::Client(id) => self.expire_client(now, id),
            Due::Server(id) => self.expire_server(now, id),
        }
    }

    fn expire_client(&mut self, now: Instant, id: RequestId) {
        let Some(transaction) = self.clients.get_mut(id) else {
            return;
        };
        match transaction.handle_timeout(now, &self.timers) {
            Expiry::Resend(request) | Expiry::Send(request) => {
                let (flow, destination) = (transaction.flow, transaction.destination);
                self.due.set(Due::Client(id), transaction.deadline());
                self.counters.retransmitted += 1;
                self.transmit(flow, destination, request);
            }
            Expiry::Failed => {
                self.end_client(id);
                self.counters.timed_out += 1;
                self.tell(Event::TimedOut { id });
            }
            Expiry::Over => self.end_client(id),
        }
    }

    fn expire_server(&mut self, now: Instant, id: ServerTransactionId) {
        let Some(transaction) = self.servers.get_mut(id) else {
            return;
        };
        let expiry = transaction.handle_timeout(now, &self.timers);
        let (flow, destination, deadline) = (
            transaction.flow,
            transaction.destination,
            transaction.deadline(),
        );
        match expiry {
            Expiry::Resend(response) => {
                self.due.set(Due::Server(id), deadline);
                self.counters.retransmitted += 1;
                self.transmit(flow, destination, response);
            }
            Expiry::Send(response) => {
                self.due.set(Due::Server(id), deadline);
                self.transmit(flow, destination, response);
            }
            Expiry::Failed => {
                self.counters.unfinished += 1;
                self.end_server(id);
            }
            Expiry::Over => self.end_server(id),
        }
    }
}
