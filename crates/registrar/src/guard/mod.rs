//! Who is listened to, and how soon he is answered: against floods, guessing of passwords, and being used as an amplifier.

mod bucket;
mod keyed;
mod source;
#[cfg(test)]
mod tests;

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use self::bucket::Bucket;
use self::keyed::Keyed;
use self::source::{Key, Source};
use crate::answer::Outcome;

/// A source that nobody has logged in from is forgotten after this time, if its place is needed.
const FORGET_STRANGERS: Duration = Duration::from_secs(60);
/// One that somebody has: longer than bindings last, so that a flood from elsewhere does not make strangers of the phones.
const FORGET_KNOWN: Duration = Duration::from_secs(3 * 3600);
/// Between two looks for sources to be forgotten, which cost a walk through all.
const SWEEP: Duration = Duration::from_secs(1);
/// Events kept for a reader who is away.
const MAX_UNREAD: usize = 1024;

/// What a [`Guard`] allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuardConfig {
    /// Requests a second of one source, and as many at once; 0: as many as it likes.
    pub requests_per_second: u32,
    /// Requests a second of all sources together that nobody has logged in from, and as many at once; 0: as many as they like. Loopback is none of them.
    pub strangers_per_second: u32,
    /// Challenges a second that one source is sent, and four times as many at once: a 401 is larger than what it answers, and the source may be forged.
    pub challenges_per_second: u32,
    /// Failed logins that are answered without delay. One is forgiven each minute; a login that succeeds forgives none, or whoever has one account could
    /// try the others at will.
    pub free_failures: u32,
    /// Failed logins by which a source is banned.
    pub failures_to_ban: u32,
    /// Requests of a source that nobody has logged in from, none of them a login, by which it is banned: it looks around. One is forgiven every two seconds.
    pub probes_to_ban: u32,
    /// How long a ban lasts.
    pub ban: Duration,
    /// Sources that are remembered. All others together are treated as one that cannot be banned.
    pub max_sources: usize,
}

impl Default for GuardConfig {
    fn default() -> GuardConfig {
        GuardConfig {
            requests_per_second: 200,
            strangers_per_second: 1000,
            challenges_per_second: 20,
            free_failures: 2,
            failures_to_ban: 10,
            probes_to_ban: 50,
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

/// Watches over the sources of requests. Bounded, however many there are.
#[derive(Debug)]
pub struct Guard {
    config: GuardConfig,
    sources: HashMap<Key, Source, Keyed>,
    /// All that found no place.
    crowd: Option<Source>,
    strangers: Bucket,
    bans: BTreeSet<(Instant, Key)>,
    swept_at: Option<Instant>,
    events: VecDeque<GuardEvent>,
}

impl Guard {
    /// A guard that has seen nobody. `seed` keys its table of sources.
    #[must_use]
    pub fn new(config: GuardConfig, seed: [u8; 32]) -> Guard {
        let [a, b, c, d, e, f, g, h, ..] = seed;
        let key = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        Guard {
            config,
            sources: HashMap::with_hasher(Keyed(key)),
            crowd: None,
            strangers: Bucket::default(),
            bans: BTreeSet::new(),
            swept_at: None,
            events: VecDeque::new(),
        }
    }

    /// Other limits from now on; what is known of the sources stays.
    pub fn reconfigure(&mut self, config: GuardConfig) {
        self.config = config;
    }

    /// Whether a datagram, message or connection from `ip` is looked at. To be asked before it is read.
    pub fn admit(&mut self, now: Instant, ip: IpAddr) -> Admission {
        self.handle_timeout(now);
        let config = self.config;
        let (key, source) = self.source(now, ip);
        let is_heard = source.banned_until.is_none() && source.request(now, &config);
        let is_stranger = !source.trusted && key.is_none_or(Key::may_be_banned);
        let rate = config.strangers_per_second;
        if is_heard && (!is_stranger || self.strangers.take(now, rate, rate)) {
            Admission::Serve
        } else {
            Admission::Drop
        }
    }

    /// What becomes of the answer to a request from `ip`.
    pub fn judge(&mut self, now: Instant, ip: IpAddr, outcome: Outcome) -> Treatment {
        let config = self.config;
        let (key, source) = self.source(now, ip);
        match outcome {
            Outcome::Served => {
                source.trusted = true;
                return Treatment::Send;
            }
            Outcome::Open | Outcome::Refused | Outcome::Challenged | Outcome::Failed => {}
        }
        // Of two failed logins that were admitted together, the first may have led to the ban.
        if source.banned_until.is_some() {
            return Treatment::Withhold;
        }
        // The crowd can't be told apart, and loopback is this very person.
        let stranger = key.filter(|key| key.may_be_banned() && !source.trusted);
        if let Some(key) = stranger
            && outcome != Outcome::Failed
            && source.probe(now) >= config.probes_to_ban
        {
            self.ban(now, key);
            return Treatment::Withhold;
        }
        match outcome {
            // Whoever has a reason to ask has logged in before.
            Outcome::Open if stranger.is_some() => return Treatment::Withhold,
            Outcome::Open | Outcome::Refused => return Treatment::Send,
            Outcome::Served | Outcome::Challenged | Outcome::Failed => {}
        }
        let capped = !source.challenge(now, &config);
        if outcome == Outcome::Failed {
            let failures = source.fail(now);
            if let Some(key) = key.filter(|key| key.may_be_banned())
                && failures >= config.failures_to_ban
            {
                self.ban(now, key);
                return Treatment::Withhold;
            }
        }
        if capped {
            return Treatment::Withhold;
        }
        if outcome == Outcome::Challenged {
            return Treatment::Send;
        }
        match source.delay(now, config.free_failures) {
            Some(Duration::ZERO) => Treatment::Send,
            Some(delay) => Treatment::After(delay),
            None => Treatment::Withhold,
        }
    }

    /// Frees whose ban is over.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some((until, key)) = self.bans.first().copied() {
            if until > now {
                break;
            }
            self.bans.pop_first();
            if let Some(source) = self.sources.get_mut(&key) {
                source.banned_until = None;
            }
            self.tell(GuardEvent::Freed { ip: key.ip() });
        }
    }

    /// When the next ban is over.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.bans.first().map(|(until, _)| *until)
    }

    /// What happened since the last call, in order.
    pub fn poll_event(&mut self) -> Option<GuardEvent> {
        self.events.pop_front()
    }

    /// The source, new ones included; without a key it is the crowd.
    fn source(&mut self, now: Instant, ip: IpAddr) -> (Option<Key>, &mut Source) {
        let key = Key::of(ip);
        let max = self.config.max_sources;
        if self.sources.len() >= max && !self.sources.contains_key(&key) {
            self.sweep(now);
        }
        let has_room = self.sources.len() < max;
        match self.sources.entry(key) {
            Entry::Occupied(known) => (Some(key), known.into_mut()),
            Entry::Vacant(place) if has_room => (Some(key), place.insert(Source::new(now))),
            Entry::Vacant(_) => {
                let crowd = self.crowd.get_or_insert_with(|| Source::new(now));
                (None, crowd)
            }
        }
    }

    fn sweep(&mut self, now: Instant) {
        let lately = |at: Instant| now.saturating_duration_since(at) < SWEEP;
        if self.swept_at.is_some_and(lately) {
            return;
        }
        self.swept_at = Some(now);
        self.sources.retain(|_, source| {
            let after = if source.trusted {
                FORGET_KNOWN
            } else {
                FORGET_STRANGERS
            };
            !source.is_quiet(now, after)
        });
    }

    fn ban(&mut self, now: Instant, key: Key) {
        let for_ = self.config.ban;
        let until = now + for_;
        if let Some(source) = self.sources.get_mut(&key) {
            source.ban(until);
            self.bans.insert((until, key));
            self.tell(GuardEvent::Banned { ip: key.ip(), for_ });
        }
    }

    fn tell(&mut self, event: GuardEvent) {
        if self.events.len() < MAX_UNREAD {
            self.events.push_back(event);
        }
    }
}
