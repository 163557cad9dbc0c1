//! A registrar with the habits of a real one (measured: Kamailio, Asterisk, and the like), scripted.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bellhop_sip::digest::{Algorithm, Challenge, Secret, verify};
use bellhop_sip::{Contact, HeaderName, Message, Method, Request, Response, StatusCode, Uri};
use bytes::Bytes;

/// How a registrar behaves where the RFC leaves room, or is not followed.
#[derive(Clone, Debug)]
pub struct Habits {
    /// A Contact with the same `+sip.instance` replaces the old one (Kamailio).
    pub instance_replaces: bool,
    /// A lower CSeq for the same Call-ID is refused (RFC 3261 §10.3 step 7).
    pub checks_cseq: bool,
    /// The nonce is good for one source address only (Asterisk).
    pub nonce_bound_to_ip: bool,
    /// A nonce is good for this long.
    pub nonce_lifetime: Duration,
    /// A nonce count is good once.
    pub checks_nonce_count: bool,
    /// The stored Contact gets the source address, the first of a request only (Asterisk's `rewrite_contact`).
    pub rewrites_first: bool,
    /// More contacts than this are refused with 403.
    pub max_contacts: usize,
    /// The longest expiry granted, seconds.
    pub longest: u32,
    /// The shortest expiry granted, seconds; below it there is a 423.
    pub shortest: u32,
    /// Each so many requests get a 503.
    pub stumbles_every: Option<u64>,
    /// Which asks for so many seconds of peace.
    pub retry_after: Option<u32>,
    /// Which Contacts a 200 lists.
    pub listing: Listing,
    /// A nonce that is used up is called stale.
    pub says_stale: bool,
}

/// Which Contacts a 200 lists (RFC 3261 §10.3 step 8 wants all).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// All that are bound.
    All,
    /// The one that the request has just bound.
    Own,
    /// None.
    Nothing,
}

impl Habits {
    /// Kamailio's, as configured by most.
    #[must_use]
    pub fn kamailio() -> Self {
        Self {
            instance_replaces: true,
            checks_cseq: true,
            nonce_bound_to_ip: false,
            nonce_lifetime: Duration::from_secs(300),
            checks_nonce_count: false,
            rewrites_first: false,
            max_contacts: 10,
            longest: 3600,
            shortest: 60,
            stumbles_every: None,
            retry_after: Some(30),
            listing: Listing::All,
            says_stale: true,
        }
    }

    /// A registrar that knows nothing of instances and keeps every URI.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            instance_replaces: false,
            checks_nonce_count: true,
            ..Self::kamailio()
        }
    }

    /// Asterisk's, with `rewrite_contact=yes` and `max_contacts=5`.
    #[must_use]
    pub fn asterisk() -> Self {
        Self {
            instance_replaces: false,
            checks_cseq: false,
            nonce_bound_to_ip: true,
            nonce_lifetime: Duration::from_secs(30),
            rewrites_first: true,
            max_contacts: 5,
            ..Self::kamailio()
        }
    }
}

/// A stored binding.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) uri: Uri,
    pub(crate) instance: Option<String>,
    pub(crate) expires_at: Instant,
    pub(crate) received: SocketAddr,
    call_id: String,
    cseq: u32,
}

pub(crate) struct Registrar {
    pub(crate) habits: Habits,
    pub(crate) bindings: Vec<Binding>,
    /// Nonces given out: for whom, when.
    nonces: BTreeMap<String, (SocketAddr, Instant)>,
    counts: BTreeSet<(String, u32)>,
    answered: BTreeMap<String, Bytes>,
    requests: u64,
    pub(crate) password: String,
}

impl Registrar {
    pub(crate) fn new(habits: Habits, password: &str) -> Self {
        Self {
            habits,
            bindings: Vec::new(),
            nonces: BTreeMap::new(),
            counts: BTreeSet::new(),
            answered: BTreeMap::new(),
            requests: 0,
            password: password.to_owned(),
        }
    }

    /// It loses its memory, as a restart does.
    pub(crate) fn restart(&mut self) {
        self.bindings.clear();
        self.nonces.clear();
        self.answered.clear();
    }

    /// Another phone of the same person is bound by itself.
    pub(crate) fn add_foreign(&mut self, now: Instant, uri: &Uri) {
        self.bindings.push(Binding {
            uri: uri.clone(),
            instance: None,
            expires_at: now + Duration::from_secs(86_400),
            received: SocketAddr::from(([192, 0, 2, 77], 5060)),
            call_id: "another phone".into(),
            cseq: 1,
        });
    }

    /// Whether a binding leads to this address.
    pub(crate) fn reaches(&self, outside: Option<SocketAddr>) -> bool {
        self.bindings
            .iter()
            .any(|binding| Some(binding.received) == outside)
    }

    /// The answer to a datagram, if it deserves one.
    pub(crate) fn handle(
        &mut self,
        now: Instant,
        source: SocketAddr,
        datagram: Bytes,
    ) -> Option<Bytes> {
        self.bindings.retain(|binding| binding.expires_at > now);
        let Ok(Message::Request(request)) = Message::parse_datagram(datagram) else {
            return None;
        };
        let mut via = request.headers.top_via().ok()?;
        let branch = format!("{source} {} {}", via.branch()?, request.method);
        if let Some(answer) = self.answered.get(&branch) {
            return Some(answer.clone());
        }
        let mut response = self.answer(now, source, &request);
        via.set_received(source.ip());
        via.set_rport(source.port());
        response.headers.replace_top_via(&via);
        let to = request.headers.to().ok()?;
        response.headers.set(HeaderName::To, format!("{to};tag=r"));
        let bytes = response.to_bytes();
        self.answered.insert(branch, bytes.clone());
        Some(bytes)
    }

    fn answer(&mut self, now: Instant, source: SocketAddr, request: &Request) -> Response {
        if request.method != Method::Register {
            return Response::answering(request, StatusCode::OK);
        }
        self.requests += 1;
        if self
            .habits
            .stumbles_every
            .is_some_and(|every| self.requests.is_multiple_of(every))
        {
            let mut response = Response::answering(request, StatusCode::ServiceUnavailable);
            if let Some(seconds) = self.habits.retry_after {
                let header = seconds.to_string();
                response.headers.push(HeaderName::RetryAfter, header);
            }
            return response;
        }
        if let Err(stale) = self.authenticate(now, source, request) {
            return self.challenge(now, source, request, stale);
        }
        match self.save(now, source, request) {
            Ok(()) => self.list(now, request),
            Err(status) => {
                let brief = status == StatusCode::IntervalTooBrief;
                let mut response = Response::answering(request, status);
                if brief {
                    let shortest = self.habits.shortest.to_string();
                    response.headers.push(HeaderName::MinExpires, shortest);
                }
                response
            }
        }
    }

    /// `Err(stale)` where a challenge is due.
    fn authenticate(
        &mut self,
        now: Instant,
        source: SocketAddr,
        request: &Request,
    ) -> Result<(), bool> {
        let Some(Ok(credentials)) = request
            .headers
            .credentials(&HeaderName::Authorization)
            .next()
        else {
            return Err(false);
        };
        let (owner, made) = self.nonces.get(credentials.nonce.as_ref()).ok_or(true)?;
        let old = now.saturating_duration_since(*made) > self.habits.nonce_lifetime;
        let stolen = self.habits.nonce_bound_to_ip && owner.ip() != source.ip();
        if old || stolen {
            return Err(true);
        }
        let secret = Secret {
            username: "tina",
            password: &self.password,
        };
        if !verify(&credentials, &secret, &request.method) {
            return Err(false);
        }
        let count = (credentials.nonce.to_string(), credentials.nc.unwrap_or(0));
        if self.habits.checks_nonce_count && !self.counts.insert(count) {
            return Err(true);
        }
        Ok(())
    }

    fn challenge(
        &mut self,
        now: Instant,
        source: SocketAddr,
        request: &Request,
        stale: bool,
    ) -> Response {
        let nonce = format!("nonce/{}+{}==", self.nonces.len(), self.requests);
        self.nonces.insert(nonce.clone(), (source, now));
        let mut response = Response::answering(request, StatusCode::Unauthorized);
        let stale = if stale && self.habits.says_stale {
            ", stale=true"
        } else {
            ""
        };
        let algorithm = Algorithm::Md5;
        let challenge = format!(
            "Digest realm=\"company.test\", nonce=\"{nonce}\", algorithm={algorithm}, qop=\"auth\"{stale}"
        );
        debug_assert!(Challenge::parse_all(&challenge).iter().all(Result::is_ok));
        response
            .headers
            .push(HeaderName::WwwAuthenticate, challenge);
        response
    }

    fn save(
        &mut self,
        now: Instant,
        source: SocketAddr,
        request: &Request,
    ) -> Result<(), StatusCode> {
        let call_id = request
            .headers
            .call_id()
            .map_err(|_| StatusCode::BadRequest)?
            .to_string();
        let cseq = request
            .headers
            .cseq()
            .map_err(|_| StatusCode::BadRequest)?
            .number;
        let header = request.headers.expires().ok().flatten().unwrap_or(3600);
        let mut bindings = self.bindings.clone();
        for (at, contact) in request.headers.contacts().enumerate() {
            let Ok(Contact::Addr(contact)) = contact else {
                return Err(StatusCode::BadRequest);
            };
            let expires = contact.expires().unwrap_or(header).min(self.habits.longest);
            if expires > 0 && expires < self.habits.shortest {
                return Err(StatusCode::IntervalTooBrief);
            }
            let instance = contact.instance().map(|text| text.to_string());
            let mut uri = contact.uri.clone();
            if at == 0 && self.habits.rewrites_first {
                let user = uri.user().unwrap_or_default();
                uri = format!("sip:{user}@{source}")
                    .parse()
                    .map_err(|_| StatusCode::BadRequest)?;
            }
            let same = |binding: &Binding| {
                let by_instance = self.habits.instance_replaces
                    && instance.is_some()
                    && binding.instance == instance;
                binding.uri.equivalent(&uri) || by_instance
            };
            let stale = |binding: &Binding| {
                same(binding) && binding.call_id == call_id && binding.cseq >= cseq
            };
            if self.habits.checks_cseq && bindings.iter().any(stale) {
                return Err(StatusCode::ServerInternalError);
            }
            bindings.retain(|binding| !same(binding));
            if expires > 0 {
                bindings.push(Binding {
                    uri,
                    instance,
                    expires_at: now + Duration::from_secs(u64::from(expires)),
                    received: source,
                    call_id: call_id.clone(),
                    cseq,
                });
            }
        }
        if bindings.len() > self.habits.max_contacts {
            return Err(StatusCode::Forbidden);
        }
        self.bindings = bindings;
        Ok(())
    }

    fn list(&self, now: Instant, request: &Request) -> Response {
        let mut response = Response::answering(request, StatusCode::OK);
        let listed = self
            .bindings
            .iter()
            .filter(|binding| match self.habits.listing {
                Listing::All => true,
                Listing::Own => binding.is_of(request),
                Listing::Nothing => false,
            });
        for binding in listed {
            let left = binding.expires_at.saturating_duration_since(now).as_secs();
            // As measured: the request's own Contact is shown as it was sent, whatever was stored.
            let own = request.headers.contacts().next().and_then(Result::ok);
            let shown = match own {
                Some(Contact::Addr(own))
                    if self.habits.rewrites_first && binding.received_as(&own.uri, request) =>
                {
                    own.uri.to_string()
                }
                _ => binding.uri.to_string(),
            };
            let instance = binding
                .instance
                .as_ref()
                .filter(|_| self.habits.instance_replaces);
            let instance =
                instance.map_or(String::new(), |urn| format!(";+sip.instance=\"<{urn}>\""));
            response.headers.push(
                HeaderName::Contact,
                format!("<{shown}>{instance};expires={left}"),
            );
        }
        response
    }
}

impl Binding {
    /// Whether this is what the request's first Contact was stored as.
    fn received_as(&self, own: &Uri, request: &Request) -> bool {
        self.is_of(request) && self.uri.user() == own.user()
    }

    /// Whether this request made it what it is.
    fn is_of(&self, request: &Request) -> bool {
        let headers = &request.headers;
        headers.cseq().is_ok_and(|cseq| cseq.number == self.cseq)
            && headers
                .call_id()
                .is_ok_and(|call_id| call_id.as_ref() == self.call_id)
    }
}
