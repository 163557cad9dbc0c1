//! Copies of a request: one that leaves early, and what copies do to answers.
//!
//! A link that has just come up loses packets before anything is known of it, and 500 ms (T1, RFC 3261 §17.1.2.2) is many round
//! trips there. So a REGISTER over a flow that has carried no binding yet has one copy more, after two round trips of before;
//! all others leave when the RFC says.
//!
//! A registrar that takes a nonce count once may answer one copy 200 and refuse the others, and the refusal may arrive first. So
//! while copies are out, a challenge to credentials waits one round trip for the 200.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bellhop_endpoint::RequestId;
use bellhop_sip::Response;

use crate::agent::Agent;
use crate::attempt::{Attempt, Credentials};
use crate::view::FlowState;

/// T1: the first copy by the RFC.
const T1: Duration = Duration::from_millis(500);
/// An early copy leaves no earlier: a slow link is not a lossy one.
const EARLIEST: Duration = Duration::from_millis(200);

/// The smoothed round trip to the registrar (RFC 6298 §2).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RoundTrips {
    smoothed: Option<Duration>,
}

impl RoundTrips {
    /// The first measurement over a flow: what was known is of another way.
    pub(crate) fn begin(&mut self, measured: Duration) {
        self.smoothed = Some(measured);
    }

    /// A further one over the same flow.
    pub(crate) fn add(&mut self, measured: Duration) {
        self.smoothed = Some(
            self.smoothed
                .map_or(measured, |before| (before * 7 + measured) / 8),
        );
    }

    /// How long after a request its one early copy leaves. `None`: nothing is known, or it would not be early.
    fn early_copy(self) -> Option<Duration> {
        let after = self.smoothed?.saturating_mul(2).max(EARLIEST);
        (after < T1).then_some(after)
    }

    /// One of them, as far as that is known.
    fn one(self) -> Duration {
        self.smoothed.unwrap_or(T1).min(T1)
    }
}

/// A challenge that waits for a 200 to another copy.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) until: Instant,
    challenge: Arc<Response>,
}

impl Attempt {
    /// How long after a request its first copy leaves.
    pub(crate) fn first_copy(early: Option<Duration>) -> Duration {
        early.unwrap_or(T1)
    }
}

impl Agent {
    /// The early copy of a REGISTER that leaves now over the flow in use.
    pub(crate) fn early_copy(&self) -> Option<Duration> {
        let flow = self.flow.as_ref()?;
        if flow.state == FlowState::Opening {
            self.round_trips.early_copy()
        } else {
            None
        }
    }

    /// Keeps a challenge back if the 200 to another copy may be on its way. False: it is not one of those.
    pub(crate) fn hold(&mut self, now: Instant, id: RequestId, response: &Response) -> bool {
        if !matches!(response.status.code(), 401 | 407) {
            return false;
        }
        let until = now + self.round_trips.one();
        let Some(attempt) = self.phase.attempts().find(|attempt| attempt.id == id) else {
            return false;
        };
        // Nobody takes a copy that shows no credentials, and before the first copy there is only one answer.
        if attempt.credentials == Credentials::None || attempt.round_trip(now).is_some() {
            return false;
        }
        attempt.held.get_or_insert_with(|| Held {
            until,
            challenge: Arc::new(response.clone()),
        });
        true
    }

    /// The 200 did not come: the challenge is what the registrar has to say.
    pub(crate) fn release(&mut self, now: Instant) {
        let due = self.phase.attempts().find_map(|attempt| {
            let held = attempt.held.take_if(|held| held.until <= now)?;
            Some((attempt.id, held.challenge))
        });
        if let Some((id, challenge)) = due {
            self.judge(now, id, &challenge);
        }
    }
}
