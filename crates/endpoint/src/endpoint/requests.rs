//! Requests that arrive: copies, ACKs, CANCELs, and what is new (RFC 3261 §8.2, §9.2, §17.2.3, §18.2.1).

use std::net::SocketAddr;
use std::time::Instant;

use bellhop_sip::{Method, Request, Response, StatusCode, Via};

use super::{Due, Endpoint};
use crate::transaction::{ServerKey, ServerTransaction};
use crate::{Discard, Event, FlowId, stateless, uas, via};

impl Endpoint {
    pub(super) fn receive_request(
        &mut self,
        now: Instant,
        flow: FlowId,
        source: SocketAddr,
        request: Request,
    ) {
        let via = match request.headers.top_via() {
            Ok(via) => via,
            Err(error) => return self.discard(flow, source, Discard::BadHeader(error)),
        };
        match stateless::check(&request) {
            Ok(()) => {}
            Err(error) if request.method == Method::Ack => {
                return self.discard(flow, source, Discard::BadHeader(error));
            }
            Err(_) => {
                let response = Response::answering(&request, StatusCode::BadRequest);
                return self.refuse(flow, source, response);
            }
        }
        let key = ServerKey::of(flow, &request, &via);
        if request.method == Method::Ack {
            self.receive_ack(now, flow, source, &key);
        } else if let Some((_, transaction)) = self.servers.by_key(&key) {
            let (response, destination) = (transaction.last_response(), transaction.destination);
            self.counters.repeated_requests += 1;
            if let Some(response) = response {
                self.transmit(flow, destination, response);
            }
        } else if let Some(to_tag) = self.answered_invite_of(&request, &key) {
            // A CANCEL changes nothing any more and is answered 200 (§9.2).
            let response = Response::answering(&request, StatusCode::OK);
            self.answer_at_once(flow, source, response, to_tag.as_deref());
        } else {
            self.receive_new(now, flow, source, request, via, key);
        }
    }

    /// The ACK to a refusal has the branch of its INVITE; the ACK to a 2xx is another matter, and we give none.
    fn receive_ack(&mut self, now: Instant, flow: FlowId, source: SocketAddr, key: &ServerKey) {
        if let Some((id, transaction)) = self.servers.by_key(key)
            && transaction.absorb_ack(now, &self.timers)
        {
            self.due.set(Due::Server(id), transaction.deadline());
            self.counters.acks += 1;
        } else {
            self.discard(flow, source, Discard::NoTransaction);
        }
    }

    /// If the request is the CANCEL of an INVITE that has its final answer, the To tag of that answer.
    fn answered_invite_of(
        &mut self,
        request: &Request,
        key: &ServerKey,
    ) -> Option<Option<bellhop_sip::Text>> {
        if request.method != Method::Cancel {
            return None;
        }
        let (_, invite) = self.servers.by_key(&key.cancelled())?;
        invite.answered_invite()
    }

    fn receive_new(
        &mut self,
        now: Instant,
        flow: FlowId,
        source: SocketAddr,
        mut request: Request,
        mut via: Via,
        key: ServerKey,
    ) {
        let remote = self.flows.get(&flow).and_then(|flow| flow.remote);
        let stranger =
            remote.is_some_and(|remote| remote.ip().to_canonical() != source.ip().to_canonical());
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

    pub(super) fn refuse(&mut self, flow: FlowId, source: SocketAddr, response: Response) {
        let status = response.status.code();
        self.answer_at_once(flow, source, response, None);
        self.discard(flow, source, Discard::Refused { status });
    }

    /// Answers without a transaction, each copy anew and alike (§8.2.7).
    fn answer_at_once(
        &mut self,
        flow: FlowId,
        source: SocketAddr,
        mut response: Response,
        to_tag: Option<&str>,
    ) {
        let Ok(mut via) = response.headers.top_via() else {
            return;
        };
        let lasting = self.tokens.lasting_tag(&via.to_string());
        uas::tag(&mut response, to_tag.unwrap_or(&lasting));
        let destination = via::stamp(&mut via, source);
        response.headers.replace_top_via(&via);
        self.transmit(flow, destination, response.to_bytes());
    }
}
