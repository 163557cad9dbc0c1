//! What a client answers: `Authorization` and `Proxy-Authorization`.

use std::fmt;

use super::lexer::{self, AuthParam, RawParams};
use super::write::{Writer, escaped, unescaped};
use super::{Algorithm, DigestError, Qop};
use crate::Text;

/// One answer to a Digest challenge.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Plain: escapes are resolved when read and put in when written.
    pub username: Text,
    /// As between the quotes on the wire.
    pub realm: Text,
    /// As between the quotes on the wire.
    pub nonce: Text,
    /// The Request-URI that was hashed; as between the quotes on the wire.
    pub uri: Text,
    /// The proof, in hex. Its length is checked against the algorithm by [`verify`](super::verify).
    pub response: Text,
    /// MD5 where the parameter was absent.
    pub algorithm: Algorithm,
    /// The client's own nonce; as between the quotes on the wire.
    pub cnonce: Option<Text>,
    /// Echoed from the challenge; as between the quotes on the wire.
    pub opaque: Option<Text>,
    /// `None`: the RFC 2069 form, which proves less.
    pub qop: Option<Qop>,
    /// How often this nonce was answered, from 1. Eight hex digits on the wire.
    pub nc: Option<u32>,
    /// Parameters that we give no meaning to.
    pub other: Vec<AuthParam>,
}

impl Credentials {
    /// Reads the value of one header.
    ///
    /// # Errors
    /// [`DigestError::OtherScheme`] where it is not Digest; else what is missing, doubled or malformed.
    pub fn parse(value: &str) -> Result<Credentials, DigestError> {
        let mut digests = lexer::digests(value).into_iter();
        let first = digests.next().ok_or(DigestError::OtherScheme)??;
        if digests.next().is_some() {
            return Err(DigestError::Malformed("two credentials in one header"));
        }
        Credentials::from_params(first)
    }

    fn from_params(mut params: RawParams<'_>) -> Result<Credentials, DigestError> {
        let credentials = Credentials {
            username: Text::from(&*unescaped(params.require("username")?)),
            realm: Text::from(params.require("realm")?),
            nonce: Text::from(params.require("nonce")?),
            uri: Text::from(params.require("uri")?),
            response: Text::from(params.require("response")?),
            algorithm: params
                .take_token("algorithm")?
                .map_or(Algorithm::Md5, Algorithm::named),
            cnonce: params.take("cnonce").map(Text::from),
            opaque: params.take("opaque").map(Text::from),
            qop: params.take_token("qop")?.map(Qop::named),
            nc: params.take("nc").map(nonce_count).transpose()?,
            other: params.rest(),
        };
        // RFC 7616 §3.4: both MUST be there with a qop.
        match (&credentials.qop, &credentials.cnonce, credentials.nc) {
            (Some(_), None, _) => Err(DigestError::Missing("cnonce")),
            (Some(_), _, None) => Err(DigestError::Missing("nc")),
            _ => Ok(credentials),
        }
    }
}

/// `8LHEX`: it is hashed as these eight digits, so no other spelling can be right.
pub(super) fn nonce_count(value: &str) -> Result<u32, DigestError> {
    let digits = value
        .chars()
        .try_fold(0, |number, digit| Some(number << 4 | digit.to_digit(16)?));
    digits
        .filter(|_| value.len() == 8)
        .ok_or(DigestError::Invalid("nc"))
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Writer::new(f);
        out.quoted("username", &escaped(&self.username))?;
        out.quoted("realm", &self.realm)?;
        out.quoted("nonce", &self.nonce)?;
        out.quoted("uri", &self.uri)?;
        out.quoted("response", &self.response)?;
        out.bare("algorithm", &self.algorithm)?;
        if let Some(cnonce) = &self.cnonce {
            out.quoted("cnonce", cnonce)?;
        }
        if let Some(opaque) = &self.opaque {
            out.quoted("opaque", opaque)?;
        }
        if let Some(qop) = &self.qop {
            out.bare("qop", qop)?;
        }
        if let Some(nc) = self.nc {
            out.bare("nc", format_args!("{nc:08x}"))?;
        }
        out.rest(&self.other)
    }
}

/// Without anything that a password could be guessed from: this ends up in logs.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("realm", &self.realm)
            .field("algorithm", &self.algorithm)
            .field("qop", &self.qop)
            .field("nc", &self.nc)
            .field("username, nonce, cnonce, response", &"redacted")
            .finish_non_exhaustive()
    }
}
