//! Datagrams that arrive: what they are, and responses (RFC 3261 §17.1.3, §18.1.2).

use std::net::SocketAddr;
use std::time::Instant;

use bellhop_sip::{Message, Response};
use bytes::Bytes;

use super::{Due, Endpoint};
use crate::transaction::client::Verdict;
use crate::{Discard, Event, FlowId, is_keep_alive};

impl Endpoint {
    pub(super) fn receive(
        &mut self,
        now: Instant,
        flow: FlowId,
        source: SocketAddr,
        datagram: Bytes,
    ) {
        self.counters.received += 1;
        if !self.flows.contains_key(&flow) {
            return self.discard(flow, source, Discard::UnknownFlow);
        }
        if is_keep_alive(&datagram) {
            self.counters.keep_alives += 1;
            return;
        }
        match Message::parse_datagram(datagram.clone()) {
            Ok(Message::Response(response)) => self.receive_response(now, flow, source, response),
            Ok(Message::Request(request)) => self.receive_request(now, flow, source, request),
            Err(error) => match Response::refusing(datagram, &error) {
                Some(response) => self.refuse(flow, source, response),
                None => self.discard(flow, source, Discard::Garbage(error)),
            },
        }
    }

    fn receive_response(
        &mut self,
        now: Instant,
        flow: FlowId,
        source: SocketAddr,
        response: Response,
    ) {
        // A listener sends no requests, so all that comes here is a stray.
        if self
            .flows
            .get(&flow)
            .is_some_and(|flow| flow.remote.is_some() && !flow.is_remote(source))
        {
            return self.discard(flow, source, Discard::WrongSource);
        }
        let (via, cseq) = match (response.headers.top_via(), response.headers.cseq()) {
            (Ok(via), Ok(cseq)) => (via, cseq),
            (Err(error), _) | (_, Err(error)) => {
                return self.discard(flow, source, Discard::BadHeader(error));
            }
        };
        // sent-by is not compared: the branch is ours alone, and gateways at home that rewrite Vias do so one way only.
        let found = via
            .branch()
            .and_then(|branch| self.clients.by_branch(&branch))
            .filter(|(_, found)| found.flow == flow && found.method == cseq.method);
        let Some((id, transaction)) = found else {
            return self.discard(flow, source, Discard::NoTransaction);
        };
        if response.headers.vias().nth(1).is_some() {
            return self.discard(flow, source, Discard::Misrouted);
        }
        let status = response.status.code();
        let verdict = transaction.handle_response(now, &self.timers, status);
        self.due.set(Due::Client(id), transaction.deadline());
        match verdict {
            Verdict::Tell if status < 200 => self.tell_if_room(Event::Response { id, response }),
            Verdict::Tell => self.tell(Event::Response { id, response }),
            Verdict::Repeated => self.counters.repeated_responses += 1,
            Verdict::Late => self.counters.late_responses += 1,
        }
    }

    pub(super) fn discard(&mut self, flow: FlowId, source: SocketAddr, why: Discard) {
        let counter = match &why {
            Discard::Garbage(_) => &mut self.counters.garbage,
            Discard::BadHeader(_) => &mut self.counters.bad_header,
            Discard::Refused { .. } => &mut self.counters.refused,
            Discard::WrongSource => &mut self.counters.wrong_source,
            Discard::NoTransaction => &mut self.counters.no_transaction,
            Discard::Misrouted => &mut self.counters.misrouted,
            Discard::TooMany => &mut self.counters.too_many,
            Discard::UnknownFlow => &mut self.counters.unknown_flow,
        };
        *counter += 1;
        self.tell_if_room(Event::Discarded { flow, source, why });
    }
}
