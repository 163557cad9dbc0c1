//! The number rings another phone alone, and the company allows no second one.
//!
//! Two agents that both insist would evict each other for ever. So this one gives way, says so, and asks now and then whether the
//! number is free. A person ends it by asking for the number.

use std::time::{Duration, Instant};

use bellhop_sip::{Method, Response};
use rand::RngExt;

use crate::agent::Agent;
use crate::answer;
use crate::attempt::{Attempt, Credentials, Form, Round};
use crate::config::Network;
use crate::password::Password;
use crate::phase::Phase;
use crate::view::Cause;

/// Between two looks at who has the number.
const LOOK: std::ops::Range<Duration> = Duration::from_secs(100)..Duration::from_secs(140);

impl Agent {
    /// Leaves the number to the other phone, which has had it since then.
    pub(crate) fn give_way(&mut self, now: Instant, since: Instant) {
        self.abandon_all();
        self.no_proof();
        let look_at = now + self.rng.random_range(LOOK);
        self.phase = Phase::Elsewhere { since, look_at };
    }

    /// Asks who has the number: over the flow in use, if it still leads anywhere.
    pub(crate) fn look(&mut self, now: Instant) {
        let Phase::Elsewhere { since, .. } = self.phase else {
            return;
        };
        let round = Round {
            form: Form::Ask { since },
            ..self.new_round(Cause::RegistrarForgot, now)
        };
        let known = matches!(self.password, Password::Known(_));
        if !known || !matches!(self.network, Network::Paths(_)) {
            self.give_way(now, since);
        } else if self.flow_still_leads() {
            self.phase = Phase::Idle;
            self.send_register(now, round, Credentials::Cached, 0);
        } else {
            self.path_index = 0;
            self.open(now, round);
        }
    }

    /// Since when the number is elsewhere, while that is being asked.
    pub(crate) fn asking_since(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Opening { round } | Phase::Registering { round, .. } => match round.form {
                Form::Ask { since } => Some(since),
                Form::Alone | Form::SecondLook | Form::Combined => None,
            },
            Phase::Idle
            | Phase::Bound(_)
            | Phase::Refreshing { .. }
            | Phase::Waiting { .. }
            | Phase::Rejected { .. }
            | Phase::Elsewhere { .. }
            | Phase::Leaving { .. }
            | Phase::Off => None,
        }
    }

    /// The answer to such a question.
    pub(crate) fn on_look(
        &mut self,
        now: Instant,
        mut round: Round,
        since: Instant,
        attempt: &Attempt,
        response: &Response,
    ) {
        match response.status.code() {
            401 | 407 => match self.take_challenge(now, attempt, &Method::Register, response) {
                Ok(fresh) => self.send_register(now, round, fresh, attempt.challenges + 1),
                Err(_) => self.give_way(now, since),
            },
            200..=299 => {
                self.take_next_nonce(attempt, &Method::Register, response);
                let reading = answer::read(response, None, &self.identity, self.expires);
                self.list(attempt.sent_at, &reading);
                if reading.bindings.iter().any(|listed| !listed.mine) {
                    self.give_way(now, since);
                } else {
                    round.form = Form::Alone;
                    self.send_register(now, round, Credentials::Cached, 0);
                }
            }
            _ => self.give_way(now, since),
        }
    }
}
