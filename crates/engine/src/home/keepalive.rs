//! Devices that datagrams go to: asked every 25 to 29 s, so that the way to them stays open through a NAT, and so that it shows when they are gone. Without a socket or a clock.
//!
//! An OPTIONS is answered by whatever speaks SIP. A device that answered and no longer does is unreachable; one that never answered is only kept warm.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bellhop_registrar::{Binding, BindingKey, Qualified};
use bellhop_sip::{HeaderName, HostPort, Method, Request, Response, Text, Transport, Uri};
use bytes::Bytes;
use rand::RngExt;
use rand_chacha::ChaCha20Rng;

/// NATs forget a mapping after 30 s, the hasty ones.
const EVERY: std::ops::Range<u64> = 25_000..29_000;
/// After so long without an answer it is asked again,
const AGAIN: Duration = Duration::from_secs(2);
/// so often in all.
const TRIES: u8 = 3;
/// RFC 3261 §8.1.1.7.
const COOKIE: &str = "z9hG4bK";

/// Bindings that are kept warm.
#[derive(Debug)]
pub(crate) struct KeepAlive {
    watched: HashMap<BindingKey, Watched>,
    of: HashMap<Text, Vec<BindingKey>>,
    due: BTreeSet<(Instant, BindingKey)>,
    /// By branch: whom the answer is from.
    asked: HashMap<u64, BindingKey>,
    rng: ChaCha20Rng,
}

#[derive(Debug)]
struct Watched {
    user: Text,
    contact: Text,
    /// Where its requests come from.
    flow: SocketAddr,
    /// Of the listener that they come to, as far as that is known.
    local: Option<SocketAddr>,
    due: Instant,
    tries: u8,
    /// The branch of the question that is open, and since when.
    question: Option<(u64, Instant)>,
    has_answered: bool,
    is_reachable: bool,
}

/// A datagram to be sent from a listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) user: Text,
    pub(crate) binding: BindingKey,
    pub(crate) local: Option<SocketAddr>,
    pub(crate) to: SocketAddr,
    pub(crate) contact: Text,
    pub(crate) branch: u64,
}

/// What asking came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) user: Text,
    pub(crate) binding: BindingKey,
    pub(crate) qualified: Qualified,
}

impl KeepAlive {
    pub(crate) fn new(rng: ChaCha20Rng) -> KeepAlive {
        KeepAlive {
            watched: HashMap::new(),
            of: HashMap::new(),
            due: BTreeSet::new(),
            asked: HashMap::new(),
            rng,
        }
    }

    /// These are the account's bindings now; `local` is the listener that the last request came to.
    pub(crate) fn handle_bindings<'a>(
        &mut self,
        now: Instant,
        user: &Text,
        bindings: impl Iterator<Item = &'a Binding>,
        local: Option<SocketAddr>,
    ) {
        let before = self.of.remove(user).unwrap_or_default();
        let mut now_there = Vec::new();
        for binding in bindings.filter(|it| is_asked(it)) {
            let key = binding.key();
            now_there.push(key);
            match self.watched.get_mut(&key) {
                Some(it) if it.flow == binding.source() => it.local = local.or(it.local),
                Some(_) | None => self.watch(now, user, binding, local),
            }
        }
        for key in before.into_iter().filter(|it| !now_there.contains(it)) {
            self.forget(key);
        }
        if !now_there.is_empty() {
            self.of.insert(user.clone(), now_there);
        }
    }

    /// A binding goes on as it is; `local` is the listener that it was refreshed by.
    pub(crate) fn handle_refresh(&mut self, binding: BindingKey, local: Option<SocketAddr>) {
        if let Some(it) = self.watched.get_mut(&binding) {
            it.local = local.or(it.local);
        }
    }

    /// Who is to be asked now, and who has stayed silent.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> (Vec<Ask>, Vec<Outcome>) {
        let (mut asks, mut outcomes) = (Vec::new(), Vec::new());
        while let Some((at, key)) = self.due.first().copied().filter(|(at, _)| *at <= now) {
            self.due.remove(&(at, key));
            let every = Duration::from_millis(self.rng.random_range(EVERY));
            let branch = self.rng.random();
            let Some(it) = self.watched.get_mut(&key) else {
                continue;
            };
            if let Some((old, _)) = it.question.take() {
                self.asked.remove(&old);
            }
            if it.tries >= TRIES {
                it.tries = 0;
                // Since the last try, not since it was given up: the way must not close in between.
                it.due = now + every.saturating_sub(AGAIN);
                if it.has_answered && it.is_reachable {
                    it.is_reachable = false;
                    outcomes.push(Outcome {
                        user: it.user.clone(),
                        binding: key,
                        qualified: Qualified::Unreachable,
                    });
                }
            } else {
                it.tries += 1;
                it.due = now + AGAIN;
                it.question = Some((branch, now));
                self.asked.insert(branch, key);
                asks.push(Ask {
                    user: it.user.clone(),
                    binding: key,
                    local: it.local,
                    to: it.flow,
                    contact: it.contact.clone(),
                    branch,
                });
            }
            self.due.insert((it.due, key));
        }
        (asks, outcomes)
    }

    /// It could not be sent: no listener is open, which says nothing of the device.
    pub(crate) fn handle_unasked(&mut self, now: Instant, ask: &Ask) {
        let every = Duration::from_millis(self.rng.random_range(EVERY));
        self.asked.remove(&ask.branch);
        if let Some(it) = self.watched.get_mut(&ask.binding) {
            self.due.remove(&(it.due, ask.binding));
            it.due = now + every;
            self.due.insert((it.due, ask.binding));
            it.question = None;
            it.tries = 0;
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    /// A response came; it may be an answer to a question of ours.
    pub(crate) fn handle_response(
        &mut self,
        now: Instant,
        source: SocketAddr,
        response: &Response,
    ) -> Option<Outcome> {
        if response.status.code() < 200 {
            return None;
        }
        let via = response.headers.top_via().ok()?;
        let branch = via.branch()?;
        let branch = u64::from_str_radix(branch.strip_prefix(COOKIE)?, 16).ok()?;
        let key = *self.asked.get(&branch)?;
        let it = self.watched.get_mut(&key)?;
        if it.flow != source {
            return None;
        }
        let (_, since) = it.question.take()?;
        self.asked.remove(&branch);
        self.due.remove(&(it.due, key));
        it.due = now + Duration::from_millis(self.rng.random_range(EVERY));
        self.due.insert((it.due, key));
        it.tries = 0;
        it.has_answered = true;
        it.is_reachable = true;
        Some(Outcome {
            user: it.user.clone(),
            binding: key,
            qualified: Qualified::Reachable {
                rtt: now.saturating_duration_since(since),
            },
        })
    }

    fn watch(&mut self, now: Instant, user: &Text, binding: &Binding, local: Option<SocketAddr>) {
        let key = binding.key();
        self.forget(key);
        // The first soon: whether it answers is worth knowing.
        let due = now + Duration::from_millis(self.rng.random_range(500..2500));
        self.due.insert((due, key));
        self.watched.insert(
            key,
            Watched {
                user: user.clone(),
                contact: binding.contact().into(),
                flow: binding.source(),
                local,
                due,
                tries: 0,
                question: None,
                has_answered: false,
                is_reachable: true,
            },
        );
    }

    fn forget(&mut self, key: BindingKey) {
        if let Some(it) = self.watched.remove(&key) {
            self.due.remove(&(it.due, key));
            if let Some((branch, _)) = it.question {
                self.asked.remove(&branch);
            }
        }
    }
}

/// Whoever sends datagrams from elsewhere may be behind a NAT, also where source and contact agree: phones that find out what they look like from here
/// (PJSIP, Linphone) write that into their Contact. On this machine only one whose contact is another address is.
fn is_asked(binding: &Binding) -> bool {
    if binding.transport() != Transport::Udp || binding.path().is_some() {
        return false;
    }
    if !binding.source().ip().to_canonical().is_loopback() {
        return true;
    }
    let contact = binding.uri().and_then(|uri| {
        let host = uri.host()?.ip()?;
        Some(SocketAddr::new(host, uri.port().unwrap_or(5060)))
    });
    contact != Some(binding.source())
}

impl Ask {
    /// The OPTIONS (RFC 3261 §11.1), sent from `local`.
    pub(crate) fn request(&self, local: SocketAddr, domain: &str) -> Option<Bytes> {
        let uri: Uri = self.contact.parse().ok()?;
        let mut request = Request::new(Method::Options, uri);
        let branch = self.branch;
        let headers = &mut request.headers;
        let own = HostPort::from(local);
        headers.push(
            HeaderName::Via,
            format!("SIP/2.0/UDP {own};rport;branch={COOKIE}{branch:016x}"),
        );
        headers.push(HeaderName::MaxForwards, "70");
        headers.push(
            HeaderName::From,
            format!("<sip:{domain}>;tag={:08x}", branch >> 32),
        );
        headers.push(HeaderName::To, format!("<sip:{}@{domain}>", self.user));
        headers.push(HeaderName::CallId, format!("{branch:016x}@{}", local.ip()));
        headers.push(HeaderName::CSeq, "1 OPTIONS");
        headers.push(HeaderName::Contact, format!("<sip:{own}>"));
        headers.push(HeaderName::Accept, "application/sdp");
        Some(request.to_bytes())
    }
}

#[cfg(test)]
mod tests;
