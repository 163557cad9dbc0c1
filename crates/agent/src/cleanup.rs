//! The second REGISTER of a change: it removes what of ours should not be there any more, off the critical path.

use std::time::Instant;

use bellhop_endpoint::RequestId;
use bellhop_sip::{Method, Response};

use crate::agent::Agent;
use crate::answer;
use crate::attempt::Credentials;
use crate::phase::{Bound, Cleanup, Phase};
use crate::register::{Contacts, shapes};
use crate::view::Cause;

impl Agent {
    /// The second REGISTER of a change: the Contact in use first, then what of ours should not be there any more.
    pub(crate) fn send_cleanup(
        &mut self,
        now: Instant,
        leftovers: Vec<String>,
        credentials: Credentials,
        challenges: u32,
    ) {
        let old = leftovers
            .iter()
            .flat_map(|listed| shapes(listed, &self.identity.contacts, &self.identity.contact_user))
            .collect();
        let contacts = Contacts::BindAndRemove(old);
        let Some(attempt) = self.register(now, &contacts, credentials, challenges) else {
            return;
        };
        if let Phase::Bound(bound) | Phase::Refreshing { bound, .. } = &mut self.phase {
            bound.cleanup = Some(Cleanup { attempt, leftovers });
        }
    }

    pub(crate) fn on_cleanup(&mut self, now: Instant, cleanup: Cleanup, response: &Response) {
        match response.status.code() {
            200..=299 => {
                self.take_next_nonce(&cleanup.attempt, &Method::Register, response);
                let own = self.flow.as_ref().and_then(|flow| flow.contact.clone());
                let reading = answer::read(response, own.as_ref(), &self.identity, self.expires);
                self.list(cleanup.attempt.sent_at, &reading);
                let was_verified = matches!(&self.phase, Phase::Bound(bound) if bound.verified);
                if was_verified && !reading.verified {
                    // Some registrars take the new binding away along with the old one: bind it once more, alone.
                    let round = self.new_round(Cause::RegistrarForgot, now);
                    self.send_register(now, round, Credentials::Cached, 0);
                }
            }
            401 | 407 => {
                if let Ok(fresh) =
                    self.take_challenge(now, &cleanup.attempt, &Method::Register, response)
                {
                    self.send_cleanup(
                        now,
                        cleanup.leftovers,
                        fresh,
                        cleanup.attempt.challenges + 1,
                    );
                }
            }
            // What could not be removed stays listed; the next refresh tries again.
            _ => {}
        }
    }

    pub(crate) fn bound_with_cleanup(&mut self, id: RequestId) -> Option<&mut Bound> {
        match &mut self.phase {
            Phase::Bound(bound) | Phase::Refreshing { bound, .. } => {
                let asked = bound
                    .cleanup
                    .as_ref()
                    .is_some_and(|cleanup| cleanup.attempt.id == id);
                asked.then_some(bound)
            }
            Phase::Idle
            | Phase::Opening { .. }
            | Phase::Registering { .. }
            | Phase::Waiting { .. }
            | Phase::Rejected { .. }
            | Phase::Elsewhere { .. }
            | Phase::Leaving { .. }
            | Phase::Off => None,
        }
    }
}
