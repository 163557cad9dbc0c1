//! The machine's sleep. Instants stand still in it, and the company's clock does not: nothing that was believed before holds after it.

use std::time::Instant;

use crate::agent::Agent;
use crate::phase::{Phase, Target};
use crate::view::Cause;

impl Agent {
    /// Unregisters, so that the company does not ring a phone that can't hear.
    pub(crate) fn fall_asleep(&mut self, now: Instant) {
        // A refusal is about who we are: it outlives a night.
        let refused = matches!(self.phase, Phase::Rejected { .. } | Phase::Elsewhere { .. });
        if self.target == Target::Registered && !refused {
            self.target = Target::Asleep;
            self.leave(now);
        }
    }

    /// Binds anew. A binding that there was no time to take away is one of ours that the registrar lists, and goes like any other.
    pub(crate) fn wake(&mut self, now: Instant) {
        let wanted = matches!(self.target, Target::Registered | Target::Asleep);
        if !wanted || matches!(self.phase, Phase::Rejected { .. } | Phase::Elsewhere { .. }) {
            return;
        }
        self.target = Target::Registered;
        self.backoff.reset();
        match &mut self.phase {
            // The network that came with the wake has begun it.
            Phase::Opening { round } | Phase::Registering { round, .. } if round.since == now => {
                round.cause = Cause::Wake;
            }
            Phase::Idle
            | Phase::Opening { .. }
            | Phase::Registering { .. }
            | Phase::Bound(_)
            | Phase::Refreshing { .. }
            | Phase::Waiting { .. }
            | Phase::Rejected { .. }
            | Phase::Elsewhere { .. }
            | Phase::Leaving { .. }
            | Phase::Off => self.start(now, Cause::Wake, now),
        }
    }
}
