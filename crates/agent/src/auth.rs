//! Challenges answered, and answered in advance.
//!
//! A challenge is kept by server and realm, so that the REGISTER after a network change carries a good response at once and
//! costs one round trip (RFC 7616 §3.6: a nonce may be used until the server calls it stale; some hash the client's address into
//! it, which shows as a 401 and is never a wrong password).
//!
//! A registrar may name the next nonce in the Authentication-Info of its 200 (RFC 7616 §3.5): it takes the old one's place, counted
//! from 1 again, in the same session and of the same realm. It may prove there that it knows the password too. One that tries and
//! fails has its 200 taken, since most prove nothing at all and that is taken as well, but not its nonce: the nonce at hand
//! goes on, which costs at most one more 401.

use std::net::SocketAddr;
use std::sync::Arc;

use bellhop_sip::digest::{self, Challenge, Secret, Session, Subject};
use bellhop_sip::{HeaderName, Method, Request, Response};

use crate::identity::random_word;
use crate::view::Failure;

/// Servers and realms remembered. A line has one registrar with a few addresses, and perhaps a proxy.
const KEPT: usize = 8;

/// Who asks for credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    /// The registrar: 401, WWW-Authenticate, Authorization.
    Registrar,
    /// A proxy on the way: 407, Proxy-Authenticate, Proxy-Authorization.
    Proxy,
}

impl Asker {
    /// By the status of the answer.
    pub(crate) fn of(status: u16) -> Self {
        if status == 407 {
            Self::Proxy
        } else {
            Self::Registrar
        }
    }

    fn challenge_header(self) -> HeaderName {
        match self {
            Self::Registrar => HeaderName::WwwAuthenticate,
            Self::Proxy => HeaderName::ProxyAuthenticate,
        }
    }

    fn credentials_header(self) -> HeaderName {
        match self {
            Self::Registrar => HeaderName::Authorization,
            Self::Proxy => HeaderName::ProxyAuthorization,
        }
    }
}

/// The challenges that are being answered.
#[derive(Debug, Default)]
pub(crate) struct Authenticator {
    kept: Vec<Kept>,
}

#[derive(Debug)]
struct Kept {
    server: SocketAddr,
    asker: Asker,
    /// What was asked for: a proxy that wants credentials for an OPTIONS gets none with a REGISTER.
    method: Method,
    challenge: Challenge,
    /// The nonce count used last (RFC 7616 §3.4.1). Never used twice, or a replay check refuses it.
    count: u32,
    /// With a `-sess` algorithm: begun by the first answer, and until the next challenge.
    session: Option<Session>,
}

/// What was answered in advance.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    /// Anything, to the registrar or to a proxy.
    pub(crate) any: bool,
    /// To the registrar.
    pub(crate) registrar: Option<Arc<digest::Credentials>>,
}

/// The registrar tried to prove that it knows the password, and does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unproven;

impl Authenticator {
    /// Picks the challenge to answer: of the pinned realm, the strongest that we support.
    pub(crate) fn choose(
        asker: Asker,
        response: &Response,
        pinned: Option<&str>,
    ) -> Result<Challenge, Failure> {
        let offered: Vec<Challenge> = response
            .headers
            .challenges(&asker.challenge_header())
            .filter_map(Result::ok)
            .collect();
        let (known, strange): (Vec<_>, Vec<_>) = offered
            .into_iter()
            .partition(|challenge| pinned.is_none_or(|realm| challenge.realm.as_ref() == realm));
        match (known.is_empty(), strange.first(), pinned) {
            (true, Some(strange), Some(pinned)) => Err(Failure::RealmChanged {
                pinned: shown(pinned),
                offered: shown(&strange.realm),
            }),
            _ => digest::strongest(known.into_iter()).ok_or(Failure::UnsupportedChallenge),
        }
    }

    /// Keeps a challenge from this server; it replaces the one of the same asker for the same method.
    pub(crate) fn learn(
        &mut self,
        server: SocketAddr,
        asker: Asker,
        method: Method,
        challenge: Challenge,
    ) {
        let replaced =
            |kept: &Kept| kept.server == server && kept.asker == asker && kept.method == method;
        // The count is the nonce's (RFC 7616 §3.4): a server that sends the same one again has not forgotten how often it was used.
        let same = |kept: &&Kept| {
            replaced(kept)
                && kept.challenge.nonce == challenge.nonce
                && kept.challenge.realm == challenge.realm
        };
        let before = self.kept.iter().find(same);
        let count = before.map_or(0, |kept| kept.count);
        // A challenge begins a session; with the nonce that this one began with, it is the same.
        let session = before
            .filter(|kept| kept.challenge.algorithm == challenge.algorithm)
            .and_then(|kept| kept.session.clone())
            .filter(|session| session.began_with(&challenge.nonce));
        self.kept.retain(|kept| !replaced(kept));
        self.kept.insert(
            0,
            Kept {
                server,
                asker,
                method,
                challenge,
                count,
                session,
            },
        );
        self.kept.truncate(KEPT);
    }

    /// Forgets what this server asked.
    pub(crate) fn forget(&mut self, server: SocketAddr) {
        self.kept.retain(|kept| kept.server != server);
    }

    /// Answers in advance what this server is known to ask.
    pub(crate) fn authorize(
        &mut self,
        server: SocketAddr,
        secret: &Secret<'_>,
        request: &mut Request,
        rng: &mut impl rand::Rng,
    ) -> Answered {
        let uri = request.uri.to_string();
        let mut answered = Answered::default();
        let asked = |kept: &&mut Kept| kept.server == server && kept.method == request.method;
        for kept in self.kept.iter_mut().filter(asked) {
            kept.count += 1;
            let cnonce = kept
                .session
                .as_ref()
                .map_or_else(|| random_word(rng, 20), |session| session.cnonce().into());
            let subject = Subject {
                method: &request.method,
                body: &request.body,
                session: kept.session.as_ref(),
            };
            let credentials =
                digest::answer_for(&kept.challenge, secret, &subject, &uri, kept.count, &cnonce);
            let Some(credentials) = credentials else {
                continue;
            };
            if credentials.algorithm.per_session() && kept.session.is_none() {
                kept.session = Session::begun_by(&credentials);
            }
            request
                .headers
                .set(kept.asker.credentials_header(), credentials.to_string());
            answered.any = true;
            if kept.asker == Asker::Registrar {
                answered.registrar = Some(Arc::new(credentials));
            }
        }
        answered
    }

    /// Takes the next nonce out of the 200 to the request that carried `sent`, unless that nonce has been replaced meanwhile.
    ///
    /// # Errors
    /// [`Unproven`]: then it is not taken.
    pub(crate) fn take_next(
        &mut self,
        server: SocketAddr,
        method: &Method,
        sent: &digest::Credentials,
        secret: &Secret<'_>,
        response: &Response,
    ) -> Result<(), Unproven> {
        let Ok(Some(info)) = response.headers.authentication_info() else {
            return Ok(());
        };
        let answered = |kept: &&mut Kept| {
            kept.server == server
                && kept.asker == Asker::Registrar
                && kept.method == *method
                && kept.challenge.nonce == sent.nonce
                && kept.challenge.realm == sent.realm
        };
        let Some(kept) = self.kept.iter_mut().find(answered) else {
            return Ok(());
        };
        if info.proves(sent, secret, kept.session.as_ref(), &response.body) == Some(false) {
            return Err(Unproven);
        }
        // The one at hand, named again, is counted on.
        let next = info.next_nonce.filter(|next| *next != sent.nonce);
        if let Some(next) = next.filter(|next| !next.is_empty()) {
            kept.challenge.nonce = next;
            kept.challenge.stale = false;
            kept.count = 0;
        }
        Ok(())
    }
}

/// A realm for people to read: it may hold anything, in quotes.
fn shown(realm: &str) -> String {
    realm.chars().filter(|c| !c.is_control()).collect()
}
