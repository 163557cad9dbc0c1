//! The doors: a request in, a response out; a clock in, events out.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Instant, SystemTime};

use bellhop_sip::{HeaderName, Method, Request, Response, StatusCode, Text};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::auth::Authenticator;
use crate::binding::Binding;
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
        source: SocketAddr,
        request: &Request,
    ) -> Response {
        self.handle_timeout(now);
        let outcome = match &request.method {
            Method::Register => self.register(now, source, request),
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
        response
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
                contact: binding.contact.addr.uri.clone(),
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
