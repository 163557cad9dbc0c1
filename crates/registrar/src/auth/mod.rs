//! Who is asking? RFC 3261 §22, RFC 7616, RFC 8760.

mod ha2;
pub(crate) mod nonce;
pub(crate) mod uses;

use std::fmt::Write as _;
use std::time::Instant;

use bellhop_sip::digest::{self, Algorithm, CredentialsRef, DigestError, Ha1};
use bellhop_sip::{HeaderName, Request, ResponseWriter, UriRef};

use crate::accounts::{AccountId, Accounts};
use crate::config::Domain;
use crate::refusal::Refusal;

use self::ha2::Ha2Cache;
use self::nonce::{NonceId, Nonces, Origin};
use self::uses::Redeemed;

pub(crate) struct Authenticator {
    /// As between the quotes on the wire.
    realm: String,
    /// The strongest first.
    algorithms: Vec<Algorithm>,
    /// For each algorithm: checked in place of a login that does not exist, so that an unknown user takes as long as a known one.
    decoy: Ha1,
    ha2: Ha2Cache,
    nonces: Nonces,
}

/// Who has proved himself, and by what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Login {
    pub(crate) account: AccountId,
    pub(crate) nonce: NonceId,
    /// The request is a copy of one that was answered 200.
    pub(crate) served_before: bool,
}

impl Authenticator {
    pub(crate) fn new(
        realm: &str,
        algorithms: Vec<Algorithm>,
        decoy: [u8; 32],
        key: [u8; 16],
    ) -> Authenticator {
        Authenticator {
            realm: digest::escaped(realm).into_owned(),
            algorithms,
            decoy: Ha1::decoy(decoy),
            ha2: Ha2Cache::default(),
            nonces: Nonces::new(key),
        }
    }

    /// Another realm and other algorithms. Nonces stay good: they are of no realm.
    pub(crate) fn reconfigure(&mut self, realm: &str, algorithms: Vec<Algorithm>) {
        self.realm = digest::escaped(realm).into_owned();
        self.algorithms = algorithms;
    }

    /// The user who proved himself. `copy` is what the request is by a keyed hash.
    ///
    /// # Errors
    /// `Unauthenticated` where no credentials of our realm came; `WrongCredentials` where they prove nothing (one answer for a wrong password, for an
    /// unknown user and for the form of RFC 2069, which has no count against replay); `StaleNonce` where the nonce is not ours or not any more, or its
    /// count was seen; `Malformed` where they cannot be read.
    pub(crate) fn authenticate(
        &mut self,
        domain: &Domain,
        accounts: &mut Accounts,
        now: Instant,
        request: &Request,
        copy: u64,
    ) -> Result<Login, Refusal> {
        self.nonces.begin(now);
        let (credentials, account) = self.ours(accounts, request)?;
        let at = self
            .algorithms
            .iter()
            .position(|algorithm| *algorithm == credentials.algorithm);
        let ha1 = account.and_then(|id| accounts.ha1(id, at?));
        let ha2 = self.ha2.of(&credentials, request);
        let ha1_or_decoy = ha1.unwrap_or(&self.decoy);
        let proven = ha2.is_some_and(|ha2| credentials.prove(ha1_or_decoy, &ha2));
        let origin = self.nonces.origin(now, credentials.nonce);
        // A nonce that we did not make vouches for nothing, right or wrong: who answers one, perhaps of an earlier run, is given another to answer and
        // learns nothing about the password.
        if origin == Origin::Foreign {
            return Err(Refusal::StaleNonce);
        }
        let (Some(account), true, Some(_), Some(count)) = (
            account,
            proven,
            ha1,
            credentials.qop.as_ref().and(credentials.nc),
        ) else {
            return Err(Refusal::WrongCredentials);
        };
        if !about_us(domain, request, credentials.uri) {
            return Err(Refusal::WrongCredentials);
        }
        let Origin::Ours(nonce) = origin else {
            return Err(Refusal::StaleNonce);
        };
        let over = |id| self.nonces.is_over(now, id);
        match accounts
            .uses(account)
            .map(|uses| uses.redeem(nonce, count, copy, over))
        {
            Some(Redeemed::Fresh) => Ok(Login {
                account,
                nonce,
                served_before: false,
            }),
            Some(Redeemed::Copy { served }) => Ok(Login {
                account,
                nonce,
                served_before: served,
            }),
            Some(Redeemed::Stale) | None => Err(Refusal::StaleNonce),
        }
    }

    /// Writes the challenges of a 401, the most wanted first (RFC 8760 §2.3). All share one nonce, as in RFC 7616 §3.9.1, and they are the same for all.
    pub(crate) fn challenge(&mut self, now: Instant, stale: bool, to: &mut ResponseWriter<'_>) {
        self.nonces.begin(now);
        let nonce = self.nonces.issue(now);
        for algorithm in &self.algorithms {
            to.header_of(
                &HeaderName::WwwAuthenticate,
                format_args!(
                    "Digest realm=\"{}\", nonce=\"{}\", algorithm={algorithm}, qop=\"auth,auth-int\"",
                    self.realm,
                    nonce.as_str()
                ),
            );
            if stale {
                let _ = to.write_str(", stale=true");
            }
        }
    }

    /// The first credentials for our realm in an algorithm that we offer, and whose they are. Of several those are taken that the account may log in with.
    /// Those for other realms are for servers behind us.
    fn ours<'a>(
        &self,
        accounts: &Accounts,
        request: &'a Request,
    ) -> Result<(CredentialsRef<'a>, Option<AccountId>), Refusal> {
        let mut refusal = Refusal::Unauthenticated;
        let mut found = None;
        for value in request.headers.texts(&HeaderName::Authorization) {
            let Some(text) = value else {
                refusal = Refusal::Malformed("Authorization");
                continue;
            };
            match CredentialsRef::parse(text) {
                Ok(c) if c.realm == self.realm && self.algorithms.contains(&c.algorithm) => {
                    let account = accounts.by_login(&c.username);
                    let usable = account.is_none_or(|id| {
                        let at = self.algorithms.iter().position(|a| *a == c.algorithm);
                        at.is_some_and(|at| accounts.ha1(id, at).is_some())
                    });
                    if usable {
                        return Ok((c, account));
                    }
                    found = found.or(Some((c, account)));
                }
                Ok(_) | Err(DigestError::OtherScheme) => {}
                Err(_) => refusal = Refusal::Malformed("Authorization"),
            }
        }
        found.ok_or(refusal)
    }
}

/// RFC 8760 §2.6 point 6: the hashed URI must be one that we answer for, though not always letter for letter the one requested.
fn about_us(domain: &Domain, request: &Request, hashed: &str) -> bool {
    hashed == request.uri.as_str() || UriRef::parse(hashed).is_ok_and(|uri| domain.serves(uri))
}
