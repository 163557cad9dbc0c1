//! Who gets which message (RFC 3261 §17.1.3, §17.2.3, §18.1.2, §18.2.1).

use std::net::SocketAddr;
use std::time::Instant;

use bellhop_sip::{
    HeaderError, HeaderName, Message, Method, ParseError, Request, Response, StatusCode, Via,
};
use bytes::Bytes;

use super::{Due, Endpoint};
use crate::salvage::salvage;
use crate::transaction::client::Verdict;
use crate::transaction::{ServerKey, ServerTransaction};
use crate::{Discard, Event, FlowId, uas, via};

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
            Err(error) => self.receive_unreadable(flow, source, &datagram, error),
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
            .and_then(|branch| self.clients.by_branch(&branch));
        let Some((id, transaction)) =
            found.filter(|(_, found)| found.flow == flow && found.method == cseq.method)
        else {
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

    fn receive_request(
        &mut self,
        now: Instant,
        flow: FlowId,
        source: SocketAddr,
        mut request: Request,
    ) {
        let mut via = match request.headers.top_via() {
            Ok(via) => via,
            Err(error) => return self.discard(flow, source, Discard::BadHeader(error)),
        };
        if let Err(error) = check(&request) {
            return match request.method {
                Method::Ack => self.discard(flow, source, Discard::BadHeader(error)),
                _ => self.refuse(flow, source, request, via, 400),
            };
        }
        let key = ServerKey::of(flow, &request, &via);
        if request.method == Method::Ack {
            return self.receive_ack(now, flow, source, &key);
        }
        if let Some((_, transaction)) = self.servers.by_key(&key) {
            let (response, destination) = (transaction.last_response(), transaction.destination);
            self.counters.repeated_requests += 1;
            if let Some(response) = response {
                self.transmit(flow, destination, response);
            }
            return;
        }
        if request.method == Method::Cancel
            && let Some(to_tag) = self
                .servers
                .by_key(&key.cancelled())
                .and_then(|(_, invite)| invite.answered_invite())
        {
            return self.answer_cancel(flow, source, request, via, to_tag.as_deref());
        }
        let stranger = self
            .flows
            .get(&flow)
            .and_then(|flow| flow.remote)
            .is_some_and(|remote| remote.ip().to_canonical() != source.ip().to_canonical());
        if !self.has_event_room() || !self.servers.has_room(&self.limits, source.ip(), stranger) {
            return self.discard(flow, source, Discard::TooMany);
        }
        let destination = via::stamp(&mut via, source);
        request.headers.replace_top_via(&via);
        let transaction =
            ServerTransaction::new(now, &self.timers, key, flow, source, destination, &request);
        let deadline = transaction.deadline();
        let id = self.servers.insert(transaction);
        self.due.set(Due::Server(id), deadline);
        self.tell(Event::Request {
            id,
            flow,
            source,
            request,
        });
    }

    /// The ACK to a refusal has the branch of its INVITE; the ACK to a 2xx is another matter, and we give none.
    fn receive_ack(&mut self, now: Instant, flow: FlowId, source: SocketAddr, key: &ServerKey) {
        if let Some((id, transaction)) = self.servers.by_key(key)
            && transaction.absorb_ack(now, &self.timers)
        {
            self.due.set(Due::Server(id), transaction.deadline());
            self.counters.acks += 1;
            return;
        }
        self.discard(flow, source, Discard::NoTransaction);
    }

    /// The INVITE has its final answer, so that a CANCEL changes nothing and is answered 200 (§9.2), each copy anew.
    fn answer_cancel(
        &mut self,
        flow: FlowId,
        source: SocketAddr,
        request: Request,
        via: Via,
        to_tag: Option<&str>,
    ) {
        self.answer_at_once(flow, source, request, via, StatusCode::OK, to_tag);
    }

    fn receive_unreadable(
        &mut self,
        flow: FlowId,
        source: SocketAddr,
        datagram: &[u8],
        error: ParseError,
    ) {
        if let Some((request, status)) = salvage(datagram)
            && let Ok(via) = request.headers.top_via()
        {
            return self.refuse(flow, source, request, via, status);
        }
        self.discard(flow, source, Discard::Garbage(error));
    }

    fn refuse(
        &mut self,
        flow: FlowId,
        source: SocketAddr,
        request: Request,
        via: Via,
        status: u16,
    ) {
        self.answer_at_once(flow, source, request, via, StatusCode::from(status), None);
        self.discard(flow, source, Discard::Refused { status });
    }

    /// Answers without a transaction, each copy anew (§8.2.7).
    fn answer_at_once(
        &mut self,
        flow: FlowId,
        source: SocketAddr,
        mut request: Request,
        mut via: Via,
        status: StatusCode,
        to_tag: Option<&str>,
    ) {
        let lasting = self.tokens.lasting_tag(&via.to_string());
        let destination = via::stamp(&mut via, source);
        request.headers.replace_top_via(&via);
        let mut response = Response::answering(&request, status);
        uas::tag(&mut response, to_tag.unwrap_or(&lasting));
        self.transmit(flow, destination, response.to_bytes());
    }

    fn discard(&mut self, flow: FlowId, source: SocketAddr, why: Discard) {
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

/// Nothing, one or two line ends (RFC 5626 §3.5.1), or the few NULs that some phones send.
fn is_keep_alive(datagram: &[u8]) -> bool {
    datagram.len() <= 4
        && datagram
            .iter()
            .all(|byte| matches!(byte, b'\r' | b'\n' | 0))
}

/// Whether the headers are there that every request has (§8.1.1) and that an answer and a transaction are made of.
fn check(request: &Request) -> Result<(), HeaderError> {
    request.headers.from()?;
    request.headers.to()?;
    request.headers.call_id()?;
    if request.headers.cseq()?.method != request.method {
        return Err(HeaderError::Invalid {
            name: HeaderName::CSeq,
            why: "the method is another",
        });
    }
    Ok(())
}
