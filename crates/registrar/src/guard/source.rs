//! What is known of one source.

use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use super::GuardConfig;
use super::bucket::Bucket;

/// An IPv4 address, or the /64 that one customer has of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key(IpAddr);

impl Key {
    pub(super) fn of(ip: IpAddr) -> Key {
        match ip.to_canonical() {
            IpAddr::V6(ip) if !ip.is_loopback() => {
                let [a, b, c, d, ..] = ip.segments();
                Key(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
            ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => Key(ip),
        }
    }

    pub(super) fn ip(self) -> IpAddr {
        self.0
    }

    /// Loopback is this very person: banned, he could not even see why.
    pub(super) fn may_be_banned(self) -> bool {
        !self.0.is_loopback()
    }
}

/// A failed login is forgiven after this time, one after the other.
const FORGIVEN: Duration = Duration::from_secs(60);
/// And a request without one after this.
const PROBE_FORGIVEN: Duration = Duration::from_secs(2);
/// The first delay; each further failure doubles it.
const FIRST_DELAY: Duration = Duration::from_millis(250);
/// Longer would only make clients send copies.
const LONGEST_DELAY: Duration = Duration::from_secs(4);
/// Answers of one source wait in line this long at most: no client waits longer (RFC 3261, timer F).
const LONGEST_LINE: Duration = Duration::from_secs(32);

#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    requests: Bucket,
    challenges: Bucket,
    failures: u32,
    /// When the failures were last forgiven from, or begun.
    forgiven_at: Instant,
    /// Requests without a login, and when they were last forgiven from, or begun.
    probes: u32,
    probes_since: Instant,
    /// When the last delayed answer leaves.
    line: Instant,
    pub(super) seen_at: Instant,
    /// Somebody logged in from there.
    pub(super) trusted: bool,
    pub(super) banned_until: Option<Instant>,
}

impl Source {
    pub(super) fn new(now: Instant) -> Source {
        Source {
            requests: Bucket::default(),
            challenges: Bucket::default(),
            failures: 0,
            forgiven_at: now,
            probes: 0,
            probes_since: now,
            line: now,
            seen_at: now,
            trusted: false,
            banned_until: None,
        }
    }

    pub(super) fn request(&mut self, now: Instant, config: &GuardConfig) -> bool {
        self.seen_at = now;
        let rate = config.requests_per_second;
        self.requests.take(now, rate, rate)
    }

    pub(super) fn challenge(&mut self, now: Instant, config: &GuardConfig) -> bool {
        let rate = config.challenges_per_second;
        self.challenges.take(now, rate, rate.saturating_mul(4))
    }

    /// One more failed login; how many there are by now.
    pub(super) fn fail(&mut self, now: Instant) -> u32 {
        self.forgive(now);
        if self.failures == 0 {
            self.forgiven_at = now;
        }
        self.failures = self.failures.saturating_add(1);
        self.failures
    }

    /// One more request without a login; how many there are by now.
    pub(super) fn probe(&mut self, now: Instant) -> u32 {
        while self.probes > 0 && now.saturating_duration_since(self.probes_since) >= PROBE_FORGIVEN
        {
            self.probes -= 1;
            self.probes_since += PROBE_FORGIVEN;
        }
        if self.probes == 0 {
            self.probes_since = now;
        }
        self.probes = self.probes.saturating_add(1);
        self.probes
    }

    pub(super) fn ban(&mut self, until: Instant) {
        self.failures = 0;
        self.probes = 0;
        self.banned_until = Some(until);
    }

    /// How long the answer to a failed login waits: behind those before it, so that many at once are no faster. `None`: too long.
    pub(super) fn delay(&mut self, now: Instant, free: u32) -> Option<Duration> {
        let beyond = self.failures.saturating_sub(free);
        if beyond == 0 {
            return Some(Duration::ZERO);
        }
        let delay = FIRST_DELAY
            .saturating_mul(1 << (beyond - 1).min(8))
            .min(LONGEST_DELAY);
        let at = self.line.max(now) + delay;
        let wait = at.saturating_duration_since(now);
        if wait > LONGEST_LINE {
            return None;
        }
        self.line = at;
        Some(wait)
    }

    /// Whether it may be forgotten.
    pub(super) fn is_quiet(&mut self, now: Instant, after: Duration) -> bool {
        self.forgive(now);
        self.banned_until.is_none()
            && self.failures == 0
            && now.saturating_duration_since(self.seen_at) > after
    }

    fn forgive(&mut self, now: Instant) {
        while self.failures > 0 && now.saturating_duration_since(self.forgiven_at) >= FORGIVEN {
            self.failures -= 1;
            self.forgiven_at += FORGIVEN;
        }
    }
}
