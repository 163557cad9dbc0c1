//! Silence of a registrar that answered before.
//!
//! Who hammers a registrar is shut out by many (fail2ban and the like), and every further try prolongs that. So after a few silent
//! transactions in a row on a network that did not change, the agent stops for minutes and says so. A change of network or the person
//! ends the wait.

use std::time::Duration;

use crate::agent::Agent;
use crate::view::Failure;

/// So many silent transactions in a row, each of 64 × T1, look like a ban.
const SUSPICIOUS: u32 = 3;
/// The common ban of such a tool.
const BAN: Duration = Duration::from_secs(600);

/// How the registrar has answered of late, on the network at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hearing {
    /// It has not answered yet.
    Nothing,
    /// It answered, and since then so many transactions in a row were silent.
    Heard { silent: u32 },
}

impl Hearing {
    /// An answer came, whatever it says.
    pub(crate) fn answer(&mut self) {
        *self = Self::Heard { silent: 0 };
    }

    /// None came.
    pub(crate) fn silence(&mut self) {
        if let Self::Heard { silent } = self {
            *silent = silent.saturating_add(1);
        }
    }

    /// The network is another one, or the person wants it tried: what was before counts no more.
    pub(crate) fn forgive(&mut self) {
        if let Self::Heard { silent } = self {
            *silent = 0;
        }
    }
}

impl Agent {
    /// What a silent registrar is to be called, and how long it is left alone if that is not for the backoff to say.
    pub(crate) fn name_silence(&self) -> (Failure, Option<Duration>) {
        let Some(registrar) = self.flow.as_ref().map(|flow| flow.path.registrar) else {
            return (Failure::NoNetwork, None);
        };
        match self.hearing {
            Hearing::Heard { silent } if silent >= SUSPICIOUS => {
                (Failure::PerhapsBanned { registrar }, Some(BAN))
            }
            Hearing::Heard { .. } | Hearing::Nothing => (Failure::NoAnswer { registrar }, None),
        }
    }
}
