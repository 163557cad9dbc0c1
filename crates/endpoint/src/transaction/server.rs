//! A server transaction: what both kinds have, and the non-INVITE kind (RFC 3261 §17.2.2, RFC 4320 §4).

use std::net::SocketAddr;
use std::time::Instant;

use bellhop_sip::{Method, Request, Response, StatusCode, Text};
use bytes::Bytes;

use super::invite_server::InviteServer;
use super::{Expiry, ServerKey};
use crate::{FlowId, Timers};

/// A request that arrived and what it was answered.
#[derive(Debug)]
pub(crate) struct ServerTransaction {
    pub(crate) key: ServerKey,
    pub(crate) flow: FlowId,
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Invite(InviteServer),
    Other(NonInviteServer),
}

impl ServerTransaction {
    /// The transaction of `request`, whose answers go to `destination`.
    pub(crate) fn new(
        now: Instant,
        timers: &Timers,
        key: ServerKey,
        flow: FlowId,
        source: SocketAddr,
        destination: SocketAddr,
        request: &Request,
    ) -> Self {
        let trying = Response::answering(request, StatusCode::Trying);
        let kind = if request.method == Method::Invite {
            Kind::Invite(InviteServer::new(now, trying))
        } else {
            Kind::Other(NonInviteServer::new(now, timers, trying))
        };
        ServerTransaction {
            key,
            flow,
            source,
            destination,
            kind,
        }
    }

    pub(crate) fn deadline(&self) -> Instant {
        match &self.kind {
            Kind::Invite(machine) => machine.deadline(),
            Kind::Other(machine) => machine.deadline(),
        }
    }

    /// What to send when the user answers, if it may be sent.
    pub(crate) fn respond(
        &mut self,
        now: Instant,
        timers: &Timers,
        response: &Response,
    ) -> Option<Bytes> {
        match &mut self.kind {
            Kind::Invite(machine) => machine.respond(now, timers, response),
            Kind::Other(machine) => machine.respond(now, timers, response),
        }
    }

    /// What a copy of the request is answered.
    pub(crate) fn last_response(&self) -> Option<Bytes> {
        match &self.kind {
            Kind::Invite(machine) => machine.last_response(),
            Kind::Other(machine) => machine.last_response(),
        }
    }

    /// Whether the ACK was for this transaction and is hereby done with.
    pub(crate) fn absorb_ack(&mut self, now: Instant, timers: &Timers) -> bool {
        match &mut self.kind {
            Kind::Invite(machine) => machine.absorb_ack(now, timers),
            Kind::Other(_) => false,
        }
    }

    /// Of an INVITE that has its final answer, the To tag of that answer.
    pub(crate) fn answered_invite(&self) -> Option<Option<Text>> {
        match &self.kind {
            Kind::Invite(machine) => machine.answered(),
            Kind::Other(_) => None,
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, timers: &Timers) -> Expiry {
        match &mut self.kind {
            Kind::Invite(machine) => machine.handle_timeout(now, timers),
            Kind::Other(machine) => machine.handle_timeout(now),
        }
    }
}

/// No answer for a long time is told by a 100, which the transaction sends itself; the user's own provisional answers are not sent
/// (RFC 4320 §4.1). Without a final answer it ends in silence.
#[derive(Debug)]
enum NonInviteServer {
    /// Not answered; copies of the request are absorbed.
    Trying {
        trying: Box<Response>,
        trying_at: Instant,
        until: Instant,
    },
    /// Answered 100.
    Proceeding { trying: Bytes, until: Instant },
    /// Answered; copies of the request get the answer again, until timer J.
    Completed { response: Bytes, until: Instant },
    /// Answered 408, which is never sent (RFC 4320 §4.2).
    Unanswered { until: Instant },
}

impl NonInviteServer {
    fn new(now: Instant, timers: &Timers, trying: Response) -> Self {
        NonInviteServer::Trying {
            trying: Box::new(trying),
            trying_at: now + timers.before_100(),
            until: now + timers.transaction(),
        }
    }

    fn deadline(&self) -> Instant {
        match self {
            NonInviteServer::Trying {
                trying_at, until, ..
            } => (*trying_at).min(*until),
            NonInviteServer::Proceeding { until, .. }
            | NonInviteServer::Completed { until, .. }
            | NonInviteServer::Unanswered { until } => *until,
        }
    }

    fn respond(&mut self, now: Instant, timers: &Timers, response: &Response) -> Option<Bytes> {
        let status = response.status.code();
        match self {
            NonInviteServer::Trying { until, .. } | NonInviteServer::Proceeding { until, .. }
                if status == 408 =>
            {
                *self = NonInviteServer::Unanswered { until: *until };
                None
            }
            NonInviteServer::Trying { .. } | NonInviteServer::Proceeding { .. }
                if status >= 200 =>
            {
                let response = response.to_bytes();
                *self = NonInviteServer::Completed {
                    response: response.clone(),
                    until: now + timers.transaction(),
                };
                Some(response)
            }
            NonInviteServer::Trying { .. }
            | NonInviteServer::Proceeding { .. }
            | NonInviteServer::Completed { .. }
            | NonInviteServer::Unanswered { .. } => None,
        }
    }

    fn last_response(&self) -> Option<Bytes> {
        match self {
            NonInviteServer::Proceeding {
                trying: response, ..
            }
            | NonInviteServer::Completed { response, .. } => Some(response.clone()),
            NonInviteServer::Trying { .. } | NonInviteServer::Unanswered { .. } => None,
        }
    }

    fn handle_timeout(&mut self, now: Instant) -> Expiry {
        match self {
            NonInviteServer::Trying { until, .. } if *until <= now => Expiry::Failed,
            NonInviteServer::Trying { trying, until, .. } => {
                let trying = trying.to_bytes();
                *self = NonInviteServer::Proceeding {
                    trying: trying.clone(),
                    until: *until,
                };
                Expiry::Send(trying)
            }
            NonInviteServer::Proceeding { .. } => Expiry::Failed,
            NonInviteServer::Completed { .. } | NonInviteServer::Unanswered { .. } => Expiry::Over,
        }
    }
}
