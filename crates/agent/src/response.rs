//! What the registrar's answers mean.

use std::time::{Duration, Instant};

use bellhop_endpoint::RequestId;
use bellhop_sip::{Method, Response};

use crate::agent::Agent;
use crate::attempt::{Attempt, Credentials, Form, MAX_CHALLENGES, Round};
use crate::auth::{Asker, Authenticator};
use crate::flow::seen_from;
use crate::keepalive::KeepAlive;
use crate::phase::{Bound, Phase};
use crate::view::{Cause, Failure, FlowState};

/// A registrar that wants longer registrations than a week has lost its mind.
const LONGEST_MIN_EXPIRES: u32 = 7 * 86_400;

impl Agent {
    /// An answer to one of our requests. Provisional ones and answers to what was abandoned change nothing.
    pub fn handle_response(&mut self, now: Instant, id: RequestId, response: &Response) {
        if response.status.code() < 200 {
            return;
        }
        self.hearing.answer();
        if !self.hold(now, id, response) {
            self.judge(now, id, response);
        }
    }

    /// What a final answer means.
    pub(crate) fn judge(&mut self, now: Instant, id: RequestId, response: &Response) {
        if let Some((round, attempt, bound)) = self.take_register(id) {
            self.on_register(now, round, &attempt, bound, response);
        } else if let Some((attempt, deadline)) = self.unregister(id) {
            self.on_unregister(now, &attempt, deadline, response);
        } else {
            self.on_side_answer(now, id, response);
        }
    }

    /// No answer came.
    pub(crate) fn on_silence(&mut self, now: Instant, id: RequestId) {
        if let Some((round, attempt, bound)) = self.take_register(id) {
            self.hearing.silence();
            if let Some(bound) = bound {
                self.phase = Phase::Refreshing {
                    bound,
                    round,
                    attempt,
                };
                self.start(now, Cause::RefreshFailed, now);
            } else {
                let (failure, retry_after) = self.name_silence();
                self.try_next(now, round, failure, retry_after);
            }
        } else if self.unregister(id).is_some() {
            self.left();
        } else if self
            .self_test
            .as_ref()
            .is_some_and(|test| test.attempt.id == id)
        {
            self.self_test = None;
        } else if let Some(asked) = self.keepalive(id) {
            match asked {
                KeepAlive::Fetching { .. } => self.on_missing_listing(now),
                KeepAlive::Asked { .. } | KeepAlive::Idle { .. } | KeepAlive::Unneeded => {
                    self.on_missing_pong(now);
                }
            }
        } else if let Some(bound) = self.bound_with_cleanup(id) {
            bound.cleanup = None;
        }
    }

    /// It is time to prolong the binding.
    pub(crate) fn refresh(&mut self, now: Instant) {
        let round = self.new_round(Cause::RefreshFailed, now);
        self.send_register(now, round, Credentials::Cached, 0);
    }

    /// The registrar could not prolong the binding now. It stands until it runs out, so it is tried again in the meantime.
    fn refresh_later(&mut self, now: Instant, retry_after: Option<Duration>) {
        if let Some(peace) = retry_after {
            self.listings.rest(now, peace);
        }
        let again = now + self.backoff.fail(retry_after, &mut self.rng);
        if let Phase::Bound(bound) = &mut self.phase {
            bound.refresh_at = again;
        }
    }

    /// The binding has run out.
    pub(crate) fn expired(&mut self, now: Instant) {
        self.no_proof();
        if let Phase::Refreshing { round, attempt, .. } = &self.phase {
            let (round, attempt) = (round.clone(), attempt.clone());
            self.phase = Phase::Registering { round, attempt };
        } else {
            self.start(now, Cause::RefreshFailed, now);
        }
    }

    /// The REGISTER of this id, if it is the one that is waited for; its phase is left.
    fn take_register(&mut self, id: RequestId) -> Option<(Round, Attempt, Option<Bound>)> {
        let awaited = match &self.phase {
            Phase::Registering { attempt, .. } | Phase::Refreshing { attempt, .. } => {
                attempt.id == id
            }
            Phase::Idle
            | Phase::Opening { .. }
            | Phase::Bound(_)
            | Phase::Waiting { .. }
            | Phase::Rejected { .. }
            | Phase::Elsewhere { .. }
            | Phase::Leaving { .. }
            | Phase::Off => false,
        };
        if !awaited {
            return None;
        }
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Registering { round, attempt } => Some((round, attempt, None)),
            Phase::Refreshing {
                bound,
                round,
                attempt,
            } => Some((round, attempt, Some(bound))),
            Phase::Idle
            | Phase::Opening { .. }
            | Phase::Bound(_)
            | Phase::Waiting { .. }
            | Phase::Rejected { .. }
            | Phase::Elsewhere { .. }
            | Phase::Leaving { .. }
            | Phase::Off => None,
        }
    }

    /// The unregistering REGISTER of this id, if it is the one that is waited for.
    fn unregister(&self, id: RequestId) -> Option<(Attempt, Instant)> {
        if let Phase::Leaving { attempt, deadline } = &self.phase {
            (attempt.id == id).then(|| (attempt.clone(), *deadline))
        } else {
            None
        }
    }

    fn on_register(
        &mut self,
        now: Instant,
        mut round: Round,
        attempt: &Attempt,
        bound: Option<Bound>,
        response: &Response,
    ) {
        let was_bound = bound.is_some();
        let status = response.status.code();
        self.note_flow(now, attempt, response);
        if let Form::Ask { since } = round.form {
            self.on_look(now, round, since, attempt, response);
            return;
        }
        if matches!(status, 200..=299) {
            self.take_next_nonce(attempt, &Method::Register, response);
            self.on_success(now, round, attempt, bound, response);
            return;
        }
        self.phase = bound.map_or(Phase::Idle, Phase::Bound);
        match status {
            401 | 407 => match self.take_challenge(now, attempt, &Method::Register, response) {
                Ok(fresh) => self.send_register(now, round, fresh, attempt.challenges + 1),
                Err(failure @ Failure::ChallengeLoop) => self.wait(now, failure, None),
                Err(failure) => self.reject(failure),
            },
            423 => match response.headers.min_expires() {
                // Counted with the challenges: one that asks for a second more each time would be a loop as well.
                Ok(Some(least))
                    if least > self.expires
                        && least <= LONGEST_MIN_EXPIRES
                        && attempt.challenges < MAX_CHALLENGES =>
                {
                    self.expires = least;
                    self.send_register(now, round, Credentials::Cached, attempt.challenges + 1);
                }
                _ => self.reject(refusal(response)),
            },
            403 if !was_bound
                && round.form == Form::Alone
                && self.old_contacts().next().is_some() =>
            {
                round.form = Form::Combined;
                self.send_register(now, round, Credentials::Cached, attempt.challenges);
            }
            // Another way may work, or the same one later.
            408 | 429 | 430 | 480 | 500..=599 => {
                let failure = Failure::ServerError {
                    status,
                    reason: reason(response),
                };
                let retry_after = response.headers.retry_after().ok().flatten();
                let retry_after =
                    retry_after.map(|seconds| Duration::from_secs(u64::from(seconds)));
                if was_bound {
                    self.refresh_later(now, retry_after);
                } else {
                    self.try_next(now, round, failure, retry_after);
                }
            }
            _ => self.reject(refusal(response)),
        }
    }

    fn on_side_answer(&mut self, now: Instant, id: RequestId, response: &Response) {
        if let Some(asked) = self.keepalive(id) {
            match asked {
                KeepAlive::Fetching { attempt } => self.on_fetched(now, &attempt, response),
                KeepAlive::Asked { attempt } => self.on_pong(now, &attempt, response),
                KeepAlive::Idle { .. } | KeepAlive::Unneeded => {}
            }
        } else if let Some(cleanup) = self
            .bound_with_cleanup(id)
            .and_then(|bound| bound.cleanup.take())
        {
            self.on_cleanup(now, cleanup, response);
        } else if let Some(test) = self.self_test.as_ref().filter(|test| test.attempt.id == id) {
            let attempt = test.attempt.clone();
            if matches!(response.status.code(), 200..=299) {
                self.take_next_nonce(&attempt, &Method::Options, response);
            }
            let fresh = match response.status.code() {
                401 | 407 => self
                    .take_challenge(now, &attempt, &Method::Options, response)
                    .ok(),
                _ => None,
            };
            match fresh {
                Some(fresh) => self.resend_self_test(now, fresh, attempt.challenges + 1),
                None => self.self_test = None,
            }
        }
    }

    /// Takes a challenge to answer, or says why not.
    pub(crate) fn take_challenge(
        &mut self,
        now: Instant,
        attempt: &Attempt,
        method: &Method,
        response: &Response,
    ) -> Result<Credentials, Failure> {
        let asker = Asker::of(response.status.code());
        let pinned = match asker {
            Asker::Registrar => &self.identity.realm,
            Asker::Proxy => &self.identity.proxy_realm,
        };
        let challenge = Authenticator::choose(asker, response, pinned.as_deref())?;
        // Where copies were sent, a registrar that checks the nonce count takes one and refuses the others, and the refusal may
        // come first: that says nothing about the password, unless it is said again and again.
        let certain = attempt.round_trip(now).is_some() || attempt.challenges >= MAX_CHALLENGES;
        if attempt.credentials == Credentials::Fresh(asker) && !challenge.stale && certain {
            return Err(Failure::WrongPassword);
        }
        if attempt.challenges >= MAX_CHALLENGES {
            return Err(Failure::ChallengeLoop);
        }
        let realm = challenge.realm.to_string();
        let pin = match asker {
            Asker::Registrar => &mut self.identity.realm,
            Asker::Proxy => &mut self.identity.proxy_realm,
        };
        if pin.is_none() {
            *pin = Some(realm);
            self.save();
        }
        if let Some(server) = self.flow.as_ref().map(|flow| flow.path.registrar) {
            self.authenticator
                .learn(server, asker, method.clone(), challenge);
        }
        Ok(Credentials::Fresh(asker))
    }

    fn reject(&mut self, failure: Failure) {
        self.abandon_all();
        self.no_proof();
        if let Some(flow) = &mut self.flow {
            flow.state = FlowState::Failed;
            let server = flow.path.registrar;
            self.authenticator.forget(server);
        }
        let closing = self.closing.take();
        self.close(closing);
        self.phase = Phase::Rejected { failure };
    }

    /// What an answer tells of the flow it came over.
    fn note_flow(&mut self, now: Instant, attempt: &Attempt, response: &Response) {
        let Some(flow) = &mut self.flow else { return };
        if let Some(rtt) = attempt.round_trip(now) {
            if flow.rtt.replace(rtt).is_some() {
                self.round_trips.add(rtt);
            } else {
                self.round_trips.begin(rtt);
            }
        }
        let Some(public) = seen_from(response, flow.local) else {
            return;
        };
        flow.public = Some(public);
        let contact = flow
            .contact
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        if self.identity.seen_from(&contact, public) {
            self.save();
        }
    }
}

fn refusal(response: &Response) -> Failure {
    let status = response.status.code();
    match status {
        403 => Failure::Forbidden { status },
        404 | 410 | 604 => Failure::UnknownLine { status },
        _ => Failure::Refused {
            status,
            reason: reason(response),
        },
    }
}

/// The reason phrase, short enough to be shown.
fn reason(response: &Response) -> String {
    response
        .reason
        .chars()
        .filter(|c| !c.is_control())
        .take(80)
        .collect()
}
