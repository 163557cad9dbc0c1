//! What a server says after a good answer: `Authentication-Info` (RFC 3261 §20.6, RFC 7616 §3.5).

use std::fmt;

use super::credentials::nonce_count;
use super::lexer;
use super::response::{response, same};
use super::{Credentials, DigestError, Qop, Secret, Session};
use crate::Text;

/// One Authentication-Info.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthenticationInfo {
    /// The nonce to answer the next time, counted anew; as between the quotes on the wire.
    pub next_nonce: Option<Text>,
    /// What the server applied to its answer.
    pub qop: Option<Qop>,
    /// The server's own proof, in hex.
    pub rspauth: Option<Text>,
    /// The client nonce of the request; as between the quotes on the wire.
    pub cnonce: Option<Text>,
    /// The nonce count of the request.
    pub nc: Option<u32>,
}

impl AuthenticationInfo {
    /// Reads the value of one header. Parameters that it does not know are passed over.
    ///
    /// # Errors
    /// What is doubled or malformed.
    pub fn parse(value: &str) -> Result<AuthenticationInfo, DigestError> {
        let mut params = lexer::params(value)?;
        Ok(AuthenticationInfo {
            next_nonce: params.take("nextnonce").map(Text::from),
            qop: params.take_token("qop")?.map(Qop::named),
            rspauth: params.take("rspauth").map(Text::from),
            cnonce: params.take("cnonce").map(Text::from),
            nc: params.take("nc").map(nonce_count).transpose()?,
        })
    }

    /// Whether the server proved that it knows `secret` too, in its answer with this `body` to the request with these `credentials`. `None` where it
    /// did not try. A client nonce or nonce count of another request, or another qop than was sent, is no proof; where they are left out, which
    /// RFC 7616 §3.5 does not allow, those of the request are meant. The comparison takes the same time wherever it differs.
    pub fn proves(
        &self,
        credentials: &Credentials,
        secret: &Secret<'_>,
        session: Option<&Session>,
        body: &[u8],
    ) -> Option<bool> {
        let given = self.rspauth.as_ref()?;
        let of_this_request = (self.cnonce.is_none() || self.cnonce == credentials.cnonce)
            && (self.nc.is_none() || self.nc == credentials.nc)
            && (self.qop.is_none() || self.qop == credentials.qop);
        let expected = response(credentials, secret, "", body, session);
        Some(of_this_request && expected.is_some_and(|expected| same(&expected, given)))
    }
}

/// Without anything that a password could be guessed from: this ends up in logs.
impl fmt::Debug for AuthenticationInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticationInfo")
            .field("qop", &self.qop)
            .field("nc", &self.nc)
            .field("nextnonce, rspauth, cnonce", &"redacted")
            .finish()
    }
}
