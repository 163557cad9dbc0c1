//! Challenges answered, and answered in advance.
//!
//! A challenge is kept by server and realm, so that the REGISTER after a network change carries a good response at once and
//! costs one round trip (RFC 7616 §3.6: a nonce may be used until the server calls it stale; some hash the client's address into
//! it, which shows as a 401 and is never a wrong password).

use std::net::SocketAddr;

use bellhop_sip::digest::{self, Challenge, Secret};
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
}

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
                pinned: pinned.to_owned(),
                offered: strange.realm.to_string(),
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
        let count = self.kept.iter().find(same).map_or(0, |kept| kept.count);
        self.kept.retain(|kept| !replaced(kept));
        self.kept.insert(
            0,
            Kept {
                server,
                asker,
                method,
                challenge,
                count,
            },
        );
        self.kept.truncate(KEPT);
    }

    /// Forgets what this server asked.
    pub(crate) fn forget(&mut self, server: SocketAddr) {
        self.kept.retain(|kept| kept.server != server);
    }

    /// Answers in advance what this server is known to ask. True if there was something to answer.
    pub(crate) fn authorize(
        &mut self,
        server: SocketAddr,
        secret: &Secret<'_>,
        request: &mut Request,
        rng: &mut impl rand::Rng,
    ) -> bool {
        let uri = request.uri.to_string();
        let mut answered = false;
        let asked = |kept: &&mut Kept| kept.server == server && kept.method == request.method;
        for kept in self.kept.iter_mut().filter(asked) {
            kept.count += 1;
            let cnonce = random_word(rng, 20);
            let credentials = digest::answer(
                &kept.challenge,
                secret,
                &request.method,
                &uri,
                kept.count,
                &cnonce,
            );
            if let Some(credentials) = credentials {
                request
                    .headers
                    .set(kept.asker.credentials_header(), credentials.to_string());
                answered = true;
            }
        }
        answered
    }
}
