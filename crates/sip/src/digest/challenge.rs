//! What a registrar or proxy asks: `WWW-Authenticate` and `Proxy-Authenticate`.

use std::fmt;

use super::lexer::{self, AuthParam, RawParams};
use super::write::{Writer, escaped};
use super::{Algorithm, DigestError, Qop};
use crate::Text;

/// One Digest challenge.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Whose password is asked for; as between the quotes on the wire.
    pub realm: Text,
    /// As between the quotes on the wire.
    pub nonce: Text,
    /// To be sent back unchanged; as between the quotes on the wire.
    pub opaque: Option<Text>,
    /// MD5 where the parameter was absent.
    pub algorithm: Algorithm,
    /// What is offered; empty where the parameter was absent (RFC 2069).
    pub qop: Vec<Qop>,
    /// The password may have been right; only the nonce was old.
    pub stale: bool,
    /// The URIs it holds for; as between the quotes on the wire.
    pub domain: Option<Text>,
    /// Parameters that we give no meaning to.
    pub other: Vec<AuthParam>,
}

impl Challenge {
    /// A challenge with qop `auth`. `realm` is plain text; `nonce` must hold nothing that needs quoting.
    pub fn new(realm: &str, nonce: &str, algorithm: Algorithm) -> Challenge {
        Challenge {
            realm: Text::from(&*escaped(realm)),
            nonce: Text::from(&*escaped(nonce)),
            opaque: None,
            algorithm,
            qop: vec![Qop::Auth],
            stale: false,
            domain: None,
            other: Vec::new(),
        }
    }

    /// Every Digest challenge in one header value, several separated by commas included. Other schemes are stepped over.
    ///
    /// # Errors
    /// Per challenge: a realm or nonce is missing, a parameter occurs twice, or the list is malformed (then nothing after it is read).
    pub fn parse_all(value: &str) -> Vec<Result<Challenge, DigestError>> {
        lexer::digests(value)
            .into_iter()
            .map(|params| Challenge::from_params(params?))
            .collect()
    }

    /// Whether we can answer it: an algorithm that we compute, and qop `auth`, `auth-int` or none at all. A session's key needs a client nonce, which
    /// must not be sent without a qop (RFC 3261 §22.4 point 8).
    pub fn supported(&self) -> bool {
        let qop = self.best_qop().is_some() || self.qop.is_empty() && !self.algorithm.per_session();
        self.algorithm.supported() && qop
    }

    /// `auth` where it is offered, else `auth-int`, else none.
    pub(super) fn best_qop(&self) -> Option<Qop> {
        [Qop::Auth, Qop::AuthInt]
            .into_iter()
            .find(|qop| self.qop.contains(qop))
    }

    fn from_params(mut params: RawParams<'_>) -> Result<Challenge, DigestError> {
        Ok(Challenge {
            realm: Text::from(params.require("realm")?),
            nonce: Text::from(params.require("nonce")?),
            opaque: params.take("opaque").map(Text::from),
            algorithm: params
                .take_token("algorithm")?
                .map_or(Algorithm::Md5, Algorithm::named),
            qop: params.take("qop").map(Qop::list).unwrap_or_default(),
            stale: params
                .take("stale")
                .is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
            domain: params.take("domain").map(Text::from),
            other: params.rest(),
        })
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Writer::new(f);
        out.quoted("realm", &self.realm)?;
        out.quoted("nonce", &self.nonce)?;
        if let Some(opaque) = &self.opaque {
            out.quoted("opaque", opaque)?;
        }
        out.bare("algorithm", &self.algorithm)?;
        if !self.qop.is_empty() {
            out.quoted(
                "qop",
                &self
                    .qop
                    .iter()
                    .map(Qop::as_str)
                    .collect::<Vec<_>>()
                    .join(","),
            )?;
        }
        if self.stale {
            out.bare("stale", true)?;
        }
        if let Some(domain) = &self.domain {
            out.quoted("domain", domain)?;
        }
        out.rest(&self.other)
    }
}

/// Without the nonce and the opaque value: this ends up in logs.
impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenge")
            .field("realm", &self.realm)
            .field("algorithm", &self.algorithm)
            .field("qop", &self.qop)
            .field("stale", &self.stale)
            .finish_non_exhaustive()
    }
}

/// The strongest of those that we can answer, the first of equals (the server's order, RFC 8760 §2.4).
pub fn strongest(challenges: impl Iterator<Item = Challenge>) -> Option<Challenge> {
    let mut best: Option<Challenge> = None;
    for challenge in challenges.filter(Challenge::supported) {
        if best
            .as_ref()
            .is_none_or(|b| challenge.algorithm.strength() > b.algorithm.strength())
        {
            best = Some(challenge);
        }
    }
    best
}
