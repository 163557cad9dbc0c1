//! Who is asking? RFC 3261 §22, RFC 7616, RFC 8760.

use std::collections::BTreeMap;
use std::time::Instant;

use bellhop_sip::digest::{self, Algorithm, Challenge, Credentials, DigestError, Secret, Subject};
use bellhop_sip::{HeaderName, Request, Text, Uri};
use secrecy::{ExposeSecret, SecretString};

use crate::config::RegistrarConfig;
use crate::nonce::Nonces;
use crate::refusal::Refusal;

pub(crate) struct Authenticator {
    realm: String,
    passwords: BTreeMap<String, SecretString>,
    /// Checked in place of a password that does not exist, so that an unknown user takes as long as a known one.
    decoy: SecretString,
    algorithms: Vec<Algorithm>,
    nonces: Nonces,
}

impl Authenticator {
    pub(crate) fn new(config: &RegistrarConfig, key: [u8; 32]) -> Authenticator {
        Authenticator {
            realm: config.domain.clone(),
            passwords: config
                .accounts
                .iter()
                .map(|a| (a.user.clone(), a.password.clone()))
                .collect(),
            decoy: SecretString::from("no password is this one"),
            algorithms: config
                .digest
                .iter()
                // Session keys would need a memory of how each session began.
                .filter(|a| a.supported() && !a.per_session())
                .cloned()
                .collect(),
            nonces: Nonces::new(key),
        }
    }

    pub(crate) fn knows(&self, user: &str) -> bool {
        self.passwords.contains_key(user)
    }

    /// The user who proved himself.
    ///
    /// # Errors
    /// `Unauthenticated` where no credentials of our realm came, `WrongCredentials` where they prove nothing (one answer for a wrong password and for
    /// an unknown user), `StaleNonce` where they prove the password over a nonce that we do not accept (any more), `Malformed` where they cannot be
    /// read.
    pub(crate) fn authenticate(
        &mut self,
        config: &RegistrarConfig,
        now: Instant,
        request: &Request,
    ) -> Result<Text, Refusal> {
        let credentials = self.ours(request)?;
        let password = self.passwords.get(&*credentials.username);
        let secret = Secret {
            username: &credentials.username,
            password: password.unwrap_or(&self.decoy).expose_secret(),
        };
        let subject = Subject {
            body: &request.body,
            ..Subject::of(&request.method)
        };
        let proven = digest::verify_for(&credentials, &secret, &subject);
        if !proven || password.is_none() || !about_us(config, request, &credentials) {
            return Err(Refusal::WrongCredentials);
        }
        let count = credentials.qop.as_ref().and(credentials.nc);
        self.nonces
            .redeem(now, &credentials.nonce, count)
            .map_err(|_| Refusal::StaleNonce)?;
        Ok(credentials.username)
    }

    /// The challenges of a 401, the most wanted first (RFC 8760 §2.3). All share one nonce, as in RFC 7616 §3.9.1.
    pub(crate) fn challenges(&mut self, now: Instant, stale: bool) -> Vec<Challenge> {
        let nonce = self.nonces.issue(now);
        let challenge = |algorithm: &Algorithm| Challenge {
            stale,
            ..Challenge::new(&self.realm, &nonce, algorithm.clone())
        };
        self.algorithms.iter().map(challenge).collect()
    }

    /// The first credentials for our realm in an algorithm that we offer. Those for other realms are for servers behind us.
    fn ours(&self, request: &Request) -> Result<Credentials, Refusal> {
        let mut refusal = Refusal::Unauthenticated;
        for header in request.headers.get_all(&HeaderName::Authorization) {
            let text = header.as_text().unwrap_or_default();
            match Credentials::parse(&text) {
                Ok(c)
                    if digest::unescaped(&c.realm) == self.realm
                        && self.algorithms.contains(&c.algorithm) =>
                {
                    return Ok(c);
                }
                Ok(_) | Err(DigestError::OtherScheme) => {}
                Err(_) => refusal = Refusal::Malformed("Authorization"),
            }
        }
        Err(refusal)
    }
}

/// RFC 8760 §2.6 point 6: the hashed URI must be one that we answer for, though not always letter for letter the one requested.
fn about_us(config: &RegistrarConfig, request: &Request, credentials: &Credentials) -> bool {
    let hashed = &*credentials.uri;
    hashed == request.uri.to_string() || hashed.parse::<Uri>().is_ok_and(|uri| config.serves(&uri))
}
