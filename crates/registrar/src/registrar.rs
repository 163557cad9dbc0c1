//! The doors: requests, closed streams and a clock in; answers, events and writes out.

use std::collections::VecDeque;
use std::time::{Instant, SystemTime};

use bellhop_sip::{HeaderName, Method, Request, ResponseBuffer, Scheme, Text, UriRef};
use bytes::Bytes;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::accounts::{AccountId, Accounts};
use crate::answer::{Answer, Hold, Outcome};
use crate::arrival::{Arrival, StreamId};
use crate::auth::Authenticator;
use crate::binding::{Binding, BindingKey, Qualified};
use crate::body;
use crate::config::{Domain, RegistrarConfig};
use crate::copies::Copies;
use crate::date::SipDate;
use crate::event::{Event, Unbinding};
use crate::groups::Groups;
use crate::location::{self, LocationService};
use crate::record::Bindings;
use crate::refusal::Refusal;
use crate::reply::{self, Tag};
use crate::stored::Clock;
use crate::wish::Outbound;

/// Events kept for a reader who is away.
const MAX_UNREAD: usize = 65_536;

/// A registrar and location service for one domain. See the crate's documentation for how it is driven.
pub struct Registrar {
    pub(crate) config: RegistrarConfig,
    pub(crate) domain: Domain,
    pub(crate) accounts: Accounts,
    groups: Groups,
    pub(crate) auth: Authenticator,
    pub(crate) location: LocationService,
    events: VecDeque<Event>,
    /// Records in the store of accounts that are gone.
    pub(crate) deletions: VecDeque<Text>,
    copies: Copies,
    /// Of what is hashed for lookups.
    key: u64,
    date: SipDate,
    buffer: ResponseBuffer,
    pub(crate) clock: Option<Clock>,
}

/// What a request was granted.
pub(crate) enum Granted {
    /// The list of this account's bindings, as they are now.
    Bindings {
        account: AccountId,
        path: Option<Text>,
        outbound: Outbound,
    },
    /// What the registrar is able to do.
    Capabilities,
}

impl Registrar {
    /// A registrar without bindings. `seed` makes the keys of its nonces and tags: it must be random and secret, and another one after each start.
    #[must_use]
    pub fn new(config: RegistrarConfig, seed: [u8; 32]) -> Registrar {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let algorithms = config.algorithms();
        let key = rng.random();
        let accounts = Accounts::new(&config.accounts, &config.domain, &algorithms, key);
        Registrar {
            domain: Domain::of(&config),
            location: LocationService::new(accounts.len(), config.max_contacts),
            groups: Groups::new(&config.groups, &accounts, key),
            accounts,
            auth: Authenticator::new(&config.domain, algorithms, rng.random(), rng.random()),
            events: VecDeque::new(),
            deletions: VecDeque::new(),
            copies: Copies::new(&mut rng),
            key,
            date: SipDate::default(),
            buffer: ResponseBuffer::new(),
            clock: None,
            config,
        }
    }

    /// Other accounts and limits from now on. Nonces stay good, and so do the bindings of accounts that stay; those of others end, and the store is told to
    /// delete them.
    pub fn reconfigure(&mut self, now: Instant, config: RegistrarConfig) {
        self.handle_timeout(now);
        let algorithms = config.algorithms();
        let mut accounts = Accounts::new(&config.accounts, &config.domain, &algorithms, self.key);
        accounts.take_uses(&mut self.accounts);
        let before = std::mem::replace(&mut self.accounts, accounts);
        let next = &self.accounts;
        let gone = self
            .location
            .reconfigure(next.len(), config.max_contacts, |old| {
                next.by_user(&before.user(old))
            });
        self.groups = Groups::new(&config.groups, &self.accounts, self.key);
        self.domain = Domain::of(&config);
        self.auth.reconfigure(&config.domain, algorithms);
        self.config = config;
        for (old, bindings) in gone {
            let user = before.user(old);
            self.delete(user.clone());
            self.tell_ended(&user, &bindings, Unbinding::AccountGone);
        }
    }

    /// The answer to `request`, whose top Via holds where it came from. `wall` is the time of day. An ACK has no answer: its response is empty.
    pub fn handle_request(
        &mut self,
        now: Instant,
        wall: SystemTime,
        arrival: &Arrival,
        request: &Request,
    ) -> Answer {
        self.clock = Some(Clock { now, wall });
        self.handle_timeout(now);
        let copy = self.copies.hash(arrival, request);
        let to = request.headers.to_ref();
        let granted = match &request.method {
            Method::Register => self.register(now, arrival, request, to.as_ref().ok(), copy),
            Method::Options => self.options(request),
            Method::Ack => {
                return Answer {
                    response: Bytes::new(),
                    status: 0,
                    hold: Hold::Nothing,
                    outcome: Outcome::Refused,
                    unsaved: None,
                };
            }
            Method::Cancel => Err(Refusal::NoTransaction),
            Method::Bye
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
        let tagged = to.is_ok_and(|to| to.tag().is_some());
        let tag = (!tagged).then(|| self.copies.tag(copy));
        match granted {
            Ok(granted) => self.grant(now, wall, request, tag.as_ref(), granted),
            Err(why) => self.refuse(now, arrival, request, tag.as_ref(), why),
        }
    }

    /// Ends the bindings that came on `stream`, which is closed (RFC 5626 §7).
    pub fn handle_stream_closed(&mut self, now: Instant, stream: StreamId) {
        self.handle_timeout(now);
        for (account, bindings) in self.location.close(stream) {
            let user = self.accounts.user(account);
            self.tell_ended(&user, &bindings, Unbinding::StreamClosed);
        }
    }

    /// Takes in whether a contact answered. One that does not is not called until it answers or is bound anew.
    pub fn handle_qualified(
        &mut self,
        now: Instant,
        user: &str,
        binding: BindingKey,
        outcome: Qualified,
    ) {
        self.handle_timeout(now);
        let Some(account) = self.accounts.by_user(user) else {
            return;
        };
        let news = self.location.qualify(account, binding, outcome);
        let contact = news.map(|binding| Text::from(binding.contact()));
        if let Some(contact) = contact {
            self.tell(Event::Qualified {
                user: Text::from(user),
                contact,
                reachable: outcome != Qualified::Unreachable,
            });
        }
    }

    /// Ends the bindings whose time is over.
    pub fn handle_timeout(&mut self, now: Instant) {
        for (account, bindings) in self.location.expire(now) {
            let user = self.accounts.user(account);
            for binding in bindings {
                self.tell(Event::Expired {
                    user: user.clone(),
                    contact: Text::from(binding.contact()),
                });
            }
        }
    }

    /// When `handle_timeout` has something to do. It may be that it finds the binding refreshed and looks again later.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.location.next_due()
    }

    /// What happened since the last call, in order.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// What `user` is bound to as of the last `handle_*`, the longest bound first.
    pub fn bindings(&self, user: &str) -> impl Iterator<Item = &Binding> {
        self.accounts
            .by_user(user)
            .map_or(&[][..], |account| self.location.bindings(account))
            .iter()
    }

    /// Who is bound to anything as of the last `handle_*`, and how often.
    pub fn bound(&self) -> impl Iterator<Item = (Text, &[Binding])> {
        self.location
            .records()
            .filter(|(_, bindings)| !bindings.is_empty())
            .map(|(account, bindings)| (self.accounts.user(account), bindings))
    }

    /// Where a call to `user`, an account or a [group](crate::Group), goes: those of the same preference together, the most preferred first (RFC 3261 §16.6).
    /// What is known not to answer is left out, and of one device (instance) there is one contact, the newest (RFC 5626 §7).
    #[must_use]
    pub fn lookup(&self, now: Instant, user: &str) -> Vec<Vec<&Binding>> {
        match self.accounts.by_user(user) {
            Some(account) => location::lookup(self.location.bindings(account), now),
            None => self.groups.lookup(user, &self.location, now),
        }
    }

    pub(crate) fn tell(&mut self, event: Event) {
        if self.events.len() < MAX_UNREAD {
            self.events.push_back(event);
        }
    }

    pub(crate) fn tell_ended(&mut self, user: &Text, bindings: &Bindings, why: Unbinding) {
        for binding in bindings {
            self.tell(Event::Unbound {
                user: user.clone(),
                contact: Text::from(binding.contact()),
                why,
            });
        }
    }

    /// RFC 3261 §11: what we are able to do is no secret, but it is told for our domain only.
    fn options(&self, request: &Request) -> Result<Granted, Refusal> {
        self.check_domain(request)?;
        check_extensions(request)?;
        body::check(request)?;
        Ok(Granted::Capabilities)
    }

    fn grant(
        &mut self,
        now: Instant,
        wall: SystemTime,
        request: &Request,
        tag: Option<&Tag>,
        granted: Granted,
    ) -> Answer {
        let mut to = reply::begin(&mut self.buffer, request, 200, "", tag);
        let (mut hold, mut outcome) = (Hold::Nothing, Outcome::Served);
        match granted {
            Granted::Bindings {
                account,
                path,
                outbound,
            } => {
                let bindings = self.location.bindings(account);
                reply::list(&mut to, bindings, now, &mut self.date, wall);
                reply::add_flow(&mut to, path.as_deref(), outbound, self.config.flow_timer);
                hold = self.location.hold(account);
            }
            Granted::Capabilities => {
                outcome = Outcome::Open;
                reply::add_capabilities(&mut to);
            }
        }
        Answer {
            response: to.finish(),
            status: 200,
            hold,
            outcome,
            unsaved: match hold {
                Hold::Nothing => None,
                Hold::Until(_) => {
                    Some(reply::begin(&mut self.buffer, request, 500, "", tag).finish())
                }
            },
        }
    }

    fn refuse(
        &mut self,
        now: Instant,
        arrival: &Arrival,
        request: &Request,
        tag: Option<&Tag>,
        why: Refusal,
    ) -> Answer {
        let status = why.status();
        let mut to = reply::begin(&mut self.buffer, request, status, &reply::phrase(&why), tag);
        reply::add_reason(&mut to, &why, self.config.min_expires);
        if status == 401 {
            let stale = why == Refusal::StaleNonce;
            self.auth.challenge(now, stale, &mut to);
        }
        let answer = Answer {
            response: to.finish(),
            status,
            hold: Hold::Nothing,
            outcome: if request.method == Method::Register {
                why.outcome()
            } else {
                // As whoever asks what we are able to do.
                Outcome::Open
            },
            unsaved: None,
        };
        if !why.is_handshake() {
            let source = arrival.source;
            self.tell(Event::Refused { source, why });
        }
        answer
    }

    /// Step 1 of RFC 3261 §10.3.
    pub(crate) fn check_domain(&self, request: &Request) -> Result<(), Refusal> {
        let uri = request.uri.borrowed();
        if !is_sip(uri) {
            Err(Refusal::Scheme)
        } else if self.domain.serves(uri) {
            Ok(())
        } else {
            Err(Refusal::OtherDomain)
        }
    }
}

/// All others name nobody here.
pub(crate) fn is_sip(uri: UriRef<'_>) -> bool {
    matches!(uri.scheme(), Scheme::Sip | Scheme::Sips)
}

/// Step 2 of RFC 3261 §10.3.
pub(crate) fn check_extensions(request: &Request) -> Result<(), Refusal> {
    let known = |tag: &&str| {
        ["path", "outbound"]
            .iter()
            .any(|known| tag.eq_ignore_ascii_case(known))
    };
    let unknown: Vec<Text> = request
        .headers
        .tokens_ref(&HeaderName::Require)
        .filter(|tag| !known(tag))
        .map(Text::from)
        .collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Extension(unknown))
    }
}
