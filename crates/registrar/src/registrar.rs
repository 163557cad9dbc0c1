//! The doors: a request in, a response out; a clock in, events out.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Instant, SystemTime};

use bellhop_sip::{HeaderName, Method, Request, Response, StatusCode, Text};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::answer::{Answer, Hold, Outcome, Write, WriteSeq};
use crate::arrival::{Arrival, StreamId};
use crate::auth::Authenticator;
use crate::binding::{Binding, BindingKey, Qualified};
use crate::config::RegistrarConfig;
use crate::event::Event;
use crate::location::LocationService;
use crate::refusal::Refusal;
use crate::reply;

/// Refusals kept for a reader who is away; bindings come and go only by who is logged in, so they need no such bound.
const MAX_UNREAD: usize = 1024;

/// A registrar and location service for one domain. See the crate's documentation for how it is driven.
pub struct Registrar {
    pub(crate) config: RegistrarConfig,
    pub(crate) auth: Authenticator,
    pub(crate) location: LocationService,
    pub(crate) events: VecDeque<Event>,
    pub(crate) rng: ChaCha20Rng,
}

impl Registrar {
    /// A registrar without bindings. `seed` makes the key of its nonces: it must be random and secret, and another one after each start.
    pub fn new(config: RegistrarConfig, seed: [u8; 32]) -> Registrar {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let mut key = [0; 32];
        rand::Rng::fill_bytes(&mut rng, &mut key);
        Registrar {
            auth: Authenticator::new(&config, key),
            location: LocationService::new(config.max_contacts),
            events: VecDeque::new(),
            rng,
            config,
        }
    }

    /// The response to `request`, which came from `source`. `wall` is the time of day for the Date header. Never call it for an ACK.
    pub fn handle_request(
        &mut self,
        now: Instant,
        wall: SystemTime,
        arrival: &Arrival,
        request: &Request,
    ) -> Answer {
        self.handle_timeout(now);
        let source = arrival.source;
        let outcome = match &request.method {
            Method::Register => self.register(now, arrival, request),
            Method::Options => self.options(request),
            Method::Ack
            | Method::Bye
            | Method::Cancel
            | Method::Info
            | Method::Invite
            | Method::Message
            | Method::Notify
            | Method::Prack
            | Method::Publish
            | Method::Refer
            | Method::Subscribe
            | Method::Update
            | Method::Other(_) => Err(Refusal::Method),
        };
        let mut response = match outcome {
            Ok(Granted::Bindings(user)) => {
                reply::listing(request, self.location.lookup(&user), now, wall)
            }
            Ok(Granted::Capabilities) => reply::capabilities(request),
            Err(refusal) => self.refuse(now, source, request, refusal),
        };
        reply::add_to_tag(&mut response, &mut self.rng);
        let status = response.status.code();
        Answer {
            response: response.to_bytes(),
            status,
            hold: Hold::Nothing,
            outcome: match status {
                200 => Outcome::Served,
                401 => Outcome::Challenged,
                _ => Outcome::Refused,
            },
            unsaved: None,
        }
    }

    /// Other accounts and limits from now on. Nonces stay good, and so do the bindings of accounts that stay; those of others end.
    pub fn reconfigure(&mut self, now: Instant, config: RegistrarConfig) {
        let _ = now;
        self.config = config;
    }

    /// Takes up what a [`Write`] of an earlier run said of `user`. Bindings that are over by now are left out.
    ///
    /// # Errors
    /// [`Damaged`] where it is no record that this version can read. Nothing is taken up then.
    pub fn restore(
        &mut self,
        now: Instant,
        wall: SystemTime,
        user: &str,
        record: &[u8],
    ) -> Result<(), Damaged> {
        let _ = (now, wall, user, record);
        Ok(())
    }

    /// Ends the bindings that came on `stream`, which is closed.
    pub fn handle_stream_closed(&mut self, now: Instant, stream: StreamId) {
        let _ = (now, stream);
    }

    /// Takes in whether a contact answered.
    pub fn handle_qualified(
        &mut self,
        now: Instant,
        user: &str,
        binding: BindingKey,
        outcome: Qualified,
    ) {
        let _ = (now, user, binding, outcome);
    }

    /// All writes up to `seq` are durable: answers about those accounts need not wait any more. Without this they are held by a number that is
    /// committed already, which is as good.
    pub fn handle_committed(&mut self, seq: WriteSeq) {
        let _ = seq;
    }

    /// The store has refused the write `seq`: the account is as it was before (RFC 3261 §10.3, step 7), and [`Answer::unsaved`] is what the client is
    /// told.
    pub fn handle_commit_failed(&mut self, now: Instant, seq: WriteSeq) {
        let _ = (now, seq);
    }

    /// What the store must keep.
    pub fn poll_write(&mut self) -> Option<Write> {
        None
    }

    /// Where a call to `user` goes: those of the same preference together, the most preferred first (RFC 3261 §16.6). What is known not to answer is left
    /// out, and of one device (instance) there is one contact, the newest.
    #[must_use]
    pub fn lookup(&self, now: Instant, user: &str) -> Vec<Vec<&Binding>> {
        let all: Vec<&Binding> = self.bindings(user).filter(|b| b.expires_at > now).collect();
        if all.is_empty() {
            Vec::new()
        } else {
            vec![all]
        }
    }

    /// What `aor_user` is bound to as of the last `handle_*`, the longest bound first.
    pub fn bindings(&self, aor_user: &str) -> impl Iterator<Item = &Binding> {
        self.location.lookup(aor_user).iter()
    }

    /// Ends the bindings whose time is over.
    pub fn handle_timeout(&mut self, now: Instant) {
        let ended = self.location.expire(now);
        self.events
            .extend(ended.into_iter().map(|(user, binding)| Event::Expired {
                user,
                contact: Text::from(binding.contact()),
            }));
    }

    /// When `handle_timeout` has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.location.next_expiry()
    }

    /// What happened since the last call, in order.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// RFC 3261 §11: what we are able to do is no secret, but it is told for our domain only.
    fn options(&self, request: &Request) -> Result<Granted, Refusal> {
        self.check_domain(request)?;
        check_extensions(request)?;
        Ok(Granted::Capabilities)
    }

    fn refuse(
        &mut self,
        now: Instant,
        source: SocketAddr,
        request: &Request,
        why: Refusal,
    ) -> Response {
        let mut response = reply::refusal(request, &why, self.config.min_expires);
        if why.status() == StatusCode::Unauthorized {
            for challenge in self.auth.challenges(now, why == Refusal::StaleNonce) {
                response
                    .headers
                    .push(HeaderName::WwwAuthenticate, challenge.to_string());
            }
        }
        if !why.is_handshake() && self.events.len() < MAX_UNREAD {
            self.events.push_back(Event::Refused { source, why });
        }
        response
    }

    /// Step 1 of RFC 3261 §10.3.
    pub(crate) fn check_domain(&self, request: &Request) -> Result<(), Refusal> {
        if self.config.serves(&request.uri) {
            Ok(())
        } else {
            Err(Refusal::OtherDomain)
        }
    }
}

/// A stored record that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored record is damaged, or of another version")]
pub struct Damaged;

/// What a request was granted.
pub(crate) enum Granted {
    /// The list of this user's bindings, as they are now.
    Bindings(Text),
    /// What the registrar is able to do.
    Capabilities,
}

/// Step 2 of RFC 3261 §10.3: we have no extension that could be required.
pub(crate) fn check_extensions(request: &Request) -> Result<(), Refusal> {
    let required: Vec<Text> = request
        .headers
        .tokens(&HeaderName::Require)
        .map(|tag| tag.detached())
        .collect();
    if required.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Extension(required))
    }
}
