//! The registrar's 200: what was granted, and what follows from it.

use std::time::{Duration, Instant};

use bellhop_sip::Response;
use rand::RngExt;

use crate::agent::Agent;
use crate::answer::{self, Reading};
use crate::attempt::{Attempt, Credentials, Form, Round};
use crate::keepalive::KeepAlive;
use crate::output::{Notice, Output};
use crate::phase::{Bound, Phase};
use crate::view::{BindingView, Cause, FlowState, Rebind};

impl Agent {
    pub(crate) fn on_success(
        &mut self,
        now: Instant,
        mut round: Round,
        attempt: &Attempt,
        bound: Option<Bound>,
        response: &Response,
    ) {
        let own = self.flow.as_ref().and_then(|flow| flow.contact.clone());
        let reading = answer::read(response, own.as_ref(), &self.identity, self.expires);
        if !reading.verified && round.form != Form::SecondLook {
            round.form = Form::SecondLook;
            self.phase = bound.map_or(Phase::Idle, Phase::Bound);
            self.send_register(now, round, Credentials::Cached, 0);
            return;
        }
        self.list(attempt.sent_at, &reading);
        self.backoff.reset();
        let registrar = self.flow.as_mut().map(|flow| {
            flow.state = FlowState::Active;
            flow.path.registrar
        });
        let closing = self.closing.take();
        self.close(closing);
        let keepalive = match (&bound, registrar) {
            (Some(bound), _) => bound.keepalive.clone(),
            (None, Some(registrar)) => KeepAlive::start(now, registrar, &mut self.rng),
            (None, None) => KeepAlive::Unneeded,
        };
        let refreshed = bound.is_some();
        let margin = refresh_after(reading.granted, self.rng.random());
        self.phase = Phase::Bound(Bound {
            // The registrar counts from when it had the request, which was not before we sent it.
            expires_at: attempt.sent_at + reading.granted,
            refresh_at: attempt.sent_at + margin,
            verified: reading.verified,
            keepalive,
            cleanup: bound.and_then(|bound| bound.cleanup),
        });
        if !refreshed {
            self.listings.bound();
            self.proof_of_binding();
            self.tell_rebind(now, &round);
        }
        if !reading.leftovers.is_empty() && round.cause != Cause::RegistrarForgot {
            self.send_cleanup(now, reading.leftovers, Credentials::Cached, 0);
        }
    }

    fn tell_rebind(&mut self, now: Instant, round: &Round) {
        let took = now.saturating_duration_since(round.since);
        self.last_rebind = Some(Rebind {
            at: now,
            cause: round.cause,
            took,
            round_trips: round.requests,
        });
        if let (Cause::NetworkChanged, Some(flow)) = (round.cause, &self.flow) {
            self.outputs
                .push_back(Output::Notice(Notice::RegisteredAgain {
                    took,
                    from: round.from.clone(),
                    to: flow.path.interface.clone(),
                }));
        }
    }

    pub(crate) fn list(&mut self, sent_at: Instant, reading: &Reading) {
        self.bindings = reading
            .bindings
            .iter()
            .map(|listed| BindingView {
                contact: listed.contact.clone(),
                expires_at: sent_at + listed.expires,
                mine: listed.mine,
            })
            .collect();
    }
}

/// When to refresh what was granted: at 80 to 90 % of it, and early enough that a lost round can be repeated (64 × T1 = 32 s);
/// short grants at half.
fn refresh_after(granted: Duration, jitter: f64) -> Duration {
    let room = Duration::from_secs(40);
    if granted < room * 2 {
        granted / 2
    } else {
        granted.mul_f64(0.8 + 0.1 * jitter).min(granted - room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_refreshed_at_80_to_90_percent_with_40_s_to_spare_and_a_short_one_at_half() {
        for (granted, jitter, refreshed) in [
            (3600, 0.0, 2880.0),
            (3600, 0.5, 3060.0),
            (3600, 1.0, 3240.0),
            (600, 0.0, 480.0),
            (200, 1.0, 160.0),
            (120, 0.0, 80.0),
            (81, 0.0, 41.0),
            (80, 0.0, 40.0),
            (78, 0.0, 39.0),
            (10, 1.0, 5.0),
        ] {
            let after = refresh_after(Duration::from_secs(granted), jitter).as_secs_f64();
            assert!((after - refreshed).abs() < 0.1, "{granted}: {after}");
        }
    }
}
