//! The arithmetic of RFC 7616 §3.4: answering a challenge, and checking an answer.

use std::fmt;

use subtle::ConstantTimeEq;

use super::write::escaped;
use super::{Challenge, Credentials, Qop};
use crate::{Method, Text};

/// Who answers, and with what.
#[derive(Clone, Copy)]
pub struct Secret<'a> {
    /// As the person wrote it.
    pub username: &'a str,
    /// As the person wrote it.
    pub password: &'a str,
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// Answers `challenge` for a request with `method` and Request-URI `uri`: with qop `auth` where it is offered, else in the form of RFC 2069. `nc`
/// counts the uses of this nonce from 1; `cnonce` is fresh and random. `None` where we cannot answer ([`Challenge::supported`]).
pub fn answer(
    challenge: &Challenge,
    secret: &Secret<'_>,
    method: &Method,
    uri: &str,
    nc: u32,
    cnonce: &str,
) -> Option<Credentials> {
    if !challenge.supported() {
        return None;
    }
    let counted = challenge.qop.contains(&Qop::Auth);
    let mut credentials = Credentials {
        username: Text::from(secret.username),
        realm: challenge.realm.clone(),
        nonce: challenge.nonce.clone(),
        uri: Text::from(&*escaped(uri)),
        response: Text::default(),
        algorithm: challenge.algorithm.clone(),
        // RFC 3261 §22.4 point 8: without a qop there must be no cnonce.
        cnonce: counted.then(|| Text::from(&*escaped(cnonce))),
        opaque: challenge.opaque.clone(),
        qop: counted.then_some(Qop::Auth),
        nc: counted.then_some(nc),
        other: Vec::new(),
    };
    credentials.response = Text::from(response(&credentials, secret, method)?);
    Some(credentials)
}

/// Whether `credentials` prove knowledge of `secret` for a request with `method`. The comparison takes the same time wherever it differs. Realm,
/// nonce, nonce count and URI are the caller's to judge. What we cannot compute is false.
pub fn verify(credentials: &Credentials, secret: &Secret<'_>, method: &Method) -> bool {
    response(credentials, secret, method).is_some_and(|expected| {
        let given = credentials.response.to_ascii_lowercase();
        bool::from(expected.as_bytes().ct_eq(given.as_bytes()))
    })
}

fn response(credentials: &Credentials, secret: &Secret<'_>, method: &Method) -> Option<String> {
    let hash = |parts: &[&str]| credentials.algorithm.hash(parts);
    let ha1 = hash(&[secret.username, &credentials.realm, secret.password])?;
    let ha2 = hash(&[method.as_str(), &credentials.uri])?;
    match &credentials.qop {
        None => hash(&[&ha1, &credentials.nonce, &ha2]),
        Some(Qop::Auth) => {
            let count = format!("{:08x}", credentials.nc?);
            hash(&[
                &ha1,
                &credentials.nonce,
                &count,
                credentials.cnonce.as_ref()?,
                "auth",
                &ha2,
            ])
        }
        Some(Qop::AuthInt | Qop::Other(_)) => None,
    }
}
