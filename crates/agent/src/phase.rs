//! What is wanted, and what is.

use std::time::Instant;

use crate::attempt::{Attempt, Round};
use crate::keepalive::KeepAlive;
use crate::view::Failure;

/// What the person asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// To be registered.
    Registered,
    /// To be registered, but for as long as the machine sleeps to be off.
    Asleep,
    /// To be off until resumed.
    Paused,
    /// To end.
    Gone,
}

/// What is. Each phase owns its data and its deadlines.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    /// There is nothing to be done until the network or the password comes.
    Idle,
    /// A flow was asked for.
    Opening { round: Round },
    /// A REGISTER is on its way, and no binding is known to stand.
    Registering { round: Round, attempt: Attempt },
    /// The registrar holds our binding.
    Bound(Bound),
    /// The registrar holds our binding, and a REGISTER that prolongs it is on its way.
    Refreshing {
        bound: Bound,
        round: Round,
        attempt: Attempt,
    },
    /// It did not work; it is tried again then.
    Waiting { until: Instant, failure: Failure },
    /// The company refused. Only a person ends this.
    Rejected { failure: Failure },
    /// Another phone has had the number since then, and it is for one only. Who has it is asked again later; a person ends this.
    Elsewhere { since: Instant, look_at: Instant },
    /// The binding is being taken away.
    Leaving { attempt: Attempt, deadline: Instant },
    /// Asleep, paused or gone, as the target says.
    Off,
}

/// A binding as granted.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) expires_at: Instant,
    pub(crate) refresh_at: Instant,
    pub(crate) verified: bool,
    pub(crate) keepalive: KeepAlive,
    /// The second REGISTER of a change, which removes leftovers.
    pub(crate) cleanup: Option<Cleanup>,
}

/// The removal of leftovers, off the critical path.
#[derive(Clone, Debug)]
pub(crate) struct Cleanup {
    pub(crate) attempt: Attempt,
    /// Contact URIs of ours that the registrar listed besides the one in use.
    pub(crate) leftovers: Vec<String>,
}

impl Bound {
    /// The REGISTER that removes leftovers.
    fn removal(&mut self) -> Option<&mut Attempt> {
        self.cleanup.as_mut().map(|cleanup| &mut cleanup.attempt)
    }
}

/// What a deadline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Retry,
    Refresh,
    Expired,
    KeepAlive,
    Leave,
    Challenge,
    Look,
}

impl Phase {
    /// The one table of deadlines: the next wake-up and what is due are both read from it.
    pub(crate) fn deadlines(&self) -> impl Iterator<Item = (Instant, Due)> {
        let held = |attempt: &Attempt| {
            let held = attempt.held.as_ref()?;
            Some((held.until, Due::Challenge))
        };
        let cleanup = |bound: &Bound| held(&bound.cleanup.as_ref()?.attempt);
        let list: [Option<(Instant, Due)>; 4] = match self {
            Self::Idle | Self::Opening { .. } | Self::Rejected { .. } | Self::Off => {
                [None, None, None, None]
            }
            Self::Registering { attempt, .. } => [held(attempt), None, None, None],
            Self::Bound(bound) => [
                Some((bound.refresh_at, Due::Refresh)),
                Some((bound.expires_at, Due::Expired)),
                bound.keepalive.due().map(|at| (at, Due::KeepAlive)),
                cleanup(bound),
            ],
            Self::Refreshing { bound, attempt, .. } => [
                Some((bound.expires_at, Due::Expired)),
                held(attempt),
                cleanup(bound),
                None,
            ],
            Self::Waiting { until, .. } => [Some((*until, Due::Retry)), None, None, None],
            Self::Elsewhere { look_at, .. } => [Some((*look_at, Due::Look)), None, None, None],
            Self::Leaving { attempt, deadline } => {
                [Some((*deadline, Due::Leave)), held(attempt), None, None]
            }
        };
        list.into_iter().flatten()
    }

    /// The REGISTERs that are on their way.
    pub(crate) fn attempts(&mut self) -> impl Iterator<Item = &mut Attempt> {
        let list = match self {
            Self::Registering { attempt, .. } | Self::Leaving { attempt, .. } => {
                [Some(attempt), None]
            }
            Self::Bound(bound) => [bound.removal(), None],
            Self::Refreshing { bound, attempt, .. } => [Some(attempt), bound.removal()],
            Self::Idle
            | Self::Opening { .. }
            | Self::Waiting { .. }
            | Self::Rejected { .. }
            | Self::Elsewhere { .. }
            | Self::Off => [None, None],
        };
        list.into_iter().flatten()
    }
}
