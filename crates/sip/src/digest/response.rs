//! The arithmetic of RFC 7616 §3.4: answering a challenge, and checking an answer.

use std::fmt;

use subtle::{Choice, ConstantTimeEq};

use super::algorithm::Hex;
use super::write::escaped;
use super::{Challenge, Credentials, CredentialsRef, Qop};
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

/// What a response vouches for, besides the credentials that it stands in.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The request's.
    pub method: &'a Method,
    /// The entity body, hashed with qop `auth-int`. A REGISTER has none: it is empty.
    pub body: &'a [u8],
    /// The session that goes on, for `-sess`; `None` where it begins with these credentials. Other algorithms take no notice of it.
    pub session: Option<&'a Session>,
}

impl<'a> Subject<'a> {
    /// A request without a body, at the beginning of a session.
    pub fn of(method: &'a Method) -> Subject<'a> {
        Subject {
            method,
            body: &[],
            session: None,
        }
    }
}

/// What the key of a `-sess` algorithm is made of: the nonce and the client nonce of the first answer after a challenge. A nonce that comes by
/// `nextnonce` is no challenge, the session goes on (RFC 7616 §3.4.2 and §3.6).
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    nonce: Text,
    cnonce: Text,
}

impl Session {
    /// The session that begins with these credentials; `None` where they have no client nonce.
    pub fn begun_by(credentials: &Credentials) -> Option<Session> {
        Some(Session {
            nonce: credentials.nonce.clone(),
            cnonce: credentials.cnonce.clone()?,
        })
    }

    /// Whether it began with this nonce, as it stands between the quotes on the wire.
    pub fn began_with(&self, nonce: &str) -> bool {
        &*self.nonce == nonce
    }

    /// The client nonce that it began with, as it stands between the quotes on the wire. Sent with each answer of the session: a server that keeps no
    /// sessions, and makes the key of what the credentials hold, then comes to the same one.
    pub fn cnonce(&self) -> &str {
        &self.cnonce
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session(redacted)")
    }
}

/// Answers `challenge` for a request with `method` and Request-URI `uri`, without a body: [`answer_for`] says more.
pub fn answer(
    challenge: &Challenge,
    secret: &Secret<'_>,
    method: &Method,
    uri: &str,
    nc: u32,
    cnonce: &str,
) -> Option<Credentials> {
    answer_for(challenge, secret, &Subject::of(method), uri, nc, cnonce)
}

/// Answers `challenge` for a request to the Request-URI `uri`: with qop `auth` where it is offered, else `auth-int`, else in the form of RFC 2069. `nc`
/// counts the uses of this nonce from 1; `cnonce` is fresh and random, or the session's ([`Session::cnonce`]). `None` where we cannot answer
/// ([`Challenge::supported`]).
pub fn answer_for(
    challenge: &Challenge,
    secret: &Secret<'_>,
    subject: &Subject<'_>,
    uri: &str,
    nc: u32,
    cnonce: &str,
) -> Option<Credentials> {
    if !challenge.supported() {
        return None;
    }
    let qop = challenge.best_qop();
    let mut credentials = Credentials {
        username: Text::from(secret.username),
        realm: challenge.realm.clone(),
        nonce: challenge.nonce.clone(),
        uri: Text::from(&*escaped(uri)),
        response: Text::default(),
        algorithm: challenge.algorithm.clone(),
        // RFC 3261 §22.4 point 8: without a qop there must be no cnonce.
        cnonce: qop.as_ref().map(|_| Text::from(&*escaped(cnonce))),
        opaque: challenge.opaque.clone(),
        nc: qop.as_ref().map(|_| nc),
        qop,
        other: Vec::new(),
    };
    let proof = response(
        &credentials,
        secret,
        subject.method.as_str(),
        subject.body,
        subject.session,
    )?;
    credentials.response = Text::from(proof.as_str());
    Some(credentials)
}

/// Whether `credentials` prove knowledge of `secret` for a request with `method` and without a body: [`verify_for`] says more.
pub fn verify(credentials: &Credentials, secret: &Secret<'_>, method: &Method) -> bool {
    verify_for(credentials, secret, &Subject::of(method))
}

/// Whether `credentials` prove knowledge of `secret` for this request. The comparison takes the same time wherever it differs. Realm, nonce, nonce
/// count and URI are the caller's to judge. What we cannot compute is false.
pub fn verify_for(credentials: &Credentials, secret: &Secret<'_>, subject: &Subject<'_>) -> bool {
    response(
        credentials,
        secret,
        subject.method.as_str(),
        subject.body,
        subject.session,
    )
    .is_some_and(|expected| same(&expected, &credentials.response))
}

/// In the same time wherever they differ; hex digits of either case.
pub(super) fn same(expected: &Hex, given: &str) -> bool {
    let mut lower = [0; 64];
    let Some(letters) = lower
        .get_mut(..given.len())
        .filter(|letters| letters.len() == expected.as_bytes().len())
    else {
        return false;
    };
    letters.copy_from_slice(given.as_bytes());
    letters.make_ascii_lowercase();
    let (expected, given) = (expected.words(), lower.as_chunks::<8>().0);
    let same = expected
        .zip(given)
        .fold(Choice::from(1), |same, (one, two)| {
            same & one.ct_eq(&u64::from_ne_bytes(*two))
        });
    bool::from(same)
}

/// The response of RFC 7616 §3.4.1. An empty method makes it the server's (`rspauth`, §3.5).
pub(super) fn response(
    credentials: &Credentials,
    secret: &Secret<'_>,
    method: &str,
    body: &[u8],
    session: Option<&Session>,
) -> Option<Hex> {
    let hash = |parts: &[&[u8]]| credentials.algorithm.hash(parts);
    let mut ha1 = hash(&[
        secret.username.as_bytes(),
        credentials.realm.as_bytes(),
        secret.password.as_bytes(),
    ])?;
    if credentials.algorithm.per_session() {
        let begun = match session {
            Some(session) => session,
            None => &Session::begun_by(credentials)?,
        };
        ha1 = hash(&[
            ha1.as_bytes(),
            begun.nonce.as_bytes(),
            begun.cnonce.as_bytes(),
        ])?;
    }
    let credentials = credentials.glance();
    response_over(&credentials, &ha1, &subject(&credentials, method, body)?)
}

/// H(A2) of RFC 7616 §3.4.3.
pub(super) fn subject(credentials: &CredentialsRef<'_>, method: &str, body: &[u8]) -> Option<Hex> {
    let hash = |parts: &[&[u8]]| credentials.algorithm.hash(parts);
    let (method, uri) = (method.as_bytes(), credentials.uri.as_bytes());
    match &credentials.qop {
        None | Some(Qop::Auth) => hash(&[method, uri]),
        Some(Qop::AuthInt) => hash(&[method, uri, hash(&[body])?.as_bytes()]),
        Some(Qop::Other(_)) => None,
    }
}

/// The same over H(A1) and H(A2).
pub(super) fn response_over(credentials: &CredentialsRef<'_>, ha1: &Hex, ha2: &Hex) -> Option<Hex> {
    let hash = |parts: &[&[u8]]| credentials.algorithm.hash(parts);
    let nonce = credentials.nonce.as_bytes();
    let Some(qop) = &credentials.qop else {
        return hash(&[ha1.as_bytes(), nonce, ha2.as_bytes()]);
    };
    let count = Hex::of(&credentials.nc?.to_be_bytes());
    hash(&[
        ha1.as_bytes(),
        nonce,
        count.as_bytes(),
        credentials.cnonce?.as_bytes(),
        qop.as_str().as_bytes(),
        ha2.as_bytes(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_the_same_in_either_case_and_in_no_other_length() {
        let hex = Hex::of(&[0xab, 0x0c, 0xd1, 0xef]);
        assert!(same(&hex, "ab0cd1ef") && same(&hex, "AB0cD1EF"));
        for other in ["", "ab0cd1e", "ab0cd1ee", "ab0cd1ef\0", "ab0cd1ef0"] {
            assert!(!same(&hex, other), "{other:?}");
        }
        assert!(!same(&hex, &"ab0cd1ef".repeat(9)));
    }
}
