//! The non-INVITE client transaction (RFC 3261 §17.1.2).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bellhop_sip::Method;
use bytes::Bytes;

use super::Expiry;
use crate::{FlowId, Timers};

/// A request of ours and what has become of it.
#[derive(Debug)]
pub(crate) struct ClientTransaction {
    pub(crate) flow: FlowId,
    pub(crate) destination: SocketAddr,
    pub(crate) branch: String,
    pub(crate) method: Method,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Nobody has answered. `resend_at` is timer E, `gives_up_at` timer F; `early` is when the one copy beyond timer E's leaves.
    Trying {
        request: Bytes,
        early: Option<Instant>,
        interval: Duration,
        resend_at: Instant,
        gives_up_at: Instant,
    },
    /// A provisional answer has come; copies go on, T2 apart.
    Proceeding {
        request: Bytes,
        resend_at: Instant,
        gives_up_at: Instant,
    },
    /// Answered with `status`; copies of the answer are absorbed until timer K.
    Completed { status: u16, until: Instant },
    /// Nobody wants the answer; it is absorbed until timer F.
    Abandoned { until: Instant },
}

/// What to do with a response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Tell the transaction's user.
    Tell,
    /// A copy of what has been told.
    Repeated,
    /// An answer to an abandoned request.
    Late,
}

impl ClientTransaction {
    /// The transaction of a request that is sent now.
    pub(crate) fn new(
        now: Instant,
        timers: &Timers,
        flow: FlowId,
        destination: SocketAddr,
        branch: String,
        method: Method,
        request: Bytes,
    ) -> Self {
        let state = State::Trying {
            request,
            early: None,
            interval: timers.t1,
            resend_at: now + timers.t1,
            gives_up_at: now + timers.transaction(),
        };
        ClientTransaction {
            flow,
            destination,
            branch,
            method,
            state,
        }
    }

    /// One copy more, at `at`, if that is before timer E's first and nobody has answered by then.
    pub(crate) fn copy_early(&mut self, at: Instant) {
        if let State::Trying { early, .. } = &mut self.state {
            *early = Some(at);
        }
    }

    pub(crate) fn deadline(&self) -> Instant {
        match &self.state {
            State::Trying {
                early,
                resend_at,
                gives_up_at,
                ..
            } => early
                .map_or(*resend_at, |early| early.min(*resend_at))
                .min(*gives_up_at),
            State::Proceeding {
                resend_at,
                gives_up_at,
                ..
            } => (*resend_at).min(*gives_up_at),
            State::Completed { until, .. } | State::Abandoned { until } => *until,
        }
    }

    pub(crate) fn handle_response(
        &mut self,
        now: Instant,
        timers: &Timers,
        status: u16,
    ) -> Verdict {
        let provisional = status < 200;
        match &mut self.state {
            State::Trying {
                request,
                gives_up_at,
                ..
            } if provisional => {
                let (request, gives_up_at) = (request.clone(), *gives_up_at);
                self.state = State::Proceeding {
                    request,
                    resend_at: now + timers.t2,
                    gives_up_at,
                };
                Verdict::Tell
            }
            State::Proceeding { .. } if provisional => Verdict::Tell,
            State::Trying { .. } | State::Proceeding { .. } => {
                self.state = State::Completed {
                    status,
                    until: now + timers.t4,
                };
                Verdict::Tell
            }
            // A registrar that checks no nc answers one copy 200 and the others 401, and the 401 may arrive first.
            State::Completed { status: told, .. }
                if *told >= 300 && (200..300).contains(&status) =>
            {
                *told = status;
                Verdict::Tell
            }
            State::Completed { .. } => Verdict::Repeated,
            State::Abandoned { .. } => Verdict::Late,
        }
    }

    /// The next copy is timed from `now`, not from the missed deadline: after a stall there is no burst of copies.
    pub(crate) fn handle_timeout(&mut self, now: Instant, timers: &Timers) -> Expiry {
        match &mut self.state {
            State::Trying { gives_up_at, .. } | State::Proceeding { gives_up_at, .. }
                if *gives_up_at <= now =>
            {
                Expiry::Failed
            }
            State::Trying {
                request,
                early,
                interval,
                resend_at,
                ..
            } => {
                let beyond_timer_e = early.take().is_some() && *resend_at > now;
                if !beyond_timer_e {
                    *interval = timers.doubled(*interval);
                    *resend_at = now + *interval;
                }
                Expiry::Resend(request.clone())
            }
            State::Proceeding {
                request, resend_at, ..
            } => {
                *resend_at = now + timers.t2;
                Expiry::Resend(request.clone())
            }
            State::Completed { .. } | State::Abandoned { .. } => Expiry::Over,
        }
    }

    /// No more copies; what still arrives is absorbed for as long as it would have been waited for.
    pub(crate) fn abandon(&mut self) {
        let until = match &self.state {
            State::Trying { gives_up_at, .. } | State::Proceeding { gives_up_at, .. } => {
                *gives_up_at
            }
            State::Completed { until, .. } | State::Abandoned { until } => *until,
        };
        self.state = State::Abandoned { until };
    }
}
