//! Asking the registrar what it holds (RFC 3261 §10.2.3: a REGISTER without Contact).
//!
//! An OPTIONS shows that somebody is there, not that the binding is. A registrar that was restarted has forgotten it, and the
//! refresh may be most of an hour away. So every few keep-alives one is a fetch instead. It shows leftovers of ours as well: a
//! REGISTER that was abandoned and overtaken may bind an old address late.
//!
//! Where the binding is gone and another phone's is there, the company may allow this number one phone only, and the two evict each
//! other. The first time, the binding is made anew: a registrar that forgot all is the likelier reason. If the other phone's
//! is gone by that, or ours is gone once more, it is the rule of this number, and from then on it is said and not fought.

use std::time::{Duration, Instant};

use bellhop_sip::{Method, Response};

use crate::agent::Agent;
use crate::answer::{self, Reading};
use crate::attempt::{Attempt, Credentials};
use crate::keepalive::KeepAlive;
use crate::phase::Phase;
use crate::register::Contacts;
use crate::view::Cause;

/// The keep-alive that is a fetch: with 24 to 29 s between them, one in about 107 s.
const EVERY: u8 = 4;

/// What the registrar's answers to a fetch are worth, and what they told.
#[derive(Debug)]
pub(crate) struct Listings {
    trust: Trust,
    /// Keep-alives until the next fetch.
    countdown: u8,
    /// The registrar asked not to be sent a REGISTER before.
    not_before: Option<Instant>,
    /// Leftovers that were to be removed: once is enough where that does not help.
    removed: Vec<String>,
    rivalry: Rivalry,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    /// Nothing was fetched yet.
    Untried,
    /// Nothing was listed where our binding should have been: forgotten, or not told.
    Doubted,
    /// It lists bindings.
    Told,
    /// It lists none, whatever it holds, or does not answer: nobody asks any more.
    Useless,
}

/// Whether this number is for one phone only.
#[derive(Debug, PartialEq, Eq)]
enum Rivalry {
    /// Nothing speaks for it.
    Unknown,
    /// These had the number when ours was gone, and ours was bound again.
    Suspected(Vec<String>),
    /// Whoever registers evicts the others.
    Known,
}

/// What a fetch says of our binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Stands,
    Forgotten,
    Taken,
}

impl Default for Listings {
    fn default() -> Self {
        Self {
            trust: Trust::Untried,
            countdown: EVERY,
            not_before: None,
            removed: Vec::new(),
            rivalry: Rivalry::Unknown,
        }
    }
}

impl Listings {
    /// A keep-alive is due. Whether it is to be a fetch.
    fn turn(&mut self, now: Instant) -> bool {
        if self.trust == Trust::Useless || self.not_before.is_some_and(|at| now < at) {
            return false;
        }
        self.countdown = self.countdown.saturating_sub(1);
        if self.countdown > 0 {
            return false;
        }
        self.wait();
        true
    }

    /// A binding was made: it is there for now.
    pub(crate) fn bound(&mut self) {
        self.removed.clear();
        self.not_before = None;
        self.wait();
    }

    /// The registrar wants to be left in peace for so long.
    pub(crate) fn rest(&mut self, now: Instant, retry_after: Duration) {
        self.not_before = Some(now + retry_after);
    }

    /// Where the number may be taken at any time, every keep-alive asks.
    fn wait(&mut self) {
        self.countdown = match self.rivalry {
            Rivalry::Unknown => EVERY,
            Rivalry::Suspected(_) | Rivalry::Known => 1,
        };
    }

    fn judge(&mut self, reading: &Reading) -> Verdict {
        let others: Vec<String> = reading
            .bindings
            .iter()
            .filter(|listed| !listed.mine)
            .map(|listed| listed.contact.clone())
            .collect();
        if reading.verified {
            self.trust = Trust::Told;
            if let Rivalry::Suspected(rivals) = &self.rivalry {
                let evicted = !rivals.iter().any(|rival| others.contains(rival));
                self.rivalry = if evicted {
                    Rivalry::Known
                } else {
                    Rivalry::Unknown
                };
            }
            self.wait();
            return Verdict::Stands;
        }
        if reading.bindings.is_empty() {
            return match self.trust {
                Trust::Told => Verdict::Forgotten,
                Trust::Untried => {
                    self.trust = Trust::Doubted;
                    Verdict::Forgotten
                }
                Trust::Doubted | Trust::Useless => {
                    self.trust = Trust::Useless;
                    Verdict::Stands
                }
            };
        }
        self.trust = Trust::Told;
        if others.is_empty() {
            // An old one of ours, and not the one in use.
            return Verdict::Forgotten;
        }
        match self.rivalry {
            Rivalry::Unknown => {
                self.rivalry = Rivalry::Suspected(others);
                Verdict::Forgotten
            }
            Rivalry::Suspected(_) | Rivalry::Known => {
                self.rivalry = Rivalry::Known;
                Verdict::Taken
            }
        }
    }

    /// A fetch got no answer. Whoever answers a REGISTER and not this one does not know it.
    fn silent(&mut self) {
        if self.trust != Trust::Told {
            self.trust = Trust::Useless;
        }
    }
}

impl Agent {
    /// It is time for a sign of life: an OPTIONS, or now and then a fetch.
    pub(crate) fn keep_alive(&mut self, now: Instant) {
        let verified = matches!(&self.phase, Phase::Bound(bound) if bound.verified);
        if verified && self.listings.turn(now) {
            self.send_fetch(now, Credentials::Cached, 0);
        } else {
            self.send_keepalive(now);
        }
    }

    fn send_fetch(&mut self, now: Instant, credentials: Credentials, challenges: u32) {
        let Some(attempt) = self.register(now, &Contacts::Ask, credentials, challenges) else {
            return;
        };
        if let Phase::Bound(bound) | Phase::Refreshing { bound, .. } = &mut self.phase {
            bound.keepalive = KeepAlive::Fetching { attempt };
        }
    }

    /// The registrar's answer to a fetch, which is a pong like any other besides.
    pub(crate) fn on_fetched(&mut self, now: Instant, attempt: &Attempt, response: &Response) {
        if self.nat_moved(response) {
            self.start(now, Cause::NatMoved, now);
            return;
        }
        self.rest_keepalive(now);
        match response.status.code() {
            401 | 407 => {
                if let Ok(fresh) = self.take_challenge(now, attempt, &Method::Register, response) {
                    self.send_fetch(now, fresh, attempt.challenges + 1);
                }
            }
            200..=299 => {
                self.take_next_nonce(attempt, &Method::Register, response);
                // A refresh on its way binds whatever is listed before it.
                if matches!(self.phase, Phase::Bound(_)) {
                    self.on_listing(now, attempt, response);
                }
            }
            // What it is worth the refresh will show, in its time.
            _ => {
                let wanted = response.headers.retry_after().ok().flatten();
                let Some(seconds) = wanted else { return };
                let peace = Duration::from_secs(u64::from(seconds));
                self.listings.rest(now, peace);
                if let Phase::Bound(bound) = &mut self.phase {
                    bound.refresh_at = bound.refresh_at.max(now + peace);
                }
            }
        }
    }

    fn on_listing(&mut self, now: Instant, attempt: &Attempt, response: &Response) {
        let own = self.flow.as_ref().and_then(|flow| flow.contact.as_ref());
        let reading = answer::read(response, own, &self.identity, self.expires);
        let verdict = self.listings.judge(&reading);
        if verdict == Verdict::Stands && !reading.verified {
            return;
        }
        self.list(attempt.sent_at, &reading);
        match verdict {
            Verdict::Stands => {
                if !reading.leftovers.is_empty() && self.listings.removed != reading.leftovers {
                    self.listings.removed.clone_from(&reading.leftovers);
                    self.send_cleanup(now, reading.leftovers, Credentials::Cached, 0);
                }
            }
            Verdict::Forgotten => {
                self.abandon_all();
                self.no_proof();
                let round = self.new_round(Cause::RegistrarForgot, now);
                self.send_register(now, round, Credentials::Cached, 0);
            }
            Verdict::Taken => self.give_way(now, now),
        }
    }

    /// Nobody answered a fetch.
    pub(crate) fn on_missing_listing(&mut self, now: Instant) {
        self.hearing.silence();
        self.listings.silent();
        self.start(now, Cause::RefreshFailed, now);
    }
}
