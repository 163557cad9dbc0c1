//! The INVITE server transaction (RFC 3261 §17.2.1, RFC 6026 §7.1).

use std::time::{Duration, Instant};

use bellhop_sip::{Response, Text};
use bytes::Bytes;

use super::Expiry;
use crate::Timers;

/// A user that takes longer than this has a 100 sent in his place (§17.2.1).
const BEFORE_TRYING: Duration = Duration::from_millis(200);

/// How long an INVITE may stay without a final answer after the last provisional one. Proxies give up after timer C, more than
/// three minutes (§16.6, step 11): nobody waits any more.
const PROCEEDING: Duration = Duration::from_secs(200);

/// An INVITE and what it was answered.
#[derive(Debug)]
pub(super) enum InviteServer {
    /// Not answered at all.
    Trying {
        trying: Response,
        trying_at: Instant,
    },
    /// Answered provisionally; copies of the INVITE get the last of those answers.
    Proceeding { provisional: Bytes, until: Instant },
    /// Refused; the refusal is repeated (timer G) until the ACK or `gives_up_at` (timer H).
    Completed {
        refusal: Bytes,
        to_tag: Option<Text>,
        interval: Duration,
        resend_at: Instant,
        gives_up_at: Instant,
    },
    /// The refusal is acknowledged; further ACKs are absorbed until timer I.
    Confirmed {
        to_tag: Option<Text>,
        until: Instant,
    },
    /// Accepted. The user repeats the 2xx himself, copies of the INVITE are absorbed until timer L, and ACKs are his.
    Accepted {
        to_tag: Option<Text>,
        until: Instant,
    },
}

impl InviteServer {
    pub(super) fn new(now: Instant, trying: Response) -> Self {
        InviteServer::Trying {
            trying,
            trying_at: now + BEFORE_TRYING,
        }
    }

    pub(super) fn deadline(&self) -> Instant {
        match self {
            InviteServer::Trying { trying_at, .. } => *trying_at,
            InviteServer::Completed {
                resend_at,
                gives_up_at,
                ..
            } => (*resend_at).min(*gives_up_at),
            InviteServer::Proceeding { until, .. }
            | InviteServer::Confirmed { until, .. }
            | InviteServer::Accepted { until, .. } => *until,
        }
    }

    pub(super) fn respond(
        &mut self,
        now: Instant,
        timers: &Timers,
        response: &Response,
    ) -> Option<Bytes> {
        let status = response.status.code();
        match self {
            InviteServer::Trying { .. } | InviteServer::Proceeding { .. } => {
                let bytes = response.to_bytes();
                *self = InviteServer::answered_with(now, timers, response, bytes.clone());
                Some(bytes)
            }
            InviteServer::Accepted { .. } if (200..300).contains(&status) => {
                Some(response.to_bytes())
            }
            InviteServer::Completed { .. }
            | InviteServer::Confirmed { .. }
            | InviteServer::Accepted { .. } => None,
        }
    }

    fn answered_with(now: Instant, timers: &Timers, response: &Response, bytes: Bytes) -> Self {
        let to_tag = || {
            response
                .headers
                .to()
                .ok()
                .and_then(|to| to.tag().map(|tag| tag.detached()))
        };
        match response.status.code() {
            ..200 => InviteServer::Proceeding {
                provisional: bytes,
                until: now + PROCEEDING,
            },
            200..300 => InviteServer::Accepted {
                to_tag: to_tag(),
                until: now + timers.transaction(),
            },
            300.. => InviteServer::Completed {
                refusal: bytes,
                to_tag: to_tag(),
                interval: timers.t1,
                resend_at: now + timers.t1,
                gives_up_at: now + timers.transaction(),
            },
        }
    }

    pub(super) fn last_response(&self) -> Option<Bytes> {
        match self {
            InviteServer::Proceeding {
                provisional: response,
                ..
            }
            | InviteServer::Completed {
                refusal: response, ..
            } => Some(response.clone()),
            InviteServer::Trying { .. }
            | InviteServer::Confirmed { .. }
            | InviteServer::Accepted { .. } => None,
        }
    }

    /// Whether the ACK acknowledges a refusal.
    pub(super) fn absorb_ack(&mut self, now: Instant, timers: &Timers) -> bool {
        match self {
            InviteServer::Completed { to_tag, .. } => {
                *self = InviteServer::Confirmed {
                    to_tag: to_tag.take(),
                    until: now + timers.t4,
                };
                true
            }
            InviteServer::Confirmed { .. } => true,
            InviteServer::Trying { .. }
            | InviteServer::Proceeding { .. }
            | InviteServer::Accepted { .. } => false,
        }
    }

    /// Once finally answered, the To tag of the answer.
    pub(super) fn answered(&self) -> Option<Option<Text>> {
        match self {
            InviteServer::Completed { to_tag, .. }
            | InviteServer::Confirmed { to_tag, .. }
            | InviteServer::Accepted { to_tag, .. } => Some(to_tag.clone()),
            InviteServer::Trying { .. } | InviteServer::Proceeding { .. } => None,
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, timers: &Timers) -> Expiry {
        match self {
            InviteServer::Trying { trying, .. } => {
                let trying = trying.to_bytes();
                *self = InviteServer::Proceeding {
                    provisional: trying.clone(),
                    until: now + PROCEEDING,
                };
                Expiry::Send(trying)
            }
            InviteServer::Completed { gives_up_at, .. } if *gives_up_at <= now => Expiry::Failed,
            InviteServer::Completed {
                refusal,
                interval,
                resend_at,
                ..
            } => {
                *interval = timers.doubled(*interval);
                *resend_at = now + *interval;
                Expiry::Resend(refusal.clone())
            }
            InviteServer::Proceeding { .. } => Expiry::Failed,
            InviteServer::Confirmed { .. } | InviteServer::Accepted { .. } => Expiry::Over,
        }
    }
}
