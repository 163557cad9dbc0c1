//! Who is listened to, and how soon he is answered: against floods, guessing of passwords, and being used as an amplifier.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::answer::Outcome;

/// What a [`Guard`] allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardConfig {
    /// Requests a second of one source, and as many at once; 0: as many as it likes.
    pub requests_per_second: u32,
    /// Challenges a second that one source is sent, and four times as many at once: a 401 is larger than what it answers, and the source may be forged.
    pub challenges_per_second: u32,
    /// Failed logins in a row that are answered without delay.
    pub free_failures: u32,
    /// Failed logins in a row after which a source is banned.
    pub failures_to_ban: u32,
    /// How long a ban lasts.
    pub ban: Duration,
    /// Sources that are remembered.
    pub max_sources: usize,
}

impl Default for GuardConfig {
    fn default() -> GuardConfig {
        GuardConfig {
            requests_per_second: 200,
            challenges_per_second: 20,
            free_failures: 2,
            failures_to_ban: 10,
            ban: Duration::from_secs(600),
            max_sources: 4096,
        }
    }
}

/// Whether a datagram is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is.
    Serve,
    /// It is dropped unread and unanswered.
    Drop,
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// It leaves at once.
    Send,
    /// It leaves after this time.
    After(Duration),
    /// It does not leave.
    Withhold,
}

/// What a guard tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardEvent {
    /// A source is no longer listened to.
    Banned {
        /// The address, of IPv6 the network (/64).
        ip: IpAddr,
        /// For how long.
        for_: Duration,
    },
    /// It is listened to again.
    Freed {
        /// The address, of IPv6 the network (/64).
        ip: IpAddr,
    },
}

/// Watches over the sources of requests.
#[derive(Debug)]
pub struct Guard {
    config: GuardConfig,
    events: VecDeque<GuardEvent>,
}

impl Guard {
    /// A guard that has seen nobody. `seed` keys its table of sources.
    #[must_use]
    pub fn new(config: GuardConfig, seed: [u8; 32]) -> Guard {
        let _ = seed;
        Guard {
            config,
            events: VecDeque::new(),
        }
    }

    /// Other limits from now on; what is known of the sources stays.
    pub fn reconfigure(&mut self, config: GuardConfig) {
        self.config = config;
    }

    /// Whether a datagram, message or connection from `ip` is looked at. To be asked before it is read.
    pub fn admit(&mut self, now: Instant, ip: IpAddr) -> Admission {
        let _ = (now, ip);
        Admission::Serve
    }

    /// What becomes of the answer to a request from `ip`.
    pub fn judge(&mut self, now: Instant, ip: IpAddr, outcome: Outcome) -> Treatment {
        let _ = (now, ip, outcome);
        Treatment::Send
    }

    /// Frees whose ban is over.
    pub fn handle_timeout(&mut self, now: Instant) {
        let _ = now;
    }

    /// When the next ban is over.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// What happened since the last call, in order.
    pub fn poll_event(&mut self) -> Option<GuardEvent> {
        self.events.pop_front()
    }
}
