//! How fast connections come: those of one source, and those of all sources together that nobody has logged in from.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Of one source: a phone opens one connection and keeps it, a room of them behind one address comes back at once after a power cut.
const EACH: Rate = Rate {
    a_second: 10,
    at_once: 128,
};
/// Of all that are new here: their handshakes cost time, and an attacker in the home network has as many addresses as he likes.
const STRANGERS: Rate = Rate {
    a_second: 50,
    at_once: 200,
};
/// A login counts for so long, which is longer than bindings last.
const KNOWN: Duration = Duration::from_secs(3 * 3600);
/// Sources that are remembered. Any others are strangers.
const MOST: usize = 4096;
/// Between two looks for sources to be forgotten, which cost a walk through all.
const SWEEP: Duration = Duration::from_secs(1);

/// See the module. Loopback has no rate: it is this very person.
#[derive(Debug, Default)]
pub(super) struct Rates {
    sources: HashMap<IpAddr, Source>,
    strangers: Bucket,
    swept_at: Option<Instant>,
}

#[derive(Debug, Default)]
struct Source {
    bucket: Bucket,
    known_until: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Rate {
    a_second: u32,
    at_once: u32,
}

/// When it will have been as long quiet as if nothing had come.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket(Option<Instant>);

impl Rates {
    /// Whether one more connection may come from there.
    pub(super) fn allow(&mut self, now: Instant, source: IpAddr) -> bool {
        if source.is_loopback() {
            return true;
        }
        if let Some(source) = self.source(now, source) {
            if !source.bucket.take(now, EACH) {
                return false;
            }
            if source.is_known(now) {
                return true;
            }
        }
        self.strangers.take(now, STRANGERS)
    }

    /// Somebody has logged in from there.
    pub(super) fn know(&mut self, now: Instant, source: IpAddr) {
        if source.is_loopback() {
            return;
        }
        if let Some(source) = self.source(now, source) {
            source.known_until = Some(now + KNOWN);
        }
    }

    fn source(&mut self, now: Instant, source: IpAddr) -> Option<&mut Source> {
        if self.sources.len() >= MOST && !self.sources.contains_key(&source) {
            self.sweep(now);
            if self.sources.len() >= MOST {
                return None;
            }
        }
        Some(self.sources.entry(source).or_default())
    }

    fn sweep(&mut self, now: Instant) {
        let lately = |at: Instant| now.saturating_duration_since(at) < SWEEP;
        if !self.swept_at.is_some_and(lately) {
            self.swept_at = Some(now);
            self.sources
                .retain(|_, source| source.is_known(now) || !source.bucket.is_full(now));
        }
    }
}

impl Source {
    fn is_known(&self, now: Instant) -> bool {
        self.known_until.is_some_and(|until| until > now)
    }
}

impl Bucket {
    fn take(&mut self, now: Instant, rate: Rate) -> bool {
        let interval = Duration::from_secs(1) / rate.a_second;
        let start = self.0.map_or(now, |at| at.max(now));
        if start.saturating_duration_since(now) > interval * (rate.at_once - 1) {
            return false;
        }
        self.0 = Some(start + interval);
        true
    }

    fn is_full(self, now: Instant) -> bool {
        self.0.is_none_or(|at| at <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(number: u32) -> IpAddr {
        IpAddr::V4(number.into())
    }

    fn through(rates: &mut Rates, now: Instant, sources: impl Iterator<Item = IpAddr>) -> usize {
        sources.filter(|source| rates.allow(now, *source)).count()
    }

    #[test]
    fn one_source_has_a_burst_and_then_its_rate() {
        let (now, mut rates) = (Instant::now(), Rates::default());
        let one = || std::iter::repeat_n(ip(0x0a00_0001), 1000);
        assert_eq!(through(&mut rates, now, one()), 128);
        let later = now + Duration::from_secs(2);
        assert_eq!(through(&mut rates, later, one()), 20);
    }

    #[test]
    fn strangers_together_leave_room_for_who_is_known() {
        let (now, mut rates) = (Instant::now(), Rates::default());
        let phone = ip(0x0b00_0001);
        rates.know(now, phone);
        let many = || (0..100_000).map(|it| ip(0x0a00_0000 + it));
        assert_eq!(through(&mut rates, now, many()), 200);
        assert!(rates.allow(now, phone), "it has logged in before");
        assert!(rates.sources.len() <= MOST);
        let later = now + Duration::from_secs(1);
        assert_eq!(through(&mut rates, later, many()), 50);
        assert!(rates.allow(later, phone));
        let tomorrow = now + KNOWN + Duration::from_secs(1);
        assert_eq!(through(&mut rates, tomorrow, many()), 200);
        assert!(!rates.allow(tomorrow, phone), "that is long ago");
    }

    #[test]
    fn this_machine_has_no_rate() {
        let (now, mut rates) = (Instant::now(), Rates::default());
        let own = std::iter::repeat_n(ip(0x7f00_0001), 10_000);
        assert_eq!(through(&mut rates, now, own), 10_000);
    }
}
