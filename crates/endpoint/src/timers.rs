//! The protocol's durations, and the one table of what is due when.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::time::{Duration, Instant};

/// The base durations of RFC 3261 table 4. All other timers are made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timers {
    /// Estimate of a round trip, and the wait before the first copy.
    pub t1: Duration,
    /// The longest wait between copies of a request, or of a response to INVITE.
    pub t2: Duration,
    /// How long the network holds on to a message.
    pub t4: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Timers {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
        }
    }
}

impl Timers {
    /// 64*T1: timers F, H, J and L.
    pub(crate) fn transaction(&self) -> Duration {
        self.t1.saturating_mul(64)
    }

    /// The wait that follows one of `interval` between copies: timers E and G.
    pub(crate) fn doubled(&self, interval: Duration) -> Duration {
        interval.saturating_mul(2).min(self.t2)
    }

    /// How long after its arrival a non-INVITE request may first be answered 100: the time in which the peer's timer E reaches
    /// T2 (RFC 4320 §4.1). 3.5 s by default.
    pub(crate) fn before_100(&self) -> Duration {
        let mut waited = Duration::ZERO;
        let mut interval = self.t1;
        while interval < self.t2 {
            waited += interval;
            interval = self.doubled(interval);
        }
        waited
    }

    /// Durations with which time always moves: T1 at least a millisecond, T2 at least T1.
    pub(crate) fn sane(self) -> Timers {
        let t1 = self.t1.max(Duration::from_millis(1));
        Timers {
            t1,
            t2: self.t2.max(t1),
            t4: self.t4,
        }
    }
}

/// What is due when: one deadline an owner. Feeds both `poll_timeout` and expiry, so the two cannot disagree.
#[derive(Debug)]
pub(crate) struct Table<K> {
    due: BTreeSet<(Instant, K)>,
    of: HashMap<K, Instant>,
}

impl<K: Copy + Ord + Hash> Table<K> {
    pub(crate) fn new() -> Self {
        Table {
            due: BTreeSet::new(),
            of: HashMap::new(),
        }
    }

    /// Gives `owner` the deadline `at` in place of the one he has.
    pub(crate) fn set(&mut self, owner: K, at: Instant) {
        if let Some(before) = self.of.insert(owner, at) {
            self.due.remove(&(before, owner));
        }
        self.due.insert((at, owner));
    }

    pub(crate) fn cancel(&mut self, owner: K) {
        if let Some(at) = self.of.remove(&owner) {
            self.due.remove(&(at, owner));
        }
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes out the owner whose deadline has passed longest; he has none until he sets one.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<K> {
        let (_, owner) = *self.due.first().filter(|(at, _)| *at <= now)?;
        self.cancel(owner);
        Some(owner)
    }
}

#[cfg(test)]
mod tests;
